"""From which state does a matter's next transition start, what was answered already, and what do lists show of it?

The state is a snapshot beside the ledger, written in the transaction that appends the acts; which act follows is for
policies/. engine.md 3.1 (twin), 4 (measures that count), 5.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache

from sqlalchemy import bindparam, exists, func, literal_column, select, update
from sqlmodel import Session

from models.acts import ActName
from models.asked import Asked
from models.contract import KIND_MATTER
from models.matters import ClockKind, ExtensionState, MatterState, Stage
from models.messages import Outcome
from models.rows import ActRow, AnswerRow, HeadRow, MatterRow, SnapshotRow, table
from record import parties
from record.circles import Circle
from record.statements import Head, Prepared, Values, unit, upsert
from record.store import hold

_ACTS = table(ActRow)
_ANSWERS = table(AnswerRow)
_HEADS = table(HeadRow)
_MATTERS = table(MatterRow)
_SNAPSHOTS = table(SnapshotRow)

# Stages in which nobody owes anything by the due instant, so that it cannot run out; in all others it can.
SETTLED = frozenset(
    {
        Stage.REFUSED,
        Stage.AWAITING_APPROVAL,
        Stage.SUBMITTED,
        Stage.CLOSED,
        Stage.CANCELLED,
        Stage.MERGED,
        Stage.ARCHIVED,
    }
)
OVER = tuple(stage.value for stage in (Stage.CLOSED, Stage.CANCELLED, Stage.MERGED, Stage.ARCHIVED, Stage.REFUSED))

HANDLED = (
    ClockKind.SIGNING, ClockKind.PROGRESS, ClockKind.LIMIT, ClockKind.RETURNED,
    ClockKind.SUPERVISION, ClockKind.RECTIFICATION, ClockKind.EXPLANATION,
)  # fmt: skip
"""The clocks by which the lead owes something."""

NEVER = datetime.fromisoformat("9999-12-31T00:00:00+00:00")
"""In place of an end where nothing runs out, so that it comes last."""

# What is asked, and by which clock it is to be answered; of an extension by that of the limit, at which it lapses.
_ASKED: Mapping[str, tuple[Callable[[MatterState], bool], tuple[ClockKind, ...]]] = {
    "approval": (lambda one: ClockKind.APPROVAL in one.clocks or one.stage is Stage.AWAITING_APPROVAL,
                 (ClockKind.APPROVAL,)),
    "extension": (
        lambda one: one.extension is not None and one.extension.state is ExtensionState.PENDING, (ClockKind.LIMIT,)
    ),
    "verification": (lambda one: ClockKind.VERIFICATION in one.clocks or one.stage is Stage.SUBMITTED,
                     (ClockKind.VERIFICATION,)),
    "assignment": (lambda one: one.contested_at is not None, (ClockKind.ASSIGNMENT_OBJECTION,)),
    "transfer": (lambda one: one.transfer is not None, (ClockKind.TRANSFER,)),
    "objection": (lambda one: one.objection is not None, (ClockKind.OBJECTION, ClockKind.ASSIGNMENT_OBJECTION)),
    "circulation": (lambda one: one.circulation is not None, (ClockKind.CIRCULATION,)),
}  # fmt: skip

# Columns that indexes lead to, or depend on. SQLite rewrites the indexes of a column that is set, even to the value it
# has, so each is set only when it changes: otherwise a transition would have to make several more pages durable.
_LED_TO = sorted({column.name for index in _MATTERS.indexes for column in index.columns} - {"id"} | {"public"})
_FREE = [column.name for column in _MATTERS.c if column.name not in (*_LED_TO, "id")]
_STANDING_COLUMNS = [_MATTERS.c[name] for name in _LED_TO]

_LOAD = Prepared(
    select(_SNAPSHOTS.c.state, _HEADS.c.seq, _HEADS.c.hash, *_STANDING_COLUMNS)
    .join_from(_SNAPSHOTS, _MATTERS, _MATTERS.c.id == _SNAPSHOTS.c.id)
    .join(_HEADS, _HEADS.c.target == _SNAPSHOTS.c.id, isouter=True)
    .where(_SNAPSHOTS.c.id == bindparam("matter"))
)
_SEEN = Prepared(select(_SNAPSHOTS.c.state).where(_SNAPSHOTS.c.id == bindparam("matter")))
_STANDS = Prepared(select(*_STANDING_COLUMNS).where(_MATTERS.c.id == bindparam("id_")))
_SAVE_MATTER = Prepared(upsert(_MATTERS, "id"))
_SAVE_SNAPSHOT = Prepared(upsert(_SNAPSHOTS, "id"))
_ANSWERED = Prepared(
    select(_ANSWERS.c.outcome).where(
        _ANSWERS.c.target == bindparam("of"), _ANSWERS.c.message_id == bindparam("message")
    )
)
_REMEMBER = Prepared(_ANSWERS.insert())
_TWIN = Prepared(
    select(func.min(_MATTERS.c.id)).where(
        _MATTERS.c.lead == bindparam("of_lead"),
        _MATTERS.c.title == bindparam("called"),
        _MATTERS.c.id != bindparam("besides"),
        _MATTERS.c.stage.not_in([literal_column(f"'{stage}'") for stage in OVER]),
    )
)


def load(session: Session, matter_id: str) -> MatterState | None:
    """The state after the matter's last transition; None when it has had none.

    In a writing transaction no other one can change the matter before this one has ended.
    """
    known = unit(session)
    hold(session, matter_id)
    row = _LOAD.first(session, {"matter": matter_id})
    if row is None:
        parties.loaded(session, matter_id, None)
        return None
    if row[1] is not None:
        known.heads[matter_id] = Head(row[1], row[2])
    known.standing[matter_id] = dict(zip(_LED_TO, row[3:], strict=True))
    state = MatterState.model_validate_json(row[0])
    parties.loaded(session, matter_id, state)
    return state


def seen(session: Session, matter_id: str) -> MatterState | None:
    """The state of another matter as it stands now; None for an unknown one. It is not held: it may move meanwhile."""
    row = _SEEN.first(session, {"matter": matter_id})
    return None if row is None else MatterState.model_validate_json(row[0])


def save(
    session: Session, state: MatterState, *, seq: int, at: datetime, last_act: ActName, next_at: datetime | None
) -> None:
    """Replace the matter's snapshot and what lists show of it.

    `seq` is the ledger entry the state stands at, `last_act` and `at` its name and instant, `next_at` the next instant
    at which a clock is due (None: nothing is waited for). Instants must be aware (NaiveInstantError).
    """
    terms = state.terms
    due_at = due_instant(state)
    row = {
        "id": state.id,
        "kind": KIND_MATTER,
        "title": terms and terms.title,
        "lead": terms and terms.lead,
        "office": terms and terms.office,
        "leader": terms and terms.leader,
        "urgency": terms and terms.urgency.value,
        "public": terms and terms.public,
        "policy": state.policy,
        "stage": state.stage.value,
        "light": state.light.value,
        "level": state.level,
        "suspended": state.suspended,
        "due_at": due_at,
        "overdue_from": None if state.stage in SETTLED or state.suspended else due_at,
        "next_at": next_at,
        "handled_by": handled_by(state),
        "asked_by": asked_by(state),
        "registered_at": state.registered_at,
        "assigned_at": state.assigned_at,
        "closed_at": state.ended_at,
        "last_act": ActName(last_act).value,
        "last_act_at": at,
        "cases_open": sum(case.open for case in state.cases),
        "parent": state.parent,
        "root": state.root,
        "basis": terms and terms.basis,
        "circle": terms and Circle.of(terms).name,
        "open": state.stage.value not in OVER,
        "asked": _asked(state),
    }
    standing = _standing(session, state.id)
    if standing is None:
        _SAVE_MATTER.run(session, row)
    else:
        moved = tuple(name for name in _LED_TO if row[name] != standing[name])
        _moving(moved).run(session, {**row, "id_": state.id})
    unit(session).standing[state.id] = row
    parties.keep(session, state)
    # What has its default is left out: an older release, given back a matter that used nothing new, can read it.
    text = state.model_dump_json(exclude_defaults=True)
    _SAVE_SNAPSHOT.run(session, {"id": state.id, "seq": seq, "state": text})


def _asked(state: MatterState) -> str | None:
    asked = Asked.of(state)
    return None if asked is None else asked.model_dump_json(exclude_defaults=True)


def due_instant(state: MatterState) -> datetime | None:
    """The due instant people look at: of the returned clock while it runs, else of the matter's own; engine.md 3.7."""
    returned = state.clocks.get(ClockKind.RETURNED)
    clock = state.limit if returned is None else returned
    return None if clock is None else clock.due_at


