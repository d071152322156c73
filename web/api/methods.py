"""Which methods does a resource have? What a 405 says in Allow, over all the routes of its path (RFC 9110 15.5.6).

The framework tells the methods of one route only, and a resource has a route for each.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fastapi.routing import RouteContext
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Resource:
    """A path, as a pattern, and the methods of all its routes."""

    path: re.Pattern[str]
    methods: frozenset[str]


def resources(routes: Iterable[RouteContext]) -> tuple[Resource, ...]:
    """The resources that these routes make up; paths without parameters first, as they are the more particular."""
    found: dict[str, set[str]] = {}
    for route in routes:
        found.setdefault(str(route.path_format), set()).update(route.methods or ())
    ordered = sorted(found.items(), key=lambda one: one[0].count("{"))
    return tuple(Resource(_pattern(path), frozenset(methods)) for path, methods in ordered)


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]*\}", path)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))


class Methods:
    """Wraps an application whose 405 are to say every method of the resource."""

    def __init__(self, app: ASGIApp, *, resources: tuple[Resource, ...]) -> None:
        self.app = app
        self._resources = resources

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""

        async def answering(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 405:
                allowed = next((one.methods for one in self._resources if one.path.fullmatch(scope["path"])), None)
                if allowed is not None:
                    MutableHeaders(scope=message)["Allow"] = ", ".join(sorted(allowed))
            await send(message)

        await self.app(scope, receive, answering)
