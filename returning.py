"""Of a register that was exported and comes back: which cells were edited, and what becomes of each?

What nobody touched changes nothing. What an ordinary command can change is given to the matter as that command, under
an id made of the edit itself, so that importing twice applies it once; everything else is a conflict named by its cell.
How a cell is judged is for policies/editing.py. Source: engine.md 3.11, 7.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from itertools import chain, islice
from typing import Any

from sqlmodel import Session

from intake.content import shown
from intake.grid import Special
from intake.layout import Column
from intake.problems import CellFault, FaultKind, Words
from intake.readings import NOT_PUBLIC, PUBLIC, Unreadable, read_public, read_urgency
from intake.register import (
    RegisterColumn,
    ReturnedCell,
    ReturnedRow,
    Stamp,
    cell_fault,
    compared,
    remark_cells,
    remark_of,
    told_text,
)
from intake.rows import cell_text
from models.access import Scope
from models.base import Voice
from models.matters import Urgency
from models.messages import Correct, Outcome, RaiseUrgency, Registration
from office import Office, UnavailableError
from pacing import paced
from policies.editing import INSTEAD, RAISED, Fate, Judged, command_for, judged, urgency_judged
from policies.office_commands import CORRECTABLE
from policies.saying import said
from policies.wording import limit_cell, moment
from record import ledger, matters, views
from record.store import RecordUnavailableError, Store
from record.views import RegisterLine
from showing.cells import Cell
from showing.register import Register

__all__ = ["Conflict", "Edit", "Plan", "Returned", "apply", "plan"]

FIELDS: dict[RegisterColumn, str] = {
    RegisterColumn.TITLE: "title",
    RegisterColumn.BASIS: "basis",
    # A matter keeps the document it rests on in its remark.
    RegisterColumn.DOCUMENT: "remark",
    RegisterColumn.LEAD: "lead",
    RegisterColumn.CO: "co",
    RegisterColumn.LEAD_HEAD: "posts",
    RegisterColumn.LEAD_HANDLER: "posts",
    RegisterColumn.ASSIGNED: "assigned_at",
    RegisterColumn.LIMIT: "limit",
    RegisterColumn.FREQUENCY: "report_every",
    RegisterColumn.URGENCY: "urgency",
    RegisterColumn.PUBLIC: "public",
    RegisterColumn.REQUIREMENT: "requirement",
    RegisterColumn.REMARK: "remark",
    RegisterColumn.OFFICE: "office",
    RegisterColumn.LEADER: "leader",
    RegisterColumn.STAGE: "stage",
    RegisterColumn.LIGHT: "computed",
    RegisterColumn.LEVEL: "computed",
    RegisterColumn.DUE: "due",
    RegisterColumn.WORKING_DAYS: "computed",
    RegisterColumn.DISTANCE: "computed",
    RegisterColumn.EXTENSION: "extension",
    RegisterColumn.SUSPENSION: "suspension",
    RegisterColumn.CASES: "cases",
    RegisterColumn.LAST_ACT: "computed",
    RegisterColumn.LAST_AT: "computed",
    RegisterColumn.CLOSED: "stage",
}
"""Which field of a matter each column shows, in the terms of policies/editing.py."""

EVERYTHING = Scope.everything()
Speaks = tuple[str | None, Voice | None]


class Unknown(Enum):
    """What nobody can tell any more."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN

CONFLICT, REFUSED = "conflict", "refused"

_CHUNK = 200
_UNKNOWN = Words("没有这个编号的事项", "there is no matter with this id")
_KNOWN_IDS = Words("导出时的编号;新事项编号留空", "the id as exported; none for a new matter")
_TITLE_NEEDED = Words("不能留空", "it cannot be blank")


