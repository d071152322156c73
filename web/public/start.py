"""Where does the public begin? With what the office offers here, and what it does not."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from web.api.public import takes_petitions
from web.public.guests import PREFIX, Looking, PublicRoute, page

routes = APIRouter(route_class=PublicRoute, include_in_schema=False)


@routes.get(PREFIX)
def start(this: Looking) -> HTMLResponse:
    """The page from which everything for the public is reached."""
    return page(this, "start.html", here="start", taking=takes_petitions(this.web), office=this.web.settings.office)
