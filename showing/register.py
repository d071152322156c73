"""How does the register look as the office's own sheet, and the ledger as a file for programs?

One row for each matter as record.views has it: the columns of the ledger that was imported, and beside them where the
matter stands. Every act as one line of JSON. What is overdue is
asked, not worked out here; how a row is recognised when it comes back is for intake/register.py.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TextIO

from intake.readings import NOT_PUBLIC, PUBLIC
from intake.register import STAMPED, RegisterColumn, compared, remark_cells, stamp
from policies.calendar import Calendar
from policies.deadlines import local_date
from policies.directory import Directory
from policies.procedures import STANDARD, shipped
from policies.registration import PERIOD_WORDS
from policies.wording import LIGHTS, STAGES, act_words, extension_note, limit_cell, suspension_note
from record.ledger import Entry
from record.views import RegisterLine
from showing.cells import Cell, writable
from showing.matters import due_words, how_far

WIDTHS = {
    RegisterColumn.ID: 12, RegisterColumn.NUMBER: 6, RegisterColumn.TITLE: 42, RegisterColumn.BASIS: 12,
    RegisterColumn.DOCUMENT: 20, RegisterColumn.LEAD: 16, RegisterColumn.CO: 24, RegisterColumn.LEAD_HEAD: 16,
    RegisterColumn.LEAD_HANDLER: 18, RegisterColumn.ASSIGNED: 17, RegisterColumn.LIMIT: 14,
    RegisterColumn.FREQUENCY: 10, RegisterColumn.URGENCY: 10, RegisterColumn.PUBLIC: 10,
    RegisterColumn.REQUIREMENT: 32, RegisterColumn.REMARK: 32, RegisterColumn.OFFICE: 16, RegisterColumn.LEADER: 12,
    RegisterColumn.STAGE: 10, RegisterColumn.LIGHT: 8, RegisterColumn.LEVEL: 10, RegisterColumn.DUE: 17,
    RegisterColumn.WORKING_DAYS: 14, RegisterColumn.DISTANCE: 16, RegisterColumn.EXTENSION: 34,
    RegisterColumn.SUSPENSION: 34, RegisterColumn.CASES: 10, RegisterColumn.LAST_ACT: 22, RegisterColumn.LAST_AT: 17,
    RegisterColumn.CLOSED: 17, RegisterColumn.STAMP: 0,
}  # fmt: skip
"""The columns in their order and how wide each is, in characters; a column of no width is hidden."""


class Register:
    """The register as of the aware instant `at`, by this calendar and directory."""

    def __init__(self, at: datetime, calendar: Calendar, directory: Directory) -> None:
        self.at = at
        self.directory = directory
        self._calendar = calendar
        named = {name: word for word, name in PERIOD_WORDS.items()}
        periods = shipped(STANDARD).in_force(local_date(at)).report_every
        self._frequencies = {limit: named[name] for name, limit in periods.items() if name in named}

    def sheet(self, lines: Iterable[RegisterLine]) -> Iterator[Iterable[Cell]]:
        """The same rows as they are written: cell by cell."""
        return (row.values() for row in self.rows(lines))

    def rows(self, lines: Iterable[RegisterLine]) -> Iterator[dict[RegisterColumn, Cell]]:
        """One row for each matter, numbered and stamped, in the order of RegisterColumn."""
        for number, line in enumerate(lines, 1):
            cells = self.cells(line)
            texts: dict[RegisterColumn, str] = {column: compared(column, cells[column]) for column in STAMPED}
            told = stamp(line.line.id, line.seq, self.at, texts)
            yield {RegisterColumn.ID: line.line.id, RegisterColumn.NUMBER: number, **cells, RegisterColumn.STAMP: told}

    def cells(self, register_line: RegisterLine) -> dict[RegisterColumn, Cell]:
        """What the sheet says of a matter, its id, number and stamp apart; texts fit to be written anywhere."""
        line, state, terms = register_line.line, register_line.state, register_line.state.terms
        far = how_far(line, self.at, self._calendar)
        lead = self.directory.find(terms.lead) if terms else None
        document, remark = remark_cells(terms.remark if terms else None)
        column = RegisterColumn
        cells: dict[RegisterColumn, Cell] = {
            column.TITLE: line.title,
            column.BASIS: terms.basis if terms else None,
            column.DOCUMENT: document,
            column.LEAD: line.lead,
            column.CO: "、".join(terms.co) if terms else None,
            column.LEAD_HEAD: lead.head if lead else None,
            column.LEAD_HANDLER: lead.handler if lead else None,
            column.ASSIGNED: line.assigned_at,
            column.LIMIT: limit_cell(terms.limit) if terms else None,
            column.FREQUENCY: self._frequency(terms.report_every) if terms and terms.report_every else None,
            column.URGENCY: line.urgency and line.urgency.value,
            column.PUBLIC: None if line.public is None else PUBLIC if line.public else NOT_PUBLIC,
            column.REQUIREMENT: terms.requirement if terms else None,
            column.REMARK: remark,
            column.OFFICE: line.office,
            column.LEADER: line.leader,
            column.STAGE: STAGES[line.stage],
            column.LIGHT: LIGHTS[line.light],
            column.LEVEL: line.level,
            column.DUE: line.due_at,
            column.WORKING_DAYS: far.working_days if far else None,
            column.DISTANCE: due_words(line, far),
            column.EXTENSION: extension_note(state),
            column.SUSPENSION: suspension_note(state),
            column.CASES: line.cases_open,
            column.LAST_ACT: line.last_act and act_words(line.last_act),
            column.LAST_AT: line.last_act_at,
            column.CLOSED: line.closed_at,
        }
        return {name: writable(cell) for name, cell in cells.items()}

    def _frequency(self, period: str) -> str:
        return self._frequencies.get(period, limit_cell(period))


def write_acts(out: TextIO, entries: Iterable[Entry]) -> int:
    """The whole ledger, one entry as one line of JSON in the order of recording; how many entries."""
    number = 0
    for entry in entries:
        number += 1
        kept = {
            "target": entry.target,
            "seq": entry.seq,
            **entry.act.model_dump(mode="json", exclude_none=True, exclude={"target"}),
            "message_id": entry.message_id,
            "processed_at": entry.processed_at.isoformat(),
            "previous": entry.previous,
            "hash": entry.hash,
        }
        out.write(json.dumps(kept, ensure_ascii=False) + "\n")
    return number
