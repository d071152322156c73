"""Which matters fit, how many are they, and in which order: one way to say it for lists and for the figures over them.

A figure of the console is the number of lines behind it: `numbers` and `found` put the same conditions to the database,
within what the reader may list. What is overdue is judged as in views.py, at the instant that is handed in.
"""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlmodel import Session

from models.access import Scope
from models.acts import ActName
from models.asked import Asked
from models.matters import Light, MatterState, Stage
from models.rows import ESCALATED, MILESTONE, ActRow, DayRow, Instant, MatterRow, SnapshotRow, TallyRow, aware, table
from record.circles import Circle, Reach, reach
from record.matters import OVER
from record.pages import Page, bounded, cut, instant_of
from record.statements import plainly, unit
from record.tallies import ALL_BASES, basis_of, day_of, of_basis
from record.views import MatterLine, is_overdue, line_of

_ACTS = table(ActRow)
_DAYS = table(DayRow)
_MATTERS = table(MatterRow)
_SNAPSHOTS = table(SnapshotRow)
_TALLIES = table(TallyRow)

_SEPARATOR = "|"
_NEVER = datetime.fromisoformat("9999-12-31T00:00:00+00:00")
_FEW = 5_000
"""So many rows are looked up one by one rather than a table read."""
_ALWAYS = datetime.fromisoformat("0001-01-02T00:00:00+00:00")


Standing = dict[tuple[str, str], dict[str, int]]
"""By lead and basis, how many open matters fit each of what is asked."""


class Order(StrEnum):
    """In which order: by number, the earliest due first, the latest registered first."""

    NUMBER = "number"
    DUE = "due"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Sought:
    """Which matters: everything that is given has to fit.

    `open`: under way, so neither ended nor refused. `due_from` (included) and `due_before` (not) are about what can
    still run out; `registered_*` and `closed_*` are read the same way; all are aware instants. `open_at`: in hand at
    that instant. `acts`: one of these happened in it, at `act_from` (included) or later and before `act_before`; only
    acts that MILESTONE names. `text` is looked for in title and id. `ids`, where
    given, are the only ones; `asked`: in which just one of these is asked.
    """

    lead: str | None = None
    office: str | None = None
    basis: str | None = None
    stage: Stage | None = None
    light: Light | None = None
    open: bool = False
    overdue: bool = False
    escalated: bool = False
    suspended: bool = False
    due_from: datetime | None = None
    due_before: datetime | None = None
    registered_from: datetime | None = None
    registered_before: datetime | None = None
    closed_from: datetime | None = None
    closed_before: datetime | None = None
    open_at: datetime | None = None
    acts: frozenset[ActName] = frozenset()
    act_from: datetime | None = None
    act_before: datetime | None = None
    text: str | None = None
    ids: frozenset[str] | None = None
    asked: frozenset[Asked] | None = None

    @property
    def filters(self) -> int:
        """How much is asked for besides lead and office."""
        named = {**{one.name: getattr(self, one.name) for one in fields(self)}, "lead": None, "office": None}
        pairs = {name.removesuffix("_from").removesuffix("_before") for name, value in named.items()
                 if value is not None and value is not False and value != frozenset()}  # fmt: skip
        return len(pairs)

    def spread_over(self, order: "Order") -> bool:
        """Whether, if there are many, they are met soon in this order.

        The newest are open, what was due first is closed; what is open has an index of its own by when it is due.
        """
        kept = {"lead", "office", "basis", "stage", "light", "open"}
        if self != Sought(**{name: getattr(self, name) for name in kept}):
            return False
        if self.of_open:
            return True
        is_closed = self.stage is not None and self.stage.value in OVER
        return order is Order.DUE if is_closed else not self.light

    @property
    def of_open(self) -> bool:
        """Whether nothing fits but what is open, as it says itself, by what is due, or by its stage."""
        by_stage = self.stage is not None and self.stage.value not in OVER
        return self.open or by_stage or self.overdue or self.due_from is not None or self.due_before is not None

    @property
    def ends_alone(self) -> bool:
        """Whether nothing fits but what can run out by a day that it names."""
        return self.overdue or self.due_before is not None

    @property
    def in_hand_and_acted(self) -> bool:
        """Whether it is about what was in hand at an instant and what had happened in it, and about nothing else."""
        named = ("lead", "office", "open_at", "acts", "act_from", "act_before")
        whole = self == Sought(**{name: getattr(self, name) for name in named})
        return whole and bool(self.acts) and self.open_at is not None


