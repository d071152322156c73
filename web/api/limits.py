"""How often may one person, or one address, ask? A bucket of tokens each, in the memory of this process.

Several processes each keep their own, so a site with n of them allows up to n times as much: a guard against mistakes
and abuse, not an account. Every answer says what is left (draft-ietf-httpapi-ratelimit-headers).
"""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.identity import Caller
from web import problems
from web.callers import caller as signed_in
from web.problems import ProblemError

WINDOW_SECONDS = 60
ADDRESS_FACTOR = 10
"""Behind one address may be a whole house."""

BODY_SECONDS = 30.0
"""How long a request's body may take to arrive."""

_PREFIX = "/api/"
_ALLOWANCE = "duban.allowance"
_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a quota: of `quota` in a window `left`; `wait_seconds` until one more is allowed, 0 for now."""

    name: str
    quota: int
    left: int
    wait_seconds: int

    def tell(self, headers: MutableHeaders) -> None:
        """Say it in an answer's headers."""
        headers["RateLimit-Policy"] = f'"{self.name}";q={self.quota};w={WINDOW_SECONDS}'
        headers["RateLimit"] = f'"{self.name}";r={self.left};t={self.wait_seconds or WINDOW_SECONDS}'


class Buckets:
    """A bucket for each key: `quota` requests at once, filled again evenly over WINDOW_SECONDS.

    The least recently used are forgotten beyond 50 000 keys, so that memory stays bounded; who is forgotten is full.
    """

    def __init__(self, name: str, quota: int, ticking: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._quota = quota
        self._rate = quota / WINDOW_SECONDS
        self._ticking = ticking
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> Allowance:
        """Take one token of `key`; the allowance waits where there was none, and nothing was taken."""
        now = self._ticking()
        level, then = self._levels.pop(key, (float(self._quota), now))
        level = min(float(self._quota), level + (now - then) * self._rate)
        wait = 0 if level >= 1 else math.ceil((1 - level) / self._rate)
        level -= 0 if wait else 1
        self._levels[key] = (level, now)
        if len(self._levels) > _KEPT:
            self._levels.popitem(last=False)
        return Allowance(self._name, self._quota, int(level), wait)


class Limits:
    """Wraps what lies under /api/: an address that asks too often gets 429, a body that does not come 408.

    Every answer says what is left of the quota.
    """

    def __init__(self, app: ASGIApp, *, quota: int) -> None:
        self.app = app
        self._addresses = Buckets("address", quota * ADDRESS_FACTOR)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or not scope["path"].startswith(_PREFIX):
            await self.app(scope, receive, send)
            return
        client = scope.get("client")
        allowance = self._addresses.take(client[0] if client else "")
        scope[_ALLOWANCE] = allowance

        async def answering(message: Message) -> None:
            if message["type"] == "http.response.start":
                scope[_ALLOWANCE].tell(MutableHeaders(scope=message))
            await send(message)

        if allowance.wait_seconds:
            refused = problems.answer(
                str(scope.get("duban.request_id", "")),
                HTTPStatus.TOO_MANY_REQUESTS,
                TOO_OFTEN,
                headers={"Retry-After": str(allowance.wait_seconds)},
            )
            await refused(scope, receive, answering)
            return
        await self.app(scope, _in_time(receive), answering)


def _in_time(receive: Receive) -> Receive:
    """The body has to be there within BODY_SECONDS: who sends a byte now and then holds a place that others need."""
    ends = asyncio.get_running_loop().time() + BODY_SECONDS
    there = False

    async def receiving() -> Message:
        nonlocal there
        if there:
            return await receive()
        try:
            async with asyncio.timeout_at(ends):
                message = await receive()
        except TimeoutError:
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT) from None
        there = not message.get("more_body", False)
        return message

    return receiving


TOO_OFTEN = "请求过于频繁,请按 Retry-After 稍候。 Too many requests: wait as Retry-After says."


def speaker(request: Request, found: Annotated[Caller, Depends(signed_in)]) -> Caller:
    """The caller, where he does not ask too often; 429 otherwise."""
    persons: Buckets = request.app.state.persons
    allowance = persons.take(found.person)
    request.scope[_ALLOWANCE] = allowance
    if allowance.wait_seconds:
        raise ProblemError(
            HTTPStatus.TOO_MANY_REQUESTS, TOO_OFTEN, headers={"Retry-After": str(allowance.wait_seconds)}
        )
    return found


Speaker = Annotated[Caller, Depends(speaker)]
"""Who makes the request: the parameter of every route that is not for everybody."""
