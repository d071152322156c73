"""Does the shipped calendar say of every day what the notices say, and what does a new notice change?"""

from collections.abc import Callable
from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calendar import CalendarNotice
from policies.calendar import (
    Calendar,
    CalendarError,
    DayKind,
    check_notice,
    days_of,
    in_english,
    shipped_notices,
    shipped_provisional,
    standard_calendar,
)

STANDARD = standard_calendar()
NEW_YEARS_EVE_2005 = date(2005, 12, 31)
COVERED = st.dates(STANDARD.first, STANDARD.last)


def days(*spans: str) -> tuple[date, ...]:
    return tuple(day for span in spans for day in days_of(span))


def a_notice(
    number: str = "演练〔2026〕1号",
    year: int = 2027,
    days_off: tuple[date, ...] = days("2027-01-01..2027-01-04"),
    workdays: tuple[date, ...] = (),
    names: dict[date, str] | None = None,
) -> CalendarNotice:
    return CalendarNotice(
        number=number, date=date(2026, 12, 30), year=year, days_off=days_off, workdays=workdays, names=names or {}
    )


def without(number: str) -> Calendar:
    return Calendar((n for n in shipped_notices() if n.number != number), shipped_provisional())


def every_day(first: date, last: date) -> list[date]:
    return [date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)]


# --- against the witnesses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", range(2004, 2027))
def test_every_published_day_is_what_chinesecalendar_says(year: int) -> None:
    ours = {day: STANDARD.is_working(day) for day in every_day(date(year, 1, 1), date(year, 12, 31))}
    theirs = {day: chinese_calendar.is_workday(day) for day in ours}
    differing = {day for day in ours if ours[day] != theirs[day]}
    assert differing == ({NEW_YEARS_EVE_2005} if year == 2005 else set())


def test_every_published_day_is_what_holidays_says() -> None:
    witness = holidays.country_holidays("CN", years=range(2004, 2027))
    for day in every_day(date(2004, 1, 1), date(2026, 12, 31)):
        assert STANDARD.is_working(day) == witness.is_working_day(day), day


def test_every_unpublished_day_is_what_holidays_derives_from_the_law() -> None:
    witness = holidays.country_holidays("CN", years=range(2027, 2051))
    for day in every_day(date(2027, 1, 1), STANDARD.last):
        assert STANDARD.is_working(day) == witness.is_working_day(day), day


def test_last_day_of_2005_is_worked_because_the_notice_of_2006_says_so() -> None:
    day = STANDARD.why(NEW_YEARS_EVE_2005)
    assert (day.kind, day.notice) == (DayKind.MAKE_UP, "国办发明电〔2005〕35号")


@pytest.mark.parametrize(("year", "count"), [(2024, 251), (2025, 248), (2026, 248)])
def test_working_days_of_a_year(year: int, count: int) -> None:
    assert STANDARD.working_days(date(year - 1, 12, 31), date(year, 12, 31)) == count


def test_2027_has_the_statutory_days_and_their_substitutes_and_no_make_up_days() -> None:
    off = set(
        days("2027-01-01", "2027-02-05..2027-02-10", "2027-04-05", "2027-05-01..2027-05-04", "2027-06-09", "2027-09-15")
        + days("2027-10-01..2027-10-05")
    )
    for day in every_day(date(2027, 1, 1), date(2027, 12, 31)):
        assert STANDARD.is_working(day) == (day.weekday() < 5 and day not in off), day


@pytest.mark.parametrize(
    ("day", "number"),
    [
        ("2007-12-29", "国办发明电〔2007〕52号"),
        ("2011-12-31", "国办发明电〔2011〕45号"),
        ("2018-12-29", "国办发明电〔2018〕15号"),
        ("2018-12-31", "国办发明电〔2018〕15号"),
        ("2022-12-31", "国办发明电〔2022〕16号"),
    ],
)
def test_a_december_day_belongs_to_the_next_years_notice_that_set_it(day: str, number: str) -> None:
    assert STANDARD.why(date.fromisoformat(day)).notice == number


