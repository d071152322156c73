"""Which organ finishes in time, and how fast? Rankings by net time, each figure down to its matters."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from models.access import View
from policies.bulletins import ACCEPTED, period_of
from policies.deadlines import local_date
from policies.relations import Site
from showing.rankings import finished_by, rankings
from web.api import authority
from web.api.parts import calendar_of
from web.api.texts import PRINTABLE
from web.console.filters import REGISTER, Filters
from web.console.navigation import PREFIX
from web.console.visits import PageRoute, Visiting, page
from web.problems import ProblemError

routes = APIRouter(route_class=PageRoute, include_in_schema=False)

RANKINGS = f"{PREFIX}/rankings"


@routes.get(RANKINGS)
def shown(
    this: Visiting,
    period: Annotated[str, Query(max_length=10, pattern=PRINTABLE)] = "",
    organ: Annotated[str, Query(max_length=64, pattern=PRINTABLE)] = "",
) -> HTMLResponse:
    """The ranking of a month, a quarter or a year, that of now where none is named; the matters of one organ of it."""
    if not authority.sees(this.web, this.caller, Site(this.web.settings.office), View.OVERVIEW):
        raise authority.not_found()
    today = local_date(this.web.clock())
    period = period or f"{today:%Y}-Q{(today.month + 2) // 3}"
    try:
        first, last = period_of(period)
    except ValueError as error:
        raise ProblemError(422, str(error)) from error
    with this.web.store.reading() as session:
        scope, working = authority.scope_of(this.web, this.caller), calendar_of(session)
        found = rankings(session, first, last, scope=scope, calendar=working)
        chosen = next((one for one in found if one.organ == organ), None)
        matters = finished_by(session, organ, first, last, scope=scope, calendar=working) if chosen else ()
    return page(
        this,
        "rankings.html",
        here="rankings",
        period=period,
        first=first,
        last=last,
        accepted=ACCEPTED,
        ranks=found,
        chosen=chosen,
        matters=matters,
        address=RANKINGS,
        register_address=REGISTER,
        of_organ=lambda name: Filters(lead=name).address(),
    )
