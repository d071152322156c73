"""What has become of the notices that leave the house, and what proves that they arrived?

One row per act, recipient and channel, queued in the transaction of the act. An attempt is marked before it begins,
so that one cut off is seen; what it led to is marked afterwards. When to send is for policies/notices.py.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, bindparam, case, func, or_, select, update
from sqlmodel import Session

from models.cases import CaseState
from models.contract import is_case, is_proceeding
from models.matters import MatterState
from models.notices import Fate, NoticeOrder
from models.proceedings import ProceedingState
from models.rows import ActRow, CaseRow, DeliveryRow, MatterRow, SnapshotRow, table
from record import cases, proceedings
from record.ledger import Entry, entry_of
from record.outbox import NoticeState
from record.pages import Page, bounded, cut
from record.statements import Prepared, insert_or_ignore
from record.store import hold

_ACTS = table(ActRow)
_CASES = table(CaseRow)
_DELIVERIES = table(DeliveryRow)
_MATTERS = table(MatterRow)
_SNAPSHOTS = table(SnapshotRow)
_owner = func.coalesce(_CASES.c.matter_id, _ACTS.c.target)

_OF_ACT = (
    select(_ACTS.c.id).where(_ACTS.c.target == bindparam("of"), _ACTS.c.seq == bindparam("number")).scalar_subquery()
)
_QUEUE = Prepared(
    lambda dialect: insert_or_ignore(_DELIVERIES, "recipient", "channel", "entry")(dialect).values(
        entry=_OF_ACT,
        **{name: bindparam(name) for name in ("recipient", "channel", "state", "queued_at", "attempts", "doubtful")},
    ),
    ["recipient", "channel", "entry", "state", "queued_at", "attempts", "doubtful"],
)

_OPEN = (NoticeState.QUEUED.value, NoticeState.SENDING.value)
FATES = {
    NoticeState.DELIVERED: Fate.DELIVERED,
    NoticeState.UNNEEDED: Fate.DELIVERED,
    NoticeState.UNCONFIRMED: Fate.UNCONFIRMED,
    NoticeState.FAILED: Fate.FAILED,
    NoticeState.UNDELIVERED: Fate.FAILED,
}
DIGEST = "digest/"
"""How the key of a digest begins; no target is called so."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice on one channel that leaves the house; instants in Asia/Shanghai, `parcel` None until it may leave."""

    number: int
    recipient: str
    channel: str
    state: NoticeState
    parcel: str | None
    queued_at: datetime
    due_at: datetime | None
    attempts: int
    doubtful: bool
    attempted_at: datetime | None
    delivered_at: datetime | None
    provider_key: str | None
    receipt: str | None
    failure: str | None
    matter_id: str
    title: str | None
    entry: Entry


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that may still leave the house: when (None: not planned), and whether in a digest already made up."""

    notice: NoticeOrder
    due_at: datetime | None
    in_digest: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt that may be made, as the `attempt`-th."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice is about: the act, its matter or proceeding, and the matter's state.

    `state` is None for a refused registration, for an act of a proceeding, whose state is `proceeding`, and for a case
    that belongs to no matter; of a case, `case` is the case's state.
    """

    entry: Entry
    matter_id: str
    state: MatterState | None
    case: CaseState | None = None
    proceeding: ProceedingState | None = None


# --- queueing ---------------------------------------------------------------------------------------------------------


def queue(session: Session, entries: Iterable[Entry], routes: Callable[[str], tuple[str, ...]]) -> int:
    """Queue each act for every post it tells that has routes, one row for each route; returns how many there are."""
    rows = [
        {
            "of": entry.target,
            "number": entry.seq,
            "recipient": post,
            "channel": channel,
            "state": NoticeState.QUEUED.value,
            "queued_at": entry.processed_at,
            "attempts": 0,
            "doubtful": False,
        }
        for entry in entries
        for post in dict.fromkeys(entry.act.tell)
        for channel in routes(post)
    ]
    _QUEUE.run_each(session, rows)
    return len(rows)


def queue_for(session: Session, entry: Entry, recipient: str, channel: str) -> None:
    """Queue one entry for a recipient that its act does not name, once."""
    _QUEUE.run(
        session,
        {
            "of": entry.target,
            "number": entry.seq,
            "recipient": recipient,
            "channel": channel,
            "state": NoticeState.QUEUED.value,
            "queued_at": entry.processed_at,
            "attempts": 0,
            "doubtful": False,
        },
    )


