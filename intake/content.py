"""What does a cell say, and what may no cell hold, whatever its column?

Formulas and error values are never evaluated and never repeated. What a column asks for beyond that is for its reader.
"""

import re
from datetime import date, datetime, time, timedelta

from intake.grid import Special, Value
from intake.problems import FaultKind, Words, harmless, looks_like_formula, without_invisible

PLAIN_CONTENT = Words(
    "普通文字或数值:公式请“选择性粘贴”为数值,开头的 = + - @ 或制表符请删去",
    "plain text or a number: paste formulas as values and remove a leading = + - @ or tab",
)

# White space among the control characters (tab, line breaks, the vertical tab of a pasted Word text) is no harm.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_SHOWN = {Special.FORMULA: "(公式 formula)", Special.ERROR: "(错误值 error value)"}


def plain_text(value: Value) -> str:
    """A value as an office would read it in the cell, without white space around it or invisible characters.

    Special cells have no text of their own: "".
    """
    match value:
        case Special():
            return ""
        case str():
            return without_invisible(value).strip()
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time.min:
            return str(value.date())
        case datetime():
            return value.isoformat(" ", "seconds")
        case int() | float() | date() | time() | timedelta():
            return str(value)


def shown(value: Value) -> str:
    """The value fit to be repeated in a report."""
    return _SHOWN[value] if isinstance(value, Special) else harmless(plain_text(value))


def forbidden(value: Value) -> tuple[FaultKind, Words] | None:
    """Why this value cannot stand in any cell that is read; None when it can."""
    if value is Special.FORMULA:
        return FaultKind.FORMULA, Words(
            "单元格是公式,公式不会被计算", "the cell holds a formula, which is never evaluated"
        )
    if value is Special.ERROR:
        return FaultKind.ERROR_VALUE, Words("单元格是错误值", "the cell holds an error value")
    if isinstance(value, str):
        if looks_like_formula(value):
            return FaultKind.FORMULA, Words(
                "文字以公式符号开头,打开时可能被当作公式执行", "the text starts like a formula and might be run as one"
            )
        if _CONTROL.search(value):
            return FaultKind.CONTROL_CHARACTER, Words("含有不可见的控制字符", "it contains control characters")
    return None
