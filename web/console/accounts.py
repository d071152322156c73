"""Accounts: who may sign in, which posts they hold or lend, who looks after the site; for whom that is.

Every rule and every act is identity/administration.py's; a refusal is on record and a page that keeps what was typed.
A password that is set here is made here and shown once, on the page that answers.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Form, Path
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlmodel import Session

from identity.administration import Administration, Done, UnknownPersonError
from identity.holdings import posts_of
from models.access import SiteCommand, View
from models.contract import person_target
from models.identity import ActingPost, Delegation, Holding, Person, SiteRole
from policies.access import may
from policies.deadlines import local_date
from policies.relations import Site
from record import accounts
from record.ledger import Entry, entries
from web.api import authority, keys
from web.api.accounts import PERSON
from web.api.texts import KEY, PRINTABLE, Day
from web.console.navigation import SITE
from web.console.visits import PageRoute, Posting, Visit, Visiting, page
from web.problems import ProblemError

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

ACCOUNTS = f"{SITE}/accounts"

_LENGTH = 20
# Without letters and digits that are taken for each other when somebody types them.
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

PersonId = Annotated[str, Path(pattern=PERSON)]
_Word = Annotated[str, StringConstraints(max_length=200, pattern=PRINTABLE, strip_whitespace=True)]


class Said(BaseModel):
    """What a form about an account says; which fields it has, says the form. Empty fields say nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    message: Annotated[str, StringConstraints(pattern=KEY)]
    login: _Word | None = None
    name: _Word | None = None
    post: _Word | None = None
    since: Day | None = None
    until: Day | None = None
    last_day: Day | None = None
    to: Annotated[str, StringConstraints(pattern=PERSON)] | None = None
    reason: _Word | None = None
    role: SiteRole | None = None
    number: Annotated[int, Field(ge=1, le=2_000_000_000)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_empty(cls, said: Any) -> Any:
        return {name: value for name, value in said.items() if value != ""} if isinstance(said, dict) else said


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a form: refused with a reason, or done; `secret` is shown once; `again`: it had been done before."""

    do: str
    refused: str | None = None
    rule: str | None = None
    secret: str | None = None
    again: bool = False
    typed: Said | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One account as a page shows it."""

    person: Person
    roles: tuple[SiteRole, ...]
    posts: tuple[ActingPost, ...]
    holdings: tuple[Holding, ...]
    lent: tuple[Delegation, ...]
    acts: tuple[Entry, ...] = ()


def sees_accounts(this: Visit) -> None:
    """End the visit with 404 for whom accounts are not."""
    if not authority.sees(this.web, this.caller, Site(this.web.settings.office), View.ACCOUNTS):
        raise authority.not_found()


def _manages(this: Visit) -> bool:
    held = authority.standing_of(this.web, this.caller, Site(this.web.settings.office))
    return may(SiteCommand.MANAGE_ACCOUNTS.value, held)


@routes.get(ACCOUNTS)
def listed(this: Visiting) -> HTMLResponse:
    """Everybody who may sign in, with the posts of today."""
    sees_accounts(this)
    return _list(this)


@routes.get(f"{ACCOUNTS}/{{person}}")
def account(person: PersonId, this: Visiting) -> HTMLResponse:
    """One account, with everything that was done to it."""
    sees_accounts(this)
    return _page(this, person)


@routes.post(ACCOUNTS)
def register(this: Posting, said: Annotated[Said, Form()]) -> HTMLResponse:
    """Somebody new."""
    _check(this)
    if _again(this, said):
        return _list(this, Answer("register", again=True))
    done = _office(this).register(said.login or "", said.name)
    if done.refusal is not None:
        return _list(this, Answer("register", done.refusal.reason, done.refusal.rule, typed=said))
    keys.claim(this.web, this.caller, said.message, this.request, _words(said))
    return _page(this, done.person.id, Answer("register"))


@routes.post(f"{ACCOUNTS}/{{person}}/{{do}}")
def change(person: PersonId, do: str, this: Posting, said: Annotated[Said, Form()]) -> HTMLResponse:
    """Change an account; the page again, with what came of it."""
    _check(this)
    if do not in _CHANGES:
        raise authority.not_found()
    _complete(this, do, person, said)
    if _again(this, said):
        return _page(this, person, Answer(do, again=True))
    secret = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) if do == "password" else None
    try:
        done = _CHANGES[do](_office(this), person, said, secret or "")
    except UnknownPersonError:
        raise authority.not_found() from None
    if done.refusal is not None:
        return _page(this, person, Answer(do, done.refusal.reason, done.refusal.rule, typed=said))
    keys.claim(this.web, this.caller, said.message, this.request, _words(said))
    return _page(this, person, Answer(do, secret=secret))


