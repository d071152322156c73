"""What is on a sheet, before anybody says what it means: values by row and column, and which cells are merged.

Rows and columns are counted from zero here; addresses in words come from problems.cell_name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

from intake.problems import TRIM, SheetError, Words

ROWS = 20_000
COLUMNS = 256
"""The most a sheet may span. A ledger of a whole city for years stays far below."""

MERGED_ROWS = ROWS * 20
"""Rows that merged areas may stretch over together, so that a small file cannot claim a sheet many times over."""


class Special(Enum):
    """A cell whose content is not used: a formula is not evaluated, an error value (#N/A) says nothing."""

    FORMULA = "formula"
    ERROR = "error"


Value = str | int | float | bool | date | datetime | time | timedelta | Special


@dataclass(frozen=True, slots=True)
class Area:
    """A merged area, both corners included."""

    top: int
    left: int
    bottom: int
    right: int


class Grid:
    """The cells of one sheet of the file `source` (`sheet` is None for a file that has none).

    Blank cells are "" or beyond the end of their row. Raises SheetError when merged areas stretch too far.
    """

    def __init__(self, source: str, sheet: str | None, rows: list[list[Value]], merged: Sequence[Area] = ()) -> None:
        self.source = source
        self.sheet = sheet
        self.rows = rows
        self.merged = tuple(merged)
        self._wide = {(area.top, area.left): area.right for area in merged if area.right > area.left}
        self._held_above = self._joined(merged)

    def value(self, row: int, column: int) -> Value:
        """What stands in the cell itself; "" when nothing does."""
        cells = self.rows[row] if row < len(self.rows) else []
        return cells[column] if column < len(cells) else ""

    def place(self, row: int, column: int) -> tuple[int, int]:
        """The cell whose value holds here: the top one for a blank cell in a merged area, else the cell itself."""
        return self._held_above.get((row, column), (row, column))

    def spans(self, row: int, column: int) -> int:
        """How many columns the cell stretches over, 1 when it is not merged to the right."""
        return self._wide.get((row, column), column) - column + 1

    def _joined(self, merged: Sequence[Area]) -> dict[tuple[int, int], tuple[int, int]]:
        held: dict[tuple[int, int], tuple[int, int]] = {}
        stretched = len(merged)
        for area in merged:
            last = min(area.bottom, len(self.rows) - 1)
            stretched += max(last - area.top, 0)
            if stretched > MERGED_ROWS:
                raise SheetError(Words("表格过大:合并单元格过多", "too many merged cells"), TRIM)
            for row in range(area.top + 1, last + 1):
                if is_blank(self.value(row, area.left)):
                    held[row, area.left] = (area.top, area.left)
        return held


def is_blank(value: Value) -> bool:
    """Whether a cell holds nothing but white space."""
    return isinstance(value, str) and not value.strip()
