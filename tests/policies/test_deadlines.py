"""Where does each kind of limit end, on every kind of boundary, and do due(), explain() and a plain count agree?"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calendar import CalendarNotice
from policies.calendar import CalendarError, days_of, standard_calendar
from policies.deadlines import (
    SHANGHAI,
    Due,
    Stops,
    add_months,
    counting,
    due,
    effect_ends_at,
    explain,
    latest_day_before,
    local_date,
    next_opening,
    periods,
    recurring_on,
    reminders,
    validity_end,
    working_days_between,
)
from policies.limits import Limit, LimitError, Unit, parse_limit

CALENDAR = standard_calendar()
COUNTING = counting(date(2026, 1, 1))
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    """The instant written without a zone, in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def stop(from_at: str, to_at: str) -> tuple[datetime, datetime]:
    return at(from_at), at(to_at)


def ruled(limit: str, started_at: str, *stops: tuple[datetime, datetime]) -> Due:
    return due(parse_limit(limit), at(started_at), CALENDAR, COUNTING, stops)


# --- instants --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-03-31T15:59:59Z", "2026-03-31"),
        ("2026-03-31T16:00:00Z", "2026-04-01"),
        ("2026-03-31T23:59:59+08:00", "2026-03-31"),
        ("2026-12-31T08:00:00-08:00", "2027-01-01"),
    ],
)
def test_the_local_date_changes_at_midnight_in_shanghai(instant: str, day: str) -> None:
    assert local_date(datetime.fromisoformat(instant)) == date.fromisoformat(day)


def test_an_instant_without_a_zone_is_refused_everywhere() -> None:
    naive = at("2026-03-02T09:00").replace(tzinfo=None)
    aware, limit = at("2026-03-02T09:00"), parse_limit("3wd")
    for ask in (
        lambda: local_date(naive),
        lambda: due(limit, naive, CALENDAR, COUNTING),
        lambda: due(limit, aware, CALENDAR, COUNTING, [(aware, naive)]),
        lambda: due(parse_limit("3h"), aware, CALENDAR, COUNTING, [(naive, aware)]),
        lambda: explain(limit, naive, CALENDAR, COUNTING),
        lambda: next_opening(naive, CALENDAR, COUNTING),
    ):
        with pytest.raises(ValueError, match="time zone"):
            ask()


@pytest.mark.parametrize("limit", ["3wd", "3d", "3h", "0.5wd", "same-day"])
def test_the_zone_an_instant_is_written_in_does_not_matter(limit: str) -> None:
    local = at("2026-03-06T06:00")
    assert due(parse_limit(limit), local.astimezone(UTC), CALENDAR, COUNTING) == ruled(limit, "2026-03-06T06:00")


@pytest.mark.parametrize("limit", ["3wd", "3d", "3h"])
def test_a_stop_that_ends_before_it_begins_is_refused(limit: str) -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        ruled(limit, "2026-03-02T09:00", stop("2026-03-04T10:00", "2026-03-03T10:00"))