def found(
    session: Session,
    sought: Sought,
    *,
    scope: Scope,
    now: datetime,
    order: Order = Order.NUMBER,
    after: str | None = None,
    limit: int = 50,
) -> Page[MatterLine]:
    """The matters that fit, within the scope, in this order; `after` is the `next` of the page before.

    Raises ValueError for a foreign `after`, or a limit beyond 1..1000.
    """
    many = bounded(limit) + 1
    reached = reach(session, scope)
    # By number the table is read in its own order, or an index of one filter that keeps it.
    plain = order is not Order.NUMBER or sought.filters + (sought.office is not None) > 1
    rarest = _rarest(session, sought) if plain and sought.filters else None
    fits = _Fits(session, reached, now, plain=plain, led_by=rarest)
    chosen = select(_MATTERS, fits.whole().label("whole")).where(fits.listed(), *fits.of(sought), *fits.posts(sought))
    if order is Order.NUMBER:
        chosen = chosen.order_by(_MATTERS.c.id).limit(many)
        if after is not None:
            chosen = chosen.where(_MATTERS.c.id > after)
        return cut([line_of(row, now) for row in session.execute(chosen)], limit, lambda line: line.id)
    along = not sought.filters or (rarest is None and sought.spread_over(order))
    if along and order is Order.DUE and sought.of_open:
        chosen = chosen.where(_MATTERS.c.open.is_(True))
    seen = list(_ordered(session, _Place(order, after, along), chosen, many))
    shown = [(line_of(row, now), row.place) for row in seen]
    page = cut(shown, limit, lambda one: f"{(one[1] or _nothing(order)).isoformat()}{_SEPARATOR}{one[0].id}")
    return Page(tuple(line for line, _ in page.items), page.next)


def narrowed(session: Session, sought: Sought, *, scope: Scope, now: datetime) -> Sought:
    """The same matters by their numbers, where a text is looked for and few have it: read through once, not twice."""
    if not sought.text:
        return sought
    reached = reach(session, scope)
    fits = _Fits(session, reached, now, plain=True)
    chosen = select(_MATTERS.c.id).where(fits.listed(), *fits.of(sought), *fits.posts(sought)).limit(_FEW + 1)
    ids = session.execute(chosen).scalars().all()
    return Sought(ids=frozenset(ids)) if len(ids) <= _FEW else sought


def _rarest(session: Session, sought: Sought) -> str | None:
    """Of what is asked the column of which so few matters are that they are best found by it; None where none is."""
    of = _TALLIES.c
    named = {"stage": sought.stage, "light": sought.light}
    lines = {name: and_(of.basis == ALL_BASES, of[name] == value.value) for name, value in named.items() if value}
    if sought.basis is not None:
        lines["basis"] = of.basis == of_basis(sought.basis)
    if not lines:
        return None
    counted = [select(func.sum(of.matters)).where(which).scalar_subquery() for which in lines.values()]
    numbers_ = session.execute(select(*counted)).one()
    number, name = min((int(number or 0), name) for number, name in zip(numbers_, lines, strict=True))
    return name if number <= _FEW else None


@dataclass(frozen=True, slots=True)
class _Place:
    """From where on, in the order of an instant; `along` where what fits is met soon by following that order."""

    order: Order
    after: str | None
    along: bool


def _ordered(session: Session, place: _Place, chosen: Select[Any], many: int) -> Iterator[Row[Any]]:
    """So many rows from this place on, those without an instant last."""
    forward = place.order is Order.DUE
    instant = _MATTERS.c.due_at if forward else _MATTERS.c.registered_at
    # So said that no index of the instant is followed.
    key = instant if place.along else plainly(session, instant, everywhere=True)
    since: datetime | None = None
    last = ""
    if place.after is not None:
        text, _, last = place.after.partition(_SEPARATOR)
        since = instant_of(text)
    ends = since == _nothing(place.order)
    if not ends:
        dated = chosen.where(key.is_not(None))
        if since is not None:
            here, behind = tuple_(key, _MATTERS.c.id), tuple_(literal(since, Instant()), literal(last))
            dated = dated.where(here > behind if forward else here < behind)
        by = (key, _MATTERS.c.id) if forward else (key.desc(), _MATTERS.c.id.desc())
        rows = session.execute(dated.add_columns(instant.label("place")).order_by(*by).limit(many)).all()
        yield from rows
        many -= len(rows)
    if many:
        undated = chosen.where(key.is_(None))
        if ends:
            undated = undated.where(_MATTERS.c.id > last if forward else _MATTERS.c.id < last)
        ordered = undated.order_by(_MATTERS.c.id if forward else _MATTERS.c.id.desc()).limit(many)
        yield from session.execute(ordered.add_columns(instant.label("place")))


