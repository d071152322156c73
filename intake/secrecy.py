"""Does a sheet that is handed in bear the marking of a state secret, in a 密级 column or in any cell?

A matter's row that does is sent back as a whole without repeating a word of it; a marking anywhere else sends back the
file. What a marking is, is for policies/secrecy.py.
"""

from collections.abc import Iterable
from typing import Any

from intake.content import plain_text
from intake.problems import Words, cell_name
from intake.tables import Table, header_name
from policies import secrecy

WHY = Words(
    "带有国家秘密标志,本系统不得处理,内容未读入",
    "bears the marking of a state secret, which must not be handled here; nothing of it was read",
)
ACCEPTED = Words(
    "不涉密的内容;国家秘密请改用涉密网络办理,误标的去掉标志后重报",
    "what is no state secret; use the classified network for one, and hand in without the marking what is none",
)


def secret_cell(table: Table[Any], row: int) -> str | None:
    """The address of the first cell of this row (from zero) that is marked; None where none is.

    Below the header a cell of a 密级 column is marked by every word but one that says that there is no state secret.
    """
    levels = _level_columns(table) if row > table.header else ()
    for column in range(len(table.grid.rows[row])):
        at = table.grid.place(row, column)
        text = plain_text(table.grid.value(*at))
        if secrecy.marked(text) or (column in levels and secrecy.secret_level(text)):
            return cell_name(*at)
    return None


def first_secret(table: Table[Any], rows: Iterable[int]) -> str | None:
    """The address of the first marked cell in these rows; None where none is."""
    return next((cell for row in rows if (cell := secret_cell(table, row)) is not None), None)


def _level_columns(table: Table[Any]) -> tuple[int, ...]:
    """The columns whose header states a level of secrecy."""
    names = (header_name(value) for value in table.grid.rows[table.header])
    return tuple(column for column, name in enumerate(names) if secrecy.states_level(name))
