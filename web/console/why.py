"""Why does a matter or a case stand as it does, or why did one act happen? The explanation as a page."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from models.access import View
from models.explanations import Explanation
from record import views
from record.ledger import Entry
from web.api import authority
from web.api.matters import explanation
from web.api.parts import CaseName, MatterId, OriginId
from web.api.texts import PRINTABLE
from web.console import clocks
from web.console.case_filters import CASES
from web.console.filters import REGISTER
from web.console.visits import PageRoute, Said, Visit, Visiting, page

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

ActAsked = Annotated[str | None, Query(max_length=64, pattern=PRINTABLE)]


@routes.get(f"{REGISTER}/{{matter_id}}/why")
def why(matter_id: MatterId, this: Visiting, act: ActAsked = None) -> HTMLResponse:
    """The explanation of one act by its number or name; of where the matter stands without it."""
    with this.web.store.reading() as session:
        authority.matter(session, this.web, this.caller, matter_id, View.WHY)
        found = explanation(session, matter_id, act)
        told = views.timeline(session, matter_id, scope=authority.scope_of(this.web, this.caller), with_cases=False)
    return _explained(this, found, told, here="", about="matter", address=f"{REGISTER}/{matter_id}")


@routes.get(f"{CASES}/{{matter_id:origin}}/{{case}}/why")
def why_case(matter_id: OriginId, case: CaseName, this: Visiting, act: ActAsked = None) -> HTMLResponse:
    """The same of a case, for whom its story is; no word that people wrote is in it."""
    case_id = f"{matter_id}/{case}"
    with this.web.store.reading() as session:
        authority.case(session, this.web, this.caller, case_id, View.CASE_TIMELINE)
        found = explanation(session, case_id, act)
        told = views.timeline(session, case_id, scope=authority.scope_of(this.web, this.caller), with_cases=False)
    return _explained(this, found, told, here="cases", about="case", address=f"{CASES}/{case_id}")


def _explained(
    this: Visit, found: Explanation, told: list[Entry], *, here: str, about: str, address: str
) -> HTMLResponse:
    drawn = clocks.drawn(Said(this.language), [one for one in found.clocks if one.days], told, this.web.clock())
    return page(this, "why.html", here=here, found=found, drawn=drawn, about=about, address=address)