def numbers(session: Session, wanted: Mapping[str, Sought], *, scope: Scope, now: datetime) -> dict[str, int]:
    """How many matters fit each of these, by its name: from the tallies, or by the index that serves it."""
    return figures(session, {}, wanted, scope=scope, now=now)[1]


def standing(session: Session, wanted: Mapping[str, Sought], *, scope: Scope, now: datetime) -> Standing:
    """How many open matters of each lead and basis fit each of these, where any does.

    Each of `wanted` has to be about open matters (`of_open`), else ValueError.
    """
    return figures(session, wanted, {}, scope=scope, now=now)[0]


def figures(
    session: Session, columns: Mapping[str, Sought], others: Mapping[str, Sought], *, scope: Scope, now: datetime
) -> tuple[Standing, dict[str, int]]:
    """`standing` of the columns and `numbers` of the others at once: what is listed by its parties is read once."""
    foreign = [name for name, sought in columns.items() if not sought.of_open]
    if foreign:
        raise ValueError(f"not about open matters: {', '.join(foreign)}")
    reached = reach(session, scope)
    stand: dict[tuple[str, str], Counter[str]] = {}
    counted = Counter(_in_circles(session, others, reached, now))

    def add(circle: str, basis: str, numbers: Mapping[str, int]) -> None:
        stand.setdefault((Circle.named(circle).lead, basis), Counter()).update(numbers)

    for circle, basis, found in _standing_in_circles(session, columns, reached, now):
        add(circle, basis, found)
    if reached.besides(_MATTERS.c.circle) is not None and (columns or others):
        for circle, basis, found in _besides(session, {**_named("c", columns), **_named("o", others)}, reached, now):
            add(circle, basis, {name: found[f"c {name}"] for name in columns})
            counted.update({name: found[f"o {name}"] for name in others})
    return (
        {key: {name: stand[key][name] for name in columns} for key in sorted(stand) if any(stand[key].values())},
        {name: counted[name] for name in others},
    )


def _named(which: str, wanted: Mapping[str, Sought]) -> dict[str, Sought]:
    return {f"{which} {name}": sought for name, sought in wanted.items()}


def _in_circles(session: Session, wanted: Mapping[str, Sought], reached: Reach, now: datetime) -> dict[str, int]:
    """How many of the circles that are the reader's fit each: from lines that are kept, or all others in one question.

    Lines that answer several of these are read once.
    """
    tallied = {name: one for name, sought in wanted.items() if (one := _Tallied.of(sought))}
    together: dict[tuple[Any, ...], dict[str, _Tallied]] = {}
    for name, one in tallied.items():
        together.setdefault(one.read_with, {})[name] = one
    found: dict[str, int] = {}
    for some in together.values():
        lines = session.execute(next(iter(some.values())).lines(some.values(), reached)).all()
        found |= {name: one.summed(lines) for name, one in some.items()}
    others = {name: sought for name, sought in wanted.items() if name not in tallied}
    if others:
        asked_ = [_how_many(*_of_circles(session, sought, reached, now)) for sought in others.values()]
        found |= zip(others, map(int, session.execute(select(*asked_)).one()), strict=True)
    return found


def _of_circles(session: Session, sought: Sought, reached: Reach, now: datetime) -> list[ColumnElement[bool]]:
    """That it fits, and that it is the reader's by its circle."""
    fits = _Fits(session, reached, now, plain=sought.filters > 1)
    circle = _MATTERS.c.circle if not sought.filters else fits.plainly(_MATTERS.c.circle)
    return [reached.by_circle(circle, lead=sought.lead, office=sought.office), *fits.of(sought)]