def unplanned(session: Session, target: str, known_seq: int) -> list[NoticeOrder]:
    """The notices recorded after the target's entry `known_seq` for which nothing is decided yet.

    Those of a matter and all its cases, whichever of them the target is.
    """
    known = select(func.coalesce(func.max(_ACTS.c.id), 0)).where(_ACTS.c.target == target, _ACTS.c.seq == known_seq)
    matter = select(_CASES.c.matter_id).where(_CASES.c.id == target).scalar_subquery()
    chosen = (
        select(_ACTS.c.target, _ACTS.c.seq, _DELIVERIES.c.recipient)
        .join_from(_DELIVERIES, _ACTS, _ACTS.c.id == _DELIVERIES.c.entry)
        .join(_CASES, _CASES.c.id == _ACTS.c.target, isouter=True)
        .where(
            _DELIVERIES.c.state == NoticeState.QUEUED.value,
            _DELIVERIES.c.entry > known.scalar_subquery(),
            _DELIVERIES.c.parcel.is_(None),
            _DELIVERIES.c.due_at.is_(None),
            _owner == func.coalesce(matter.correlate(None), target),
        )
        .distinct()
        .order_by(_ACTS.c.target, _ACTS.c.seq, _DELIVERIES.c.recipient)
    )
    return [NoticeOrder(target=row.target, seq=row.seq, recipient=row.recipient) for row in session.execute(chosen)]


def waiting(session: Session) -> list[Waiting]:
    """Everything that may still leave the house, in the order of recording."""
    digest = _DELIVERIES.c.parcel.startswith(DIGEST, autoescape=True)
    chosen = (
        select(
            _ACTS.c.id,
            _ACTS.c.target,
            _ACTS.c.seq,
            _DELIVERIES.c.recipient,
            func.max(_DELIVERIES.c.due_at).label("due_at"),
            func.max(case((digest, 1), else_=0)).label("in_digest"),
        )
        .join_from(_DELIVERIES, _ACTS, _ACTS.c.id == _DELIVERIES.c.entry)
        .where(_DELIVERIES.c.state.in_(_OPEN))
        .group_by(_ACTS.c.id, _ACTS.c.target, _ACTS.c.seq, _DELIVERIES.c.recipient)
        .order_by(_ACTS.c.id, _DELIVERIES.c.recipient)
    )
    return [
        Waiting(NoticeOrder(target=row.target, seq=row.seq, recipient=row.recipient), row.due_at, bool(row.in_digest))
        for row in session.execute(chosen)
    ]


# --- planning ---------------------------------------------------------------------------------------------------------


def told(session: Session, target: str, seq: int) -> Told | None:
    """What that entry tells; None when there is no such entry."""
    matter_id = func.coalesce(_CASES.c.matter_id, _ACTS.c.target)
    row = session.execute(
        select(matter_id.label("matter_id"), _SNAPSHOTS.c.state, *_ACTS.c)
        .select_from(_ACTS)
        .join(_CASES, _CASES.c.id == _ACTS.c.target, isouter=True)
        .join(_SNAPSHOTS, _SNAPSHOTS.c.id == matter_id, isouter=True)
        .where(_ACTS.c.target == target, _ACTS.c.seq == seq)
    ).first()
    if row is None:
        return None
    return Told(
        entry_of(session, row),
        row.matter_id,
        MatterState.model_validate_json(row.state) if row.state else None,
        cases.seen(session, target) if is_case(target) else None,
        proceedings.seen(session, target) if is_proceeding(target) else None,
    )


