"""Who is measured beside whom? The engine and a bare Temporal workflow, each with a server and a worker of its own.

Both are spoken to in the same way, by this process; the worker is a process of its own, so that its processor time,
the server's and the client's are apart. The peers that are no Temporal are children (children.py).
"""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

from benchmarks.bare import QUEUE, BareMatter
from benchmarks.cast import DIRECTORY_FILE, LEAD, a_matter, life
from benchmarks.children import Child
from benchmarks.machine import Meter, commits, kept_bytes
from cli.live import Live
from embedded import EmbeddedServer
from models.messages import Command, Outcome
from office import Office, connect, keep_sealed
from record.store import Store
from settings import ROOT, Settings, load_temporal
from worker import SEARCH_ATTRIBUTES

AN_HOUR = timedelta(hours=1)
PATIENCE = timedelta(minutes=2)
_ATTEMPT = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Round:
    """What so many matters took: wall and processor seconds, the wait for each answer, commits, bytes kept."""

    matters: int
    wall: float
    worker: float
    server: float
    client: float
    waits: Sequence[float]
    commits: int = 0
    server_commits: int = 0
    kept: int = 0

    @property
    def cpu(self) -> float:
        """All processor seconds together."""
        return self.worker + self.server + self.client

    @property
    def worker_and_server(self) -> float:
        """Processor seconds without those of whoever speaks to it."""
        return self.worker + self.server

    def per_matter(self, amount: float) -> float:
        """So much of it for each matter."""
        return amount / self.matters


Launch = Callable[[str, str, datetime | None], Awaitable[None]]
Say = Callable[[str, Command], Awaitable[Outcome]]


class Side:
    """One system at work: its server, its worker process, and how a matter is launched and spoken to."""

    def __init__(
        self,
        server: EmbeddedServer,
        worker: Child,
        launch: Launch,
        say: Say,
        handle: Callable[[str], WorkflowHandle[object, object]],
        registered: Launch | None = None,
    ) -> None:
        self.server = server
        self.worker = worker
        self.record: Path | None = None
        self.live: Live | None = None
        self._launch = launch
        self._say = say
        self._handle = handle
        self._registered = registered or launch

    async def launch(self, number: str, lead: str = LEAD, due: datetime | None = None) -> None:
        """Launch an ordinary matter; with `due` one whose limit is over then."""
        await self._launch(number, lead, due)

    async def say(self, number: str, command: Command) -> float:
        """Say something and wait for its answer, which accepts it; the seconds that took."""
        begun = time.perf_counter()
        outcome = await self._say(number, command)
        if not outcome.accepted:
            raise RuntimeError(f"{number}: {outcome.reason}")
        return time.perf_counter() - begun

    async def history(self, number: str) -> Sequence[HistoryEvent]:
        """The events of a matter."""
        return (await self._handle(number).fetch_history()).events

    async def open(
        self, numbers: Sequence[str], in_flight: int, *, lead: str = LEAD, due: datetime | None = None
    ) -> None:
        """Launch matters and leave them open; all of them have been taken up when it returns."""

        async def one(number: str) -> None:
            await self.launch(number, lead, due)

        await together(one, numbers, in_flight)
        # The engine's launch answers when it is on record; of a bare start only the server has heard.
        for number in numbers[-in_flight:]:
            await self.taken_up(number)

    async def taken_up(self, number: str) -> None:
        """Wait until the matter's first workflow task is over."""
        async with asyncio.timeout(PATIENCE.total_seconds()):
            while (await self._handle(number).describe()).history_length < 5:
                await asyncio.sleep(0.02)

    async def carry(self, numbers: Sequence[str], leads: Sequence[str], in_flight: int) -> Round:
        """Carry matters from launch to their close, at most `in_flight` at once, and say what that took."""
        waits: list[float] = []
        lead_of = dict(zip(numbers, leads, strict=True))

        async def one(number: str) -> None:
            await self._registered(number, lead_of[number], None)
            waits.extend([await self.say(number, command) for command in life(number, lead=lead_of[number])])

        before = self._counted()
        meter = Meter(self.worker.pid, self.server.pid)
        await together(one, numbers, in_flight)
        spent = meter.spent()
        own, servers, kept = (after - then for after, then in zip(self._counted(), before, strict=True))
        return Round(len(numbers), spent.wall, spent.worker, spent.server, spent.client, waits, own, servers, kept)

    def kept(self) -> int:
        """Bytes in its databases."""
        return self._counted()[2]

    def _counted(self) -> tuple[int, int, int]:
        store = self.server.database_path
        own = self.record
        return (commits(own) if own else 0, commits(store), kept_bytes(store) + (kept_bytes(own) if own else 0))


