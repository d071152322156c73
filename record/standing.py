"""How does the office stand, in numbers alone, for whoever keeps its machines?

Sums of what is kept already, and counts over indexes that hold few rows: cheap at a million matters. No name of
anybody, of no organ and no matter.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select
from sqlmodel import Session

from models.matters import Stage
from models.rows import CaseRow, DeliveryRow, MatterRow, ProceedingRow, TallyRow, table
from record import incidents, seals
from record.outbox import LOST, NoticeState
from record.tallies import ALL_BASES

GRACE = timedelta(minutes=2)
"""So long after its instant a clock may still be on its way to being worked off."""

_CASES, _DELIVERIES, _MATTERS = table(CaseRow), table(DeliveryRow), table(MatterRow)
_PROCEEDINGS, _TALLIES = table(ProceedingRow), table(TallyRow)
_WAITING = (NoticeState.QUEUED.value, NoticeState.SENDING.value)


@dataclass(frozen=True, slots=True)
class LastSeal:
    """The newest seal: when it was made, and how many of its leaves contradict the seal before."""

    made_at: datetime
    disputed: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How the office stands; `matters` by stage and light, `cases` that are open by stage, the rest plain counts.

    `overdue` and `unseen` are by kind: what is over its due instant, and that of it whose clock should have been worked
    off and was not. `waiting` notices may leave by now and have not, the first of them since `waiting_since`.
    """

    matters: dict[tuple[str, str], int]
    overdue: dict[str, int]
    unseen: dict[str, int]
    cases: dict[str, int]
    waiting: int
    waiting_since: datetime | None
    undelivered: int
    incidents: int
    seal: LastSeal | None


def standing(session: Session, at: datetime) -> Standing:
    """How the office stands at the aware instant `at`."""
    matters = (
        select(_TALLIES.c.stage, _TALLIES.c.light, func.sum(_TALLIES.c.matters))
        .where(_TALLIES.c.basis == ALL_BASES, _TALLIES.c.stage != Stage.REFUSED.value)
        .group_by(_TALLIES.c.stage, _TALLIES.c.light)
    )
    cases = select(_CASES.c.stage, func.count()).where(_CASES.c.open.is_(True)).group_by(_CASES.c.stage)
    overdue, unseen = {}, {}
    for kind, rows in (("matter", _MATTERS), ("proceeding", _PROCEEDINGS)):
        over = and_(rows.c.overdue_from.is_not(None), rows.c.overdue_from <= at)
        overdue[kind] = _count(session, rows, over)
        unseen[kind] = _count(session, rows, and_(over, rows.c.next_at <= at - GRACE))
    ripe = func.coalesce(_DELIVERIES.c.due_at, _DELIVERIES.c.queued_at)
    leaving = and_(_DELIVERIES.c.state.in_(_WAITING), ripe <= at)
    waiting, since = session.execute(select(func.count(), func.min(ripe)).where(leaving)).one()
    return Standing(
        matters={(stage, light): int(number) for stage, light, number in session.execute(matters) if number},
        overdue=overdue,
        unseen={
            **unseen,
            "case": _count(session, _CASES, and_(_CASES.c.open.is_(True), _CASES.c.next_at <= at - GRACE)),
        },
        cases={stage or "": int(number) for stage, number in session.execute(cases)},
        waiting=int(waiting),
        waiting_since=since,
        undelivered=_count(session, _DELIVERIES, _DELIVERIES.c.state.in_([state.value for state in LOST])),
        incidents=sum(one.closed_at is None for one in incidents.listed(session)),
        seal=_seal(session),
    )


def _count(session: Session, rows: object, where: object) -> int:
    found = session.execute(select(func.count()).select_from(rows).where(where))  # type: ignore[arg-type]
    return int(found.scalar_one())


def _seal(session: Session) -> LastSeal | None:
    newest = seals.last(session)
    return None if newest is None else LastSeal(newest.made_at, int(json.loads(newest.body).get("disputed", 0)))
