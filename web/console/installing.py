"""The pages of the console, put into an application."""

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import HTMLResponse

from web.api import authority
from web.console import (
    accounts,
    bulk,
    bulletins,
    calendar_page,
    case,
    case_openings,
    case_proposing,
    cases,
    cockpit,
    dates,
    drafts,
    identity,
    importing,
    inbox,
    language,
    launch,
    matter,
    opening,
    policies,
    policy_runs,
    proceeding,
    proceedings,
    rankings,
    register,
    sheets,
    site,
    why,
)
from web.console.navigation import PREFIX
from web.console.visits import PageRoute, visit
from web.context import Web
from web.guards import BODY_BYTES

_MOST_MEGABYTES = 100
"""What one form carries at most, however many files with it."""

_PAGES = (
    cockpit,
    inbox,
    rankings,
    dates,
    register,
    sheets,
    bulk,
    launch,
    importing,
    why,
    matter,
    cases,
    case_proposing,
    case,
    case_openings,
    proceedings,
    opening,
    identity,
    proceeding,
    bulletins,
    policies,
    drafts,
    policy_runs,
    site,
    accounts,
    calendar_page,
    language,
)
"""In this order an address is looked for: what is named stands before what is any."""

_ELSEWHERE = APIRouter(route_class=PageRoute, include_in_schema=False)


@_ELSEWHERE.get(f"{PREFIX}/{{path:path}}", dependencies=[Depends(visit)])
def nothing_here() -> HTMLResponse:
    """What is at no other address of the console: nothing, said as of a page that is not the visitor's."""
    raise authority.not_found()


def mount(app: FastAPI) -> None:
    """Let the application serve the console; its forms carry files."""
    web: Web = app.state.web
    app.state.larger[f"{PREFIX}/"] = (
        min(web.settings.attachment_megabytes * web.settings.attachments_per_message, _MOST_MEGABYTES) * 1024 * 1024
        + BODY_BYTES
    )
    for one in _PAGES:
        app.include_router(one.routes)
    app.include_router(_ELSEWHERE)
    app.state.larger.update(importing.LARGER)
