"""Which matters are there? 台账: a table whose filters, order, columns and place all stand in its address."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from models.access import View
from models.asked import Asked
from models.matters import Light, Stage
from policies.distance import Distance
from policies.relations import Site
from record import registers
from record.registers import Order, Sought
from record.views import MatterLine
from showing.matters import how_far
from web.api import authority
from web.api.parts import calendar_of
from web.console.bulk import offered_to
from web.console.filters import ACT, EXPORT, PRINT, REGISTER, Column, Filters, State
from web.console.visits import PageRoute, Visit, Visiting, page
from web.console.waiting import waits
from web.problems import ProblemError

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

_LINES = 50


@routes.get(REGISTER)
def register(filters: Annotated[Filters, Query()], this: Visiting) -> HTMLResponse:
    """The lines that fit, of what the visitor may list."""
    if not authority.sees(this.web, this.caller, Site(this.web.settings.office), View.LIST):
        raise authority.not_found()
    at, scope = this.web.clock(), authority.scope_of(this.web, this.caller)
    with this.web.store.reading() as session:
        sought = registers.narrowed(session, sought_by(session, this, filters, at), scope=scope, now=at)
        try:
            found = registers.found(
                session, sought, scope=scope, now=at, order=filters.order, after=filters.after, limit=_LINES
            )
        except ValueError as error:
            raise ProblemError(404, "") from error
        # The first page, where it is the last one too, is all there is.
        number = len(found.items)
        if sought.ids is not None:
            number = len(sought.ids)
        elif filters.after is not None or found.next is not None:
            number = registers.numbers(session, {"all": sought}, scope=scope, now=at)["all"]
        leads, bases = registers.leads(session, scope=scope), registers.bases(session, scope=scope)
        working = calendar_of(session)
    lines: list[tuple[MatterLine, Distance | None]] = [(line, how_far(line, at, working)) for line in found.items]
    return page(
        this,
        "register.html",
        here="register",
        filters=filters,
        lines=lines,
        number=number,
        next=found.next and filters.address(after=found.next),
        first=filters.address() if filters.after else None,
        leads=leads,
        bases=bases,
        stages=tuple(Stage),
        lights=tuple(reversed(Light)),
        states=tuple(State),
        orders=tuple(Order),
        columns=tuple(Column),
        register_address=REGISTER,
        acts=offered_to(this, found.items),
        act_address=ACT,
        print_address=PRINT,
        export_address=EXPORT,
        exports=authority.sees(this.web, this.caller, Site(this.web.settings.office), View.EXPORT),
        ticked=filters.address(tick="all", after=filters.after),
    )


def sought_by(session: Session, this: Visit, filters: Filters, at: datetime) -> Sought:
    """The filters as a question to the record at `at`, within what waits for the visitor where they are about that."""
    asked = frozenset[Asked]()
    if filters.waiting is not None:
        asked = waits(session, this, in_cases=False).of(filters.waiting)
    return filters.sought(at, asked)