# --- boundaries of every unit ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "started", "due_at"),
    [
        # Working days: before, on and after days off, make-up days, the ends of the day.
        ("1wd", "2026-03-05T00:00:00", "2026-03-06T18:00"),
        ("1wd", "2026-03-05T23:59:59", "2026-03-06T18:00"),
        ("1wd", "2026-03-06T09:00", "2026-03-09T18:00"),
        ("1wd", "2026-03-07T09:00", "2026-03-09T18:00"),
        ("1wd", "2026-03-08T09:00", "2026-03-09T18:00"),
        ("1wd", "2026-02-13T09:00", "2026-02-14T18:00"),
        ("1wd", "2026-02-14T09:00", "2026-02-24T18:00"),
        ("1wd", "2026-02-23T09:00", "2026-02-24T18:00"),
        ("1wd", "2026-02-27T09:00", "2026-02-28T18:00"),
        ("1wd", "2026-02-28T09:00", "2026-03-02T18:00"),
        ("1wd", "2025-12-31T09:00", "2026-01-04T18:00"),
        ("2wd", "2025-12-31T09:00", "2026-01-05T18:00"),
        ("1wd", "2018-12-28T09:00", "2018-12-29T18:00"),
        ("2wd", "2018-12-28T09:00", "2019-01-02T18:00"),
        # Calendar days: a last day off moves on, a make-up Saturday does not.
        ("1d", "2026-03-05T09:00", "2026-03-06T18:00"),
        ("1d", "2026-03-06T09:00", "2026-03-09T18:00"),
        ("2d", "2026-03-06T09:00", "2026-03-09T18:00"),
        ("3d", "2026-03-06T09:00", "2026-03-09T18:00"),
        ("4d", "2026-03-06T09:00", "2026-03-10T18:00"),
        ("1d", "2026-02-27T09:00", "2026-02-28T18:00"),
        ("1d", "2026-02-14T09:00", "2026-02-24T18:00"),
        ("1d", "2026-09-30T09:00", "2026-10-08T18:00"),
        ("10d", "2026-02-28T09:00", "2026-03-10T18:00"),
        ("2d", "2024-02-27T09:00", "2024-02-29T18:00"),
        ("2d", "2023-12-30T09:00", "2024-01-02T18:00"),
        # Weeks end on the same weekday.
        ("1w", "2026-03-05T09:00", "2026-03-12T18:00"),
        ("2w", "2026-03-06T09:00", "2026-03-20T18:00"),
        ("1w", "2026-02-28T09:00", "2026-03-09T18:00"),
        ("1w", "2026-02-07T09:00", "2026-02-14T18:00"),
        # Months: the corresponding day, or the last day of the month, leap years included.
        ("1mo", "2026-03-02T09:00", "2026-04-02T18:00"),
        ("1mo", "2024-01-31T09:00", "2024-02-29T18:00"),
        ("1mo", "2024-01-29T09:00", "2024-02-29T18:00"),
        ("1mo", "2023-01-31T09:00", "2023-02-28T18:00"),
        ("1mo", "2024-02-29T09:00", "2024-03-29T18:00"),
        ("12mo", "2024-02-29T09:00", "2025-02-28T18:00"),
        ("1mo", "2025-11-30T09:00", "2025-12-30T18:00"),
        ("2mo", "2025-12-31T09:00", "2026-02-28T18:00"),
        ("1mo", "2026-01-15T09:00", "2026-02-24T18:00"),
        ("3mo", "2026-03-31T09:00", "2026-06-30T18:00"),
        # Fixed dates.
        ("2026-06-30", "2026-03-02T09:00", "2026-06-30T18:00"),
        ("2026-06-20", "2026-03-02T09:00", "2026-06-22T18:00"),
        ("2026-10-10", "2026-03-02T09:00", "2026-10-10T18:00"),
        ("2026-10-01", "2026-03-02T09:00", "2026-10-08T18:00"),
        ("2026-03-02", "2026-03-02T09:00", "2026-03-02T18:00"),
        # Hours run day and night.
        ("1h", "2026-02-16T23:30:30", "2026-02-17T00:30:30"),
        ("24h", "2026-02-14T17:59:59", "2026-02-15T17:59:59"),
        ("48h", "2025-12-31T09:00", "2026-01-02T09:00"),
        # Same-day ends at 24:00, on a day off too.
        ("same-day", "2026-03-05T00:00:00", "2026-03-06T00:00"),
        ("same-day", "2026-03-05T23:59:59", "2026-03-06T00:00"),
        ("same-day", "2026-02-17T09:00", "2026-02-18T00:00"),
        # Half a day: by noon, to the close of the day; later or on a day off, to the next noon.
        ("0.5wd", "2026-03-05T00:00:00", "2026-03-05T18:00"),
        ("0.5wd", "2026-03-05T08:29:59", "2026-03-05T18:00"),
        ("0.5wd", "2026-03-05T12:00:00", "2026-03-05T18:00"),
        ("0.5wd", "2026-03-05T12:00:01", "2026-03-06T12:00"),
        ("0.5wd", "2026-03-05T23:59:59", "2026-03-06T12:00"),
        ("0.5wd", "2026-03-06T12:00:01", "2026-03-09T12:00"),
        ("0.5wd", "2026-03-07T09:00", "2026-03-09T12:00"),
        ("0.5wd", "2026-02-14T12:00:00", "2026-02-14T18:00"),
        ("0.5wd", "2026-02-14T12:00:01", "2026-02-24T12:00"),
    ],
)
def test_limit_ends(limit: str, started: str, due_at: str) -> None:
    assert ruled(limit, started).at == at(due_at)


@pytest.mark.parametrize(
    ("limit", "last_day"),
    [("3h", "2026-03-06"), ("same-day", "2026-03-05"), ("0.5wd", "2026-03-06"), ("1wd", "2026-03-06")],
)
def test_last_day_is_the_date_on_which_it_can_still_be_done(limit: str, last_day: str) -> None:
    assert ruled(limit, "2026-03-05T22:00").last_day == date.fromisoformat(last_day)


