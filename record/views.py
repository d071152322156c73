"""What do lists, pages and exports show?

Everything a reader needs comes from here as frozen values, computed in the database; nobody works out for himself what
is overdue. It depends on the due instant and `now` alone, so it is never late, even when timers are.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar, cast

from sqlalchemy import (
    JSON,
    ColumnElement,
    Row,
    Select,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    type_coerce,
)
from sqlalchemy import cast as cast_to
from sqlmodel import Session

from models.access import Scope, ScopeKind
from models.acts import ActName
from models.contract import is_case, is_proceeding
from models.matters import Light, MatterState, Severity, Stage, Urgency
from models.rows import (
    ActRow,
    CaseRow,
    Instant,
    MatterRow,
    NoticeRow,
    ProceedingRow,
    SnapshotRow,
    TallyRow,
    aware,
    table,
)
from record import parties
from record.circles import Circle, Reach, reach
from record.ledger import Entry, entry_of
from record.outbox import Notice, inbox
from record.pages import LONGEST_PAGE, Page, bounded, cut
from record.tallies import ALL_BASES

_ACTS = table(ActRow)
_CASES = table(CaseRow)
_MATTERS = table(MatterRow)
_NOTICES = table(NoticeRow)
_PROCEEDINGS = table(ProceedingRow)
_SNAPSHOTS = table(SnapshotRow)
_TALLIES = table(TallyRow)
_REGISTER = select(_MATTERS, _SNAPSHOTS.c.seq, _SNAPSHOTS.c.state, true().label("whole")).join_from(
    _MATTERS, _SNAPSHOTS, _SNAPSHOTS.c.id == _MATTERS.c.id
)
_PUBLISHED = (
    _MATTERS.c.public.is_(True),
    _MATTERS.c.stage.not_in((Stage.REFUSED.value, Stage.AWAITING_APPROVAL.value)),
)

S = TypeVar("S", bound=Select[Any])

# Overdue lists are ordered by due instant, their cursor names both parts.
_SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class MatterLine:
    """One matter in a list; instants in Asia/Shanghai. Fields of the terms are None for a refused registration.

    `level`, `last_act` and `cases_open` are None where only a part of the matter is the reader's.
    """

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
    level: int | None
    suspended: bool
    overdue: bool
    due_at: datetime | None
    next_at: datetime | None
    registered_at: datetime | None
    assigned_at: datetime | None
    closed_at: datetime | None
    last_act: ActName | None
    last_act_at: datetime | None
    cases_open: int | None


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
class PublicLine:
    """What the public sees of a matter that is marked public; `due_on` is a date in Asia/Shanghai."""

    id: str
    title: str
    lead: str
    stage: Stage
    light: Light
    due_on: date | None


@dataclass(frozen=True, slots=True)
class OrganPart:
    """A co-handler's part; `done_at` is None while it is open."""

    organ: str
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class PartCard:
    """What a reader sees of a matter of which only a part is his.

    `parts` are those of his organs, `asked` says whether one of them has been asked to take the matter over.
    """

    line: MatterLine
    requirement: str | None
    limit: str
    parts: tuple[OrganPart, ...]
    asked: bool


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
    scope: Scope,
    now: datetime,
    lead: str | None = None,
    office: str | None = None,
    stage: Stage | None = None,
    light: Light | None = None,
    overdue: bool | None = None,
    text: str | None = None,
    parent: str | None = None,
    kind: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[MatterLine]:
    """The matters within the scope that fit every given filter, by id; with `overdue=True` the longest overdue first.

    `text` is looked for in title and id. `overdue` is judged at the aware instant `now`, at which a clock due then has
    run out. `after` is the `next` of the page before; a foreign one raises ValueError, as does a limit beyond 1..1000.
    """
    chosen = within(select(_MATTERS, whole_of(scope)).limit(bounded(limit) + 1), parties.listed(scope))
    for name, wanted in (("lead", lead), ("office", office), ("parent", parent), ("kind", kind)):
        if wanted is not None:
            chosen = chosen.where(_MATTERS.c[name] == wanted)
    if stage is not None:
        chosen = chosen.where(_MATTERS.c.stage == Stage(stage).value)
    if light is not None:
        chosen = chosen.where(_MATTERS.c.light == Light(light).value)
    if text is not None:
        chosen = chosen.where(
            or_(_MATTERS.c.title.contains(text, autoescape=True), _MATTERS.c.id.contains(text, autoescape=True))
        )
    if overdue:
        chosen = _oldest_first(chosen.where(is_overdue(now)), after)
    else:
        if overdue is not None:
            chosen = chosen.where(or_(_MATTERS.c.overdue_from.is_(None), _MATTERS.c.overdue_from > aware(now)))
        if after is not None:
            chosen = chosen.where(_MATTERS.c.id > after)
        chosen = chosen.order_by(_MATTERS.c.id)
    found = [line_of(row, now) for row in session.execute(chosen)]
    return cut(found, limit, _oldest_key if overdue else lambda line: line.id)


