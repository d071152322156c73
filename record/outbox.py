"""Which notices has an act caused, and what is in a post's inbox?

One row per act, recipient and channel, in the transaction of the act, under a unique key: it exists once however often
the transition is tried. Channels that leave the house are emptied by activities; the inbox row is the delivery itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from models.rows import ActRow, CaseRow, MatterRow, NoticeRow, table
from record.ledger import Entry, entry_of
from record.pages import Page, bounded, cut
from record.statements import Prepared, insert_or_ignore

_ACTS = table(ActRow)
_CASES = table(CaseRow)
_MATTERS = table(MatterRow)
_NOTICES = table(NoticeRow)

_ENTRY = (
    select(_ACTS.c.id).where(_ACTS.c.target == bindparam("of"), _ACTS.c.seq == bindparam("number")).scalar_subquery()
)
_QUEUE = Prepared(
    lambda dialect: insert_or_ignore(_NOTICES, "recipient", "channel", "entry")(dialect).values(
        entry=_ENTRY, **{column.name: bindparam(column.name) for column in _NOTICES.c if column.name != "entry"}
    )
)


class Channel(StrEnum):
    """How a notice reaches its recipient."""

    INBOX = "inbox"


class NoticeState(StrEnum):
    """What has become of a notice."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Notice:
    """What a post reads in its inbox: which act, of which matter, and when it was put there (Asia/Shanghai)."""

    number: int
    recipient: str
    channel: Channel
    state: NoticeState
    queued_at: datetime
    delivered_at: datetime | None
    matter_id: str
    title: str | None
    entry: Entry


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


def inbox(session: Session, post: str, *, after: str | None = None, limit: int = 50) -> Page[Notice]:
    """The post's notices, newest first; `after` is the `next` of the page before. Raises ValueError for a bad one."""
    chosen = (
        select(
            _NOTICES.c.entry.label("number"),
            _NOTICES.c.recipient,
            _NOTICES.c.channel,
            _NOTICES.c.state,
            _NOTICES.c.queued_at,
            _NOTICES.c.delivered_at,
            _MATTERS.c.title,
            func.coalesce(_CASES.c.matter_id, _ACTS.c.target).label("matter_id"),
            *_ACTS.c,
        )
        .join_from(_NOTICES, _ACTS, _ACTS.c.id == _NOTICES.c.entry)
        .join(_CASES, _CASES.c.id == _ACTS.c.target, isouter=True)
        .join(_MATTERS, _MATTERS.c.id == func.coalesce(_CASES.c.matter_id, _ACTS.c.target), isouter=True)
        .where(_NOTICES.c.recipient == post, _NOTICES.c.channel == Channel.INBOX.value)
        .order_by(_NOTICES.c.entry.desc())
        .limit(bounded(limit) + 1)
    )
    if after is not None:
        chosen = chosen.where(_NOTICES.c.entry < int(after))
    found = [
        Notice(
            row.number,
            row.recipient,
            Channel(row.channel),
            NoticeState(row.state),
            row.queued_at,
            row.delivered_at,
            row.matter_id,
            row.title,
            entry_of(row),
        )
        for row in session.execute(chosen)
    ]
    return cut(found, limit, lambda notice: str(notice.number))
