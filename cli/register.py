"""How does the register look as a sheet, and the ledger as a file for programs?

One row for each matter as record.views has it; every act as one line of JSON. A cell that a spreadsheet might run is
made harmless. What is overdue is asked, not worked out here.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from cli.instants import distance
from intake.problems import looks_like_formula
from policies.calendar import Calendar
from policies.deadlines import SHANGHAI
from policies.wording import LIGHTS, STAGES, act_words, moment
from record.ledger import Entry
from record.matters import SETTLED
from record.views import MatterLine

COLUMNS = {
    "编号": 12, "督办事项": 42, "牵头单位": 16, "督办单位": 16, "批准领导": 12, "紧急程度": 10, "公开属性": 10,
    "环节": 10, "灯": 8, "升级级次": 10, "交办时间": 18, "到期时间": 18, "距到期工作日": 14, "到期情况": 18,
    "在办案件": 10, "最近记录": 24, "最近记录时间": 18, "办结时间": 18,
}  # fmt: skip
"""The columns of the register and their widths, in characters."""

Cell = str | int | datetime | None


def rows(lines: Iterable[MatterLine], at: datetime, calendar: Calendar) -> Iterator[list[Cell]]:
    """One row for each matter as of the aware instant `at`, in the order of COLUMNS."""
    for line in lines:
        owed = line.due_at is not None and not line.suspended and line.stage not in SETTLED
        far = distance(line.due_at, at, calendar, overdue=line.overdue) if owed and line.due_at else None
        yield [
            line.id,
            line.title,
            line.lead,
            line.office,
            line.leader,
            line.urgency and line.urgency.value,
            None if line.public is None else "公开" if line.public else "不公开",
            STAGES[line.stage],
            LIGHTS[line.light],
            line.level,
            line.assigned_at,
            line.due_at,
            far.working_days if far else None,
            far.words if far else "计时中止" if line.suspended else None,
            line.cases_open,
            act_words(line.last_act),
            line.last_act_at,
            line.closed_at,
        ]


def write_csv(out: TextIO, found: Iterable[list[Cell]], columns: Mapping[str, int] = COLUMNS) -> int:
    """The register (or rows under other columns) as CSV; how many rows. The caller opens `out` with newline=""."""
    writer = csv.writer(out)
    writer.writerow(columns)
    number = 0
    for row in found:
        number += 1
        writer.writerow([moment(cell) if isinstance(cell, datetime) else harmless(cell) for cell in row])
    return number


def write_xlsx(
    file: Path, found: Iterable[list[Cell]], columns: Mapping[str, int] = COLUMNS, title: str = "督办台账"
) -> int:
    """The register (or rows under other columns) as a workbook; how many rows. Instants are local time.

    Raises OSError before anything is read when the file cannot be written.
    """
    with file.open("wb") as out:
        book = Workbook(write_only=True)
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "C2"
        for number, width in enumerate(columns.values(), 1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        sheet.append([_heading(sheet, name) for name in columns])
        number = 0
        for row in found:
            number += 1
            sheet.append([_cell(sheet, value) for value in row])
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{number + 1}"
        book.save(out)
    return number


def _heading(sheet: Any, name: str) -> Any:
    cell = WriteOnlyCell(sheet, name)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(horizontal="center", vertical="center")
    return cell


def _cell(sheet: Any, value: Cell) -> Any:
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value.astimezone(SHANGHAI).replace(tzinfo=None))
        cell.number_format = "yyyy-mm-dd hh:mm"
        return cell
    cell = WriteOnlyCell(sheet, harmless(value))
    if isinstance(value, str):
        # A text is a text, whatever it begins with.
        cell.data_type = "s"
    return cell


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


def harmless(value: Cell) -> Cell:
    """A value no spreadsheet runs or chokes on: an apostrophe before a formula, no control characters."""
    if not isinstance(value, str):
        return value
    clean = "".join(char if char.isprintable() or char in "\n\t" else " " for char in value)
    return f"'{clean}" if looks_like_formula(clean) else clean
