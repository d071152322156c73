"""Which holiday notices were loaded, in which order, and has one come since?

What a notice means for a date is for policies/calendar.py; here it is kept as published. engine.md 2.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from models.calendar import CalendarNotice
from models.rows import CalendarNoticeRow, table
from record.statements import Prepared
from record.store import hold

_NOTICES = table(CalendarNoticeRow)

_ADD = Prepared(_NOTICES.insert(), ["number", "content", "added_at"])
_REVISION = Prepared(select(func.max(_NOTICES.c.id)))


class NoticeDiffersError(ValueError):
    """A notice of this number is on record with another content; an amendment has a number of its own."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"文号 {number} 已登记且内容不同,更正通知须用其自身文号"
            f" a notice numbered {number} is on record with another content; an amendment has its own number"
        )


def notices(session: Session) -> list[CalendarNotice]:
    """The notices, in the order in which they were loaded."""
    rows = session.execute(select(_NOTICES.c.content).order_by(_NOTICES.c.id)).scalars()
    return [CalendarNotice.model_validate_json(content) for content in rows]


def loaded(session: Session) -> list[tuple[CalendarNotice, datetime]]:
    """The notices with the instant of loading, in the order in which they were loaded."""
    rows = session.execute(select(_NOTICES.c.content, _NOTICES.c.added_at).order_by(_NOTICES.c.id))
    return [(CalendarNotice.model_validate_json(row.content), row.added_at) for row in rows]


def add(session: Session, notice: CalendarNotice, at: datetime) -> bool:
    """Keep a notice, loaded at the aware instant `at`; False when the same one is there already.

    Raises NoticeDiffersError when another content is on record under its number.
    """
    hold(session, "calendar notices")
    kept = session.execute(select(_NOTICES.c.content).where(_NOTICES.c.number == notice.number)).scalar_one_or_none()
    if kept is None:
        _ADD.run(session, {"number": notice.number, "content": notice.model_dump_json(), "added_at": at})
        return True
    if CalendarNotice.model_validate_json(kept) != notice:
        raise NoticeDiffersError(notice.number)
    return False


def revision(session: Session) -> int:
    """A number that grows whenever a notice is added (0: none was), so that `notices` need not be read again."""
    row = _REVISION.first(session, {})
    return (row and row[0]) or 0
