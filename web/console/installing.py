"""The pages of the console, put into an application."""

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import HTMLResponse

from web.api import authority
from web.console import (
    accounts,
    calendar_page,
    cockpit,
    drafts,
    language,
    matter,
    policies,
    policy_runs,
    register,
    site,
    why,
)
from web.console.navigation import PREFIX
from web.console.visits import PageRoute, visit

_ELSEWHERE = APIRouter(route_class=PageRoute, include_in_schema=False)


@_ELSEWHERE.get(f"{PREFIX}/{{path:path}}", dependencies=[Depends(visit)])
def nothing_here() -> HTMLResponse:
    """What is at no other address of the console: nothing, said as of a page that is not the visitor's."""
    raise authority.not_found()


def mount(app: FastAPI) -> None:
    """Let the application serve the console."""
    for one in (cockpit, register, why, matter, policies, drafts, policy_runs, site, accounts, calendar_page, language):
        app.include_router(one.routes)
    app.include_router(_ELSEWHERE)
