"""Accounts: who may sign in, which posts they hold or were lent; for whom looks after the site.

Every rule and every act is identity/administration.py's; a refusal is 409 and on record. No password, token or hash is
ever shown, and none is set here.
"""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Query
from pydantic import Field, StringConstraints
from sqlmodel import Session

from identity.administration import Administration, Done, UnknownPersonError
from identity.holdings import posts_of
from models.access import SiteCommand, View
from models.identity import ActingPost, Caller, Person, PersonState, SiteRole
from policies.access import may
from policies.deadlines import local_date
from policies.relations import OfPost
from record import accounts
from record.pages import Page as RecordPage
from record.pages import cut
from web.api import authority
from web.api.bodies import Body
from web.api.limits import Speaker
from web.api.parts import REFUSED, Paged, WebNow, paged, router
from web.api.shapes import Out, Page
from web.api.texts import PRINTABLE, Day, Name, Text
from web.context import Web
from web.problems import ProblemError

routes = router("账号 accounts")

PERSON = r"^u[1-9][0-9]{0,8}$"
PersonId = Annotated[str, Path(pattern=PERSON, description="人员编号 the person's id", examples=["u107"])]
Number = Annotated[int, Path(ge=1, le=2_000_000_000, description="委托的号 the delegation's number", examples=[3])]
Login = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=PRINTABLE)]


class PersonBody(Body):
    """Somebody new."""

    login: Login = Field(examples=["clerk3"])
    name: Name | None = Field(None, examples=[None])


class HoldingBody(Body):
    """A post held from a day to a day, both included; without an end while none is known."""

    post: Name = Field(examples=["区教育局承办岗"])
    since: Day = Field(examples=["2026-03-02"])
    until: Day | None = Field(None, examples=["2027-03-01"])


class VacancyBody(Body):
    """The last day on a post, included."""

    post: Name = Field(examples=["区教育局承办岗"])
    last_day: Day = Field(examples=["2026-03-31"])
    reason: Text | None = Field(None, examples=["调离"])


class LendingBody(Body):
    """A post lent to another person from a day to a day, both included."""

    post: Name = Field(examples=["区教育局承办岗"])
    to: Annotated[str, StringConstraints(pattern=PERSON)] = Field(examples=["u108"])
    since: Day = Field(examples=["2026-03-02"])
    until: Day = Field(examples=["2026-03-13"])
    reason: Text = Field(examples=["出差"])


class LockBody(Body):
    """Why the account is locked."""

    reason: Text | None = Field(None, examples=["离职"])


class HoldingOut(Out):
    """A post held, both days included."""

    post: str
    held_from: date
    held_to: date | None


class DelegationOut(Out):
    """A post lent by `principal` to `person`; from `revoked_on` it holds no more."""

    number: int
    post: str
    principal: str
    person: str
    lent_from: date
    lent_to: date
    reason: str
    revoked_on: date | None


class ActingOut(Out):
    """A post somebody may act through today, in his own right or for a principal."""

    post: str
    principal: str | None


class PersonOut(Out):
    """One account, with the posts of today."""

    id: str = Field(examples=["u107"])
    login: str
    name: str | None
    state: PersonState
    roles: list[SiteRole]
    posts: list[ActingOut]
    holdings: list[HoldingOut]
    delegations: list[DelegationOut]


@routes.get("/accounts", summary="账号列表 List accounts")
def list_accounts(asked: Annotated[Paged, Query()], caller: Speaker, web: WebNow) -> Page[PersonOut]:
    """人员、今日岗位、任职、委托和角色,按登记次序。 Persons with posts of today, holdings, lendings and roles."""
    authority.site(web, caller, View.ACCOUNTS)
    with web.store.reading() as session:
        return paged(lambda: _page(session, asked), lambda one: _shown(session, web, one))


def _page(session: Session, asked: Paged) -> RecordPage[Person]:
    everybody = accounts.persons(session)
    ids = [one.id for one in everybody]
    begin = 0 if asked.after is None else ids.index(asked.after) + 1
    return cut(everybody[begin : begin + asked.limit + 1], asked.limit, lambda one: one.id)


@routes.get("/accounts/{person}", summary="一个账号 One account")
def get_account(person: PersonId, caller: Speaker, web: WebNow) -> PersonOut:
    """不含口令与令牌。 Without passwords and tokens."""
    authority.site(web, caller, View.ACCOUNTS)
    with web.store.reading() as session:
        found = accounts.person(session, person)
        if found is None:
            raise authority.not_found()
        return _shown(session, web, found)


@routes.post("/accounts", summary="登记人员 Register a person", openapi_extra=REFUSED)
def register(body: PersonBody, caller: Speaker, web: WebNow) -> PersonOut:
    """其后须另设口令或经身份提供方登录。 He signs in once he has a password, or through the provider of identity."""
    authority.site(web, caller, SiteCommand.MANAGE_ACCOUNTS)
    return _done(web, caller, lambda office: office.register(body.login, body.name))


