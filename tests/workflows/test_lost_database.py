"""kill -9 of the PostgreSQL server in the middle of a live run delays commands, loses nothing and doubles nothing."""

import asyncio
import os
import random
from datetime import timedelta
from pathlib import Path

from embedded import FOR_TESTS, EmbeddedServer
from office import Office
from tests.postgresql import PostgresqlServer
from tests.sealing import sealed_client, sealed_store
from tests.workflows.test_kill import (
    MATTERS,
    WorkerProcess,
    a_life,
    assert_whole,
    live_through,
    live_through_case,
    recorded,
)
from worker import SEARCH_ATTRIBUTES

KILLS, SEED = 3, 20261125


async def take_away(server: PostgresqlServer, chance: random.Random) -> None:
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.5, 1.5))
        await asyncio.to_thread(server.kill)
        await asyncio.sleep(chance.uniform(0.2, 1.0))
        # Here, not in another thread: the server ends with the thread that started it.
        server.start()


async def test_kills_of_the_database_lose_nothing_and_double_nothing(
    tmp_path: Path, postgresql_server: PostgresqlServer
) -> None:
    url = postgresql_server.create()
    async with EmbeddedServer(tmp_path, search_attributes=SEARCH_ATTRIBUTES, dynamic_config=FOR_TESTS) as server:
        store = sealed_store(url, tmp_path)
        running = WorkerProcess(server.address, tmp_path, url)
        try:
            client = await sealed_client(server.address, store)
            office = Office(client, store, patience=timedelta(seconds=90))
            lives = [live_through(office, number, random.Random(number)) for number in range(MATTERS)]  # noqa: S311
            chance = random.Random(SEED)  # noqa: S311 - a seeded choice of instants
            # A worker that finds no database when it starts says so and ends; this is about one that runs.
            await office.launch("first", a_life(MATTERS)[0])
            await asyncio.gather(take_away(postgresql_server, chance), *lives)
            found = await recorded(client, store)
        finally:
            running.kill()
            store.close()

    assert_whole(found)


async def test_a_case_lives_through_a_kill_of_worker_server_and_database_at_every_step(
    tmp_path: Path, postgresql_server: PostgresqlServer
) -> None:
    url = postgresql_server.create()
    port = 7800 + os.getpid() % 500
    async with EmbeddedServer(
        tmp_path, port=port, search_attributes=SEARCH_ATTRIBUTES, dynamic_config=FOR_TESTS
    ) as server:
        store = sealed_store(url, tmp_path)
        running = WorkerProcess(server.address, tmp_path, url)

        async def kill() -> None:
            running.kill()
            os.kill(server.pid, 9)
            await server.ended()
            await asyncio.to_thread(postgresql_server.kill)
            postgresql_server.start()
            await server.stop()
            await server.start()
            running.start()

        try:
            await live_through_case(server, store, kill)
        finally:
            running.kill()
            store.close()
