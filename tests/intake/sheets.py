"""Spreadsheets for the tests: rows as an office writes them, and containers as an attacker does."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from intake.directory import read_directory
from intake.ledger import Column, Ledger, RowFault, read_ledger

DATA = Path(__file__).parents[2] / "data"
ORGANS = tuple(read_directory(DATA / "directory.csv"))
OFFICE = "区政府督查室"

HEADER = [column.value for column in Column]
GOOD = {
    Column.NUMBER: 1,
    Column.TITLE: "治理教育乱收费",
    Column.BASIS: "会议决定",
    Column.LEAD: "区教育局",
    Column.LEAD_HEAD: "区教育局长",
    Column.LEAD_HANDLER: "区教育局承办岗",
    Column.ASSIGNED: "2026-06-01",
    Column.LIMIT: "20个工作日",
    Column.FREQUENCY: "每月",
    Column.URGENCY: "平件",
    Column.PUBLIC: "公开",
}

Cells = Sequence[Sequence[Any]]


def a_row(changes: Mapping[Column, Any] | None = None) -> list[Any]:
    """A good row in the order of HEADER, but for `changes`."""
    return [{**GOOD, **(changes or {})}.get(column) for column in Column]


def xlsx(rows: Cells, merged: Sequence[str] = (), also: Mapping[str, Cells] | None = None) -> bytes:
    """A workbook whose first sheet holds `rows`; `also` are further sheets by name."""
    book = openpyxl.Workbook()
    for name, content in {"台账": rows, **(also or {})}.items():
        sheet = book.create_sheet(name)
        for row in content:
            sheet.append(list(row))
        if content is rows:
            for area in merged:
                sheet.merge_cells(area)
    book.remove(book.worksheets[0])
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of a workbook."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def csv_bytes(rows: Cells, encoding: str = "utf-8") -> bytes:
    """A .csv of `rows`, blank where a value is None."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["" if value is None else value for value in row] for row in rows])
    return text.getvalue().encode(encoding)


def read(data: bytes, office: str | None = OFFICE) -> Ledger:
    """The ledger in `data`, read with the sample directory."""
    return read_ledger(data, ORGANS, office=office)


def read_rows(*rows: Sequence[Any], merged: Sequence[str] = ()) -> Ledger:
    """The ledger of these rows below a plain header in row 1."""
    return read(xlsx([HEADER, *rows], merged))


def the_fault(ledger: Ledger) -> RowFault:
    """The only fault of a ledger."""
    assert len(ledger.faults) == 1, ledger.faults
    return ledger.faults[0]


# --- containers written by hand ---------------------------------------------------------------------------------------

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

SHEET_PART = "xl/worksheets/sheet1.xml"
BOOK_PART = "xl/workbook.xml"
STRINGS_PART = "xl/sharedStrings.xml"


def parts(sheet_data: str, strings: Sequence[str] | None = None) -> dict[str, str]:
    """The parts of the smallest workbook with `sheet_data` as the rows of its one sheet."""
    made: dict[str, str] = {
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        BOOK_PART: f'<workbook {MAIN} xmlns:r="{_RELATIONS}"><sheets>'
        '<sheet name="台账" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        SHEET_PART: f"<worksheet {MAIN}><sheetData>{sheet_data}</sheetData></worksheet>",
    }
    if strings is not None:
        items = "".join(f"<si><t>{text}</t></si>" for text in strings)
        made[STRINGS_PART] = f"<sst {MAIN}>{items}</sst>"
    return made


def packed(content: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return file.getvalue()