@dataclass(frozen=True, slots=True)
class Conflict:
    """One cell that was edited and not applied: what it says, what the matter says now, why, and what is accepted.

    `kind` is CONFLICT, REFUSED (by the rules, on record) or the kind of a cell fault. `exported` is what the cell said
    when it was exported, None where nobody can tell any more; `fixed` says that no sheet changes what it shows.
    """

    matter_id: str | None
    cell: str
    column: str
    kind: str
    value: str
    current: str
    reason: str
    accepted: str
    exported: str | None = None
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that a command makes: of one field, seen in one cell or two; `value` and `current` fit to be shown."""

    matter_id: str
    cell: str
    column: str
    field: str
    value: str
    current: str
    command: Correct | RaiseUrgency


@dataclass(slots=True)
class Plan:
    """What an exported register that came back would do.

    `returned` counts its rows of matters that exist, `untouched` those with nothing to do. `removed` is how many
    matters of the export are no longer on the sheet; None where no stamp says when it was exported. `applied` are the
    edits that have been made by this sheet, and still stand.
    """

    edits: list[Edit] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    returned: int = 0
    untouched: int = 0
    removed: int | None = None
    exported_at: datetime | None = None
    applied: list[Edit] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Returned:
    """What became of edits, in their order: those that were applied, and those that the rules refused."""

    applied: list[Edit]
    refused: list[Conflict]


def plan(  # noqa: PLR0917 - what came back, what it is judged by, who speaks and what he may see
    store: Store,
    rows: Iterable[ReturnedRow | CellFault],
    register: Register,
    by: str | None = None,
    voice: Voice | None = None,
    scope: Scope = EVERYTHING,
) -> Plan:
    """What these rows would change, judged against the record as it is at the register's instant; nothing is done.

    `by` is the post that speaks, `voice` the person; without a post it is the handler of each matter's office. What is
    not in the `scope` is unknown, and what was taken off the sheet is counted for the whole register only.
    """
    found = Plan()
    with store.reading() as session:
        present: list[datetime] = []
        for chunk in _chunks(rows):
            ids = [row.matter_id for row in chunk if isinstance(row, ReturnedRow)]
            lines = views.register_of(session, ids, now=register.at, scope=scope)
            for row in chunk:
                found.returned += 1
                if isinstance(row, CellFault):
                    found.conflicts.append(_faulty(row, None))
                    continue
                line = lines.get(row.matter_id)
                if line is None:
                    own = row.cells[RegisterColumn.ID]
                    fault = cell_fault(own, RegisterColumn.ID, FaultKind.UNKNOWN_MATTER, _UNKNOWN, _KNOWN_IDS)
                    found.conflicts.append(_faulty(fault, row.matter_id))
                    continue
                if row.fault is not None:
                    found.conflicts.append(_faulty(row.fault, row.matter_id))
                    continue
                if line.line.registered_at is not None:
                    present.append(line.line.registered_at)
                if row.stamp is not None:
                    found.exported_at = max(row.stamp.exported_at, found.exported_at or row.stamp.exported_at)
                judging = _Judging(session, row, line, register, (by, voice))
                for one in judging.outcome():
                    if isinstance(one, Edit):
                        answered = matters.answered(session, one.matter_id, one.command.message_id)
                        one = one if answered is None else _answered_before(one, answered)
                    if isinstance(one, Edit):
                        found.edits.append(one)
                    else:
                        found.conflicts.append(one)
                found.applied += [one for one in judging.made() if _was_accepted(session, one)]
                found.untouched += judging.untouched
        if found.exported_at is not None and scope == EVERYTHING:
            until = found.exported_at
            found.removed = views.registered_by(session, until) - sum(one <= until for one in present)
    return found


async def apply(office: Office, edits: Sequence[Edit], in_flight: int, advance: Callable[[], None]) -> Returned:
    """Give the commands of these edits, `in_flight` at a time; `advance` is called once for each.

    Raises UnavailableError saying how many were given; those are not given again when the file is imported again.
    """
    answers: dict[str, Outcome] = {}

    async def give(edit: Edit) -> tuple[Edit, Outcome]:
        return edit, await office.say(edit.matter_id, edit.command)

    def told(one: tuple[Edit, Outcome]) -> None:
        edit, outcome = one
        answers[edit.command.message_id] = outcome
        advance()

    async def one_by_one() -> AsyncIterator[Edit]:
        for edit in edits:
            yield edit

    try:
        await paced(one_by_one(), give, told, in_flight)
    except (UnavailableError, RecordUnavailableError) as error:
        done = len(answers)
        raise UnavailableError(
            f"{error} (已处理改动 {done} 处,再次导入即可接着做 {done} edits are done; import again to go on)"
        ) from error
    outcomes = [(edit, answers[edit.command.message_id]) for edit in edits]
    return Returned(
        applied=[edit for edit, outcome in outcomes if outcome.accepted],
        refused=[_refused(edit, outcome) for edit, outcome in outcomes if not outcome.accepted],
    )


# --- one row ----------------------------------------------------------------------------------------------------------


class _Judging:
    """One row against the matter as it is now."""

    def __init__(
        self, session: Session, row: ReturnedRow, line: RegisterLine, register: Register, speaks: Speaks
    ) -> None:
        self.untouched = True
        self._session = session
        self._row = row
        self._current = register.cells(line)
        self._line = line
        office = register.directory.find(line.line.office)
        by, self._voice = speaks
        self._by = by or (office.handler if office else None)

    def outcome(self) -> Iterator[Edit | Conflict]:
        """What becomes of the cells that are not as the matter has them."""
        commanded: dict[str, list[RegisterColumn]] = {}
        for column, name in FIELDS.items():
            cell = self._row.cells.get(column)
            if cell is None:
                continue
            fate = self._judged(column, name, cell)
            if fate.fate is Fate.UNTOUCHED:
                continue
            self.untouched = False
            if fate.fate is Fate.COMMANDED:
                commanded.setdefault(name, []).append(column)
            else:
                yield self._conflict(column, cell, CONFLICT, fate.why, fate.instead)
        for name, columns in commanded.items():
            yield from self._commanded(name, columns)

    def made(self) -> Iterator[Edit]:
        """The edits that the matter agrees with by now, whoever made them."""
        agreed: dict[str, list[RegisterColumn]] = {}
        for column, name in FIELDS.items():
            cell, stamp = self._row.cells.get(column), self._row.stamp
            if cell is None or stamp is None or not (name in CORRECTABLE or name == RAISED):
                continue
            if stamp.wrote(column, cell.text) is False and cell.text == compared(column, self._current[column]):
                agreed.setdefault(name, []).append(column)
        for name, columns in agreed.items():
            yield from (one for one in self._commanded(name, columns) if isinstance(one, Edit))

    def _judged(self, column: RegisterColumn, name: str, cell: ReturnedCell) -> Judged:
        now = compared(column, self._current[column])
        stamp = self._row.stamp
        same, still = (None, None) if stamp is None else (stamp.wrote(column, cell.text), stamp.wrote(column, now))
        return judged(
            name,
            edited=None if same is None else not same,
            moved=None if still is None else not still,
            agrees=cell.text == now,
        )

    def _commanded(self, name: str, columns: list[RegisterColumn]) -> Iterator[Edit | Conflict]:
        cells = [self._row.cells[column] for column in columns]
        stamp = self._row.stamp
        if stamp is None:
            raise ValueError(f"{self._row.matter_id}: an edit without a stamp is a conflict")
        values: dict[RegisterColumn, str] = {}
        for column, cell in zip(columns, cells, strict=True):
            try:
                values[column] = _edited_text(column, cell)
            except Unreadable as error:
                yield self._conflict(column, cell, error.kind, str(error.why), str(error.accepted))
                return
        try:
            value = self._value(name, columns, values)
        except Unreadable as error:
            yield self._conflict(columns[0], cells[0], error.kind, str(error.why), str(error.accepted))
            return
        if name == "urgency":
            fate = urgency_judged(self._line.line.urgency, None if value is None else Urgency(value))
            if fate.fate is Fate.CONFLICT:
                yield self._conflict(columns[0], cells[0], CONFLICT, fate.why, fate.instead)
                return
        yield Edit(
            self._row.matter_id,
            "、".join(cell.address for cell in cells),
            "、".join(column.value for column in columns),
            name,
            "、".join(shown(cell.value) for cell in cells),
            "、".join(_shown(self._current[column]) for column in columns),
            command_for(
                name,
                value,
                message_id=_message_id(self._row.matter_id, name, columns, values, stamp),
                by=self._by,
                reason=f"按修改后的台账({moment(stamp.exported_at)} 导出)",
            ).model_copy(update={"voice": self._voice}),
        )

    def _value(self, name: str, columns: list[RegisterColumn], values: dict[RegisterColumn, str]) -> Any:
        """What the command says; None clears the field. Raises Unreadable."""
        text = values[columns[0]]
        match name:
            case "public":
                return read_public(text)
            case "urgency":
                return read_urgency(text)
            case "title":
                if not text:
                    raise Unreadable(FaultKind.MISSING, Words("缺少督办事项", "a title is required"), _TITLE_NEEDED)
                return " ".join(text.split())
            case "remark":
                terms = self._line.state.terms
                document, remark = remark_cells(terms.remark if terms else None)
                return remark_of(
                    values.get(RegisterColumn.DOCUMENT, document), values.get(RegisterColumn.REMARK, remark)
                )
            case _:
                return text or None

    def _conflict(self, column: RegisterColumn, cell: ReturnedCell, kind: str, why: str, accepted: str) -> Conflict:
        return Conflict(
            self._row.matter_id,
            cell.address,
            column.value,
            kind,
            shown(cell.value),
            _shown(self._current[column]),
            why,
            accepted,
            _shown_or_none(exported(self._session, self._row, column, self._current[column])),
            FIELDS[column] in INSTEAD,
        )


def exported(session: Session, row: ReturnedRow, column: RegisterColumn, current: Cell) -> Cell | Unknown:
    """What the cell said when it was exported: what the matter says now, or said by then, and the stamp vouches for.

    UNKNOWN where there is no stamp, or nothing on record agrees with it.
    """
    stamp = row.stamp
    if stamp is None:
        return UNKNOWN
    for told in chain((current,), _earlier(session, row.matter_id, column, stamp.seq)):
        if stamp.wrote(column, compared(column, told)):
            return told
    return UNKNOWN


def _earlier(session: Session, matter_id: str, column: RegisterColumn, seq: int) -> Iterator[Cell]:
    """What the matter has said here up to that entry of its ledger, the latest first."""
    name = FIELDS[column]
    for entry in reversed(ledger.entries(session, matter_id)):
        message = said(entry.act, entry.message_id or "") if entry.seq <= seq else None
        if isinstance(message, Correct) and message.fields and name in message.fields:
            yield _as_cell(column, message.fields[name])
        elif isinstance(message, Registration | RaiseUrgency) and hasattr(message, name):
            yield _as_cell(column, getattr(message, name))


def _as_cell(column: RegisterColumn, value: Any) -> Cell:
    match column:
        case RegisterColumn.DOCUMENT:
            return remark_cells(value)[0]
        case RegisterColumn.REMARK:
            return remark_cells(value)[1]
        case RegisterColumn.PUBLIC:
            return None if value is None else PUBLIC if value else NOT_PUBLIC
        case RegisterColumn.LIMIT:
            return limit_cell(value) if value else None
        case RegisterColumn.CO:
            return "、".join(value)
    return value if isinstance(value, datetime) else None if value is None else str(value)


def _edited_text(column: RegisterColumn, cell: ReturnedCell) -> str:
    """What an edited cell says, held to what any cell of a ledger may hold. Raises Unreadable."""
    own = Column(column.value)
    cell_text(own, cell.value)
    # An apostrophe in front does not make a formula of it, and taking it away must not either.
    return cell_text(own, cell.value if isinstance(cell.value, Special) else told_text(cell.value))


def _message_id(
    matter_id: str, name: str, columns: list[RegisterColumn], values: dict[RegisterColumn, str], stamp: Stamp
) -> str:
    """The same for the same edit of the same export, in whatever file it comes, and as often as it comes."""
    told = [stamp.exported_at.isoformat(), str(stamp.seq)]
    for column in columns:
        told += [column.value, stamp.digests[column], values[column]]
    return f"sheet:{matter_id}:{name}:{hashlib.sha256(chr(31).join(told).encode()).hexdigest()[:24]}"


def _was_accepted(session: Session, edit: Edit) -> bool:
    answered = matters.answered(session, edit.matter_id, edit.command.message_id)
    return answered is not None and answered.accepted


def _answered_before(edit: Edit, outcome: Outcome) -> Conflict:
    """The edit came in before; that the cell still differs says that it was refused, or changed again since."""
    if not outcome.accepted:
        return _refused(edit, outcome)
    why = "此改动曾导入并生效,此后又有变动 this edit was applied once, and has been changed since"
    return _of(edit, CONFLICT, why, "重新导出后再改 export again and edit that")


def _refused(edit: Edit, outcome: Outcome) -> Conflict:
    why = f"{outcome.reason}{f' [{outcome.rule}]' if outcome.rule else ''}"
    return _of(edit, REFUSED, why, f"规则允许时: do {edit.matter_id} {edit.command.do} when the rules admit it")


def _of(edit: Edit, kind: str, why: str, accepted: str) -> Conflict:
    return Conflict(edit.matter_id, edit.cell, edit.column, kind, edit.value, edit.current, why, accepted)


def _faulty(fault: CellFault, matter_id: str | None) -> Conflict:
    return Conflict(
        matter_id, fault.cell, fault.column, fault.kind, fault.value, "", str(fault.reason), str(fault.accepted)
    )


def _shown_or_none(value: Cell | Unknown) -> str | None:
    return None if isinstance(value, Unknown) else _shown(value)


def _shown(value: Cell) -> str:
    return moment(value) if isinstance(value, datetime) else shown("" if value is None else value)


def _chunks(rows: Iterable[ReturnedRow | CellFault]) -> Iterator[list[ReturnedRow | CellFault]]:
    source = iter(rows)
    while chunk := list(islice(source, _CHUNK)):
        yield chunk
