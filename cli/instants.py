"""Which instant is meant on a command line, and how far is a due day away? Local time is Asia/Shanghai."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cli.problems import Problem
from policies.calendar import Calendar
from policies.deadlines import SHANGHAI, local_date, working_days_between
from rehearsal.scenarios import read_instant

ACCEPTED = "2026-09-15T10:00+08:00, 2026-09-15T10:00, 2026-09-15"


def now() -> datetime:
    """This second, in Asia/Shanghai."""
    return datetime.now(UTC).astimezone(SHANGHAI).replace(microsecond=0)


def instant(text: str, option: str) -> datetime:
    """The instant written in `text`; without an offset local time is meant, a bare date is 00:00. Raises Problem."""
    try:
        written = datetime.fromisoformat(text)
        return read_instant(text if written.tzinfo else written.replace(tzinfo=SHANGHAI).isoformat())
    except (ValueError, OverflowError) as error:
        raise Problem(f"{option} {text}: 时刻读不懂 not an instant;可接受 accepted: {ACCEPTED}") from error


@dataclass(frozen=True, slots=True)
class Distance:
    """How many working days a due day is away (negative: past), and the same in words."""

    working_days: int
    words: str


def distance(due_at: datetime, at: datetime, calendar: Calendar, *, overdue: bool) -> Distance:
    """How far the due instant is from `at`; `overdue` is the record's own answer, never worked out here."""
    # Due at 00:00 means by the end of the day before.
    last_day = local_date(due_at - timedelta(seconds=1))
    days = working_days_between(local_date(at), last_day, calendar)
    if overdue:
        words = f"已超{-days}个工作日" if days < 0 else "今日已超时" if last_day == local_date(at) else "已超时"
    elif days > 0:
        words = f"还有{days}个工作日"
    else:
        words = "今日到期" if last_day == local_date(at) else "即将到期"
    return Distance(days, words)
