"""What did the peer answer? Apprise says only yes or no; whether to send again depends on what was said on the wire.

Listens to the HTTP exchanges that one call makes, without changing them: docs/decisions/0005-notices.md. What an answer
means for a notice is for hooks.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import requests
import urllib3

_LONGEST_BODY = 4096
_NEVER_SENT = (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError)
_MAYBE_SENT = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)


class Break(StrEnum):
    """How an exchange ended without an answer: before anything was sent, or when the peer may have it."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP request and its answer: `status` and the beginning of `body`, or `broken` where none came."""

    status: int | None = None
    body: bytes = b""
    broken: Break | None = None


_LISTENING: ContextVar[list[Exchange] | None] = ContextVar("exchanges", default=None)


@contextmanager
def heard() -> Iterator[list[Exchange]]:
    """The exchanges made inside the block by this thread, in their order."""
    exchanges: list[Exchange] = []
    token = _LISTENING.set(exchanges)
    try:
        yield exchanges
    finally:
        _LISTENING.reset(token)


_send = requests.Session.send


def _send_and_listen(self: requests.Session, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
    exchanges = _LISTENING.get()
    if exchanges is None:
        return _send(self, request, **kwargs)
    try:
        response = _send(self, request, **kwargs)
    except requests.RequestException as error:
        exchanges.append(Exchange(broken=_break(error)))
        raise
    exchanges.append(Exchange(response.status_code, response.content[:_LONGEST_BODY]))
    return response


requests.Session.send = _send_and_listen  # type: ignore[method-assign]


def _break(error: requests.RequestException) -> Break:
    """Without a connection nothing was sent; a broken or silent one may have carried the request."""
    if isinstance(error, _NEVER_SENT):
        return Break.BEFORE
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(reason, urllib3.exceptions.NewConnectionError):
        return Break.BEFORE
    # What is not about a connection (a URL that is none) was found wrong before there was one.
    return Break.AFTER if isinstance(error, _MAYBE_SENT) else Break.BEFORE
