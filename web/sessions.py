"""Signing in and out, and choosing the post to act through.

Whether somebody is who he says is for identity/. A session's secret is in a cookie only; what a page needs to prove
that it is ours (`csrf`) is in the answers here.
"""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from identity.administration import Administration
from identity.holdings import Standing
from identity.secrets import csrf_token
from identity.sessions import Sessions
from identity.signing_in import LOGIN_LONGEST, PASSWORD_LONGEST, Admitted, Blocked, sign_in
from models.identity import SITE_ROLES, ActingPost, SiteRole
from settings import SignIn
from web.callers import Signed, cookie_name, refuse_other_sites, session, sessions_of, set_cookie
from web.context import Web, web_of
from web.problems import Fault, ProblemDocument, ProblemError

router = APIRouter(prefix="/api/v1/session", tags=["session"])


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SigningIn(_Strict):
    """Login and password."""

    login: str = Field(min_length=1, max_length=LOGIN_LONGEST, examples=["officer"])
    password: str = Field(min_length=1, max_length=PASSWORD_LONGEST, repr=False, examples=["…"])


class Choice(_Strict):
    """The post to act through, and whose it is where it was lent."""

    post: str = Field(min_length=1, max_length=200, examples=["区政府督查室承办岗"])
    principal: str | None = Field(None, max_length=40, examples=["u7"])


class NewPassword(_Strict):
    """The password so far, and another one."""

    password: str = Field(min_length=1, max_length=PASSWORD_LONGEST, repr=False, examples=["…"])
    new: str = Field(min_length=1, max_length=PASSWORD_LONGEST, repr=False, examples=["…"])


class PostOffered(_Strict):
    """A post the person may act through today."""

    post: str
    principal: str | None = None


class RoleHeld(_Strict):
    """A role on the site, by its name and in Chinese."""

    role: SiteRole
    title: str


class SessionTold(_Strict):
    """Who is signed in, and through which post he speaks (null: none is chosen, or it may be used no longer)."""

    person: str = Field(examples=["u7"])
    login: str
    name: str | None
    post: str | None
    principal: str | None
    posts: list[PostOffered]
    roles: list[RoleHeld]
    csrf: str = Field(description="值放入 X-CSRF-Token。 Goes into X-CSRF-Token.")


_REFUSALS: dict[int | str, dict[str, object]] = {
    401: {"model": ProblemDocument, "description": "未登录 Not signed in"},
    403: {"model": ProblemDocument, "description": "无权办理 Forbidden"},
    422: {"model": ProblemDocument, "description": "内容不合要求 Invalid content"},
    429: {"model": ProblemDocument, "description": "请求过于频繁 Too many requests"},
}


@router.post("", summary="登录 Sign in", responses={name: _REFUSALS[name] for name in (401, 403, 429)})
def sign_in_here(
    said: SigningIn,
    request: Request,
    response: Response,
    web: Annotated[Web, Depends(web_of)],
    sessions: Annotated[Sessions, Depends(sessions_of)],
) -> SessionTold:
    """Sign in with login and password; the session's secret comes as a cookie."""
    return begin(web, sessions, request, response, admitted(web, request, said.login, said.password))


@router.get("", summary="当前会话 The session", responses={401: _REFUSALS[401]})
def told(signed: Annotated[Signed, Depends(session)]) -> SessionTold:
    """Who is signed in, and the posts to choose from."""
    return told_of(signed)


@router.delete("", summary="退出 Sign out", status_code=204, responses={name: _REFUSALS[name] for name in (401, 403)})
def sign_out(
    response: Response,
    signed: Annotated[Signed, Depends(session)],
    web: Annotated[Web, Depends(web_of)],
    sessions: Annotated[Sessions, Depends(sessions_of)],
) -> None:
    """End the session."""
    end(web, sessions, response, signed)


@router.post("/post", summary="选择岗位 Choose the post", responses={name: _REFUSALS[name] for name in (401, 403)})
def choose(
    said: Choice,
    signed: Annotated[Signed, Depends(session)],
    web: Annotated[Web, Depends(web_of)],
    sessions: Annotated[Sessions, Depends(sessions_of)],
) -> SessionTold:
    """Speak through this post from now on: one's own, or one that was lent."""
    return chosen(web, sessions, signed, said.post, said.principal)


