"""In which language? As in the console, by the same cookie; here without a session."""

import re
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from web.callers import set_cookie
from web.console.visits import COOKIE, Language
from web.public.guests import PREFIX, PublicRoute, Sending

routes = APIRouter(route_class=PublicRoute, include_in_schema=False)

_OWN_PAGE = re.compile(rf"{PREFIX}(?:[/?][^\\\x00-\x20]*)?", re.ASCII)
_A_YEAR = timedelta(days=365)


@routes.post(f"{PREFIX}/language")
def choose(
    this: Sending, language: Annotated[Language, Form()], back: Annotated[str, Form(max_length=2000)] = PREFIX
) -> RedirectResponse:
    """The page that was looked at, in the other language; never a page elsewhere."""
    response = RedirectResponse(back if _OWN_PAGE.fullmatch(back) else PREFIX, HTTPStatus.SEE_OTHER)
    set_cookie(this.web, response, COOKIE, language, _A_YEAR)
    return response