@pytest.mark.parametrize(
    ("limit", "rules"),
    [
        ("3wd", ("R3", "R6")),
        ("3d", ("R3", "R4", "R6")),
        ("2w", ("R3", "R4", "R6", "R8")),
        ("1mo", ("R3", "R4", "R6", "R9")),
        ("2026-06-30", ("R4", "R6")),
        ("3h", ("R10",)),
        ("same-day", ("R10",)),
        ("0.5wd", ("R11",)),
    ],
)
def test_the_answer_names_the_rules_and_the_calendar_it_rests_on(limit: str, rules: tuple[str, ...]) -> None:
    answer = ruled(limit, "2026-03-02T09:00")
    assert (answer.rules, answer.calendar, answer.provisional) == (rules, CALENDAR.version, False)


# --- the end of the calendar -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "started", "provisional"),
    [
        ("1wd", "2026-12-23T09:00", False),
        ("1wd", "2026-12-24T09:00", True),
        ("1d", "2026-12-23T09:00", False),
        ("1d", "2026-12-24T09:00", True),
        ("2026-12-24", "2026-03-02T09:00", False),
        ("2026-12-25", "2026-03-02T09:00", True),
        ("2026-12-25", "2026-12-25T09:00", True),
        ("0.5wd", "2026-12-24T12:00:00", False),
        ("0.5wd", "2026-12-24T12:00:01", True),
        ("0.5wd", "2026-12-25T09:00", True),
        ("48h", "2026-12-31T09:00", False),
        ("same-day", "2026-12-31T09:00", False),
        ("1mo", "2027-03-01T09:00", True),
    ],
)
def test_an_answer_is_provisional_when_a_counted_day_may_still_change(
    limit: str, started: str, provisional: bool
) -> None:
    answer = ruled(limit, started)
    assert answer.provisional is provisional
    assert ("R18" in answer.rules) is provisional


def test_loading_the_notice_rules_the_clock_again_and_ends_the_doubt() -> None:
    notice = CalendarNotice(
        number="演练〔2026〕1号", date=date(2026, 12, 30), year=2027, days_off=days_of("2027-01-01..2027-01-04")
    )
    loaded = CALENDAR.with_notice(notice)
    before = ruled("15wd", "2026-12-25T09:00")
    after = due(parse_limit("15wd"), at("2026-12-25T09:00"), loaded, COUNTING)
    assert (before.at, before.provisional) == (at("2027-01-18T18:00"), True)
    assert (after.at, after.provisional, after.calendar) == (at("2027-01-19T18:00"), False, loaded.version)
    assert reminders(after.at, after.last_day, [3, 1], loaded, COUNTING) == (
        (at("2027-01-14T08:30"), 3),
        (at("2027-01-18T08:30"), 1),
    )


@pytest.mark.parametrize("limit", ["10wd", "30d", "2w", "1mo", "2051-01-01"])
def test_a_limit_beyond_the_calendar_is_refused(limit: str) -> None:
    with pytest.raises(CalendarError):
        ruled(limit, "2050-12-25T09:00")


