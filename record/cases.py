"""From which state does a case's next transition start, and what do lists show of it?

The state is a snapshot beside the ledger, written in the transaction that appends the acts; how a case proceeds is for
policies/. engine.md 4.
"""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.acts import ActName
from models.cases import CaseState
from models.contract import matter_of
from models.rows import CaseRow, CaseSnapshotRow, HeadRow, table
from record import parties
from record.statements import Head, Prepared, unit, upsert
from record.store import hold

_CASES = table(CaseRow)
_HEADS = table(HeadRow)
_SNAPSHOTS = table(CaseSnapshotRow)

_LOAD = Prepared(
    select(_SNAPSHOTS.c.state, _HEADS.c.seq, _HEADS.c.hash)
    .join_from(_SNAPSHOTS, _HEADS, _HEADS.c.target == _SNAPSHOTS.c.id, isouter=True)
    .where(_SNAPSHOTS.c.id == bindparam("case"))
)
_SEEN = Prepared(select(_SNAPSHOTS.c.state).where(_SNAPSHOTS.c.id == bindparam("case")))
_SAVE_CASE = Prepared(upsert(_CASES, "id"))
_SAVE_SNAPSHOT = Prepared(upsert(_SNAPSHOTS, "id"))


def load(session: Session, case_id: str) -> CaseState | None:
    """The state after the case's last transition; None when it has had none.

    In a writing transaction no other one can change the case before this one has ended.
    """
    hold(session, case_id)
    row = _LOAD.first(session, {"case": case_id})
    if row is None:
        parties.loaded(session, case_id, None)
        return None
    if row[1] is not None:
        unit(session).heads[case_id] = Head(row[1], row[2])
    state = CaseState.model_validate_json(row[0])
    parties.loaded(session, case_id, state)
    return state


def seen(session: Session, case_id: str) -> CaseState | None:
    """The case's state as it stands now; None for an unknown one. It is not held."""
    row = _SEEN.first(session, {"case": case_id})
    return None if row is None else CaseState.model_validate_json(row[0])


def save(
    session: Session,
    state: CaseState,
    *,
    seq: int,
    at: datetime,
    last_act: ActName,
    next_at: datetime | None,
    due_at: datetime | None,
) -> None:
    """Replace the case's snapshot and what lists show of it; see record/matters.py `save`. Instants must be aware."""
    row = {
        "id": state.id,
        "matter_id": state.matter_id or matter_of(state.id),
        "subject": state.subject,
        "severity": state.severity.value,
        "measure": state.decision.measure if state.decision else state.measure,
        "count": state.count,
        "open": state.open,
        "proposed_at": state.proposed_at or at,
        "ended_at": state.ended_at or (state.decision.at if state.decision else None),
        "stage": state.stage.value,
        "due_at": due_at,
        "next_at": next_at,
        "last_act": last_act.value,
        "last_act_at": at,
    }
    _SAVE_CASE.run(session, row)
    parties.keep(session, state)
    _SAVE_SNAPSHOT.run(session, {"id": state.id, "seq": seq, "state": state.model_dump_json(exclude_defaults=True)})
