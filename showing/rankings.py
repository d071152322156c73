"""How do organs rank by what they finished in a period? By the share in time, then by mean net time."""

from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session

from models.access import Scope
from models.bulletins import NetTime, Rank, RankedMatter
from policies.bulletins import ranked, time_in_hand
from policies.calendar import Calendar, CalendarError
from record import bulletins, finished
from record.finished import Closed
from showing.weeks import begins

_DAY = timedelta(days=1)


def rankings(session: Session, first: date, last: date, *, scope: Scope, calendar: Calendar) -> tuple[Rank, ...]:
    """The places of the leads of what was closed from `first` to `last`, both included, as far as the reader sees it.

    As a bulletin of that period ranks them, but for a calendar that was published since a matter was closed.
    """
    of_organ: dict[str, list[RankedMatter]] = {}
    for one in finished.closed(session, begins(first), begins(last + _DAY), scope=scope):
        time = one.time or _measured(session, one, calendar)
        if time is not None:
            matter = RankedMatter(target=one.matter, time=time, in_time=not one.late)
            of_organ.setdefault(one.lead, []).append(matter)
    return ranked(of_organ)


def _measured(session: Session, one: Closed, calendar: Calendar) -> NetTime | None:
    """The time of what was closed before times were noted; None where nobody can count it."""
    try:
        acts = bulletins.happened(session, datetime.max.replace(tzinfo=UTC), one.matter)
        return time_in_hand(acts, one.closed_at, calendar)
    except CalendarError:
        return None