# --- suspensions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "stops", "due_at"),
    [
        # From Monday 2 March 2026.
        ("5wd", "", "2026-03-09T18:00"),
        ("5wd", "03-04T10:00/03-05T10:00", "2026-03-11T18:00"),
        ("5wd", "03-04T10:00/03-04T10:00:01", "2026-03-10T18:00"),
        ("5wd", "03-07T10:00/03-08T10:00", "2026-03-09T18:00"),
        ("5wd", "03-06T10:00/03-09T10:00", "2026-03-11T18:00"),
        ("5wd", "03-02T10:00/03-02T15:00", "2026-03-09T18:00"),
        ("5wd", "03-02T10:00/03-03T10:00", "2026-03-10T18:00"),
        ("5wd", "02-01T10:00/03-03T10:00", "2026-03-10T18:00"),
        ("5wd", "02-01T10:00/03-01T10:00", "2026-03-09T18:00"),
        ("5wd", "03-10T10:00/03-12T10:00", "2026-03-09T18:00"),
        # A second stop counts when the end has moved into it; a day stopped twice counts once.
        ("5wd", "03-04T10:00/03-04T12:00 03-10T10:00/03-10T12:00", "2026-03-11T18:00"),
        ("5wd", "03-10T10:00/03-10T12:00 03-04T10:00/03-04T12:00", "2026-03-11T18:00"),
        ("5wd", "03-04T10:00/03-05T12:00 03-05T14:00/03-06T12:00", "2026-03-12T18:00"),
        ("5wd", "03-03T10:00/03-06T12:00 03-04T14:00/03-05T12:00", "2026-03-13T18:00"),
        # Calendar limits: stopped dates are added, days off among them too; the last day rolls once, past stopped days.
        ("4d", "", "2026-03-06T18:00"),
        ("4d", "03-03T10:00/03-04T10:00", "2026-03-09T18:00"),
        ("4d", "03-06T10:00/03-09T10:00", "2026-03-10T18:00"),
        ("4d", "03-05T10:00/03-05T11:00 03-09T10:00/03-09T11:00", "2026-03-10T18:00"),
        ("1w", "03-04T10:00/03-06T10:00", "2026-03-12T18:00"),
        ("1mo", "03-04T10:00/03-06T10:00", "2026-04-07T18:00"),
        ("2026-03-10", "03-04T10:00/03-06T10:00", "2026-03-13T18:00"),
        ("2026-03-10", "03-11T10:00/03-12T10:00", "2026-03-10T18:00"),
        ("2026-03-10", "03-02T10:00/03-02T12:00", "2026-03-10T18:00"),
        # Hours stop to the second, only while they run, and once where stops overlap.
        ("2h", "03-02T10:00/03-02T10:00:01", "2026-03-02T11:00:01"),
        ("2h", "03-02T10:59:59/03-05T10:59:59", "2026-03-05T11:00"),
        ("2h", "03-02T11:00/03-05T11:00", "2026-03-02T11:00"),
        ("2h", "03-01T09:00/03-02T09:30", "2026-03-02T11:30"),
        ("2h", "03-01T09:00/03-02T09:00", "2026-03-02T11:00"),
        ("2h", "03-02T10:00/03-02T11:00 03-02T11:30/03-02T12:30", "2026-03-02T13:00"),
        ("2h", "03-02T10:00/03-02T12:00 03-02T11:00/03-02T13:00", "2026-03-02T14:00"),
        ("2h", "03-02T10:00/03-02T14:00 03-02T11:00/03-02T12:00", "2026-03-02T15:00"),
        # Half a day and same-day look for the next day that is not stopped.
        ("0.5wd", "03-02T10:00/03-02T11:00", "2026-03-03T12:00"),
        ("0.5wd", "03-02T10:00/03-03T11:00", "2026-03-04T12:00"),
        ("0.5wd", "03-03T10:00/03-03T11:00", "2026-03-02T18:00"),
        ("0.5wd", "03-02T10:00/03-06T11:00", "2026-03-09T12:00"),
        ("0.5wd", "03-02T08:00/03-02T08:30", "2026-03-02T18:00"),
        ("same-day", "03-02T10:00/03-02T11:00", "2026-03-04T00:00"),
        ("same-day", "03-02T10:00/03-06T11:00", "2026-03-08T00:00"),
        ("same-day", "03-03T10:00/03-06T11:00", "2026-03-03T00:00"),
    ],
)
def test_stopped_days_are_not_counted(limit: str, stops: str, due_at: str) -> None:
    placed_stops = [stop(*(f"2026-{end}" for end in each.split("/"))) for each in stops.split()]
    answer = ruled(limit, "2026-03-02T09:00", *placed_stops)
    assert answer.at == at(due_at)
    unstopped = ruled(limit, "2026-03-02T09:00")
    assert ("R13" in answer.rules) == (answer.at != unstopped.at)


# --- reminders, openings, periods ------------------------------------------------------------------------------------


def test_reminders_fire_at_the_opening_of_the_working_days_before_the_last() -> None:
    answer = ruled("5wd", "2026-02-10T09:00")
    assert reminders(answer.at, answer.last_day, (1, 3), CALENDAR, COUNTING) == (
        (at("2026-02-12T08:30"), 3),
        (at("2026-02-14T08:30"), 1),
    )


def test_a_reminder_of_the_last_day_itself_fires_that_morning_unless_the_clock_has_run_out() -> None:
    whole, night = ruled("1wd", "2026-03-05T09:00"), ruled("2h", "2026-03-05T23:10")
    assert reminders(whole.at, whole.last_day, (0, 0), CALENDAR, COUNTING) == ((at("2026-03-06T08:30"), 0),)
    assert reminders(night.at, night.last_day, (0, 1), CALENDAR, COUNTING) == ((at("2026-03-05T08:30"), 1),)


