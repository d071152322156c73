"""Which matters a ledger registers, and which rows are sent back with which reason."""

import json
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.layout import REQUIRED
from intake.ledger import Column, LedgerError, read_ledger, source_key
from intake.problems import FaultKind, SheetError, cell_name
from intake.rows import TEXT_LONGEST, TITLE_LONGEST
from models.directory import Organ
from models.messages import Registration
from policies.deadlines import SHANGHAI
from tests.intake.sheets import (
    DATA,
    HEADER,
    OFFICE,
    ORGANS,
    a_row,
    csv_bytes,
    read,
    read_rows,
    saved,
    the_fault,
    xlsx,
)


def refusal(rows: Sequence[Sequence[Any]], office: str | None = OFFICE) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        read(xlsx(rows), office)
    return caught.value


def registered(*rows: Sequence[Any], merged: Sequence[str] = ()) -> list[Registration]:
    ledger = read_rows(*rows, merged=merged)
    assert ledger.faults == ()
    return [row.registration for row in ledger.rows]


def warned(rows: Sequence[Sequence[Any]], merged: Sequence[str] = ()) -> list[tuple[str, str]]:
    return [(warning.where, warning.text.en) for warning in read(xlsx(rows, merged)).warnings]


# --- the samples ------------------------------------------------------------------------------------------------------


def test_the_sample_workbook_and_the_sample_csv_register_the_same_48_matters() -> None:
    workbook = read_ledger(DATA / "ledger.xlsx", ORGANS)
    text = read_ledger(DATA / "ledger.csv", ORGANS, office=OFFICE)
    assert [row.registration for row in workbook.rows] == [row.registration for row in text.rows]
    assert [row.number for row in workbook.rows] == [str(number) for number in range(1, 49)]
    assert workbook.faults == text.faults == ()
    assert workbook.warnings == text.warnings == ()


def test_the_lines_around_the_sample_table_are_understood() -> None:
    ledger = read_ledger(DATA / "ledger.xlsx", ORGANS)
    assert (ledger.source, ledger.sheet) == ("ledger.xlsx", "督办台账")
    assert (ledger.office, ledger.reported_on) == (OFFICE, date(2026, 5, 18))


def test_a_row_of_the_sample_becomes_a_registration_with_every_column_in_its_place() -> None:
    row = read_ledger(DATA / "ledger.xlsx", ORGANS).rows[2]
    assert row.model_dump(exclude={"registration"}) == {
        "row": 6, "number": "3", "document": "001_3ec5052f7fc621bf", "lead_head": "区自然资源局长",
        "lead_handler": "区自然资源局承办岗",
    }  # fmt: skip
    assert row.registration == Registration(
        message_id=source_key(row.registration),
        title="严厉打击私挖滥采专项行动",
        lead="区自然资源局",
        office="区政府督查室",
        leader="区长",
        co=("区公安局", "区应急局"),
        limit="30wd",
        basis="领导批示",
        urgency="特急",
        report_every="weekly",
        requirement="发现一起,查处一起",
        public=True,
        remark="立项依据:001_3ec5052f7fc621bf",
        assigned_at=datetime(2026, 5, 11, 8, 30, tzinfo=SHANGHAI),
    )


def test_every_kind_of_limit_in_the_sample_is_read() -> None:
    limits = {row.number: row.registration.limit for row in read_ledger(DATA / "ledger.xlsx", ORGANS).rows}
    assert [limits[number] for number in ("1", "2", "11", "13", "22", "39", "45", "48")] == [
        "60wd", "2026-12-31", "2026-10-31", "2026-12-15", "10d", "15wd", "3mo", "60d",
    ]  # fmt: skip


