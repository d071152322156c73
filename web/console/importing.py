"""Importing a ledger: what each row would come to, its faults at their cells, mended on the page, launched bit by bit.

A register that was exported and edited comes back here too, cell by cell. The sheet travels with the page
(intake/carried.py), and nothing of it is kept; what was launched is recognised by its rows (intake/rows.py), so that
going on after any interruption launches nothing twice.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from itertools import islice
from typing import Any

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.datastructures import FormData, UploadFile

import returning
from bringing import Brought, Hands, bring_in
from intake.carried import CHARACTERS, carried, read
from intake.content import plain_text, shown
from intake.grid import Grid, Special, Value
from intake.ledger import LedgerRow, OpenLedger, RowFault, ledger_on, open_ledger
from intake.problems import FaultKind, IntakeError, LedgerError, Words
from intake.secrecy import ACCEPTED, WHY
from models.access import SiteCommand
from models.messages import Outcome, Registration
from record import matters, numbers
from returning import Edit, Plan
from showing.register import Register
from web.api import authority
from web.api.imports import MOST_ROWS, UPLOAD_BYTES
from web.api.parts import calendar_of
from web.api.register import Format, as_file
from web.console.entitled import may_here
from web.console.filters import REGISTER
from web.console.navigation import PREFIX
from web.console.visits import PageRoute, Posting, Visit, Visiting, page
from web.problems import ProblemError

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

IMPORT = f"{PREFIX}/import"
CHECK, RUN, FAULTY, APPLY = (f"{IMPORT}/{name}" for name in ("check", "run", "faulty", "apply"))
LARGER = {IMPORT: UPLOAD_BYTES + 64 * 1024}
"""The pages that may carry more than others."""

BATCH = 25
"""Rows, or edits, that one request carries out, so that nobody waits before an empty page."""
INPUTS = 300
"""Cells that can be mended on one page."""

_CELL = "cell."
_ERRORS = "有误之处"
_WIDTH = 18


class State(StrEnum):
    """How a row stands."""

    READY = "ready"
    FAULTY = "faulty"
    KNOWN = "known"
    LAUNCHED = "launched"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the grid; `typed` is what stands in its field, None where it has none."""

    address: str
    text: str
    faults: tuple[RowFault, ...]
    typed: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the grid; `matter` is what it has become, `reason` why it was refused."""

    number: int
    state: State
    cells: tuple[Cell, ...]
    matter: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that was handed in, read: its good rows, what they are known as, and the edits of an export."""

    ledger: OpenLedger
    good: tuple[LedgerRow, ...]
    known: Mapping[int, tuple[str, Outcome]]
    plan: Plan | None
    carried: str

    def open(self) -> list[LedgerRow]:
        """The good rows that have not been launched."""
        return [row for row in self.good if row.row not in self.known]


@dataclass(frozen=True, slots=True)
class Went:
    """What a page is about beside its sheet: the rows launched from it so far, the edits ticked (None: all)."""

    launched: frozenset[int] = frozenset()
    ticked: frozenset[str] | None = None
    mended: bool = False
    rows_on: bool = False
    edits_on: bool = False


@routes.get(IMPORT)
def import_page(this: Visiting) -> HTMLResponse:
    """Where a file is handed in."""
    may_here(this, SiteCommand.IMPORT_LEDGER)
    return _page(this)


@routes.post(IMPORT)
async def upload(this: Posting) -> HTMLResponse:
    """What the file would come to. 409 for one that cannot be used."""
    may_here(this, SiteCommand.IMPORT_LEDGER)
    file = (await this.request.form()).get("file")
    content = await file.read(UPLOAD_BYTES + 1) if isinstance(file, UploadFile) else b""
    if not content:
        return _page(this, status=HTTPStatus.UNPROCESSABLE_ENTITY, missing=True)
    if len(content) > UPLOAD_BYTES:
        raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "")
    return await asyncio.to_thread(_looked_at, this, content)


@routes.post(CHECK)
async def check(this: Posting) -> HTMLResponse:
    """The same of the sheet that came with the page, with what was mended in it."""
    may_here(this, SiteCommand.IMPORT_LEDGER)
    form = await this.request.form()
    went = replace(_went(form), mended=True)
    return await asyncio.to_thread(lambda: _looked_at(this, lambda: _sheet_in(form), went))