def test_a_clock_that_ends_on_a_day_off_is_reminded_on_the_working_day_before() -> None:
    answer = ruled("48h", "2026-03-05T20:00")
    assert answer.last_day == date(2026, 3, 7)
    assert reminders(answer.at, answer.last_day, (1,), CALENDAR, COUNTING) == ((at("2026-03-06T08:30"), 1),)


def test_a_negative_lead_is_refused() -> None:
    answer = ruled("5wd", "2026-02-10T09:00")
    with pytest.raises(ValueError, match="negative"):
        reminders(answer.at, answer.last_day, (-1,), CALENDAR, COUNTING)


@pytest.mark.parametrize(
    ("after", "opening"),
    [
        ("2026-03-05T08:29:59", "2026-03-05T08:30"),
        ("2026-03-05T08:30:00", "2026-03-06T08:30"),
        ("2026-03-06T08:30:00", "2026-03-09T08:30"),
        ("2026-03-07T08:00", "2026-03-09T08:30"),
        ("2026-02-13T18:00", "2026-02-14T08:30"),
        ("2026-02-14T18:00", "2026-02-24T08:30"),
    ],
)
def test_next_opening_is_strictly_later_and_on_a_working_day(after: str, opening: str) -> None:
    assert next_opening(at(after), CALENDAR, COUNTING) == at(opening)


def test_next_opening_passes_over_stopped_dates() -> None:
    stops = [stop("2026-03-04T10:00", "2026-03-05T10:00"), stop("2026-03-09T10:00", "2026-03-09T11:00")]
    assert next_opening(at("2026-03-04T07:00"), CALENDAR, COUNTING, stops) == at("2026-03-06T08:30")
    assert next_opening(at("2026-03-06T09:00"), CALENDAR, COUNTING, stops) == at("2026-03-10T08:30")


@pytest.mark.parametrize(
    ("every", "k", "end"),
    [
        ("7d", 1, "2026-01-07T18:00"),
        ("7d", 2, "2026-01-14T18:00"),
        ("7d", 7, "2026-02-24T18:00"),
        ("7d", 8, "2026-02-25T18:00"),
        ("15d", 2, "2026-01-30T18:00"),
        ("1mo", 1, "2026-02-02T18:00"),
        ("1mo", 2, "2026-02-28T18:00"),
        ("1mo", 3, "2026-03-31T18:00"),
        ("3mo", 1, "2026-03-31T18:00"),
        ("3mo", 3, "2026-09-30T18:00"),
        ("5wd", 2, "2026-01-15T18:00"),
    ],
)
def test_the_end_of_a_period_is_counted_from_the_start_and_rolled(every: str, k: int, end: str) -> None:
    assert due(periods(parse_limit(every), k), at("2025-12-31T09:00"), CALENDAR, COUNTING).at == at(end)


def test_a_period_is_lengthened_by_stopped_dates() -> None:
    stops = [stop("2026-03-04T10:00", "2026-03-05T10:00")]
    ends = [due(periods(parse_limit("7d"), k), at("2026-03-02T09:00"), CALENDAR, COUNTING, stops).at for k in (1, 2)]
    assert ends == [at("2026-03-11T18:00"), at("2026-03-18T18:00")]


def test_a_monthly_series_keeps_its_day() -> None:
    ends = [
        due(periods(parse_limit("1mo"), k), at("2024-10-31T09:00"), CALENDAR, COUNTING).last_day for k in range(1, 7)
    ]
    assert [str(end) for end in ends] == [
        "2024-12-02", "2024-12-31", "2025-02-05", "2025-02-28", "2025-03-31", "2025-04-30",
    ]  # fmt: skip


@pytest.mark.parametrize("every", ["0.5wd", "same-day", "2026-06-30"])
def test_a_length_that_does_not_repeat_is_no_period(every: str) -> None:
    with pytest.raises(LimitError):
        due(periods(parse_limit(every), 1), at("2026-03-02T09:00"), CALENDAR, COUNTING)


def test_periods_are_numbered_from_one() -> None:
    with pytest.raises(ValueError, match="from 1"):
        due(periods(parse_limit("7d"), 0), at("2026-03-02T09:00"), CALENDAR, COUNTING)


# --- other ways of counting ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "left"),
    [
        ("2026-02-12", "2026-02-24", 3),
        ("2026-02-24", "2026-02-24", 0),
        ("2026-02-17", "2026-02-24", 1),
        ("2026-02-25", "2026-02-24", -1),
        ("2026-03-07", "2026-03-06", 0),
        ("2026-03-09", "2026-03-06", -1),
    ],
)
def test_working_days_left_are_those_after_today(a: str, b: str, left: int) -> None:
    assert working_days_between(date.fromisoformat(a), date.fromisoformat(b), CALENDAR) == left