def reroute(session: Session, order: NoticeOrder, routes: tuple[str, ...], at: datetime) -> tuple[str, ...]:
    """Fit what is queued for this notice to the routes there are now; the routes still to be tried, in their order.

    Routes added since the act are queued, those taken away are closed as failed (unconfirmed where an attempt was cut
    off). None are left when one has delivered.
    """
    hold(session, f"notice/{order.target}/{order.seq}/{order.recipient}")
    for channel in routes:
        _QUEUE.run(
            session,
            {
                "of": order.target,
                "number": order.seq,
                "recipient": order.recipient,
                "channel": channel,
                "state": NoticeState.QUEUED.value,
                "queued_at": at,
                "attempts": 0,
                "doubtful": False,
            },
        )
    mine = _DELIVERIES.c.entry == _entry(order), _DELIVERIES.c.recipient == order.recipient
    states = {
        row.channel: row.state
        for row in session.execute(select(_DELIVERIES.c.channel, _DELIVERIES.c.state).where(*mine))
    }
    if NoticeState.DELIVERED.value in states.values():
        return ()
    for channel in [name for name, state in states.items() if name not in routes and state in _OPEN]:
        cut_off = states[channel] == NoticeState.SENDING.value
        session.execute(
            update(_DELIVERIES)
            .where(*mine, _DELIVERIES.c.channel == channel)
            .values(
                state=(NoticeState.UNCONFIRMED if cut_off else NoticeState.FAILED).value, failure="route_taken_away"
            )
        )
    return tuple(channel for channel in routes if states[channel] in _OPEN)


def postpone(session: Session, order: NoticeOrder, due_at: datetime) -> None:
    """Note that the notice does not leave before `due_at`."""
    session.execute(
        update(_DELIVERIES)
        .where(
            _DELIVERIES.c.entry == _entry(order),
            _DELIVERIES.c.recipient == order.recipient,
            _DELIVERIES.c.state == NoticeState.QUEUED.value,
        )
        .values(due_at=due_at)
    )


def parcel_of(session: Session, order: NoticeOrder, parcel: str) -> str:
    """Let the notice leave under this key, or under the one that it already has; returns that key.

    A notice that is rerouted after it has joined a digest stays with it.
    """
    known: str | None = session.scalar(
        select(func.max(_DELIVERIES.c.parcel)).where(
            _DELIVERIES.c.entry == _entry(order), _DELIVERIES.c.recipient == order.recipient
        )
    )
    session.execute(
        update(_DELIVERIES)
        .where(
            _DELIVERIES.c.entry == _entry(order),
            _DELIVERIES.c.recipient == order.recipient,
            _DELIVERIES.c.parcel.is_(None),
        )
        .values(parcel=known or parcel)
    )
    return known or parcel


def gather(session: Session, recipient: str, at: datetime) -> str | None:
    """The key of the digest of `recipient` that is due `at` and not closed yet; None when nothing waits for it.

    What waits is put together once, under the number of its first entry; what comes later goes into a digest of its
    own.
    """
    hold(session, f"digest/{recipient}")
    waiting = (
        _DELIVERIES.c.recipient == recipient,
        _DELIVERIES.c.due_at == at,
        _DELIVERIES.c.state.in_(_OPEN),
    )
    begun: str | None = session.scalar(
        select(func.min(_DELIVERIES.c.parcel)).where(*waiting, _DELIVERIES.c.parcel.startswith(DIGEST, autoescape=True))
    )
    if begun is not None:
        return begun
    loose = (*waiting, _DELIVERIES.c.parcel.is_(None))
    first: int | None = session.scalar(select(func.min(_DELIVERIES.c.entry)).where(*loose))
    if first is None:
        return None
    parcel = f"{DIGEST}{recipient}/{first}"
    session.execute(update(_DELIVERIES).where(*loose).values(parcel=parcel))
    return parcel


def in_parcel(session: Session, parcel: str) -> list[NoticeOrder]:
    """The notices that leave under this key, in the order of recording."""
    chosen = (
        select(_ACTS.c.id, _ACTS.c.target, _ACTS.c.seq, _DELIVERIES.c.recipient)
        .join_from(_DELIVERIES, _ACTS, _ACTS.c.id == _DELIVERIES.c.entry)
        .where(_DELIVERIES.c.parcel == parcel)
        .distinct()
        .order_by(_ACTS.c.id)
    )
    return [NoticeOrder(target=row.target, seq=row.seq, recipient=row.recipient) for row in session.execute(chosen)]


def may_have_arrived(session: Session, parcel: str) -> bool:
    """Whether one of its channels may have delivered the parcel without saying so."""
    unconfirmed = _DELIVERIES.c.parcel == parcel, _DELIVERIES.c.state == NoticeState.UNCONFIRMED.value
    return session.execute(select(_DELIVERIES.c.channel).where(*unconfirmed).limit(1)).first() is not None