def test_exactly_the_bad_rows_of_the_faulty_sample_are_reported_each_with_cell_value_and_reason() -> None:
    ledger = read_ledger(DATA / "ledger-faulty.xlsx", ORGANS, office=OFFICE)
    assert [row.number for row in ledger.rows] == ["1", "8", "12"]
    assert [(fault.number, fault.row, fault.cell, fault.column, fault.value, fault.kind, fault.reason.zh)
            for fault in ledger.faults] == [
        ("2", 3, "B3", "督办事项", "", FaultKind.MISSING, "缺少督办事项"),
        ("3", 4, "E4", "牵头单位", "区不存在局", FaultKind.UNKNOWN_ORGAN, "单位名录中没有该单位"),
        ("4", 5, "J5", "办结时限", "2026-06-01", FaultKind.LIMIT_BEFORE_ASSIGNMENT, "时限早于交办(2026-06-10)"),
        ("5", 6, "I6", "交办日期", "2026-02-30", FaultKind.BAD_DATE, "没有这一天"),
        ("6", 7, "J7", "办结时限", "尽快", FaultKind.BAD_LIMIT, "时限读不懂"),
        ("7", 8, "F8", "协办单位", "区财政局、区审计局", FaultKind.LEAD_IS_CO_HANDLER,
         "牵头单位区财政局不能同时是协办单位"),
        ("9", 10, "B10", "督办事项", "正常事项一", FaultKind.DUPLICATE, "与第 2 行(序号 1)重复:同一牵头单位的同名事项"),
        ("10", 11, "B11", "督办事项", "(公式 formula)", FaultKind.FORMULA, "单元格是公式,公式不会被计算"),
        ("11", 12, "J12", "办结时限", "'-5个工作日", FaultKind.BAD_LIMIT, "时限必须大于零"),
    ]  # fmt: skip


def test_a_formula_leaves_no_trace_in_what_is_reported() -> None:
    told = read_ledger(DATA / "ledger-faulty.xlsx", ORGANS, office=OFFICE).model_dump_json()
    assert "HYPERLINK" not in told
    assert "example.invalid" not in told
    assert {fault["accepted"]["zh"] for fault in json.loads(told)["faults"]} > {"不能留空"}


# --- where the table is -----------------------------------------------------------------------------------------------


def test_columns_may_stand_in_any_order_and_carry_marks() -> None:
    shuffled = list(reversed(HEADER))
    marked = [f" *{name}\n(必填)：" if name == "督办事项" else name for name in shuffled]
    plain = registered(a_row())
    assert [row.registration for row in read(xlsx([marked, list(reversed(a_row()))])).rows] == plain


def test_optional_columns_may_be_left_out() -> None:
    columns = ["督办事项", "牵头单位", "交办日期", "办结时限"]
    ledger = read(xlsx([columns, ["治理教育乱收费", "区教育局", "2026-06-01", "5日"]]))
    assert ledger.rows[0].number is None
    assert ledger.rows[0].registration.basis is None
    assert ledger.rows[0].registration.urgency is None


def test_an_unknown_column_is_named_and_not_read() -> None:
    rows = [[*HEADER, "分管领导", "=1+1x"], [*a_row(), "=HYPERLINK()", "甲"]]
    assert warned(rows) == [("P1", "unknown column, not read: 分管领导")]
    assert len(read(xlsx(rows)).rows) == 1


@pytest.mark.parametrize("column", ["督办事项", "牵头单位", "交办日期", "办结时限"])
def test_a_missing_required_column_refuses_the_ledger_by_name(column: str) -> None:
    at = HEADER.index(column)
    rows = [[*row[:at], *row[at + 1 :]] for row in (HEADER, a_row())]
    assert refusal(rows).why.zh == f"第 1 行的表头缺少必需的列:{column}"


def test_a_column_that_occurs_twice_refuses_the_ledger_naming_both_cells() -> None:
    assert refusal([[*HEADER, "牵头单位"], a_row()]).why.en == "the column 牵头单位 occurs twice: E1, P1"


def test_a_file_without_header_is_refused_with_the_names_it_should_have() -> None:
    error = refusal([["这里", "没有", "表头"]])
    assert "已查看工作表:台账" in error.why.zh
    assert "督办事项、牵头单位、交办日期、办结时限" in error.why.zh


def test_the_first_sheet_with_a_header_is_read_and_named() -> None:
    ledger = read(xlsx([["填表说明"]], also={"五月": [HEADER, a_row()], "六月": [HEADER, a_row(), a_row()]}))
    assert ledger.sheet == "五月"
    assert len(ledger.rows) == 1