@pytest.mark.parametrize(
    ("limit", "event", "latest"),
    [
        ("1wd", "2026-03-09", "2026-03-06"),
        ("3wd", "2026-02-25", "2026-02-13"),
        ("5wd", "2026-10-08", "2026-09-23"),
        ("3d", "2026-03-10", "2026-03-07"),
        ("1w", "2026-03-10", "2026-03-03"),
        ("1mo", "2026-03-31", "2026-02-28"),
        ("1mo", "2026-01-15", "2025-12-15"),
    ],
)
def test_latest_day_before_an_event_is_counted_back_from_the_day_before(limit: str, event: str, latest: str) -> None:
    assert latest_day_before(parse_limit(limit), date.fromisoformat(event), CALENDAR) == date.fromisoformat(latest)


@pytest.mark.parametrize("limit", ["3h", "0.5wd", "same-day", "2026-06-30"])
def test_hours_and_dates_are_not_counted_back(limit: str) -> None:
    with pytest.raises(LimitError):
        latest_day_before(parse_limit(limit), date(2026, 3, 10), CALENDAR)


def test_a_recurring_day_the_month_does_not_have_is_its_last() -> None:
    assert recurring_on(2026, 4, 31, CALENDAR, COUNTING) == date(2026, 4, 30)
    assert recurring_on(2024, 2, 30, CALENDAR, COUNTING) == date(2024, 2, 29)
    assert recurring_on(2026, 3, 5, CALENDAR, COUNTING) == date(2026, 3, 5)


@pytest.mark.parametrize("day", [0, 32])
def test_a_recurring_day_outside_a_month_is_refused(day: int) -> None:
    with pytest.raises(ValueError, match="1 to 31"):
        recurring_on(2026, 4, day, CALENDAR, COUNTING)


@pytest.mark.parametrize(
    ("limit", "end"),
    [
        ("5d", "2026-02-19"),
        ("3d", "2026-02-17"),
        ("3wd", "2026-02-26"),
        ("1w", "2026-02-21"),
        ("1mo", "2026-03-14"),
        ("2026-02-22", "2026-02-22"),
    ],
)
def test_a_window_ends_on_its_day_even_when_that_is_a_day_off(limit: str, end: str) -> None:
    assert validity_end(date(2026, 2, 14), parse_limit(limit), CALENDAR) == date.fromisoformat(end)


def test_windows_and_effect_periods_take_no_hours() -> None:
    for text in ("3h", "0.5wd", "same-day"):
        with pytest.raises(LimitError):
            validity_end(date(2026, 2, 14), parse_limit(text), CALENDAR)
        with pytest.raises(LimitError):
            effect_ends_at(date(2026, 2, 14), parse_limit(text), COUNTING)


@given(st.dates(date(2005, 1, 1), date(2040, 12, 31)), st.integers(-120, 120))
def test_the_corresponding_day_is_the_same_day_or_the_months_last(day: date, months: int) -> None:
    other = add_months(day, months)
    assert (other.year * 12 + other.month) - (day.year * 12 + day.month) == months
    assert other.day == day.day or (other.day < day.day and (other + DAY).day == 1)


# --- explaining a count ----------------------------------------------------------------------------------------------


def explained(limit: str, started_at: str, *stops: tuple[datetime, datetime]) -> list[tuple[str, int | None, str]]:
    notes = explain(parse_limit(limit), at(started_at), CALENDAR, COUNTING, stops)
    return [(note.date.strftime("%m-%d"), note.counted, note.zh) for note in notes]


def test_a_working_day_count_is_told_day_by_day() -> None:
    assert explained("2wd", "2026-02-13T09:00", stop("2026-02-24T10:00", "2026-02-24T11:00"))[:3] == [
        ("02-13", None, "收到当日不计"),
        ("02-14", 1, "调休上班 (春节)"),
        ("02-15", None, "春节"),
    ]
    assert explained("2wd", "2026-02-13T09:00", stop("2026-02-24T10:00", "2026-02-24T11:00"))[-3:] == [
        ("02-23", None, "春节"),
        ("02-24", None, "中止期间,不计"),
        ("02-25", 2, "工作日"),
    ]


