"""A small office that has lived a year, live beside another one on the same server: for walks and pictures."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from playwright.async_api import Page, expect

from cli.web import sample_accounts, site
from office import Office
from reconciling import reconcile
from record.store import Store
from sample.past import sample_past
from schedules import keep_all_in_step
from settings import Settings
from tests.builders import sample_directory
from tests.notices.peers import free_port
from tests.sealing import sealed_client
from worker import build_worker


@dataclass(frozen=True)
class LivedOffice:
    """Where its site is, its record, the password of every sample account, the receipt code of each petition."""

    site: str
    store: Store
    password: str
    logins: tuple[str, ...]
    codes: Mapping[str, str]

    async def sign_in(self, page: Page, login: str) -> None:
        """Sign one of the sample accounts in (data/sample-accounts.csv), such as 样例区长, on the site's own page."""
        await page.goto(f"{self.site}/sign-in")
        await page.get_by_label("登录名").fill(login)
        await page.get_by_label("口令").fill(self.password)
        await page.get_by_role("button", name="登录").click()
        await expect(page.get_by_role("button", name="退出")).to_be_visible()


@asynccontextmanager
async def a_lived_office(server: str, url: str, place: Path, *, ordinary: int = 8) -> AsyncIterator[LivedOffice]:
    """The office with every story of the sample and so many ordinary matters, all that is open with its workflow.

    `server` is the address of a running one, `url` an empty database that is not PostgreSQL, for it makes accounts.
    """
    chosen = Settings(
        data_dir=place,
        database_url=url,
        web_port=free_port(),
        workflow_pollers=5,
        shutdown_seconds=1,
        public_intake=1_000_000,
        api_requests_per_minute=1_000_000,
    )
    directory, now = sample_directory(), datetime.now(UTC)
    store = Store(**chosen.record)
    store.migrate()
    try:
        past = await asyncio.to_thread(sample_past, store, directory, now, ordinary=ordinary)
        made = await asyncio.to_thread(sample_accounts, chosen, store, directory, now)
        assert made is not None
        client = await sealed_client(server, store)
        scope = f"lived-{uuid4().hex[:12]}"
        office = Office(client, store, queue=scope, scope=scope)

        async def speaking() -> Office:
            return office

        async with build_worker(client, store, directory, chosen, queue=scope, scope=scope):
            await keep_all_in_step(client, store, scope, scope)
            await reconcile(client, store, None, queue=scope, scope=scope, notices_queue=None)
            async with site(chosen, store, directory, speaking) as address:
                yield LivedOffice(address, store, made[0], tuple(made[1]), past.codes)
    finally:
        store.close()
