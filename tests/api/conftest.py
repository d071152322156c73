"""A live office behind the interface: a real server on loopback, its worker, its record, and somebody of every role."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import uvicorn

from activities.dispatch import Dispatch
from activities.hooks import Hooks
from activities.notices import Lines
from embedded import EmbeddedServer, register_search_attributes
from identity.administration import Administration
from models.contacts import Contacts
from models.contract import is_proceeding
from models.identity import ActingPost, SiteRole, TokenScope
from notices.signing import webhook_key
from office import Office
from record import accounts
from record.store import Store
from settings import Runner, Settings, secret
from tests.databases import Databases
from tests.notices.peers import free_port
from tests.sealing import sealed_client
from tests.workflows.cast import CO, CO_HANDLER, DIRECTORY, HANDLER, HEAD, LEAD, LEADER, OFFICE, OFFICER, STRANGER
from web import codec
from web.api.install import install
from web.app import create_app
from worker import SEARCH_ATTRIBUTES, build_notice_worker, build_worker

POSTS = {
    "stranger": STRANGER,
    "co-handler": CO_HANDLER,
    "lead": HANDLER,
    "head": HEAD,
    "officer": OFFICER,
    "leader": LEADER,
}
ROLES = {
    "administrator": SiteRole.ADMINISTRATOR,
    "auditor": SiteRole.AUDITOR,
    "operator": SiteRole.OPERATOR,
}
EVERYBODY = (*POSTS, *ROLES)
SPARE = "spare"
"""Somebody registered who never signs in: whom the tests of accounts lock and unlock."""
PREFIX = "/api/v1"
UI = "http://127.0.0.1:8233"
"""The origin of the Temporal UI that this world knows."""


class _AsTold(httpx2.HTTPTransport):
    """Sends a command that the interface could not take again under its key, as its 503 says one may."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        for _ in range(2):
            answer = super().handle_request(request)
            if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE or "Idempotency-Key" not in request.headers:
                return answer
            answer.close()
        return super().handle_request(request)


@dataclass
class World:
    """The interface as programs reach it, and what stands behind it."""

    url: str
    store: Store
    settings: Settings
    tokens: dict[str, str]
    server: str
    scope: str
    matter: str = ""
    other: str = ""
    case: str = ""
    proceeding: str = ""
    stack: ExitStack = field(default_factory=ExitStack)
    clients: dict[str | None, httpx2.Client] = field(default_factory=dict)

    def as_(self, who: str | None) -> httpx2.Client:
        """A client of this person; None is somebody who has not signed in."""
        if who not in self.clients:
            headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
            client = httpx2.Client(base_url=self.url + PREFIX, headers=headers, timeout=40, transport=_AsTold())
            self.clients[who] = self.stack.enter_context(client)
        return self.clients[who]

    def spare(self) -> str:
        """The id of who never signs in."""
        with self.store.reading() as session:
            found = accounts.by_login(session, SPARE)
        assert found is not None
        return found.id

    def do(self, who: str, target: str, command: str, *, key: str | None = None, **said: Any) -> httpx2.Response:
        kind = "proceedings" if is_proceeding(target) else "cases" if "/" in target else "matters"
        return self.as_(who).post(
            f"/{kind}/{target}/commands/{command}", json=said, headers={"Idempotency-Key": key or uuid4().hex}
        )

    def launch(self, who: str = "officer", **said: Any) -> httpx2.Response:
        terms = {
            "title": f"校舍加固 {uuid4().hex[:8]}",
            "lead": LEAD,
            "office": OFFICE,
            "leader": LEADER,
            "limit": "15wd",
        }
        return self.as_(who).post("/matters", json={**terms, **said}, headers={"Idempotency-Key": uuid4().hex})

    def open(self, who: str = "officer", *, key: str | None = None, **said: Any) -> httpx2.Response:
        terms = {
            "procedure": "window_acceptance", "title": f"食品经营许可 {uuid4().hex[:8]}", "lead": LEAD,
            "office": OFFICE, "leader": LEADER,
        }  # fmt: skip
        return self.as_(who).post(
            "/proceedings", json={**terms, **said}, headers={"Idempotency-Key": key or uuid4().hex}
        )