@routes.post(RUN)
async def run(this: Posting) -> HTMLResponse:
    """Launch the next rows that are ready. What was mended is looked at first."""
    may_here(this, SiteCommand.IMPORT_LEDGER)
    form = await this.request.form()
    went = _went(form)
    try:
        sheet, mended = await asyncio.to_thread(_opened_again, this, form)
        if mended:
            return await asyncio.to_thread(lambda: _grid(this, sheet, Went(went.launched, mended=True)))
        brought: list[Brought] = []
        post = authority.post_of(this.caller)

        def spoken(registration: Registration) -> Registration:
            return registration.model_copy(update={"by": post, "voice": this.caller.voice})

        office = await this.web.office()
        hands = Hands(office, this.web.store, this.web.settings.import_in_flight, spoken)
        await bring_in(hands, sheet.open()[:BATCH], this.web.clock(), brought.append)
        new = frozenset(one.row.row for one in brought if not one.again)
        on = Went(went.launched | new, rows_on=True)
        return await asyncio.to_thread(lambda: _looked_at(this, lambda: read(sheet.carried), on))
    except IntakeError as error:
        return _unusable(this, error)


@routes.post(APPLY)
async def apply(this: Posting) -> HTMLResponse:
    """Give the next commands of the edits that are ticked."""
    may_here(this, SiteCommand.IMPORT_LEDGER)
    form = await this.request.form()
    went = _went(form)
    ticked = frozenset(one for one in form.getlist("edit") if isinstance(one, str))
    try:
        sheet, mended = await asyncio.to_thread(_opened_again, this, form)
        if mended:
            return await asyncio.to_thread(lambda: _grid(this, sheet, Went(went.launched, ticked, mended=True)))
        edits = [one for one in (sheet.plan.edits if sheet.plan else ()) if one.command.message_id in ticked][:BATCH]
        office = await this.web.office()
        await returning.apply(office, edits, this.web.settings.import_in_flight, lambda: None)
        on = Went(went.launched, ticked, edits_on=True)
        return await asyncio.to_thread(lambda: _looked_at(this, lambda: read(sheet.carried), on))
    except IntakeError as error:
        return _unusable(this, error)


@routes.post(FAULTY)
async def faulty(this: Posting) -> Response:
    """The rows that are at fault as a workbook, with the reasons in a column of their own."""
    may_here(this, SiteCommand.IMPORT_LEDGER)
    form = await this.request.form()
    try:
        sheet, _ = await asyncio.to_thread(_opened_again, this, form)
    except IntakeError as error:
        return _unusable(this, error)
    return await asyncio.to_thread(_faulty_rows, sheet.ledger)


# --- the sheet --------------------------------------------------------------------------------------------------------


def _sheet_in(form: FormData) -> Grid:
    """The sheet that came with the page, mended; raises SheetError."""
    text = form.get("sheet")
    said = {
        name.removeprefix(_CELL): value
        for name, value in form.multi_items()
        if name.startswith(_CELL) and isinstance(value, str)
    }
    if not isinstance(text, str) or len(text) > CHARACTERS or len(said) > INPUTS:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "sheet")
    return read(text, said)


def _went(form: FormData) -> Went:
    told = form.get("launched")
    numbers_ = told.split(",") if isinstance(told, str) else []
    ticked = frozenset(one for one in form.getlist("edit") if isinstance(one, str)) if "edits" in form else None
    return Went(frozenset(int(one) for one in numbers_ if one.isascii() and one.isdecimal() and len(one) < 7), ticked)


def _opened_again(this: Visit, form: FormData) -> tuple[Sheet, bool]:
    """The sheet of the page, and whether something was mended in it; raises IntakeError."""
    mended, before = _sheet_in(form), read(str(form.get("sheet")))
    return _opened(this, mended), [*map(_texts, mended.rows)] != [*map(_texts, before.rows)]


def _texts(row: list[Value]) -> list[str]:
    """What a row says, blank ends left out; a field that shows a value as text has not changed it."""
    texts = [plain_text(value) for value in row]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _opened(this: Visit, source: bytes | Grid) -> Sheet:
    """What was handed in, read; raises IntakeError for what cannot be used here."""
    web, at = this.web, this.web.clock()
    with web.store.reading() as session:
        calendar = calendar_of(session)
    how: dict[str, Any] = {"office": web.settings.office, "calendar": calendar}
    if isinstance(source, bytes):
        ledger = open_ledger(source, web.directory.organs, name="ledger", **how)
    else:
        ledger = ledger_on([source], web.directory.organs, **how)
    if len(ledger.grid.rows) > 2 * MOST_ROWS:
        raise LedgerError(_TOO_LONG, _ELSEWHERE)
    good = tuple(islice(ledger.rows(), MOST_ROWS + 1))
    if ledger.matters > MOST_ROWS:
        raise LedgerError(_TOO_LONG, _ELSEWHERE)
    secret = next((one.cell for one in ledger.faults if one.kind is FaultKind.STATE_SECRET), None)
    if secret is not None:
        # Nothing of such a row is shown, and nothing travels with a page.
        raise LedgerError(Words(f"{secret} {WHY.zh}", f"{secret} {WHY.en}"), ACCEPTED)
    plan = None
    if ledger.exported:
        plan = returning.plan(
            web.store,
            ledger.returned(),
            Register(at, calendar, web.directory),
            authority.post_of(this.caller),
            this.caller.voice,
            authority.scope_of(web, this.caller),
        )
    known: dict[int, tuple[str, Outcome]] = {}
    with web.store.reading() as session:
        for row in good:
            key = row.registration.message_id
            matter = numbers.known(session, key)
            answered = None if matter is None else matters.answered(session, matter, key)
            if matter is not None and answered is not None:
                known[row.row] = matter, answered
    return Sheet(ledger, good, known, plan, carried(ledger.grid))


