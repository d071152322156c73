"""`python -m benchmarks.peer_dbos SYSTEM_URL EFFECTS EXECUTOR`: the same matter in DBOS, a process of its own.

Launch and messages come in, each is received durably, kept as one row under a unique key by a step, and answered;
while nothing is said a durable time-out runs. EFFECTS is an SQLite file or a PostgreSQL URL. Tuned as far as DBOS lets
itself be: WAL and FULL, 16 threads, 0.1 s polling (SQLite; notifications on PostgreSQL), asynchronous workflows,
uvloop; its driver is inside this process, so that an answer costs it neither a table nor a connection.
"""

import asyncio
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import uvloop
from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy import Engine, event

from benchmarks.cast import life
from benchmarks.children import Answer, serve
from benchmarks.rows import EFFECT, SCHEMA

_THREADS = 16
_FAR = 90 * 86_400.0
_END = "verify"


class Effects:
    """The rows that matters leave: one (matter, seq, act, body, written) for each thing that happened, once."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._writing = threading.Lock()
        self._own = threading.local()
        self._sqlite = None if where.startswith("postgresql") else sqlite3.connect(where, check_same_thread=False)
        if self._sqlite is not None:
            self._sqlite.execute("PRAGMA journal_mode = WAL")
            self._sqlite.execute("PRAGMA synchronous = FULL")
            self._sqlite.executescript(SCHEMA)
        else:
            with psycopg.connect(where, autocommit=True) as connection:
                connection.execute("SELECT pg_advisory_lock(1)")
                connection.execute(SCHEMA)

    def keep(self, matter: str, seq: int, act: str, body: str) -> str:
        """Keep one row; nothing when it is there."""
        row = (matter, seq, act, body, time.time())
        if self._sqlite is not None:
            with self._writing, self._sqlite:
                self._sqlite.execute(EFFECT, row)
        else:
            if not hasattr(self._own, "connection"):
                self._own.connection = psycopg.connect(self._where, autocommit=True)
            self._own.connection.execute(EFFECT.replace("?", "%s"), row)
        return act

    def rows(self, act: str) -> list[tuple[str, float]]:
        """Matter and instant (epoch seconds) of every row of that act."""
        query = "SELECT matter, written FROM effect WHERE act = "
        if self._sqlite is not None:
            return list(self._sqlite.execute(f"{query}?", (act,)))
        with psycopg.connect(self._where, autocommit=True) as connection:
            return list(connection.execute(f"{query}%s", (act,)).fetchall())


ANSWERS: dict[str, "asyncio.Future[str]"] = {}
KEPT: list[Effects] = []


def _answered(message_id: str) -> None:
    future = ANSWERS.pop(message_id, None)
    if future is not None:
        future.get_loop().call_soon_threadsafe(future.set_result, message_id)


@DBOS.workflow()
async def matter(number: str, body: str, due: float | None) -> str:
    """One matter: registered, then messages until it is verified; its due instant passes once."""
    keep = KEPT[0].keep
    seq = 0
    await DBOS.run_step_async({"name": "keep"}, keep, number, seq, "registered", body)
    _answered(f"r-{number}")
    while True:
        seconds = await DBOS.run_step_async({"name": "left"}, _left, due) if due else _FAR
        said: dict[str, Any] | None = await DBOS.recv_async(timeout_seconds=seconds)
        seq += 1
        if said is None:
            await DBOS.run_step_async({"name": "keep"}, keep, number, seq, "overdue", "")
            due = None
            continue
        await DBOS.run_step_async({"name": "keep"}, keep, number, seq, said["do"], said["body"])
        _answered(said["id"])
        if said["do"] == _END:
            return number


def _left(due: float) -> float:
    return max(0.0, due - time.time())


async def _launch(number: str, due: float | None = None) -> None:
    answer = ANSWERS[f"r-{number}"] = asyncio.get_running_loop().create_future()
    with SetWorkflowID(number):
        await DBOS.start_workflow_async(matter, number, f"校舍加固 {number}", due)
    await answer


async def _say(number: str, do: str, message_id: str, body: str) -> float:
    begun = time.perf_counter()
    answer = ANSWERS[message_id] = asyncio.get_running_loop().create_future()
    await DBOS.send_async(number, {"do": do, "id": message_id, "body": body}, idempotency_key=message_id)
    await answer
    return time.perf_counter() - begun


async def _live(numbers: list[str], in_flight: int) -> Answer:
    """Carry matters from launch to their close."""
    gate, waits = asyncio.Semaphore(in_flight), list[float]()

    async def one(number: str) -> None:
        async with gate:
            await _launch(number)
            for command in life(number):
                waits.append(await _say(number, command.do, command.message_id, command.model_dump_json()))

    begun, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*map(one, numbers))
    return {"wall": time.perf_counter() - begun, "cpu": time.process_time() - used, "waits": waits}


async def _open(numbers: list[str], in_flight: int, due: float | None = None) -> Answer:
    """Launch matters and leave them open."""
    gate = asyncio.Semaphore(in_flight)

    async def one(number: str) -> None:
        async with gate:
            await _launch(number, due)

    begun, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*map(one, numbers))
    return {"wall": time.perf_counter() - begun, "cpu": time.process_time() - used}


async def _sign(numbers: list[str], in_flight: int) -> Answer:
    """Say one thing to each; when each answer came, in seconds from now, and how long it took."""
    gate, begun = asyncio.Semaphore(in_flight), time.perf_counter()
    at, waits = list[float](), list[float]()

    async def one(number: str) -> None:
        async with gate:
            (sign, *_) = life(number)
            waits.append(await _say(number, sign.do, sign.message_id, sign.model_dump_json()))
            at.append(time.perf_counter() - begun)

    await asyncio.gather(*map(one, numbers))
    return {"at": at, "waits": waits}


async def _due(count: int, within: float) -> Answer:
    """Wait until so many due instants have been kept; when each was."""
    until = time.time() + within
    while len(rows := KEPT[0].rows("overdue")) < count:
        if time.time() > until:
            raise TimeoutError(f"{len(rows)} of {count} due instants kept")
        await asyncio.sleep(0.2)
    return {"written": [written for _, written in rows]}


def _tuned(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")


async def _main(system: str, effects: str, executor: str) -> None:
    event.listen(Engine, "connect", _tuned)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
    KEPT.append(Effects(effects))
    config: DBOSConfig = {
        "name": "matters",
        "system_database_url": system,
        "application_version": "1",
        "executor_id": executor,
        "log_level": "ERROR",
        "sys_db_pool_size": _THREADS,
        "max_executor_threads": _THREADS,
        "notification_listener_polling_interval_sec": 0.1,
    }
    DBOS(config=config)
    DBOS.launch()
    await serve({"live": _live, "open": _open, "sign": _sign, "due": _due})


def main(arguments: Iterable[str]) -> None:
    """Serve until the input ends; then leave at once, as nothing here has to outlive the process."""
    uvloop.run(_main(*arguments))
    os._exit(0)


if __name__ == "__main__":
    main(
        [
            *sys.argv[1:2],
            *(str(Path(one).absolute()) if "://" not in one else one for one in sys.argv[2:3]),
            *sys.argv[3:],
        ]
    )
