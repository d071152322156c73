"""What do lists, pages and exports show?

Everything a reader needs comes from here as frozen values, computed in the database; nobody works out for himself what
is overdue. It depends on the due instant and `now` alone, so it is never late, even when timers are.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

from sqlalchemy import ColumnElement, Row, Select, func, literal, or_, select, tuple_
from sqlmodel import Session

from models.acts import ActName
from models.matters import Light, MatterState, Severity, Stage, Urgency
from models.rows import ActRow, CaseRow, Instant, MatterRow, SnapshotRow, TallyRow, aware, table
from record.ledger import Entry, entry_of
from record.outbox import Notice, inbox
from record.pages import LONGEST_PAGE, Page, bounded, cut

_ACTS = table(ActRow)
_CASES = table(CaseRow)
_MATTERS = table(MatterRow)
_SNAPSHOTS = table(SnapshotRow)
_TALLIES = table(TallyRow)
_REGISTER = select(_MATTERS, _SNAPSHOTS.c.seq, _SNAPSHOTS.c.state).join_from(
    _MATTERS, _SNAPSHOTS, _SNAPSHOTS.c.id == _MATTERS.c.id
)
_TALLIED = [_TALLIES.c[name] for name in ("lead", "stage", "light", "matters", "escalated", "cases_open")]

# Overdue lists are ordered by due instant, their cursor names both parts.
_SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class MatterLine:
    """One matter in a list; instants in Asia/Shanghai. Fields of the terms are None for a refused registration."""

    id: str
    kind: str
    title: str | None
    lead: str | None
    office: str | None
    leader: str | None
    urgency: Urgency | None
    public: bool | None
    policy: str
    stage: Stage
    light: Light
    level: int
    suspended: bool
    overdue: bool
    due_at: datetime | None
    next_at: datetime | None
    registered_at: datetime | None
    assigned_at: datetime | None
    closed_at: datetime | None
    last_act: ActName
    last_act_at: datetime
    cases_open: int


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case of a matter."""

    id: str
    matter_id: str
    subject: str | None
    severity: Severity | None
    measure: str | None
    count: int | None
    open: bool
    proposed_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class MatterCard:
    """Everything there is on one matter but its story: the line, the state behind it and its cases."""

    line: MatterLine
    seq: int
    state: MatterState
    cases: tuple[CaseLine, ...]


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One matter as the office's own sheet shows it: the line, the ledger entry it stands at, the state behind it."""

    line: MatterLine
    seq: int
    state: MatterState


@dataclass(frozen=True, slots=True)
class OrganSummary:
    """Where the matters of one lead stand; `organ` is None in the totals.

    `escalated` counts matters whose escalation has begun (level 1 or higher), `proposed` open cases.
    """

    organ: str | None
    matters: int
    lights: dict[Light, int] = field(default_factory=dict)
    stages: dict[Stage, int] = field(default_factory=dict)
    overdue: int = 0
    escalated: int = 0
    proposed: int = 0


@dataclass(frozen=True, slots=True)
class Overview:
    """The summaries by lead organ, in the order of their names, and all of them together."""

    organs: tuple[OrganSummary, ...]
    totals: OrganSummary


