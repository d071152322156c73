"""Into which periods does a recurring duty fall, and what are they called?

Weeks, half months, months, quarters, half-years and years follow one another without a gap, the same for everybody;
what falls due in one, and when, is for policies/blocks/recurrence.py. Dates are local to Asia/Shanghai.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from policies.deadlines import add_months

HALF_MONTH, EVENT = "half-month", "event"
_WEEKS = {"1w": 1, "2w": 2}
MONTHS = {"1mo": 1, "3mo": 3, "6mo": 6, "12mo": 12, "24mo": 24, "36mo": 36, "48mo": 48, "60mo": 60}
"""How many months a period of each of these lengths has."""

EVERY = (HALF_MONTH, *_WEEKS, *MONTHS)
"""The lengths a period may have."""

# A Monday from which pairs of weeks are counted.
_FIRST_MONDAY = date(2024, 1, 1)
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Period:
    """One period: its first day, the first day of the next one, and what it is called (2026-05, 2026-Q2, 2026-05上)."""

    first: date
    next: date
    name: str

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next - timedelta(days=1)

    @property
    def code(self) -> str:
        """Its name as part of an id, in ASCII: 2026-05a for 2026-05上."""
        return self.name.replace("上", "a").replace("下", "b")


def period_of(every: str, on: date, anchor: date) -> Period:
    """The period of that length in which the day lies.

    Periods of several years are counted from the year of `anchor`. Raises KeyError for a length that is not in EVERY.
    """
    if every == HALF_MONTH:
        last = monthrange(on.year, on.month)[1]
        half, first = ("上", 1) if on.day < 16 else ("下", 16)
        begin = on.replace(day=first)
        over = on.replace(day=16) if first == 1 else on.replace(day=last) + timedelta(days=1)
        return Period(begin, over, f"{on:%Y-%m}{half}")
    if every in _WEEKS:
        number = _WEEKS[every]
        weeks = (on - _FIRST_MONDAY).days // _WEEK // number * number
        begin = _FIRST_MONDAY + timedelta(weeks=weeks)
        year, week, _ = begin.isocalendar()
        return Period(begin, begin + timedelta(weeks=number), f"{year}-W{week:02}")
    months = MONTHS[every]
    origin = anchor.year * 12 if months > 12 else 0
    place = (on.year * 12 + on.month - 1 - origin) // months * months + origin
    begin = date(place // 12, place % 12 + 1, 1)
    return Period(begin, add_months(begin, months), _called(begin, months))


def after(every: str, period: Period, anchor: date) -> Period:
    """The period that follows."""
    return period_of(every, period.next, anchor)


def _called(begin: date, months: int) -> str:
    match months:
        case 1:
            return f"{begin:%Y-%m}"
        case 3:
            return f"{begin.year}-Q{begin.month // 3 + 1}"
        case 6:
            return f"{begin.year}-H{begin.month // 6 + 1}"
        case 12:
            return f"{begin.year}"
        case _:
            return f"{begin.year}-{begin.year + months // 12 - 1}"