@router.post(
    "/password",
    summary="更改口令 Change the password",
    responses={**{name: _REFUSALS[name] for name in (401, 403, 429)}, 422: _REFUSALS[422]},
)
def change_password(
    said: NewPassword,
    request: Request,
    response: Response,
    signed: Annotated[Signed, Depends(session)],
    web: Annotated[Web, Depends(web_of)],
) -> SessionTold:
    """Another password for oneself; every session ends, and this browser gets a new one."""
    person = signed.standing.person
    _admitted(web, request, person.login, said.password)
    done = Administration(web.store, web.directory, web.clock(), person.id).set_password(person.id, said.new)
    if done.refusal is not None:
        fault = Fault(where="body.new", kind=done.refusal.rule, detail=done.refusal.reason)
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, done.refusal.reason, errors=[fault])
    return begin(web, sessions_of(web), request, response, person.id)


def admitted(web: Web, request: Request, login: str, password: str) -> str:
    """The id of whom a request of our own pages signs in; ends it with 403 for another site's, or as `_admitted`."""
    refuse_other_sites(request, web)
    if web.settings.sign_in is SignIn.OIDC:
        raise ProblemError(
            HTTPStatus.FORBIDDEN, "请经身份提供方登录:/oidc/login。 Sign in at /oidc/login.", kind="sign-in-elsewhere"
        )
    return _admitted(web, request, login, password)


def chosen(web: Web, sessions: Sessions, signed: Signed, post: str, principal: str | None) -> SessionTold:
    """The session speaks through this post from now on; ends the request with 403 where it is not the person's."""
    found = sessions.choose(signed.secret, ActingPost(post=post, principal=principal), web.clock())
    if found is None:
        raise ProblemError(
            HTTPStatus.FORBIDDEN,
            "今日不任、也未受托此岗位。 This post is neither held nor lent today.",
            kind="not-his-post",
        )
    return _told(signed.secret, found)


def end(web: Web, sessions: Sessions, response: Response, signed: Signed) -> None:
    """The session is over, and `response` takes its cookie back."""
    sessions.end(signed.secret)
    response.delete_cookie(cookie_name(web), path="/", secure=web.secure, httponly=True, samesite="lax")


def _admitted(web: Web, request: Request, login: str, password: str) -> str:
    """The id of the person whose login and password these are; ends the request with 401 or 429 otherwise."""
    at = web.clock()
    address = request.client.host if request.client else ""
    match sign_in(web.store, login, password, address, at, samples=web.samples):
        case Admitted(person):
            return person
        case Blocked(until):
            seconds = max(1, int((until - at).total_seconds()))
            raise ProblemError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "登录失败次数过多,请稍后再试。 Too many failures to sign in; try again later.",
                headers={"Retry-After": str(seconds)},
            )
        case _:
            raise ProblemError(
                HTTPStatus.UNAUTHORIZED,
                "登录名或口令不正确,或账号不可用。 The login or the password is wrong, or the account cannot be used.",
                kind="wrong-credentials",
            )


def begin(web: Web, sessions: Sessions, request: Request, response: Response, person: str) -> SessionTold:
    """A new session for the person, its secret in a cookie of `response`; the one shown before, if any, is over."""
    before = request.cookies.get(cookie_name(web))
    if before:
        sessions.end(before)
    secret = sessions.begin(person, web.clock())
    set_cookie(web, response, cookie_name(web), secret, timedelta(hours=web.settings.session_hours))
    found = sessions.standing(secret, web.clock())
    if found is None:
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "账号不可用。 The account cannot be used.")
    return _told(secret, found)


def told_of(signed: Signed) -> SessionTold:
    """Who is signed in, and the posts to choose from."""
    return _told(signed.secret, signed.standing)


def _told(secret: str, standing: Standing) -> SessionTold:
    who = standing.caller
    return SessionTold(
        person=who.person,
        login=standing.person.login,
        name=standing.person.name,
        post=who.post,
        principal=who.principal,
        posts=[PostOffered(post=one.post, principal=one.principal) for one in standing.posts],
        roles=[RoleHeld(role=role, title=SITE_ROLES[role]) for role in sorted(who.roles)],
        csrf=csrf_token(secret),
    )
