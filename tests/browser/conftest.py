"""Pages as people see them: Chromium driven by Playwright, against a live office and its Temporal UI.

Every test here is a coroutine in the loop of the session, where the one browser of this process lives. `page` is a page
of somebody who has just come; `visit()` opens one for somebody else. A test fails when a page logs an error, throws, or
asks for anything beyond this machine, unless it says so beforehand: `visit(expecting=["status of 401"])` wants it to
happen. What a failed test saw is in var/browser: a screenshot, and a trace for `playwright show-trace`.
"""

import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Generator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, async_playwright, expect
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from addresses import is_loopback
from embedded import FOR_TESTS, EmbeddedServer
from identity.administration import Administration
from models.contract import matter_workflow_id
from tests.api.conftest import EVERYBODY, World, in_a_world
from tests.browser.lived import LivedOffice, a_lived_office
from tests.databases import Databases
from tests.notices.peers import free_port
from tests.workflows.cast import DIRECTORY

HERE = Path(__file__).parent
KEPT = HERE.parent.parent / "var" / "browser"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 30_000
# Nothing but this machine has a name, whatever a page or the browser itself asks for.
_ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
_OFFLINE = frozenset({"about", "blob", "data"})
_FAILED = pytest.StashKey[bool]()
MORE = {"chief": "督查室主任", "member": "财政局长", "judge": "公安局长"}
"""Who else has an account here, by his post: for cases have a panel, and are investigated by two."""

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for the tests of this folder: the browser's."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The one browser of this process."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.fail("缺少 chromium,请运行 .ci/browser。 Chromium is missing; run .ci/browser")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=found, args=[_ALONE])
        yield started
        await started.close()


