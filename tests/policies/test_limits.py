"""Which limits can be written, and how far may each be extended?"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.limits import LONGEST, Limit, LimitError, Unit, extended, parse_limit

ASSIGNED = date(2026, 3, 2)


def extend(original: str, by: str) -> str:
    return extended(parse_limit(original), parse_limit(by), ASSIGNED).text


def answer_to(text: str) -> Limit | LimitError:
    try:
        return parse_limit(text)
    except LimitError as refused:
        return refused


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("15wd", Limit(Unit.WORKING_DAYS, 15)),
        ("0.5wd", Limit(Unit.HALF_DAY, 1)),
        ("10d", Limit(Unit.DAYS, 10)),
        ("2w", Limit(Unit.WEEKS, 2)),
        ("3mo", Limit(Unit.MONTHS, 3)),
        ("48h", Limit(Unit.HOURS, 48)),
        ("same-day", Limit(Unit.SAME_DAY, 1)),
        ("2026-06-30", Limit(Unit.DATE, 0, date(2026, 6, 30))),
        ("2028-02-29", Limit(Unit.DATE, 0, date(2028, 2, 29))),
    ],
)
def test_each_form_is_read_and_written_back_the_same(text: str, limit: Limit) -> None:
    assert parse_limit(text) == limit
    assert limit.text == text


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "15", "wd", "0wd", "00wd", "05d", "-3d", "+3d", "1.5wd", "0.5d", "0.50wd", "15 wd", " 15wd", "15wd\n",
        "15WD", "15工作日", "15日", "1e3d", "3m", "1y", "１５wd", "٣wd", "same day", "当日", "2026-6-30", "2026/06/30",
        "2026-02-29", "2026-13-01", "2026-00-10", "0000-01-01", "1948-12-31", "2201-01-01", "2026-06-30T18:00",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_what_is_accepted(text: str) -> None:
    with pytest.raises(LimitError) as refused:
        parse_limit(text)
    assert refused.value.text == text
    assert refused.value.accepted
    assert " / " in refused.value.why


@pytest.mark.parametrize("unit", [Unit.WORKING_DAYS, Unit.DAYS, Unit.WEEKS, Unit.MONTHS, Unit.HOURS])
def test_ten_years_are_the_longest_limit(unit: Unit) -> None:
    assert parse_limit(f"{LONGEST[unit]}{unit}").number == LONGEST[unit]
    for number in (LONGEST[unit] + 1, 10**30, int("9" * 4000)):
        with pytest.raises(LimitError, match="十年"):
            parse_limit(f"{number}{unit}")


@given(st.text())
def test_no_text_is_answered_by_anything_but_a_limit_or_a_refusal(text: str) -> None:
    assert answer_to(text).text == text


@given(st.sampled_from(["wd", "d", "w", "mo", "h"]), st.integers(1, 120))
def test_numbered_limits_round_trip(unit: str, number: int) -> None:
    assert parse_limit(f"{number}{unit}").text == f"{number}{unit}"


@pytest.mark.parametrize(
    ("original", "by", "total"),
    [
        ("20wd", "20wd", "40wd"),
        ("5wd", "1wd", "6wd"),
        ("10d", "10d", "20d"),
        ("2w", "1w", "3w"),
        ("3mo", "3mo", "6mo"),
        ("48h", "24h", "72h"),
        ("0.5wd", "0.5wd", "1wd"),
        ("2026-03-12", "2026-03-13", "2026-03-13"),
        ("2026-03-12", "2026-03-22", "2026-03-22"),
    ],
)
def test_an_extension_is_added_to_the_original(original: str, by: str, total: str) -> None:
    assert extend(original, by) == total


@pytest.mark.parametrize(
    ("original", "by"),
    [
        ("5wd", "6wd"),
        ("5wd", "3d"),
        ("5wd", "0.5wd"),
        ("1w", "7d"),
        ("1mo", "30d"),
        ("48h", "2d"),
        ("0.5wd", "1wd"),
        ("same-day", "same-day"),
        ("same-day", "1d"),
        ("5wd", "2026-04-01"),
        ("2026-03-12", "5d"),
        ("2026-03-12", "2026-03-12"),
        ("2026-03-12", "2026-03-11"),
        ("2026-03-12", "2026-03-23"),
        ("2026-03-02", "2026-03-03"),
        ("2026-03-01", "2026-03-02"),
        ("120mo", "1mo"),
        ("2400wd", "101wd"),
    ],
)
def test_an_extension_longer_than_the_original_or_in_another_unit_is_refused(original: str, by: str) -> None:
    with pytest.raises(LimitError) as refused:
        extend(original, by)
    assert refused.value.text == by


@pytest.mark.parametrize(
    ("original", "by", "accepted"),
    [
        ("5wd", "6wd", "1wd..5wd"),
        ("5wd", "3d", "1wd..5wd"),
        ("2400wd", "101wd", "1wd..100wd"),
        ("120mo", "1mo", ""),
        ("same-day", "same-day", ""),
        ("0.5wd", "1wd", "0.5wd"),
        ("2026-03-12", "2026-03-23", "2026-03-13..2026-03-22"),
        ("2026-03-12", "5d", "2026-03-13..2026-03-22"),
        ("2026-03-02", "2026-03-03", ""),
    ],
)
def test_a_refused_extension_says_which_would_do(original: str, by: str, accepted: str) -> None:
    with pytest.raises(LimitError) as refused:
        extend(original, by)
    assert refused.value.accepted == accepted


@given(st.sampled_from(["wd", "d", "w", "mo", "h"]), st.integers(1, 60), st.integers(1, 60))
def test_what_an_extension_gives_can_be_written_and_read(unit: str, number: int, more: int) -> None:
    if more > number:
        with pytest.raises(LimitError):
            extend(f"{number}{unit}", f"{more}{unit}")
    else:
        total = extend(f"{number}{unit}", f"{more}{unit}")
        assert parse_limit(total).number == number + more