@routes.post("/accounts/{person}/holdings", summary="任职 Hold a post", openapi_extra=REFUSED)
def hold(person: PersonId, body: HoldingBody, caller: Speaker, web: WebNow) -> PersonOut:
    """一岗一时一人;管理网站的人不任岗。 One holder at a time; whoever looks after the site holds none."""
    authority.site(web, caller, SiteCommand.MANAGE_ACCOUNTS)
    return _done(web, caller, lambda office: office.hold(person, body.post, body.since, body.until))


@routes.post("/accounts/{person}/vacancies", summary="离任 Vacate a post", openapi_extra=REFUSED)
def vacate(person: PersonId, body: VacancyBody, caller: Speaker, web: WebNow) -> PersonOut:
    """`last_day` 为任职的最后一日。 `last_day` is the last one on the post."""
    authority.site(web, caller, SiteCommand.MANAGE_ACCOUNTS)
    return _done(web, caller, lambda office: office.vacate(person, body.post, body.last_day, body.reason))


@routes.post("/accounts/{person}/delegations", summary="委托岗位 Lend a post", openapi_extra=REFUSED)
def lend(person: PersonId, body: LendingBody, caller: Speaker, web: WebNow) -> PersonOut:
    """`person` 将所任岗位委托他人代行;本人或管理员可办。 `person` lends his post: himself, or an administrator."""
    own = person == caller.person and may(
        SiteCommand.DELEGATE.value, authority.standing_of(web, caller, OfPost(body.post))
    )
    if not own:
        authority.site(web, caller, SiteCommand.MANAGE_ACCOUNTS)
    return _done(
        web, caller,
        lambda office: office.lend(person, body.post, body.to, body.since, body.until, reason=body.reason),
    )  # fmt: skip


@routes.delete(
    "/accounts/{person}/delegations/{number}", summary="收回委托 Recall a lending", openapi_extra=REFUSED
)  # fmt: skip
def recall(person: PersonId, number: Number, caller: Speaker, web: WebNow) -> PersonOut:
    """自今日起收回;委托人、受托人或管理员可办。 From today on: by the principal, the other, or an administrator."""
    with web.store.reading() as session:
        lent = next(iter(accounts.delegations(session, number=number)), None)
    own = lent is not None and caller.person in (lent.principal, lent.person)
    if not own:
        authority.site(web, caller, SiteCommand.MANAGE_ACCOUNTS)
    if lent is None or lent.principal != person:
        raise authority.not_found()
    return _done(web, caller, lambda office: office.recall(number))


@routes.post("/accounts/{person}/lock", summary="停用账号 Lock an account", openapi_extra=REFUSED)
def lock(person: PersonId, body: LockBody, caller: Speaker, web: WebNow) -> PersonOut:
    """不得再登录,已登录的会话随即结束。 No signing in any more; sessions end at once."""
    authority.site(web, caller, SiteCommand.MANAGE_ACCOUNTS)
    return _done(web, caller, lambda office: office.lock(person, body.reason))


@routes.post("/accounts/{person}/unlock", summary="启用账号 Unlock an account", openapi_extra=REFUSED)
def unlock(person: PersonId, caller: Speaker, web: WebNow) -> PersonOut:
    """可再登录。 He may sign in again."""
    authority.site(web, caller, SiteCommand.MANAGE_ACCOUNTS)
    return _done(web, caller, lambda office: office.unlock(person))


def _done(web: Web, caller: Caller, change: Callable[[Administration], Done]) -> PersonOut:
    """The account after the change; 404 for somebody who is not there, 409 where the rules refuse it."""
    try:
        done = change(Administration(web.store, web.directory, web.clock(), by=caller.person))
    except UnknownPersonError:
        raise authority.not_found() from None
    if done.refusal is not None:
        raise ProblemError(
            HTTPStatus.CONFLICT, f"不予办理 refused: {done.refusal.reason}", kind=done.refusal.rule.replace("_", "-")
        )
    with web.store.reading() as session:
        return _shown(session, web, done.person)


def _shown(session: Session, web: Web, one: Person) -> PersonOut:
    lent = [*accounts.delegations(session, person_id=one.id), *accounts.delegations(session, principal=one.id)]
    posts: list[ActingPost] = list(posts_of(session, one.id, local_date(web.clock())))
    return PersonOut(
        id=one.id,
        login=one.login,
        name=one.name,
        state=one.state,
        roles=[role for _, role in accounts.roles(session, one.id)],
        posts=[ActingOut(**each.model_dump()) for each in posts],
        holdings=[HoldingOut(**each.model_dump(exclude={"person"})) for each in accounts.holdings(session, one.id)],
        delegations=[DelegationOut(**each.model_dump()) for each in lent],
    )
