"""How does a list look to people? As a table no wider than the terminal, and uncut where nobody looks."""

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

PIPED_WIDTH = 200
"""Columns a table may take where it is not shown in a terminal."""

PAGE_WIDTH = 92
"""Columns on a printed page: A4 with ordinary margins in 10-point type."""


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """Show rows under columns; a column named with a trailing # holds numbers, None is an empty cell."""
    _console(sys.stdout).print(_table(columns, rows, title))


class Page:
    """Text for a printer: lines and tables no wider than an A4 page in an ordinary type, lines ended by a newline."""

    def __init__(self) -> None:
        self._written = io.StringIO()
        self._console = Console(file=self._written, highlight=False, width=PAGE_WIDTH)

    @property
    def text(self) -> str:
        """All of it, without spaces at the ends of lines."""
        return "".join(f"{line.rstrip()}\n" for line in self._written.getvalue().splitlines())

    def line(self, text: str = "") -> None:
        """One line, folded where it is too long."""
        self._console.print(Text(text))

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table, as on the screen."""
        self._console.print(_table(columns, rows, None))


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None) -> Table:
    shown = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        right = column.endswith("#")
        shown.add_column(column.rstrip("#"), justify="right" if right else "left", overflow="fold")
    for row in rows:
        # Text, not a string: a title with brackets in it is no markup.
        shown.add_row(*(Text("" if value is None else str(value)) for value in row))
    return shown


@contextmanager
def progress(words: str, total: int) -> Iterator[Callable[[], None]]:
    """A progress bar on standard error; what comes back moves it on by one."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_console(sys.stderr)) as bar:
        task = bar.add_task(words, total=total)
        yield lambda: bar.advance(task)


def _console(stream: TextIO) -> Console:
    return Console(file=stream, highlight=False, width=None if stream.isatty() else PIPED_WIDTH)