@pytest.mark.parametrize(
    ("number", "changed"),
    [
        ("国发明电〔2015〕1号", {"2015-09-03": False, "2015-09-04": False, "2015-09-06": True}),
        ("国办发明电〔2019〕3号", {"2019-04-28": True, "2019-05-02": False, "2019-05-03": False, "2019-05-05": True}),
        ("国办发明电〔2020〕1号", {"2020-01-31": False, "2020-02-01": False}),
    ],
)
def test_an_amendment_changes_these_days_and_no_other(number: str, changed: dict[str, bool]) -> None:
    before = without(number)
    differing = {
        str(day): STANDARD.is_working(day)
        for day in every_day(STANDARD.first, STANDARD.last)
        if STANDARD.is_working(day) != before.is_working(day)
    }
    assert differing == changed


def test_shipped_notices_can_all_be_right_and_come_in_the_order_of_their_dates() -> None:
    dates = [notice.date for notice in shipped_notices()]
    assert dates == sorted(dates)
    assert {notice.year for notice in shipped_notices()} == set(range(2004, 2027))
    assert all(notice.source for notice in shipped_notices())


def test_every_holiday_of_the_shipped_data_has_an_english_name() -> None:
    names = {name for notice in shipped_notices() for name in notice.names.values()}
    names |= {name for year in shipped_provisional().values() for name in year.values()}
    assert all(in_english(name).isascii() for name in names)


# --- why a day is what it is -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "kind", "zh", "en"),
    [
        ("2026-02-17", DayKind.HOLIDAY, "春节", "Spring Festival"),
        ("2026-02-14", DayKind.MAKE_UP, "调休上班 (春节)", "make-up working day (Spring Festival)"),
        ("2026-03-07", DayKind.WEEKEND, "周六", "Saturday"),
        ("2026-03-08", DayKind.WEEKEND, "周日", "Sunday"),
        ("2026-03-09", DayKind.WORKDAY, "工作日", "working day"),
        ("2025-10-06", DayKind.HOLIDAY, "国庆节、中秋节", "National Day and Mid-autumn Festival"),
        ("2027-02-09", DayKind.HOLIDAY, "春节(推定)", "Spring Festival (estimated)"),
    ],
)
def test_why_names_the_day(day: str, kind: DayKind, zh: str, en: str) -> None:
    why = STANDARD.why(date.fromisoformat(day))
    assert (why.kind, why.zh, why.en) == (kind, zh, en)


@given(COVERED)
def test_why_agrees_with_is_working_and_is_official(day: date) -> None:
    why = STANDARD.why(day)
    assert (why.working, why.official) == (STANDARD.is_working(day), STANDARD.is_official(day))


# --- official or not -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "official"),
    [("2004-01-01", True), ("2026-12-24", True), ("2026-12-25", False), ("2026-12-31", False), ("2027-01-01", False)],
)
def test_days_from_25_december_of_the_last_published_year_are_not_official(day: str, official: bool) -> None:
    assert STANDARD.is_official(date.fromisoformat(day)) is official


def test_a_published_year_makes_the_end_of_the_year_before_official() -> None:
    loaded = STANDARD.with_notice(a_notice())
    assert loaded.all_official(date(2026, 12, 25), date(2027, 12, 24))
    assert not loaded.is_official(date(2027, 12, 25))


def test_a_notice_that_skips_a_year_leaves_the_year_between_and_the_december_before_it_unofficial() -> None:
    loaded = STANDARD.with_notice(a_notice(year=2028, days_off=days("2028-01-01")))
    assert [loaded.is_official(date(*day)) for day in ((2026, 12, 25), (2027, 6, 1), (2028, 6, 1))] == [
        False,
        False,
        True,
    ]


def test_a_year_before_the_first_published_one_is_not_official() -> None:
    calendar = Calendar([a_notice()], {2026: {date(2026, 1, 1): "元旦"}})
    assert not calendar.is_official(date(2026, 6, 1))
    assert not calendar.is_working(date(2026, 1, 1))


