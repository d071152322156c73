"""Who makes this request? `caller` is the dependency of every route that is not for everybody.

A session's cookie or a bearer token, read anew at every request, so that what has ended ends at once. Whoever cannot be
named is refused: no route sees an anonymous caller. A cookie is sent by any page a browser shows, so what changes
something also has to prove that it comes from ours; a token is not. What the caller may do is for policies/access.py.
"""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Form, Request, Response
from starlette.concurrency import run_in_threadpool

from identity.holdings import Standing
from identity.secrets import csrf_token, same
from identity.sessions import Bearer, Sessions
from models.identity import Caller, TokenScope
from web.context import Web, web_of
from web.problems import ProblemError

CSRF_HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110 9.2.1)."""

_BEARER = "bearer "
_SECRET_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Signed:
    """A session as a request showed it: the secret in its cookie, and how its person stands."""

    secret: str
    standing: Standing


def cookie_name(web: Web) -> str:
    """What the session's cookie is called; over https a name that no other host can set."""
    return "__Host-duban" if web.secure else "duban"


def set_cookie(web: Web, response: Response, name: str, secret: str, lasting: timedelta) -> None:
    """Give the browser a secret that pages cannot read and other sites cannot use."""
    response.set_cookie(
        name, secret, max_age=int(lasting.total_seconds()), path="/", secure=web.secure, httponly=True, samesite="lax"
    )


def sessions_of(web: Annotated[Web, Depends(web_of)]) -> Sessions:
    """The sessions of this site, lasting as its settings say."""
    return Sessions(
        web.store,
        idle=timedelta(minutes=web.settings.session_idle_minutes),
        longest=timedelta(hours=web.settings.session_hours),
    )


def not_signed_in() -> ProblemError:
    """The refusal of a request whose caller is unknown."""
    return ProblemError(HTTPStatus.UNAUTHORIZED, "请先登录,或出示有效的访问令牌。 Sign in, or send a valid token.")


async def caller(request: Request, web: Annotated[Web, Depends(web_of)]) -> Caller:
    """The caller; ends the request with 401 where nobody is signed in, 403 where it may come from another site.

    A token that only reads is refused (403) for a method that changes something.
    """
    if "authorization" in request.headers:
        found = await _bearer(request, web)
        if found.scope is not TokenScope.ACT and request.method not in SAFE:
            raise ProblemError(HTTPStatus.FORBIDDEN, "此令牌只可读取。 This token only reads.", kind="token-only-reads")
        return found.caller
    signed = await session(request, web)
    return signed.standing.caller


async def reader(request: Request, web: Web) -> Caller | None:
    """Who asks a route that opens what another origin shows; None where nobody is signed in.

    Only for a route that checks the origin itself and changes nothing for the caller (web/codec.py): neither origin nor
    CSRF is asked about here.
    """
    try:
        if "authorization" in request.headers:
            return (await _bearer(request, web)).caller
        return (await _standing(request, web))[1].caller
    except ProblemError as refused:
        if refused.status_code == HTTPStatus.UNAUTHORIZED:
            return None
        raise


async def session(request: Request, web: Annotated[Web, Depends(web_of)]) -> Signed:
    """The session behind the request's cookie; 401 without one, 403 where what changes something may not be ours."""
    secret, standing = await _standing(request, web)
    if request.method not in SAFE:
        refuse_other_sites(request, web)
        if not same(request.headers.get(CSRF_HEADER, ""), csrf_token(secret)):
            raise ProblemError(
                HTTPStatus.FORBIDDEN,
                f"缺少或不符的 {CSRF_HEADER},请从 GET /api/v1/session 取得。 "
                f"{CSRF_HEADER} is missing or wrong; GET /api/v1/session tells it.",
                kind="csrf",
            )
    return Signed(secret, standing)


async def form_session(
    request: Request, web: Annotated[Web, Depends(web_of)], csrf: Annotated[str, Form(max_length=_SECRET_LONGEST)] = ""
) -> Signed:
    """The session behind a form of ours, which carries its proof in the field `csrf`; 401 and 403 as for `session`."""
    secret, standing = await _standing(request, web)
    refuse_other_sites(request, web)
    if not same(csrf, csrf_token(secret)):
        raise ProblemError(
            HTTPStatus.FORBIDDEN, "页面已过期,请重新打开。 The page is out of date; open it again.", kind="csrf"
        )
    return Signed(secret, standing)


async def session_if_any(request: Request, web: Annotated[Web, Depends(web_of)]) -> Signed | None:
    """The session behind the request for a page that changes nothing; None where nobody is signed in."""
    try:
        return Signed(*await _standing(request, web))
    except ProblemError:
        return None


async def _standing(request: Request, web: Web) -> tuple[str, Standing]:
    """The secret in the request's cookie, and how its person stands; 401 without one."""
    secret = request.cookies.get(cookie_name(web), "")
    standing = None
    if 0 < len(secret) <= _SECRET_LONGEST:
        standing = await run_in_threadpool(sessions_of(web).standing, secret, web.clock())
    if standing is None:
        raise not_signed_in()
    return secret, standing


def refuse_other_sites(request: Request, web: Web) -> None:
    """End a request that a browser says another site made (Sec-Fetch-Site, Origin); 403."""
    came_from = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    foreign = came_from is not None and came_from not in ("same-origin", "none")
    if foreign or (origin is not None and origin not in _origins(request, web)):
        raise ProblemError(
            HTTPStatus.FORBIDDEN, "请求来自其他网站。 The request comes from another site.", kind="other-site"
        )


def _origins(request: Request, web: Web) -> set[str]:
    """Where our own pages are: as this request reached us, and as the public address says."""
    own = {f"{'https' if web.secure else 'http'}://{request.headers.get('host', '')}"}
    if web.settings.public_url:
        public = urlsplit(web.settings.public_url)
        own.add(f"{public.scheme}://{public.netloc}")
    return own


async def _bearer(request: Request, web: Web) -> Bearer:
    sent = request.headers.getlist("authorization")
    found = None
    if len(sent) == 1 and sent[0].lower().startswith(_BEARER) and len(sent[0]) <= _SECRET_LONGEST:
        token = sent[0][len(_BEARER) :].strip()
        found = await run_in_threadpool(sessions_of(web).bearer, token, web.clock())
    if found is None:
        raise not_signed_in()
    return found