@contextmanager
def in_a_world(server: str, url: str, directory: Path, **settings: Any) -> Iterator[World]:
    """A world of its own; everything in it has ended when the block is left.

    `settings` over those of a test: `web_port` for one known before, `temporal_ui` for the pages that may decode.
    """
    chosen = Settings(
        data_dir=directory,
        database_url=url,
        office=OFFICE,
        workflow_pollers=5,
        shutdown_seconds=1,
        runner=Runner.SANDBOXED,
        notice_patience_seconds=2,
        notice_pause_seconds=0.2,
        **{
            "web_port": free_port(),
            "api_requests_per_minute": 1_000_000,
            "temporal_ui": UI,
            "public_intake": 1_000_000,
            **settings,
        },
    )
    store = Store(**chosen.record)
    store.migrate()
    ready, stop, failed = threading.Event(), asyncio.Event(), list[BaseException]()
    loops: list[asyncio.AbstractEventLoop] = []
    scope = f"test-{uuid4().hex[:12]}"

    def run() -> None:
        try:
            asyncio.run(_served(_Behind(chosen, store, server, scope, loops), ready, stop))
        except BaseException as error:  # noqa: BLE001 - told to the test
            failed.append(error)
            ready.set()

    thread = threading.Thread(target=run, name="world")
    thread.start()
    try:
        assert ready.wait(30)
        assert not failed, failed
        world = World(f"http://127.0.0.1:{chosen.web_port}", store, chosen, _people(store), server, scope)
        with world.stack:
            yield world
    finally:
        if loops:
            loops[0].call_soon_threadsafe(stop.set)
        thread.join(30)
        store.close()
    assert not failed, failed


@dataclass
class _Behind:
    """What a world serves from; `loops` gets the loop in which it does."""

    settings: Settings
    store: Store
    server: str
    scope: str
    loops: list[asyncio.AbstractEventLoop]


async def _served(behind: _Behind, ready: threading.Event, stop: asyncio.Event) -> None:
    settings, store, server = behind.settings, behind.store, behind.server
    behind.loops.append(asyncio.get_running_loop())
    client = await sealed_client(server, store)
    await register_search_attributes(client, SEARCH_ATTRIBUTES)
    scope = behind.scope
    notices = f"{scope}-notices"
    office = Office(client, store, queue=scope, scope=scope, patience=timedelta(seconds=20))
    hooks = Hooks(settings.webhooks, lambda: webhook_key(settings), 2.0)
    lines = Lines(Contacts(), secret, 2.0, 0.2, hooks)
    dispatch = Dispatch(client, Contacts(), hooks=True, queue=notices, scope=scope)

    async def the_office() -> Office:
        return office

    app = install(create_app(settings, store, the_office, DIRECTORY))
    codec.mount(app, ui=settings.temporal_ui or UI, namespace="default")
    web = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", settings.web_port, log_config=None, lifespan="off"))
    async with (
        build_worker(client, store, DIRECTORY, settings, queue=scope, scope=scope, dispatch=dispatch),
        build_notice_worker(client, store, DIRECTORY, settings, lines, queue=notices, scope=scope),
    ):
        serving = asyncio.create_task(web.serve())
        while not web.started:  # noqa: ASYNC110 - it has no event to wait for
            await asyncio.sleep(0.01)
        ready.set()
        await stop.wait()
        web.should_exit = web.force_exit = True
        await serving


def _people(store: Store) -> dict[str, str]:
    """A token for each role, by its name."""
    now = datetime.now(UTC)
    at = Administration(store, DIRECTORY, now)
    tokens = {}
    for who in EVERYBODY:
        assert at.register(who).accepted
        post = None
        if who in POSTS:
            assert at.hold(who, POSTS[who], date(2026, 1, 1)).accepted
            post = ActingPost(post=POSTS[who])
        else:
            assert at.give_role(who, ROLES[who]).accepted
        issued = at.issue_token(who, "tests", TokenScope.ACT, post, timedelta(days=1))
        assert issued.secret is not None
        tokens[who] = issued.secret
    assert at.register(SPARE).accepted
    return tokens


def furnished(world: World) -> World:
    """The world with a public matter that has a co-handler and a case, and a matter of others."""
    world.matter = world.launch(co=[CO], public=True).json()["id"]
    world.other = world.launch(lead="公安局").json()["id"]
    proposed = world.do("officer", world.matter, "propose", subject=HEAD, facts="检查发现", severity="ordinary")
    assert proposed.status_code == 200, proposed.text
    world.case = f"{world.matter}/case1"
    world.proceeding = world.open(co=[CO]).json()["id"]
    return world


@pytest.fixture(scope="module")
def world(
    temporal_server: EmbeddedServer, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A world for the tests of one file: a public matter with a co-handler and a case, and a matter of others."""
    url = databases.new()
    with in_a_world(temporal_server.address, url, tmp_path_factory.mktemp("world")) as world:
        furnished(world)
        yield world
    databases.drop(url)
