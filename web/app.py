"""What is served over HTTP, put together: the guards around every request, problems, and the routes.

Who a caller is, is settled in callers.py; what he may see and do is for policies/ and the routes. `create_app` is
called by serving.py and by tests; it opens nothing.
"""

from collections.abc import Iterable

from fastapi import APIRouter, FastAPI, Request
from starlette.types import ASGIApp
from typing_extensions import override

from policies.directory import Directory
from record.store import RecordUnavailableError, Store
from settings import Settings
from watching.readiness import Readiness
from web import altered, callers, health, oidc, pages, problems, sessions
from web.api.limits import ADDRESS_FACTOR, Buckets
from web.console import installing
from web.context import Clock, OfficeFactory, Web, now
from web.guards import Guards
from web.public import installing as public_pages


class Application(FastAPI):
    """A FastAPI application inside the guards; even what breaks leaves through them."""

    @override
    def build_middleware_stack(self) -> ASGIApp:
        """The usual stack, guarded."""
        web: Web = self.state.web
        return Guards(
            super().build_middleware_stack(),
            hosts=web.settings.web_hosts,
            secure=web.secure,
            larger=self.state.larger,
            knows=self._knows,
        )

    async def _knows(self, request: Request) -> bool:
        """Whether the request shows a session or a token that stands; where nobody can say, the route answers that."""
        try:
            return await callers.reader(request, self.state.web) is not None
        except RecordUnavailableError:
            return True


def create_app(
    settings: Settings,
    store: Store,
    office: OfficeFactory,
    directory: Directory,
    *,
    clock: Clock = now,
    samples: bool = False,
    routers: Iterable[APIRouter] = (),
    larger: dict[str, int] | None = None,
) -> FastAPI:
    """The application. `office` gives the office to speak through, or raises UnavailableError; `routers` add routes.

    `samples` lets sample passwords be used. `larger` gives prefixes of paths that may carry more than
    guards.BODY_BYTES, for uploads.
    """
    app = Application(
        title="督办与问责 Supervision and accountability",
        version="1",
        openapi_url="/api/v1/openapi.json",
        # Their pages load programs from elsewhere.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.web = Web(settings, store, office, directory, clock, samples)
    app.state.larger = dict(larger or {})
    app.state.persons = Buckets("person", settings.api_requests_per_minute)
    app.state.guests = Buckets("address", settings.api_requests_per_minute * ADDRESS_FACTOR)
    app.state.intake = Buckets("intake", max(settings.public_intake, 1))
    app.state.histories = None
    app.state.readiness = Readiness(store, health.reaching(office))
    app.state.provider = oidc.provider_of(settings)
    problems.install(app)
    altered.install(app)
    for router in (health.router, sessions.router, oidc.router, *routers):
        app.include_router(router)
    pages.mount(app)
    installing.mount(app)
    public_pages.mount(app)
    return app
