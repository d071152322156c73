"""Which matter does one row of a ledger register, and which of its cells stand in the way?

Every fault of a row is named, not only the first. Which rows are matters is for layout.py, the meaning of a single cell
for readings.py; whether the rules admit the registration is for the rules. Source: engine.md 3.1 and 7.
"""

import hashlib
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from intake.content import PLAIN_CONTENT, forbidden, plain_text, shown
from intake.grid import Value
from intake.layout import REQUIRED, Column
from intake.problems import CellFault, FaultKind, Words, folded, harmless
from intake.readings import (
    DATE_ACCEPTED,
    LIMIT_ACCEPTED,
    Unreadable,
    is_negative_amount,
    read_frequency,
    read_limit,
    read_moment,
    read_public,
    read_urgency,
    split_names,
)
from intake.register import remark_of
from intake.secrecy import ACCEPTED, WHY, secret_cell
from intake.tables import Table
from models.base import Shape
from models.directory import Organ
from models.messages import Registration
from policies.calendar import Calendar, CalendarError
from policies.deadlines import SHANGHAI, counting, due, local_date
from policies.limits import Limit

TITLE_LONGEST = 200
TEXT_LONGEST = 2000
"""Characters in a title, and in any other text of a matter: they travel in messages and stay in histories for years."""

T = TypeVar("T")

_LONGEST = {Column.NUMBER: 40, Column.TITLE: TITLE_LONGEST}
_NOTHING = frozenset({"-", "--", "—", "——", "/", "无"})
"""What offices write into a cell to say that there is nothing to say."""

_MAY_SAY_NOTHING = frozenset(Column) - {*REQUIRED, Column.NUMBER}
_ORGAN_ACCEPTED = Words("单位名录中的单位名称", "the name of an organ in the directory")


class RowFault(CellFault):
    """Why one cell of one row cannot be accepted; `row` counts as the sheet shows it, `number` is its 序号."""

    row: int
    number: str | None


class LedgerRow(Shape):
    """A row that registers a matter, and what it names beside that: 立项依据, 责任领导, 责任人."""

    row: int
    number: str | None
    registration: Registration
    document: str | None = None
    lead_head: str | None = None
    lead_handler: str | None = None


def source_key(registration: Registration) -> str:
    """A key that is the same whenever an office hands in the same matter again, in whatever file and order.

    Made of office, lead, title and the local date of the assignment; width, case and white space make no difference.
    """
    assigned = local_date(registration.assigned_at).isoformat() if registration.assigned_at else ""
    parts = [folded(part or "") for part in (registration.office, registration.lead, registration.title)]
    # The separator is white space to folded(), so no part can contain it.
    told = "\x1f".join([*parts, assigned])
    return f"ledger-{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def cell_text(column: Column, value: Value) -> str:
    """The text of a cell of this column; "" also for a dash where a cell may be blank.

    Raises Unreadable for what no cell may hold, and for a text that is too long.
    """
    text = plain_text(value)
    longest = _LONGEST.get(column, TEXT_LONGEST)
    if column in _MAY_SAY_NOTHING and len(text) <= 2 and unicodedata.normalize("NFKC", text) in _NOTHING:
        return ""
    if reason := forbidden(value):
        raise Unreadable(reason[0], reason[1], PLAIN_CONTENT)
    if len(text) > longest:
        why = Words(f"超过 {longest} 字", f"longer than {longest} characters")
        raise Unreadable(FaultKind.TOO_LONG, why, Words(f"不超过 {longest} 字", f"at most {longest} characters"))
    return "\n".join(text.splitlines())


