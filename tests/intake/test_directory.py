"""A directory is right as a whole, or refused with every bad cell."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.directory import DirectoryColumn, read_directory
from intake.problems import NAME_LONGEST, CellFault, DirectoryError, FaultKind, SheetError
from models.directory import Organ
from tests.intake.sheets import DATA, csv_bytes, xlsx

HEADER = [column.value for column in DirectoryColumn]
TOP = {
    DirectoryColumn.CODE: "P00",
    DirectoryColumn.NAME: "市政府",
    DirectoryColumn.HEAD: "市长",
    DirectoryColumn.HANDLER: "市政府承办岗",
}
BUREAU = {
    DirectoryColumn.CODE: "Q01",
    DirectoryColumn.NAME: "市教育局",
    DirectoryColumn.PARENT: "市政府",
    DirectoryColumn.INDEPENDENT: "否",
    DirectoryColumn.HEAD: "市教育局长",
    DirectoryColumn.HANDLER: "市教育局承办岗",
    DirectoryColumn.EMAIL: "q01@example.invalid",
}


def rows(*organs: Mapping[DirectoryColumn, Any]) -> list[list[Any]]:
    return [HEADER, *([organ.get(column) for column in DirectoryColumn] for organ in organs)]


def faults(*organs: Mapping[DirectoryColumn, Any]) -> Sequence[CellFault]:
    with pytest.raises(DirectoryError) as caught:
        read_directory(csv_bytes(rows(*organs)))
    assert all(fault.cell in str(caught.value) for fault in caught.value.faults)
    return caught.value.faults


def test_the_sample_directory_is_read_with_every_column() -> None:
    organs = {organ.name: organ for organ in read_directory(DATA / "directory.csv")}
    assert len(organs) == 31
    assert organs["区教育局"] == Organ(
        name="区教育局", head="区教育局长", handler="区教育局承办岗", parent="区政府", independent=False, code="Q12",
        tier="区直部门", email="q12@example.invalid",
    )  # fmt: skip
    assert {name for name, organ in organs.items() if organ.independent} == {"区监委", "区委组织部"}
    assert {name for name, organ in organs.items() if organ.parent is None} == {"市政府", "区监委", "区委组织部"}


def test_a_workbook_and_a_gbk_csv_hold_the_same_directory() -> None:
    table = rows(BUREAU, TOP)
    assert read_directory(xlsx(table)) == read_directory(csv_bytes(table, "gbk"))


def test_an_organ_may_stand_before_the_one_above_it() -> None:
    assert [organ.parent for organ in read_directory(csv_bytes(rows(BUREAU, TOP)))] == ["市政府", None]


def test_a_parent_is_recorded_under_its_own_name_however_it_is_written() -> None:
    child = {**BUREAU, DirectoryColumn.PARENT: "市 政府"}
    assert read_directory(csv_bytes(rows(TOP, child)))[1].parent == "市政府"


def test_a_post_may_serve_several_organs() -> None:
    shared = {**BUREAU, DirectoryColumn.HEAD: "市长", DirectoryColumn.HANDLER: "市政府承办岗"}
    assert [organ.head for organ in read_directory(csv_bytes(rows(TOP, shared)))] == ["市长", "市长"]


@pytest.mark.parametrize(
    ("column", "value", "kind", "cell"),
    [
        (DirectoryColumn.NAME, None, FaultKind.MISSING, "B3"),
        (DirectoryColumn.HEAD, None, FaultKind.MISSING, "F3"),
        (DirectoryColumn.HANDLER, None, FaultKind.MISSING, "G3"),
        (DirectoryColumn.NAME, "市 政府", FaultKind.DUPLICATE, "B3"),
        (DirectoryColumn.CODE, "p00", FaultKind.DUPLICATE, "A3"),
        (DirectoryColumn.PARENT, "省政府", FaultKind.UNKNOWN_ORGAN, "C3"),
        (DirectoryColumn.PARENT, "市教育局", FaultKind.CLASH, "C3"),
        (DirectoryColumn.HEAD, "市政府", FaultKind.CLASH, "F3"),
        (DirectoryColumn.HEAD, "市 长", FaultKind.CLASH, "F3"),
        (DirectoryColumn.INDEPENDENT, "Y", FaultKind.UNKNOWN_WORD, "E3"),
        (DirectoryColumn.EMAIL, "q01@example.invalid\nBcc: x@example.invalid", FaultKind.UNKNOWN_WORD, "H3"),
        (DirectoryColumn.EMAIL, "没有", FaultKind.UNKNOWN_WORD, "H3"),
        (DirectoryColumn.TIER, "=1+1", FaultKind.FORMULA, "D3"),
        (DirectoryColumn.TIER, "市\x07", FaultKind.CONTROL_CHARACTER, "D3"),
        (DirectoryColumn.NAME, "局" * (NAME_LONGEST + 1), FaultKind.TOO_LONG, "B3"),
    ],
)
def test_a_bad_cell_refuses_the_directory_and_is_named(
    column: DirectoryColumn, value: Any, kind: FaultKind, cell: str
) -> None:
    found = faults(TOP, {**BUREAU, column: value})
    assert [(fault.kind, fault.cell, fault.column) for fault in found] == [(kind, cell, column.value)]


def test_every_bad_cell_is_reported_at_once() -> None:
    found = faults({**TOP, DirectoryColumn.HEAD: None}, {**BUREAU, DirectoryColumn.PARENT: "省政府"})
    assert [fault.cell for fault in found] == ["F2", "C3"]


def test_organs_that_stand_above_each_other_in_a_circle_are_named_and_others_are_not() -> None:
    one = {**TOP, DirectoryColumn.PARENT: "市教育局"}
    below = {
        DirectoryColumn.NAME: "市招生办",
        DirectoryColumn.PARENT: "市教育局",
        DirectoryColumn.HEAD: "市招生办主任",
        DirectoryColumn.HANDLER: "市招生办承办岗",
    }
    found = faults(below, one, BUREAU)
    assert [(fault.kind, fault.cell) for fault in found] == [(FaultKind.CLASH, "C3"), (FaultKind.CLASH, "C4")]


@pytest.mark.parametrize("column", ["单位名称", "上级单位", "主要负责人岗位", "承办岗位"])
def test_a_missing_column_refuses_the_directory_by_name(column: str) -> None:
    at = HEADER.index(column)
    table = [[*row[:at], *row[at + 1 :]] for row in rows(TOP)]
    with pytest.raises(DirectoryError) as caught:
        read_directory(csv_bytes(table))
    assert column in caught.value.why.zh


def test_a_directory_without_organs_is_refused() -> None:
    with pytest.raises(DirectoryError) as caught:
        read_directory(csv_bytes([HEADER, [], [""]]))
    assert caught.value.why.en == "the directory holds no organ"


CELLS = st.one_of(st.sampled_from(["", "市政府", "市教育局", "市长", "是", "否", "=1"]), st.text(max_size=6))


@given(st.lists(st.lists(CELLS, max_size=8), max_size=5))
def test_no_text_causes_anything_but_a_declared_error_and_what_is_read_hangs_together(table: list[list[str]]) -> None:
    try:
        organs = read_directory(csv_bytes([HEADER, *table]))
    except (DirectoryError, SheetError):
        return
    names = [organ.name for organ in organs]
    assert len(set(names)) == len(names) > 0
    assert all(organ.parent is None or organ.parent in names for organ in organs)
