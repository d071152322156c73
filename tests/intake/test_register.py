"""Cells of an exported register: compared whatever a spreadsheet made of them, and vouched for by their row's stamp."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.grid import Special, Value
from intake.layout import Column
from intake.ledger import open_ledger
from intake.problems import CellFault, FaultKind, looks_like_formula
from intake.register import (
    STAMPED,
    RegisterColumn,
    ReturnedRow,
    compared,
    guarded,
    printable,
    read_stamp,
    remark_cells,
    remark_of,
    stamp,
    told_text,
)
from tests.builders import at
from tests.intake.sheets import GOOD, HEADER, OFFICE, ORGANS, a_row, csv_bytes

TEXTS: dict[RegisterColumn, str] = {column: f"{column.value} 的内容" for column in STAMPED}
EXPORTED = at("2026-11-25 10:15:30")


def test_the_register_has_every_column_of_the_ledger_it_imports() -> None:
    assert {column.value for column in Column} <= {column.value for column in RegisterColumn}


def test_stamps_written_by_this_version_stay_readable() -> None:
    # Another order or name would make every exported sheet in an office look edited: add columns at the end only.
    assert [column.value for column in STAMPED] == [
        "督办事项", "事项来源", "立项依据", "牵头单位", "协办单位", "责任领导", "责任人", "交办日期", "办结时限",
        "反馈频次", "紧急程度", "公开属性", "办理要求", "备注", "督办单位", "批准领导", "环节", "灯", "升级级次",
        "到期时间", "距到期工作日", "到期情况", "延期说明", "中止说明", "在办案件", "最近记录", "最近记录时间",
        "办结时间",
    ]  # fmt: skip
    assert stamp("2026-0001", 7, EXPORTED, dict.fromkeys(TEXTS, "甲"))[:36] == "v1.20261125T101530.7.cItZHSeg0QyaLo7"


def a_cell(text: str) -> datetime:
    """A date cell: local time without a zone, which is all a sheet can hold."""
    return datetime.fromisoformat(text)


# --- comparing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (RegisterColumn.ASSIGNED, ["2026-05-11 08:30", a_cell("2026-05-11 08:30"), "2026/5/11 8:30"]),
        (RegisterColumn.ASSIGNED, ["2026-05-11 08:30", "2026年5月11日8时30分"]),
        (RegisterColumn.DUE, [a_cell("2026-05-11 00:00"), date(2026, 5, 11), "2026-05-11", "2026-05-11 00:00"]),
        (RegisterColumn.LAST_AT, ["2026-05-11 09:05", a_cell("2026-05-11 09:05:59")]),
        (RegisterColumn.LAST_AT, ["2026-05-11 09:06", a_cell("2026-05-11 09:05:59.999900")]),
        (RegisterColumn.LIMIT, ["15个工作日", "15wd", " 15 个工作日", "15工作日"]),
        (RegisterColumn.LIMIT, ["2026-06-30", date(2026, 6, 30), "2026/6/30", a_cell("2026-06-30 00:00")]),
        (RegisterColumn.FREQUENCY, ["", "一次性", None, " "]),
        (RegisterColumn.LEVEL, [2, 2.0, "2"]),
        (RegisterColumn.WORKING_DAYS, [-2, -2.0, "-2"]),
        (RegisterColumn.CO, ["区财政局、区公安局", "区财政局;区公安局", "区财政局,区公安局", "区财政局\n区公安局"]),
        (RegisterColumn.LEAD, ["区教育局", " 区 教育局", "区教育局\u200b"]),
        (RegisterColumn.TITLE, ["甲 乙", "甲  乙 ", "甲\n乙"]),
        (RegisterColumn.REMARK, ["一\n二", "一\r\n二", "一\r二 "]),
        (RegisterColumn.REMARK, ["=1+1", "'=1+1", " =1+1", "' =1+1"]),
        (RegisterColumn.REMARK, [42, 42.0, "42"]),
    ],
)  # fmt: skip
def test_the_same_content_compares_equal_however_it_is_written(column: RegisterColumn, values: list[Value]) -> None:
    assert len({compared(column, value) for value in values}) == 1


@pytest.mark.parametrize(
    ("column", "one", "other"),
    [
        (RegisterColumn.LIMIT, "15个工作日", ""),
        (RegisterColumn.LIMIT, "15个工作日", "15日"),
        (RegisterColumn.LIMIT, "15个工作日", "15"),
        (RegisterColumn.ASSIGNED, "2026-05-11 08:30", "2026-05-11"),
        (RegisterColumn.CO, "区财政局、区公安局", "区财政局"),
        (RegisterColumn.FREQUENCY, "每月", "每月底"),
        (RegisterColumn.LEVEL, 0, ""),
        (RegisterColumn.REMARK, "一\n二", "一 二"),
        (RegisterColumn.REMARK, "", Special.FORMULA),
        (RegisterColumn.REMARK, Special.ERROR, Special.FORMULA),
        (RegisterColumn.TITLE, "formula", Special.FORMULA),
    ],
)
def test_another_content_compares_unequal(column: RegisterColumn, one: Value, other: Value) -> None:
    assert compared(column, one) != compared(column, other)


@given(st.text())
def test_a_guarded_text_is_no_formula_and_is_told_as_it_was(text: str) -> None:
    text = printable(text)

    assert not looks_like_formula(guarded(text))
    assert told_text(guarded(text)) == told_text(text)


@given(st.text(max_size=40), st.text(max_size=40), st.booleans())
def test_a_remark_taken_apart_into_two_cells_is_the_same_when_put_together(one: str, other: str, marked: bool) -> None:
    remark = f"立项依据:{one}\n{other}" if marked else one + other

    assert remark_of(*remark_cells(remark)) == (remark or None)


def test_the_document_and_the_remark_of_an_import_stand_in_their_own_cells_again() -> None:
    assert remark_cells(remark_of("区政府〔2026〕3号", "抓紧")) == ("区政府〔2026〕3号", "抓紧")
    assert remark_cells(None) == ("", "")


# --- the stamp --------------------------------------------------------------------------------------------------------


def test_a_stamp_vouches_for_every_cell_as_it_was_exported() -> None:
    found = read_stamp("2026-0001", stamp("2026-0001", 17, EXPORTED, TEXTS))

    assert found is not None
    assert (found.exported_at, found.seq) == (EXPORTED, 17)
    for column in STAMPED:
        assert found.wrote(column, TEXTS[column]) is True
        assert found.wrote(column, TEXTS[column] + "x") is False
    assert found.wrote(RegisterColumn.NUMBER, "1") is None


def test_the_stamp_of_another_matter_and_a_damaged_one_are_none() -> None:
    told = stamp("2026-0001", 17, EXPORTED, TEXTS)

    assert read_stamp("2026-0002", told) is None
    for at_ in range(len(told)):
        assert read_stamp("2026-0001", told[:at_] + ("A" if told[at_] != "A" else "B") + told[at_ + 1 :]) is None


@given(st.text(max_size=300))
def test_no_text_passes_for_a_stamp(text: str) -> None:
    assert read_stamp("2026-0001", text) is None


# --- rows -------------------------------------------------------------------------------------------------------------


def returned(*rows: list[object], header: list[str]) -> list[ReturnedRow | CellFault]:
    ledger = open_ledger(csv_bytes([header, *rows]), ORGANS, office=OFFICE)
    assert ledger.exported
    return list(ledger.returned())


def test_an_offices_own_ledger_with_numbers_of_its_own_is_no_export() -> None:
    rows = [[*HEADER, "编号", "督办单位"], [*a_row(), "督办1", OFFICE]]
    ledger = open_ledger(csv_bytes(rows), ORGANS, office=OFFICE)

    assert not ledger.exported
    assert [row.registration.title for row in ledger.rows()] == [GOOD[Column.TITLE]]
    assert {warning.where for warning in ledger.warnings} == {"P1", "Q1"}


def test_an_offices_own_ledger_may_have_a_column_twice_that_is_not_read() -> None:
    ledger = open_ledger(csv_bytes([[*HEADER, "灯", "灯"], [*a_row(), "亮", "不亮"]]), ORGANS, office=OFFICE)

    assert not ledger.exported
    assert len(list(ledger.rows())) == 1
    assert {warning.where for warning in ledger.warnings} == {"P1", "Q1"}


@pytest.mark.parametrize("header", [["编号", *HEADER], ["灯", "编号", *HEADER]])
def test_a_register_that_comes_back_is_known_by_its_ids(header: list[str]) -> None:
    blank: list[object] = ["绿灯"] if header[0] == "灯" else []
    (row,) = returned([*blank, "2026-0001", *a_row()], header=header)

    assert isinstance(row, ReturnedRow)
    assert (row.matter_id, row.stamp, row.row) == ("2026-0001", None, 2)


def test_rows_without_id_are_matters_to_be_registered() -> None:
    header = ["编号", *HEADER, "灯"]
    rows = [["2026-0001", *a_row(), "绿灯"], ["", *a_row({Column.TITLE: "新的一件"}), "红灯"]]
    ledger = open_ledger(csv_bytes([header, *rows]), ORGANS, office=OFFICE)

    assert ledger.matters == 1
    assert [row.registration.title for row in ledger.rows()] == ["新的一件"]
    assert [warning.where for warning in ledger.warnings] == ["Q3"]
    assert len(list(ledger.returned())) == 1


def test_a_matter_twice_on_the_sheet_is_a_fault_of_the_later_row() -> None:
    first, second = returned(["2026-0001", *a_row()], ["2026-0001", *a_row()], header=["编号", *HEADER])

    assert isinstance(first, ReturnedRow)
    assert isinstance(second, CellFault)
    assert (second.cell, second.kind) == ("A3", FaultKind.DUPLICATE)
    assert "A2" in second.reason.zh


def test_a_row_whose_id_was_deleted_is_no_new_matter() -> None:
    texts = {**dict.fromkeys(TEXTS, ""), RegisterColumn.TITLE: str(GOOD[Column.TITLE])}
    told = stamp("2026-0001", 3, EXPORTED, texts)
    header = ["编号", *HEADER, "导出戳记"]
    (fault,) = returned(["", *a_row(), told], header=header)
    ledger = open_ledger(
        csv_bytes([header, ["", *a_row({Column.TITLE: "照抄一行另立一件"}), told]]), ORGANS, office=OFFICE
    )

    assert isinstance(fault, CellFault)
    assert (fault.cell, fault.kind) == ("A2", FaultKind.MISSING)
    assert ledger.matters == 1


def test_a_stamp_that_moved_to_another_row_is_a_fault_of_its_cell() -> None:
    told = stamp("2026-0002", 3, EXPORTED, TEXTS)
    (row,) = returned(["2026-0001", *a_row(), told], header=["编号", *HEADER, "导出戳记"])

    assert isinstance(row, ReturnedRow)
    assert row.fault is not None
    assert (row.fault.cell, row.fault.kind) == ("Q2", FaultKind.BAD_STAMP)