def test_title_rows_and_a_two_row_header_with_merged_names_are_understood() -> None:
    upper = ["序号", "督办事项", "责任单位", None, "交办日期", "办结时限"]
    lower = [None, None, "牵头单位", "协办单位", None, None]
    row = [1, "治理教育乱收费", "区教育局", "区财政局", "2026-06-01", "5日"]
    ledger = read(
        xlsx([["某区台账"], upper, lower, row], merged=["A1:F1", "A2:A3", "B2:B3", "C2:D2", "E2:E3", "F2:F3"])
    )
    assert ledger.faults == ()
    assert ledger.warnings == ()
    assert (ledger.rows[0].row, ledger.rows[0].registration.co) == (4, ("区财政局",))


# --- which rows are matters -------------------------------------------------------------------------------------------


def test_a_total_row_and_blank_rows_are_no_matters() -> None:
    ledger = read_rows(a_row(), [], [None, "  "], [None, "合计", "1项"], [])
    assert len(ledger.rows) == 1
    assert ledger.warnings == ()


@pytest.mark.parametrize("total", [[None, "合计", "3项"], ["合计:3项"], ["总计", None, "共3件"], ["共计3"]])
def test_a_total_that_disagrees_with_the_rows_is_told(total: list[Any]) -> None:
    assert warned([HEADER, a_row(), total]) == [("3", "the total says 3, there are 1 rows")]


def test_a_subtotal_is_not_compared() -> None:
    assert warned([HEADER, a_row(), ["小计", "3项"]]) == []


def test_a_matter_below_the_total_row_is_not_lost() -> None:
    below = a_row({Column.NUMBER: 2, Column.TITLE: "补报事项"})
    assert [row.number for row in read_rows(a_row(), ["合计", "2项"], below).rows] == ["1", "2"]


def test_a_heading_between_rows_is_named_and_not_read() -> None:
    rows = [HEADER, ["一、教育类"], a_row(), ["专项工作"]]
    assert warned(rows, merged=["A4:O4"]) == [
        ("2", "taken for a heading, not read: 一、教育类"),
        ("4", "taken for a heading, not read: 专项工作"),
    ]


def test_remarks_below_the_table_are_named_and_not_read() -> None:
    rows = [HEADER, a_row(), ["填报人:承办岗", None, "审核人:主任"], ["注:以上时限为工作日"]]
    assert [text for _, text in warned(rows)] == [
        "taken for a note, not read: 填报人:承办岗",
        "taken for a note, not read: 注:以上时限为工作日",
    ]


def test_rows_of_a_form_that_hold_nothing_but_their_number_are_blank() -> None:
    assert warned([HEADER, a_row(), [2], [3], ["=ROW()-1"]]) == [
        ("3..5", "3 rows with nothing but a number, taken for blank")
    ]


def test_a_header_repeated_on_every_printed_page_is_no_matter() -> None:
    other = a_row({Column.TITLE: "另一事项"})
    assert len(registered(a_row(), HEADER, other)) == 2


def test_a_row_with_nothing_but_a_title_is_a_matter_with_faults_and_not_overlooked() -> None:
    ledger = read_rows([1, "只有名称"])
    assert [(fault.cell, fault.kind) for fault in ledger.faults] == [
        ("E2", FaultKind.MISSING),
        ("I2", FaultKind.MISSING),
    ]


def test_a_value_merged_over_several_rows_holds_for_each_of_them() -> None:
    second = a_row({Column.TITLE: "第二项", Column.LEAD: None, Column.LEAD_HEAD: None, Column.ASSIGNED: None})
    both = registered(a_row(), second, merged=["E2:E3", "I2:I3"])
    assert [one.lead for one in both] == ["区教育局", "区教育局"]
    assert both[0].assigned_at == both[1].assigned_at


def test_a_fault_in_a_merged_value_names_the_cell_that_holds_it() -> None:
    second = a_row({Column.TITLE: "第二项", Column.LEAD: None})
    ledger = read_rows(a_row({Column.LEAD: "区无此局"}), second, merged=["E2:E3"])
    assert [(fault.row, fault.cell) for fault in ledger.faults] == [(2, "E2"), (3, "E2")]


def test_a_matter_that_takes_two_merged_rows_is_registered_once() -> None:
    merged = [f"{cell_name(1, column)}:{cell_name(2, column)}" for column in range(len(HEADER))]
    assert len(registered(a_row(), [], merged=merged)) == 1


