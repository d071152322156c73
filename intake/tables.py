"""Where on the sheets is the table, and which column is which?

A header is recognised by the names in it, in any order and below any title lines. What a column means, and which rows
are data, is for whoever asked.
"""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from intake.content import plain_text
from intake.grid import Grid, Value
from intake.problems import Words, cell_name, folded, harmless

HEADER_WITHIN = 40
"""Rows from the top among which a header is looked for."""

RECOGNISED_FROM = 3
"""Known names a row must have to be taken for a header."""

C = TypeVar("C", bound=StrEnum)

_DECORATION = "*:"


K = TypeVar("K", bound=StrEnum)


class HeaderError(ValueError):
    """A header that cannot be used: `why`, in both languages."""

    def __init__(self, why: Words) -> None:
        super().__init__(str(why))
        self.why = why


class _Name(NamedTuple):
    column: int
    cell: str
    name: str
    text: str


class Table(Generic[C]):
    """A sheet with its header found. Rows and columns are counted from zero.

    `header` is the row of the names, `columns` says where each known column stands, `unknown` holds the addresses and
    names of columns nobody asked for.
    """

    def __init__(self, grid: Grid, header: int, columns: dict[C, int], unknown: tuple[tuple[str, str], ...]) -> None:
        self.grid = grid
        self.header = header
        self.columns = columns
        self.unknown = unknown

    def seen_as(self, kind: type[K]) -> "Table[K]":
        """The same header, read for the columns in `kind`; raises HeaderError when one of those stands twice."""
        return _table(self.grid, self.header, kind, ())

    def row_numbers(self) -> range:
        """The rows below the header, blank ones too."""
        return range(self.header + 1, len(self.grid.rows))

    def value(self, row: int, column: C) -> Value:
        """What holds for this row in this column; "" when blank or the column is missing."""
        at = self.columns.get(column)
        return "" if at is None else self.grid.value(*self.grid.place(row, at))

    def own_value(self, row: int, column: C) -> Value:
        """What stands in the row itself, leaving out what a merged area brings down from above."""
        at = self.columns.get(column)
        return "" if at is None else self.grid.value(row, at)

    def address(self, row: int, column: C) -> str:
        """The address of the cell that holds for this row, for example E7; "" where the column is missing."""
        at = self.columns.get(column)
        return "" if at is None else cell_name(*self.grid.place(row, at))


def find_table(grids: Iterable[Grid], kind: type[C], required: Collection[C]) -> Table[C]:
    """The table on the first sheet with a recognisable header of the columns in `kind`.

    Raises HeaderError when no sheet has one, a required column is missing, or a known name stands twice.
    """
    looked_at = []
    for grid in grids:
        header = _header_row(grid, kind)
        if header is not None:
            return _table(grid, header, kind, required)
        looked_at.append(grid.sheet)
    sheets = "、".join(harmless(name) for name in looked_at if name)
    raise HeaderError(
        Words(
            f"找不到表头{f'(已查看工作表:{sheets})' if sheets else ''};表头应含:{'、'.join(required)}",
            f"no header found{f' (sheets looked at: {sheets})' if sheets else ''}; expected: {', '.join(required)}",
        )
    )


def header_name(value: Value) -> str:
    """The name a header cell gives its column: no line breaks, marks (* :) or bracketed remarks such as (必填)."""
    if not isinstance(value, str):
        return ""
    name = folded(value).strip(_DECORATION)
    return name.partition("(")[0].strip(_DECORATION) or name


def _header_row(grid: Grid, kind: type[C]) -> int | None:
    """The row with the most known names: of a two-row header the lower one, with what is merged into it."""
    known = {folded(column) for column in kind}
    best, most = None, min(RECOGNISED_FROM, len(known)) - 1
    for row in range(min(HEADER_WITHIN, len(grid.rows))):
        found = len(known & {name.name for name in _names(grid, row)})
        if found > most:
            best, most = row, found
    return best


def _table(grid: Grid, header: int, kind: type[C], required: Collection[C]) -> Table[C]:
    known = {folded(column): column for column in kind}
    columns: dict[C, _Name] = {}
    unknown = []
    for name in _names(grid, header):
        column = known.get(name.name)
        if column is None:
            unknown.append((name.cell, harmless(name.text)))
        elif column in columns:
            first, second = columns[column].cell, name.cell
            raise HeaderError(
                Words(
                    f"列“{column}”出现两次:{first} 和 {second}", f"the column {column} occurs twice: {first}, {second}"
                )
            )
        else:
            columns[column] = name
    missing = [column for column in kind if column in required and column not in columns]
    if missing:
        raise HeaderError(
            Words(
                f"第 {header + 1} 行的表头缺少必需的列:{'、'.join(missing)}",
                f"the header in row {header + 1} lacks required columns: {', '.join(missing)}",
            )
        )
    return Table(grid, header, {column: name.column for column, name in columns.items()}, tuple(unknown))


def _names(grid: Grid, row: int) -> list[_Name]:
    """What stands in a row of names, from left to right, without blanks."""
    names = []
    for column in range(max(len(cells) for cells in grid.rows[: row + 1])):
        place = grid.place(row, column)
        text = plain_text(grid.value(*place))
        if text:
            names.append(_Name(column, cell_name(*place), header_name(text), text))
    return names