def test_a_calendar_count_tells_where_it_moved_on() -> None:
    assert explained("2d", "2026-03-05T09:00", stop("2026-03-09T10:00", "2026-03-09T11:00")) == [
        ("03-05", None, "收到当日不计"),
        ("03-06", 1, "工作日"),
        ("03-07", 2, "周六"),
        ("03-08", None, "周日,顺延至此"),
        ("03-09", None, "中止期间,顺延至此"),
        ("03-10", None, "工作日,顺延至此"),
    ]


def test_hours_same_day_and_half_days_are_told() -> None:
    assert explained("2h", "2026-02-16T23:10") == [
        ("02-16", None, "按小时连续计算,昼夜、节假日不停"),
        ("02-17", None, "按小时连续计算,昼夜、节假日不停"),
    ]
    assert explained("same-day", "2026-03-05T09:00", stop("2026-03-05T10:00", "2026-03-05T11:00")) == [
        ("03-05", None, "中止期间,不计"),
        ("03-06", 1, "当日办结,至 24:00"),
    ]
    assert explained("0.5wd", "2026-03-06T12:00:00") == [("03-06", 1, "上午收到,至当日下班")]
    assert explained("0.5wd", "2026-03-06T12:00:01") == [
        ("03-06", None, "午后收到,当日不计"),
        ("03-07", None, "周六"),
        ("03-08", None, "周日"),
        ("03-09", 1, "工作日,至中午"),
    ]


# --- properties ------------------------------------------------------------------------------------------------------

INSTANTS = st.builds(
    lambda day, second: datetime.combine(day, time.min, SHANGHAI) + timedelta(seconds=second),
    st.dates(date(2005, 1, 3), date(2029, 12, 31)),
    st.integers(0, 86_399),
)
NUMBERED = st.builds(
    Limit, st.sampled_from([Unit.WORKING_DAYS, Unit.DAYS, Unit.WEEKS, Unit.MONTHS, Unit.HOURS]), st.integers(1, 60)
)
SHORT = st.sampled_from([Limit(Unit.HALF_DAY, 1), Limit(Unit.SAME_DAY, 1)])
LIMITS = st.one_of(NUMBERED, SHORT)
STOPS = st.lists(
    st.tuples(
        st.integers(-10 * 86_400, 90 * 86_400),
        st.one_of(st.integers(0, 3 * 86_400), st.integers(0, 30 * 86_400)),
    ),
    max_size=4,
)


def placed(started: datetime, offsets: Sequence[tuple[int, int]]) -> Stops:
    """Stops at these offsets from the start, of these lengths, in seconds."""
    return [
        (started + timedelta(seconds=begin), started + timedelta(seconds=begin + length)) for begin, length in offsets
    ]


def stopped_dates(started: datetime, stops: Stops) -> set[date]:
    dates: set[date] = set()
    for from_at, to_at in stops:
        if to_at > started:
            dates.update(from_at.date() + DAY * n for n in range((to_at.date() - from_at.date()).days + 1))
    return dates


@settings(max_examples=150)
@given(LIMITS, INSTANTS, STOPS)
def test_explain_agrees_with_due(limit: Limit, started: datetime, offsets: list[tuple[int, int]]) -> None:
    stops = placed(started, offsets)
    answer, notes = due(limit, started, CALENDAR, COUNTING, stops), explain(limit, started, CALENDAR, COUNTING, stops)
    assert notes[0].date == started.date()
    assert notes[-1].date == answer.last_day
    assert [note.date for note in notes] == [started.date() + DAY * n for n in range(len(notes))]
    counted = [note.counted for note in notes if note.counted is not None]
    assert counted == list(range(1, len(counted) + 1))
    assert any(note.provisional for note in notes) == answer.provisional
    if limit.unit in (Unit.WORKING_DAYS, Unit.HALF_DAY, Unit.SAME_DAY):
        assert notes[-1].counted == limit.number


@settings(max_examples=150)
@given(st.dates(date(2005, 1, 1), date(2029, 12, 31)), INSTANTS, STOPS)
def test_explain_agrees_with_due_on_fixed_dates(on: date, started: datetime, offsets: list[tuple[int, int]]) -> None:
    limit = Limit(Unit.DATE, 0, min(max(on, started.date() - DAY * 40), started.date() + DAY * 400))
    stops = placed(started, offsets)
    answer, notes = due(limit, started, CALENDAR, COUNTING, stops), explain(limit, started, CALENDAR, COUNTING, stops)
    assert notes[-1].date == answer.last_day


