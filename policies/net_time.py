"""How long was a matter in its lead's hands? Working days without pauses, granted extensions and time at others.

Days are counted as limits are: the day of receipt is not, the last one is (R3); both ends of a pause are not (R13).
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from models.acts import ActName
from models.bulletins import NetTime
from policies.calendar import Calendar
from policies.deadlines import local_date

# What hands the matter to somebody else, and what hands it back.
_AWAY: dict[ActName, frozenset[ActName]] = {
    ActName.SUBMITTED: frozenset({ActName.RETURNED, ActName.REOPENED}),
    ActName.CLOSED: frozenset({ActName.REOPENED}),
    ActName.ASSIGNMENT_OBJECTED: frozenset({ActName.ASSIGNMENT_UPHELD, ActName.TRANSFER_ACCEPTED}),
    ActName.TRANSFER_REQUESTED: frozenset(
        {ActName.TRANSFER_ACCEPTED, ActName.TRANSFER_REFUSED, ActName.TRANSFER_LAPSED}
    ),
}
_SETS_LIMIT = (ActName.ASSIGNED, ActName.IMPORTED, ActName.TRANSFER_ACCEPTED)
_DAY = timedelta(days=1)

Moment = tuple[ActName, datetime, datetime | None]
"""An act of a matter: its name, the instant it is about, and its due instant where it has one."""


def net_time(moments: Sequence[Moment], calendar: Calendar, ended_at: datetime) -> NetTime | None:
    """The time up to `ended_at` (aware), from the matter's acts in order; None for one that was never assigned.

    A day on which the matter was in several hands counts as the lead's only where it was never given away on it before:
    what was handed in on a day is the lead's that day, and the other's from the next. Raises CalendarError for days
    beyond the calendar.
    """
    began = next((at for name, at, _ in moments if name in (ActName.ASSIGNED, ActName.IMPORTED)), None)
    if began is None:
        return None
    first, last = local_date(began), local_date(ended_at)
    days = _working(first + _DAY, last, calendar)
    paused = _paused(moments, last) & days
    elsewhere = (_away(moments, last) & days) - paused
    extended = (_extended(moments) & days) - paused - elsewhere
    return NetTime(gross=len(days), paused=len(paused), extended=len(extended), elsewhere=len(elsewhere))


def _paused(moments: Sequence[Moment], last: date) -> set[date]:
    found: set[date] = set()
    since: date | None = None
    for name, at, _ in moments:
        if name is ActName.SUSPENDED:
            since = local_date(at)
        elif name is ActName.RESUMED and since is not None:
            found |= _span(since, local_date(at))
            since = None
    return found | (_span(since, last) if since is not None else set())


def _away(moments: Sequence[Moment], last: date) -> set[date]:
    """The days after it was handed to others, up to the one on which it came back."""
    found: set[date] = set()
    for place, (name, at, _) in enumerate(moments):
        back = _AWAY.get(name)
        if back is None:
            continue
        returned = next((when for other, when, _ in moments[place + 1 :] if other in back), None)
        found |= _span(local_date(at) + _DAY, local_date(returned) if returned else last)
    return found


def _extended(moments: Sequence[Moment]) -> set[date]:
    """The days that granted extensions added to the limit that ran before."""
    found: set[date] = set()
    due: date | None = None
    for name, _, until in moments:
        if until is None:
            continue
        if name in _SETS_LIMIT or name in (ActName.RESUMED, ActName.CALENDAR_RECOMPUTED):
            due = local_date(until)
        elif name is ActName.EXTENSION_GRANTED:
            found |= _span(due + _DAY, local_date(until)) if due is not None else set()
            due = local_date(until)
    return found


def _span(first: date, last: date) -> set[date]:
    return set(_days(first, last))


def _working(first: date, last: date, calendar: Calendar) -> set[date]:
    return {day for day in _days(first, last) if calendar.is_working(day)}


def _days(first: date, last: date) -> Iterable[date]:
    return (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))
