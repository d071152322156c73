"""A small office on the real dev server: its record, its worker, and a way to speak to its matters."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest_asyncio
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from embedded import EmbeddedServer, register_search_attributes
from models.acts import ActName
from models.contract import matter_workflow_id
from office import Office
from record import ledger
from record.store import Store
from settings import Runner, Settings
from tests.databases import Databases
from tests.workflows.cast import DIRECTORY
from worker import SEARCH_ATTRIBUTES, build_worker

T = TypeVar("T")


@dataclass
class LiveOffice:
    """An office whose worker runs for the length of one test."""

    client: Client
    store: Store
    office: Office
    scope: str

    async def recorded(self, target: str, act: ActName) -> bool:
        """Whether the ledger holds such an act."""
        with self.store.reading() as session:
            return any(entry.act.act is act for entry in ledger.entries(session, target))

    async def events(self, matter_id: str) -> list[str]:
        """The types of the matter's history events, oldest first, once no workflow task is under way."""
        handle = self.client.get_workflow_handle(matter_workflow_id(matter_id, self.scope))
        while True:
            history = await handle.fetch_history()
            events = [EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events]
            if events[-1] not in ("WORKFLOW_TASK_SCHEDULED", "WORKFLOW_TASK_STARTED"):
                return events
            await asyncio.sleep(0.02)


async def eventually(ask: Callable[[], Awaitable[T | None]], within: timedelta = timedelta(seconds=15)) -> T:
    """The first answer that is not None (or false), asked for again and again."""
    async with asyncio.timeout(within.total_seconds()):
        while not (answer := await ask()):  # noqa: ASYNC110 - the server has no event to wait for
            await asyncio.sleep(0.05)
    return answer


@pytest_asyncio.fixture(loop_scope="session")
async def live(
    temporal_server: EmbeddedServer, database_url: str, databases: Databases, tmp_path: Path
) -> AsyncIterator[LiveOffice]:
    client = await Client.connect(temporal_server.address, data_converter=pydantic_data_converter)
    await register_search_attributes(client, SEARCH_ATTRIBUTES)
    scope = f"test-{uuid4().hex[:12]}"
    store = Store(database_url)
    databases.migrate(store)
    settings = Settings(data_dir=tmp_path, workflow_pollers=5, shutdown_seconds=1, runner=Runner.SANDBOXED)
    async with build_worker(client, store, DIRECTORY, settings, queue=scope, scope=scope):
        yield LiveOffice(client, store, Office(client, store, queue=scope, scope=scope), scope)
    store.close()
