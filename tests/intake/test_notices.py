"""A notice file is read whole, or every mistake in it is named with its line."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.notices import NOTICE_BYTES, notice_in, read_notice
from models.calendar import CalendarNotice
from policies.calendar import standard_calendar
from policies.documents import Document, DocumentError

GOOD = """\
number: 演练〔2026〕1号
date: 2026-12-30
year: 2027
days_off: [2027-01-01..2027-01-03]
workdays: [2027-01-09]
"""


def mistakes(text: str) -> list[tuple[int, str]]:
    with pytest.raises(DocumentError) as caught:
        read_notice(text.encode(), "通知.yaml")
    assert {mistake.file for mistake in caught.value.mistakes} == {"通知.yaml"}
    return [(mistake.line, mistake.where) for mistake in caught.value.mistakes]


def test_a_notice_is_read_with_its_spans_expanded_both_ends_included() -> None:
    assert read_notice(GOOD.encode()) == CalendarNotice(
        number="演练〔2026〕1号",
        date=date(2026, 12, 30),
        year=2027,
        days_off=(date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3)),
        workdays=(date(2027, 1, 9),),
    )


def test_days_may_be_listed_under_the_name_of_their_holiday() -> None:
    text = GOOD.replace("[2027-01-01..2027-01-03]", "{元旦: [2027-01-01..2027-01-02, 2027-01-03]}")
    notice = read_notice(text.encode())
    assert notice.days_off == read_notice(GOOD.encode()).days_off
    assert notice.names == {date(2027, 1, day): "元旦" for day in (1, 2, 3)}


def test_names_may_be_given_beside_the_days() -> None:
    notice = read_notice(f"{GOOD}names: {{2027-01-01..2027-01-03: 元旦, 2027-01-09: 元旦}}\n".encode())
    assert set(notice.names) == {*notice.days_off, *notice.workdays}


def test_a_single_span_needs_no_list() -> None:
    assert read_notice(GOOD.replace("[2027-01-09]", "2027-01-09").encode()).workdays == (date(2027, 1, 9),)


def test_a_notice_can_be_loaded_as_it_was_read() -> None:
    notice = read_notice(GOOD.encode(), calendar=standard_calendar())
    assert standard_calendar().with_notice(notice).is_working(date(2027, 1, 9))


def test_an_amendment_may_declare_working_what_an_earlier_notice_of_the_calendar_declared_off() -> None:
    amendment = "number: 演练〔2026〕2号\ndate: 2026-12-31\nyear: 2027\nworkdays: [2027-01-01]\n"
    calendar = standard_calendar().with_notice(read_notice(GOOD.encode()))
    assert read_notice(amendment.encode(), calendar=calendar).workdays == (date(2027, 1, 1),)
    assert mistakes(amendment) == [(4, "workdays")]


def test_the_same_notice_is_read_again_after_it_was_loaded() -> None:
    notice = read_notice(GOOD.encode())
    assert read_notice(GOOD.encode(), calendar=standard_calendar().with_notice(notice)) == notice


def test_a_notice_inside_a_larger_document_is_read_with_its_own_lines() -> None:
    text = "title: 演练\nnotice:\n" + "".join(f"  {line}\n" for line in GOOD.splitlines())
    document = Document(text, "演练.yaml")
    assert notice_in(document, document.content["notice"], ("notice",)) == read_notice(GOOD.encode())
    document = Document(text.replace("2027-01-09", "2027-01-06"), "演练.yaml")
    with pytest.raises(DocumentError) as caught:
        notice_in(document, document.content["notice"], ("notice",))
    assert str(caught.value).startswith("演练.yaml:7: notice.workdays: ")


@pytest.mark.parametrize(
    ("written", "instead", "where"),
    [
        ("2027-01-01..2027-01-03", "2027-01-03..2027-01-01", (4, "days_off.0")),
        ("2027-01-01..2027-01-03", "2027-02-30", (4, "days_off.0")),
        ("[2027-01-01..2027-01-03]", "[2027-01-01, [1]]", (4, "days_off.1")),
        ("[2027-01-01..2027-01-03]", "[2027-01-01, 2027-01-01]", (4, "days_off")),
        ("[2027-01-01..2027-01-03]", "{元旦: {a: b}}", (4, "days_off.元旦")),
        ("[2027-01-09]", "[2027-01-06]", (5, "workdays")),
        ("[2027-01-09]", "[2027-01-02]", (5, "workdays")),
        ("[2027-01-09]", "[2029-01-06]", (5, "workdays")),
        ("year: 2027", "year: 二〇二七", (3, "year")),
        ("date: 2026-12-30", "date: 30.12.2026", (2, "date")),
        ("workdays: [2027-01-09]", "names: {2027-01-09: 元旦}", (5, "names")),
        ("workdays: [2027-01-09]", "names: [元旦]", (5, "names")),
        ("workdays: [2027-01-09]", "names: {2027-01-01: [元旦]}", (5, "names.2027-01-01")),
        ("workdays: [2027-01-09]", "holidays: []", (5, "holidays")),
        ("year: 2027\n", "", (1, "year")),
    ],
)
def test_a_mistake_is_named_with_its_line(written: str, instead: str, where: tuple[int, str]) -> None:
    assert mistakes(GOOD.replace(written, instead)) == [where]


def test_all_mistakes_are_named_at_once() -> None:
    text = GOOD.replace("2027-01-09", "x").replace("2027-01-01..2027-01-03", "y, z")
    assert mistakes(text) == [(4, "days_off.0"), (4, "days_off.1"), (5, "workdays.0")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("days_off: [", 2),
        ("- 2027-01-01", 1),
        ("", 1),
        ("a: &a [x, x]\nb: [*a, *a]", 2),
        ("[" * 5000, 1),
        ("a: {a: {a: {a: {a: {a: {a: {a: {a: 1}}}}}}}}}", 1),
    ],
)
def test_a_file_that_is_no_notice_is_refused_with_its_line(text: str, line: int) -> None:
    assert next(at for at, _ in mistakes(text)) == line


def test_a_missing_a_too_large_and_a_wrongly_encoded_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"没有\.yaml:1: .*cannot be opened"):
        read_notice(tmp_path / "没有.yaml")
    with pytest.raises(DocumentError, match="larger than 64 KB"):
        read_notice(b"#" * (NOTICE_BYTES + 1))
    with pytest.raises(DocumentError, match=r":2: .*UTF-8"):
        read_notice("date: 2026-12-30\nnumber: 演练".encode("gbk"))


@given(st.one_of(st.text(max_size=60), st.text(st.sampled_from("[]{}:-&*a1 \n,.?|>'\"#2027"), max_size=40)))
def test_no_text_causes_anything_but_a_document_error(text: str) -> None:
    for content in (text, f"{GOOD}source: {text}", f"{GOOD}names: {text}"):
        try:
            notice = read_notice(content.encode("utf-8", "surrogatepass"))
        except DocumentError as error:
            assert error.mistakes  # noqa: PT017 - only what was raised can be looked at
            continue
        assert notice.days_off