def test_a_ledger_without_matters_says_so() -> None:
    assert warned([HEADER]) == [("1", "no matters below the header")]


# --- who hands it in --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        ["填报单位:区政府办公室"],
        ["填报单位：区政府办公室(盖章)   填报日期：2026年5月18日"],
        ["填报单位(盖章):", None, "区政府办公室"],
        [None, "填报单位", "区政府办公室"],
        ["报送单位: 区政府办公室（公章）", "填报人:承办岗"],
    ],
)
def test_the_reporting_office_is_found_however_its_line_is_written(line: list[Any]) -> None:
    ledger = read(xlsx([["台账"], line, HEADER, a_row()]))
    assert ledger.office == ledger.rows[0].registration.office == "区政府办公室"


def test_a_reporting_office_below_the_table_counts_too() -> None:
    assert read(xlsx([HEADER, a_row(), ["填报单位:区政府办公室"]])).office == "区政府办公室"


def test_the_office_of_the_settings_stands_in_where_the_file_names_none() -> None:
    ledger = read(xlsx([HEADER, a_row()]), "区政府办公室")
    assert ledger.office is None
    assert ledger.rows[0].registration.office == "区政府办公室"


def test_the_leader_is_the_head_of_the_organ_above_the_office() -> None:
    organs = [
        Organ(name="市政府", head="市长", handler="市政府承办岗"),
        Organ(name="市督查室", head="市督查室主任", handler="市督查室承办岗", parent="市政府"),
        Organ(name="区教育局", head="区教育局长", handler="区教育局承办岗"),
    ]
    ledger = read_ledger(xlsx([HEADER, a_row()]), organs, office="市督查室")
    assert ledger.rows[0].registration.leader == "市长"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (["填报单位:区无此室"], "A1 的填报单位不在单位名录中:区无此室"),
        (["填报单位:", "=B9"], "B1 的填报单位是公式"),
        (["填报单位:区教育局", "填报单位:区政府督查室"], "填报单位不止一个:区教育局、区政府督查室(A1、B1)"),
        (["填报单位:市政府"], "市政府没有上级单位,无法确定批准领导"),
    ],
)
def test_an_office_that_cannot_be_told_refuses_the_ledger(line: list[Any], why: str) -> None:
    assert refusal([line, HEADER, a_row()]).why.zh == why


def test_a_ledger_of_nobody_is_refused_with_the_way_to_name_the_office() -> None:
    error = refusal([HEADER, a_row()], office=None)
    assert error.why.zh == "没有填报单位,也没有默认督办单位"
    assert "填报单位:单位名称" in error.advice.zh
    assert "默认督办单位不在单位名录中" in refusal([HEADER, a_row()], office="无此室").why.zh


@pytest.mark.parametrize("line", [["填报日期:不详"], ["填报日期:", "=TODAY()"]])
def test_a_reporting_date_that_cannot_be_read_is_told_and_not_guessed(line: list[Any]) -> None:
    ledger = read(xlsx([line, HEADER, a_row()]))
    assert ledger.reported_on is None
    assert [warning.text.zh for warning in ledger.warnings] == ["填报日期读不懂,未采用"]


# --- what a row says --------------------------------------------------------------------------------------------------


def test_an_assignment_without_a_time_was_made_when_offices_opened() -> None:
    for written in ("2026-06-01", date(2026, 6, 1), datetime(2026, 6, 1)):  # noqa: DTZ001 - cells have no zone
        assert registered(a_row({Column.ASSIGNED: written}))[0].assigned_at == datetime.combine(
            date(2026, 6, 1), time(8, 30), SHANGHAI
        )


def test_an_assignment_with_a_time_keeps_it() -> None:
    assert registered(a_row({Column.ASSIGNED: "2026-06-01 16:05"}))[0].assigned_at == datetime(
        2026, 6, 1, 16, 5, tzinfo=SHANGHAI
    )


def test_a_blank_limit_is_fifteen_working_days() -> None:
    assert registered(a_row({Column.LIMIT: None}))[0].limit == "15wd"


def test_a_limit_on_the_day_of_assignment_is_not_before_it() -> None:
    assert registered(a_row({Column.LIMIT: "2026-06-01"}))[0].limit == "2026-06-01"


