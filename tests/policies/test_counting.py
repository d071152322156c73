"""Are the counting values complete, sourced and free of contradictions, and do the switches switch?"""

import re
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest

from policies.calendar import standard_calendar
from policies.counting import (
    Closing,
    Counting,
    CountingTable,
    EffectEnd,
    LateReceipt,
    Roll,
    counting,
    standard_counting,
)
from policies.deadlines import SHANGHAI, due, effect_ends_at, explain
from policies.documents import DocumentError
from policies.limits import parse_limit

CALENDAR = standard_calendar()
COUNTING = counting(date(2026, 1, 1))
SHIPPED = Path(__file__).parents[2] / "policies" / "parameters" / "counting.yaml"


def shipped_text() -> str:
    return SHIPPED.read_text(encoding="utf-8")


def with_values(name: str, values: str) -> str:
    """The shipped file with other values for one parameter."""
    changed, count = re.subn(
        rf"(?ms)^(  {name}:\n    rule: .*?\n    unit: .*?\n    values:\n).*?(?=^  \w|\Z)",
        rf"\1{values}\n",
        shipped_text(),
    )
    assert count == 1
    return changed


def mistakes_of(text: str) -> str:
    with pytest.raises(DocumentError) as refused:
        CountingTable(text, "office.yaml")
    return str(refused.value)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_values_in_force_today() -> None:
    in_force = counting(date(2026, 11, 22))
    assert in_force == Counting(
        key="2021-01-01",
        opening=time(8, 30),
        noon=time(12),
        afternoon=time(14),
        close=time(18),
        closing=Closing.CLOSE_OF_BUSINESS,
        late_receipt=LateReceipt.KEEP_DATE,
        effect_end=EffectEnd.DAY_BEFORE,
        recurring_roll=Roll.NEXT_WORKING_DAY,
    )


def test_every_rule_has_a_value_and_a_source_on_every_day_of_the_calendar() -> None:
    for day in (CALENDAR.first, date(2017, 9, 30), date(2017, 10, 1), date(2021, 1, 1), CALENDAR.last):
        values = standard_counting().sources(day)
        assert {value.rule for value in values} == {f"R{number}" for number in range(1, 19)}
        assert all(value.source and value.unit for value in values)
        assert len({value.name for value in values}) == len(values)


@pytest.mark.parametrize(
    ("day", "source"),
    [
        ("2017-09-30", "民法通则 154 第二款"),
        ("2017-10-01", "民法总则 201"),
        ("2020-12-31", "民法总则 201"),
        ("2021-01-01", "民法典 201"),
    ],
)
def test_the_day_of_receipt_rests_on_the_law_of_its_time(day: str, source: str) -> None:
    values = standard_counting().sources(date.fromisoformat(day))
    assert [value.source for value in values if value.name == "first_counted_day"] == [source]


def test_no_rules_before_the_first_day() -> None:
    assert counting(date(2004, 1, 1)).key == "2004-01-01"
    with pytest.raises(LookupError, match="2003-12-31"):
        counting(date(2003, 12, 31))


def test_a_value_changes_on_its_day() -> None:
    text = with_values(
        "close",
        '      - {from: 2004-01-01, until: 2027-05-01, value: "18:00", source: order 1}\n'
        '      - {from: 2027-05-01, value: "17:30", source: order 2}',
    )
    table = CountingTable(text, "office.yaml")
    assert table.in_force(date(2027, 4, 30)).close == time(18)
    assert table.in_force(date(2027, 5, 1)).close == time(17, 30)
    assert table.in_force(date(2027, 5, 1)).key == "2027-05-01"


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        (
            "close",
            (
                '      - {from: 2004-01-01, until: 2027-05-02, value: "18:00", source: a}\n'
                '      - {from: 2027-05-01, value: "17:30", source: b}'
            ),
            "overlaps",
        ),
        (
            "close",
            (
                '      - {from: 2004-01-01, value: "18:00", source: a}\n'
                '      - {from: 2027-05-01, value: "17:30", source: b}'
            ),
            "overlaps",
        ),
        (
            "close",
            (
                '      - {from: 2004-01-01, until: 2027-04-30, value: "18:00", source: a}\n'
                '      - {from: 2027-05-01, value: "17:30", source: b}'
            ),
            "gap",
        ),
        ("close", '      - {from: 2004-01-01, until: 2027-05-01, value: "18:00", source: a}', "no end"),
        ("close", '      - {from: 2004-01-01, until: 2003-05-01, value: "18:00", source: a}', "ends before"),
        ("close", '      - {from: 2004-01-01, value: "18:00"}', "source"),
        ("close", '      - {from: May, value: "18:00", source: a}', "not a date"),
        ("close", '      - {from: 2004-01-01, value: "25:00", source: a}', "HH:MM"),
        ("close", '      - {from: 2004-01-01, value: "11:00", source: a}', "out of order"),
        ("close", '      - {from: 2004-01-01, value: "18:00", source: a, by: b}', "unknown key"),
        ("close", "      []", "no value"),
        ("closing", "      - {from: 2004-01-01, value: sundown, source: a}", "close_of_business, 24:00"),
        ("first_counted_day", "      - {from: 2004-01-01, value: day_of_receipt, source: a}", "cannot be switched"),
    ],
)
def test_a_file_that_contradicts_itself_or_the_law_is_refused_with_its_line(name: str, values: str, said: str) -> None:
    said_of_it = mistakes_of(with_values(name, values))
    assert said in said_of_it
    assert re.search(r"office\.yaml:\d+: ", said_of_it)