def _how_many(*fits: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(_MATTERS).where(*fits).scalar_subquery()


def _standing_in_circles(
    session: Session, wanted: Mapping[str, Sought], reached: Reach, now: datetime
) -> Iterator[tuple[str, str, dict[str, int]]]:
    """How many of each circle and basis fit each: from the tallies, from what can run out, or of all that is open."""
    tallied = {name: one for name, sought in wanted.items() if (one := _Tallied.of(sought)) and one.of_stands}
    ending = {name: one for name, one in wanted.items() if name not in tallied and one.ends_alone}
    others = {name: one for name, one in wanted.items() if name not in tallied and name not in ending}
    of = _TALLIES.c

    def of_its_basis(one: _Tallied) -> list[ColumnElement[bool]]:
        return [] if one.sought.basis is None else [of.basis == of_basis(one.sought.basis)]

    if tallied:
        sums = [
            func.sum(case((and_(true(), *one.fits(), *one.of_posts(reached), *of_its_basis(one)), one.value), else_=0))
            for one in tallied.values()
        ]
        chosen = select(of.circle, of.basis, *sums).where(
            of.basis != ALL_BASES, of.stage.not_in(OVER), of.circle != "", *_own_lines(of.circle, reached)
        )
        for circle, basis, *counts in session.execute(chosen.group_by(of.circle, of.basis)):
            yield circle, basis_of(basis), dict(zip(tallied, map(int, counts), strict=True))
    for part, bounded_by in ((ending, _until(ending.values(), now)), (others, _MATTERS.c.open.is_(True))):
        if part:
            by = (_MATTERS.c.circle, _MATTERS.c.basis)
            chosen = select(*by, *_sums(session, part, reached, now)).where(
                bounded_by, reached.by_circle(plainly(session, _MATTERS.c.circle)), by[0].is_not(None)
            )
            for circle, basis, *counts in session.execute(chosen.group_by(*by)):
                yield circle, basis, dict(zip(part, map(int, counts), strict=True))


def _until(wanted: Iterable[Sought], now: datetime) -> ColumnElement[bool]:
    """Everything that these, each of which is about what can run out, can be about."""
    last = max((now if one.overdue else one.due_before or _NEVER for one in wanted), default=now)
    return and_(_MATTERS.c.overdue_from.is_not(None), _MATTERS.c.overdue_from <= aware(last))


def _stood(session: Session, wanted: Collection[Sought], reached: Reach) -> Select[Any]:
    """By circle, how many fit each of these, which are all `in_hand_and_acted`.

    What was in hand at the earliest of the instants is still open, or closed since: of each of these the acts are
    looked up, so that it does not matter how much there has ever been.
    """
    columns = {one: f"h{place}" for place, one in enumerate(dict.fromkeys(map(_about_acts, wanted)))}
    of = _MATTERS.c
    since = min(aware(one.open_at) for one in wanted if one.open_at is not None)
    candidates = [
        select(of.circle, of.registered_at, of.closed_at, *_happenings(columns))
        # So said that SQLite begins with the matters.
        .join_from(_MATTERS, _ACTS, _ACTS.c.target == plainly(session, of.id))
        .where(MILESTONE, which, reached.listed(plainly(session, of.circle)), of.circle.is_not(None))
        .group_by(of.closed_at, of.id)
        for which in (of.closed_at.is_(None), of.closed_at >= since)
    ]
    found = union_all(*candidates).subquery("found")
    sums = []
    for one in wanted:
        fits = [found.c[columns[_about_acts(one)]] == 1, *_in_hand(found.c, one)]
        names = reached.names(lead=one.lead, office=one.office)
        if one.lead is not None or one.office is not None:
            fits.append(found.c.circle.in_(names or ()))
        sums.append(func.sum(case((and_(*fits), 1), else_=0)))
    return select(found.c.circle, *sums).group_by(found.c.circle)


def _happenings(columns: Mapping[Sought, str]) -> list[Any]:
    """Of what is asked about acts, whether it happened, for a question that is grouped by matter."""
    return [func.max(case((and_(*_acted(one)), 1), else_=0)).label(name) for one, name in columns.items()]


def _in_hand(of: Any, sought: Sought) -> list[ColumnElement[bool]]:
    """That it was in hand at the instant that is asked for, if one is."""
    if sought.open_at is None:
        return []
    at = aware(sought.open_at)
    return [of.registered_at < at, or_(of.closed_at.is_(None), of.closed_at >= at)]


def _sums(session: Session, wanted: Mapping[str, Sought], reached: Reach, now: datetime) -> list[Any]:
    """How many of the rows that are read anyway fit each."""
    fits = _Fits(session, reached, now, plain=True)
    return [
        func.sum(case((and_(true(), *fits.of(sought), *fits.posts(sought)), 1), else_=0)).label(f"n{place}")
        for place, sought in enumerate(wanted.values())
    ]


def _besides(
    session: Session, wanted: Mapping[str, Sought], reached: Reach, now: datetime
) -> Iterator[tuple[str, str, dict[str, int]]]:
    """The same of what is the reader's to list for another reason than its circle: few, each looked up by its number.

    What is asked in them, and their leads and bases, are learnt on the way and kept for this transaction.
    """
    which = reached.besides(plainly(session, _MATTERS.c.circle), in_array=unit(session).dialect.name != "sqlite")
    if which is None:
        return
    by = (_MATTERS.c.circle, _MATTERS.c.basis, _MATTERS.c.asked)
    chosen = select(*by, func.count(), *_sums(session, wanted, reached, now)).where(
        which, plainly(session, _MATTERS.c.circle).is_not(None)
    )
    rows = session.execute(chosen.group_by(*(plainly(session, column) for column in by))).all()
    unit(session).reaches[reached] = [(row[0], row[1], row[2], int(row[3])) for row in rows]
    for circle, basis, _, _, *counts in rows:
        yield circle, basis, dict(zip(wanted, map(int, counts), strict=True))


def _known_besides(session: Session, reached: Reach) -> list[tuple[str, str, str | None, int]]:
    """By circle, basis and what is asked, how many there are besides; asked once in a transaction that reads."""
    known = unit(session)
    if reached not in known.reaches or known.writing:
        known.reaches[reached] = []
        deque(_besides(session, {}, reached, _ALWAYS), maxlen=0)
    found: list[tuple[str, str, str | None, int]] = known.reaches[reached]
    return found


@dataclass(frozen=True, slots=True)
class _Tallied:
    """What is asked so that lines of the tallies, or of the days, answer it."""

    sought: Sought
    column: str
    since: date | None = None
    before: date | None = None

    @classmethod
    def of(cls, sought: Sought) -> "_Tallied | None":
        """The same, where they do: nothing in it hangs on a clock, or on a single matter."""
        kept = {"lead", "office", "basis", "stage", "light", "open", "escalated", "suspended"}
        plain = Sought(**{name: getattr(sought, name) for name in kept})
        if sought == plain and not (sought.escalated and sought.suspended):
            column = "escalated" if sought.escalated else "suspended" if sought.suspended else "matters"
            return cls(sought, column)
        for column in ("registered", "closed"):
            ends = [getattr(sought, f"{column}_{end}") for end in ("from", "before")]
            days = [None if end is None else day_of(end) for end in ends]
            whole = all((end is None) == (day is None) for end, day in zip(ends, days, strict=True))
            said = {f"{column}_from": ends[0], f"{column}_before": ends[1]}
            if whole and any(days) and sought == Sought(lead=sought.lead, office=sought.office, **said):
                return cls(sought, column, days[0], days[1])
        before = None if sought.open_at is None else day_of(sought.open_at)
        if before is not None and sought == Sought(lead=sought.lead, office=sought.office, open_at=sought.open_at):
            return cls(sought, "open_at", None, before)
        return None

    @property
    def of_stands(self) -> bool:
        """Whether it is about where matters stand, and not about days."""
        return self.column in _TALLIES.c

    @property
    def read_with(self) -> tuple[Any, ...]:
        """What is the same of all that the same lines answer."""
        sought = self.sought
        return (self.column == "open_at", self.of_stands, sought.lead, sought.office, self.of_stands and sought.basis)

    @property
    def value(self) -> ColumnElement[Any]:
        """What a line adds."""
        if self.column == "open_at":
            # Whatever was closed had been registered before.
            return _DAYS.c.registered - _DAYS.c.closed
        return (_TALLIES if self.of_stands else _DAYS).c[self.column]

    def of_posts(self, reached: Reach) -> list[ColumnElement[bool]]:
        """Of the reader's lines, those of the lead and the office that are asked for."""
        sought, of = self.sought, (_TALLIES if self.of_stands else _DAYS).c
        if sought.lead is None and sought.office is None:
            return []
        return [of.circle.in_(reached.names(lead=sought.lead, office=sought.office) or ())]

    def fits(self) -> list[ColumnElement[bool]]:
        """Which of the lines, of whatever circle and basis."""
        sought, of = self.sought, (_TALLIES if self.of_stands else _DAYS).c
        if not self.of_stands:
            since = [] if self.since is None else [of.day >= self.since]
            return [*since, *([] if self.before is None else [of.day < self.before])]
        named = {"stage": sought.stage, "light": sought.light}
        found = [of[name] == value.value for name, value in named.items() if value is not None]
        return [*found, of.stage.not_in(OVER)] if sought.open else found

    def lines(self, some: Collection["_Tallied"], reached: Reach) -> Select[Any]:
        """The lines that answer all of these, which are read with this one, added up over circles."""
        of, sought = (_TALLIES if self.of_stands else _DAYS).c, self.sought
        mine = [*_own_lines(of.circle, reached), *self.of_posts(reached)]
        if self.of_stands:
            basis = ALL_BASES if sought.basis is None else of_basis(sought.basis)
            sums = [func.sum(of[name]).label(name) for name in ("matters", "escalated", "suspended")]
            return select(of.stage, of.light, *sums).where(of.basis == basis, *mine).group_by(of.stage, of.light)
        ends = {one.before for one in some}
        if self.column == "open_at":
            sums = [
                func.sum(case((of.day < end, self.value), else_=0)).label(str(end))
                for end in sorted(filter(None, ends))
            ]
            return select(*sums).where(*mine)
        since = {one.since for one in some}
        bounds = [] if None in since else [of.day >= min(filter(None, since))]
        bounds += [] if None in ends else [of.day < max(filter(None, ends))]
        sums = [func.sum(of[name]).label(name) for name in ("registered", "closed")]
        return select(of.day, *sums).where(*bounds, *mine).group_by(of.day)

    def summed(self, lines: Sequence[Row[Any]]) -> int:
        """How many these come to."""
        if self.column == "open_at":
            return int(lines[0]._mapping[str(self.before)] or 0)
        return sum(int(line._mapping[self.column]) for line in lines if self._has(line))

    def _has(self, line: Row[Any]) -> bool:
        sought = self.sought
        if not self.of_stands:
            return (self.since is None or line.day >= self.since) and (self.before is None or line.day < self.before)
        return (
            sought.stage in (None, line.stage)
            and sought.light in (None, line.light)
            and not (sought.open and line.stage in OVER)
        )


def _own_lines(circle: ColumnElement[str], reached: Reach) -> list[ColumnElement[bool]]:
    """The lines of the circles that are the reader's."""
    if reached.unbounded:
        return []
    return [circle != "" if reached.every else circle.in_(reached.names() or ())]


def by_lead(
    session: Session, wanted: Mapping[str, Sought], *, scope: Scope, now: datetime
) -> dict[str, dict[str, int]]:
    """How many matters of each lead fit each of these, in the order of their names; leads where nothing fits are not.

    Every matter that fits has a lead: what was refused without terms is counted nowhere.
    """
    reached = reach(session, scope)
    found: dict[str, Counter[str]] = {}
    daily = {name: one for name, sought in wanted.items() if (one := _Tallied.of(sought)) and not one.of_stands}
    acted = {name: sought for name, sought in wanted.items() if sought.acts}
    others = {name: sought for name, sought in wanted.items() if name not in daily and name not in acted}

    def add(names: Collection[str], rows: Iterable[Sequence[Any]]) -> None:
        for circle, *counts in rows:
            counted = dict(zip(names, map(int, counts), strict=True))
            found.setdefault(Circle.named(circle).lead, Counter()).update(counted)

    if daily:
        sums = [
            func.sum(case((and_(true(), *one.fits(), *one.of_posts(reached)), one.value), else_=0))
            for one in daily.values()
        ]
        chosen = select(_DAYS.c.circle, *sums).where(_DAYS.c.circle != "", *_own_lines(_DAYS.c.circle, reached))
        add(daily, session.execute(chosen.group_by(_DAYS.c.circle)))
        if reached.besides(_MATTERS.c.circle) is not None:
            also = _besides(session, {name: wanted[name] for name in daily}, reached, now)
            add(daily, ((circle, *counts.values()) for circle, _, counts in also))
    stood = {name: one for name, one in acted.items() if one.in_hand_and_acted}
    if stood:
        add(stood, session.execute(_stood(session, stood.values(), reached)))
    became = {name: one for name, one in acted.items() if name not in stood}
    for part, happened in ((others, None), (became, _Happened.of(became.values()))):
        if part:
            fits = _Fits(session, reached, now, plain=True, happened=happened)
            circle = fits.plainly(_MATTERS.c.circle)
            each_fits = [and_(true(), *fits.of(sought), *fits.posts(sought)) for sought in part.values()]
            sums = [func.sum(case((one, 1), else_=0)) for one in each_fits]
            chosen = select(_MATTERS.c.circle, *sums).where(circle.is_not(None), fits.listed())
            if happened is not None:
                chosen = chosen.join_from(happened.acts, _MATTERS, happened.acts.c.target == _MATTERS.c.id)
            add(part, session.execute(chosen.group_by(circle)))
    return {lead: {name: found[lead][name] for name in wanted} for lead in sorted(found) if any(found[lead].values())}


def asked(session: Session, scope: Scope) -> dict[Asked, int]:
    """What is asked in the matters in the scope (models/asked.py), and in how many of them each."""
    reached = reach(session, scope)
    found: Counter[str] = Counter()
    mine = reached.by_circle(plainly(session, _MATTERS.c.circle))
    chosen = select(_MATTERS.c.asked, func.count()).where(_MATTERS.c.asked.is_not(None), mine)
    for text, number in session.execute(chosen.group_by(_MATTERS.c.asked)):
        found[text] += number
    for _, _, also, number in _known_besides(session, reached):
        if also is not None:
            found[also] += number
    return {Asked.model_validate_json(text): number for text, number in sorted(found.items())}


def asking(session: Session, which: Collection[Asked], scope: Scope, limit: int | None = None) -> Iterator[MatterState]:
    """The matters in the scope in which just this is asked, by id, as they stand; no more than `limit`."""
    reached = reach(session, scope)
    chosen = select(_SNAPSHOTS.c.state).join_from(_MATTERS, _SNAPSHOTS, _SNAPSHOTS.c.id == _MATTERS.c.id)
    fits = _Fits(session, reached, _ALWAYS, plain=True)
    chosen = chosen.where(_asked_in(which), fits.listed()).order_by(_MATTERS.c.id).limit(limit)
    for row in session.execute(chosen):
        yield MatterState.model_validate_json(row.state)


def _asked_in(which: Collection[Asked]) -> ColumnElement[bool]:
    texts = [one.model_dump_json(exclude_defaults=True) for one in which]
    return and_(_MATTERS.c.asked.is_not(None), _MATTERS.c.asked.in_(sorted(texts)))


def bases(session: Session, *, scope: Scope) -> list[str]:
    """The kinds of basis that matters in the scope have, in the order of their names."""
    reached = reach(session, scope)
    of = _TALLIES.c
    chosen = select(of.basis).where(of.basis != ALL_BASES, of.matters > 0, of.circle != "").distinct()
    found = set(map(basis_of, session.execute(chosen.where(*_own_lines(of.circle, reached))).scalars()))
    return sorted(found | {basis for _, basis, _, _ in _known_besides(session, reached)})


def leads(session: Session, *, scope: Scope) -> list[str]:
    """The leads that matters in the scope have, in the order of their names."""
    reached = reach(session, scope)
    besides = {Circle.named(circle).lead for circle, _, _, _ in _known_besides(session, reached)}
    return sorted({one.lead for one in reached.own} | besides)


@dataclass(frozen=True, slots=True)
class _Happened:
    """Every matter in which an act happened that is asked for, read in one pass; and of what is asked, what did."""

    acts: Subquery
    columns: Mapping[Sought, str]

    @classmethod
    def of(cls, wanted: Iterable[Sought]) -> "_Happened | None":
        """Everything that these ask about acts; None where they ask about none."""
        asked = dict.fromkeys(_about_acts(sought) for sought in wanted if sought.acts)
        if not asked:
            return None
        columns = {one: f"h{place}" for place, one in enumerate(asked)}
        every = Sought(
            acts=frozenset().union(*(one.acts for one in asked)),
            act_from=None if None in (froms := [one.act_from for one in asked]) else min(filter(None, froms)),
        )
        chosen = select(_ACTS.c.target, *_happenings(columns)).where(MILESTONE, *_acted(every))
        return cls(chosen.group_by(_ACTS.c.target).subquery("happened"), columns)

    def has(self, sought: Sought) -> ColumnElement[bool]:
        """Whether what is asked of the matter's acts did happen."""
        fits: ColumnElement[bool] = self.acts.c[self.columns[_about_acts(sought)]] == 1
        return fits


def _about_acts(sought: Sought) -> Sought:
    return Sought(acts=sought.acts, act_from=sought.act_from, act_before=sought.act_before)


class _Fits:
    """How it is said to the database that a matter fits.

    `plain`: SQLite is to read the table in order, and not to look rows up one by one through the index of a column that
    a third of them may have, but by that of `led_by`; PostgreSQL knows how many have what. `happened`: where it can be
    read what has happened.
    """

    def __init__(
        self,
        session: Session,
        reached: Reach,
        now: datetime,
        *,
        plain: bool,
        led_by: str | None = None,
        happened: _Happened | None = None,
    ) -> None:
        self._led_by = led_by
        self._happened = happened
        self._reached = reached
        self._now = now
        self._session = session
        self._plain = plain

    def plainly(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """The column without its indexes."""
        return plainly(self._session, column)

    def listed(self) -> ColumnElement[bool]:
        """Whether it is the reader's to list."""
        return self._reached.listed(self.plainly(_MATTERS.c.circle))

    def whole(self) -> ColumnElement[bool]:
        """Whether it is the reader's whole."""
        return self._reached.whole(self.plainly(_MATTERS.c.circle))

    def posts(self, sought: Sought) -> list[ColumnElement[bool]]:
        """The conditions that a circle says as well."""
        asked = (("lead", sought.lead), ("office", sought.office))
        return [self._of(name) == wanted for name, wanted in asked if wanted is not None]

    def of(self, sought: Sought) -> list[ColumnElement[bool]]:
        """All other conditions."""
        of = self._of
        fits: list[ColumnElement[bool]] = [
            of(name) == wanted
            for name, wanted in (("stage", sought.stage), ("light", sought.light), ("basis", sought.basis))
            if wanted is not None
        ]
        if sought.open:
            fits.append(of("open").is_(True))
        if sought.overdue:
            fits.append(is_overdue(self._now))
        if sought.escalated:
            # Of a matter of which only a part is the reader's, the level is not his to see.
            fits += [of("level") >= 1 if self._plain else and_(ESCALATED), self.whole()]
        if sought.suspended:
            fits.append(of("suspended").is_(True))
        if sought.due_from is not None or sought.due_before is not None:
            # What can still run out has a due instant from which on it is overdue (record/matters.py).
            ends = _MATTERS.c.overdue_from
            fits += [ends.is_not(None), *_between(ends, sought.due_from, sought.due_before)]
        fits += _between(of("registered_at"), sought.registered_from, sought.registered_before)
        fits += _between(of("closed_at"), sought.closed_from, sought.closed_before)
        if sought.open_at is not None:
            at = aware(sought.open_at)
            fits += [of("registered_at") < at, or_(of("closed_at").is_(None), of("closed_at") >= at)]
        if sought.acts:
            fits.append(_has_acted(sought) if self._happened is None else self._happened.has(sought))
        if sought.text:
            fits.append(or_(*(_contains(self._session, of(name), sought.text) for name in ("title", "id"))))
        if sought.asked is not None:
            fits.append(_asked_in(sought.asked))
        if sought.ids is not None:
            fits.append(_MATTERS.c.id.in_(sorted(sought.ids)))
        return fits

    def _of(self, name: str) -> ColumnElement[Any]:
        return self.plainly(_MATTERS.c[name]) if self._plain and name != self._led_by else _MATTERS.c[name]


def _contains(session: Session, column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """Whether the text stands in it; on SQLite, as ever, in capital letters or not."""
    if unit(session).dialect.name == "sqlite" and not any("a" <= letter <= "z" for letter in text.lower()):
        found: ColumnElement[bool] = func.instr(column, text) > 0
        return found
    return column.contains(text, autoescape=True)


def _has_acted(sought: Sought) -> ColumnElement[bool]:
    return _MATTERS.c.id.in_(select(_ACTS.c.target).where(MILESTONE, *_acted(sought)))


def _acted(sought: Sought) -> Collection[ColumnElement[bool]]:
    """That it is an act which is asked for, at such a time."""
    named = sorted(act.value for act in sought.acts)
    return [_ACTS.c.act.in_(named), *_between(_ACTS.c.at, sought.act_from, sought.act_before)]


def _between(column: Any, since: datetime | None, before: datetime | None) -> Collection[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if since is not None:
        found.append(column >= aware(since))
    if before is not None:
        found.append(column < aware(before))
    return found


def _nothing(order: Order) -> datetime:
    """What a place in this order says of a matter that has no instant."""
    return _NEVER if order is Order.DUE else _ALWAYS
