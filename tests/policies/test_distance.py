"""How far a due day is, and which words say it."""

import pytest

from policies.calendar import standard_calendar
from policies.distance import distance
from tests.builders import a_notice, at

CALENDAR = standard_calendar()


@pytest.mark.parametrize(
    ("due", "now", "overdue", "days", "words"),
    [
        ("03-05 18:00", "03-02 09:00", False, 3, "还有3个工作日"),
        ("03-09 18:00", "03-06 23:00", False, 1, "还有1个工作日"),
        ("03-05 18:00", "03-05 17:59", False, 0, "今日到期"),
        ("03-05 18:00", "03-05 18:00", True, 0, "今日已超时"),
        ("03-05 18:00", "03-06 09:00", True, -1, "超期1个工作日"),
        ("03-06 18:00", "03-08 09:00", True, 0, "已超时"),
        ("02-14 18:00", "02-24 09:00", True, -1, "超期1个工作日"),
        ("03-03 00:00", "03-02 09:00", False, 0, "今日到期"),
        ("03-07 10:00", "03-06 19:00", False, 0, "即将到期"),
    ],
)
def test_the_distance_to_the_due_day_is_told_in_working_days(
    due: str, now: str, overdue: bool, days: int, words: str
) -> None:
    told = distance(at(due), at(now), CALENDAR, overdue=overdue)

    assert (told.working_days, told.words) == (days, words)


def test_a_loaded_notice_changes_the_distance() -> None:
    shorter = CALENDAR.with_notice(a_notice("2026-03-04..2026-03-05"))

    told = distance(at("03-06 18:00"), at("03-02 09:00"), shorter, overdue=False)

    assert told.working_days == 2


@pytest.mark.parametrize(
    ("due", "now", "overdue", "words"),
    [
        ("03-05 18:00", "03-02 09:00", False, "3 working days left"),
        ("03-09 18:00", "03-06 23:00", False, "1 working day left"),
        ("03-05 18:00", "03-05 17:59", False, "due today"),
        ("03-05 18:00", "03-05 18:00", True, "ran out today"),
        ("03-05 18:00", "03-06 09:00", True, "1 working day overdue"),
        ("03-06 18:00", "03-08 09:00", True, "overdue"),
    ],
)
def test_the_distance_is_told_in_english_too(due: str, now: str, overdue: bool, words: str) -> None:
    assert distance(at(due), at(now), CALENDAR, overdue=overdue).en == words
