"""Which matters fit, how many are they, and in which order: one way to say it for lists and for the figures over them.

A figure of the console is the number of lines behind it: `numbers` and `found` put the same conditions to the database,
within what the reader may list. What is overdue is judged as in views.py, at the instant that is handed in.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Select,
    and_,
    case,
    exists,
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

from models.access import Scope
from models.acts import ActName
from models.cases import CaseState
from models.matters import Light, MatterState, Stage
from models.rows import MILESTONE, ActRow, CaseRow, Instant, MatterRow, SnapshotRow, aware, table
from record import cases, parties
from record.matters import OVER, SETTLED
from record.pages import Page, bounded, cut
from record.views import MatterLine, is_overdue, line_of, whole_of, within

_ACTS = table(ActRow)
_CASES = table(CaseRow)
_MATTERS = table(MatterRow)
_SNAPSHOTS = table(SnapshotRow)

_SEPARATOR = "|"
_NEVER = datetime.fromisoformat("9999-12-31T00:00:00+00:00")
_ALWAYS = datetime.fromisoformat("0001-01-02T00:00:00+00:00")


class Order(StrEnum):
    """In which order: by number, the earliest due first, the latest registered first."""

    NUMBER = "number"
    DUE = "due"
    NEWEST = "newest"


class Grouping(StrEnum):
    """By what figures are told apart."""

    LEAD = "lead"
    BASIS = "basis"


@dataclass(frozen=True, slots=True)
class Sought:
    """Which matters: everything that is given has to fit.

    `open`: under way, so neither ended nor refused. `due_from` (included) and `due_before` (not) are about what can
    still run out; `registered_*` and `closed_*` are read the same way; all are aware instants. `open_at`: in hand at
    that instant. `acts`: one of these happened in it, at `act_from` (included) or later and before `act_before`; only
    acts that MILESTONE names. `text` is looked for in title and id. `ids`, where given, are the only ones.
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
    chosen = select(_MATTERS, whole_of(scope)).where(*_conditions(session, sought, scope, now))
    chosen = within(chosen, parties.listed(scope)).limit(bounded(limit) + 1)
    if order is Order.NUMBER:
        chosen = chosen.order_by(_MATTERS.c.id)
        if after is not None:
            chosen = chosen.where(_MATTERS.c.id > after)
        return cut([line_of(row, now) for row in session.execute(chosen)], limit, lambda line: line.id)
    key, forward = _key(order)
    place = tuple_(key, _MATTERS.c.id)
    if after is not None:
        instant, _, matter_id = after.partition(_SEPARATOR)
        last = tuple_(literal(aware(datetime.fromisoformat(instant)), Instant()), literal(matter_id))
        chosen = chosen.where(place > last if forward else place < last)
    chosen = chosen.order_by(*((key, _MATTERS.c.id) if forward else (key.desc(), _MATTERS.c.id.desc())))
    rows = session.execute(chosen.add_columns(key.label("place"))).all()
    shown = [(line_of(row, now), row.place) for row in rows]
    page = cut(shown, limit, lambda one: f"{one[1].isoformat()}{_SEPARATOR}{one[0].id}")
    return Page(tuple(line for line, _ in page.items), page.next)


def numbers(session: Session, wanted: Mapping[str, Sought], *, scope: Scope, now: datetime) -> dict[str, int]:
    """How many matters fit each of these, by its name."""
    row = session.execute(within(_summed(session, wanted, scope, now), parties.listed(scope))).one()
    return {name: int(row[place] or 0) for place, name in enumerate(wanted)}


def grouped(
    session: Session, wanted: Mapping[str, Sought], by: Grouping, *, scope: Scope, now: datetime
) -> dict[str, dict[str, int]]:
    """The same for each lead, or each basis, in the order of their names; those where nothing fits are left out."""
    of = _MATTERS.c.lead if by is Grouping.LEAD else _basis(session)
    chosen = _summed(session, wanted, scope, now).add_columns(of.label("of")).where(of.is_not(None)).group_by(of)
    if by is Grouping.BASIS:
        chosen = chosen.join(_SNAPSHOTS, _SNAPSHOTS.c.id == _MATTERS.c.id)
    counted = {
        str(row.of): {name: int(row[place] or 0) for place, name in enumerate(wanted)}
        for row in session.execute(within(chosen, parties.listed(scope)))
    }
    return {name: counted[name] for name in sorted(counted) if any(counted[name].values())}


def undecided(session: Session, scope: Scope) -> Iterator[MatterState]:
    """The matters in the scope in which a question waits for somebody's answer: whose it is, is for the rules.

    An approval, a verification, an extension, a transfer, an objection, a circulation.
    """
    kept = _kept(session)
    asked = or_(
        _MATTERS.c.stage.in_((Stage.AWAITING_APPROVAL.value, Stage.SUBMITTED.value)),
        and_(kept["extension"]["limit"].as_string().is_not(None), kept["extension"]["state"].as_string().is_(None)),
        *(kept[name]["requested_at" if name == "transfer" else "at"].as_string().is_not(None)
          for name in ("transfer", "objection")),
        *(kept[name].as_string().is_not(None) for name in ("contested_at", "circulation")),
    )  # fmt: skip
    chosen = select(_SNAPSHOTS.c.state).join_from(_MATTERS, _SNAPSHOTS, _SNAPSHOTS.c.id == _MATTERS.c.id)
    chosen = within(chosen.where(asked).order_by(_MATTERS.c.id), parties.listed(scope))
    for row in session.execute(chosen):
        yield MatterState.model_validate_json(row.state)