def test_a_limit_that_ended_before_the_hour_of_assignment_lies_before_it() -> None:
    fault = the_fault(read_rows(a_row({Column.ASSIGNED: "2026-06-01 18:00", Column.LIMIT: "2026-06-01"})))
    assert fault.kind is FaultKind.LIMIT_BEFORE_ASSIGNMENT
    assert "2026-06-01" in fault.accepted.en


def test_a_limit_on_a_day_off_counts_from_the_working_day_it_moves_to() -> None:
    saturday = {Column.ASSIGNED: "2026-06-06 19:00", Column.LIMIT: "2026-06-06"}
    assert registered(a_row(saturday))[0].limit == "2026-06-06"


def test_a_dash_or_the_word_for_none_in_an_optional_cell_says_nothing() -> None:
    blank = registered(a_row({Column.BASIS: None, Column.URGENCY: None, Column.PUBLIC: None}))
    optional = [column for column in Column if column not in (*REQUIRED, Column.NUMBER, Column.FREQUENCY)]
    for nothing in ("-", "—", "——", "/", "无", "－"):
        assert registered(a_row(dict.fromkeys(optional, nothing))) == blank


def test_a_dash_in_a_required_cell_is_no_way_to_leave_it_blank() -> None:
    assert the_fault(read_rows(a_row({Column.LIMIT: "/"}))).kind is FaultKind.BAD_LIMIT
    assert the_fault(read_rows(a_row({Column.LEAD: "无"}))).kind is FaultKind.UNKNOWN_ORGAN


def test_organs_are_registered_under_their_name_in_the_directory() -> None:
    written = {Column.LEAD: " 区教育局\u200b", Column.CO: "区 财政局；区审计局\n区财政局"}
    registration = registered(a_row(written))[0]
    assert (registration.lead, registration.co) == ("区教育局", ("区财政局", "区审计局"))


def test_the_document_a_matter_rests_on_and_the_remark_are_both_kept() -> None:
    written = {Column.DOCUMENT: "区府办〔2026〕1号", Column.REMARK: "第一行\r\n第二行"}
    assert registered(a_row(written))[0].remark == "立项依据:区府办〔2026〕1号\n第一行\n第二行"


def test_the_head_of_the_lead_may_be_the_responsible_post() -> None:
    assert registered(a_row({Column.LEAD_HANDLER: "区教育局长"}))[0].responsible is None


def test_line_breaks_in_a_title_become_spaces() -> None:
    assert registered(a_row({Column.TITLE: "治理\n教育乱收费"}))[0].title == "治理 教育乱收费"


def test_a_number_is_a_title_like_any_other() -> None:
    assert registered(a_row({Column.TITLE: 12345}))[0].title == "12345"


