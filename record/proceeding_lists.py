"""What do lists and pages show of proceedings, petitions and duties?

Frozen values computed in the database within the reader's scope, as record/views.py has them of matters; their stories
are there too (`timeline`). Who turned to the office is in none of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal, or_, select, true, tuple_
from sqlmodel import Session

from models.access import Scope
from models.acts import ActName
from models.matters import Light
from models.proceedings import ProceedingStage, ProceedingState
from models.rows import Instant, ProceedingRow, ProceedingSnapshotRow, aware, table
from record import parties
from record.pages import Page, bounded, cut, instant_of
from record.proceedings import OVER
from record.registers import Order
from record.views import CaseLine, cases, within

_PROCEEDINGS = table(ProceedingRow)
_SNAPSHOTS = table(ProceedingSnapshotRow)

_SEPARATOR = "|"
_NEVER = datetime.fromisoformat("9999-12-31T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class ProceedingLine:
    """One of them in a list; instants in Asia/Shanghai. `kind` is what users call it, `step` the step under way.

    `level` is how often that has been missed. `level`, `last_act` and `cases_open` are None where only a part of it is
    the reader's.
    """

    id: str
    kind: str
    procedure: str
    title: str
    lead: str
    office: str
    leader: str
    subject: str | None
    channel: str | None
    public: bool | None
    urgent: bool
    stage: ProceedingStage
    step: str | None
    step_title: str | None
    light: Light
    level: int | None
    paused: bool
    overdue: bool
    due_at: datetime | None
    valid_until: datetime | None
    opened_at: datetime
    ended_at: datetime | None
    last_act: ActName | None
    last_act_at: datetime | None
    cases_open: int | None
    linked_to: str | None


@dataclass(frozen=True, slots=True)
class ProceedingCard:
    """Everything there is on one of them but its story: line, ledger entry it stands at, state, cases."""

    line: ProceedingLine
    seq: int
    state: ProceedingState
    cases: tuple[CaseLine, ...]


@dataclass(frozen=True, slots=True)
class PublicProceeding:
    """What the public sees of one that is marked public; `due_on` is a date in Asia/Shanghai."""

    id: str
    kind: str
    title: str
    lead: str
    stage: ProceedingStage
    step_title: str | None
    light: Light
    due_on: date | None


@dataclass(frozen=True, slots=True)
class SoughtProceedings:
    """Which of them: everything that is given has to fit.

    `organ` leads it or is its office; `due_by` (aware, inclusive): those that fall due by then; `text` is looked for in
    title and id; `open` are those under way. `ids`, where given, are the only ones.
    """

    kind: str | None = None
    procedure: str | None = None
    lead: str | None = None
    office: str | None = None
    organ: str | None = None
    subject: str | None = None
    channel: str | None = None
    stage: ProceedingStage | None = None
    light: Light | None = None
    open: bool = False
    overdue: bool | None = None
    due_by: datetime | None = None
    text: str | None = None
    ids: frozenset[str] | None = None


def listed(
    session: Session,
    *,
    scope: Scope,
    now: datetime,
    after: str | None = None,
    limit: int = 50,
    **sought: Any,
) -> Page[ProceedingLine]:
    """Those within the scope that fit every given filter (fields of SoughtProceedings), by id; pages as in `found`."""
    wanted = SoughtProceedings(**sought)
    return found(session, wanted, scope=scope, now=now, after=after, limit=limit)


def found(
    session: Session,
    sought: SoughtProceedings,
    *,
    scope: Scope,
    now: datetime,
    order: Order = Order.NUMBER,
    after: str | None = None,
    limit: int = 50,
) -> Page[ProceedingLine]:
    """Those within the scope that fit, in this order; `after` is the `next` of the page before.

    Raises ValueError for a foreign `after`, or a limit beyond 1..1000.
    """
    whole = parties.proceeding_whole(scope)
    chosen = select(_PROCEEDINGS, (true() if whole is None else whole).label("whole"))
    chosen = within(chosen.where(*_conditions(sought, now)), parties.proceeding_listed(scope))
    if order is Order.NUMBER:
        chosen = chosen.order_by(_PROCEEDINGS.c.id)
        if after is not None:
            chosen = chosen.where(_PROCEEDINGS.c.id > after)
        found_ = [_line(row, now) for row in session.execute(chosen.limit(bounded(limit) + 1))]
        return cut(found_, limit, lambda one: one.id)
    shown = [_line(row, now) for row in _ordered(session, chosen, order, after, bounded(limit) + 1)]
    return cut(shown, limit, lambda one: f"{_place(order, one).isoformat()}{_SEPARATOR}{one.id}")


def _ordered(session: Session, chosen: Select[Any], order: Order, after: str | None, many: int) -> Iterator[Row[Any]]:
    """So many rows from this place on: the latest opened first, or the earliest due, and last what is not due."""
    of, forward = _PROCEEDINGS.c, order is Order.DUE
    key = of.due_at if forward else of.opened_at
    instant, _, last = (after or "").partition(_SEPARATOR)
    since = None if after is None else instant_of(instant)
    if since != _NEVER:
        dated = chosen.where(key.is_not(None))
        if since is not None:
            here, there = tuple_(key, of.id), tuple_(literal(since, Instant()), literal(last))
            dated = dated.where(here > there if forward else here < there)
        rows = session.execute(
            dated.order_by(*((key, of.id) if forward else (key.desc(), of.id.desc()))).limit(many)
        ).all()
        yield from rows
        many -= len(rows)
    if many and forward:
        undated = chosen.where(key.is_(None))
        if since == _NEVER:
            undated = undated.where(of.id > last)
        yield from session.execute(undated.order_by(of.id).limit(many))


def _place(order: Order, one: ProceedingLine) -> datetime:
    return one.opened_at if order is Order.NEWEST else one.due_at or _NEVER


def number(session: Session, sought: SoughtProceedings, *, scope: Scope, now: datetime) -> int:
    """How many of them fit."""
    chosen = select(func.count()).select_from(_PROCEEDINGS).where(*_conditions(sought, now))
    counted: int = session.execute(within(chosen, parties.proceeding_listed(scope))).scalar_one()
    return counted


def _conditions(sought: SoughtProceedings, now: datetime) -> list[ColumnElement[bool]]:
    of = _PROCEEDINGS.c
    fits: list[ColumnElement[bool]] = [
        of[name] == value
        for name in ("kind", "procedure", "lead", "office", "subject", "channel", "stage", "light")
        if (value := getattr(sought, name)) is not None
    ]
    if sought.organ is not None:
        fits.append(or_(of.lead == sought.organ, of.office == sought.organ))
    if sought.open:
        fits.append(of.stage.not_in(OVER))
    if sought.due_by is not None:
        fits += [of.due_at.is_not(None), of.due_at <= aware(sought.due_by)]
    if sought.overdue is not None:
        late = _overdue(now)
        fits.append(late if sought.overdue else or_(of.overdue_from.is_(None), ~late))
    if sought.text is not None:
        fits.append(or_(*(column.contains(sought.text, autoescape=True) for column in (of.title, of.id))))
    if sought.ids is not None:
        fits.append(of.id.in_(sorted(sought.ids)))
    return fits


def line(session: Session, target: str, now: datetime, *, scope: Scope) -> ProceedingLine | None:
    """Its line in a list, for whom a part of it is his; None where there is none that he sees at all."""
    whole = parties.proceeding_whole(scope)
    chosen = select(_PROCEEDINGS, (true() if whole is None else whole).label("whole")).where(
        _PROCEEDINGS.c.id == target
    )
    visible = parties.proceeding_listed(scope)
    row = session.execute(chosen if visible is None else chosen.where(visible)).first()
    return None if row is None else _line(row, now)


def card(session: Session, target: str, now: datetime, *, scope: Scope) -> ProceedingCard | None:
    """What is known of it, with the cases the reader may know of; None where there is none that he sees whole."""
    chosen = (
        select(_PROCEEDINGS, _SNAPSHOTS.c.seq, _SNAPSHOTS.c.state, true().label("whole"))
        .join_from(_PROCEEDINGS, _SNAPSHOTS, _SNAPSHOTS.c.id == _PROCEEDINGS.c.id)
        .where(_PROCEEDINGS.c.id == target)
    )
    visible = parties.proceeding_whole(scope)
    row = session.execute(chosen if visible is None else chosen.where(visible)).first()
    if row is None:
        return None
    state = ProceedingState.model_validate_json(row.state)
    return ProceedingCard(_line(row, now), row.seq, state, tuple(cases(session, target, scope=scope)))


def published(
    session: Session, *, text: str | None = None, after: str | None = None, limit: int = 50
) -> Page[PublicProceeding]:
    """What the public may list: what is marked public, by id; `text` stands in its title or id."""
    chosen = select(_PROCEEDINGS).where(_PROCEEDINGS.c.public.is_(True))
    if text is not None:
        named = (_PROCEEDINGS.c.title, _PROCEEDINGS.c.id)
        chosen = chosen.where(or_(*(column.contains(text, autoescape=True) for column in named)))
    if after is not None:
        chosen = chosen.where(_PROCEEDINGS.c.id > after)
    rows = session.execute(chosen.order_by(_PROCEEDINGS.c.id).limit(bounded(limit) + 1))
    return cut([_public(row) for row in rows], limit, lambda line: line.id)


def public_status(session: Session, target: str) -> PublicProceeding | None:
    """The same of one; None where there is none of this id, or it is not marked public."""
    chosen = select(_PROCEEDINGS).where(_PROCEEDINGS.c.id == target, _PROCEEDINGS.c.public.is_(True))
    row = session.execute(chosen).first()
    return None if row is None else _public(row)


def _overdue(now: datetime) -> ColumnElement[bool]:
    return _PROCEEDINGS.c.overdue_from.is_not(None) & (_PROCEEDINGS.c.overdue_from <= aware(now))


def _public(row: Row[Any]) -> PublicProceeding:
    due_on = row.due_at.date() if row.due_at else None
    stage, light = ProceedingStage(row.stage), Light(row.light)
    return PublicProceeding(row.id, row.kind, row.title, row.lead, stage, row.step_title, light, due_on)


def _line(row: Row[Any], now: datetime) -> ProceedingLine:
    whole = row.whole
    return ProceedingLine(
        id=row.id,
        kind=row.kind,
        procedure=row.procedure,
        title=row.title,
        lead=row.lead,
        office=row.office,
        leader=row.leader,
        subject=row.subject,
        channel=row.channel,
        public=row.public,
        urgent=row.urgent,
        stage=ProceedingStage(row.stage),
        step=row.step,
        step_title=row.step_title,
        light=Light(row.light),
        level=row.level if whole else None,
        paused=row.paused,
        overdue=row.overdue_from is not None and row.overdue_from <= aware(now),
        due_at=row.due_at,
        valid_until=row.valid_until,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
        last_act=ActName(row.last_act) if whole else None,
        last_act_at=row.last_act_at if whole else None,
        cases_open=row.cases_open if whole else None,
        linked_to=row.linked_to,
    )


def step_title(session: Session, target: str) -> str | None:
    """What users read of the step under way, or of the last one; None for an unknown target."""
    found: str | None = session.execute(
        select(_PROCEEDINGS.c.step_title).where(_PROCEEDINGS.c.id == target)
    ).scalar_one_or_none()
    return found
