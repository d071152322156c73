"""What the inside of an .xlsx may do to the reader: nothing that was not measured first."""

import io
import struct
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.formula import ArrayFormula

from intake.containers import PARTS, RATIO_COUNTS_FROM, UNPACKED_BYTES
from intake.grid import COLUMNS, ROWS, Grid, Special
from intake.problems import LIFT_PASSWORD, TRIM, SheetError
from intake.sheets import read_grids
from intake.workbook import SHEETS
from tests.intake.sheets import BOOK_PART, DATA, MAIN, SHEET_PART, STRINGS_PART, packed, parts, saved, xlsx

SAMPLE = (DATA / "ledger.xlsx").read_bytes()


def grid(data: bytes | Path) -> Grid:
    return next(iter(read_grids(data)))


def cells(sheet_data: str, strings: list[str] | None = None) -> Grid:
    return grid(packed(parts(sheet_data, strings)))


def refusal(data: bytes) -> SheetError:
    with pytest.raises(SheetError) as caught:
        list(read_grids(data))
    return caught.value


def refused_cells(sheet_data: str, strings: list[str] | None = None) -> SheetError:
    return refusal(packed(parts(sheet_data, strings)))


# --- values -----------------------------------------------------------------------------------------------------------


def test_date_cells_are_dates_in_both_date_systems() -> None:
    for epoch in (None, CALENDAR_MAC_1904):
        book = openpyxl.Workbook()
        if epoch is not None:
            book.epoch = epoch
        book.worksheets[0].append([date(2026, 5, 11), datetime(2026, 5, 11, 9, 30)])  # noqa: DTZ001 - cells have no zone
        assert grid(saved(book)).rows == [[date(2026, 5, 11), datetime(2026, 5, 11, 9, 30)]]  # noqa: DTZ001 - as above


def test_formulas_are_marked_and_their_cached_values_are_not_used() -> None:
    read = cells('<row r="2"><c r="B2" t="str"><f>1+1</f><v>二</v></c><c r="C2"><v>3</v></c></row>')
    assert read.rows[1] == ["", Special.FORMULA, 3.0]


def test_a_formula_without_a_cached_value_is_marked_too() -> None:
    assert grid(DATA / "ledger-faulty.xlsx").rows[10][1] is Special.FORMULA


def test_a_formula_in_the_last_cell_of_a_sheet_is_marked_though_it_has_no_value() -> None:
    assert cells('<row r="1"><c r="A1"><v>1</v></c></row><row r="3"><c r="C3"><f>NOW()</f></c></row>').rows[2] == [
        "",
        "",
        Special.FORMULA,
    ]


def test_every_cell_of_a_shared_formula_is_marked() -> None:
    shared = '<row r="1"><c r="A1"><f t="shared" ref="A1:B1" si="0">1</f><v>1</v></c>'
    shared += '<c r="B1"><f t="shared" si="0"/><v>1</v></c><c r="C1"><v>1</v></c></row>'
    assert cells(shared).rows[0] == [Special.FORMULA, Special.FORMULA, 1.0]


def test_every_cell_an_array_formula_covers_is_marked() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"] = ArrayFormula("A1:A3", "=B1:B3*2")
    sheet["A2"], sheet["A3"], sheet["A4"] = 4, 6, 8
    assert [row[0] for row in grid(saved(book)).rows] == [Special.FORMULA] * 3 + [8.0]


@pytest.mark.parametrize("tag", ["<f>1</f>", "<f >1</f>", "<f\n>1</f>", "<f\t>1</f>", "<f/>", '<f ca="1"/>'])
def test_a_formula_is_found_however_its_tag_is_written(tag: str) -> None:
    assert cells(f'<row r="1"><c r="A1">{tag}<v>1</v></c></row>').rows == [[Special.FORMULA]]


