"""From which state does the next transition of a proceeding, a petition or a duty start, and what do lists show of it?

The state is a snapshot beside the ledger, written in the transaction that appends the acts; how it proceeds is for
policies/. What other proceedings of a subject there are, and how often it offended, is asked here too.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlmodel import Session

from models.acts import ActName
from models.contract import KINDS, kind_of
from models.proceedings import PROCEEDING_OVER, ProceedingState, StepClockKind
from models.rows import ActRow, HeadRow, ProceedingRow, ProceedingSnapshotRow, table
from record import parties
from record.statements import Head, Prepared, unit, upsert
from record.store import hold

_ACTS = table(ActRow)
_HEADS = table(HeadRow)
_PROCEEDINGS = table(ProceedingRow)
_SNAPSHOTS = table(ProceedingSnapshotRow)

OVER = tuple(stage.value for stage in PROCEEDING_OVER)

_LOAD = Prepared(
    select(_SNAPSHOTS.c.state, _HEADS.c.seq, _HEADS.c.hash)
    .join_from(_SNAPSHOTS, _HEADS, _HEADS.c.target == _SNAPSHOTS.c.id, isouter=True)
    .where(_SNAPSHOTS.c.id == bindparam("proceeding"))
)
_SEEN = Prepared(select(_SNAPSHOTS.c.state).where(_SNAPSHOTS.c.id == bindparam("proceeding")))
_SAVE = Prepared(upsert(_PROCEEDINGS, "id"))
_SAVE_SNAPSHOT = Prepared(upsert(_SNAPSHOTS, "id"))


def load(session: Session, target: str) -> ProceedingState | None:
    """The state after the proceeding's last transition; None when it has had none.

    In a writing transaction no other one can change it before this one has ended.
    """
    hold(session, target)
    row = _LOAD.first(session, {"proceeding": target})
    if row is None:
        return None
    if row[1] is not None:
        unit(session).heads[target] = Head(row[1], row[2])
    return ProceedingState.model_validate_json(row[0])


def hold_in_order(session: Session, targets: Iterable[str | None]) -> None:
    """Hold these as `load` does, in an order of their own: two that link to each other at once wait, neither for good.

    Asked for before anything else is held.
    """
    for target in sorted(filter(None, targets)):
        hold(session, target)


def seen(session: Session, target: str) -> ProceedingState | None:
    """The proceeding's state as it stands now; None for an unknown one. It is not held: it may move meanwhile."""
    row = _SEEN.first(session, {"proceeding": target})
    return None if row is None else ProceedingState.model_validate_json(row[0])


def save(
    session: Session,
    state: ProceedingState,
    *,
    seq: int,
    at: datetime,
    last_act: ActName,
    next_at: datetime | None,
    due_at: datetime | None,
    step: tuple[str, str] | None = None,
    holders: tuple[str, ...] = (),
) -> None:
    """Replace the proceeding's snapshot and what lists show of it; see record/matters.py `save`.

    `step` is name and title of the step under way, or of the last one; `holders` are the posts that owe it, or have
    come to owe it by its being missed. Instants must be aware. Raises ValueError for one that was never opened.
    """
    terms, opened_at = state.terms, state.opened_at
    if terms is None or opened_at is None:
        raise ValueError(f"{state.id} is not opened")
    validity = state.clocks.get(StepClockKind.VALIDITY)
    _SAVE.run(
        session,
        {
            "id": state.id,
            "kind": KINDS[kind_of(state.id)],
            "procedure": terms.procedure,
            "policy": state.policy,
            "title": terms.title,
            "lead": terms.lead,
            "office": terms.office,
            "leader": terms.leader,
            "subject": terms.subject,
            "channel": terms.channel.value if terms.channel else None,
            "public": terms.public,
            "urgent": terms.urgent,
            "stage": state.stage.value,
            "step": step[0] if step else None,
            "step_title": step[1] if step else None,
            "light": state.light.value,
            "level": state.missed,
            "paused": state.paused,
            "due_at": due_at,
            "overdue_from": None if state.over or state.paused or state.limit is None else state.limit.due_at,
            "valid_until": validity.due_at if validity else None,
            "next_at": next_at,
            "opened_at": opened_at,
            "ended_at": state.ended_at,
            "last_act": last_act.value,
            "last_act_at": at,
            "cases_open": sum(case.open for case in state.cases),
            "linked_to": state.linked_to,
        },
    )
    parties.keep(session, state, () if state.over else holders)
    text = state.model_dump_json(exclude_defaults=True)
    _SAVE_SNAPSHOT.run(session, {"id": state.id, "seq": seq, "state": text})


def same_subject(session: Session, procedure: str, subject: str, at: datetime) -> list[str]:
    """The proceedings of the procedure about the subject that are open, or whose grant is valid at `at`, by their ids.

    A validity that is over by then counts no more, although nobody may have worked its end off yet. In a writing
    transaction no other one can ask about the same subject before this one has ended.
    """
    hold(session, f"subject {procedure} {subject}")
    chosen = (
        select(_PROCEEDINGS.c.id)
        .where(
            _PROCEEDINGS.c.subject == subject,
            _PROCEEDINGS.c.procedure == procedure,
            or_(_PROCEEDINGS.c.stage.not_in(OVER), _PROCEEDINGS.c.valid_until > at),
        )
        .order_by(_PROCEEDINGS.c.id)
    )
    return list(session.execute(chosen).scalars())


def granted(session: Session, procedure: str, subject: str, since: datetime, until: datetime) -> list[str]:
    """The proceedings of the procedure in which something about the subject was granted from `since` to `until`.

    `since` is included, `until` is not. Held like `same_subject`: two that are granted at once count each other.
    """
    hold(session, f"subject {procedure} {subject}")
    chosen = (
        select(_ACTS.c.target)
        .join_from(_ACTS, _PROCEEDINGS, _PROCEEDINGS.c.id == _ACTS.c.target)
        .where(
            _ACTS.c.act.in_((ActName.GRANTED.value, ActName.CONSENT_DEEMED.value)),
            _ACTS.c.at >= since,
            _ACTS.c.at < until,
            _PROCEEDINGS.c.procedure == procedure,
            _PROCEEDINGS.c.subject == subject,
        )
        .distinct()
        .order_by(_ACTS.c.target)
    )
    return list(session.execute(chosen).scalars())


def offences(session: Session, procedure: str, subject: str, since: datetime, until: datetime) -> int:
    """How many offences of the subject were registered under the procedure from `since` (included) to `until` (not)."""
    counted = (
        select(func.count())
        .join_from(_ACTS, _PROCEEDINGS, _PROCEEDINGS.c.id == _ACTS.c.target)
        .where(
            _ACTS.c.act == ActName.OFFENCE_REGISTERED.value,
            _ACTS.c.subject == subject,
            _ACTS.c.at >= since,
            _ACTS.c.at < until,
            _PROCEEDINGS.c.procedure == procedure,
        )
    )
    found: int = session.execute(counted).scalar_one()
    return found
