"""The pages for the public, put into an application."""

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import HTMLResponse

from web.api import authority
from web.public import language, notices, petition, start, status
from web.public.guests import PREFIX, PublicRoute, guest

_ELSEWHERE = APIRouter(route_class=PublicRoute, include_in_schema=False)


@_ELSEWHERE.get(f"{PREFIX}/{{path:path}}", dependencies=[Depends(guest)])
def nothing_here() -> HTMLResponse:
    """What is at no other address for the public: nothing, said as of what is not for everybody."""
    raise authority.not_found()


def mount(app: FastAPI) -> None:
    """Let the application serve the pages for the public."""
    for one in (start, petition, status, notices, language):
        app.include_router(one.routes)
    app.include_router(_ELSEWHERE)