def handled_by(state: MatterState) -> datetime | None:
    """The earliest instant at which something runs out that the lead owes; None where nothing does."""
    if state.suspended or state.stage in SETTLED:
        return None
    clocks = {kind: state.clocks[kind].due_at for kind in HANDLED if kind in state.clocks}
    if state.last_report_at is not None and (state.period_from is None or state.last_report_at >= state.period_from):
        clocks.pop(ClockKind.PROGRESS, None)
    return min(clocks.values(), default=None)


def asked_by(state: MatterState) -> datetime | None:
    """By when the first of it is to be answered: NEVER where nothing runs out, None where nothing is asked."""
    if state.suspended:
        return NEVER if any(is_open(state) for is_open, _ in _ASKED.values()) else None
    ends = [
        next((state.clocks[kind].due_at for kind in kinds if kind in state.clocks), NEVER)
        for is_open, kinds in _ASKED.values()
        if is_open(state)
    ]
    return min(ends, default=None)


def answered(session: Session, target: str, message_id: str) -> Outcome | None:
    """The first answer to this message; None when it has not been answered."""
    hold(session, target)
    row = _ANSWERED.first(session, {"of": target, "message": message_id})
    return None if row is None else Outcome.model_validate_json(row[0])


def remember(session: Session, target: str, message_id: str, outcome: Outcome, seq: int) -> None:
    """Keep the answer to a message; `seq` is the target's last entry at that moment.

    Raises the driver's IntegrityError when the message has been answered before: an answer is never replaced.
    """
    _REMEMBER.run(
        session, {"target": target, "message_id": message_id, "seq": seq, "outcome": outcome.model_dump_json()}
    )


