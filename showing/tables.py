"""How is a table written, as CSV or as a workbook?

A cell that a spreadsheet might run is made harmless. Instants are local time.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from intake.problems import looks_like_formula
from intake.register import RegisterColumn, guarded
from models.matters import Light
from policies.deadlines import SHANGHAI
from policies.wording import LIGHTS, moment
from showing.cells import Cell, writable

_HIDDEN_WIDTH = 12

# In a workbook _x0041_ is how a letter A may be written (ECMA-376, ST_Xstring): what only looks so says that it does.
_ESCAPE = re.compile("_x(?=[0-9A-Fa-f]{4}_)")

_FILLS = {
    LIGHTS[Light.GREEN]: PatternFill("solid", fgColor="C6EFCE"),
    LIGHTS[Light.YELLOW]: PatternFill("solid", fgColor="FFEB9C"),
    LIGHTS[Light.RED]: PatternFill("solid", fgColor="FFC7CE"),
}
_BOLD, _MIDDLE = Font(bold=True), Alignment(horizontal="center", vertical="center")


def write_csv(
    out: TextIO, found: Iterable[Iterable[Cell]], columns: Mapping[RegisterColumn, int] | Mapping[str, int]
) -> int:
    """Rows under their columns as CSV; how many rows. The caller opens `out` with newline=""."""
    writer = csv.writer(out)
    writer.writerow(columns)
    number = 0
    for row in found:
        number += 1
        writer.writerow([_plain(cell) for cell in row])
    return number


def write_xlsx(
    file: Path,
    found: Iterable[Iterable[Cell]],
    columns: Mapping[RegisterColumn, int] | Mapping[str, int],
    title: str = "督办台账",
) -> int:
    """Rows under their columns, each as wide as it says, as a workbook; how many rows.

    A column of no width is hidden. Raises OSError before anything is read when the file cannot be written.
    """
    with file.open("wb") as out:
        book = Workbook(write_only=True)
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "D2"
        for number, width in enumerate(columns.values(), 1):
            dimension = sheet.column_dimensions[get_column_letter(number)]
            dimension.width, dimension.hidden = width or _HIDDEN_WIDTH, not width
        sheet.append([_heading(sheet, str(name)) for name in columns])
        number = 0
        for row in found:
            number += 1
            sheet.append([_cell(sheet, cell) for cell in row])
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{number + 1}"
        book.save(out)
    return number


def _heading(sheet: Any, name: str) -> Any:
    cell = WriteOnlyCell(sheet, name)
    cell.font = _BOLD
    cell.alignment = _MIDDLE
    return cell


def _cell(sheet: Any, value: Cell) -> Any:
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value.astimezone(SHANGHAI).replace(tzinfo=None))
        cell.number_format = "yyyy-mm-dd hh:mm"
        return cell
    if isinstance(value, str):
        value = _ESCAPE.sub("_x005F_x", str(writable(value)))
    if not isinstance(value, str) or not (looks_like_formula(value) or value.startswith("#") or value in _FILLS):
        # A text that nothing could run needs no style of its own, and a plain value is written far faster.
        return value
    cell = WriteOnlyCell(sheet, value)
    if value in _FILLS:
        cell.fill = _FILLS[value]
    else:
        # A text is a text, whatever it begins with, and stays one when it is edited.
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = True
    return cell


def _plain(value: Cell) -> str | int | None:
    if isinstance(value, datetime):
        return moment(value)
    return guarded(str(writable(value))) if isinstance(value, str) else value
