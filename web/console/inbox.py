"""What has the visitor's post to do, the earliest first 待办, and what has it done, the latest first 已办?

What is to be done is found by the rules (policies/waiting.py) among what the record has to offer (record/inbox.py);
the pages only put it in order and say how far each day is.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from sqlmodel import Session

from models.cases import CaseState
from models.contract import is_case, is_proceeding
from models.proceedings import ProceedingState
from policies import waiting
from policies.calendar import Calendar
from policies.distance import Distance, distance
from policies.waiting import FREE, Duty, Owed, Question, Todo
from record import inbox as record_inbox
from record import registers
from record.inbox import Candidate, Place, Source
from record.matters import NEVER
from showing.weeks import week_of
from web.api import authority
from web.api.parts import calendar_of
from web.api.texts import CURSOR
from web.console.filters import Due as RegisterDue
from web.console.filters import Filters as Register
from web.console.filters import State
from web.console.navigation import INBOX, PREFIX, has_inbox
from web.console.visits import PageRoute, Visit, Visiting, page
from web.console.waiting import waits
from web.problems import ProblemError

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

DONE = f"{INBOX}/done"

LINES = 50
"""What a page shows."""

_LOOKED_AT = 500
"""Candidates looked at for one page: what is found beyond them is on the next."""

_WHAT: dict[str, Todo] = {one.value: one for kind in (Duty, Question) for one in kind}


class Due(StrEnum):
    """Only what runs out so."""

    OVERDUE = "overdue"
    WEEK = "week"


class Filters(BaseModel):
    """What an address of the inbox says; empty fields of its form say nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    what: Duty | Question | None = None
    due: Due | None = None
    after: Annotated[str, StringConstraints(pattern=CURSOR)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_empty(cls, said: Any) -> Any:
        return (
            {name: value for name, value in said.items() if value not in ("", None)} if isinstance(said, dict) else said
        )

    def address(self, **changed: Any) -> str:
        """The address that says this, with what is `changed`; another page only where `after` is."""
        said = {**self.model_dump(mode="json"), "after": None, **changed}
        words = urlencode([(name, str(value)) for name, value in said.items() if value is not None])
        return f"{INBOX}?{words}" if words else INBOX


class Done(BaseModel):
    """Which page of what was done."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    after: Annotated[str, StringConstraints(pattern=CURSOR)] | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be done: what, by when, how far that is, and whether it need not be done."""

    what: Todo
    due_at: datetime | None
    far: Distance | None
    late: bool
    free: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Everything that is to be done in one target; `step` is the title of a proceeding's step, None for others."""

    target: str
    title: str
    address: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The lines of one page, and where the next begins (None: there is none)."""

    lines: tuple[Line, ...]
    next: Place | None


def address_of(target: str) -> str:
    """Where the page of a target is."""
    if is_case(target):
        return f"{PREFIX}/cases/{target}"
    return f"{PREFIX}/{'proceedings' if is_proceeding(target) else 'matters'}/{target}"


@routes.get(INBOX)
def inbox(filters: Annotated[Filters, Query()], this: Visiting) -> HTMLResponse:
    """What is to be done, by what is due."""
    _may(this)
    at = this.web.clock()
    with this.web.store.reading() as session:
        found = todo(session, this, filters, at)
        figures = _led(session, this, at)
    return page(
        this,
        "inbox.html",
        here="inbox",
        filters=filters,
        found=found,
        next=found.next and filters.address(after=str(found.next)),
        first=filters.address() if filters.after else None,
        figures=figures,
        kinds=tuple(_WHAT),
        address=INBOX,
        done_address=DONE,
    )


def _led(session: Session, this: Visit, at: datetime) -> list[tuple[str, int, str]]:
    """What the post's own organ leads: how much is in hand, late, and due this week, each with where its lines are."""
    organ = this.web.directory.organ_of(this.caller.post)
    if organ is None:
        return []
    wanted = {
        "open": Register(lead=organ.name, state=State.OPEN),
        "overdue": Register(lead=organ.name, state=State.OVERDUE),
        "week": Register(lead=organ.name, due=RegisterDue.WEEK),
    }
    scope = authority.scope_of(this.web, this.caller)
    sought = {name: one.sought(at) for name, one in wanted.items()}
    numbers = registers.numbers(session, sought, scope=scope, now=at)
    return [(name, numbers[name], one.address()) for name, one in wanted.items()] if numbers["open"] else []


@routes.get(DONE)
def done(asked: Annotated[Done, Query()], this: Visiting) -> HTMLResponse:
    """What was done, refusals too."""
    _may(this)
    with this.web.store.reading() as session:
        try:
            found = record_inbox.done(
                session, authority.scope_of(this.web, this.caller), after=asked.after, limit=LINES
            )
        except ValueError as error:
            raise ProblemError(404, "") from error
    return page(
        this,
        "done.html",
        here="inbox",
        found=found.items,
        next=found.next and f"{DONE}?{urlencode({'after': found.next})}",
        first=DONE if asked.after else None,
        address=INBOX,
        address_of=address_of,
    )


def _may(this: Visit) -> None:
    """End the visit with 404 for whom no inbox is: somebody without a post, and the look at somebody else's."""
    if not has_inbox(this.web, this.caller):
        raise authority.not_found()


# --- what is to be done -----------------------------------------------------------------------------------------------


def todo(session: Session, this: Visit, filters: Filters, at: datetime) -> Found:
    """One page of what the visitor's post has to do; ends the visit with 404 for a cursor that no page gave."""
    try:
        after = Place.read(filters.after) if filters.after else None
    except ValueError as error:
        raise ProblemError(404, "") from error
    # What runs out at this very instant is overdue: the first instant that is not lies a moment later.
    before = {None: None, Due.OVERDUE: _just_after(at), Due.WEEK: week_of(at).before}[filters.due]
    working = calendar_of(session)
    asked = {one for found in waits(session, this, in_cases=False).asked.values() for one in found}
    sources = record_inbox.candidates(session, authority.scope_of(this.web, this.caller), asked, after, before)
    lines: dict[str, Line] = {}
    last: Place | None = None
    read = (found for source, found in sources.items() if _may_hold(source, filters.what))
    for number, candidate in enumerate(heapq.merge(*read, key=_order)):
        if (len(lines) >= LINES or number >= _LOOKED_AT) and candidate.place != last:
            return Found(tuple(lines.values()), last)
        last = candidate.place
        items = tuple(_items(this, candidate, filters, at, working))
        if items:
            known = lines.get(candidate.place.target)
            lines[candidate.place.target] = Line(
                candidate.place.target,
                candidate.title,
                address_of(candidate.place.target),
                (*(known.items if known else ()), *items),
            )
    return Found(tuple(lines.values()), None)


def _may_hold(source: Source, what: Todo | None) -> bool:
    """Whether what is looked for can be found in that source at all."""
    return (
        what is None
        or what
        in {
            Source.LED: waiting.LEADS,
            Source.ASKED: waiting.OF_MATTERS,
            Source.PART: {Duty.CO_PART},
            Source.CASE: waiting.OF_CASES,
            Source.PROCEEDING: waiting.OF_PROCEEDINGS,
        }[source]
    )


def _order(one: Candidate) -> tuple[datetime, str]:
    return one.place.ends_at, one.place.target


def _just_after(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond + 1) if at.microsecond < 999_999 else at


def _items(this: Visit, one: Candidate, filters: Filters, at: datetime, working: Calendar) -> Iterator[Item]:
    for owed in sorted(_owed(this, one), key=_ends):
        late = owed.due_at is not None and owed.due_at <= at
        if filters.what is not None and owed.what is not filters.what:
            continue
        if filters.due is Due.OVERDUE and not late:
            continue
        far = None if owed.due_at is None else distance(owed.due_at, at, working, overdue=late)
        yield Item(owed.what, owed.due_at, far, late, owed.what in FREE)


def _ends(one: Owed) -> datetime:
    return one.due_at or NEVER


def _owed(this: Visit, one: Candidate) -> Iterator[Owed]:
    """What the post has to do there, each thing from the one source that is looked through for it."""
    post, directory, roles = this.caller.post, this.web.directory, authority.roles_of(this.caller)
    state = one.state
    if isinstance(state, CaseState):
        yield from waiting.todo_in_case(post, state, directory, roles)
        return
    if isinstance(state, ProceedingState):
        yield from waiting.todo_in_proceeding(post, state, directory, roles)
        return
    for owed in waiting.todo_in_matter(post, state, directory, roles):
        of = Source.ASKED if isinstance(owed.what, Question) else Source.LED
        if (Source.PART if owed.what is Duty.CO_PART else of) is one.source:
            yield owed
