"""What is each row of a ledger sheet: a matter, or a title line, a heading, a total, a remark?

Also what the lines around the table say (填报单位, 填报日期). What a matter's row says is for rows.py; naming the rows
that are not taken for matters is for ledger.py.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, StrEnum

from intake.content import plain_text
from intake.grid import Special, Value, is_blank
from intake.problems import cell_name, folded, without_invisible
from intake.tables import Table, header_name


class Column(StrEnum):
    """The columns of a ledger, by the names offices give them."""

    NUMBER = "序号"
    TITLE = "督办事项"
    BASIS = "事项来源"
    DOCUMENT = "立项依据"
    LEAD = "牵头单位"
    CO = "协办单位"
    LEAD_HEAD = "责任领导"
    LEAD_HANDLER = "责任人"
    ASSIGNED = "交办日期"
    LIMIT = "办结时限"
    FREQUENCY = "反馈频次"
    URGENCY = "紧急程度"
    PUBLIC = "公开属性"
    REQUIREMENT = "办理要求"
    REMARK = "备注"


REQUIRED = (Column.TITLE, Column.LEAD, Column.ASSIGNED, Column.LIMIT)
"""Columns without which a sheet is no ledger. A blank 办结时限 has a meaning; a sheet without the column has none."""

_MATTER_MAKING = (Column.LEAD, Column.ASSIGNED, Column.LIMIT)


class RowKind(Enum):
    """What a row below the header is."""

    MATTER = "matter"
    BLANK = "blank"
    UNFILLED = "unfilled"
    HEADER = "header"
    HEADING = "heading"
    TOTAL = "total"
    NOTE = "note"
    CONTINUED = "continued"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value that follows a label outside the table; `special` when the value is a formula or an error."""

    cell: str
    text: str
    special: bool = False


OFFICE_LABELS = frozenset({"填报单位", "填表单位", "报送单位"})
DATE_LABELS = frozenset({"填报日期", "填报时间", "填表日期", "填表时间", "报送日期"})

_OTHER_LABELS = (
    "填报人", "填表人", "制表人", "制表", "审核人", "审核", "审批人", "签发人", "单位负责人", "负责人", "联系人",
    "联系电话", "电话", "报送人", "填表说明", "填报说明", "说明", "备注", "注",
)  # fmt: skip
_LABEL = re.compile(
    rf"({'|'.join(sorted({*OFFICE_LABELS, *DATE_LABELS, *_OTHER_LABELS}, key=len, reverse=True))})"
    r"\s{0,9}(?:\([^()]{0,10}\))?\s{0,9}:"
)
_SEALS = ("(盖章)", "(公章)", "(章)")
_TOTAL = re.compile(r"(?:总计|合计|共计|小计)(?::?共?([0-9]{1,6})(?:项|件|条|个)?)?:?")
_COUNT = re.compile(r"共?([0-9]{1,6})(?:项|件|条)")
_SECTION = re.compile(r"(?:[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十]{1,3}\)).*")
_HEADING_SPANS = 3


def row_kind(table: Table[Column], row: int) -> RowKind:
    """What the row (from zero) below the header of `table` is."""
    cells = [(column, value) for column, value in enumerate(table.grid.rows[row]) if not is_blank(value)]
    if not cells:
        return RowKind.BLANK
    if not any(not is_blank(table.own_value(row, column)) for column in _MATTER_MAKING):
        kind = _aside(table, row, cells)
        if kind is not None:
            return kind
    if all(is_blank(table.own_value(row, column)) for column in table.columns):
        return RowKind.CONTINUED
    # A printed sheet repeats its header on every page.
    names = [header_name(table.own_value(row, column)) for column in REQUIRED]
    return RowKind.HEADER if names == list(REQUIRED) else RowKind.MATTER


def counted_total(table: Table[Column], row: int) -> int | None:
    """The number of matters a total (合计) row states, None when it states none or is a subtotal (小计)."""
    texts = [folded(plain_text(value)) for value in table.grid.rows[row]]
    for text in texts:
        total = _TOTAL.fullmatch(text)
        if total and text.startswith("小计"):
            return None
        if total and total[1]:
            return int(total[1])
    return next((int(counted[1]) for text in texts if (counted := _COUNT.fullmatch(text))), None)


def labelled_values(table: Table[Column], row: int, labels: frozenset[str]) -> list[Labelled]:
    """The values that follow one of `labels` in a row outside the table, in the same cell or in the next filled one."""
    found = []
    values = table.grid.rows[row]
    for column, value in enumerate(values):
        if not isinstance(value, str):
            continue
        text = unicodedata.normalize("NFKC", without_invisible(value))
        marks = list(_LABEL.finditer(text))
        if not marks and folded(text) in labels:
            found += _next_filled(values, row, column)
        ends = [*(mark.start() for mark in marks[1:]), len(text)]
        for mark, end in zip(marks, ends, strict=False):
            if mark[1] not in labels:
                continue
            said = _without_seal(text[mark.end() : end])
            found += [Labelled(cell_name(row, column), said)] if said else _next_filled(values, row, column)
    return found


def _next_filled(values: list[Value], row: int, column: int) -> list[Labelled]:
    for at in range(column + 1, len(values)):
        value = values[at]
        if isinstance(value, Special):
            return [Labelled(cell_name(row, at), "", special=True)]
        if not is_blank(value):
            text = unicodedata.normalize("NFKC", plain_text(value))
            return [] if _LABEL.match(text) else [Labelled(cell_name(row, at), _without_seal(text))]
    return []


def _without_seal(text: str) -> str:
    said = text.strip()
    for seal in _SEALS:
        said = said.removesuffix(seal).rstrip()
    return said


def _aside(table: Table[Column], row: int, cells: list[tuple[int, Value]]) -> RowKind | None:
    """What a row without organ, date and limit of its own is, when it is no matter."""
    first_at, first = cells[0]
    text = folded(plain_text(first))
    title = folded(plain_text(table.own_value(row, Column.TITLE)))
    if _TOTAL.fullmatch(text) or _TOTAL.fullmatch(title):
        return RowKind.TOTAL
    if _LABEL.match(text):
        return RowKind.NOTE
    if len(cells) == 1:
        if table.grid.spans(row, first_at) >= _HEADING_SPANS or _SECTION.fullmatch(text):
            return RowKind.HEADING
        if first_at == table.columns.get(Column.NUMBER):
            return RowKind.UNFILLED
    return None
