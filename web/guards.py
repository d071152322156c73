"""What is checked and added around every request, before any route sees it?

A request id, hosts we answer for, a bound on the body, headers that keep a browser on our side, one log line without
personal data. Plain ASGI, so that streams stay streams.
"""

import time
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from uuid import uuid4

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import logs
import meters
import tracing
from web import assets, problems

log = logs.get(__name__)

BODY_BYTES = 1024 * 1024
"""The most a request may carry, unless a path is allowed more."""

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)
"""Pictures within a style sheet are let in: the component set carries its marks so."""

_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_PUBLIC = (assets.PATH,)
"""Begins the paths of what is the same for everybody and may be kept by a browser."""

_YEAR_SECONDS = 31_536_000


async def _anybody(_request: Request) -> bool:
    return True


class Guards:
    """Wraps an application. `hosts` are the names it answers for, without port; `secure`: reached over https.

    `larger` gives path prefixes that may carry more than BODY_BYTES, from whoever `knows` says may ask at all.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Iterable[str],
        secure: bool,
        larger: dict[str, int] | None = None,
        knows: Callable[[Request], Awaitable[bool]] = _anybody,
    ) -> None:
        self.app = app
        self._knows = knows
        self._hosts = frozenset(host.lower() for host in hosts)
        self._secure = secure
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = str(uuid4())
        scope["duban.request_id"] = request_id
        began = time.monotonic()
        status = 0

        async def answering(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._protect(scope, MutableHeaders(scope=message), request_id)
            await send(message)

        with logs.bound(request_id=request_id), tracing.span("web.request", request_id=request_id) as note:
            try:
                most = await self._most(scope)
                refused = self._refusal(scope, request_id, most)
                if refused is not None:
                    await refused(scope, receive, answering)
                else:
                    await self.app(scope, self._bounded(most, receive), answering)
            finally:
                # The pattern, never the path itself: that may name somebody.
                route, took = getattr(scope.get("route"), "path", "-"), time.monotonic() - began
                meters.answered(scope["method"], route, status, took)
                note("http.route", route)
                note("http.status", status)
                log.info(
                    "web.answered",
                    method=scope["method"],
                    route=route,
                    status=status,
                    milliseconds=round(took * 1000),
                )

    def _refusal(self, scope: Scope, request_id: str, most: int) -> Response | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or _without_port(hosts[0]) not in self._hosts:
            return problems.answer(
                request_id, HTTPStatus.BAD_REQUEST, "不以此主机名提供服务。 Not served under this host name.",
                kind="unknown-host",
            )  # fmt: skip
        length = headers.get("content-length")
        if length is not None and (not length.isdecimal() or int(length) > most):
            return problems.answer(request_id, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large(most))
        if not _in_utf_8(headers.get("content-type")):
            return problems.answer(
                request_id, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "请以 UTF-8 提交。 Send it in UTF-8.", kind="charset"
            )
        return None

    async def _most(self, scope: Scope) -> int:
        """How many bytes the request may carry; a larger one is not even read from somebody unknown."""
        most = max((most for begins, most in self._larger.items() if scope["path"].startswith(begins)),
                   default=BODY_BYTES)  # fmt: skip
        length = Headers(scope=scope).get("content-length", "")
        small = length.isdecimal() and int(length) <= BODY_BYTES
        if most <= BODY_BYTES or small or scope["method"] in ("GET", "HEAD") or await self._knows(Request(scope)):
            return most
        return BODY_BYTES

    def _bounded(self, most: int, receive: Receive) -> Receive:
        taken = 0

        async def receiving() -> Message:
            nonlocal taken
            message = await receive()
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > most:
                    raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        return receiving

    def _protect(self, scope: Scope, headers: MutableHeaders, request_id: str) -> None:
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        if self._secure:
            headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR_SECONDS}; includeSubDomains")
        headers.setdefault("Cache-Control", _kept(scope))
        headers["X-Request-Id"] = request_id


def _kept(scope: Scope) -> str:
    """How long a browser may keep the answer."""
    if not scope["path"].startswith(_PUBLIC):
        return "no-store"
    address = f"{scope['path']}?{scope['query_string'].decode('latin-1')}"
    return f"public, max-age={_YEAR_SECONDS}, immutable" if assets.names_its_content(address) else "no-cache"


def _in_utf_8(content_type: str | None) -> bool:
    """Whether a body is said to be in no other encoding: a form in some could hold text that nothing can write."""
    _, options = parse_options_header(content_type)
    return options.get(b"charset", b"utf-8").lower() in (b"utf-8", b"utf8")


def _too_large(most: int) -> str:
    return f"请求内容不得超过 {most} 字节。 A request may carry at most {most} bytes."


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0].removeprefix("[").lower()
    return host.partition(":")[0].lower()
