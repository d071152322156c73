"""How far away is a due day, in working days and in words?

By the calendar that is handed in, loaded notices included; whether anything is overdue is the record's own answer and
never worked out here. Source: engine.md 2 (T-N: that many working days before the last day, which is 0).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.calendar import Calendar
from policies.deadlines import local_date, working_days_between


@dataclass(frozen=True, slots=True)
class Distance:
    """How many working days a due day is away (negative: past), and the same in words, `en` in English."""

    working_days: int
    words: str
    en: str = ""


def distance(due_at: datetime, at: datetime, calendar: Calendar, *, overdue: bool) -> Distance:
    """How far the due instant is from `at`, both aware; `overdue` says whether it has run out by then."""
    # Due at 00:00 means by the end of the day before.
    last_day = local_date(due_at - timedelta(seconds=1))
    days = working_days_between(local_date(at), last_day, calendar)
    today = last_day == local_date(at)
    if overdue:
        words = f"超期{-days}个工作日" if days < 0 else "今日已超时" if today else "已超时"
        en = f"{_days(-days)} overdue" if days < 0 else "ran out today" if today else "overdue"
    elif days > 0:
        words, en = f"还有{days}个工作日", f"{_days(days)} left"
    else:
        words, en = ("今日到期", "due today") if today else ("即将到期", "due before the next working day")
    return Distance(days, words, en)


def _days(number: int) -> str:
    return f"{number} working day{'' if number == 1 else 's'}"
