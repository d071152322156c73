"""What may a post have to do, the earliest first, and what has it done, the latest first?

Candidates only, by what the lists know of each target: what is really to be done, and by whom, is for the rules
(policies/waiting.py). Each source goes on behind a place, so that nobody's inbox is read further than it is shown.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, func, literal, or_, select, tuple_
from sqlmodel import Session

from models.access import Scope
from models.acts import ActName
from models.asked import Asked
from models.cases import CaseState
from models.contract import is_case, is_proceeding
from models.matters import MatterState
from models.proceedings import ProceedingState
from models.rows import (
    ActRow,
    CaseRow,
    CaseSnapshotRow,
    DoingRow,
    Instant,
    MatterRow,
    PartyRow,
    ProceedingRow,
    ProceedingSnapshotRow,
    SnapshotRow,
    aware,
    table,
)
from record import cases, parties, proceedings
from record.matters import NEVER, SETTLED
from record.pages import Page, bounded, cut, instant_of
from record.parties import Part
from record.statements import unit

_ACTS = table(ActRow)
_CASES = table(CaseRow)
_CASE_STATES = table(CaseSnapshotRow)
_DOINGS = table(DoingRow)
_MATTERS = table(MatterRow)
_PARTIES = table(PartyRow)
_PROCEEDINGS = table(ProceedingRow)
_PROCEEDING_STATES = table(ProceedingSnapshotRow)
_STATES = table(SnapshotRow)

_BATCH = 60
_SEPARATOR = "|"

State = MatterState | CaseState | ProceedingState


class Source(StrEnum):
    """Where a candidate was found: led, asked about, co-handled; a case; a proceeding, petition or duty."""

    LED = "led"
    ASKED = "asked"
    PART = "part"
    CASE = "case"
    PROCEEDING = "proceeding"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the order of an inbox something stands: by its end (NEVER where nothing runs out), then by its id."""

    ends_at: datetime
    target: str

    def __str__(self) -> str:
        return f"{self.ends_at.isoformat()}{_SEPARATOR}{self.target}"

    @classmethod
    def read(cls, text: str) -> "Place":
        """The place that was written so; raises ValueError for anything else."""
        instant, separator, target = text.partition(_SEPARATOR)
        if not separator:
            raise ValueError(text)
        return cls(instant_of(instant), target)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A target in which something may be to be done, as it stands."""

    source: Source
    place: Place
    title: str
    state: State


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was done through the post; `title` is None where the reader may not list the target (any more)."""

    at: datetime
    target: str
    seq: int
    act: ActName
    title: str | None


