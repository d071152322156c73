"""How is it said that something handed in cannot be used: a whole file, or one cell of it?

Every answer says why and what would be accepted, in Chinese and in English, and never repeats a formula.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from models.base import Shape

NAME_LONGEST = 60
"""Characters in the name of an organ or a post."""

ECHO_LONGEST = 80
"""Characters of a cell that are repeated in a report; the cell address leads to the rest."""

# Full-width forms too: a spreadsheet with a Chinese input method takes ＝ for =.
_FORMULA_STARTS = frozenset("=+-@\t\r＝＋－＠")
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?%?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Words:
    """One statement in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} {self.en}"


SAVE_AGAIN = Words(
    "请用 Excel 或 WPS 打开,另存为“Excel 工作簿(.xlsx)”后重新提交",
    "Open it in Excel or WPS, save it as an Excel workbook (.xlsx) and hand it in again",
)
TRIM = Words(
    "请删除台账以外的工作表、图片以及空白行列后另存,或分成几个文件提交",
    "Delete other sheets, pictures and blank rows and columns, or split the ledger into several files",
)
LIFT_PASSWORD = Words(
    "请在 Excel 或 WPS 中取消打开密码后另存,再重新提交",
    "Remove the password in Excel or WPS, save the file and hand it in again",
)


class FaultKind(StrEnum):
    """In which way a cell cannot be accepted."""

    MISSING = "missing"
    FORMULA = "formula"
    ERROR_VALUE = "error_value"
    CONTROL_CHARACTER = "control_character"
    TOO_LONG = "too_long"
    BAD_DATE = "bad_date"
    BEYOND_CALENDAR = "beyond_calendar"
    BAD_LIMIT = "bad_limit"
    LIMIT_BEFORE_ASSIGNMENT = "limit_before_assignment"
    UNKNOWN_WORD = "unknown_word"
    UNKNOWN_ORGAN = "unknown_organ"
    SEVERAL_LEADS = "several_leads"
    LEAD_IS_CO_HANDLER = "lead_is_co_handler"
    UNKNOWN_POST = "unknown_post"
    DUPLICATE = "duplicate"
    CLASH = "clash"
    UNKNOWN_MATTER = "unknown_matter"
    BAD_STAMP = "bad_stamp"
    STATE_SECRET = "state_secret"  # noqa: S105 - no password: the kind of a fault


class IntakeError(ValueError):
    """A file that cannot be used at all: `why`, and in `advice` what its owner should do."""

    def __init__(self, why: Words, advice: Words) -> None:
        super().__init__(f"{why.zh}。{advice.zh} | {why.en}. {advice.en}")
        self.why = why
        self.advice = advice


class SheetError(IntakeError):
    """A file whose cells cannot or must not be read."""


class LedgerError(IntakeError):
    """A readable sheet that is not a usable ledger as a whole."""


class CellFault(Shape):
    """One cell that cannot be accepted: `cell` is its address, `value` what it says, made harmless for any reader."""

    cell: str
    column: str
    value: str
    kind: FaultKind
    reason: Words
    accepted: Words

    def __str__(self) -> str:
        return f"{self.cell} {self.column} {self.value!r}: {self.reason};可接受 accepted: {self.accepted}"


class DirectoryError(IntakeError):
    """A directory that cannot be used; `faults` names every bad cell."""

    def __init__(self, why: Words, advice: Words, faults: Iterable[CellFault] = ()) -> None:
        super().__init__(why, advice)
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(str(fault) for fault in self.faults)])


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet that opens `text` might run it: it starts with = + - @, a tab or a return, and no number.

    Spaces in front do not save it. Source: the CSV injection advice of OWASP.
    """
    stripped = text.strip()
    if not stripped or _NUMBER.fullmatch(stripped):
        return False
    return text[0] in _FORMULA_STARTS or stripped[0] in _FORMULA_STARTS


def harmless(text: str) -> str:
    """`text` fit to be shown: on one line, shortened, nothing invisible, and no formula when opened as a sheet."""
    visible = "".join(
        " " if char.isspace() else char for char in text[: ECHO_LONGEST * 4] if char.isspace() or char.isprintable()
    )
    line = " ".join(visible.split())
    if len(line) > ECHO_LONGEST:
        line = line[: ECHO_LONGEST - 1] + "…"
    return f"'{line}" if looks_like_formula(line) else line


def without_invisible(text: str) -> str:
    """`text` without zero-width characters and direction marks, which cannot be seen but make names differ."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def folded(text: str) -> str:
    """The form in which names are compared: full and half width, case and white space make no difference."""
    return _folded_name(text) if len(text) <= NAME_LONGEST else _folded(text)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", without_invisible(text)).split()).casefold()


# A ledger repeats the same few hundred names; longer texts are not worth the memory.
_folded_name = lru_cache(maxsize=8192)(_folded)


def cell_name(row: int, column: int) -> str:
    """The address of a cell as a spreadsheet shows it; `row` and `column` are counted from zero: (6, 4) is E7."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"