def open_twin(session: Session, lead: str, title: str, besides: str) -> str | None:
    """The id of another matter of the same lead and title that is not closed, cancelled, archived or refused, or None.

    In a writing transaction no other one can ask for the same lead and title before this one has ended.
    """
    hold(session, f"twin {lead} {title}")
    row = _TWIN.first(session, {"of_lead": lead, "called": title, "besides": besides})
    return None if row is None or row[0] is None else str(row[0])


def measures_decided(session: Session, subject: str, since: datetime, until: datetime) -> int:
    """How many measures were decided against the subject, in any case, from `since` (included) to `until` (not).

    What was revoked, so that the subject was restored, does not count (W10).
    """
    restored = _ACTS.alias("restored")
    revoked = exists().where(restored.c.target == _ACTS.c.target, restored.c.act == ActName.RESTORED.value)
    counted = select(func.count()).where(
        _ACTS.c.act == ActName.MEASURE_DECIDED.value,
        _ACTS.c.subject == subject,
        _ACTS.c.at >= since,
        _ACTS.c.at < until,
        ~revoked,
    )
    found: int = session.execute(counted).scalar_one()
    return found


@lru_cache(maxsize=256)
def _moving(columns: tuple[str, ...]) -> Prepared:
    """The update that sets these columns, and those no index leads to."""
    return Prepared(update(_MATTERS).where(_MATTERS.c.id == bindparam("id_")), [*_FREE, *columns])


def _standing(session: Session, matter_id: str) -> Values | None:
    known = unit(session).standing
    if matter_id not in known:
        row = _STANDS.first(session, {"id_": matter_id})
        known[matter_id] = None if row is None else dict(zip(_LED_TO, row, strict=True))
    return known[matter_id]
