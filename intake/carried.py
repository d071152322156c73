"""How does a sheet that was handed in travel with a page, and come back, mended in some cells?

As text that nothing else needs: nobody keeps a file while its owner mends it. What comes back is read like any file of
a stranger: bounded, value by value. Whether it is a ledger is for ledger.py.
"""

import json
import re
import zlib
from base64 import b64decode, b64encode
from binascii import Error as BadText
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from intake.content import plain_text
from intake.grid import COLUMNS, MERGED_ROWS, ROWS, Area, Grid, Special, Value
from intake.problems import SAVE_AGAIN, SheetError, Words
from intake.sheets import CELL_CHARACTERS

CHARACTERS = 900_000
"""The longest text a sheet may travel as."""

_BYTES = 16 * 1024 * 1024
_DAMAGED = Words("随页面带回的表格已损坏", "the sheet that came back with the page is damaged")
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,5})", re.ASCII)

_KINDS: dict[str, tuple[type[Any], Callable[[Any], Any], Callable[[Any], Any]]] = {
    "m": (datetime, datetime.isoformat, datetime.fromisoformat),
    "d": (date, date.isoformat, date.fromisoformat),
    "t": (time, time.isoformat, time.fromisoformat),
    "s": (timedelta, timedelta.total_seconds, lambda seconds: timedelta(seconds=float(seconds))),
    "x": (Special, lambda special: special.value, Special),
}
"""The kinds of values that JSON has none for, each by its letter; an instant before a date, which it is too."""


def carried(grid: Grid) -> str:
    """The sheet as text; raises SheetError for one that is too large to travel."""
    told = {
        "source": grid.source,
        "sheet": grid.sheet,
        "rows": [[_told(value) for value in row] for row in grid.rows],
        "merged": [[area.top, area.left, area.bottom, area.right] for area in grid.merged],
    }
    text = b64encode(zlib.compress(json.dumps(told, ensure_ascii=False).encode(), 9)).decode()
    if len(text) > CHARACTERS:
        why = Words("表格过大,不能在网页上办理", "the sheet is too large for a page")
        raise SheetError(why, Words("请分成几个文件,或用命令行导入", "Split it, or import it on the command line"))
    return text


def read(text: str, mended: Mapping[str, str] | None = None) -> Grid:
    """The sheet that this text carries, with the cells of these addresses (E7) saying what is `mended` in them.

    Raises SheetError for what no sheet was carried as.
    """
    try:
        packed = b64decode(text[: CHARACTERS + 1].encode("ascii"), validate=True)
        unpacking = zlib.decompressobj()
        told = json.loads(unpacking.decompress(packed, _BYTES), parse_constant=_refuse)
        if not unpacking.eof or unpacking.unused_data:
            raise _damaged()
        rows = [[_value(one) for one in row] for row in _list(told["rows"], ROWS, list)]
        if any(len(row) > COLUMNS for row in rows):
            raise _damaged()
        merged = [_area(one) for one in _list(told["merged"], MERGED_ROWS, list)]
        source, sheet = _text(told["source"]), None if told["sheet"] is None else _text(told["sheet"])
    except (UnicodeError, BadText, zlib.error, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        if isinstance(error, SheetError):
            raise
        raise _damaged() from error
    for address, said in (mended or {}).items():
        _mend(rows, address, said)
    return Grid(source, sheet, rows, merged)


def _told(value: Value) -> Any:
    for letter, (kind, written, _) in _KINDS.items():
        if isinstance(value, kind):
            return [letter, written(value)]
    return value


def _value(told: Any) -> Value:
    if isinstance(told, list):
        letter, written = told
        value: Value = _KINDS[letter][2](written)
        return value
    if isinstance(told, str):
        return _text(told)
    if not isinstance(told, bool | int | float):
        raise _damaged()
    return told


def _text(told: Any) -> str:
    if not isinstance(told, str) or len(told) > CELL_CHARACTERS:
        raise _damaged()
    # Half a character can be written in JSON, and nowhere else.
    told.encode()
    return told


def _list(told: Any, most: int, of: type[Any]) -> list[Any]:
    if not isinstance(told, list) or len(told) > most or not all(isinstance(one, of) for one in told):
        raise _damaged()
    return told


def _area(told: list[Any]) -> Area:
    if len(told) != len(Area.__slots__) or not all(type(one) is int and 0 <= one <= ROWS for one in told):
        raise _damaged()
    return Area(*told)


def _mend(rows: list[list[Value]], address: str, said: str) -> None:
    place = _ADDRESS.fullmatch(address)
    if place is None or len(said) > CELL_CHARACTERS:
        raise _damaged()
    row, column = int(place[2]) - 1, 0
    for letter in place[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    if row >= len(rows) or column > COLUMNS:
        raise _damaged()
    cells = rows[row]
    cells += [""] * (column - len(cells))
    # A field that shows a date or a number as text has not changed it.
    if plain_text(cells[column - 1]) != said:
        cells[column - 1] = said


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _damaged() -> SheetError:
    return SheetError(_DAMAGED, SAVE_AGAIN)
