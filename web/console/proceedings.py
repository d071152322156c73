"""Which petitions, duties and proceedings are there? Three lists; filters, order and place stand in the address."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from models.access import SiteCommand, View
from models.matters import Light
from models.proceeding_messages import Open
from models.proceedings import Channel, ProceedingStage
from policies.access import may
from policies.distance import Distance
from policies.relations import Site
from record import proceeding_lists
from record.proceeding_lists import ProceedingLine
from record.registers import Order
from showing.proceedings import how_far
from web.api import authority
from web.api.parts import calendar_of
from web.api.proceedings import procedures_of
from web.console.proceeding_filters import LISTS, Kind, ProceedingFilters, ProceedingState, address_of
from web.console.proceeding_words import channel_words, stage_words
from web.console.visits import PageRoute, Said, Visit, Visiting, page
from web.problems import ProblemError

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

_LINES = 50


@routes.get(LISTS[Kind.PETITION])
def petitions(filters: Annotated[ProceedingFilters, Query()], this: Visiting) -> HTMLResponse:
    """The petitions that fit, of what the visitor may list."""
    return _listed(this, Kind.PETITION, filters)


@routes.get(LISTS[Kind.DUTY])
def duties(filters: Annotated[ProceedingFilters, Query()], this: Visiting) -> HTMLResponse:
    """The duties."""
    return _listed(this, Kind.DUTY, filters)


@routes.get(LISTS[Kind.PROCEEDING])
def proceedings(filters: Annotated[ProceedingFilters, Query()], this: Visiting) -> HTMLResponse:
    """The other proceedings."""
    return _listed(this, Kind.PROCEEDING, filters)


def _listed(this: Visit, kind: Kind, filters: ProceedingFilters) -> HTMLResponse:
    if not authority.sees(this.web, this.caller, Site(this.web.settings.office), View.LIST):
        raise authority.not_found()
    at, scope, sought = this.web.clock(), authority.scope_of(this.web, this.caller), filters.sought(kind)
    with this.web.store.reading() as session:
        try:
            found = proceeding_lists.found(
                session, sought, scope=scope, now=at, order=filters.order, after=filters.after, limit=_LINES
            )
        except ValueError as error:
            raise ProblemError(404, "") from error
        number = proceeding_lists.number(session, sought, scope=scope, now=at)
        working = calendar_of(session)
    lines: list[tuple[ProceedingLine, Distance | None]] = [(line, how_far(line, at, working)) for line in found.items]
    say = Said(this.language)
    procedures = {name: one.title for name, one in sorted(procedures_of(this.web).items()) if one.of == kind.value}
    stages = [one for one in ProceedingStage if one is not ProceedingStage.UNKNOWN]
    return page(
        this,
        "proceedings.html",
        here=kind.value,
        kind=kind.value,
        filters=filters,
        lines=lines,
        number=number,
        next=found.next and filters.address(kind, after=found.next),
        first=filters.address(kind) if filters.after else None,
        procedures=procedures,
        organs=[(organ.name, organ.name) for organ in this.web.directory.organs],
        stages=[(one.value, say.words(stage_words(one))) for one in stages],
        lights=[(one.value, say.light(one)) for one in reversed(Light)],
        states=[(one.value, say.text(f"state.{one.value}")) for one in ProceedingState],
        channels=[(one.value, say.words(channel_words(one.value))) for one in Channel] if kind is Kind.PETITION else [],
        orders=[(one.value, say.text(f"order.{one.value}")) for one in Order],
        stage_words=stage_words,
        channel_words=channel_words,
        list_address=LISTS[kind],
        address_of=address_of,
        may_open=bool(opening_for(this)),
    )


def opening_for(this: Visit) -> list[str]:
    """The organs for which the visitor may open something, as office or as lead."""
    return [
        organ.name
        for organ in this.web.directory.organs
        if may(
            SiteCommand.OPEN.value,
            authority.standing_of(this.web, this.caller, Open(message_id="asked", office=organ.name)),
        )
    ]


__all__ = ["opening_for", "routes"]
