"""How does the interface come into an application? Its routes, what guards them, and its OpenAPI document."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, FastAPI

from office import Office, UnavailableError
from policies.directory import Directory
from record.store import Store
from settings import Settings
from web.api import (
    accounts,
    attachments,
    bulletins,
    cases,
    commands,
    documents,
    events,
    imports,
    matters,
    methods,
    openapi,
    openings,
    people,
    petitions,
    planning,
    proceedings,
    proofs,
    public,
    refusals,
    register,
    rules,
    webhooks,
)
from web.api.feed import Feed
from web.api.limits import Limits
from web.api.methods import Methods
from web.app import create_app
from web.context import Web

ROUTERS: tuple[APIRouter, ...] = (
    matters.routes,
    cases.routes,
    commands.routes,
    proceedings.routes,
    documents.routes,
    attachments.routes,
    openings.routes,
    people.routes,
    accounts.routes,
    proofs.routes,
    register.routes,
    bulletins.routes,
    planning.routes,
    rules.routes,
    imports.routes,
    events.routes,
    webhooks.routes,
    petitions.routes,
    public.routes,
)
"""Every route of the interface, in the order of the OpenAPI document."""

LARGER = imports.LARGER


def install(app: FastAPI) -> FastAPI:
    """Add the interface to an application that create_app made; `LARGER` says which paths may carry more."""
    web: Web = app.state.web
    for routes in ROUTERS:
        app.include_router(routes)
    app.state.larger.update(LARGER | attachments.larger(web.settings))
    app.state.streams = Counter[str]()
    app.state.feed = Feed(web.store)
    refusals.install(app)
    app.add_middleware(Methods, resources=methods.resources(openapi.routes_of(app)))
    app.add_middleware(Limits, quota=web.settings.api_requests_per_minute)
    describe: Callable[[], dict[str, Any]] = lambda: openapi.document(app)  # noqa: E731 - FastAPI's own way to replace it
    app.openapi = describe  # type: ignore[method-assign]
    return app


def bare() -> FastAPI:
    """The application with nothing behind it: enough to describe it."""

    async def nobody() -> Office:
        raise UnavailableError("nothing runs here")

    settings = Settings()
    return install(create_app(settings, Store(settings.database_url, read_only=True), nobody, Directory(())))
