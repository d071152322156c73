"""What is let in as a spreadsheet, and what is turned away with which advice."""

import csv
import io
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.grid import COLUMNS, ROWS, Value
from intake.layout import Column
from intake.problems import LIFT_PASSWORD, SAVE_AGAIN, SheetError
from intake.sheets import CELL_CHARACTERS, FILE_BYTES, read_grids
from tests.intake.sheets import DATA, GOOD, HEADER, a_row, csv_bytes, packed, read, xlsx

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504


def rows_of(source: Path | bytes, name: str | None = None) -> list[list[Value]]:
    return next(iter(read_grids(source, name))).rows


def refusal(source: Path | bytes, name: str | None = None) -> SheetError:
    with pytest.raises(SheetError) as caught:
        list(read_grids(source, name))
    return caught.value


# --- text -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb2312", "gb18030"])
def test_a_csv_reads_the_same_in_every_encoding_an_office_uses(encoding: str) -> None:
    assert rows_of("序号,督办事项\r\n1,治理教育乱收费\r\n".encode(encoding)) == [
        ["序号", "督办事项"],
        ["1", "治理教育乱收费"],
    ]


def test_a_rare_character_that_only_gb18030_has_is_read() -> None:
    assert rows_of("㐂里镇,告成镇".encode("gb18030")) == [["㐂里镇", "告成镇"]]


def test_a_cell_with_line_breaks_stays_in_one_row() -> None:
    assert rows_of('1,"甲\r\n乙"\r\n\r\n2,丙\r\n'.encode()) == [["1", "甲\r\n乙"], [], ["2", "丙"]]


def test_an_unclosed_quotation_mark_is_refused_near_its_line_and_swallows_nothing() -> None:
    error = refusal('1,甲\r\n2,"乙\r\n3,丙\r\n'.encode())
    assert "CSV 格式有误" in error.why.zh
    assert "malformed CSV near line 3" in error.why.en


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_ledger_reads_the_same_however_a_spreadsheet_program_saves_text(encoding: str, separator: str) -> None:
    lines = [HEADER, ["" if cell is None else str(cell) for cell in a_row()]]
    text = "\r\n".join(separator.join(line) for line in lines)

    (row,) = read(text.encode(encoding)).rows

    assert row.registration.title == GOOD[Column.TITLE]
    assert row.registration.lead == GOOD[Column.LEAD]


def test_a_text_cut_at_commas_is_looked_at_first() -> None:
    grids = list(read_grids("序号,事项;来源\r\n1,甲;乙\r\n".encode()))

    assert grids[0].rows == [["序号", "事项;来源"], ["1", "甲;乙"]]
    assert grids[1].rows == [["序号,事项", "来源"], ["1,甲", "乙"]]


def test_an_unpaired_quotation_mark_is_told_also_where_another_separator_would_do() -> None:
    with pytest.raises(SheetError) as caught:
        list(read_grids('序号,督办事项\r\n1,"甲;乙\r\n'.encode()))
    assert "CSV 格式有误" in caught.value.why.zh


def test_utf_16_that_is_cut_off_is_refused_with_the_way_to_save_it() -> None:
    error = refusal("序号,督办事项".encode("utf-16")[:-1])
    assert "UTF-8" in error.why.en
    assert "CSV UTF-8" in error.advice.zh


def test_text_in_no_known_encoding_is_refused() -> None:
    assert "neither UTF-8 nor GBK" in refusal(b"\xff\xff\xff\xff,1\r\n").why.en


def test_a_csv_with_too_many_rows_is_refused() -> None:
    assert refusal(b"1\r\n" * (ROWS + 1)).why.en == f"more than {ROWS} rows"
    assert len(rows_of(b"1\r\n" * ROWS)) == ROWS


def test_a_csv_with_too_many_columns_is_refused() -> None:
    assert refusal(b"," * COLUMNS).why.en == f"more than {COLUMNS} columns"
    assert len(rows_of(b"1" + b"," * (COLUMNS - 1))[0]) == COLUMNS


def test_a_cell_longer_than_a_spreadsheet_allows_is_refused() -> None:
    assert "overlong cell" in refusal(b"1," + b"x" * (CELL_CHARACTERS + 1)).why.en
    assert rows_of(b"1," + b"x" * CELL_CHARACTERS)[0][1] == "x" * CELL_CHARACTERS


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20), min_size=1,
                         max_size=5), min_size=1, max_size=5))  # fmt: skip