def candidates(
    session: Session, scope: Scope, asked: Collection[Asked], after: Place | None, before: datetime | None
) -> dict[Source, Iterator[Candidate]]:
    """What may be to be done by the post of this scope, behind the place `after`, and ending before the instant.

    `asked` is what the post may answer (models/asked.py). Each source in the order of places; read only as far as
    somebody asks it to go on.
    """
    read: dict[Source, Callable[[], _Chosen]] = {
        Source.LED: lambda: _led(scope),
        Source.ASKED: lambda: _asked(asked),
        Source.PART: lambda: _part(scope, in_array=unit(session).dialect.name != "sqlite"),
        Source.CASE: lambda: _case(scope),
        Source.PROCEEDING: lambda: _proceeding(scope),
    }
    return {source: _going_on(session, source, choose(), after, before) for source, choose in read.items()}


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The candidates of one source: which, by what end, under which id; where their states are kept, and as what."""

    which: Select[Any]
    ends_at: ColumnElement[Any]
    of: ColumnElement[str]
    states: Table
    read: Callable[[Session, str, str], State]


def _going_on(
    session: Session, source: Source, chosen: _Chosen, after: Place | None, before: datetime | None
) -> Iterator[Candidate]:
    place = tuple_(chosen.ends_at, chosen.of)
    which = chosen.which.add_columns(chosen.ends_at.label("ends_at"), chosen.of.label("of"))
    if before is not None:
        which = which.where(chosen.ends_at < literal(aware(before), Instant()))
    which = which.order_by(chosen.ends_at, chosen.of).limit(_BATCH)
    while True:
        batch = which
        if after is not None:
            batch = which.where(place > tuple_(literal(after.ends_at, Instant()), literal(after.target)))
        # States are long: only those of the batch are read.
        first = batch.subquery()
        told = select(first, chosen.states.c.state).join_from(first, chosen.states, chosen.states.c.id == first.c.of)
        rows = session.execute(told.order_by(first.c.ends_at, first.c.of)).all()
        for row in rows:
            after = Place(row.ends_at, row.of)
            yield Candidate(source, after, row.title or row.of, chosen.read(session, row.of, row.state))
        if len(rows) < _BATCH:
            return


def _matter(_session: Session, _target: str, text: str) -> State:
    return MatterState.model_validate_json(text)


def _opened(_session: Session, _target: str, text: str) -> State:
    return ProceedingState.model_validate_json(text)


def _led(scope: Scope) -> _Chosen:
    which = select(_MATTERS.c.title).where(_MATTERS.c.lead.in_(sorted(scope.own)), _MATTERS.c.handled_by.is_not(None))
    return _Chosen(which, _MATTERS.c.handled_by, _MATTERS.c.id, _STATES, _matter)


def _asked(asked: Collection[Asked]) -> _Chosen:
    texts = sorted(one.model_dump_json(exclude_defaults=True) for one in asked)
    which = select(_MATTERS.c.title)
    which = which.where(_MATTERS.c.asked_by.is_not(None), _MATTERS.c.asked.is_not(None), _MATTERS.c.asked.in_(texts))
    return _Chosen(which, _MATTERS.c.asked_by, _MATTERS.c.id, _STATES, _matter)


def _part(scope: Scope, *, in_array: bool) -> _Chosen:
    which = select(_MATTERS.c.title).where(
        parties.shared(scope, in_array=in_array),
        _MATTERS.c.stage.not_in([stage.value for stage in SETTLED]),
        _MATTERS.c.suspended.is_(False),
    )
    return _Chosen(which, _or_never(_MATTERS.c.due_at), _MATTERS.c.id, _STATES, _matter)


def _case(scope: Scope) -> _Chosen:
    which = select(_MATTERS.c.title).join_from(_CASES, _MATTERS, _MATTERS.c.id == _CASES.c.matter_id, isouter=True)
    # The window for a review is nobody's step, and only its subject's to use.
    mine = and_(_CASES.c.next_at.is_not(None), _CASES.c.subject.in_([*sorted(scope.own), scope.post]))
    which = which.where(or_(_CASES.c.due_at.is_not(None), mine))
    known = parties.case_known(scope, _CASES.c.id)
    which = which if known is None else which.where(known)
    ends_at = _or_never(func.coalesce(_CASES.c.due_at, _CASES.c.next_at))
    return _Chosen(which, ends_at, _CASES.c.id, _CASE_STATES, cases.state_of)


def _proceeding(scope: Scope) -> _Chosen:
    own = sorted(scope.own)
    mine = or_(
        and_(_PARTIES.c.role.in_((Part.HOLDER, Part.PANEL)), _PARTIES.c.party == scope.post),
        and_(_PARTIES.c.role.in_((Part.CO_HANDLER, Part.HANDED, Part.RECEIVER)), _PARTIES.c.party.in_(own)),
    )
    asked = or_(_PROCEEDINGS.c.leader == scope.post, _PROCEEDINGS.c.id.in_(select(_PARTIES.c.target).where(mine)))
    which = select(_PROCEEDINGS.c.title).where(_PROCEEDINGS.c.stage.not_in(proceedings.OVER), asked)
    ends_at = _or_never(_PROCEEDINGS.c.due_at)
    return _Chosen(which, ends_at, _PROCEEDINGS.c.id, _PROCEEDING_STATES, _opened)


def _or_never(column: ColumnElement[Any]) -> ColumnElement[Any]:
    found: ColumnElement[Any] = func.coalesce(column, literal(NEVER, Instant()), type_=Instant())
    return found


# --- what was done ----------------------------------------------------------------------------------------------------


def done(session: Session, scope: Scope, *, after: str | None = None, limit: int = 50) -> Page[Done]:
    """What was done through the post of this scope, the latest first; `after` is the `next` of the page before.

    Raises ValueError for a foreign `after`, or a limit beyond 1..1000.
    """
    chosen = (
        select(_DOINGS.c.at, _DOINGS.c.target, _DOINGS.c.seq, _ACTS.c.act)
        .join_from(_DOINGS, _ACTS, and_(_ACTS.c.target == _DOINGS.c.target, _ACTS.c.seq == _DOINGS.c.seq))
        .where(_DOINGS.c.post == scope.post)
    )
    place = tuple_(_DOINGS.c.at, _DOINGS.c.target, _DOINGS.c.seq)
    if after is not None:
        instant, target, seq = _read_done(after)
        chosen = chosen.where(place < tuple_(literal(instant, Instant()), literal(target), literal(seq)))
    chosen = chosen.order_by(_DOINGS.c.at.desc(), _DOINGS.c.target.desc(), _DOINGS.c.seq.desc())
    rows = session.execute(chosen.limit(bounded(limit) + 1)).all()
    titles = _titles(session, scope, {row.target for row in rows})
    found = [Done(row.at, row.target, row.seq, ActName(row.act), titles.get(row.target)) for row in rows]
    return cut(found, limit, lambda one: f"{one.at.isoformat()}{_SEPARATOR}{one.target}{_SEPARATOR}{one.seq}")


def _read_done(after: str) -> tuple[datetime, str, int]:
    instant, target, seq = after.split(_SEPARATOR)
    return instant_of(instant), target, int(seq)


def _titles(session: Session, scope: Scope, targets: set[str]) -> dict[str, str]:
    """The titles of those that the reader may list; of a case that of its matter, where it may be known."""
    of_cases = sorted(one for one in targets if is_case(one))
    opened = sorted(one for one in targets if is_proceeding(one) and not is_case(one))
    plain = sorted(targets - {*of_cases, *opened})
    known = parties.case_known(scope, _CASES.c.id)
    found: dict[str, str] = {}
    for chosen, visible in (
        (select(_MATTERS.c.id, _MATTERS.c.title).where(_MATTERS.c.id.in_(plain)), parties.listed(scope)),
        (
            select(_PROCEEDINGS.c.id, _PROCEEDINGS.c.title).where(_PROCEEDINGS.c.id.in_(opened)),
            parties.proceeding_listed(scope),
        ),
        (
            select(_CASES.c.id, _MATTERS.c.title)
            .join_from(_CASES, _MATTERS, _MATTERS.c.id == _CASES.c.matter_id, isouter=True)
            .where(_CASES.c.id.in_(of_cases)),
            known,
        ),
    ):
        rows = session.execute(chosen if visible is None else chosen.where(visible))
        found |= {row.id: row.title or row.id for row in rows}
    return found
