"""From which state does a case's next transition start, and what do lists show of it?

The state is a snapshot beside the ledger, written in the transaction that appends the acts; how a case proceeds is for
policies/. engine.md 4.
"""

import json
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, select
from sqlmodel import Session

from models.acts import ActName
from models.asked import AskedOfCase
from models.cases import CaseState
from models.contract import matter_of
from models.protection import Kind
from models.rows import CaseRow, CaseSnapshotRow, HeadRow, table
from record import parties
from record.keys import subject_of
from record.ledger import canonical
from record.sealed import SEALED, opens, sealed
from record.sealed import read as read_sealed
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

    In a writing transaction no other one can change the case before this one has ended. What is protected in it is as
    this transaction may read it: whoever is to save it again opens it first (record/sealed.py `for_the_rules`).
    """
    hold(session, case_id)
    row = _LOAD.first(session, {"case": case_id})
    if row is None:
        parties.loaded(session, case_id, None)
        return None
    if row[1] is not None:
        unit(session).heads[case_id] = Head(row[1], row[2])
    state = state_of(session, case_id, row[0])
    parties.loaded(session, case_id, state)
    return state


def seen(session: Session, case_id: str) -> CaseState | None:
    """The case's state as it stands now, as this transaction may read it; None for an unknown one. It is not held."""
    row = _SEEN.first(session, {"case": case_id})
    return None if row is None else state_of(session, case_id, row[0])


def cited_by(session: Session, state: CaseState) -> dict[str, CaseState]:
    """The cases that this one rests on, by id, as they stand now. None is held."""
    named = state.source.cases if state.source else ()
    found = {case_id: seen(session, case_id) for case_id in named}
    return {case_id: other for case_id, other in found.items() if other is not None}


def open_against(session: Session, subject: str) -> list[CaseState]:
    """The open cases against the subject, in the order of their ids.

    In a writing transaction no other one can ask about the same subject before this one has ended.
    """
    hold(session, f"subject {subject}")
    chosen = (
        select(_SNAPSHOTS.c.id, _SNAPSHOTS.c.state)
        .join_from(_SNAPSHOTS, _CASES, _CASES.c.id == _SNAPSHOTS.c.id)
        .where(_CASES.c.subject == subject, _CASES.c.open.is_(True))
        .order_by(_CASES.c.id)
    )
    return [state_of(session, row.id, row.state) for row in session.execute(chosen)]


def asked(session: Session, which: ColumnElement[bool]) -> Iterator[tuple[str, str]]:
    """Id and what is asked, of the cases, open or with a step still owed, of which this holds, in order of proposal."""
    chosen = select(_CASES.c.id, _CASES.c.asked).where(_CASES.c.asked.is_not(None), which)
    for row in session.execute(chosen.order_by(_CASES.c.proposed_at, _CASES.c.id)):
        yield row.id, row.asked


def resting_on(session: Session, case_id: str) -> list[CaseState]:
    """The cases, open or with a measure that stands, that rest on this one, in the order of their ids. None is held.

    Reads every snapshot that names the id: it is asked only when a measure is revoked.
    """
    chosen = (
        select(_SNAPSHOTS.c.id, _SNAPSHOTS.c.state)
        .where(_SNAPSHOTS.c.state.contains(f'"{case_id}"', autoescape=True), _SNAPSHOTS.c.id != case_id)
        .order_by(_SNAPSHOTS.c.id)
    )
    found = [state_of(session, row.id, row.state) for row in session.execute(chosen)]
    return [state for state in found if state.rests_on(case_id)]


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
    """Replace the case's snapshot and what lists show of it; see record/matters.py `save`. Instants must be aware.

    Raises RuntimeError in a transaction that does not open the case: masks would be kept in place of what they hide.
    """
    if not opens(session, subject_of(state.id)):
        raise RuntimeError(f"{state.id}: saved by a transaction that does not open it")
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
        "title": state.title,
        "red": bool(state.climbed),
        "asked": AskedOfCase.of(state).model_dump_json(exclude_defaults=True) if state.open or due_at else None,
    }
    _SAVE_CASE.run(session, row)
    parties.keep(session, state)
    told = state.model_dump(mode="json", exclude_defaults=True)
    kept = sealed(session, Kind.STATE, told, subject_of(state.id), _place(state.id))
    _SAVE_SNAPSHOT.run(session, {"id": state.id, "seq": seq, "state": canonical(kept)})


def state_of(session: Session, case_id: str, text: str) -> CaseState:
    """The state that a snapshot of the case holds, as this transaction may read it."""
    if f'"{SEALED}":' not in text and opens(session, subject_of(case_id)):
        return CaseState.model_validate_json(text)
    told = read_sealed(session, Kind.STATE, json.loads(text), _place(case_id), subject_of(case_id))
    return CaseState.model_validate_json(canonical(told))


def _place(case_id: str) -> str:
    return f"state {case_id}"