@given(COVERED, COVERED)
def test_all_official_means_each_of_them(first: date, last: date) -> None:
    if (last - first).days > 800:
        last = first + timedelta(days=800)
    assert STANDARD.all_official(first, last) == all(STANDARD.is_official(day) for day in every_day(first, last))


# --- loading a notice ------------------------------------------------------------------------------------------------


def test_the_first_notice_of_a_year_replaces_its_estimated_days() -> None:
    loaded = STANDARD.with_notice(a_notice())
    assert not loaded.is_working(date(2027, 1, 4))
    assert loaded.is_working(date(2027, 2, 5))
    assert loaded.is_working(date(2027, 10, 1))


def test_a_notice_that_a_release_ships_and_an_office_has_loaded_is_in_the_calendar_once() -> None:
    loaded, shipped = a_notice(), STANDARD.notices[-1]
    assert STANDARD.with_all([shipped, loaded, loaded]).notices == (*STANDARD.notices, loaded)


def test_a_later_notice_of_the_same_year_amends_day_by_day() -> None:
    loaded = STANDARD.with_notice(a_notice()).with_notice(
        a_notice(number="演练〔2027〕1号", days_off=days("2027-01-05"), workdays=days("2027-01-09"))
    )
    assert [loaded.is_working(day) for day in days("2027-01-04", "2027-01-05", "2027-01-09")] == [False, False, True]


def test_an_amendment_may_declare_a_weekday_off_working_again() -> None:
    loaded = STANDARD.with_notice(a_notice()).with_notice(
        a_notice(number="演练〔2027〕1号", days_off=(), workdays=days("2027-01-04"))
    )
    assert loaded.is_working(date(2027, 1, 4))
    assert loaded.why(date(2027, 1, 4)).zh == "恢复上班"


def test_a_notice_reaches_back_into_the_december_before() -> None:
    loaded = STANDARD.with_notice(a_notice(days_off=days("2026-12-31..2027-01-02"), workdays=days("2026-12-26")))
    assert [loaded.is_working(day) for day in days("2026-12-26", "2026-12-31")] == [True, False]


def test_a_notice_that_reached_into_a_january_is_kept_when_that_year_is_published() -> None:
    early = STANDARD.with_notice(a_notice(days_off=days("2027-01-01", "2028-01-03"), workdays=days("2028-01-08")))
    both = early.with_notice(a_notice(number="演练〔2027〕2号", year=2028, days_off=days("2028-01-01")))
    assert [both.is_working(day) for day in days("2028-01-03", "2028-01-08")] == [False, True]


def test_loading_leaves_the_calendar_it_was_loaded_on_as_it_was() -> None:
    version = STANDARD.version
    loaded = STANDARD.with_notice(a_notice())
    assert STANDARD.version == version != loaded.version
    assert STANDARD.is_working(date(2027, 1, 4))
    assert not STANDARD.has("演练〔2026〕1号")
    assert loaded.has("演练〔2026〕1号")


def test_the_same_notices_in_the_same_order_have_the_same_version() -> None:
    again = Calendar(shipped_notices(), shipped_provisional())
    assert again.version == STANDARD.version
    assert again.with_notice(a_notice()).version == STANDARD.with_notice(a_notice()).version
    other = a_notice(number="演练〔2027〕1号", days_off=days("2027-01-05"))
    one_way = STANDARD.with_notice(a_notice()).with_notice(other)
    assert one_way.version != STANDARD.with_notice(other).with_notice(a_notice()).version


def test_a_changed_day_changes_the_version() -> None:
    other = STANDARD.with_notice(a_notice(days_off=days("2027-01-01..2027-01-05")))
    assert other.version != STANDARD.with_notice(a_notice()).version


def test_a_number_is_loaded_once() -> None:
    with pytest.raises(CalendarError, match="already loaded") as refused:
        STANDARD.with_notice(a_notice(number="国办发明电〔2025〕7号"))
    assert refused.value.field == "number"


def test_a_notice_for_a_year_outside_the_calendar_is_refused_with_the_years_it_covers() -> None:
    with pytest.raises(CalendarError) as refused:
        STANDARD.with_notice(a_notice(year=2051, days_off=days("2051-01-01")))
    assert (refused.value.field, refused.value.accepted) == ("year", "2004..2050")