async def together(one: Callable[[str], Awaitable[None]], numbers: Iterable[str], in_flight: int) -> None:
    """Do it for each, at most so many at once."""
    gate = asyncio.Semaphore(in_flight)

    async def gated(number: str) -> None:
        async with gate:
            await one(number)

    async with asyncio.TaskGroup() as group:
        for number in numbers:
            group.create_task(gated(number))


@asynccontextmanager
async def engine(place: Path, runner: str = "unsandboxed", **settings: str) -> AsyncIterator[Side]:
    """The engine as it is deployed, with everything in `place`; `settings` go to its worker (DUBAN_*)."""
    async with (
        EmbeddedServer(place, port=free_port(), search_attributes=SEARCH_ATTRIBUTES) as server,
        worker_beside(server, place, runner, **settings) as (live, worker),
    ):
        side = _side_of(server, worker, live.office)
        side.record, side.live = place / "duban.db", live
        yield side
        worker.check()


def _side_of(server: EmbeddedServer, worker: Child, office: Office) -> Side:
    async def launch(number: str, lead: str, due: datetime | None) -> None:
        said = {"limit": "1h", "assigned_at": due - AN_HOUR} if due else {}
        launched = await office.launch(number, a_matter(number, lead=lead, **said))
        if not launched.outcome.accepted:
            raise RuntimeError(f"{number}: {launched.outcome.reason}")

    return Side(server, worker, launch, office.say, office.handle)


@asynccontextmanager
async def worker_beside(
    server: EmbeddedServer, directory: Path, runner: str, **settings: str
) -> AsyncIterator[tuple[Live, Child]]:
    """A worker process on `server` with a record in `directory`, and an office that speaks to its matters."""
    chosen = Settings(data_dir=directory, directory_path=DIRECTORY_FILE)
    store = Store(**chosen.record)
    store.migrate()
    environment = {
        "TEMPORAL_ADDRESS": server.address,
        "TEMPORAL_CONFIG_FILE": os.devnull,
        "DUBAN_DATA_DIR": str(directory),
        "DUBAN_DIRECTORY_PATH": str(DIRECTORY_FILE),
        "DUBAN_RUNNER": runner,
        "DUBAN_LOG_LEVEL": "error",
        **settings,
    }
    # No .env or duban.toml of the checkout takes part in `directory`.
    worker = Child(str(ROOT / "worker.py"), directory=directory, environment=environment, speaks=False)
    try:
        await worker.start()
        client = await connect(load_temporal(directory).at(server.address))
        keep_sealed(client, store)
        yield Live(chosen, store, client, Office(client, store, patience=PATIENCE)), worker
        worker.check()
    finally:
        await worker.stop()
        store.close()


@asynccontextmanager
async def bare(place: Path) -> AsyncIterator[Side]:
    """A bare Temporal workflow of the same shape, with everything in `place`; its worker is set as the engine's is."""
    chosen = Settings(data_dir=place)
    async with EmbeddedServer(place, port=free_port()) as server:
        numbers = (chosen.max_cached_workflows, chosen.workflow_pollers, chosen.sticky_timeout_seconds)
        worker = Child("-m", "benchmarks.bare", server.address, *map(str, numbers), directory=place, speaks=False)
        await worker.start()
        try:
            client = await Client.connect(server.address, data_converter=pydantic_data_converter)
            yield _bare_side(server, worker, client)
            worker.check()
        finally:
            await worker.stop()


def _bare_side(server: EmbeddedServer, worker: Child, client: Client) -> Side:
    def handle(number: str) -> WorkflowHandle[object, object]:
        return client.get_workflow_handle(number)

    async def launch(number: str, _lead: str, due: datetime | None) -> None:
        await client.start_workflow(BareMatter.run, due, id=number, task_queue=QUEUE)

    async def registered(number: str, _lead: str, due: datetime | None) -> None:
        """Launched, and told so by the matter itself, as the engine's launch is answered."""
        start = WithStartWorkflowOperation(
            BareMatter.run, due, id=number, task_queue=QUEUE, id_conflict_policy=WorkflowIDConflictPolicy.FAIL
        )
        await client.execute_update_with_start_workflow(BareMatter.register, start_workflow_operation=start)

    async def say(number: str, command: Command) -> Outcome:
        until = time.monotonic() + PATIENCE.total_seconds()
        while True:
            try:
                outcome: Outcome = await handle(number).execute_update(
                    command.do, command, id=command.message_id, result_type=Outcome, rpc_timeout=_ATTEMPT
                )
            except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError):
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.2)
            else:
                return outcome

    return Side(server, worker, launch, say, handle, registered)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
