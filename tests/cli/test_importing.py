"""A long ledger on its way to the server: a few rows at a time, at the server's pace, broken off and begun again."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from cli.importing import Brought, bring_in
from cli.live import Live
from embedded import EmbeddedServer, register_search_attributes
from intake.layout import Column
from intake.ledger import LedgerRow, open_ledger
from models.access import Scope
from office import Office, UnavailableError
from pacing import paced
from policies.deadlines import SHANGHAI
from policies.directory import Directory
from record import matters, views
from record.store import Store
from settings import Runner, Settings
from tests.intake.sheets import HEADER, OFFICE, ORGANS, a_row, csv_bytes
from tests.workflows.cast import this_second
from worker import SEARCH_ATTRIBUTES, build_worker

EVERYTHING = Scope.everything()

IN_FLIGHT = 3
NOW = this_second().astimezone(SHANGHAI)


async def each(items: Iterator[int]) -> AsyncIterator[int]:
    for item in items:
        yield item


@dataclass
class Counting:
    """Work that says how much of it is under way, and fails on one item if told to."""

    fails_on: int | None = None
    asked: int = 0
    running: int = 0
    most: int = 0
    done: list[int] = field(default_factory=list)

    def items(self, number: int) -> Iterator[int]:
        for item in range(number):
            self.asked += 1
            assert self.asked - len(self.done) <= IN_FLIGHT
            yield item

    async def work(self, item: int) -> int:
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0.001 * (item % 4))
        self.running -= 1
        if item == self.fails_on:
            raise UnavailableError("gone")
        return item


async def test_no_item_is_asked_for_before_there_is_room_for_it() -> None:
    counting = Counting()

    await paced(each(counting.items(50)), counting.work, counting.done.append, IN_FLIGHT)

    assert counting.most == IN_FLIGHT
    assert sorted(counting.done) == list(range(50))


async def test_the_first_failure_ends_it_and_what_was_done_has_been_told() -> None:
    counting = Counting(fails_on=10)

    with pytest.raises(UnavailableError):
        await paced(each(counting.items(1000)), counting.work, counting.done.append, IN_FLIGHT)

    assert counting.asked <= 10 + 2 * IN_FLIGHT
    assert set(range(10 - IN_FLIGHT)) <= set(counting.done)
    assert 10 not in counting.done


async def test_one_at_a_time_keeps_the_order() -> None:
    counting = Counting()

    await paced(each(counting.items(20)), counting.work, counting.done.append, 1)

    assert counting.done == list(range(20))


# --- on a real server -------------------------------------------------------------------------------------------------


@dataclass
class Place:
    """A server with a record and, for the length of a block, a worker."""

    client: Client
    live: Live
    queue: str

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[None]:
        chosen = Settings(
            data_dir=self.live.settings.data_dir, workflow_pollers=5, shutdown_seconds=1, runner=Runner.SANDBOXED
        )
        directory = Directory(ORGANS)
        async with build_worker(self.client, self.live.store, directory, chosen, queue=self.queue, scope=self.queue):
            yield


@pytest_asyncio.fixture(loop_scope="session")
async def place(temporal_server: EmbeddedServer, database_url: str, tmp_path: Path) -> AsyncIterator[Place]:
    client = await Client.connect(temporal_server.address, data_converter=pydantic_data_converter)
    await register_search_attributes(client, SEARCH_ATTRIBUTES)
    queue = f"test-{uuid4().hex[:12]}"
    store = Store(database_url)
    store.migrate()
    office = Office(client, store, queue=queue, scope=queue, patience=timedelta(seconds=6))
    chosen = Settings(data_dir=tmp_path, import_in_flight=IN_FLIGHT)
    yield Place(client, Live(chosen, store, client, office), queue)
    store.close()


def rows(number: int) -> Iterator[LedgerRow]:
    """So many good rows of one ledger."""
    lines = [a_row({Column.NUMBER: one, Column.TITLE: f"第{one}号事项"}) for one in range(1, number + 1)]
    return open_ledger(csv_bytes([HEADER, *lines]), ORGANS, office=OFFICE).rows()


@pytest.mark.asyncio(loop_scope="session")
async def test_rows_are_launched_in_order_each_once_however_often_they_are_imported(place: Place) -> None:
    first: list[Brought] = []
    again: list[Brought] = []
    async with place.worker():
        await bring_in(place.live, rows(10), NOW, first.append)
        await bring_in(place.live, rows(12), NOW, again.append)

    by_row = {one.row.row: one.matter_id for one in first}
    assert [by_row[row] for row in sorted(by_row)] == [f"{NOW.year}-{number:04d}" for number in range(1, 11)]
    assert all(one.outcome.accepted and not one.again for one in first)
    assert {one.row.row: one.matter_id for one in again if one.again} == by_row
    assert sum(not one.again for one in again) == 2


@pytest.mark.asyncio(loop_scope="session")
async def test_an_unavailable_server_ends_it_saying_what_is_in_and_the_next_import_goes_on(place: Place) -> None:
    taken: list[int] = []

    def watched(number: int) -> Iterator[LedgerRow]:
        for row in rows(number):
            taken.append(row.row)
            yield row

    told: list[Brought] = []
    async with place.worker():
        await bring_in(place.live, rows(4), NOW, told.append)
    # Nobody works the queue any more.
    with pytest.raises(UnavailableError) as caught:
        await bring_in(place.live, watched(40), NOW, told.append)

    assert "已导入 4 件" in str(caught.value)
    assert "再次导入" in str(caught.value)
    assert len(taken) <= 4 + IN_FLIGHT
    again: list[Brought] = []
    async with place.worker():
        await bring_in(place.live, rows(40), NOW, again.append)
    with place.live.store.reading() as session:
        ids = [line.id for line in views.matters(session, scope=EVERYTHING, now=NOW, limit=1000).items]
        answers = [matters.answered(session, one.matter_id, one.row.registration.message_id) for one in again]
    assert ids == [f"{NOW.year}-{number:04d}" for number in range(1, 41)]
    assert sorted(one.matter_id for one in again) == ids
    assert all(answer is not None and answer.accepted for answer in answers)