def test_whatever_is_written_as_csv_is_read_back(table: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(table)
    assert rows_of(text.getvalue().encode("utf-8-sig")) == table


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_missing_file_a_directory_and_an_empty_file_are_refused_each_with_its_reason(tmp_path: Path) -> None:
    empty = tmp_path / "空.csv"
    empty.write_bytes(b" \r\n")
    assert refusal(tmp_path / "没有.xlsx").why.en == "there is no such file"
    assert refusal(tmp_path).why.en == "there is no such file"
    assert refusal(empty).why.en == "the file is empty"


def test_a_name_no_file_can_have_is_refused_like_a_missing_file() -> None:
    assert refusal(Path("\x00.csv")).why.en in ("there is no such file", "the file cannot be opened")


def test_a_file_larger_than_the_limit_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    large = tmp_path / "大.csv"
    with large.open("wb") as file:
        file.truncate(FILE_BYTES * 50)
    assert "larger than 20 MB" in refusal(large).why.en
    assert "larger than 20 MB" in refusal(b"1" * (FILE_BYTES + 1)).why.en


def test_an_old_xls_is_refused_with_the_way_to_save_it() -> None:
    error = refusal(OLE, "台账.xls")
    assert "旧版 .xls" in error.why.zh
    assert error.advice == SAVE_AGAIN


def test_a_workbook_with_an_opening_password_is_refused_as_such() -> None:
    error = refusal(OLE + "EncryptedPackage".encode("utf-16-le"), "台账.xlsx")
    assert "打开密码" in error.why.zh
    assert error.advice == LIFT_PASSWORD


@pytest.mark.parametrize(
    "content",
    [
        b"<html><table><tr><td>1</td></tr></table></html>",
        b"\xef\xbb\xbf\r\n <!DOCTYPE html><html></html>",
        b"<TABLE border=1>",
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
    ],
)
def test_a_web_page_or_xml_saved_as_xls_is_refused_as_such(content: bytes) -> None:
    error = refusal(content, "台账.xls")
    assert "web page" in error.why.en
    assert error.advice == SAVE_AGAIN


def test_text_named_like_a_workbook_is_refused() -> None:
    assert "none" in refusal("序号,督办事项".encode(), "台账.xlsx").why.en


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n1 0 obj",
        b"{\\rtf1\\ansi",
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related",
        b"ID;PWXL;N;E\r\n",
        b"7z\xbc\xaf\x27\x1c",
        b"Rar!\x1a\x07\x01\x00",
        b"\x1f\x8b\x08\x00",
    ],
)
@pytest.mark.parametrize("name", ["台账.csv", "台账.xlsx", "台账"])
def test_a_document_an_archive_or_another_format_is_refused_as_no_spreadsheet(content: bytes, name: str) -> None:
    error = refusal(content, name)
    assert error.why.en == "this is not a spreadsheet"
    assert error.advice == SAVE_AGAIN


@pytest.mark.parametrize("content", [b"\x09\x00\x04\x00\x02\x00\x10\x00", b"\x09\x08\x08\x00\x00\x05\x05\x00"])
def test_a_bare_worksheet_of_the_oldest_excel_is_refused_as_an_old_xls(content: bytes) -> None:
    assert "旧版 .xls" in refusal(content, "台账.xls").why.zh


@pytest.mark.parametrize("name", ["台账.wps", "台账.et", "台账.xls"])
def test_a_file_of_wps_is_refused_like_an_old_xls(name: str) -> None:
    assert refusal(OLE, name).advice == SAVE_AGAIN


def test_an_open_document_sheet_is_refused_with_the_way_to_save_it() -> None:
    ods = packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"})
    assert "ODS" in refusal(ods, "台账.ods").why.en


def test_a_workbook_with_macros_is_read_and_its_macros_are_not_looked_at() -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx([HEADER, a_row()]))) as book:
        content: dict[str, str | bytes] = {name: book.read(name) for name in book.namelist()}
    content["xl/vbaProject.bin"] = b"\xff" * 100

    (row,) = read(packed(content)).rows

    assert row.registration.title == GOOD[Column.TITLE]


def test_a_picture_is_refused_as_no_spreadsheet() -> None:
    assert refusal(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR").why.en == "this is not a spreadsheet"


def test_a_workbook_is_recognised_by_its_content_whatever_it_is_called() -> None:
    assert rows_of(xlsx([["序号"]]), "台账.csv") == [["序号"]]


def test_every_refusal_says_in_both_languages_what_is_wrong_and_what_to_do() -> None:
    for content in (b"", OLE, b"<html>", b"\x00", b"1\r\n" * (ROWS + 1), b"PK\x03\x04"):
        error = refusal(content)
        for words in (error.why, error.advice):
            assert any("\u4e00" <= char <= "\u9fff" for char in words.zh)
            assert words.en.isascii()
            assert words.zh in str(error)
            assert words.en in str(error)


# --- workbooks --------------------------------------------------------------------------------------------------------


def test_the_sample_ledger_reads_as_another_library_reads_it() -> None:
    sheet = openpyxl.load_workbook(DATA / "ledger.xlsx").worksheets[0]
    rows = rows_of(DATA / "ledger.xlsx")
    assert len(rows) == sheet.max_row == 52
    for row in sheet.iter_rows():
        for cell in row:
            other = cell.value.date() if isinstance(cell.value, datetime) else cell.value
            assert rows[(cell.row or 0) - 1][(cell.column or 0) - 1] == ("" if other is None else other), (
                cell.coordinate
            )


@given(st.binary(max_size=300))
def test_no_bytes_cause_anything_but_a_sheet_error(data: bytes) -> None:
    for content in (data, b"PK\x03\x04" + data, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + data):
        try:
            rows = rows_of(content)
        except SheetError:
            continue
        assert all(isinstance(cell, str) for row in rows for cell in row)


@given(st.lists(st.lists(st.sampled_from(["序号", "督办事项", "", "1", '"', "甲"]), max_size=4), max_size=4))
def test_csv_and_workbook_hold_the_same_texts(table: list[list[str]]) -> None:
    if not any(any(row) for row in table):
        return
    texts = [[cell for cell in row if cell] for row in rows_of(csv_bytes(table)) if any(row)]
    assert texts == [[cell for cell in row if cell] for row in rows_of(xlsx(table)) if any(row)]