def matters(
    session: Session,
    *,
    now: datetime,
    lead: str | None = None,
    office: str | None = None,
    stage: Stage | None = None,
    light: Light | None = None,
    overdue: bool | None = None,
    text: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[MatterLine]:
    """The matters that fit every given filter, by id; with `overdue=True` the longest overdue first.

    `text` is looked for in title and id. `overdue` is judged at the aware instant `now`, at which a clock due then has
    run out. `after` is the `next` of the page before; a foreign one raises ValueError, as does a limit beyond 1..1000.
    """
    chosen = select(_MATTERS).limit(bounded(limit) + 1)
    for column, wanted in ((_MATTERS.c.lead, lead), (_MATTERS.c.office, office)):
        if wanted is not None:
            chosen = chosen.where(column == wanted)
    if stage is not None:
        chosen = chosen.where(_MATTERS.c.stage == Stage(stage).value)
    if light is not None:
        chosen = chosen.where(_MATTERS.c.light == Light(light).value)
    if text is not None:
        chosen = chosen.where(
            or_(_MATTERS.c.title.contains(text, autoescape=True), _MATTERS.c.id.contains(text, autoescape=True))
        )
    if overdue:
        chosen = _oldest_first(chosen.where(_overdue(now)), after)
    else:
        if overdue is not None:
            chosen = chosen.where(or_(_MATTERS.c.overdue_from.is_(None), _MATTERS.c.overdue_from > aware(now)))
        if after is not None:
            chosen = chosen.where(_MATTERS.c.id > after)
        chosen = chosen.order_by(_MATTERS.c.id)
    found = [_line(row, now) for row in session.execute(chosen)]
    return cut(found, limit, _oldest_key if overdue else lambda line: line.id)


def card(session: Session, matter_id: str, now: datetime) -> MatterCard | None:
    """What is known of a matter; None when there is none of this id."""
    found = register_of(session, [matter_id], now=now).get(matter_id)
    if found is None:
        return None
    return MatterCard(found.line, found.seq, found.state, tuple(cases(session, matter_id)))


def register(
    session: Session, *, now: datetime, after: str | None = None, limit: int = LONGEST_PAGE
) -> Page[RegisterLine]:
    """The matters by id with all that stands behind them, page by page as in `matters`."""
    chosen = _REGISTER.order_by(_MATTERS.c.id).limit(bounded(limit) + 1)
    if after is not None:
        chosen = chosen.where(_MATTERS.c.id > after)
    found = [_register_line(row, now) for row in session.execute(chosen)]
    return cut(found, limit, lambda one: one.line.id)


def register_of(session: Session, matter_ids: Sequence[str], *, now: datetime) -> dict[str, RegisterLine]:
    """The same of these matters, by id; one that is not there is left out. ValueError beyond LONGEST_PAGE of them."""
    bounded(max(len(matter_ids), 1))
    rows = session.execute(_REGISTER.where(_MATTERS.c.id.in_(matter_ids)))
    return {row.id: _register_line(row, now) for row in rows}


def registered_by(session: Session, at: datetime) -> int:
    """How many matters had been registered by the aware instant `at`, included; refused ones are none."""
    number: int = session.execute(
        select(func.count()).select_from(_MATTERS).where(_MATTERS.c.registered_at <= aware(at))
    ).scalar_one()
    return number


def cases(session: Session, matter_id: str) -> list[CaseLine]:
    """The cases a matter has opened, in the order of proposal."""
    chosen = (
        # A row has a method named count.
        select(_CASES, _CASES.c.count.label("nth"))
        .where(_CASES.c.matter_id == matter_id)
        .order_by(_CASES.c.proposed_at, _CASES.c.id)
    )
    return [
        CaseLine(
            row.id,
            row.matter_id,
            row.subject,
            None if row.severity is None else Severity(row.severity),
            row.measure,
            row.nth,
            row.open,
            row.proposed_at,
            row.ended_at,
        )
        for row in session.execute(chosen)
    ]


def timeline(session: Session, target: str, *, with_cases: bool = True) -> list[Entry]:
    """The story of a matter and its cases (or of one case) in the order of recording; empty for an unknown target."""
    own = _ACTS.c.target == target
    if with_cases:
        own = own | _ACTS.c.target.in_(select(_CASES.c.id).where(_CASES.c.matter_id == target))
    return [entry_of(session, row) for row in session.execute(select(_ACTS).where(own).order_by(_ACTS.c.id))]


def by_organ(session: Session, now: datetime) -> Overview:
    """Where all matters stand at the aware instant `now`, by lead organ; refused registrations are no matters."""
    late = select(_MATTERS.c.lead, func.count().label("matters")).where(_overdue(now)).group_by(_MATTERS.c.lead)
    overdue = {row.lead: row.matters for row in session.execute(late)}
    sums: dict[str, _Sum] = {}
    for lead, *line in session.execute(select(*_TALLIED).where(_TALLIES.c.matters > 0)):
        sums.setdefault(lead, _Sum()).add(*line)
    totals = _Sum()
    for one in sums.values():
        totals.include(one)
    organs = tuple(sums[lead].summary(lead, overdue.get(lead, 0)) for lead in sorted(sums))
    return Overview(organs, totals.summary(None, sum(overdue.values())))


def _overdue(now: datetime) -> ColumnElement[bool]:
    return _MATTERS.c.overdue_from.is_not(None) & (_MATTERS.c.overdue_from <= aware(now))


def _oldest_first(chosen: Select[tuple[object, ...]], after: str | None) -> Select[tuple[object, ...]]:
    key = tuple_(_MATTERS.c.overdue_from, _MATTERS.c.id)
    if after is not None:
        instant, _, matter_id = after.partition(_SEPARATOR)
        seen = literal(datetime.fromisoformat(instant), Instant())
        chosen = chosen.where(key > tuple_(seen, literal(matter_id)))
    return chosen.order_by(_MATTERS.c.overdue_from, _MATTERS.c.id)


def _oldest_key(line: MatterLine) -> str:
    # What is overdue has a due instant.
    return f"{cast(datetime, line.due_at).astimezone(UTC).isoformat()}{_SEPARATOR}{line.id}"


def _line(row: Row[tuple[object, ...]], now: datetime) -> MatterLine:
    return MatterLine(
        id=row.id,
        kind=row.kind,
        title=row.title,
        lead=row.lead,
        office=row.office,
        leader=row.leader,
        urgency=None if row.urgency is None else Urgency(row.urgency),
        public=row.public,
        policy=row.policy,
        stage=Stage(row.stage),
        light=Light(row.light),
        level=row.level,
        suspended=row.suspended,
        overdue=row.overdue_from is not None and row.overdue_from <= aware(now),
        due_at=row.due_at,
        next_at=row.next_at,
        registered_at=row.registered_at,
        assigned_at=row.assigned_at,
        closed_at=row.closed_at,
        last_act=ActName(row.last_act),
        last_act_at=row.last_act_at,
        cases_open=row.cases_open,
    )


def _register_line(row: Row[tuple[object, ...]], now: datetime) -> RegisterLine:
    return RegisterLine(_line(row, now), row.seq, MatterState.model_validate_json(row.state))


class _Sum:
    """Lines of the tallies, added up."""

    def __init__(self) -> None:
        self._matters = self._escalated = self._proposed = 0
        self._lights: Counter[str] = Counter()
        self._stages: Counter[str] = Counter()

    def add(self, stage: str, light: str, matters: int, escalated: int, cases_open: int) -> None:
        self._matters += matters
        self._lights[light] += matters
        self._stages[stage] += matters
        self._escalated += escalated
        self._proposed += cases_open

    def include(self, other: "_Sum") -> None:
        self._matters += other._matters
        self._lights.update(other._lights)
        self._stages.update(other._stages)
        self._escalated += other._escalated
        self._proposed += other._proposed

    def summary(self, organ: str | None, overdue: int) -> OrganSummary:
        return OrganSummary(
            organ,
            self._matters,
            {light: self._lights[light] for light in Light},
            {stage: self._stages[stage] for stage in Stage if self._stages[stage]},
            overdue,
            self._escalated,
            self._proposed,
        )


__all__ = [
    "CaseLine",
    "MatterCard",
    "MatterLine",
    "Notice",
    "OrganSummary",
    "Overview",
    "Page",
    "RegisterLine",
    "by_organ",
    "card",
    "cases",
    "inbox",
    "matters",
    "register",
    "register_of",
    "registered_by",
    "timeline",
]
