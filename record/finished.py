"""How long had its lead each closed matter in hand? Noted when it is closed, read by period for the rankings.

What the time comes to is found by policies/bulletins.py; here it is only kept.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, case, exists, func, or_, select, update
from sqlmodel import Session

from models.access import Scope, ScopeKind
from models.acts import ActName
from models.bulletins import NetTime
from models.matters import Stage
from models.rows import ActRow, FinishedRow, MatterRow, UnmeasuredRow, aware, table
from record import parties
from record.circles import Circle, reach
from record.statements import Prepared, insert_or_ignore, plainly

_ACTS = table(ActRow)
_FINISHED = table(FinishedRow)
_MATTERS = table(MatterRow)
_UNMEASURED = table(UnmeasuredRow)

_LEAVE = Prepared(insert_or_ignore(_UNMEASURED, "matter"))

_CLOSED = (Stage.CLOSED.value, Stage.ARCHIVED.value)

_AGAIN = Prepared(
    update(_FINISHED)
    .where(_FINISHED.c.matter == bindparam("of"), _FINISHED.c.again_at.is_(None))
    .values(again_at=bindparam("again"))
)
_NOTE = Prepared(_FINISHED.insert())


@dataclass(frozen=True, slots=True)
class Closed:
    """A closing of a matter: who led it, for how long, and whether it had ever been overdue."""

    matter: str
    lead: str
    closed_at: datetime
    time: NetTime
    late: bool


@dataclass(frozen=True, slots=True)
class Sum:
    """What a lead finished: how much, how much of it in time, and the working days that count of all of it."""

    lead: str
    finished: int
    in_time: int
    net: int


def note(session: Session, closing: Closed, circle: Circle) -> None:
    """Keep a closing; the one before it is now the last no more."""
    _AGAIN.run(session, {"of": closing.matter, "again": closing.closed_at})
    time = closing.time
    _NOTE.run(
        session,
        {
            "matter": closing.matter, "closed_at": closing.closed_at, "lead": closing.lead, "circle": circle.name,
            "gross": time.gross, "paused": time.paused, "extended": time.extended, "elsewhere": time.elsewhere,
            "net": time.net, "late": closing.late, "again_at": None,
        },
    )  # fmt: skip


def leave(session: Session, matter: str) -> None:
    """Keep that a matter was closed and its time could not be measured."""
    _LEAVE.run(session, {"matter": matter})


def sums(session: Session, since: datetime, before: datetime, *, scope: Scope) -> list[Sum]:
    """What each lead finished at `since` or later and before `before`, aware instants, as far as the reader sees it.

    Of a matter that was closed several times the last closing of the period counts.
    """
    chosen = (
        select(
            _FINISHED.c.lead,
            func.count().label("finished"),
            func.sum(case((_FINISHED.c.late, 0), else_=1)).label("in_time"),
            func.sum(_FINISHED.c.net).label("net"),
        )
        .where(*_last(session, since, before, scope))
        .group_by(_FINISHED.c.lead)
    )
    return [Sum(row.lead, int(row.finished), int(row.in_time), int(row.net)) for row in session.execute(chosen)]


def closed(session: Session, since: datetime, before: datetime, lead: str, *, scope: Scope) -> list[Closed]:
    """The same one by one, of one lead, by number."""
    chosen = select(_FINISHED).where(_FINISHED.c.lead == lead, *_last(session, since, before, scope))
    return [
        Closed(
            row.matter, row.lead, row.closed_at,
            NetTime(gross=row.gross, paused=row.paused, extended=row.extended, elsewhere=row.elsewhere), bool(row.late),
        )
        for row in session.execute(chosen.order_by(_FINISHED.c.matter))
    ]  # fmt: skip


def unnoted(session: Session, since: datetime, before: datetime, *, scope: Scope) -> list[tuple[str, str, datetime]]:
    """What was closed in the period and not measured then: its number, its lead, and when, by number."""
    # Few or none: SQLite is to begin with them.
    chosen = select(_MATTERS.c.id, _MATTERS.c.lead, _MATTERS.c.closed_at).join_from(
        _UNMEASURED, _MATTERS, _MATTERS.c.id == plainly(session, _UNMEASURED.c.matter)
    )
    chosen = chosen.where(
        _MATTERS.c.closed_at >= aware(since),
        _MATTERS.c.closed_at < aware(before),
        _MATTERS.c.stage.in_(_CLOSED),
        _MATTERS.c.lead.is_not(None),
        ~exists().where(_FINISHED.c.matter == _MATTERS.c.id),
        # What was cancelled or merged and then archived was never finished.
        exists().where(
            _ACTS.c.target == _MATTERS.c.id, _ACTS.c.act == ActName.CLOSED.value, _ACTS.c.at == _MATTERS.c.closed_at
        ),
        reach(session, scope).whole(_MATTERS.c.circle),
    )
    return [(row.id, row.lead, row.closed_at) for row in session.execute(chosen.order_by(_MATTERS.c.id))]


def _last(session: Session, since: datetime, before: datetime, scope: Scope) -> list[ColumnElement[bool]]:
    """Closings of the period that were its last ones, of matters that the reader sees whole."""
    seen = reach(session, scope)
    whole = seen.by_circle(_FINISHED.c.circle)
    if not seen.every and scope.kind is ScopeKind.POST:
        whole = or_(whole, _FINISHED.c.matter.in_(select(_MATTERS.c.id).where(parties.reviewed(scope))))
    return [
        _FINISHED.c.closed_at >= aware(since),
        _FINISHED.c.closed_at < aware(before),
        or_(_FINISHED.c.again_at.is_(None), _FINISHED.c.again_at >= aware(before)),
        whole,
    ]
