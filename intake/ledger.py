"""Which matters does an office's ledger register, and which of its rows cannot be accepted?

A file and a directory in; registrations, faults and warnings out. One row is for rows.py, one cell for readings.py;
launching, and whether an assignment lies in the past, for the starter. Source: engine.md 3.1 and 7.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from intake.content import plain_text
from intake.grid import Grid, Value
from intake.layout import (
    DATE_LABELS,
    OFFICE_LABELS,
    REQUIRED,
    Column,
    RowKind,
    counted_total,
    labelled_values,
    row_kind,
)
from intake.problems import CellFault, FaultKind, LedgerError, Words, folded, harmless
from intake.readings import Unreadable, read_moment
from intake.register import BESIDES, RegisterColumn, ReturnedRow, is_export, is_returned, returned_rows
from intake.rows import LedgerRow, RowFault, RowReader, source_key
from intake.secrecy import ACCEPTED, WHY, first_secret
from intake.sheets import read_grids
from intake.tables import HeaderError, Table, find_table, header_name
from models.base import Shape
from models.directory import Organ
from policies.calendar import Calendar, standard_calendar

__all__ = [
    "Column", "FaultKind", "Ledger", "LedgerError", "LedgerRow", "LedgerWarning", "OpenLedger", "RowFault",
    "ledger_on", "open_ledger", "read_ledger", "source_key",
]  # fmt: skip


class LedgerWarning(Shape):
    """Something on the sheet that was not used or does not agree; `where` is a cell, a row or several rows."""

    where: str
    text: Words

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


class Ledger(Shape):
    """What a ledger file says.

    `sheet` is the sheet that was read (None for .csv). `office` is the organ named as 填报单位; without one it is None
    and the registrations carry the default. `reported_on` is a local date. Rows and faults are in sheet order.
    """

    source: str
    sheet: str | None
    office: str | None
    reported_on: date | None
    rows: tuple[LedgerRow, ...]
    faults: tuple[RowFault, ...]
    warnings: tuple[LedgerWarning, ...]


class OpenLedger:
    """A ledger file whose rows are read as they are asked for, so that thousands of them are never held at once.

    `matters` is how many rows are matters to be registered, good or bad; `exported` says that the file is a register
    that was exported, whose rows with an id come back through `returned`. `faults` and `warnings` are complete once
    `rows` has been read to its end. The other fields are those of Ledger.
    """

    def __init__(
        self, table: Table[Column], organs: Mapping[str, Organ], default: str | None, calendar: Calendar
    ) -> None:
        self._table = table
        self._register = _as_register(table)
        self.exported = self._register is not None
        self._kinds = {row: row_kind(table, row) for row in table.row_numbers()}
        _refuse_marked(
            table, (row for row in range(len(table.grid.rows)) if self._kinds.get(row) is not RowKind.MATTER)
        )
        self._back: list[int] = []
        if self._register is not None:
            self._back = [row for row in self._kinds if is_returned(self._register, row)]
            _refuse_marked(table, self._back)
            for row in self._back:
                del self._kinds[row]
        around = [*range(table.header), *(row for row, kind in self._kinds.items() if kind is RowKind.NOTE)]
        named = _named_office(table, around, organs)
        responsible = named or _default_office(default, organs)
        self.source = table.grid.source
        self.sheet = table.grid.sheet
        self.office = named.name if named else None
        self.reported_on, warnings = _reported_on(table, around)
        self._matters = [row for row, kind in self._kinds.items() if kind is RowKind.MATTER]
        self.matters = len(self._matters)
        self.warnings = [*warnings, *self._unused(), *_disagreeing(table, self._kinds, len(self._kept()))]
        self._reader = RowReader(table, organs, responsible, _leader(responsible, organs), calendar)

    @property
    def grid(self) -> Grid:
        """The sheet that the ledger stands on."""
        return self._table.grid

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that the sheet has, from left to right."""
        return tuple(sorted(self._table.columns, key=lambda column: self._table.columns[column]))

    @property
    def matter_rows(self) -> list[int]:
        """The rows of matters to be registered, as the sheet counts them: from 1."""
        return [row + 1 for row in self._matters]

    def cells(self, row: int) -> dict[Column, tuple[str, Value]]:
        """What stands in a row (from 1), with the address of each cell, by column."""
        return {
            column: (self._table.address(row - 1, column), self._table.value(row - 1, column))
            for column in self.columns
        }

    @property
    def faults(self) -> list[RowFault]:
        """What cannot be accepted in the rows read so far, in sheet order."""
        return self._reader.faults

    def rows(self) -> Iterator[LedgerRow]:
        """The good rows of matters to be registered, in sheet order; to be read once."""
        for row in self._matters:
            self.warnings += self._besides(row)
            read = self._reader.read(row)
            if read is not None:
                yield read

    def returned(self) -> Iterator[ReturnedRow | CellFault]:
        """The rows of matters that exist, as they came back; none unless `exported`."""
        return iter(()) if self._register is None else returned_rows(self._register, self._back)

    def _kept(self) -> list[int]:
        return [*self._back, *self._matters]

    def _unused(self) -> list[LedgerWarning]:
        unused, register = _unused(self._table, self._kinds), self._register
        known = set() if register is None else {register.address(register.header, column) for column in BESIDES}
        return [warning for warning in unused if warning.where not in known]

    def _besides(self, row: int) -> Iterator[LedgerWarning]:
        """What stands in the row of a new matter on a register and is not read there."""
        register = self._register
        if register is None:
            return
        for column in (one for one in register.columns if one in BESIDES and one is not RegisterColumn.STAMP):
            if text := plain_text(register.own_value(row, column)):
                words = Words(f"新事项不读此列:{harmless(text)}", f"not read of a new matter: {harmless(text)}")
                yield LedgerWarning(where=register.address(row, column), text=words)


