"""How does somebody sign in with a browser? One page: login and password, then the post to act through.

Forms without scripts, so that what changes something carries its proof (`csrf`) in a field. Whether somebody is who he
says is for identity/, as for web/sessions.py, which programs use. Everything said here is in both languages.
"""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.staticfiles import StaticFiles

from identity.sessions import Sessions
from identity.signing_in import LOGIN_LONGEST, PASSWORD_LONGEST
from settings import SignIn
from web.assets import STATIC, asset
from web.callers import Signed, form_session, session_if_any, sessions_of
from web.console.navigation import first_page as beginning
from web.context import Web, web_of
from web.problems import ProblemError
from web.sessions import admitted, begin, chosen, end, told_of

PAGE = "/sign-in"
_HERE = Path(__file__).parent
_PAGES = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_PAGES.globals["asset"] = asset
# With `no-referrer` a browser says "null" for the origin of a form, and the form could not be told from another site's.
_HEADERS = {"Referrer-Policy": "same-origin"}

router = APIRouter(include_in_schema=False)


def mount(app: FastAPI) -> None:
    """Put the page, and what it looks like, into an application."""
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")


@router.get("/")
def first_page(
    web: Annotated[Web, Depends(web_of)], signed: Annotated[Signed | None, Depends(session_if_any)]
) -> RedirectResponse:
    """Where the post begins in the console, for whom it has something to show, else the page to sign in on."""
    begins = None if signed is None else beginning(web, signed.standing.caller)
    return _to_the_page() if begins is None else RedirectResponse(begins, HTTPStatus.SEE_OTHER)


@router.get(PAGE)
def page(
    web: Annotated[Web, Depends(web_of)], signed: Annotated[Signed | None, Depends(session_if_any)]
) -> HTMLResponse:
    """The form, or who is signed in and the posts to choose from."""
    return _shown(web, signed)


@router.post(PAGE)
def sign_in(
    request: Request,
    web: Annotated[Web, Depends(web_of)],
    sessions: Annotated[Sessions, Depends(sessions_of)],
    login: Annotated[str, Form(max_length=LOGIN_LONGEST)] = "",
    password: Annotated[str, Form(max_length=PASSWORD_LONGEST)] = "",
) -> Response:
    """Sign in, and show the page again; what is wrong is said on it."""
    try:
        person = admitted(web, request, login, password)
    except ProblemError as refused:
        return _shown(web, None, refused)
    response = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    begin(web, sessions, request, response, person)
    return response


@router.post(f"{PAGE}/post")
def choose(
    web: Annotated[Web, Depends(web_of)],
    signed: Annotated[Signed, Depends(form_session)],
    sessions: Annotated[Sessions, Depends(sessions_of)],
    post: Annotated[str, Form(max_length=200)],
    principal: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Speak through this post from now on."""
    try:
        chosen(web, sessions, signed, post, principal or None)
    except ProblemError as refused:
        return _shown(web, signed, refused)
    return RedirectResponse("/", HTTPStatus.SEE_OTHER)


@router.post(f"{PAGE}/out")
def sign_out(
    web: Annotated[Web, Depends(web_of)],
    signed: Annotated[Signed, Depends(form_session)],
    sessions: Annotated[Sessions, Depends(sessions_of)],
) -> Response:
    """End the session."""
    response = _to_the_page()
    end(web, sessions, response, signed)
    return response


def _to_the_page() -> RedirectResponse:
    return RedirectResponse(PAGE, HTTPStatus.SEE_OTHER)


def _shown(web: Web, signed: Signed | None, refused: ProblemError | None = None) -> HTMLResponse:
    text = _PAGES.get_template("sign-in.html").render(
        problem=refused.detail if refused else None,
        signed=told_of(signed) if signed else None,
        begins=beginning(web, signed.standing.caller) if signed else None,
        passwords=web.settings.sign_in is not SignIn.OIDC,
        provider=web.settings.sign_in is not SignIn.LOCAL,
    )
    headers = {**_HEADERS, **((refused.headers if refused else None) or {})}
    return HTMLResponse(text, refused.status_code if refused else HTTPStatus.OK, headers)