class RowReader:
    """Reads the rows of one ledger; `organs` is keyed by folded names, `leader` is the post that approves."""

    def __init__(
        self, table: Table[Column], organs: Mapping[str, Organ], office: Organ, leader: str, calendar: Calendar
    ) -> None:
        self.faults: list[RowFault] = []
        self._table = table
        self._organs = organs
        self._office = office
        self._leader = leader
        self._calendar = calendar
        self._seen: dict[tuple[str, str], tuple[int, str | None]] = {}

    def read(self, row: int) -> LedgerRow | None:
        """The matter in this row (from zero); None when a cell is at fault, which is then in `faults`."""
        if (secret := secret_cell(self._table, row)) is not None:
            self.faults.append(_secret_fault(row, secret))
            return None
        cells = _Cells(self._table, row)
        title = " ".join(cells.needed(Column.TITLE).split())
        lead = self._lead(cells)
        co = self._co(cells, lead)
        lead_head, lead_handler = self._posts(cells, lead)
        assigned_at = self._assigned(cells)
        limit = self._limit(cells, assigned_at)
        report_every = cells.read(Column.FREQUENCY, read_frequency)
        urgency = cells.read(Column.URGENCY, read_urgency)
        public = cells.read(Column.PUBLIC, read_public)
        self._check_twin(cells, title, lead)
        if cells.faults or lead is None or limit is None:
            self.faults += sorted(cells.faults, key=lambda fault: tuple(Column).index(Column(fault.column)))
            return None
        document, remark = cells.text(Column.DOCUMENT), cells.text(Column.REMARK)
        registration = Registration(
            message_id="",
            title=title,
            lead=lead.name,
            office=self._office.name,
            leader=self._leader,
            co=co,
            limit=limit.text,
            basis=cells.text(Column.BASIS) or None,
            urgency=urgency,
            report_every=report_every,
            requirement=cells.text(Column.REQUIREMENT) or None,
            public=public,
            remark=remark_of(document, remark),
            assigned_at=assigned_at,
        )
        return LedgerRow(
            row=row + 1,
            number=cells.number,
            registration=registration.model_copy(update={"message_id": source_key(registration)}),
            document=document or None,
            lead_head=lead_head,
            lead_handler=lead_handler,
        )

    def _lead(self, cells: "_Cells") -> Organ | None:
        text = cells.needed(Column.LEAD)
        if not text:
            return None
        organ = self._organs.get(folded(text))
        if organ is None:
            if len(split_names(text)) > 1:
                why = Words(
                    "牵头单位只能有一个,其余请填入协办单位", "there is one lead; the others belong under 协办单位"
                )
                cells.fault(FaultKind.SEVERAL_LEADS, Column.LEAD, why, _ORGAN_ACCEPTED)
            else:
                why = Words("单位名录中没有该单位", "no such organ in the directory")
                cells.fault(FaultKind.UNKNOWN_ORGAN, Column.LEAD, why, _ORGAN_ACCEPTED)
        return organ

    def _co(self, cells: "_Cells", lead: Organ | None) -> tuple[str, ...]:
        found: dict[str, None] = {}
        unknown = []
        for name in split_names(cells.text(Column.CO)):
            organ = self._organs.get(folded(name))
            if organ is None:
                unknown.append(name)
            else:
                found[organ.name] = None
        if unknown:
            shown = "、".join(harmless(name) for name in unknown[:5])
            why = Words(f"单位名录中没有:{shown}", f"not in the directory: {shown}")
            cells.fault(FaultKind.UNKNOWN_ORGAN, Column.CO, why, _ORGAN_ACCEPTED)
        if lead is not None and lead.name in found:
            why = Words(f"牵头单位{lead.name}不能同时是协办单位", f"the lead {lead.name} is also a co-handler")
            accepted = Words("牵头单位以外的单位,或留空", "organs other than the lead, or blank")
            cells.fault(FaultKind.LEAD_IS_CO_HANDLER, Column.CO, why, accepted)
        return tuple(found)

    @staticmethod
    def _posts(cells: "_Cells", lead: Organ | None) -> tuple[str | None, str | None]:
        """The posts named in the row, as the directory writes them; None when none is, or the lead is unknown."""
        if lead is None:
            return None, None
        known: list[str | None] = []
        for column, posts in (
            (Column.LEAD_HEAD, (lead.head,)),
            (Column.LEAD_HANDLER, tuple(dict.fromkeys((lead.handler, lead.head)))),
        ):
            text = cells.text(column)
            post = next((post for post in posts if folded(post) == folded(text)), None)
            if text and post is None:
                why = Words(
                    f"不是{lead.name}的岗位(填岗位,不填人名)", f"not a post of {lead.name} (a post, not a person)"
                )
                accepted = Words(f"{'、'.join(posts)}或留空", f"{', '.join(posts)} or blank")
                cells.fault(FaultKind.UNKNOWN_POST, column, why, accepted)
            known.append(post)
        return known[0], known[1]

    def _assigned(self, cells: "_Cells") -> datetime | None:
        """When the matter was assigned, in Asia/Shanghai; without a time of day, when offices opened that day."""
        moment = cells.read_value(Column.ASSIGNED, read_moment)
        if moment is None:
            cells.needed(Column.ASSIGNED)
            return None
        first, last = self._calendar.first, self._calendar.last
        if not first <= moment.on <= last:
            why = Words("工作日历不含这一天", "outside the working-day calendar")
            cells.fault(
                FaultKind.BEYOND_CALENDAR, Column.ASSIGNED, why, Words(f"{first} 至 {last}", f"{first} to {last}")
            )
            return None
        return datetime.combine(moment.on, moment.at or counting(moment.on).opening, SHANGHAI)

    def _limit(self, cells: "_Cells", assigned_at: datetime | None) -> Limit | None:
        limit = cells.read_value(Column.LIMIT, read_limit)
        if limit is None or assigned_at is None:
            return limit
        try:
            due_at = due(limit, assigned_at, self._calendar, counting(local_date(assigned_at))).at
        except CalendarError:
            why = Words("超出工作日历,无法推算", "runs beyond the working-day calendar")
            accepted = Words(f"{self._calendar.last} 之前到期的时限", f"a limit that ends before {self._calendar.last}")
            cells.fault(FaultKind.BEYOND_CALENDAR, Column.LIMIT, why, accepted)
            return None
        if due_at <= assigned_at:
            on = local_date(assigned_at)
            why = Words(f"时限早于交办({on})", f"the limit lies before the assignment ({on})")
            accepted = Words(
                f"不早于 {on} 的日期,或{LIMIT_ACCEPTED.zh}", f"a date from {on} on, or {LIMIT_ACCEPTED.en}"
            )
            cells.fault(FaultKind.LIMIT_BEFORE_ASSIGNMENT, Column.LIMIT, why, accepted)
        return limit

    def _check_twin(self, cells: "_Cells", title: str, lead: Organ | None) -> None:
        key = (lead.name if lead else folded(cells.text(Column.LEAD)), folded(title))
        if not all(key):
            return
        earlier = self._seen.setdefault(key, (cells.row, cells.number))
        if earlier[0] != cells.row:
            number_zh = f"(序号 {earlier[1]})" if earlier[1] else ""
            number_en = f" (no. {earlier[1]})" if earlier[1] else ""
            why = Words(
                f"与第 {earlier[0]} 行{number_zh}重复:同一牵头单位的同名事项",
                f"the same lead and title as row {earlier[0]}{number_en}",
            )
            accepted = Words(
                "每个事项只填一行;确属不同事项的,名称应能区分", "one row for each matter, told apart by title"
            )
            cells.fault(FaultKind.DUPLICATE, Column.TITLE, why, accepted)


