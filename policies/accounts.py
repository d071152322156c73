"""What do the acts of a person's chain come to: who is he, which posts does he hold, what was lent, what may he use?

The tables of accounts are quick to read and can be edited by whoever owns the database; the chain cannot. Both told
apart, `differences` names what was changed in one and not in the other. Secrets are in neither: digests only.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from models.acts import Act, ActName
from models.contract import person_target
from models.identity import Delegation, Holding, PersonState, SiteRole


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account. `login` and `password` are digests, `tokens` those of the tokens in force by number."""

    person: str
    login: str = ""
    password: str | None = None
    state: PersonState = PersonState.ACTIVE
    holdings: frozenset[Holding] = frozenset()
    lent: frozenset[Delegation] = frozenset()
    roles: frozenset[SiteRole] = frozenset()
    tokens: frozenset[tuple[int, str]] = field(default=frozenset())


def digest(*parts: str) -> str:
    """A digest that tells whether something is still the same, and not what it is: for what is itself no secret."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def account(acts: Iterable[Act]) -> Account | None:
    """What the acts of one chain come to, in their order; None where they register nobody."""
    known: Account | None = None
    for act in acts:
        known = _after(known, act)
    return known


def differences(told: Account | None, kept: Account | None) -> list[str]:
    """The parts in which the tables (`kept`) differ from what the chain tells; empty when they agree."""
    if told is None or kept is None:
        return [] if told is kept else ["person"]
    parts = ("login", "password", "state", "holdings", "lent", "roles", "tokens")
    return [part for part in parts if getattr(told, part) != getattr(kept, part)]


def _after(known: Account | None, act: Act) -> Account | None:
    said = act.detail
    if act.act is ActName.PERSON_REGISTERED:
        return Account(act.target.removeprefix(person_target("")), login=str(said["login"]))
    if known is None:
        return None
    match act.act:
        case ActName.PERSON_LOCKED:
            return replace(known, state=PersonState.LOCKED)
        case ActName.PERSON_UNLOCKED:
            return replace(known, state=PersonState.ACTIVE)
        case ActName.PASSWORD_SET:
            return replace(known, password=str(said["digest"]))
        case ActName.POST_HELD:
            return replace(known, holdings=known.holdings | {_holding(known, said)})
        case ActName.POST_VACATED:
            ended = {one for one in known.holdings if one.post == said["post"] and _day(said, "from") == one.held_from}
            last = date.fromisoformat(str(said["to"]))
            shortened = {one.model_copy(update={"held_to": last}) for one in ended}
            return replace(known, holdings=(known.holdings - ended) | shortened)
        case ActName.POST_LENT:
            return replace(known, lent=known.lent | {_delegation(known, act)})
        case ActName.POST_RECALLED:
            ended_lent = {one for one in known.lent if one.number == said["number"]}
            revoked = {one.model_copy(update={"revoked_on": _day(said, "on")}) for one in ended_lent}
            return replace(known, lent=(known.lent - ended_lent) | revoked)
        case ActName.ROLE_GIVEN:
            return replace(known, roles=known.roles | {SiteRole(str(said["role"]))})
        case ActName.ROLE_WITHDRAWN:
            return replace(known, roles=known.roles - {SiteRole(str(said["role"]))})
        case ActName.TOKEN_ISSUED:
            return replace(known, tokens=known.tokens | {(int(said["number"]), str(said["digest"]))})
        case ActName.TOKEN_REVOKED:
            return replace(known, tokens=frozenset(one for one in known.tokens if one[0] != said["number"]))
        case _:
            return known


def _holding(known: Account, said: dict[str, object]) -> Holding:
    start = _day(said, "from")
    assert start is not None  # noqa: S101 - an act without it was never written
    return Holding(person=known.person, post=str(said["post"]), held_from=start, held_to=_day(said, "to"))


def _delegation(known: Account, act: Act) -> Delegation:
    said = act.detail
    return Delegation(
        number=said["number"],
        principal=known.person,
        post=said["post"],
        person=said["to_person"],
        lent_from=date.fromisoformat(said["from"]),
        lent_to=date.fromisoformat(said["to"]),
        reason=act.reason or "",
    )


def _day(said: dict[str, object], name: str) -> date | None:
    told = said.get(name)
    return date.fromisoformat(str(told)) if told else None