_TOO_LONG = Words(f"超过 {MOST_ROWS} 行", f"more than {MOST_ROWS} rows")
_ELSEWHERE = Words("请分成几个文件,或用命令行导入", "Split it, or import it on the command line")


# --- the page ---------------------------------------------------------------------------------------------------------


def _looked_at(this: Visit, source: bytes | Callable[[], Grid], went: Went | None = None) -> HTMLResponse:
    try:
        sheet = _opened(this, source if isinstance(source, bytes) else source())
        return _grid(this, sheet, went or Went())
    except IntakeError as error:
        return _unusable(this, error)


def _unusable(this: Visit, error: IntakeError) -> HTMLResponse:
    return _page(this, status=HTTPStatus.CONFLICT, unusable=error)


def _grid(this: Visit, sheet: Sheet, went: Went) -> HTMLResponse:
    rows = tuple(_rows(sheet, went.launched))
    left = len(sheet.open())
    edits = sheet.plan.edits if sheet.plan else []
    ticked = [one for one in edits if went.ticked is None or one.command.message_id in went.ticked]
    return _page(
        this,
        sheet=sheet,
        rows=rows,
        counted={state: sum(row.state is state for row in rows) for state in State},
        faults=[(cell, fault) for row in rows for cell in row.cells for fault in cell.faults],
        went=went,
        left=left,
        ticked={one.command.message_id for one in ticked},
        applied=_unique(sheet.plan.applied if sheet.plan else []),
        go_on=RUN if went.rows_on and left else APPLY if went.edits_on and ticked else None,
    )


def _unique(edits: list[Edit]) -> list[Edit]:
    return list({one.command.message_id: one for one in edits}.values())


def _rows(sheet: Sheet, launched: frozenset[int]) -> Iterator[Row]:
    faults: dict[int, list[RowFault]] = {}
    for fault in sheet.ledger.faults:
        faults.setdefault(fault.row, []).append(fault)
    fields = INPUTS
    for number in sheet.ledger.matter_rows:
        own, cells = faults.get(number, []), []
        for address, value in sheet.ledger.cells(number).values():
            at_fault = tuple(fault for fault in own if fault.cell == address)
            field = bool(at_fault) and fields > 0
            fields -= field
            cells.append(Cell(address, shown(value), at_fault, _typed(value) if field else None))
        if own:
            yield Row(number, State.FAULTY, tuple(cells))
            continue
        matter, outcome = sheet.known.get(number, (None, None))
        if outcome is None:
            yield Row(number, State.READY, tuple(cells))
        elif not outcome.accepted:
            yield Row(number, State.REFUSED, tuple(cells), matter, outcome.reason)
        else:
            yield Row(number, State.LAUNCHED if number in launched else State.KNOWN, tuple(cells), matter)


def _typed(value: Value) -> str:
    return "" if isinstance(value, Special) else plain_text(value)


def _page(this: Visit, *, status: int = HTTPStatus.OK, **shown_: Any) -> HTMLResponse:
    empty: dict[str, Any] = {"sheet": None, "unusable": None, "missing": False}
    return page(
        this,
        "import.html",
        here="import",
        status=status,
        **{**empty, **shown_},
        import_address=IMPORT,
        check_address=CHECK,
        run_address=RUN,
        apply_address=APPLY,
        faulty_address=FAULTY,
        register_address=REGISTER,
        most=MOST_ROWS,
        inputs=INPUTS,
    )


def _faulty_rows(ledger: OpenLedger) -> FileResponse:
    reasons: dict[int, list[str]] = {}
    for fault in ledger.faults:
        reasons.setdefault(fault.row, []).append(f"{fault.column}: {fault.reason};可接受 accepted: {fault.accepted}")
    columns = {**dict.fromkeys(map(str, ledger.columns), _WIDTH), _ERRORS: 4 * _WIDTH}
    rows = [
        [*(_typed(value) for _, value in ledger.cells(number).values()), "\n".join(told)]
        for number, told in reasons.items()
    ]
    # Without it the file would be handed in by whoever hands it in.
    office = [[f"填报单位:{ledger.office}"]] if ledger.office else []
    return as_file(Format.XLSX, "faulty", [*rows, *office], columns)