def published(
    session: Session,
    *,
    now: datetime,
    lead: str | None = None,
    stage: Stage | None = None,
    light: Light | None = None,
    overdue: bool | None = None,
    text: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[PublicLine]:
    """What the public may list: matters marked public that were admitted, filtered and paged as in `matters`."""
    chosen = select(_MATTERS).where(*_PUBLISHED).order_by(_MATTERS.c.id).limit(bounded(limit) + 1)
    if lead is not None:
        chosen = chosen.where(_MATTERS.c.lead == lead)
    if stage is not None:
        chosen = chosen.where(_MATTERS.c.stage == Stage(stage).value)
    if light is not None:
        chosen = chosen.where(_MATTERS.c.light == Light(light).value)
    if overdue is not None:
        late = is_overdue(now)
        chosen = chosen.where(late if overdue else or_(_MATTERS.c.overdue_from.is_(None), ~late))
    if text is not None:
        chosen = chosen.where(
            or_(_MATTERS.c.title.contains(text, autoescape=True), _MATTERS.c.id.contains(text, autoescape=True))
        )
    if after is not None:
        chosen = chosen.where(_MATTERS.c.id > after)
    return cut([_public_line(row) for row in session.execute(chosen)], limit, lambda line: line.id)


def public_status(session: Session, matter_id: str) -> PublicLine | None:
    """The same of one matter; None where there is none of this id, or it is not marked public."""
    row = session.execute(select(_MATTERS).where(_MATTERS.c.id == matter_id, *_PUBLISHED)).first()
    return None if row is None else _public_line(row)


def card(session: Session, matter_id: str, now: datetime, *, scope: Scope) -> MatterCard | None:
    """What is known of a matter, with the cases the reader may know of.

    None when there is none of this id, or it is not the reader's to see whole (see `part`).
    """
    found = register_of(session, [matter_id], now=now, scope=scope).get(matter_id)
    if found is None:
        return None
    return MatterCard(found.line, found.seq, found.state, tuple(cases(session, matter_id, scope=scope)))


def part(session: Session, matter_id: str, now: datetime, *, scope: Scope) -> PartCard | None:
    """What a reader sees of a matter of which a part is his, or all; None where nothing is, or there is no such matter.

    Parts are those of the organs in his scope; of a reader who sees everything, all of them.
    """
    chosen = select(_MATTERS, _SNAPSHOTS.c.state, whole_of(scope)).join_from(
        _MATTERS, _SNAPSHOTS, _SNAPSHOTS.c.id == _MATTERS.c.id
    )
    row = session.execute(within(chosen.where(_MATTERS.c.id == matter_id), parties.listed(scope))).first()
    state = None if row is None else MatterState.model_validate_json(row.state)
    if row is None or state is None or state.terms is None:
        return None
    unlimited = parties.whole(scope) is None
    mine = [organ for organ in state.terms.co if unlimited or organ in scope.organs]
    asked = state.transfer is not None and (unlimited or state.transfer.to in scope.organs)
    return PartCard(
        line_of(row, now),
        state.terms.requirement,
        state.terms.limit,
        tuple(OrganPart(organ, state.co_done.get(organ)) for organ in mine),
        asked,
    )


def register(
    session: Session, *, scope: Scope, now: datetime, after: str | None = None, limit: int = LONGEST_PAGE
) -> Page[RegisterLine]:
    """The matters that the reader sees whole, by id with all that stands behind them, page by page as in `matters`."""
    chosen = within(_REGISTER, parties.whole(scope)).order_by(_MATTERS.c.id).limit(bounded(limit) + 1)
    if after is not None:
        chosen = chosen.where(_MATTERS.c.id > after)
    found = [_register_line(row, now) for row in session.execute(chosen)]
    return cut(found, limit, lambda one: one.line.id)


def register_of(session: Session, matter_ids: Sequence[str], *, now: datetime, scope: Scope) -> dict[str, RegisterLine]:
    """The same of these matters, by id; what is not there, or not the reader's, is left out.

    ValueError beyond LONGEST_PAGE of them.
    """
    bounded(max(len(matter_ids), 1))
    rows = session.execute(within(_REGISTER, parties.whole(scope)).where(_MATTERS.c.id.in_(matter_ids)))
    return {row.id: _register_line(row, now) for row in rows}


def registered_by(session: Session, at: datetime) -> int:
    """How many matters had been registered by the aware instant `at`, included; refused ones are none."""
    number: int = session.execute(
        select(func.count()).select_from(_MATTERS).where(_MATTERS.c.registered_at <= aware(at))
    ).scalar_one()
    return number


def cases(session: Session, matter_id: str, *, scope: Scope) -> list[CaseLine]:
    """The cases a matter has opened that the reader may know of, in the order of proposal."""
    chosen = (
        # A row has a method named count.
        select(_CASES, _CASES.c.count.label("nth"))
        .where(_CASES.c.matter_id == matter_id)
        .order_by(_CASES.c.proposed_at, _CASES.c.id)
    )
    chosen = within(chosen, parties.case_known(scope, _CASES.c.id))
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


def timeline(session: Session, target: str, *, scope: Scope, with_cases: bool = True) -> list[Entry]:
    """The story of a matter or a proceeding and its cases (or of one case) in the order of recording.

    Empty for an unknown target. Of what is the reader's whole, with the acts of the cases he may read; of that of which
    a part is his, the acts through the posts of his organs and those told to them. Nothing of what is not his.
    """
    if is_case(target):
        readable = parties.case_read(scope, _ACTS.c.target)
        chosen = within(select(_ACTS).where(_ACTS.c.target == target), readable)
        return [entry_of(session, row) for row in session.execute(chosen.order_by(_ACTS.c.id))]
    of, whole = (_PROCEEDINGS, parties.proceeding_whole) if is_proceeding(target) else (_MATTERS, parties.whole)
    visible = whole(scope)
    # Asked for by itself: whoever sees it whole need not be looked for among those who are told of single acts.
    sees_whole = visible is None or bool(session.execute(select(exists().where(of.c.id == target, visible))).scalar())
    own: ColumnElement[Any] = _ACTS.c.target == target
    if not sees_whole:
        own = own & _concerns(session, scope, target)
    elif with_cases:
        # By their ids: a query for either of two things is answered by reading every act there is.
        readable = parties.case_read(scope, _CASES.c.id)
        of_matter = within(select(_CASES.c.id).where(_CASES.c.matter_id == target), readable)
        own = _ACTS.c.target.in_([target, *session.execute(of_matter).scalars()])
    return [entry_of(session, row) for row in session.execute(select(_ACTS).where(own).order_by(_ACTS.c.id))]


def by_organ(session: Session, now: datetime, *, scope: Scope) -> Overview:
    """Where the matters that the reader sees whole stand at the aware instant `now`, by lead organ.

    Refused registrations are no matters.
    """
    reached = reach(session, scope)
    late = select(_MATTERS.c.circle, func.count()).where(is_overdue(now), reached.whole(_MATTERS.c.circle))
    overdue: Counter[str] = Counter()
    for circle, number in session.execute(late.where(_MATTERS.c.circle.is_not(None)).group_by(_MATTERS.c.circle)):
        overdue[Circle.named(circle).lead] += number
    sums: dict[str, _Sum] = {}
    for line in _tallied(session, reached):
        lead = Circle.named(line.circle).lead
        sums.setdefault(lead, _Sum()).add(line.stage, line.light, line.matters, line.escalated, line.cases_open)
    totals = _Sum()
    for one in sums.values():
        totals.include(one)
    organs = tuple(sums[lead].summary(lead, overdue.get(lead, 0)) for lead in sorted(sums))
    return Overview(organs, totals.summary(None, sum(overdue.values())))


def _tallied(session: Session, reached: Reach) -> Iterator[Row[Any]]:
    """The lines of the tallies that the reader sees whole; of what he reviews in other circles, counted now."""
    of, names = _TALLIES.c, reached.names()
    kept = select(of.circle, of.stage, of.light, of.matters, of.escalated, of.cases_open).where(
        of.basis == ALL_BASES, of.matters > 0, of.circle != "", of.stage != Stage.REFUSED.value
    )
    yield from session.execute(kept if names is None else kept.where(of.circle.in_(names)))
    if reached.every or reached.scope.kind is not ScopeKind.POST:
        return
    by = (_MATTERS.c.circle, _MATTERS.c.stage, _MATTERS.c.light)
    counted = select(
        *by,
        func.count().label("matters"),
        func.sum(case((_MATTERS.c.level >= 1, 1), else_=0)).label("escalated"),
        func.sum(_MATTERS.c.cases_open).label("cases_open"),
    ).where(
        parties.reviewed(reached.scope), _MATTERS.c.circle.not_in(names or ()), _MATTERS.c.stage != Stage.REFUSED.value
    )
    yield from session.execute(counted.group_by(*by))


def within(chosen: S, visible: ColumnElement[bool] | None) -> S:
    """The query within what is visible; None: everything is."""
    return chosen if visible is None else chosen.where(visible)


def whole_of(scope: Scope) -> ColumnElement[bool]:
    """A column that says whether the matter of the row is the reader's whole."""
    visible = parties.whole(scope)
    return (true() if visible is None else visible).label("whole")


def _concerns(session: Session, scope: Scope, target: str) -> ColumnElement[bool]:
    """Acts of the target that concern the reader's part of it: through a post of his organs, or told to one."""
    if scope.kind is not ScopeKind.POST:
        return false()
    of, listing = (_PROCEEDINGS, parties.proceeding_listed) if is_proceeding(target) else (_MATTERS, parties.listed)
    listed = listing(scope)
    is_listed = exists().where(of.c.id == target, true() if listed is None else listed)
    posts = sorted(scope.posts)
    told = exists().where(_NOTICES.c.entry == _ACTS.c.id, _NOTICES.c.recipient.in_(posts))
    return is_listed & or_(_said_by(session).in_(posts), told)


def _said_by(session: Session) -> ColumnElement[str]:
    """The post through which an act was done, read from its body."""
    body = _ACTS.c.body
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    said: ColumnElement[str] = (type_coerce(body, JSON) if on_sqlite else cast_to(body, JSON))["by"].as_string()
    return said


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """Whether what people wait for has run out at the aware instant `now`."""
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


def _public_line(row: Row[tuple[object, ...]]) -> PublicLine:
    due_on = row.due_at.date() if row.due_at else None
    return PublicLine(row.id, row.title, row.lead, Stage(row.stage), Light(row.light), due_on)


def line_of(row: Row[tuple[object, ...]], now: datetime) -> MatterLine:
    """The line of a matter's row, selected with `whole_of`, at the aware instant `now`."""
    whole = row.whole
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
        level=row.level if whole else None,
        suspended=row.suspended,
        overdue=row.overdue_from is not None and row.overdue_from <= aware(now),
        due_at=row.due_at,
        next_at=row.next_at,
        registered_at=row.registered_at,
        assigned_at=row.assigned_at,
        closed_at=row.closed_at,
        last_act=ActName(row.last_act) if whole else None,
        last_act_at=row.last_act_at if whole else None,
        cases_open=row.cases_open if whole else None,
    )


def _register_line(row: Row[tuple[object, ...]], now: datetime) -> RegisterLine:
    return RegisterLine(line_of(row, now), row.seq, MatterState.model_validate_json(row.state))


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
    "OrganPart",
    "OrganSummary",
    "Overview",
    "Page",
    "PartCard",
    "PublicLine",
    "RegisterLine",
    "by_organ",
    "card",
    "cases",
    "inbox",
    "matters",
    "part",
    "public_status",
    "published",
    "register",
    "register_of",
    "registered_by",
    "timeline",
]
