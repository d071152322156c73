"""An office's ledger over HTTP: what its rows would come to, and launching the good ones, each once.

A file of at most UPLOAD_BYTES and MOST_ROWS rows; a register that was exported and edited is for the command line.
"""

import asyncio
import hashlib
from datetime import date
from http import HTTPStatus
from itertools import islice
from typing import Annotated, Literal

from fastapi import File, Query, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from bringing import Brought, Hands, bring_in
from intake.ledger import OpenLedger, open_ledger
from intake.problems import IntakeError
from intake.rows import LedgerRow
from models.access import SiteCommand
from models.identity import Caller
from models.messages import Registration
from web.api import authority, keys
from web.api.keys import IdempotencyKey
from web.api.limits import Speaker
from web.api.parts import PREFIX, REFUSED, WebNow, calendar_of, router
from web.api.shapes import Out
from web.context import Web
from web.problems import ProblemError

routes = router("导入 imports")

UPLOAD_BYTES = 5 * 1024 * 1024
MOST_ROWS = 500
LARGER = {f"{PREFIX}/imports": UPLOAD_BYTES + 64 * 1024}
"""The one path that may carry more than others."""


class ImportOf(BaseModel):
    """Only look, or launch."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dry_run: Literal["true", "false"] = Field("true", description="只检查,不登记 only look; nothing is launched")


class FaultOut(Out):
    """A cell that cannot be accepted: where, why, and what would be."""

    row: int
    number: str | None
    cell: str
    column: str
    kind: str
    value: str
    reason: str
    accepted: str


class RowOut(Out):
    """A good row: what it is about, and in a real import which matter it became and what was answered."""

    row: int
    number: str | None
    title: str | None
    lead: str | None
    limit: str | None
    id: str | None = None
    again: bool | None = None
    accepted: bool | None = None
    reason: str | None = None


class ImportOut(Out):
    """What became of a ledger, row by row."""

    dry_run: bool
    sheet: str | None
    office: str | None
    reported_on: date | None
    rows: list[RowOut]
    faults: list[FaultOut]
    warnings: list[str]


@routes.post("/imports", summary="导入台账 Import a ledger", openapi_extra=REFUSED)
async def import_ledger(
    file: Annotated[UploadFile, File(description="台账 .xlsx 或 or .csv,至多 at most 5 MB, 500 行 rows")],
    asked: Annotated[ImportOf, Query()],
    key: IdempotencyKey,
    request: Request,
    caller: Speaker,
    web: WebNow,
) -> ImportOut:
    """每个有误的单元格都说明原因和可接受的写法;`dry_run=false` 时每个正确的行立项一次,重复导入不会重复。

    Every bad cell with its reason and what is accepted; with `dry_run=false` every good row is launched once.
    """
    authority.site(web, caller, SiteCommand.IMPORT_LEDGER)
    content = await file.read(UPLOAD_BYTES + 1)
    if len(content) > UPLOAD_BYTES:
        raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "文件过大。 The file is too large.")
    ledger, rows = await asyncio.to_thread(_read, web, content)
    if asked.dry_run == "true":
        return _told(ledger, dry_run=True, rows=[_row(row) for row in rows])
    digest = hashlib.sha256(content).hexdigest()
    await asyncio.to_thread(keys.claim, web, caller, key, request, {"file": digest})
    office = await web.office()
    post = authority.post_of(caller)
    brought: list[Brought] = []
    hands = Hands(office, web.store, web.settings.import_in_flight, lambda one: _spoken(one, caller, post))
    await bring_in(hands, rows, web.clock(), brought.append)
    brought.sort(key=lambda one: one.row.row)
    return _told(ledger, dry_run=False, rows=[_became(one) for one in brought])


def _read(web: Web, content: bytes) -> tuple[OpenLedger, list[LedgerRow]]:
    """The ledger and its good rows; 409 for a file that is none, or is too long for this door."""
    with web.store.reading() as session:
        calendar = calendar_of(session)
    try:
        ledger = open_ledger(
            content, web.directory.organs, office=web.settings.office, name="ledger", calendar=calendar
        )
        rows = list(islice(ledger.rows(), MOST_ROWS + 1))
    except IntakeError as error:
        raise ProblemError(
            HTTPStatus.CONFLICT, f"文件不可用 the file cannot be used: {error}", kind="no-ledger"
        ) from error
    if ledger.exported or len(rows) > MOST_ROWS:
        text = "导出后改过的台账,或超过 500 行的台账,请用命令行导入。 An edited export, or over 500 rows: command line."
        raise ProblemError(HTTPStatus.CONFLICT, text, kind="not-here")
    return ledger, rows


def _spoken(registration: Registration, caller: Caller, post: str) -> Registration:
    return registration.model_copy(update={"by": post, "voice": caller.voice})


def _told(ledger: OpenLedger, *, dry_run: bool, rows: list[RowOut]) -> ImportOut:
    return ImportOut(
        dry_run=dry_run,
        sheet=ledger.sheet,
        office=ledger.office,
        reported_on=ledger.reported_on,
        rows=rows,
        faults=[
            FaultOut(
                row=one.row,
                number=one.number,
                cell=one.cell,
                column=str(one.column),
                kind=one.kind.value,
                value=one.value,
                reason=str(one.reason),
                accepted=str(one.accepted),
            )
            for one in ledger.faults
        ],
        warnings=[str(one) for one in ledger.warnings],
    )


def _row(row: LedgerRow) -> RowOut:
    said = row.registration
    return RowOut(row=row.row, number=row.number, title=said.title, lead=said.lead, limit=said.limit)


def _became(one: Brought) -> RowOut:
    return _row(one.row).model_copy(
        update={
            "id": one.matter_id,
            "again": one.again,
            "accepted": one.outcome.accepted,
            "reason": one.outcome.reason,
        }
    )