# --- attempts ---------------------------------------------------------------------------------------------------------


def begin(
    session: Session, parcel: str, channel: str, *, provider_key: str, tells_repetition: bool, at: datetime
) -> Begun | Fate:
    """Mark that an attempt begins, or what became of the parcel on this channel when none may be made.

    An attempt that was cut off may have arrived: only a channel that tells a repetition by `provider_key` may send the
    parcel again, on any other it stays unconfirmed.
    """
    hold(session, parcel)
    row = session.execute(
        select(_DELIVERIES.c.state, _DELIVERIES.c.attempts, _DELIVERIES.c.doubtful)
        .where(*_of(parcel, channel))
        .limit(1)
    ).first()
    if row is None:
        return Fate.FAILED
    state = NoticeState(row.state)
    if state in FATES:
        return FATES[state]
    if state is NoticeState.SENDING and not tells_repetition:
        session.execute(
            update(_DELIVERIES)
            .where(*_of(parcel, channel))
            .values(
                state=NoticeState.UNCONFIRMED.value,
                failure=func.coalesce(_DELIVERIES.c.failure, "cut_off"),
            )
        )
        return Fate.UNCONFIRMED
    session.execute(
        update(_DELIVERIES)
        .where(*_of(parcel, channel))
        .values(
            state=NoticeState.SENDING.value,
            attempts=row.attempts + 1,
            doubtful=row.doubtful or state is NoticeState.SENDING,
            attempted_at=at,
            provider_key=provider_key,
            failure=None,
        )
    )
    return Begun(row.attempts + 1)


def delivered(session: Session, parcel: str, channel: str, receipt: str, at: datetime) -> None:
    """The peer has taken the parcel, as `receipt` proves; channels not tried yet are no longer needed.

    True whenever it comes: proof that arrives late outweighs what was given up before.
    """
    hold(session, parcel)
    session.execute(
        update(_DELIVERIES)
        .where(*_of(parcel, channel))
        .values(state=NoticeState.DELIVERED.value, delivered_at=at, receipt=receipt, failure=None)
    )
    session.execute(
        update(_DELIVERIES)
        .where(_DELIVERIES.c.parcel == parcel, _DELIVERIES.c.state == NoticeState.QUEUED.value)
        .values(state=NoticeState.UNNEEDED.value)
    )


def missed(
    session: Session, parcel: str, channel: str, *, attempt: int, state: NoticeState, failure: str
) -> NoticeState:
    """The attempt has led to `state` because of `failure`; what the channel stands at now.

    Without effect when another attempt has begun since. A refusal says nothing about an earlier attempt that may have
    arrived: that one leaves the parcel unconfirmed.
    """
    hold(session, parcel)
    session.execute(
        update(_DELIVERIES)
        .where(
            *_of(parcel, channel), _DELIVERIES.c.attempts == attempt, _DELIVERIES.c.state == NoticeState.SENDING.value
        )
        .values(state=_doubted(state), failure=failure)
    )
    return NoticeState(session.scalars(select(_DELIVERIES.c.state).where(*_of(parcel, channel)).limit(1)).one())


def close(session: Session, parcel: str, channel: str, why: str) -> Fate:
    """Give up on this channel; what became of the parcel there. `why` is kept where no attempt has said.

    An attempt cut off leaves it unconfirmed.
    """
    hold(session, parcel)
    for before, after, failure in (
        (NoticeState.SENDING, NoticeState.UNCONFIRMED, "cut_off"),
        (NoticeState.QUEUED, NoticeState.FAILED, why),
    ):
        session.execute(
            update(_DELIVERIES)
            .where(*_of(parcel, channel), _DELIVERIES.c.state == before.value)
            .values(state=_doubted(after), failure=func.coalesce(_DELIVERIES.c.failure, failure))
        )
    state = session.scalar(select(_DELIVERIES.c.state).where(*_of(parcel, channel)).limit(1))
    return FATES[NoticeState(state)] if state else Fate.FAILED


