"""Do the worked examples counted by hand (X1…X22) come out as counted?"""

from dataclasses import replace
from datetime import date, datetime

import pytest

from policies.calendar import Calendar, shipped_notices, shipped_provisional, standard_calendar
from policies.counting import Roll
from policies.deadlines import SHANGHAI, Due, counting, due, explain, recurring_on, reminders
from policies.limits import extended, parse_limit

STANDARD = standard_calendar()
COUNTING = counting(date(2026, 1, 1))
SPRING_FESTIVAL_EXTENDED = "国办发明电〔2020〕1号"


def at(text: str) -> datetime:
    """The instant written without a zone, in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def ruled(limit: str, started_at: str, calendar: Calendar = STANDARD) -> Due:
    return due(parse_limit(limit), at(started_at), calendar, COUNTING)


@pytest.mark.parametrize(
    ("limit", "received", "last_day"),
    [
        pytest.param("15wd", "2026-09-15T09:00", "2026-10-12", id="X1"),
        pytest.param("3wd", "2026-02-13T09:00", "2026-02-25", id="X2"),
        pytest.param("1wd", "2025-09-30T09:00", "2025-10-09", id="X3"),
        pytest.param("20wd", "2024-01-29T09:00", "2024-02-29", id="X5"),
        pytest.param("1w", "2026-04-28T09:00", "2026-05-06", id="X7"),
        pytest.param("30d", "2026-01-15T09:00", "2026-02-14", id="X9"),
        pytest.param("1mo", "2026-01-30T09:00", "2026-02-28", id="X13"),
        pytest.param("1mo", "2025-10-31T09:00", "2025-12-01", id="X14"),
    ],
)
def test_limit_is_due_at_the_close_of_the_day_counted_by_hand(limit: str, received: str, last_day: str) -> None:
    answer = ruled(limit, received)
    assert answer.at == at(f"{last_day}T18:00")
    assert answer.last_day == date.fromisoformat(last_day)
    assert not answer.provisional


def test_x1_counts_the_make_up_sunday_and_saturday_by_number() -> None:
    notes = {
        note.date: note.counted for note in explain(parse_limit("15wd"), at("2026-09-15T09:00"), STANDARD, COUNTING)
    }
    assert notes[date(2026, 9, 15)] is None
    assert notes[date(2026, 9, 20)] == 4
    assert notes[date(2026, 9, 25)] is None
    assert notes[date(2026, 9, 30)] == 11
    assert notes[date(2026, 10, 10)] == 14
    assert notes[date(2026, 10, 12)] == 15


def test_x5_an_extension_of_twenty_is_counted_from_the_original_start() -> None:
    total = extended(parse_limit("20wd"), parse_limit("20wd"), date(2024, 1, 29))
    assert due(total, at("2024-01-29T09:00"), STANDARD, COUNTING).last_day == date(2024, 3, 28)


@pytest.mark.parametrize(
    ("year", "month", "roll", "on"),
    [
        (2025, 10, Roll.NEXT_WORKING_DAY, "2025-10-09"),
        (2026, 5, Roll.NEXT_WORKING_DAY, "2026-05-06"),
        (2025, 10, Roll.PREVIOUS_WORKING_DAY, "2025-09-30"),
        (2026, 5, Roll.PREVIOUS_WORKING_DAY, "2026-04-30"),
    ],
)
def test_x15_report_by_the_fifth_rolls_as_the_switch_says(year: int, month: int, roll: Roll, on: str) -> None:
    switched = replace(COUNTING, recurring_roll=roll)
    assert recurring_on(year, month, 5, STANDARD, switched) == date.fromisoformat(on)


def test_x16_days_from_the_stop_to_the_resumption_are_not_counted() -> None:
    stops = [(at("2026-03-09T10:00"), at("2026-03-20T10:00"))]
    answer = due(parse_limit("20wd"), at("2026-03-02T09:00"), STANDARD, COUNTING, stops)
    assert answer.last_day == date(2026, 4, 14)
    assert answer.rules == ("R3", "R6", "R13")


def test_x18_the_date_of_receipt_is_the_date_in_shanghai() -> None:
    received = datetime.fromisoformat("2026-03-31T16:30:00Z")
    assert due(parse_limit("3wd"), received, STANDARD, COUNTING).last_day == date(2026, 4, 7)


def test_x19_an_amendment_moves_the_day() -> None:
    first = Calendar((n for n in shipped_notices() if n.number != SPRING_FESTIVAL_EXTENDED), shipped_provisional())
    amendment = next(n for n in shipped_notices() if n.number == SPRING_FESTIVAL_EXTENDED)
    assert ruled("5wd", "2020-01-20T09:00", first).last_day == date(2020, 2, 1)
    assert ruled("5wd", "2020-01-20T09:00", first.with_notice(amendment)).last_day == date(2020, 2, 4)
    assert ruled("5wd", "2020-01-20T09:00").last_day == date(2020, 2, 4)


def test_x20_an_unpublished_year_gives_a_provisional_day() -> None:
    answer = ruled("15wd", "2026-12-25T09:00")
    assert answer.at == at("2027-01-18T18:00")
    assert answer.provisional
    assert answer.rules == ("R3", "R6", "R18")


def test_x22_reminder_three_working_days_before_x1() -> None:
    x1 = ruled("15wd", "2026-09-15T09:00")
    assert reminders(x1.at, x1.last_day, [3], STANDARD, COUNTING) == ((at("2026-10-08T08:30"), 3),)


def test_x22_half_a_day_from_friday_afternoon_ends_at_noon_of_the_make_up_saturday() -> None:
    assert ruled("0.5wd", "2026-02-13T16:00").at == at("2026-02-14T12:00")


def test_x22_two_hours_run_through_the_night_of_a_holiday() -> None:
    answer = ruled("2h", "2026-02-16T23:10")
    assert (answer.at, answer.last_day, answer.provisional) == (at("2026-02-17T01:10"), date(2026, 2, 17), False)


@pytest.mark.parametrize(
    ("limit", "started", "due_at"),
    [
        pytest.param("5wd", "2026-02-10T09:00", "2026-02-24T18:00", id="before the Spring Festival"),
        pytest.param("3wd", "2026-02-24T18:00", "2026-02-27T18:00", id="supervision after it"),
        pytest.param("5wd", "2026-02-27T18:00", "2026-03-05T18:00", id="rectification with a make-up Saturday"),
        pytest.param("3wd", "2026-09-29T16:00", "2026-10-09T18:00", id="before the National Day"),
        pytest.param("2h", "2026-09-29T16:00", "2026-09-29T18:00", id="signing within two hours"),
        pytest.param("1wd", "2026-10-09T18:00", "2026-10-10T18:00", id="a make-up Saturday is the next day"),
        pytest.param("2wd", "2026-10-10T18:00", "2026-10-13T18:00", id="rectification from a Saturday"),
    ],
)
def test_the_clocks_of_a_rehearsed_matter(limit: str, started: str, due_at: str) -> None:
    assert ruled(limit, started).at == at(due_at)