@pytest.mark.parametrize(
    ("column", "value", "kind", "cell"),
    [
        (Column.TITLE, None, FaultKind.MISSING, "B2"),
        (Column.LEAD, None, FaultKind.MISSING, "E2"),
        (Column.ASSIGNED, None, FaultKind.MISSING, "I2"),
        (Column.TITLE, "甲" * (TITLE_LONGEST + 1), FaultKind.TOO_LONG, "B2"),
        (Column.REQUIREMENT, "甲" * (TEXT_LONGEST + 1), FaultKind.TOO_LONG, "N2"),
        (Column.NUMBER, "=ROW()-1", FaultKind.FORMULA, "A2"),
        (Column.TITLE, "=1+1", FaultKind.FORMULA, "B2"),
        (Column.REMARK, "@SUM(1)", FaultKind.FORMULA, "O2"),
        (Column.REQUIREMENT, "- 第一点", FaultKind.FORMULA, "N2"),
        (Column.LIMIT, "+5个工作日", FaultKind.FORMULA, "J2"),
        (Column.LEAD, "区教育局、区财政局", FaultKind.SEVERAL_LEADS, "E2"),
        (Column.LEAD, "教育局", FaultKind.UNKNOWN_ORGAN, "E2"),
        (Column.CO, "区财政局、区无此局", FaultKind.UNKNOWN_ORGAN, "F2"),
        (Column.CO, "区教育局", FaultKind.LEAD_IS_CO_HANDLER, "F2"),
        (Column.LEAD_HEAD, "区财政局长", FaultKind.UNKNOWN_POST, "G2"),
        (Column.LEAD_HEAD, "区教育局承办岗", FaultKind.UNKNOWN_POST, "G2"),
        (Column.LEAD_HANDLER, "承办岗", FaultKind.UNKNOWN_POST, "H2"),
        (Column.ASSIGNED, "六月一日", FaultKind.BAD_DATE, "I2"),
        (Column.ASSIGNED, 46174, FaultKind.BAD_DATE, "I2"),
        (Column.ASSIGNED, "1999-06-01", FaultKind.BEYOND_CALENDAR, "I2"),
        (Column.ASSIGNED, "2199-06-01", FaultKind.BEYOND_CALENDAR, "I2"),
        (Column.LIMIT, "2199-06-01", FaultKind.BEYOND_CALENDAR, "J2"),
        (Column.LIMIT, 20, FaultKind.BAD_LIMIT, "J2"),
        (Column.LIMIT, "2026-05-29", FaultKind.LIMIT_BEFORE_ASSIGNMENT, "J2"),
        (Column.FREQUENCY, "每天", FaultKind.UNKNOWN_WORD, "K2"),
        (Column.URGENCY, "加急", FaultKind.UNKNOWN_WORD, "L2"),
        (Column.PUBLIC, "是", FaultKind.UNKNOWN_WORD, "M2"),
    ],
)
def test_a_cell_that_cannot_be_accepted_is_named_with_value_reason_and_what_would_be(
    column: Column, value: Any, kind: FaultKind, cell: str
) -> None:
    ledger = read_rows(a_row({column: value}))
    fault = the_fault(ledger)
    assert ledger.rows == ()
    assert (fault.kind, fault.cell, fault.column, fault.row) == (kind, cell, column.value, 2)
    assert fault.reason.zh
    assert fault.reason.en
    assert fault.accepted.zh
    assert fault.accepted.en


def test_an_error_value_is_a_fault_and_not_a_blank() -> None:
    book = openpyxl.Workbook()
    for row in (HEADER, a_row()):
        book.worksheets[0].append(row)
    book.worksheets[0]["F2"] = "#N/A"
    fault = the_fault(read(saved(book)))
    assert (fault.kind, fault.cell, fault.value) == (FaultKind.ERROR_VALUE, "F2", "(错误值 error value)")


def test_control_characters_are_refused_wherever_they_come_from() -> None:
    data = csv_bytes([HEADER, a_row({Column.TITLE: "甲\x07乙"})])
    assert the_fault(read(data)).kind is FaultKind.CONTROL_CHARACTER


def test_a_text_that_starts_like_a_formula_is_refused_in_a_csv_too() -> None:
    for text in ("=1+1", "\t=1", "\r=1", "+1+1", "@x"):
        assert the_fault(read(csv_bytes([HEADER, a_row({Column.TITLE: text})]))).kind is FaultKind.FORMULA


def test_every_fault_of_a_row_is_reported_in_the_order_of_its_cells() -> None:
    ledger = read_rows(
        a_row(
            {
                Column.LIMIT: "尽快",
                Column.TITLE: None,
                Column.CO: "区无此局",
                Column.URGENCY: "加急",
                Column.LEAD: "无此局",
            }
        )
    )
    assert [fault.cell for fault in ledger.faults] == ["B2", "E2", "F2", "J2", "L2"]
    assert {fault.row for fault in ledger.faults} == {2}


def test_a_good_row_is_registered_whatever_stands_around_it() -> None:
    bad = a_row({Column.TITLE: "另一项", Column.LIMIT: "尽快"})
    assert [row.row for row in read_rows(bad, a_row(), bad).rows] == [3]


# --- the same matter twice --------------------------------------------------------------------------------------------


def test_the_same_title_for_the_same_lead_is_a_fault_of_the_later_row_and_names_the_earlier() -> None:
    ledger = read_rows(a_row(), a_row({Column.NUMBER: 2, Column.TITLE: "治理教育 乱收费", Column.LIMIT: "5日"}))
    fault = the_fault(ledger)
    assert [row.row for row in ledger.rows] == [2]
    assert (fault.row, fault.cell, fault.kind) == (3, "B3", FaultKind.DUPLICATE)
    assert fault.reason.en == "the same lead and title as row 2 (no. 1)"