@settings(max_examples=150)
@given(st.integers(1, 60), INSTANTS, STOPS)
def test_the_running_stretches_of_a_working_day_clock_add_up_to_its_limit(
    number: int, started: datetime, offsets: list[tuple[int, int]]
) -> None:
    stops = placed(started, offsets)
    answer = due(Limit(Unit.WORKING_DAYS, number), started, CALENDAR, COUNTING, stops)
    stopped = stopped_dates(started, stops)
    span = (answer.last_day - started.date()).days
    days = [started.date() + DAY * n for n in range(1, span + 1)]
    assert sum(CALENDAR.is_working(day) and day not in stopped for day in days) == number
    assert CALENDAR.is_working(answer.last_day)
    assert answer.last_day not in stopped


@settings(max_examples=150)
@given(st.integers(1, 60), INSTANTS, STOPS)
def test_the_running_stretches_of_a_calendar_clock_add_up_to_its_limit_before_it_rolls(
    number: int, started: datetime, offsets: list[tuple[int, int]]
) -> None:
    stops = placed(started, offsets)
    answer = due(Limit(Unit.DAYS, number), started, CALENDAR, COUNTING, stops)
    stopped = stopped_dates(started, stops)
    day, left = started.date(), number
    while left:
        day += DAY
        left -= day not in stopped
    while day in stopped or not CALENDAR.is_working(day):
        day += DAY
    assert answer.last_day == day


@settings(max_examples=150)
@given(st.integers(1, 200), INSTANTS, STOPS)
def test_the_running_seconds_of_an_hour_clock_add_up_to_its_limit(
    number: int, started: datetime, offsets: list[tuple[int, int]]
) -> None:
    stops = placed(started, offsets)
    end = due(Limit(Unit.HOURS, number), started, CALENDAR, COUNTING, stops).at
    edges = sorted({started, end, *(edge for each in stops for edge in each if started < edge < end)})
    running = timedelta()
    for from_at, to_at in pairwise(edges):
        if not any(a <= from_at and to_at <= b for a, b in stops):
            running += to_at - from_at
    assert running == timedelta(hours=number)


@given(NUMBERED, INSTANTS, STOPS)
def test_a_longer_limit_never_ends_earlier(limit: Limit, started: datetime, offsets: list[tuple[int, int]]) -> None:
    stops = placed(started, offsets)
    longer = Limit(limit.unit, limit.number + 1)
    assert due(limit, started, CALENDAR, COUNTING, stops).at <= due(longer, started, CALENDAR, COUNTING, stops).at


@given(LIMITS, INSTANTS, st.integers(0, 40 * 86_400))
def test_a_later_start_never_ends_earlier(limit: Limit, started: datetime, seconds: int) -> None:
    later = started + timedelta(seconds=seconds)
    assert due(limit, started, CALENDAR, COUNTING).at <= due(limit, later, CALENDAR, COUNTING).at


@given(LIMITS, INSTANTS, STOPS)
def test_a_stop_never_makes_a_clock_end_earlier(
    limit: Limit, started: datetime, offsets: list[tuple[int, int]]
) -> None:
    stops = placed(started, offsets)
    assert due(limit, started, CALENDAR, COUNTING, stops).at >= due(limit, started, CALENDAR, COUNTING).at


@given(LIMITS, INSTANTS)
def test_a_day_clock_ends_at_the_close_of_a_working_day_later_than_the_day_of_receipt(
    limit: Limit, started: datetime
) -> None:
    answer = due(limit, started, CALENDAR, COUNTING)
    if limit.unit in (Unit.WORKING_DAYS, Unit.DAYS, Unit.WEEKS, Unit.MONTHS):
        assert CALENDAR.is_working(answer.last_day)
        assert answer.at == datetime.combine(answer.last_day, time(18), SHANGHAI)
        assert answer.last_day > started.date()
    else:
        assert answer.at > started
    assert answer.at.tzinfo is SHANGHAI


@given(LIMITS, INSTANTS, st.sets(st.integers(0, 10), max_size=4))
def test_reminders_come_in_order_before_the_due_instant_on_working_days(
    limit: Limit, started: datetime, leads: set[int]
) -> None:
    answer = due(limit, started, CALENDAR, COUNTING)
    planned = reminders(answer.at, answer.last_day, sorted(leads), CALENDAR, COUNTING)
    assert list(planned) == sorted(planned)
    for instant, left in planned:
        assert instant < answer.at
        assert instant.timetz() == time(8, 30, tzinfo=SHANGHAI)
        on_a_day_off = not CALENDAR.is_working(answer.last_day)
        assert working_days_between(instant.date(), answer.last_day, CALENDAR) == max(left - on_a_day_off, 0)
        assert left == 0 or CALENDAR.is_working(instant.date())