def _secret_fault(row: int, cell: str) -> RowFault:
    """That a cell of the row bears the marking of a state secret: where, and nothing of what the row says."""
    return RowFault(
        row=row + 1,
        number=None,
        cell=cell,
        column="密级",
        value="",
        kind=FaultKind.STATE_SECRET,
        reason=WHY,
        accepted=ACCEPTED,
    )


class _Cells:
    """The cells of one row, with what is wrong with any of them; a cell at fault reads as blank from then on."""

    def __init__(self, table: Table[Column], row: int) -> None:
        self.row = row + 1
        self.number: str | None = None
        self.faults: list[RowFault] = []
        self._table = table
        self._at = row
        self._values: dict[Column, Value] = {column: table.value(row, column) for column in table.columns}
        self._texts = {column: plain_text(value) for column, value in self._values.items()}
        number = self._texts.get(Column.NUMBER, "")
        self.number = harmless(number) or None
        for column, value in self._values.items():
            self._check(column, value)

    def text(self, column: Column) -> str:
        """What the cell says; "" when blank, missing or at fault."""
        return self._texts.get(column, "")

    def needed(self, column: Column) -> str:
        """What the cell says; a blank one is a fault."""
        text = self.text(column)
        if not text and not self._faulty(column):
            self.fault(
                FaultKind.MISSING,
                column,
                Words(f"缺少{column}", f"{column} is required"),
                DATE_ACCEPTED if column is Column.ASSIGNED else Words("不能留空", "it cannot be blank"),
            )
        return text

    def read(self, column: Column, reading: Callable[[str], T]) -> T | None:
        """The reading of the cell's text; None when it is at fault."""
        return self._read(column, reading, self.text(column))

    def read_value(self, column: Column, reading: Callable[[Value], T]) -> T | None:
        """The reading of the cell's value, for columns in which a date is more than its text; None when at fault."""
        return self._read(column, reading, self._values.get(column, ""))

    def fault(self, kind: FaultKind, column: Column, why: Words, accepted: Words) -> None:
        """Put on record that this cell cannot be accepted."""
        self.faults.append(
            RowFault(
                row=self.row,
                number=self.number,
                cell=self._table.address(self._at, column),
                column=column.value,
                value=shown(self._values.get(column, "")),
                kind=kind,
                reason=why,
                accepted=accepted,
            )
        )

    def _faulty(self, column: Column) -> bool:
        return any(fault.column == column for fault in self.faults)

    def _read(self, column: Column, reading: Callable[..., T], content: Value) -> T | None:
        if self._faulty(column):
            return None
        try:
            return reading(content)
        except Unreadable as error:
            self.fault(error.kind, column, error.why, error.accepted)
            return None

    def _check(self, column: Column, value: Value) -> None:
        """What no cell may hold, and the length of its text."""
        if value == "":
            return
        if column is Column.LIMIT and is_negative_amount(self._texts[column]):
            return
        try:
            self._texts[column] = cell_text(column, value)
        except Unreadable as error:
            self.fault(error.kind, column, error.why, error.accepted)
            self._texts[column] = ""