def test_the_same_title_for_another_lead_is_another_matter() -> None:
    other = a_row({Column.LEAD: "区财政局", Column.LEAD_HEAD: None, Column.LEAD_HANDLER: None})
    assert len(registered(a_row(), other)) == 2


def test_a_repetition_is_told_even_when_the_earlier_row_is_at_fault_itself() -> None:
    ledger = read_rows(a_row({Column.LIMIT: "尽快"}), a_row())
    assert [(fault.row, fault.kind) for fault in ledger.faults] == [
        (2, FaultKind.BAD_LIMIT),
        (3, FaultKind.DUPLICATE),
    ]


def test_a_matter_has_the_same_key_in_whatever_file_and_order_it_comes() -> None:
    first, second = a_row(), a_row({Column.TITLE: "另一项"})
    keys = {one.message_id for one in registered(first, second)}
    assert {row.registration.message_id for row in read(csv_bytes([HEADER, second, first], "gbk")).rows} == keys
    reworded = a_row({Column.LIMIT: "5日", Column.ASSIGNED: "2026年6月1日 10:00", Column.REMARK: "改"})
    assert registered(reworded)[0].message_id in keys


@pytest.mark.parametrize(
    "change",
    [{"office": "区政府办公室"}, {"lead": "区财政局"}, {"title": "另一项"},
     {"assigned_at": datetime(2026, 6, 2, 8, 30, tzinfo=SHANGHAI)}],
)  # fmt: skip
def test_another_office_lead_title_or_day_makes_another_key(change: dict[str, Any]) -> None:
    registration = registered(a_row())[0]
    assert source_key(registration.model_copy(update=change)) != source_key(registration)


def test_a_key_cannot_be_made_to_collide_by_moving_text_between_its_parts() -> None:
    registration = registered(a_row())[0]
    one = registration.model_copy(update={"lead": "甲\x1f乙", "title": "丙"})
    other = registration.model_copy(update={"lead": "甲", "title": "乙\x1f丙"})
    assert source_key(one) != source_key(other)


def test_the_key_is_the_one_that_running_matters_were_launched_under() -> None:
    row = read_ledger(DATA / "ledger.xlsx", ORGANS).rows[0]
    assert row.registration.message_id == "ledger-61ef082967dc0c919342b86b8b5f0ef7"


# --- whatever is written ----------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["", "区教育局", "区财政局", "合计", "一、甲", "注:乙", "2026-06-01", "2026-02-30", "5日", "尽快", "-5日", "=1",
     "每月", "平件", "公开", "填报单位:区政府督查室", "督办事项", "牵头单位", "\n", "1"]
)  # fmt: skip


@settings(max_examples=200)
@given(st.lists(st.lists(st.one_of(WORDS, st.text(max_size=8)), max_size=len(HEADER)), max_size=6))
def test_no_text_in_any_cell_loses_a_row_or_causes_anything_but_a_declared_error(rows: list[list[str]]) -> None:
    try:
        ledger = read(csv_bytes([HEADER, *rows]))
    except (SheetError, LedgerError):
        return
    registered_rows = [row.row for row in ledger.rows]
    faulty_rows = {fault.row for fault in ledger.faults}
    assert not faulty_rows & set(registered_rows)
    assert len(set(registered_rows)) == len(registered_rows)
    assert all(1 < row <= len(rows) + 1 for row in (*registered_rows, *faulty_rows))
    for number, row in enumerate(rows, start=2):
        if any(cell.strip() for cell in row[:15]) and number not in {*registered_rows, *faulty_rows}:
            assert _told(ledger.warnings, number) or _is_aside(row), row


def _told(warnings: Sequence[Any], number: int) -> bool:
    for warning in warnings:
        first, _, last = warning.where.partition("..")
        if first.isdigit() and int(first) <= number <= int(last or first):
            return True
    return False


def _is_aside(row: list[str]) -> bool:
    """Whether only invisible characters, a total or the names of the columns stand in the row."""
    return any("合计" in cell for cell in row) or not any(cell.isprintable() and cell.strip() for cell in row)
