"""Who makes this request? `caller` is the dependency of every route that is not for everybody.

A session's cookie or a bearer token, read anew at every request, so that what has ended ends at once. Whoever cannot be
named is refused: no route sees an anonymous caller. What the caller may do is for policies/access.py.
"""

from collections.abc import Callable
from http import HTTPStatus

from fastapi import Request

from models.identity import Caller
from web.problems import ProblemError

Authenticator = Callable[[Request], Caller | None]


def not_signed_in() -> ProblemError:
    """The refusal of a request whose caller is unknown."""
    return ProblemError(HTTPStatus.UNAUTHORIZED, "请先登录,或出示有效的访问令牌。 Sign in, or send a valid token.")


def caller(request: Request) -> Caller:
    """The caller; ends the request with 401 where nobody is signed in."""
    authenticators: list[Authenticator] = getattr(request.app.state, "authenticators", [])
    for authenticate in authenticators:
        found = authenticate(request)
        if found is not None:
            return found
    raise not_signed_in()