def _refuse_marked(table: Table[Column], rows: Iterable[int]) -> None:
    """Refuse the file where one of these rows bears the marking of a state secret."""
    cell = first_secret(table, rows)
    if cell is not None:
        raise LedgerError(Words(f"{cell} {WHY.zh}", f"{cell} {WHY.en}"), ACCEPTED)


def _as_register(table: Table[Column]) -> Table[RegisterColumn] | None:
    """The table as a register that came back; None for a ledger of the office's own, whatever columns that has."""
    if not any(header_name(text) == folded(RegisterColumn.ID) for _, text in table.unknown):
        return None
    register = table.seen_as(RegisterColumn)
    return register if is_export(register) else None


def open_ledger(
    source: Path | bytes,
    directory: Iterable[Organ],
    *,
    office: str | None = None,
    name: str | None = None,
    calendar: Calendar | None = None,
) -> OpenLedger:
    """A ledger (.xlsx or text), opened; `office` is who hands it in when the file does not say.

    `name` is what the file is called in messages; `calendar` (default: the shipped one) tells where a limit ends.
    Raises SheetError for a file that cannot be read and LedgerError for one that is no ledger, or whose office is not
    in the directory. A bad row raises nothing: it is in `faults`.
    """
    return ledger_on(read_grids(source, name), directory, office=office, calendar=calendar)


def ledger_on(
    grids: Iterable[Grid], directory: Iterable[Organ], *, office: str | None = None, calendar: Calendar | None = None
) -> OpenLedger:
    """The same of sheets that have been read, or have been carried along; the errors are those of `open_ledger`."""
    organs = {folded(organ.name): organ for organ in directory}
    try:
        table = find_table(grids, Column, REQUIRED)
        return OpenLedger(table, organs, office, calendar or standard_calendar())
    except HeaderError as error:
        advice = Words("请按要求写明列名后重新提交", "Name the columns as required and hand the file in again")
        raise LedgerError(error.why, advice) from error


def read_ledger(
    source: Path | bytes,
    directory: Iterable[Organ],
    *,
    office: str | None = None,
    name: str | None = None,
    calendar: Calendar | None = None,
) -> Ledger:
    """All that is to be registered in a ledger, read to its end; arguments and errors are those of `open_ledger`."""
    opened = open_ledger(source, directory, office=office, name=name, calendar=calendar)
    rows = tuple(opened.rows())
    return Ledger(
        source=opened.source,
        sheet=opened.sheet,
        office=opened.office,
        reported_on=opened.reported_on,
        rows=rows,
        faults=tuple(opened.faults),
        warnings=tuple(opened.warnings),
    )