def test_a_formula_is_found_behind_a_namespace_prefix() -> None:
    made = parts("")
    made[SHEET_PART] = (
        f'<x:worksheet {MAIN.replace("xmlns=", "xmlns:x=")}><x:sheetData><x:row r="1"><x:c r="A1"><x:f>1</x:f>'
        "<x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    assert grid(packed(made)).rows == [[Special.FORMULA]]


def test_a_formula_is_found_where_cells_leave_out_their_address() -> None:
    left_out = '<row r="2"><c><v>1</v></c><c r="D2"><v>2</v></c><c><f>1</f><v>3</v></c></row><row><c><v>4</v></c></row>'
    assert cells(left_out).rows == [["", "", "", "", ""], [1.0, "", "", 2.0, Special.FORMULA], [4.0, "", "", "", ""]]


def test_the_rule_of_a_conditional_format_is_no_formula_cell() -> None:
    made = parts('<row r="1"><c r="A1"><v>1</v></c></row>')
    sheet = made[SHEET_PART]
    rule = '<conditionalFormatting sqref="A1"><cfRule><formula>A1&gt;0</formula></cfRule></conditionalFormatting>'
    made[SHEET_PART] = sheet.replace("</worksheet>", f"{rule}</worksheet>")
    assert grid(packed(made)).rows == [[1.0]]


@pytest.mark.parametrize("kind", ['t="e"', "t='e'", 't = "e"'])
def test_an_error_value_is_marked_instead_of_passing_for_blank(kind: str) -> None:
    assert cells(f'<row r="1"><c r="A1" {kind}><v>#REF!</v></c><c r="B1"><v>1</v></c></row>').rows == [
        [Special.ERROR, 1.0]
    ]


def test_a_cell_under_a_merged_cell_shares_its_value_downwards_only() -> None:
    read = grid(xlsx([["甲", "乙"], [None, None], ["丙", None]], merged=["A1:B2"]))
    assert read.place(1, 0) == (0, 0)
    assert read.place(1, 1) == (1, 1)
    assert read.place(2, 0) == (2, 0)
    assert read.spans(0, 0) == 2


def test_a_cell_under_a_merged_cell_that_holds_something_keeps_it() -> None:
    made = parts('<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>')
    merge = '<mergeCells><mergeCell ref="A1:A2"/></mergeCells></worksheet>'
    made[SHEET_PART] = made[SHEET_PART].replace("</worksheet>", merge)
    assert grid(packed(made)).place(1, 0) == (1, 0)


def test_merged_areas_that_cover_a_sheet_many_times_over_are_refused() -> None:
    made = parts('<row r="1"><c r="A1"><v>1</v></c></row><row r="20000"><c r="A20000"><v>1</v></c></row>')
    areas = '<mergeCell ref="A1:A20000"/>' * 30
    made[SHEET_PART] = made[SHEET_PART].replace("</worksheet>", f"<mergeCells>{areas}</mergeCells></worksheet>")
    assert "merged cells" in refusal(packed(made)).why.en


# --- sheets -----------------------------------------------------------------------------------------------------------


def test_hidden_sheets_are_not_read() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["隐藏"])
    book.worksheets[0].sheet_state = "hidden"
    book.create_sheet("台账").append(["可见"])
    assert [(read.sheet, read.rows) for read in read_grids(saved(book))] == [("台账", [["可见"]])]


def test_a_workbook_with_nothing_but_hidden_sheets_says_so() -> None:
    made = parts('<row r="1"><c r="A1"><v>1</v></c></row>')
    made[BOOK_PART] = made[BOOK_PART].replace("<sheet ", '<sheet state="veryHidden" ')
    assert refusal(packed(made)).why.en == "every sheet is hidden"


def test_no_more_sheets_are_looked_at_than_allowed() -> None:
    book = openpyxl.Workbook()
    for _ in range(SHEETS):
        book.create_sheet()
    assert len(list(read_grids(saved(book)))) == SHEETS


def test_a_word_file_and_a_plain_zip_are_refused_as_no_workbook() -> None:
    word = {
        "_rels/.rels": parts("")["_rels/.rels"].replace("xl/workbook.xml", "word/document.xml"),
        "word/document.xml": "<document/>",
    }
    assert "no Excel workbook" in refusal(packed(word)).why.en
    assert "no Excel workbook" in refusal(packed({"readme.txt": "x"})).why.en


def test_a_sheet_that_cannot_be_found_is_not_passed_over_for_the_next_one() -> None:
    made = parts('<row r="1"><c r="A1"><v>1</v></c></row>')
    made[BOOK_PART] = made[BOOK_PART].replace("<sheets>", '<sheets><sheet name="台账" sheetId="2" r:id="rId9"/>')
    assert "a sheet in its list has no part" in refusal(packed(made)).why.en


def test_a_binary_workbook_is_refused_with_the_way_to_save_it() -> None:
    assert ".xlsb" in refusal(packed({"xl/workbook.bin": b"\x00"})).why.zh


