"""Why does a matter stand as it does, or why did one act happen? The explanation as a page."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from models.access import View
from record import views
from web.api import authority
from web.api.matters import explanation
from web.api.parts import MatterId
from web.api.texts import PRINTABLE
from web.console import clocks
from web.console.filters import REGISTER
from web.console.visits import PageRoute, Said, Visiting, page

routes = APIRouter(route_class=PageRoute, include_in_schema=False)


@routes.get(f"{REGISTER}/{{matter_id}}/why")
def why(
    matter_id: MatterId, this: Visiting, act: Annotated[str | None, Query(max_length=64, pattern=PRINTABLE)] = None
) -> HTMLResponse:
    """The explanation of one act by its number or name; of where the matter stands without it."""
    with this.web.store.reading() as session:
        authority.matter(session, this.web, this.caller, matter_id, View.WHY)
        found = explanation(session, matter_id, act)
        told = views.timeline(session, matter_id, scope=authority.scope_of(this.web, this.caller), with_cases=False)
    return page(
        this,
        "why.html",
        found=found,
        drawn=clocks.drawn(Said(this.language), [one for one in found.clocks if one.days], told, this.web.clock()),
    )