def undelivered(session: Session, order: NoticeOrder) -> int | None:
    """Nothing more will be tried: the act's number in the record, or None where a channel has delivered after all."""
    mine = _DELIVERIES.c.entry == _entry(order), _DELIVERIES.c.recipient == order.recipient
    rows = session.execute(select(_DELIVERIES.c.entry, _DELIVERIES.c.state).where(*mine)).all()
    if not rows or NoticeState.DELIVERED.value in {row.state for row in rows}:
        return None
    for before, after in (
        (NoticeState.SENDING, NoticeState.UNCONFIRMED),
        (NoticeState.QUEUED, NoticeState.UNDELIVERED),
        (NoticeState.FAILED, NoticeState.UNDELIVERED),
    ):
        session.execute(
            update(_DELIVERIES)
            .where(*mine, _DELIVERIES.c.state == before.value)
            .values(state=after.value, failure=func.coalesce(_DELIVERIES.c.failure, "not_tried"))
        )
    number: int = rows[0].entry
    return number


# --- reading ----------------------------------------------------------------------------------------------------------


def deliveries(
    session: Session,
    *,
    states: tuple[NoticeState, ...] = (),
    post: str | None = None,
    matter_id: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[Delivery]:
    """Notices that left or are to leave the house, the latest acts first; every filter that is given must fit.

    `after` is the `next` of the page before; raises ValueError for a bad one.
    """
    chosen = (
        _listed()
        .order_by(_DELIVERIES.c.entry.desc(), _DELIVERIES.c.recipient, _DELIVERIES.c.channel)
        .limit(bounded(limit) + 1)
    )
    if states:
        chosen = chosen.where(_DELIVERIES.c.state.in_([state.value for state in states]))
    if post is not None:
        chosen = chosen.where(_DELIVERIES.c.recipient == post)
    if matter_id is not None:
        chosen = chosen.where(_owner == matter_id)
    if after is not None:
        chosen = chosen.where(_behind(after))
    found = [_delivery(session, row) for row in session.execute(chosen)]
    return cut(found, limit, lambda one: f"{one.number}|{one.recipient}|{one.channel}")


def of_act(session: Session, target: str, seq: int) -> list[Delivery]:
    """What became of that entry outside the house: by post, then by channel."""
    chosen = _listed().where(_ACTS.c.target == target, _ACTS.c.seq == seq)
    return [
        _delivery(session, row)
        for row in session.execute(chosen.order_by(_DELIVERIES.c.recipient, _DELIVERIES.c.channel))
    ]


def _listed() -> Select[Any]:
    columns = [column for column in _DELIVERIES.c if column.name != "entry"]
    return (
        select(_DELIVERIES.c.entry.label("number"), *columns, _MATTERS.c.title, _owner.label("matter_id"), *_ACTS.c)
        .join_from(_DELIVERIES, _ACTS, _ACTS.c.id == _DELIVERIES.c.entry)
        .join(_CASES, _CASES.c.id == _ACTS.c.target, isouter=True)
        .join(_MATTERS, _MATTERS.c.id == _owner, isouter=True)
    )


def _delivery(session: Session, row: Row[Any]) -> Delivery:
    return Delivery(
        row.number,
        row.recipient,
        row.channel,
        NoticeState(row.state),
        row.parcel,
        row.queued_at,
        row.due_at,
        row.attempts,
        row.doubtful,
        row.attempted_at,
        row.delivered_at,
        row.provider_key,
        row.receipt,
        row.failure,
        row.matter_id,
        row.title,
        entry_of(session, row),
    )


def _behind(after: str) -> ColumnElement[bool]:
    number, recipient, channel = after.split("|")
    entry = int(number)
    return or_(
        _DELIVERIES.c.entry < entry,
        and_(_DELIVERIES.c.entry == entry, _DELIVERIES.c.recipient > recipient),
        and_(_DELIVERIES.c.entry == entry, _DELIVERIES.c.recipient == recipient, _DELIVERIES.c.channel > channel),
    )


def _doubted(state: NoticeState) -> Any:
    """`state`; but what may have arrived at an earlier attempt never counts as failed."""
    if state is not NoticeState.FAILED:
        return state.value
    return case((_DELIVERIES.c.doubtful, NoticeState.UNCONFIRMED.value), else_=state.value)


def _entry(order: NoticeOrder) -> ScalarSelect[int]:
    return select(_ACTS.c.id).where(_ACTS.c.target == order.target, _ACTS.c.seq == order.seq).scalar_subquery()


def _of(parcel: str, channel: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _DELIVERIES.c.parcel == parcel, _DELIVERIES.c.channel == channel
