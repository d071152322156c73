"""Which matters does an office's ledger register, and which of its rows cannot be accepted, cell by cell?

A grid and a directory in; registrations, faults and warnings out. Launching, and whether an assignment lies in the past,
is for the starter; the reading of single cells for readings.py. Source: engine.md 3.1 and 7.
"""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from intake.grid import Grid, Special, Value
from intake.layout import (
    DATE_LABELS,
    OFFICE_LABELS,
    REQUIRED,
    Column,
    Labelled,
    RowKind,
    counted_total,
    labelled_values,
    row_kind,
)
from intake.problems import (
    CellFault,
    LedgerError,
    Words,
    folded,
    harmless,
    looks_like_formula,
)
from intake.readings import (
    DATE_ACCEPTED,
    LIMIT_ACCEPTED,
    FaultKind,
    Moment,
    Unreadable,
    read_frequency,
    read_limit,
    read_moment,
    read_public,
    read_urgency,
    split_names,
)
from intake.sheets import read_grids
from intake.tables import HeaderError, Table, find_table, plain_text
from models.base import Shape
from models.directory import Organ
from models.messages import Registration
from policies.calendar import Calendar, CalendarError, standard_calendar
from policies.deadlines import SHANGHAI, counting, due, local_date
from policies.limits import Limit, Unit

TITLE_LONGEST = 200
TEXT_LONGEST = 2000
"""Characters in a title, and in any other text of a matter. They travel in every message and every history."""

_LONGEST = {Column.TITLE: TITLE_LONGEST, Column.NUMBER: 40}
_OPTIONAL_TEXTS = frozenset(
    {Column.BASIS, Column.DOCUMENT, Column.CO, Column.LEAD_HEAD, Column.LEAD_HANDLER, Column.FREQUENCY, Column.URGENCY,
     Column.PUBLIC, Column.REQUIREMENT, Column.REMARK}
)  # fmt: skip
_NOTHING = frozenset({"-", "--", "—", "——", "/", "无"})
"""What offices put into a cell to say that there is nothing to say."""

_PASTE_VALUE = Words(
    "普通文字或数值:公式请先“选择性粘贴”为数值;开头的 = + - @ 请删去",
    "plain text or a number: paste formulas as values; remove a leading = + - @",
)
_KNOWN_ORGAN = Words("单位名录中的单位名称", "the name of an organ in the directory")


class RowFault(CellFault):
    """Why one cell of one row cannot be accepted; `row` counts as the sheet shows it, `number` is its 序号."""

    row: int
    number: str | None
    kind: FaultKind


class LedgerRow(Shape):
    """A row that registers a matter, with what was written beside the registration itself."""

    row: int
    number: str | None
    registration: Registration
    document: str | None = None
    lead_head: str | None = None
    lead_handler: str | None = None


class LedgerWarning(Shape):
    """Something on the sheet that was not used, or does not agree; `where` is a cell or rows."""

    where: str
    text: Words


class Ledger(Shape):
    """What a ledger file says.

    `sheet` is the sheet that was read (None for .csv). `office` is the organ named as 填报单位, None when the file names
    none; the registrations then carry the office given as default. `reported_on` is a local date.
    """

    source: str
    sheet: str | None
    office: str | None
    reported_on: date | None
    rows: tuple[LedgerRow, ...]
    faults: tuple[RowFault, ...]
    warnings: tuple[LedgerWarning, ...]


def read_ledger(
    source: Path | bytes,
    directory: Iterable[Organ],
    *,
    office: str | None = None,
    name: str | None = None,
    calendar: Calendar | None = None,
) -> Ledger:
    """The matters and faults in a ledger file (.xlsx or .csv); `office` is who hands it in when the file does not say.

    `name` is what the file is called in messages; `calendar` (default: the shipped one) tells whether a fixed date lies
    before the assignment. Raises SheetError for a file that cannot be read, LedgerError for one that is no ledger or
    names no office of the directory. A bad row raises nothing: it is in `faults`.
    """
    organs = {folded(organ.name): organ for organ in directory}
    try:
        table = find_table(read_grids(source, name), Column, REQUIRED)
    except HeaderError as error:
        raise LedgerError(
            error.why,
            Words("请按表头样式补齐列名后重新提交", "Name the columns as required and hand the file in again"),
        ) from error
    kinds = {row: row_kind(table, row) for row in table.row_numbers()}
    around = [*range(table.header), *(row for row, kind in kinds.items() if kind is RowKind.NOTE)]
    warnings: list[LedgerWarning] = []
    named = _office(table, around, organs)
    reported_on = _reported_on(table, around, warnings)
    reader = _RowReader(table, organs, named or _default_office(office, organs), organs_leader, calendar)
    matters = [row for row, kind in kinds.items() if kind is RowKind.MATTER]
    rows = [ledger_row for row in matters if (ledger_row := reader.read(row)) is not None]
    warnings += _layout_warnings(table, kinds, len(matters))
    return Ledger(
        source=table.grid.source,
        sheet=table.grid.sheet,
        office=named.name if named else None,
        reported_on=reported_on,
        rows=tuple(rows),
        faults=tuple(reader.faults),
        warnings=tuple(warnings),
    )