def test_an_unknown_and_a_missing_parameter_are_both_named() -> None:
    said = mistakes_of(shipped_text().replace("  noon:\n", "  lunch:\n"))
    assert "missing: noon" in said
    assert "lunch" in said


# --- what the switches do --------------------------------------------------------------------------------------------


def test_open_until_midnight_makes_the_last_day_end_at_24() -> None:
    online = replace(COUNTING, closing=Closing.MIDNIGHT)
    answer = due(parse_limit("1wd"), at("2026-03-02T09:00"), CALENDAR, online)
    assert (answer.at, answer.last_day) == (at("2026-03-04T00:00"), date(2026, 3, 3))


@pytest.mark.parametrize(
    ("received", "kept", "next_working_day"),
    [
        ("2026-03-06T18:00", "2026-03-09", "2026-03-09"),
        ("2026-03-06T18:00:01", "2026-03-09", "2026-03-10"),
        ("2026-03-07T09:00", "2026-03-09", "2026-03-10"),
        ("2026-02-14T09:00", "2026-02-24", "2026-02-24"),
        ("2026-02-20T09:00", "2026-02-24", "2026-02-25"),
    ],
)
def test_late_receipt_may_be_taken_as_received_the_next_working_day(
    received: str, kept: str, next_working_day: str
) -> None:
    strict = replace(COUNTING, late_receipt=LateReceipt.NEXT_WORKING_DAY)
    limit, started = parse_limit("1wd"), at(received)
    assert due(limit, started, CALENDAR, COUNTING).last_day == date.fromisoformat(kept)
    switched = due(limit, started, CALENDAR, strict)
    assert switched.last_day == date.fromisoformat(next_working_day)
    assert ("R7" in switched.rules) == (kept != next_working_day)
    notes = explain(limit, started, CALENDAR, strict)
    assert (notes[0].date, notes[-1].date, notes[-1].counted) == (started.date(), switched.last_day, 1)


def test_late_receipt_does_not_touch_hours_half_days_same_day_and_dates() -> None:
    strict = replace(COUNTING, late_receipt=LateReceipt.NEXT_WORKING_DAY)
    for text in ("2h", "0.5wd", "same-day", "2026-04-01"):
        limit, started = parse_limit(text), at("2026-03-07T20:00")
        assert due(limit, started, CALENDAR, strict) == due(limit, started, CALENDAR, COUNTING)


@pytest.mark.parametrize(
    ("from_on", "limit", "day_before", "corresponding"),
    [
        ("2026-03-10", "6mo", "2026-09-10T00:00", "2026-09-11T00:00"),
        ("2026-03-10", "12mo", "2027-03-10T00:00", "2027-03-11T00:00"),
        ("2024-02-29", "12mo", "2025-02-28T00:00", "2025-03-01T00:00"),
        ("2026-08-31", "6mo", "2027-02-28T00:00", "2027-03-01T00:00"),
        ("2026-09-25", "6mo", "2027-03-25T00:00", "2027-03-26T00:00"),
        ("2026-03-10", "30d", "2026-04-09T00:00", "2026-04-10T00:00"),
    ],
)
def test_an_effect_period_ends_with_the_day_before_the_corresponding_day_or_that_day(
    from_on: str, limit: str, day_before: str, corresponding: str
) -> None:
    start = date.fromisoformat(from_on)
    assert effect_ends_at(start, parse_limit(limit), COUNTING) == at(day_before)
    other = replace(COUNTING, effect_end=EffectEnd.CORRESPONDING_DAY)
    assert effect_ends_at(start, parse_limit(limit), other) == at(corresponding)
