"""Through which posts may a person act on a day, and what may be held, lent and looked after by whom?

A post is held by one person at a time, in his own right or not at all; what is lent ends with the holding it rests on
and is lent no further. Whoever looks after the site decides no matter (separation of duties: GB/T 22239-2019, 8.1.10).
Days are dates in Asia/Shanghai, both ends included. Nothing here knows whether a person is signed in.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from models.identity import SITE_ROLES, ActingPost, Delegation, Holding, SiteRole
from policies.directory import Directory

LENT_LONGEST = timedelta(days=366)
"""The longest a post is lent at once; longer is another holder."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something about accounts is not done: the rule's name, and its reason in Chinese and English."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of who holds what: all holdings and delegations, and the roles by person."""

    holdings: tuple[Holding, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    roles: tuple[tuple[str, SiteRole], ...] = ()

    def roles_of(self, person: str) -> frozenset[SiteRole]:
        """The roles a person has."""
        return frozenset(role for who, role in self.roles if who == person)


def acting_posts(
    person: str, holdings: Iterable[Holding], delegations: Iterable[Delegation], on: date
) -> tuple[ActingPost, ...]:
    """The posts `person` may act through on that day: his own by name, then those lent to him.

    A post is lent only while its principal holds it himself.
    """
    held = [one for one in holdings if one.covers(on)]
    own = sorted({one.post for one in held if one.person == person})
    principals = {(one.person, one.post) for one in held}
    lent = sorted(
        {
            (one.post, one.principal)
            for one in delegations
            if one.person == person and one.covers(on) and (one.principal, one.post) in principals
        }
    )
    return (
        *(ActingPost(post=post) for post in own),
        *(ActingPost(post=post, principal=principal) for post, principal in lent),
    )


def holder(post: str, holdings: Iterable[Holding], on: date) -> str | None:
    """Who holds the post on that day; None where it is vacant."""
    return next((one.person for one in holdings if one.post == post and one.covers(on)), None)


def vacant(directory: Directory, holdings: Collection[Holding], on: date) -> tuple[str, ...]:
    """The posts of the directory that nobody holds on that day, in its order."""
    taken = {one.post for one in holdings if one.covers(on)}
    posts = dict.fromkeys(post for organ in directory.organs for post in (organ.head, organ.handler))
    return tuple(post for post in posts if post and post not in taken)


# --- may it be done? --------------------------------------------------------------------------------------------------


def refuse_holding(new: Holding, held: Held, directory: Directory, by: str | None) -> Refusal | None:
    """Why `new` may not be held; None where it may. `by` is who asks, None at the machine itself."""
    if by is not None and by == new.person:
        return _NOT_HIMSELF
    if not directory.has_post(new.post):
        return Refusal("unknown_post", "名录中没有该岗位 no such post in the directory")
    if new.held_to is not None and new.held_to < new.held_from:
        return _BACKWARDS
    if held.roles_of(new.person):
        return _SEPARATED
    clash = next((one for one in held.holdings if one.post == new.post and overlap(one, new)), None)
    if clash is not None:
        until = clash.held_to.isoformat() if clash.held_to else "–"
        return Refusal(
            "one_holder",
            f"该岗位在 {clash.held_from} 至 {until} 已有人任职 the post is held from {clash.held_from} to {until}",
        )
    return None


def refuse_vacating(holding: Holding | None, last_day: date) -> Refusal | None:
    """Why the holding cannot end with `last_day`; None where it can. `holding` None: there is none that covers it."""
    if holding is None:
        return Refusal("not_held", "该人员届时不任该岗 he does not hold this post then")
    if last_day < holding.held_from:
        return _BACKWARDS
    return None


def refuse_lending(new: Delegation, held: Held, by: str | None) -> Refusal | None:
    """Why `new` may not be lent; None where it may. `by` is who asks: the principal, or who may look after accounts."""
    if not new.reason.strip():
        return Refusal("lending_reason", "委托须写明理由 lending a post needs a reason")
    if new.lent_to < new.lent_from:
        return _BACKWARDS
    if new.lent_to - new.lent_from > LENT_LONGEST:
        return Refusal("lending_too_long", "委托不得超过一年 a post is lent for a year at most")
    if new.person == new.principal:
        return Refusal("lending_to_himself", "不能委托给本人 nobody lends a post to himself")
    if by is not None and by == new.person:
        return _NOT_HIMSELF
    if held.roles_of(new.person):
        return _SEPARATED
    own = [one for one in held.holdings if one.person == new.principal and one.post == new.post]
    if not own:
        borrowed = any(one.person == new.principal and one.post == new.post for one in held.delegations)
        if borrowed:
            return Refusal("not_lent_further", "受托的岗位不得再委托 what was lent is not lent further")
        return Refusal("not_held", "委托人不任该岗 the principal does not hold this post")
    if not any(_within(new, one) for one in own):
        return Refusal(
            "beyond_holding", "委托期超出委托人的任期 the post would be lent beyond the principal's own holding"
        )
    if any(
        one.post == new.post and one.person == new.person and one.principal == new.principal and _both(one, new)
        for one in held.delegations
    ):
        return Refusal("lent_twice", "同一期间已委托给此人 it is lent to him already for some of these days")
    return None


def refuse_recalling(lent: Delegation | None, by: str | None, roles: frozenset[SiteRole]) -> Refusal | None:
    """Why the delegation may not be recalled; None where it may."""
    if lent is None or lent.revoked_on is not None:
        return Refusal("not_lent", "没有这项在效的委托 no such delegation is in force")
    if by is not None and by not in (lent.principal, lent.person) and SiteRole.ADMINISTRATOR not in roles:
        return _NOT_HIS
    return None


def refuse_role(person: str, role: SiteRole, held: Held, on: date, by: str | None) -> Refusal | None:
    """Why `person` may not be given the role; None where he may."""
    if by is not None and by == person:
        return _NOT_HIMSELF
    if role in held.roles_of(person):
        return Refusal("role_given", f"已有角色{SITE_ROLES[role]} he has this role already")
    if {role, *held.roles_of(person)} >= {SiteRole.ADMINISTRATOR, SiteRole.AUDITOR}:
        return Refusal(
            "auditor_apart", "系统管理员与审计员不得为同一人 an administrator and the auditor are not one person"
        )
    holds = any(one.person == person and (one.held_to is None or one.held_to >= on) for one in held.holdings)
    lent = any(
        one.person == person and one.lent_to >= on and (one.revoked_on is None or one.revoked_on > on)
        for one in held.delegations
    )
    return _SEPARATED if holds or lent else None


def refuse_administration(by: str | None, roles: frozenset[SiteRole]) -> Refusal | None:
    """Why whoever asks may not look after accounts; None where he may: an administrator, or the machine itself."""
    if by is None or SiteRole.ADMINISTRATOR in roles:
        return None
    return Refusal("administrator_only", "只有系统管理员可以管理账号 accounts are looked after by an administrator")


def refuse_last_administrator(person: str, administrators: Collection[str]) -> Refusal | None:
    """Why the person may neither be locked nor lose the role of administrator; None where he may.

    `administrators` are those who have the role and are not locked: somebody has to be left who looks after accounts.
    """
    if set(administrators) == {person}:
        return Refusal(
            "last_administrator",
            "须留有一名可登录的系统管理员,请先授予他人 the last administrator: give somebody else the role first",
        )
    return None


def overlap(one: Holding, other: Holding) -> bool:
    """Whether some day belongs to both."""
    return (other.held_to is None or one.held_from <= other.held_to) and (
        one.held_to is None or other.held_from <= one.held_to
    )


def _within(lent: Delegation, holding: Holding) -> bool:
    return holding.held_from <= lent.lent_from and (holding.held_to is None or lent.lent_to <= holding.held_to)


def _both(one: Delegation, other: Delegation) -> bool:
    """Whether some day belongs to both; nothing does from the day one was recalled on."""
    last = one.lent_to if one.revoked_on is None else min(one.lent_to, one.revoked_on - timedelta(days=1))
    return one.lent_from <= last and one.lent_from <= other.lent_to and other.lent_from <= last


_NOT_HIMSELF = Refusal("not_himself", "不得为本人授权 nobody gives anything to himself")
_NOT_HIS = Refusal("not_his", "不是本人的委托 it is not his to recall")
_BACKWARDS = Refusal("dates_backwards", "止期早于起期 the end lies before the beginning")
_SEPARATED = Refusal(
    "duties_separated",
    "管理网站的人不任、不代岗位,任岗的人不管理网站 whoever looks after the site holds no post, and the other way round",
)