@dataclass
class Watched:
    """What went wrong in the pages of one context, in words; `expecting` are patterns of what has to."""

    expecting: Sequence[str] = ()
    seen: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Note what any page of the context logs as an error, throws or asks for elsewhere."""
        context.on("console", self._logged)
        context.on("weberror", lambda thrown: self._note(f"thrown: {thrown.error}"))
        context.on("request", lambda request: self._asked(request.url))
        context.on("page", lambda page: page.on("websocket", lambda socket: self._asked(socket.url)))

    def faults(self) -> list[str]:
        """What happened and was not expected, and what was expected and did not happen."""
        unexpected = [one for one in self.seen if not any(re.search(pattern, one) for pattern in self.expecting)]
        missing = [one for one in self.expecting if not any(re.search(one, seen) for seen in self.seen)]
        return [*unexpected, *(f"expected, and did not happen: {one}" for one in missing)]

    def _logged(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self._note(f"console: {said.text} {said.location}")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _OFFLINE and not is_loopback(parts.netloc):
            self._note(f"left this machine: {url}")

    def _note(self, fault: str) -> None:
        self.seen.append(fault)


class Shot(Protocol):
    """Takes the picture of a page that docs/ shows under this name: from its beginning, or from what stands `at`."""

    def __call__(self, page: Page, name: str, *, at: Locator | None = None) -> Awaitable[None]: ...


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Shot:
    """Takes pictures, into var/screenshots unless `--screenshots` says where: docs/images/console, to renew them."""
    place = Path(request.config.getoption("--screenshots"))

    async def taking(page: Page, name: str, *, at: Locator | None = None) -> None:
        place.mkdir(parents=True, exist_ok=True)
        await (at or page.locator("html")).evaluate("one => one.scrollIntoView({block: 'start', behavior: 'instant'})")
        await page.screenshot(path=place / f"{name}.png", animations="disabled")

    return taking


class Visit(Protocol):
    """Opens a page of a new context, in which nobody is signed in yet."""

    def __call__(self, *, expecting: Sequence[str] = ()) -> Awaitable[Page]: ...


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Visit]:
    """Opens pages, each for somebody else; see above what is watched."""
    opened: list[tuple[BrowserContext, Watched]] = []

    async def visiting(*, expecting: Sequence[str] = ()) -> Page:
        context = await browser.new_context(reduced_motion="reduce", locale="zh-CN", timezone_id="Asia/Shanghai")
        context.set_default_timeout(PATIENCE_MS)
        await context.tracing.start()
        watched = Watched(expecting)
        watched.watch(context)
        opened.append((context, watched))
        return await context.new_page()

    yield visiting
    faults = [fault for _, watched in opened for fault in watched.faults()]
    failed = bool(faults) or request.node.stash.get(_FAILED, False)
    for number, (context, _) in enumerate(opened, 1):
        await _closed(context, KEPT / f"{_plain(request.node.name)}-{number}" if failed else None)
    if faults:
        pytest.fail("\n".join(faults))


@pytest_asyncio.fixture(loop_scope="session")
async def page(visit: Visit) -> Page:
    """A page of somebody who has just come."""
    return await visit()


async def _closed(context: BrowserContext, kept: Path | None) -> None:
    """End the context; `kept` begins the names of what is written down of it."""
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        for place, page in enumerate(context.pages, 1):
            await page.screenshot(path=kept.with_name(f"{kept.name}-{place}.png"))
        await context.tracing.stop(path=kept.with_name(f"{kept.name}.zip"))
    else:
        await context.tracing.stop()
    await context.close()


def _plain(name: str) -> str:
    return re.sub(r"[^\w-]+", "-", name)


@dataclass(frozen=True)
class Office:
    """A live office: its site and record (`world`), the Temporal UI beside it, and everybody's password."""

    world: World
    ui: str
    password: str

    @property
    def site(self) -> str:
        """Where the site is."""
        return self.world.url

    async def sign_in(self, page: Page, who: str) -> None:
        """Sign somebody of the cast (tests/api/conftest.py, EVERYBODY, and MORE) in, on the site's own page."""
        await page.goto(f"{self.site}/sign-in")
        await page.get_by_label("登录名").fill(who)
        await page.get_by_label("口令").fill(self.password)
        await page.get_by_role("button", name="登录").click()
        await expect(page.get_by_role("button", name="退出")).to_be_visible()

    async def later(self, target: str, span: timedelta) -> None:
        """Let the timers of this matter's or this case's workflow run as if the time had passed."""
        client = await Client.connect(self.world.server)
        handle = client.get_workflow_handle(matter_workflow_id(target, self.world.scope))
        await TimeSkipper(client).fast_forward(handle, span)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def office(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """One live office for all tests in the browser; each launches matters of its own."""
    port, directory = free_port(), tmp_path_factory.mktemp("office")
    url = databases.new()
    async with EmbeddedServer(
        directory / "temporal",
        ui_port=0,
        ui_codec_endpoint=f"http://127.0.0.1:{port}/codec",
        synchronous="NORMAL",
        dynamic_config={**FOR_TESTS, "frontend.WorkflowTimeSkippingEnabled": True},
    ) as server:
        assert server.ui_url is not None
        with in_a_world(server.address, url, directory, web_port=port, temporal_ui=server.ui_url) as world:
            password = f"for tests {uuid4().hex}"
            at_hand = Administration(world.store, DIRECTORY, datetime.now(UTC))
            for who, post in MORE.items():
                assert at_hand.register(who).accepted
                assert at_hand.hold(who, post, date(2026, 1, 1)).accepted
            for who in (*EVERYBODY, *MORE):
                done = at_hand.set_password(who, password)
                assert done.accepted, done
            yield Office(world, server.ui_url, password)
    databases.drop(url)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def lived(
    office: Office, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[LivedOffice]:
    """One sample office that has lived a year, on the server of the other, for all tests in the browser."""
    url = databases.new()
    async with a_lived_office(office.world.server, url, tmp_path_factory.mktemp("lived")) as found:
        yield found
    databases.drop(url)