def _check(this: Visit) -> None:
    sees_accounts(this)
    if not _manages(this):
        raise authority.not_found()


def _complete(this: Visit, do: str, person: str, said: Said) -> None:
    """End the request with 422 where a form says less than it asks for, 404 for a lending of somebody else."""
    lacking = [name for name in _NEEDED.get(do, ()) if getattr(said, name) is None]
    if lacking:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "、".join(lacking))
    if do == "recall":
        with this.web.store.reading() as session:
            lent = next(iter(accounts.delegations(session, number=said.number)), None)
        if lent is None or lent.principal != person:
            raise authority.not_found()


def _again(this: Visit, said: Said) -> bool:
    """Whether this form was carried out before; 422 where it stood for something else."""
    if not keys.claimed(this.web, this.caller, said.message):
        return False
    keys.claim(this.web, this.caller, said.message, this.request, _words(said))
    return True


def _words(said: Said) -> dict[str, Any]:
    return said.model_dump(mode="json", exclude_none=True)


def _office(this: Visit) -> Administration:
    return Administration(this.web.store, this.web.directory, this.web.clock(), by=this.caller.person)


_Change = Callable[[Administration, str, Said, str], Done]
_NO_DAY = date.min
_CHANGES: dict[str, _Change] = {
    "hold": lambda office, who, said, _: office.hold(who, said.post or "", said.since or _NO_DAY, said.until),
    "vacate": lambda office, who, said, _: office.vacate(who, said.post or "", said.last_day or _NO_DAY, said.reason),
    "lend": lambda office, who, said, _: office.lend(
        who, said.post or "", said.to or "", said.since or _NO_DAY, said.until or _NO_DAY, reason=said.reason or ""
    ),
    "recall": lambda office, _who, said, _: office.recall(said.number or 0),
    "lock": lambda office, who, said, _: office.lock(who, said.reason),
    "unlock": lambda office, who, _said, _: office.unlock(who),
    "give-role": lambda office, who, said, _: office.give_role(who, said.role or SiteRole.AUDITOR),
    "withdraw-role": lambda office, who, said, _: office.withdraw_role(who, said.role or SiteRole.AUDITOR),
    "password": lambda office, who, _said, secret: office.set_password(who, secret),
}
_NEEDED = {
    "hold": ("post", "since"), "vacate": ("post", "last_day"), "lend": ("post", "to", "since", "until", "reason"),
    "recall": ("number",), "give-role": ("role",), "withdraw-role": ("role",),
}  # fmt: skip


# --- the pages --------------------------------------------------------------------------------------------------------


def _list(this: Visit, answer: Answer | None = None) -> HTMLResponse:
    with this.web.store.reading() as session:
        found = [_shown(session, this, one) for one in accounts.persons(session)]
    return page(
        this,
        "accounts.html",
        status=_status(answer),
        here="site",
        found=found,
        answer=answer,
        manages=_manages(this),
        message=lambda: uuid4().hex,
        site=SITE,
    )


def _page(this: Visit, person: str, answer: Answer | None = None) -> HTMLResponse:
    with this.web.store.reading() as session:
        one = accounts.person(session, person)
        if one is None:
            raise authority.not_found()
        found = _shown(session, this, one, whole=True)
        others = [other for other in accounts.persons(session) if other.id != person]
    return page(
        this,
        "account.html",
        status=_status(answer),
        here="site",
        found=found,
        others=others,
        answer=answer,
        manages=_manages(this),
        roles=tuple(SiteRole),
        today=local_date(this.web.clock()),
        message=lambda: uuid4().hex,
        site=SITE,
    )


def _status(answer: Answer | None) -> HTTPStatus:
    return HTTPStatus.CONFLICT if answer is not None and answer.refused is not None else HTTPStatus.OK


def _shown(session: Session, this: Visit, one: Person, *, whole: bool = False) -> Shown:
    lent = [*accounts.delegations(session, person_id=one.id), *accounts.delegations(session, principal=one.id)]
    return Shown(
        one,
        tuple(role for _, role in accounts.roles(session, one.id)),
        tuple(posts_of(session, one.id, local_date(this.web.clock()))),
        tuple(accounts.holdings(session, one.id)),
        tuple(dict.fromkeys(lent)),
        tuple(entries(session, person_target(one.id))) if whole else (),
    )
