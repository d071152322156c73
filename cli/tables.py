"""How does a list look to people? As a table no wider than the terminal, and uncut where nobody looks."""

import sys
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPED_WIDTH = 200
"""Columns a table may take where it is not shown in a terminal."""


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """Show rows under columns; a column named with a trailing # holds numbers, None is an empty cell."""
    shown = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        right = column.endswith("#")
        shown.add_column(column.rstrip("#"), justify="right" if right else "left", overflow="fold")
    for row in rows:
        # Text, not a string: a title with brackets in it is no markup.
        shown.add_row(*(Text("" if value is None else str(value)) for value in row))
    console(sys.stdout).print(shown)


def console(stream: object = None) -> Console:
    """A console that writes to `stream` (default: standard error)."""
    out = stream or sys.stderr
    seen = bool(getattr(out, "isatty", bool)())
    return Console(file=out, highlight=False, width=None if seen else PIPED_WIDTH)  # type: ignore[arg-type]
