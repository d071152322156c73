"""How does the register that was exported say, when it comes back, which of its cells somebody has edited?

Its columns, the form in which cells are compared whatever a spreadsheet program made of them, and the stamp that each
row carries along. What may be edited is for policies/editing.py; the row of a new matter for rows.py.
"""

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from intake.content import plain_text, shown
from intake.grid import Special, Value, is_blank
from intake.layout import Column
from intake.problems import CellFault, FaultKind, Words, folded, looks_like_formula
from intake.readings import Unreadable, read_frequency, read_limit, read_moment, split_names
from intake.tables import Table, header_name
from policies.deadlines import SHANGHAI


class RegisterColumn(StrEnum):
    """The columns of an exported register, in their order: the office's ledger, and what the engine knows beside it."""

    ID = "编号"
    NUMBER = Column.NUMBER.value
    TITLE = Column.TITLE.value
    BASIS = Column.BASIS.value
    DOCUMENT = Column.DOCUMENT.value
    LEAD = Column.LEAD.value
    CO = Column.CO.value
    LEAD_HEAD = Column.LEAD_HEAD.value
    LEAD_HANDLER = Column.LEAD_HANDLER.value
    ASSIGNED = Column.ASSIGNED.value
    LIMIT = Column.LIMIT.value
    FREQUENCY = Column.FREQUENCY.value
    URGENCY = Column.URGENCY.value
    PUBLIC = Column.PUBLIC.value
    REQUIREMENT = Column.REQUIREMENT.value
    REMARK = Column.REMARK.value
    OFFICE = "督办单位"
    LEADER = "批准领导"
    STAGE = "环节"
    LIGHT = "灯"
    LEVEL = "升级级次"
    DUE = "到期时间"
    WORKING_DAYS = "距到期工作日"
    DISTANCE = "到期情况"
    EXTENSION = "延期说明"
    SUSPENSION = "中止说明"
    CASES = "在办案件"
    LAST_ACT = "最近记录"
    LAST_AT = "最近记录时间"
    CLOSED = "办结时间"
    STAMP = "导出戳记"


BESIDES = frozenset(RegisterColumn) - {RegisterColumn(name) for name in Column}
"""What is not read of the row of a new matter."""

# An office's own ledger may have a column 编号 for numbers of its own, or name the office in one; it has none of these.
_UNMISTAKABLE = frozenset(
    {RegisterColumn.STAMP, RegisterColumn.LIGHT, RegisterColumn.LEVEL, RegisterColumn.WORKING_DAYS}
    | {RegisterColumn.DISTANCE, RegisterColumn.LAST_ACT}
)

STAMPED = tuple(
    column
    for column in RegisterColumn
    if column not in (RegisterColumn.ID, RegisterColumn.NUMBER, RegisterColumn.STAMP)
)
"""The columns whose cells the stamp vouches for, in its order. Add at the end only: stamps already written stay."""

Texts = Mapping[RegisterColumn, str]

_INSTANTS = frozenset({RegisterColumn.ASSIGNED, RegisterColumn.DUE, RegisterColumn.LAST_AT, RegisterColumn.CLOSED})
_NAMES = frozenset(
    {RegisterColumn.LEAD, RegisterColumn.LEAD_HEAD, RegisterColumn.LEAD_HANDLER, RegisterColumn.URGENCY}
    | {RegisterColumn.PUBLIC, RegisterColumn.OFFICE, RegisterColumn.LEADER}
)
_HEADED = (RegisterColumn.TITLE, RegisterColumn.LEAD)
_GUARD = re.compile(r"^['\s]+")
_MATTER_ID = re.compile(r"[0-9]{4}-[0-9]{4,9}", re.ASCII)

# --- cells ------------------------------------------------------------------------------------------------------------