def test_a_relationship_cannot_point_outside_the_workbook() -> None:
    made = parts('<row r="1"><c r="A1"><v>1</v></c></row>')
    relations = "xl/_rels/workbook.xml.rels"
    made[relations] = made[relations].replace("worksheets/sheet1.xml", "../../../../etc/passwd")
    assert "part is missing" in refusal(packed(made)).why.en


# --- size -------------------------------------------------------------------------------------------------------------

FAR = ["XFD1048576", "BA1", "A100000", "ZZ20000"]


@pytest.mark.parametrize("address", FAR)
@pytest.mark.parametrize(
    "tag",
    [
        '<c r="{}"><v>1</v></c>',
        "<c r='{}'><v>1</v></c>",
        '<c\nr="{}"><v>1</v></c>',
        '<c r = "{}"><v>1</v></c>',
        '<c s="1" r="{}"><v>1</v></c>',
        '<c r="A1"  r="{}"><v>1</v></c>',
        '<c r="A1" s="1" r="{}"><v>1</v></c>',
        '<c r="{}" t="inlineStr"><is><t>1</t></is></c>',
        '<c r="{}"><f>1</f></c>',
    ],
)
def test_a_cell_far_out_is_refused_before_it_can_fill_the_memory(tag: str, address: str) -> None:
    row = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="2">{tag.format(address)}</row>'
    if address == "BA1" and 'r="A1"' not in tag:
        assert cells(row).rows[0][52] in (1.0, "1", Special.FORMULA)
    else:
        assert refused_cells(row).why.zh.startswith(("表格过大", "文件已损坏"))


def test_a_row_far_out_is_refused_where_cells_leave_out_their_address() -> None:
    for number in ("1048577", "99999999999999", "0", "-1", "x"):
        assert refused_cells(f'<row r="{number}"><c><v>1</v></c></row>').why.zh.startswith(("表格过大", "文件已损坏"))


def test_the_largest_sheet_allowed_is_read() -> None:
    far = f'<row r="{ROWS}"><c r="A{ROWS}"><v>1</v></c><c r="IV{ROWS}"><v>2</v></c></row>'
    read = cells(far)
    assert len(read.rows) == ROWS
    assert len(read.rows[-1]) == COLUMNS


def test_a_format_applied_far_beyond_the_table_does_no_harm() -> None:
    assert cells('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="0"/></row>').rows == [[1.0]]


def test_one_long_string_shared_by_many_cells_is_refused() -> None:
    shared = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 10_001))
    assert "too much text" in refused_cells(shared, ["甲" * 10_000]).why.en
    # The same long string once, and a short one in the other cells, is an ordinary sheet.
    ordinary = shared.replace("<v>0</v>", "<v>1</v>", 9_999)
    assert [row[0] for row in cells(ordinary, ["甲" * 10_000, "乙"]).rows[-2:]] == ["乙", "甲" * 10_000]


def test_an_array_formula_cannot_claim_a_sheet_many_times_over() -> None:
    claim = f'<c r="A1"><f t="array" ref="A1:IV{ROWS}">1</f><v>1</v></c>'
    assert "too many formulas" in refused_cells(f'<row r="1">{claim}</row>').why.en


def test_a_part_that_grows_out_of_all_proportion_is_refused_unopened() -> None:
    error = refusal(packed({**parts(""), "xl/media/image1.png": b"\x00" * (8 * 1024 * 1024)}))
    assert "times its packed size" in error.why.en
    assert error.advice == TRIM


