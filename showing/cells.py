"""What may stand in a cell of a sheet or table, and how is a text made fit for it?"""

from datetime import datetime

from intake.register import printable

LONGEST_CELL = 32_767
"""Characters a spreadsheet program allows in a cell."""

Cell = str | int | datetime | None


def writable(value: Cell) -> Cell:
    """A text as a sheet can hold it, and no more of it than a cell takes."""
    if not isinstance(value, str):
        return value
    return printable(value.replace("\r\n", "\n"))[: LONGEST_CELL - 1]