def test_years_with_a_gap_are_refused() -> None:
    with pytest.raises(CalendarError, match="gap"):
        Calendar([a_notice()], {2030: {}})


# --- notices that cannot be right ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "notice"),
    [
        ("workdays", a_notice(workdays=days("2027-01-05"))),
        ("workdays", a_notice(days_off=days("2027-01-09"), workdays=days("2027-01-09"))),
        ("days_off", a_notice(days_off=days("2026-12-24"))),
        ("days_off", a_notice(days_off=days("2028-01-11"))),
        ("workdays", a_notice(workdays=days("2028-01-15"))),
        ("days_off", a_notice(days_off=())),
        ("names", a_notice(names={date(2027, 1, 5): "元旦"})),
    ],
)
def test_a_notice_that_cannot_be_right_is_refused_naming_the_field_and_what_is_accepted(
    field: str, notice: CalendarNotice
) -> None:
    with pytest.raises(CalendarError) as refused:
        check_notice(notice)
    assert refused.value.field == field
    assert refused.value.accepted
    assert refused.value.why


@pytest.mark.parametrize("spans", ["2026-12-25", "2028-01-10"])
def test_a_notice_may_reach_to_the_ends_of_its_window(spans: str) -> None:
    check_notice(a_notice(days_off=days(spans)))


@pytest.mark.parametrize("span", ["", "2027-02-30", "2027-1-1", "2027-01-05..2027-01-01", "2027-01-01..", "x..y"])
def test_a_span_that_is_no_span_is_refused(span: str) -> None:
    with pytest.raises(CalendarError):
        days_of(span)


# --- counting on the calendar ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [date(2003, 12, 31), date(2051, 1, 1)])
def test_a_day_outside_the_calendar_is_never_answered(day: date) -> None:
    for ask in (
        STANDARD.is_working,
        STANDARD.is_official,
        STANDARD.why,
        STANDARD.next_working,
        STANDARD.previous_working,
    ):
        with pytest.raises(CalendarError) as refused:
            ask(day)
        assert refused.value.accepted == "2004-01-01..2050-12-31"


def test_counting_over_the_ends_of_the_calendar_is_never_answered() -> None:
    reaches: tuple[Callable[[], date], ...] = (
        lambda: STANDARD.nth_working_after(date(2050, 12, 1), 40),
        lambda: STANDARD.nth_working_before(date(2004, 1, 5), 9),
        lambda: STANDARD.next_working(date(2050, 12, 31)),
        lambda: STANDARD.previous_working(date(2004, 1, 1)),
    )
    for reach in reaches:
        with pytest.raises(CalendarError):
            reach()


@given(st.dates(date(2005, 1, 1), date(2049, 1, 1)), st.integers(1, 200))
def test_the_nth_working_day_after_has_n_working_days_up_to_it(day: date, n: int) -> None:
    end = STANDARD.nth_working_after(day, n)
    assert STANDARD.is_working(end)
    assert sum(STANDARD.is_working(d) for d in every_day(day + timedelta(days=1), end)) == n
    assert STANDARD.working_days(day, end) == n
    assert STANDARD.working_days(end, day) == -n


@given(st.dates(date(2005, 1, 1), date(2049, 1, 1)), st.integers(1, 200))
def test_the_nth_working_day_before_has_n_working_days_from_it(day: date, n: int) -> None:
    start = STANDARD.nth_working_before(day, n)
    assert STANDARD.is_working(start)
    assert sum(STANDARD.is_working(d) for d in every_day(start, day - timedelta(days=1))) == n


@given(st.dates(date(2004, 2, 1), date(2050, 11, 30)))
def test_next_and_previous_working_day_skip_only_days_off(day: date) -> None:
    after, before = STANDARD.next_working(day), STANDARD.previous_working(day)
    assert STANDARD.is_working(after)
    assert STANDARD.is_working(before)
    assert not any(STANDARD.is_working(d) for d in every_day(before + timedelta(days=1), after - timedelta(days=1)))