def test_parts_that_are_too_large_together_are_refused_unopened() -> None:
    names = [f"xl/media/{number:02}" for number in range(UNPACKED_BYTES // RATIO_COUNTS_FROM + 1)]
    made = packed({**parts(""), **dict.fromkeys(names, "")})
    for name in names:
        made = _with_declared_size(made, name.encode(), RATIO_COUNTS_FROM)
    assert "more than 64 MB when unpacked" in refusal(made).why.en


def test_a_part_listed_as_many_sheets_counts_each_time_it_is_read() -> None:
    made = parts("")
    made[SHEET_PART] += " " * (UNPACKED_BYTES // SHEETS)
    made[BOOK_PART] = made[BOOK_PART].replace("</sheets>", '<sheet name="a" r:id="rId1"/>' * SHEETS + "</sheets>")
    assert "more than allowed when unpacked" in refusal(packed(made, zipfile.ZIP_STORED)).why.en


def test_a_part_that_is_larger_than_it_says_is_not_unpacked_further() -> None:
    made = packed(parts('<row r="1"><c r="A1"><v>1</v></c></row>' + " " * 100_000))
    lying = _with_declared_size(made, SHEET_PART.encode(), 150)
    assert "cannot be unpacked" in refusal(lying).why.en


def test_too_many_parts_are_refused_before_the_directory_is_read() -> None:
    made = {**parts(""), **{f"xl/media/{number}": "" for number in range(PARTS)}}
    assert f"more than {PARTS} files" in refusal(packed(made)).why.en


def test_a_list_of_sheets_too_long_to_be_true_is_refused() -> None:
    made = parts("")
    made[BOOK_PART] = made[BOOK_PART].replace("</sheets>", '<sheet name="a"/>' * 130_000 + "</sheets>")
    assert "list of sheets" in refusal(packed(made, zipfile.ZIP_STORED)).why.en


# --- damage and disguise ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", [BOOK_PART, SHEET_PART, STRINGS_PART, "_rels/.rels"])
def test_a_document_type_is_refused_in_every_part(part: str) -> None:
    made = parts('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', ["&boom;"])
    entity = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY boom "&a;&a;&a;">]>'
    made[part] = entity + made[part]
    assert "document type" in refusal(packed(made)).why.en


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-7"])
def test_a_part_in_another_encoding_cannot_hide_anything(encoding: str) -> None:
    made = parts('<row r="1"><c r="A1"><f>1</f></c></row>')
    other = f'<?xml version="1.0" encoding="{encoding}"?>{made[SHEET_PART]}'.encode(encoding)
    assert "not encoded in UTF-8" in refusal(packed({**made, SHEET_PART: other})).why.en


def test_a_part_that_occurs_twice_is_refused_because_readers_differ_on_which_counts() -> None:
    file = io.BytesIO(packed(parts('<row r="1"><c r="A1"><v>1</v></c></row>')))
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(SHEET_PART, "<worksheet/>")
    assert "occurs twice" in refusal(file.getvalue()).why.en


def test_an_encrypted_part_is_refused_with_the_way_to_lift_the_password() -> None:
    made = bytearray(packed(parts("")))
    made[made.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(made)).advice == LIFT_PASSWORD


def test_a_part_packed_by_another_method_is_refused() -> None:
    assert "unsupported method" in refusal(packed(parts(""), zipfile.ZIP_BZIP2)).why.en


@pytest.mark.parametrize(
    "sheet_data",
    [
        '<row r="1"><c r="A1" t="n"><v>abc</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
        '<row r="1"><c r="A0"><v>1</v></c></row>',
        '<row r="1"><c r="1A"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&unknown;</t></is></c></row>',
    ],
)
def test_cells_that_make_no_sense_are_refused_as_damage(sheet_data: str) -> None:
    assert refused_cells(sheet_data, ["甲"]).why.zh.startswith("文件已损坏")


@pytest.mark.parametrize("kept", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_file_cut_off_in_transit_is_refused_as_damage(kept: float) -> None:
    assert refusal(SAMPLE[: int(len(SAMPLE) * kept)]).why.zh.startswith("文件已损坏")


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(1, 255)), min_size=1, max_size=4))
def test_no_damage_to_a_workbook_causes_anything_but_a_sheet_error(damage: list[tuple[int, int]]) -> None:
    data = bytearray(SAMPLE)
    for place, change in damage:
        data[place] ^= change
    try:
        read = list(read_grids(bytes(data)))
    except SheetError:
        return
    assert all(len(each.rows) <= ROWS for each in read)


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(['<c r="A1">', "</c>", "<v>", "</v>", "1", "<f>", "</f>", '<row r="2">', "</row>", "<c>", " "]),
        max_size=12,
    )
)
def test_no_arrangement_of_tags_causes_anything_but_a_sheet_error(tags: list[str]) -> None:
    try:
        rows = cells("".join(tags)).rows
    except SheetError:
        return
    assert len(rows) <= ROWS


def _with_declared_size(data: bytes, name: bytes, size: int) -> bytes:
    """`data` with another uncompressed size for the part `name` in its directory."""
    changed = bytearray(data)
    at = changed.index(b"PK\x01\x02")
    while bytes(changed[at + 46 : at + 46 + len(name)]) != name:
        at = changed.index(b"PK\x01\x02", at + 4)
    struct.pack_into("<I", changed, at + 24, size)
    return bytes(changed)