def open_cases(session: Session, scope: Scope) -> Iterator[CaseState]:
    """The open cases that the reader may know of, as they stand, in the order of proposal."""
    chosen = select(_CASES.c.id).where(_CASES.c.open.is_(True)).order_by(_CASES.c.proposed_at, _CASES.c.id)
    for case_id in session.execute(within(chosen, parties.case_known(scope, _CASES.c.id))).scalars().all():
        state = cases.seen(session, case_id)
        if state is not None:
            yield state


def bases(session: Session, *, scope: Scope) -> list[str]:
    """The kinds of basis that matters in the scope have, in the order of their names."""
    of = _basis(session)
    chosen = select(of.label("of")).join_from(_MATTERS, _SNAPSHOTS, _SNAPSHOTS.c.id == _MATTERS.c.id).distinct()
    return sorted(session.execute(within(chosen.where(of.is_not(None)), parties.listed(scope))).scalars())


def leads(session: Session, *, scope: Scope) -> list[str]:
    """The leads that matters in the scope have, in the order of their names."""
    chosen = select(_MATTERS.c.lead).where(_MATTERS.c.lead.is_not(None)).distinct()
    return sorted(session.execute(within(chosen, parties.listed(scope))).scalars())


def _summed(session: Session, wanted: Mapping[str, Sought], scope: Scope, now: datetime) -> Select[Any]:
    sums = [
        func.sum(case((and_(true(), *_conditions(session, sought, scope, now)), 1), else_=0)).label(f"n{place}")
        for place, sought in enumerate(wanted.values())
    ]
    return select(*sums).select_from(_MATTERS)


def _conditions(session: Session, sought: Sought, scope: Scope, now: datetime) -> list[ColumnElement[bool]]:
    of = _MATTERS.c
    fits: list[ColumnElement[bool]] = [
        of[name] == wanted
        for name, wanted in (("lead", sought.lead), ("office", sought.office), ("stage", sought.stage),
                             ("light", sought.light))
        if wanted is not None
    ]  # fmt: skip
    if sought.open:
        fits.append(of.stage.not_in(OVER))
    if sought.overdue:
        fits.append(is_overdue(now))
    if sought.escalated:
        # Of a matter of which only a part is the reader's, the level is not his to see.
        fits += [of.level >= 1, whole_of(scope).element]
    if sought.suspended:
        fits.append(of.suspended.is_(True))
    if sought.due_from is not None or sought.due_before is not None:
        fits += [of.stage.not_in([stage.value for stage in SETTLED]), of.suspended.is_(False)]
    fits += _between(of.due_at, sought.due_from, sought.due_before)
    fits += _between(of.registered_at, sought.registered_from, sought.registered_before)
    fits += _between(of.closed_at, sought.closed_from, sought.closed_before)
    if sought.open_at is not None:
        at = aware(sought.open_at)
        fits += [of.registered_at < at, or_(of.closed_at.is_(None), of.closed_at >= at)]
    if sought.acts:
        fits.append(_has_acted(sought))
    if sought.text:
        fits.append(or_(of.title.contains(sought.text, autoescape=True), of.id.contains(sought.text, autoescape=True)))
    if sought.basis is not None:
        of_matter = _SNAPSHOTS.alias("of_basis")
        kept = _document(session, of_matter.c.state)
        basis = kept["terms"]["basis"].as_string()
        fits.append(exists().where(of_matter.c.id == of.id, basis == sought.basis).correlate(_MATTERS))
    if sought.ids is not None:
        fits.append(of.id.in_(sorted(sought.ids)))
    return fits


def _has_acted(sought: Sought) -> ColumnElement[bool]:
    named = sorted(act.value for act in sought.acts)
    happened = _between(_ACTS.c.at, sought.act_from, sought.act_before)
    of_matter = select(_ACTS.c.target).where(MILESTONE, _ACTS.c.act.in_(named), *happened)
    return _MATTERS.c.id.in_(of_matter)


def _between(column: Any, since: datetime | None, before: datetime | None) -> Collection[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if since is not None:
        found.append(column >= aware(since))
    if before is not None:
        found.append(column < aware(before))
    return found


def _key(order: Order) -> tuple[ColumnElement[Any], bool]:
    """The instant by which lines are ordered, and whether the earliest comes first; what has none comes last."""
    if order is Order.DUE:
        return func.coalesce(_MATTERS.c.due_at, literal(_NEVER, Instant()), type_=Instant()), True
    return func.coalesce(_MATTERS.c.registered_at, literal(_ALWAYS, Instant()), type_=Instant()), False


def _basis(session: Session) -> ColumnElement[str]:
    basis: ColumnElement[str] = _kept(session)["terms"]["basis"].as_string()
    return basis


def _kept(session: Session) -> Any:
    """The state of the matter as a document."""
    return _document(session, _SNAPSHOTS.c.state)


def _document(session: Session, text: Any) -> Any:
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    return type_coerce(text, JSON) if on_sqlite else cast_to(text, JSON)
