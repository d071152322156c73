"""How long had its lead each closed matter in hand? Noted when it is closed, read by period for the rankings.

What the time comes to is found by policies/bulletins.py; here it is only kept.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, select
from sqlmodel import Session

from models.access import Scope
from models.acts import ActName
from models.bulletins import NetTime
from models.matters import Stage
from models.rows import ActRow, FinishedRow, MatterRow, aware, table
from record import parties
from record.views import within

_ACTS = table(ActRow)
_FINISHED = table(FinishedRow)
_MATTERS = table(MatterRow)

_CLOSED = (Stage.CLOSED.value, Stage.ARCHIVED.value)
_LATE = (ActName.OVERDUE.value, ActName.IMPORTED_OVERDUE.value)


@dataclass(frozen=True, slots=True)
class Closed:
    """The last closing of a matter in a period: who led it, for how long, and whether it was ever late by its end.

    `time` is None for what was closed before times were noted.
    """

    matter: str
    lead: str
    closed_at: datetime
    time: NetTime | None
    late: bool


def note(session: Session, matter_id: str, lead: str, closed_at: datetime, time: NetTime) -> None:
    """Keep the time of a closing."""
    session.add(
        FinishedRow(
            matter=matter_id,
            closed_at=closed_at,
            lead=lead,
            gross=time.gross,
            paused=time.paused,
            extended=time.extended,
            elsewhere=time.elsewhere,
        )
    )


def _time(row: Any) -> NetTime:
    return NetTime(gross=row.gross, paused=row.paused, extended=row.extended, elsewhere=row.elsewhere)


def closed(session: Session, since: datetime, before: datetime, *, scope: Scope) -> list[Closed]:
    """What was closed at `since` or later and before `before`, of the matters that the reader sees whole, by number.

    Both are aware instants.
    """
    since, before = aware(since), aware(before)
    noted = (
        select(_FINISHED.c.matter, func.max(_FINISHED.c.closed_at).label("closed_at"))
        .where(_FINISHED.c.closed_at >= since, _FINISHED.c.closed_at < before)
        .group_by(_FINISHED.c.matter)
        .subquery()
    )
    late = exists().where(_ACTS.c.target == _MATTERS.c.id, _ACTS.c.at < before, _ACTS.c.act.in_(_LATE)).label("late")
    chosen = (
        select(_FINISHED, late)
        .join(noted, and_(noted.c.matter == _FINISHED.c.matter, noted.c.closed_at == _FINISHED.c.closed_at))
        .join(_MATTERS, _MATTERS.c.id == _FINISHED.c.matter)
    )
    found = [
        Closed(row.matter, row.lead, row.closed_at, _time(row), bool(row.late))
        for row in session.execute(within(chosen, parties.whole(scope))).all()
    ]
    unnoted = select(_MATTERS.c.id, _MATTERS.c.lead, _MATTERS.c.closed_at, late).where(
        _MATTERS.c.closed_at >= since,
        _MATTERS.c.closed_at < before,
        _MATTERS.c.stage.in_(_CLOSED),
        ~exists().where(_FINISHED.c.matter == _MATTERS.c.id),
    )
    found += [
        Closed(row.id, row.lead, row.closed_at, None, bool(row.late))
        for row in session.execute(within(unnoted, parties.whole(scope)))
        if row.lead
    ]
    return sorted(found, key=lambda one: one.matter)
