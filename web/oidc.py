"""Signing in through the office's provider of identity: there, and back again.

What proves a person is for identity/oidc.py. Whoever it vouches for and nobody has registered is refused, on record.
"""

import hashlib
from http import HTTPStatus
from typing import Annotated, cast
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

import logs
from identity.oidc import PENDING_FOR, NotVouchedError, Provider, ProviderUnavailableError, Vouched
from identity.sessions import Sessions
from models.identity import PersonState
from record import accounts, credentials
from record.accounts import Asking
from settings import Settings, SignIn, secret
from web.callers import cookie_name, sessions_of, set_cookie
from web.context import Web, web_of
from web.problems import ProblemDocument, ProblemError
from web.sessions import begin

log = logs.get(__name__)

CALLBACK = "/oidc/callback"

router = APIRouter(prefix="/oidc", tags=["session"], include_in_schema=False)

_REFUSALS: dict[int | str, dict[str, object]] = {
    401: {"model": ProblemDocument, "description": "未登录 Not signed in"},
    404: {"model": ProblemDocument, "description": "未启用 Not set up"},
    503: {"model": ProblemDocument, "description": "暂不可用 Unavailable"},
}


def provider_of(settings: Settings) -> Provider | None:
    """The provider that the settings name; None where people sign in with passwords only."""
    if settings.sign_in is SignIn.LOCAL or not (settings.oidc_issuer and settings.oidc_client):
        return None
    reference = settings.oidc_secret
    return Provider(
        settings.oidc_issuer,
        settings.oidc_client,
        redirect_uri=f"{(settings.public_url or '').rstrip('/')}{CALLBACK}",
        claim=settings.oidc_claim,
        secret=lambda: secret(reference) if reference else None,
    )


def provider(request: Request) -> Provider:
    """The provider of this site; 404 without one."""
    found = cast(Provider | None, request.app.state.provider)
    if found is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "未启用身份提供方登录。 No provider of identity is set up.")
    return found


@router.get("/login", summary="经身份提供方登录 Sign in through the provider", responses=_REFUSALS)
def login(web: Annotated[Web, Depends(web_of)], provider: Annotated[Provider, Depends(provider)]) -> RedirectResponse:
    """Send the browser to the provider."""
    try:
        departure = provider.depart(web.store, web.clock())
    except ProviderUnavailableError as error:
        raise _unavailable(error) from error
    response = RedirectResponse(departure.url, HTTPStatus.SEE_OTHER)
    set_cookie(web, response, _pending_cookie(web), departure.secret, PENDING_FOR)
    return response


@router.get("/callback", summary="自身份提供方返回 Back from the provider", responses=_REFUSALS)
def callback(
    request: Request,
    web: Annotated[Web, Depends(web_of)],
    provider: Annotated[Provider, Depends(provider)],
    sessions: Annotated[Sessions, Depends(sessions_of)],
) -> Response:
    """Sign in whom the provider vouches for, and go to the first page."""
    at = web.clock()
    try:
        vouched = provider.arrive(web.store, request.cookies.get(_pending_cookie(web), ""), request.url.query, at)
    except ProviderUnavailableError as error:
        raise _unavailable(error) from error
    except NotVouchedError as error:
        log.warning("sign_in.not_vouched")
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            f"身份提供方的答复未通过核验,请重新登录({error})。 "
            f"The provider's answer does not hold ({error}); sign in again.",
            kind="not-vouched",
        ) from error
    person = _person(web, vouched)
    response = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    begin(web, sessions, request, response, person)
    response.delete_cookie(_pending_cookie(web), path="/", secure=web.secure, httponly=True, samesite="lax")
    return response


def _person(web: Web, vouched: Vouched) -> str:
    """The id of the person under the login that was vouched for; whoever is not registered is refused on record."""
    with web.store.reading() as session:
        known = accounts.by_login(session, vouched.login)
    if known is not None and known.state is PersonState.ACTIVE:
        return known.id
    if known is None:
        subject = hashlib.sha256(f"{vouched.issuer}\n{vouched.subject}".encode()).hexdigest()[:32]
        with web.store.writing() as session:
            credentials.turned_away(session, urlsplit(vouched.issuer).netloc, subject, Asking(web.clock()))
    raise ProblemError(
        HTTPStatus.UNAUTHORIZED,
        "此人未在本系统登记,或账号不可用。 This person is not registered here, or the account cannot be used.",
        kind="unknown-person",
    )


def _pending_cookie(web: Web) -> str:
    return f"{cookie_name(web)}-oidc"


def _unavailable(error: ProviderUnavailableError) -> ProblemError:
    log.warning("oidc.unavailable", exc_info=error)
    return ProblemError(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "身份提供方暂不可用。 The provider of identity is away.",
        headers={"Retry-After": "5"},
    )
