"""The register as its address says it, on a sheet: for Excel, to be edited and handed in again, or for the printer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, HTMLResponse
from pydantic import Field, StringConstraints
from sqlmodel import Session

from intake.layout import REQUIRED
from intake.register import RegisterColumn
from models.access import View
from policies.relations import Site
from record import registers, views
from record.views import MatterLine, RegisterLine
from showing.cells import Cell
from showing.matters import how_far
from showing.register import WIDTHS, Register
from web.api import authority
from web.api.parts import calendar_of
from web.api.register import Format, as_file
from web.api.texts import MATTER_ID
from web.console.filters import EXPORT, MOST_TICKED, PRINT, REGISTER, Column, Filters
from web.console.register import sought_by
from web.console.visits import PageRoute, Visit, Visiting, page

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

_PAGE = 500
_PRINTED = 500

_C = RegisterColumn
COLUMNS: dict[Column, tuple[RegisterColumn, ...]] = {
    Column.STAGE: (_C.STAGE,),
    Column.LEAD: (_C.LEAD,),
    Column.OFFICE: (_C.OFFICE,),
    Column.LEADER: (_C.LEADER,),
    Column.URGENCY: (_C.URGENCY,),
    Column.DUE: (_C.DUE, _C.WORKING_DAYS, _C.DISTANCE),
    Column.LEVEL: (_C.LEVEL,),
    Column.CASES: (_C.CASES,),
    Column.REGISTERED: (_C.ASSIGNED,),
    Column.LAST: (_C.LAST_ACT, _C.LAST_AT),
    Column.CLOSED: (_C.CLOSED,),
}
"""What each column of the page is on the sheet."""
ALWAYS = frozenset({_C.ID, _C.LIGHT, _C.STAMP, *(_C(name) for name in REQUIRED)})
"""Without these a sheet is not recognised when it comes back; and the light stands on every page."""


class Taken(Filters):
    """Which matters: all that fit, or those of them that are ticked."""

    matter: list[Annotated[str, StringConstraints(pattern=MATTER_ID)]] = Field(
        default_factory=list, max_length=MOST_TICKED
    )
    format: Format = Format.XLSX


@routes.get(EXPORT)
def export(taken: Annotated[Taken, Query()], this: Visiting) -> FileResponse:
    """The sheet, in the order of the address, with the columns it names; all of them where it names none."""
    if not authority.sees(this.web, this.caller, Site(this.web.settings.office), View.EXPORT):
        raise authority.not_found()
    at = this.web.clock()
    chosen = ALWAYS.union(*(COLUMNS[one] for one in taken.column)) if taken.column else frozenset(WIDTHS)
    widths = {column: width for column, width in WIDTHS.items() if column in chosen}
    with this.web.store.reading() as session:
        register = Register(at, calendar_of(session), this.web.directory)
        rows = register.rows(_whole(session, this, taken, at))
        sheet: Iterator[list[Cell]] = ([row[column] for column in widths] for row in rows)
        return as_file(taken.format, "register", sheet, widths)


@routes.get(PRINT)
def printed(taken: Annotated[Taken, Query()], this: Visiting) -> HTMLResponse:
    """The same as a page that prints well; the first 500 of them."""
    if not authority.sees(this.web, this.caller, Site(this.web.settings.office), View.LIST):
        raise authority.not_found()
    at = this.web.clock()
    lines: list[MatterLine] = []
    with this.web.store.reading() as session:
        working = calendar_of(session)
        for some in _pages(session, this, taken, at):
            lines += some
            if len(lines) > _PRINTED:
                break
    return page(
        this,
        "printed.html",
        here="register",
        at=at,
        lines=[(line, how_far(line, at, working)) for line in lines[:_PRINTED]],
        more=len(lines) > _PRINTED,
        filters=taken,
        register_address=REGISTER,
        back_address=taken.address(),
    )


def _pages(session: Session, this: Visit, taken: Taken, at: datetime) -> Iterator[tuple[MatterLine, ...]]:
    """The lines that fit, in the order of the address, page by page."""
    scope, after = authority.scope_of(this.web, this.caller), None
    sought = sought_by(session, this, taken, at)
    if taken.matter:
        ticked = frozenset(taken.matter)
        sought = replace(sought, ids=ticked if sought.ids is None else sought.ids & ticked)
    while True:
        found = registers.found(session, sought, scope=scope, now=at, order=taken.order, after=after, limit=_PAGE)
        yield found.items
        after = found.next
        if after is None:
            return


def _whole(session: Session, this: Visit, taken: Taken, at: datetime) -> Iterator[RegisterLine]:
    """The same as rows of the sheet; of a matter of which only a part is the reader's there is none."""
    scope = authority.scope_of(this.web, this.caller)
    for lines in _pages(session, this, taken, at):
        whole = views.register_of(session, [line.id for line in lines], now=at, scope=scope)
        yield from (whole[line.id] for line in lines if line.id in whole)
