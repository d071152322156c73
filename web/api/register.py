"""The register as a whole: where the matters of each lead stand, and the sheet for an office's own use."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session
from starlette.background import BackgroundTask

from models.access import Scope, View
from record import views
from record.views import OrganSummary, RegisterLine
from showing.cells import Cell
from showing.register import WIDTHS, Register
from showing.tables import write_csv, write_xlsx
from web.api import authority
from web.api.limits import Speaker
from web.api.parts import WebNow, calendar_of, router
from web.api.shapes import OrganOut, OverviewOut

routes = router("台账 register")

_PAGE = 500


class Format(StrEnum):
    """As what the register is written."""

    XLSX = "xlsx"
    CSV = "csv"


MEDIA = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
}


class ExportOf(BaseModel):
    """As what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Format = Field(Format.XLSX, description="xlsx, csv")


@routes.get("/overview", summary="总览 Where all matters stand")
def overview(caller: Speaker, web: WebNow) -> OverviewOut:
    """按牵头单位:件数、灯、环节、超期、升级、案件。 By lead: matters, lights, stages, overdue, escalated, cases."""
    authority.site(web, caller, View.OVERVIEW)
    with web.store.reading() as session:
        found = views.by_organ(session, web.clock(), scope=authority.scope_of(web, caller))
    return OverviewOut(organs=[_organ(one) for one in found.organs], totals=_organ(found.totals))


def _organ(one: OrganSummary) -> OrganOut:
    return OrganOut(**asdict(one))


@routes.get(
    "/export",
    summary="导出台账 Export the register",
    response_class=FileResponse,
    responses={
        200: {
            "description": "台账文件 the sheet",
            "content": {media.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
                        for media in MEDIA.values()},
        }
    },
)  # fmt: skip
def export(asked: Annotated[ExportOf, Query()], caller: Speaker, web: WebNow) -> FileResponse:
    """调用者可列的事项,一行一件;改后可再导入。 The matters in the caller's scope; edited, it can be imported again."""
    authority.site(web, caller, View.EXPORT)
    at = web.clock()
    with web.store.reading() as session:
        register = Register(at, calendar_of(session), web.directory)
        return as_file(asked.format, "register", register.sheet(_lines(session, at, authority.scope_of(web, caller))))


def as_file(
    format_: Format, name: str, rows: Iterable[Iterable[Cell]], columns: Mapping[Any, int] = WIDTHS
) -> FileResponse:
    """These rows as a file to be saved, called `name`; it is gone when it has been sent."""
    handle, path = tempfile.mkstemp(prefix="duban-", suffix=f".{format_}")
    os.close(handle)
    file = Path(path)
    try:
        if format_ is Format.XLSX:
            write_xlsx(file, rows, columns)
        else:
            with file.open("w", encoding="utf-8-sig", newline="") as out:
                write_csv(out, rows, columns)
    except BaseException:
        file.unlink()
        raise
    return FileResponse(
        file,
        media_type=MEDIA[format_],
        filename=f"{name}.{format_}",
        background=BackgroundTask(file.unlink),
    )


def _lines(session: Session, at: datetime, scope: Scope) -> Iterator[RegisterLine]:
    after: str | None = None
    while True:
        page = views.register(session, now=at, scope=scope, after=after, limit=_PAGE)
        yield from page.items
        if page.next is None:
            return
        after = page.next
