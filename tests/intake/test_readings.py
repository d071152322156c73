"""What an office may write in a cell, style by style, and what is not guessed at."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.content import forbidden, plain_text, shown
from intake.grid import Special, Value
from intake.problems import ECHO_LONGEST, FaultKind, cell_name, folded, harmless, looks_like_formula
from intake.readings import (
    LIMIT_ACCEPTED,
    Moment,
    Unreadable,
    is_negative_amount,
    read_frequency,
    read_limit,
    read_moment,
    read_public,
    read_urgency,
    split_names,
)
from models.matters import Urgency
from policies.limits import LONGEST, Unit, parse_limit
from policies.procedures import STANDARD, shipped
from policies.registration import PERIOD_WORDS

MAY_11 = date(2026, 5, 11)
DATES = st.dates(date(1949, 1, 1), date(2200, 12, 31))
TIMES = st.times().map(lambda at: at.replace(microsecond=0)).filter(lambda at: at != time.min)
VALUES = st.one_of(
    st.text(max_size=40),
    st.text(st.sampled_from("0123456789年月日个工作周时小半内当前-/.: 　,一二十两"), max_size=12),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
)


def limit(value: Value) -> str:
    return read_limit(value).text


def unreadable(value: Value) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read_limit(value)
    return caught.value


# --- dates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "2026/5/11",
        "2026/05/11",
        "2026年5月11日",
        "2026年05月11日",
        "2026.05.11",
        "2026.5.11",
        "2026-05-11",
        "2026-5-11",
        MAY_11,
        datetime(2026, 5, 11),  # noqa: DTZ001 - a date cell has no zone
        " 2026 年 5 月 11 日 ",
        "２０２６年５月１１日",
        "2026/5/11 0:00",
        "\u200b2026-05-11",
    ],
)
def test_a_date_is_read_in_every_style_an_office_uses(written: Value) -> None:
    assert read_moment(written) == Moment(MAY_11)


@pytest.mark.parametrize(
    "written",
    [
        "2026-05-11 09:30",
        "2026/5/11 9:30:00",
        "2026.05.11 09:30",
        "2026-05-11T09:30:00",
        "2026年5月11日9时30分",
        "2026年5月11日 9:30",
        "2026-05-11 9：30",
        datetime(2026, 5, 11, 9, 30),  # noqa: DTZ001 - a date cell has no zone
        datetime(2026, 5, 11, 9, 29, 59, 999_900),  # noqa: DTZ001 - a date cell has no zone
    ],
)
def test_a_time_of_day_may_follow_the_date(written: Value) -> None:
    assert read_moment(written) == Moment(MAY_11, time(9, 30))


def test_a_full_hour_may_be_written_without_minutes() -> None:
    assert read_moment("2026年5月11日9时") == Moment(MAY_11, time(9))


def test_a_blank_cell_holds_no_date() -> None:
    assert read_moment("") is None
    assert read_moment(" \n") is None


@pytest.mark.parametrize("written", ["2026-02-30", "2026/13/1", "2026年2月29日", "2025.02.29", "0000-01-01"])
def test_a_day_that_does_not_exist_is_said_to_be_one(written: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_moment(written)
    assert caught.value.kind is FaultKind.BAD_DATE
    assert caught.value.why.en == "there is no such day"


@pytest.mark.parametrize("written", ["2026-05-11 24:00", "2026-05-11 9:60", "2026年5月11日25时"])
def test_a_time_that_does_not_exist_is_said_to_be_one(written: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_moment(written)
    assert caught.value.why.en == "there is no such time of day"


@pytest.mark.parametrize(
    "written",
    ["5月11日", "2026-05/11", "20260511", "11/5/2026", "26-5-11", "2026年5月", "五月十一日", "明天", "2026-05-11下午",
     46153.0, True, time(9, 30), timedelta(1)],
)  # fmt: skip
def test_a_date_is_not_guessed_from_anything_else(written: Value) -> None:
    with pytest.raises(Unreadable) as caught:
        read_moment(written)
    assert caught.value.kind is FaultKind.BAD_DATE
    assert "2026年5月11日" in caught.value.accepted.zh


@given(DATES, TIMES)
def test_every_date_and_time_is_read_back_from_every_style(on: date, at: time) -> None:
    y, m, d = on.year, on.month, on.day
    for style in (f"{y}/{m}/{d}", f"{y}年{m}月{d}日", f"{y}.{m:02}.{d:02}", f"{y}-{m:02}-{d:02}"):
        assert read_moment(style) == Moment(on)
        assert read_moment(f"{style} {at:%H:%M:%S}") == Moment(on, at)
    assert read_moment(datetime.combine(on, at)) == Moment(on, at)


@given(VALUES)
def test_no_value_makes_a_date_cell_raise_anything_else(value: Value) -> None:
    try:
        moment = read_moment(value)
    except Unreadable as error:
        assert error.kind is FaultKind.BAD_DATE  # noqa: PT017 - only what was raised can be looked at
        return
    assert moment is None or moment.at != time.min


# --- limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("15个工作日", "15wd"),
        ("15工作日", "15wd"),
        ("１５个工作日", "15wd"),
        (" 15 个 工作日 ", "15wd"),
        ("5个工作日内", "5wd"),
        ("5个工作日以内", "5wd"),
        ("10日", "10d"),
        ("10天", "10d"),
        ("10天之内", "10d"),
        ("30个自然日", "30d"),
        ("30自然日", "30d"),
        ("2周", "2w"),
        ("2个星期", "2w"),
        ("3个月", "3mo"),
        ("48小时", "48h"),
        ("2个小时内", "2h"),
        ("当日", "same-day"),
        ("当天", "same-day"),
        ("半个工作日", "0.5wd"),
        ("0.5个工作日", "0.5wd"),
        ("０.５个工作日", "0.5wd"),
        ("一个月", "1mo"),
        ("两周", "2w"),
        ("十个工作日", "10wd"),
        ("十五个工作日", "15wd"),
        ("二十日", "20d"),
        ("九十九天", "99d"),
        ("015个工作日", "15wd"),
        ("15wd", "15wd"),
        ("3MO", "3mo"),
        ("same-day", "same-day"),
        ("2026-06-30", "2026-06-30"),
        ("2026年6月30日", "2026-06-30"),
        ("2026/6/30", "2026-06-30"),
        ("2026.06.30", "2026-06-30"),
        (date(2026, 6, 30), "2026-06-30"),
        ("", "15wd"),
        ("  ", "15wd"),
    ],
)
def test_a_limit_is_read_in_every_form_an_office_uses(written: Value, meant: str) -> None:
    assert limit(written) == meant


@pytest.mark.parametrize("written", ["0个工作日", "0日", "00天", "-5个工作日", "－5日", "负5天", "-3", "0.0日"])
def test_a_limit_of_nothing_or_less_is_refused(written: str) -> None:
    assert unreadable(written).kind is FaultKind.BAD_LIMIT
    assert unreadable(written).why.en == "a limit is more than zero"


@pytest.mark.parametrize("written", ["1.5个工作日", "0.5日", "两个半月", "半天", "半年", "半个月"])
def test_no_fraction_is_accepted_but_half_a_working_day(written: str) -> None:
    assert "whole number" in unreadable(written).why.en


@pytest.mark.parametrize(
    "written",
    ["3月", "〇日", "20", "20.0", "尽快", "年底前", "二三日", "一十十日", "十五十日", "长期", "无", "/", "5.5"],
)
def test_a_limit_is_not_guessed(written: str) -> None:
    assert unreadable(written).accepted == LIMIT_ACCEPTED


def test_a_number_without_unit_is_refused_for_want_of_a_unit() -> None:
    assert "without a unit" in unreadable(20.0).why.en


def test_before_a_date_is_refused_because_it_leaves_the_day_itself_open() -> None:
    assert "which is included" in unreadable("2026年6月30日前").why.en


def test_a_date_with_a_time_is_refused_as_a_limit() -> None:
    assert "close of business" in unreadable("2026-06-30 12:00").why.en
    assert "close of business" in unreadable(datetime(2026, 6, 30, 12)).why.en  # noqa: DTZ001 - a date cell has no zone


def test_a_limit_date_that_does_not_exist_is_said_to_be_one() -> None:
    assert unreadable("2026-06-31").why.en == "there is no such day"
    assert unreadable("2026-06-31").kind is FaultKind.BAD_LIMIT


@pytest.mark.parametrize("written", ["99999个工作日", "121个月", "999999999小时", "12个月" * 400, "9" * 5000 + "日"])
def test_a_limit_longer_than_ten_years_is_refused(written: str) -> None:
    assert unreadable(written).kind is FaultKind.BAD_LIMIT


@given(st.sampled_from([("个工作日", Unit.WORKING_DAYS), ("日", Unit.DAYS), ("周", Unit.WEEKS), ("个月", Unit.MONTHS),
                        ("小时", Unit.HOURS)]), st.data())  # fmt: skip
def test_every_number_in_every_unit_is_read_back(form: tuple[str, Unit], data: st.DataObject) -> None:
    suffix, unit = form
    number = data.draw(st.integers(1, LONGEST[unit]))
    assert read_limit(f"{number}{suffix}") == parse_limit(f"{number}{unit.value}")


@given(VALUES)
def test_no_value_makes_a_limit_cell_raise_anything_else(value: Value) -> None:
    try:
        read = read_limit(value)
    except Unreadable as error:
        assert error.kind is FaultKind.BAD_LIMIT  # noqa: PT017 - only what was raised can be looked at
        return
    assert parse_limit(read.text) == read


@given(st.integers(1, 99))
def test_chinese_numbers_up_to_ninety_nine_are_read(number: int) -> None:
    tens, ones = divmod(number, 10)
    digits = "一二三四五六七八九"
    written = ("" if tens < 2 else digits[tens - 1]) + ("十" if tens else "") + (digits[ones - 1] if ones else "")
    assert limit(f"{written}日") == f"{number}d"


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("每周", "weekly"),
        ("每半月", "half-monthly"),
        ("每月", "monthly"),
        ("每季度", "quarterly"),
        ("一次性", None),
        ("", None),
    ],
)
def test_a_frequency_is_read_in_the_words_of_the_policy(written: str, meant: str | None) -> None:
    assert read_frequency(written) == meant


def test_every_frequency_a_ledger_may_name_is_one_the_standard_policy_knows() -> None:
    assert set(PERIOD_WORDS.values()) <= set(shipped(STANDARD).in_force(MAY_11).report_every)


@pytest.mark.parametrize(("written", "meant"), [("平件", Urgency.PLAIN), ("急件", Urgency.URGENT), ("", None)])
def test_an_urgency_is_read(written: str, meant: Urgency | None) -> None:
    assert read_urgency(written) is meant


@pytest.mark.parametrize(("written", "meant"), [("公开", True), ("不公开", False), ("", None)])
def test_not_saying_whether_a_matter_is_public_is_neither_yes_nor_no(written: str, meant: bool | None) -> None:
    assert read_public(written) is meant


def test_a_word_not_in_the_list_is_refused_with_the_list() -> None:
    for reading, accepted in ((read_frequency, "每季度"), (read_urgency, "特急"), (read_public, "不公开")):
        with pytest.raises(Unreadable) as caught:
            reading("随便")
        assert caught.value.kind is FaultKind.UNKNOWN_WORD
        assert accepted in caught.value.accepted.zh


@given(st.text(max_size=30))
def test_no_text_makes_a_word_cell_raise_anything_else(text: str) -> None:
    for reading in (read_frequency, read_urgency, read_public):
        try:
            read = reading(text)
        except Unreadable:
            continue
        assert read is None or folded(text)


@pytest.mark.parametrize(
    "written", ["甲、乙、丙", "甲,乙,丙", "甲，乙，丙", "甲;乙；丙", "甲\n乙\r\n丙", " 甲 、、乙,\n丙、"]
)
def test_names_are_separated_in_every_way_offices_do(written: str) -> None:
    assert split_names(written) == ("甲", "乙", "丙")


def test_a_name_written_twice_counts_once() -> None:
    assert split_names("甲、乙、甲") == ("甲", "乙")


# --- what is repeated of a cell ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "＠x", "=HYPERLINK(1)"]
)
def test_text_that_a_spreadsheet_might_run_is_recognised(text: str) -> None:
    assert looks_like_formula(text)
    assert forbidden(text) is not None


@pytest.mark.parametrize("text", ["-5", "+5", "-0.5", "+12%", "", " ", "甲=乙", "1-2", "5个工作日", "\n\n"])
def test_numbers_and_ordinary_text_are_no_formulas(text: str) -> None:
    assert not looks_like_formula(text)


@given(st.text(max_size=400))
def test_whatever_is_repeated_is_short_visible_and_no_formula(text: str) -> None:
    echo = harmless(text)
    assert len(echo) <= ECHO_LONGEST + 1
    assert echo.isprintable()
    assert not looks_like_formula(echo)


def test_direction_marks_cannot_turn_an_echo_around() -> None:
    assert harmless("甲\u202e乙\u0000丙\u200b") == "甲乙丙"


def test_a_formula_is_never_repeated() -> None:
    assert "=" not in shown(Special.FORMULA)
    assert plain_text(Special.FORMULA) == ""


@given(VALUES)
def test_every_value_has_a_text(value: Value) -> None:
    assert isinstance(plain_text(value), str)
    assert shown(value).isprintable()


def test_values_read_as_an_office_sees_them() -> None:
    at_nine = datetime(2026, 5, 11, 9)  # noqa: DTZ001 - a date cell has no zone
    assert [plain_text(value) for value in (20.0, 1.5, True, MAY_11, at_nine, " 甲\u200b ")] == [
        "20", "1.5", "TRUE", "2026-05-11", "2026-05-11 09:00:00", "甲",
    ]  # fmt: skip


def test_a_minus_before_a_number_is_a_slip_and_not_a_formula() -> None:
    assert is_negative_amount("-5个工作日")
    assert not is_negative_amount("-A1")


def test_names_are_compared_without_regard_to_width_case_and_space() -> None:
    assert folded(" Ａ局（本级）\u200b ") == folded("a局(本级)")


def test_cells_are_named_as_a_spreadsheet_names_them() -> None:
    assert [cell_name(6, 4), cell_name(0, 25), cell_name(0, 26), cell_name(0, 701), cell_name(0, 702)] == [
        "E7", "Z1", "AA1", "ZZ1", "AAA1",
    ]  # fmt: skip
