"""Which notices has an act caused, and what is in a post's inbox?

One row per act and recipient, in the transaction of the act, under a unique key: it exists once however often the
transition is tried. The inbox row is the delivery itself; what leaves the house is for deliveries.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from models.rows import ActRow, CaseRow, DeliveryRow, MatterRow, NoticeRow, ProceedingRow, table
from record.ledger import Entry, entry_of
from record.pages import Page, bounded, cut
from record.statements import Prepared, insert_or_ignore

_ACTS = table(ActRow)
_CASES = table(CaseRow)
_DELIVERIES = table(DeliveryRow)
_MATTERS = table(MatterRow)
_NOTICES = table(NoticeRow)
_PROCEEDINGS = table(ProceedingRow)

_ENTRY = (
    select(_ACTS.c.id).where(_ACTS.c.target == bindparam("of"), _ACTS.c.seq == bindparam("number")).scalar_subquery()
)
_QUEUE = Prepared(
    lambda dialect: insert_or_ignore(_NOTICES, "recipient", "channel", "entry")(dialect).values(
        entry=_ENTRY, **{column.name: bindparam(column.name) for column in _NOTICES.c if column.name != "entry"}
    )
)
_REPORT = Prepared(insert_or_ignore(_NOTICES, "recipient", "channel", "entry"))


class Channel(StrEnum):
    """How a post comes to know within the house: it was told an act, or that somebody else could not be told it."""

    INBOX = "inbox"
    UNDELIVERED = "undelivered"


class NoticeState(StrEnum):
    """What has become of a notice on one channel.

    SENDING: an attempt is under way, or was cut off. UNCONFIRMED: it may have arrived and was not sent again. FAILED:
    this channel did not deliver it; UNDELIVERED: no other one did either. UNNEEDED: an earlier channel did.
    """

    QUEUED = "queued"
    SENDING = "sending"
    DELIVERED = "delivered"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"
    UNDELIVERED = "undelivered"
    UNNEEDED = "unneeded"


# Not delivered, and nothing more will be tried.
LOST = (NoticeState.UNDELIVERED, NoticeState.UNCONFIRMED)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a post reads in its inbox: which act, of which matter, and when it was put there (Asia/Shanghai).

    `unreached` names the posts that could not be told of the act, where that is what the notice says; else empty.
    """

    number: int
    recipient: str
    channel: Channel
    state: NoticeState
    queued_at: datetime
    delivered_at: datetime | None
    matter_id: str
    title: str | None
    entry: Entry
    unreached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Posted:
    """That an act stands in a post's inbox, and since when (Asia/Shanghai)."""

    recipient: str
    channel: Channel
    state: NoticeState
    delivered_at: datetime | None


def queue(session: Session, entries: Iterable[Entry]) -> int:
    """Put a notice into the inbox of every post the acts tell; returns how many were asked for."""
    rows = [
        {
            "of": entry.target,
            "number": entry.seq,
            "recipient": post,
            "channel": Channel.INBOX.value,
            "state": NoticeState.DELIVERED.value,
            "queued_at": entry.processed_at,
            "delivered_at": entry.processed_at,
        }
        for entry in entries
        for post in dict.fromkeys(entry.act.tell)
    ]
    _QUEUE.run_each(session, rows)
    return len(rows)


def report(session: Session, entry: int, recipient: str, at: datetime) -> None:
    """Put into the recipient's inbox, once, that an act could not be delivered to somebody."""
    _REPORT.run(
        session,
        {
            "recipient": recipient,
            "channel": Channel.UNDELIVERED.value,
            "entry": entry,
            "state": NoticeState.DELIVERED.value,
            "queued_at": at,
            "delivered_at": at,
        },
    )


def inbox(session: Session, post: str, *, after: str | None = None, limit: int = 50) -> Page[Notice]:
    """The post's notices, newest first; `after` is the `next` of the page before. Raises ValueError for a bad one."""
    # Of one act, what could not be delivered stands before what was told: "7+" has shown only the former.
    last = None if after is None else int(after.removesuffix("+"))
    told_from = None if last is None or after is None else last + after.endswith("+")
    alerts = [
        replace(notice, unreached=_unreached(session, notice.number))
        for notice in _notices(session, post, Channel.UNDELIVERED, last, limit)
    ]
    found = [*alerts, *_notices(session, post, Channel.INBOX, told_from, limit)]
    found.sort(key=lambda notice: (-notice.number, notice.channel is Channel.INBOX))
    return cut(
        found[: limit + 1], limit, lambda notice: f"{notice.number}{'' if notice.channel is Channel.INBOX else '+'}"
    )


def of_act(session: Session, target: str, seq: int) -> list[Posted]:
    """Into whose inbox that entry was put, by post; none for an unknown entry or one that tells nobody."""
    chosen = (
        select(_NOTICES.c.recipient, _NOTICES.c.channel, _NOTICES.c.state, _NOTICES.c.delivered_at)
        .join_from(_NOTICES, _ACTS, _ACTS.c.id == _NOTICES.c.entry)
        .where(_ACTS.c.target == target, _ACTS.c.seq == seq)
        .order_by(_NOTICES.c.recipient, _NOTICES.c.channel)
    )
    return [
        Posted(row.recipient, Channel(row.channel), NoticeState(row.state), row.delivered_at)
        for row in session.execute(chosen)
    ]


def _notices(session: Session, post: str, channel: Channel, before: int | None, limit: int) -> list[Notice]:
    chosen = (
        select(
            _NOTICES.c.entry.label("number"),
            _NOTICES.c.recipient,
            _NOTICES.c.channel,
            _NOTICES.c.state,
            _NOTICES.c.queued_at,
            _NOTICES.c.delivered_at,
            func.coalesce(_MATTERS.c.title, _PROCEEDINGS.c.title).label("title"),
            func.coalesce(_CASES.c.matter_id, _ACTS.c.target).label("matter_id"),
            *_ACTS.c,
        )
        .join_from(_NOTICES, _ACTS, _ACTS.c.id == _NOTICES.c.entry)
        .join(_CASES, _CASES.c.id == _ACTS.c.target, isouter=True)
        .join(_MATTERS, _MATTERS.c.id == func.coalesce(_CASES.c.matter_id, _ACTS.c.target), isouter=True)
        .join(_PROCEEDINGS, _PROCEEDINGS.c.id == _ACTS.c.target, isouter=True)
        .where(_NOTICES.c.recipient == post, _NOTICES.c.channel == channel.value)
        .order_by(_NOTICES.c.entry.desc())
        .limit(bounded(limit) + 1)
    )
    if before is not None:
        chosen = chosen.where(_NOTICES.c.entry < before)
    return [
        Notice(
            row.number,
            row.recipient,
            Channel(row.channel),
            NoticeState(row.state),
            row.queued_at,
            row.delivered_at,
            row.matter_id,
            row.title,
            entry_of(session, row),
        )
        for row in session.execute(chosen)
    ]


def _unreached(session: Session, entry: int) -> tuple[str, ...]:
    reached = select(_DELIVERIES.c.recipient).where(
        _DELIVERIES.c.entry == entry, _DELIVERIES.c.state == NoticeState.DELIVERED.value
    )
    chosen = (
        select(_DELIVERIES.c.recipient)
        .where(
            _DELIVERIES.c.entry == entry,
            _DELIVERIES.c.state.in_([state.value for state in LOST]),
            _DELIVERIES.c.recipient.not_in(reached),
        )
        .distinct()
        .order_by(_DELIVERIES.c.recipient)
    )
    return tuple(session.scalars(chosen))
