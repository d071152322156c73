"""The pages of the console, put into an application."""

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import HTMLResponse

from web.api import authority
from web.console import (
    accounts,
    calendar_page,
    case,
    case_openings,
    case_proposing,
    cases,
    cockpit,
    dates,
    drafts,
    language,
    matter,
    policies,
    policy_runs,
    rankings,
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
    for one in (
        cockpit,
        rankings,
        dates,
        register,
        why,
        matter,
        cases,
        case_proposing,
        case,
        case_openings,
        language,
    ):
        app.include_router(one.routes)
    for one in (policies, drafts, policy_runs, site, accounts, calendar_page):
        app.include_router(one.routes)
    app.include_router(_ELSEWHERE)