def guarded(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet might run it; `told_text` drops it again."""
    return f"'{text}" if looks_like_formula(text.lstrip("'")) else text


def printable(text: str) -> str:
    """A text as every sheet can hold it: without control characters and white space around it."""
    return "".join(char if char.isprintable() or char in "\n\t" else " " for char in text).strip()


def told_text(value: Value | None) -> str:
    """What a cell says, as an office would read it; without the apostrophes in front of what looks like a formula."""
    text = printable("\n".join(plain_text("" if value is None else value).splitlines()))
    bare = _GUARD.sub("", text)
    return bare if looks_like_formula(bare) else text


def compared(column: RegisterColumn, value: Value | None) -> str:
    """The form in which cells of this column are compared: equal for the same content, however it was written.

    A date cell equals the same date as text, 15wd equals 15个工作日, and white space around a text is nothing.
    """
    if isinstance(value, Special):
        # No text has a control character in front.
        return f"\x00{value.value}"
    text = told_text(value)
    if not text or value is None:
        return ""
    try:
        return _FORMS[column](value, text) if column in _FORMS else text
    except Unreadable:
        return text


def _instant(value: Value, _: str) -> str:
    moment = read_moment(value)
    if moment is None:
        return ""
    return f"{moment.on} {moment.at:%H:%M}" if moment.at else f"{moment.on} 00:00"


_FORMS: dict[RegisterColumn, Callable[[Any, str], str]] = {
    **dict.fromkeys(_INSTANTS, _instant),
    **dict.fromkeys(_NAMES, lambda _, text: folded(text)),
    RegisterColumn.TITLE: lambda _, text: " ".join(text.split()),
    RegisterColumn.CO: lambda _, text: "、".join(folded(name) for name in split_names(text)),
    RegisterColumn.LIMIT: lambda value, _: read_limit(value).text,
    RegisterColumn.FREQUENCY: lambda _, text: read_frequency(text) or "",
}


def remark_cells(remark: str | None) -> tuple[str, str]:
    """A matter's remark as the two cells an import makes it of: 立项依据 and 备注, either of them "" when not there."""
    text = remark or ""
    first, _, rest = text.partition("\n")
    mark, _, document = first.partition(":")
    if mark == RegisterColumn.DOCUMENT and document and remark_of(document, rest) == text:
        return document, rest
    return "", text


def remark_of(document: str, remark: str) -> str | None:
    """The remark of a matter with these two cells; None when both are blank."""
    # A registration has no field of its own for the document a matter rests on, and it must not get lost.
    return "\n".join(part for part in (document and f"{RegisterColumn.DOCUMENT}:{document}", remark) if part) or None


# --- the stamp --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a row said when it was exported: at which instant, at which entry of the matter's ledger, and each cell."""

    exported_at: datetime
    seq: int
    digests: Mapping[RegisterColumn, str]

    def wrote(self, column: RegisterColumn, text: str) -> bool | None:
        """Whether the cell held this, in the form of `compared`; None for a column the stamp does not know."""
        digest = self.digests.get(column)
        return None if digest is None else digest == _digest(column.value, text)


def stamp(matter_id: str, seq: int, at: datetime, texts: Texts) -> str:
    """The stamp of a row: `texts` are its cells in the form of `compared`, `at` the aware instant of the export."""
    digests = "".join(_digest(column.value, texts[column]) for column in STAMPED)
    body = f"v1.{at.astimezone(SHANGHAI):%Y%m%dT%H%M%S}.{seq}.{digests}"
    return f"{body}.{_digest(matter_id, body)}"


def read_stamp(matter_id: str, text: str) -> Stamp | None:
    """The stamp in a cell; None when it is none, is damaged, or belongs to another matter."""
    if _STAMP.fullmatch(text) is None:
        return None
    parts = text.split(".")
    if parts[4] != _digest(matter_id, ".".join(parts[:4])):
        return None
    try:
        exported_at = datetime.strptime(parts[1], "%Y%m%dT%H%M%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
    digests = [parts[3][start : start + _DIGEST] for start in range(0, len(parts[3]), _DIGEST)]
    return Stamp(
        exported_at,
        int(parts[2]),
        dict(zip(STAMPED, digests, strict=False)),
    )


_DIGEST = 8
_STAMP = re.compile(r"v1\.\d{8}T\d{6}\.\d{1,12}\.(?:[A-Za-z0-9_-]{8})*\.[A-Za-z0-9_-]{8}", re.ASCII)


def _digest(key: str, text: str) -> str:
    # 48 bits against slips; nobody gains anything by forging one.
    return urlsafe_b64encode(hashlib.sha256(f"{key}\x1f{text}".encode()).digest()[:6]).decode()


# --- rows -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReturnedCell:
    """One cell of a row that came back: where it stands, what it holds, and that in the form of `compared`."""

    address: str
    value: Value
    text: str


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """A row with the id of a matter; `row` counts as the sheet shows it. `cells` has the columns the sheet still has.

    `stamp` is None where there is none, or one that is not this matter's: that is then the `fault` of its cell.
    """

    row: int
    matter_id: str
    cells: Mapping[RegisterColumn, ReturnedCell]
    stamp: Stamp | None
    fault: CellFault | None = None


def is_export(table: Table[RegisterColumn]) -> bool:
    """Whether this is a register that came back: it has ids, and a column only a register has or ids like ours."""
    if RegisterColumn.ID not in table.columns:
        return False
    if _UNMISTAKABLE & table.columns.keys():
        return True
    return any(_MATTER_ID.fullmatch(told_text(table.value(row, RegisterColumn.ID))) for row in table.row_numbers())


def is_returned(table: Table[RegisterColumn], row: int) -> bool:
    """Whether this row (from zero) belongs to a matter that exists, or says so."""
    value = table.own_value(row, RegisterColumn.ID)
    if not is_blank(value):
        # A printed sheet repeats its header on every page.
        names = {column: header_name(table.own_value(row, column)) for column in (RegisterColumn.ID, *_HEADED)}
        return names != {column: folded(column) for column in names}
    # Its id was deleted: with title and stamp untouched it is no row of a new matter.
    return _deleted_id(table, row)


def _deleted_id(table: Table[RegisterColumn], row: int) -> bool:
    parts = told_text(table.own_value(row, RegisterColumn.STAMP)).split(".")
    title = compared(RegisterColumn.TITLE, table.own_value(row, RegisterColumn.TITLE))
    at = STAMPED.index(RegisterColumn.TITLE) * _DIGEST
    return len(parts) == 5 and parts[3][at : at + _DIGEST] == _digest(RegisterColumn.TITLE.value, title)


def returned_rows(table: Table[RegisterColumn], rows: Iterable[int]) -> Iterator[ReturnedRow | CellFault]:
    """The rows (from zero) of matters that exist, or the fault of the one cell that says which matter it is."""
    seen: dict[str, str] = {}
    for row in rows:
        cells = {
            column: ReturnedCell(table.address(row, column), value, compared(column, value))
            for column in table.columns
            for value in (table.value(row, column),)
        }
        own = cells[RegisterColumn.ID]
        first = seen.setdefault(own.text, own.address)
        if not own.text or isinstance(own.value, Special):
            yield cell_fault(own, RegisterColumn.ID, FaultKind.MISSING, _ID_DELETED, _ID_ACCEPTED)
        elif first != own.address:
            why = Words(f"与 {first} 同为一件事项", f"the same matter as {first}")
            yield cell_fault(own, RegisterColumn.ID, FaultKind.DUPLICATE, why, _ID_ACCEPTED)
        else:
            told = cells.get(RegisterColumn.STAMP)
            found, fault = read_stamp(own.text, told.text) if told else None, None
            if told and told.text and found is None:
                fault = cell_fault(told, RegisterColumn.STAMP, FaultKind.BAD_STAMP, _FOREIGN_STAMP, _STAMP_ACCEPTED)
            yield ReturnedRow(row + 1, own.text, cells, found, fault)


def cell_fault(cell: ReturnedCell, column: RegisterColumn, kind: FaultKind, why: Words, accepted: Words) -> CellFault:
    """Why this cell cannot be accepted."""
    return CellFault(
        cell=cell.address,
        column=column.value,
        value=shown(cell.value),
        kind=kind,
        reason=why,
        accepted=accepted,
    )


_ID_DELETED = Words("编号被删去,而事项名称仍是导出时的", "the id was deleted, but the title is the one exported")
_ID_ACCEPTED = Words(
    "导出时的编号,每件一行;新事项编号留空并另写名称",
    "the id as exported, one row for each matter; for a new matter no id and a title of its own",
)
_FOREIGN_STAMP = Words("戳记已损坏,或属于另一件事项", "the stamp is damaged or another matter's")
_STAMP_ACCEPTED = Words(
    "导出时的戳记(排序时请带上整行),或重新导出", "the stamp as exported (sort whole rows), or a new export"
)