def _named_office(table: Table[Column], around: list[int], organs: Mapping[str, Organ]) -> Organ | None:
    """The organ named as 填报单位 above or below the table; None when none is named."""
    found = [value for row in around for value in labelled_values(table, row, OFFICE_LABELS)]
    offices: dict[str, Organ] = {}
    for value in found:
        if value.special:
            raise LedgerError(
                Words(f"{value.cell} 的填报单位是公式", f"the reporting office in {value.cell} is a formula"),
                Words("请直接写单位名称", "Write the name of the organ"),
            )
        organ = organs.get(folded(value.text))
        if organ is None:
            shown = harmless(value.text)
            raise LedgerError(
                Words(
                    f"{value.cell} 的填报单位不在单位名录中:{shown}",
                    f"unknown reporting office in {value.cell}: {shown}",
                ),
                Words(
                    "请改为名录中的单位名称,或先更新名录",
                    "Use a name from the directory, or extend the directory first",
                ),
            )
        offices[organ.name] = organ
    if len(offices) > 1:
        names, cells = "、".join(offices), "、".join(value.cell for value in found)
        raise LedgerError(
            Words(f"填报单位不止一个:{names}({cells})", f"more than one reporting office: {names} ({cells})"),
            Words("一个文件只由一个单位填报", "One file is handed in by one office"),
        )
    return next(iter(offices.values()), None)


def _default_office(office: str | None, organs: Mapping[str, Organ]) -> Organ:
    organ = organs.get(folded(office or ""))
    if organ is not None:
        return organ
    advice = Words(
        "请在表头上方写明“填报单位:单位名称”,或在设置中指定督办单位",
        "Write 填报单位: and the name of the organ above the header, or name the office in the settings",
    )
    if not office:
        raise LedgerError(Words("没有填报单位,也没有默认督办单位", "no reporting office and no default office"), advice)
    shown = harmless(office)
    raise LedgerError(
        Words(f"默认督办单位不在单位名录中:{shown}", f"the default office is not in the directory: {shown}"), advice
    )


def _leader(office: Organ, organs: Mapping[str, Organ]) -> str:
    """The head post of the organ above the office (engine.md 7)."""
    above = organs.get(folded(office.parent or ""))
    if above is None:
        raise LedgerError(
            Words(
                f"{office.name}没有上级单位,无法确定批准领导",
                f"no organ above {office.name}, hence no leader to approve",
            ),
            Words(
                "请由有上级单位的督查机构填报,或补全单位名录",
                "Let an office with an organ above it report, or complete the directory",
            ),
        )
    return above.head


def _reported_on(table: Table[Column], around: list[int]) -> tuple[date | None, list[LedgerWarning]]:
    warnings: list[LedgerWarning] = []
    for row in around:
        for value in labelled_values(table, row, DATE_LABELS):
            try:
                moment = None if value.special else read_moment(value.text)
            except Unreadable:
                moment = None
            if moment is not None:
                return moment.on, warnings
            text = Words("填报日期读不懂,未采用", "the reporting date cannot be read and is not used")
            warnings.append(LedgerWarning(where=value.cell, text=text))
    return None, warnings


def _unused(table: Table[Column], kinds: Mapping[int, RowKind]) -> list[LedgerWarning]:
    """What stands on the sheet and was not read."""
    warnings = [
        LedgerWarning(where=cell, text=Words(f"未知的列,未读入:{name}", f"unknown column, not read: {name}"))
        for cell, name in table.unknown
    ]
    for row, kind in kinds.items():
        if kind in (RowKind.HEADING, RowKind.NOTE):
            texts = (harmless(plain_text(value)) for value in table.grid.rows[row])
            text = next(text for text in texts if text)
            what = Words("小标题", "a heading") if kind is RowKind.HEADING else Words("说明", "a note")
            words = Words(f"视为{what.zh},未读入:{text}", f"taken for {what.en}, not read: {text}")
            warnings.append(LedgerWarning(where=str(row + 1), text=words))
    unfilled = [row + 1 for row, kind in kinds.items() if kind is RowKind.UNFILLED]
    if unfilled:
        count = len(unfilled)
        words = Words(f"{count} 行只有序号,视为空行", f"{count} rows with nothing but a number, taken for blank")
        warnings.append(LedgerWarning(where=f"{unfilled[0]}..{unfilled[-1]}", text=words))
    return warnings


def _disagreeing(table: Table[Column], kinds: Mapping[int, RowKind], matters: int) -> list[LedgerWarning]:
    """A total (合计) that states another number of matters than there are rows, or a sheet without any."""
    warnings = []
    for row, kind in kinds.items():
        stated = counted_total(table, row) if kind is RowKind.TOTAL else None
        if stated is not None and stated != matters:
            words = Words(f"合计写 {stated} 项,实有 {matters} 行", f"the total says {stated}, there are {matters} rows")
            warnings.append(LedgerWarning(where=str(row + 1), text=words))
    if not matters:
        where = str(table.header + 1)
        warnings.append(LedgerWarning(where=where, text=Words("表头下没有事项", "no matters below the header")))
    return warnings
