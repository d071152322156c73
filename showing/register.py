"""How does the register look as the office's own sheet, and the ledger as a file for programs?

One row for each matter as record.views has it: the columns of the ledger that was imported, and beside them where the
matter stands. A cell that a spreadsheet might run is made harmless. Every act as one line of JSON. What is overdue is
asked, not worked out here; how a row is recognised when it comes back is for intake/register.py.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from intake.problems import looks_like_formula
from intake.readings import NOT_PUBLIC, PUBLIC
from intake.register import STAMPED, RegisterColumn, compared, guarded, printable, remark_cells, stamp
from models.matters import Light
from policies.calendar import Calendar
from policies.deadlines import SHANGHAI, local_date
from policies.directory import Directory
from policies.procedures import STANDARD, shipped
from policies.registration import PERIOD_WORDS
from policies.wording import LIGHTS, STAGES, act_words, extension_note, limit_cell, moment, suspension_note
from record.ledger import Entry
from record.views import RegisterLine
from showing.matters import due_words, how_far

WIDTHS = {
    RegisterColumn.ID: 12, RegisterColumn.NUMBER: 6, RegisterColumn.TITLE: 42, RegisterColumn.BASIS: 12,
    RegisterColumn.DOCUMENT: 20, RegisterColumn.LEAD: 16, RegisterColumn.CO: 24, RegisterColumn.LEAD_HEAD: 16,
    RegisterColumn.LEAD_HANDLER: 18, RegisterColumn.ASSIGNED: 17, RegisterColumn.LIMIT: 14,
    RegisterColumn.FREQUENCY: 10, RegisterColumn.URGENCY: 10, RegisterColumn.PUBLIC: 10,
    RegisterColumn.REQUIREMENT: 32, RegisterColumn.REMARK: 32, RegisterColumn.OFFICE: 16, RegisterColumn.LEADER: 12,
    RegisterColumn.STAGE: 10, RegisterColumn.LIGHT: 8, RegisterColumn.LEVEL: 10, RegisterColumn.DUE: 17,
    RegisterColumn.WORKING_DAYS: 14, RegisterColumn.DISTANCE: 16, RegisterColumn.EXTENSION: 34,
    RegisterColumn.SUSPENSION: 34, RegisterColumn.CASES: 10, RegisterColumn.LAST_ACT: 22, RegisterColumn.LAST_AT: 17,
    RegisterColumn.CLOSED: 17, RegisterColumn.STAMP: 0,
}  # fmt: skip
"""The columns in their order and how wide each is, in characters; a column of no width is hidden."""

_HIDDEN_WIDTH = 12

LONGEST_CELL = 32_767
"""Characters a spreadsheet program allows in a cell."""

Cell = str | int | datetime | None

# In a workbook _x0041_ is how a letter A may be written (ECMA-376, ST_Xstring): what only looks so says that it does.
_ESCAPE = re.compile("_x(?=[0-9A-Fa-f]{4}_)")

_FILLS = {
    LIGHTS[Light.GREEN]: PatternFill("solid", fgColor="C6EFCE"),
    LIGHTS[Light.YELLOW]: PatternFill("solid", fgColor="FFEB9C"),
    LIGHTS[Light.RED]: PatternFill("solid", fgColor="FFC7CE"),
}
_BOLD, _MIDDLE = Font(bold=True), Alignment(horizontal="center", vertical="center")


class Register:
    """The register as of the aware instant `at`, by this calendar and directory."""

    def __init__(self, at: datetime, calendar: Calendar, directory: Directory) -> None:
        self.at = at
        self.directory = directory
        self._calendar = calendar
        named = {name: word for word, name in PERIOD_WORDS.items()}
        periods = shipped(STANDARD).in_force(local_date(at)).report_every
        self._frequencies = {limit: named[name] for name, limit in periods.items() if name in named}

    def sheet(self, lines: Iterable[RegisterLine]) -> Iterator[Iterable[Cell]]:
        """The same rows as they are written: cell by cell."""
        return (row.values() for row in self.rows(lines))

    def rows(self, lines: Iterable[RegisterLine]) -> Iterator[dict[RegisterColumn, Cell]]:
        """One row for each matter, numbered and stamped, in the order of RegisterColumn."""
        for number, line in enumerate(lines, 1):
            cells = self.cells(line)
            texts: dict[RegisterColumn, str] = {column: compared(column, cells[column]) for column in STAMPED}
            told = stamp(line.line.id, line.seq, self.at, texts)
            yield {RegisterColumn.ID: line.line.id, RegisterColumn.NUMBER: number, **cells, RegisterColumn.STAMP: told}

    def cells(self, register_line: RegisterLine) -> dict[RegisterColumn, Cell]:
        """What the sheet says of a matter, its id, number and stamp apart; texts fit to be written anywhere."""
        line, state, terms = register_line.line, register_line.state, register_line.state.terms
        far = how_far(line, self.at, self._calendar)
        lead = self.directory.find(terms.lead) if terms else None
        document, remark = remark_cells(terms.remark if terms else None)
        column = RegisterColumn
        cells: dict[RegisterColumn, Cell] = {
            column.TITLE: line.title,
            column.BASIS: terms.basis if terms else None,
            column.DOCUMENT: document,
            column.LEAD: line.lead,
            column.CO: "、".join(terms.co) if terms else None,
            column.LEAD_HEAD: lead.head if lead else None,
            column.LEAD_HANDLER: lead.handler if lead else None,
            column.ASSIGNED: line.assigned_at,
            column.LIMIT: limit_cell(terms.limit) if terms else None,
            column.FREQUENCY: self._frequency(terms.report_every) if terms and terms.report_every else None,
            column.URGENCY: line.urgency and line.urgency.value,
            column.PUBLIC: None if line.public is None else PUBLIC if line.public else NOT_PUBLIC,
            column.REQUIREMENT: terms.requirement if terms else None,
            column.REMARK: remark,
            column.OFFICE: line.office,
            column.LEADER: line.leader,
            column.STAGE: STAGES[line.stage],
            column.LIGHT: LIGHTS[line.light],
            column.LEVEL: line.level,
            column.DUE: line.due_at,
            column.WORKING_DAYS: far.working_days if far else None,
            column.DISTANCE: due_words(line, far),
            column.EXTENSION: extension_note(state),
            column.SUSPENSION: suspension_note(state),
            column.CASES: line.cases_open,
            column.LAST_ACT: line.last_act and act_words(line.last_act),
            column.LAST_AT: line.last_act_at,
            column.CLOSED: line.closed_at,
        }
        return {name: _writable(cell) for name, cell in cells.items()}

    def _frequency(self, period: str) -> str:
        return self._frequencies.get(period, limit_cell(period))


def write_csv(
    out: TextIO, found: Iterable[Iterable[Cell]], columns: Mapping[RegisterColumn, int] | Mapping[str, int] = WIDTHS
) -> int:
    """The register (or rows under other columns) as CSV; how many rows. The caller opens `out` with newline=""."""
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
    columns: Mapping[RegisterColumn, int] | Mapping[str, int] = WIDTHS,
    title: str = "督办台账",
) -> int:
    """The register (or rows under other columns) as a workbook; how many rows. Instants are local time.

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
        value = _ESCAPE.sub("_x005F_x", str(_writable(value)))
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
    return guarded(str(_writable(value))) if isinstance(value, str) else value


def _writable(value: Cell) -> Cell:
    """A text as a sheet can hold it, and no more of it than a cell takes."""
    if not isinstance(value, str):
        return value
    return printable(value.replace("\r\n", "\n"))[: LONGEST_CELL - 1]


def write_acts(out: TextIO, entries: Iterable[Entry]) -> int:
    """The whole ledger, one entry as one line of JSON in the order of recording; how many entries."""
    number = 0
    for entry in entries:
        number += 1
        kept = {
            "target": entry.target,
            "seq": entry.seq,
            **entry.act.model_dump(mode="json", exclude_none=True, exclude={"target"}),
            "message_id": entry.message_id,
            "processed_at": entry.processed_at.isoformat(),
            "previous": entry.previous,
            "hash": entry.hash,
        }
        out.write(json.dumps(kept, ensure_ascii=False) + "\n")
    return number
