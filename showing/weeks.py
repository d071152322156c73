"""Which week is it, and which were before it? A week goes from Monday 00:00 to the next, in Asia/Shanghai."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from policies.deadlines import SHANGHAI, local_date

_WEEK = timedelta(days=7)


def begins(day: date) -> datetime:
    """The first instant of a day."""
    return datetime.combine(day, time.min, SHANGHAI)


@dataclass(frozen=True, slots=True)
class Week:
    """One week by its Monday; instants in Asia/Shanghai, `before` is the first one after it."""

    monday: date

    @property
    def since(self) -> datetime:
        """Its first instant."""
        return begins(self.monday)

    @property
    def before(self) -> datetime:
        """The first instant of the week after it."""
        return self.since + _WEEK

    @property
    def next_monday(self) -> date:
        """The day after its last."""
        return self.monday + _WEEK


def week_of(at: datetime) -> Week:
    """The week of the aware instant `at`."""
    day = local_date(at)
    return Week(day - timedelta(days=day.weekday()))


def last_weeks(at: datetime, number: int) -> tuple[Week, ...]:
    """So many weeks, the earliest first; the last is that of `at`."""
    now = week_of(at)
    return tuple(Week(now.monday - _WEEK * back) for back in reversed(range(number)))
