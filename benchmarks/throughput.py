"""How many matters does an office finish in a second, and what do they cost worker and server?

The worker is a process of its own (worker.py), as it is deployed, so that its processor time, the server's and the
client's are apart. A matter here is five transitions: launch, sign, report, submit, verify.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import lifeline
from benchmarks.cast import DIRECTORY_FILE, a_matter, leads, life, this_second
from benchmarks.figures import Figure
from benchmarks.machine import Meter, Spent
from benchmarks.plan import Plan
from cli.importing import Brought, bring_in
from cli.live import Live
from embedded import EmbeddedServer
from intake.directory import read_directory
from intake.ledger import LedgerRow, read_ledger
from models.messages import Outcome
from office import Office, connect, keep_sealed
from policies.directory import Directory
from record.store import Store
from settings import ROOT, Settings, load_temporal

SECTION = "吞吐量 throughput"
IMPORT_SECTION = "导入 import"
LEDGER_FILE = ROOT / "data" / "ledger.xlsx"

_STOP_SECONDS = 15
_SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Round:
    """What one round took: so many matters, and how long each message waited for its answer, in seconds."""

    matters: int
    spent: Spent
    waits: list[float]


async def measured(plan: Plan, server: EmbeddedServer, place: Path) -> list[Figure]:
    """Throughput under every runner of the plan; alone and import under the first, which is the default."""
    figures: list[Figure] = []
    for index, runner in enumerate(plan.runners):
        directory = place / runner
        directory.mkdir()
        async with worker_beside(server, directory, runner) as (live, worker):
            bench = _Bench(plan, live, worker, server.pid, runner)
            # Modules, connections and caches are filled before anything counts.
            await bench.round(f"warm-{runner}", plan.warm, plan.in_flight)
            figures += await bench.throughput()
            if index == 0:
                figures += await bench.alone()
                figures += await bench.imports()
    return sorted(figures, key=lambda figure: figure.section == IMPORT_SECTION)


@asynccontextmanager
async def worker_beside(server: EmbeddedServer, directory: Path, runner: str) -> AsyncIterator[tuple[Live, int]]:
    """A worker process on `server` with a record in `directory`, and an office that speaks to its matters."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DUBAN_", "TEMPORAL_"))}
    environment |= {
        "TEMPORAL_ADDRESS": server.address,
        "TEMPORAL_CONFIG_FILE": os.devnull,
        "DUBAN_DATA_DIR": str(directory),
        "DUBAN_DIRECTORY_PATH": str(DIRECTORY_FILE),
        "DUBAN_RUNNER": runner,
        "DUBAN_LOG_LEVEL": "error",
    }
    settings = Settings(data_dir=directory, directory_path=DIRECTORY_FILE)
    store = Store(**settings.record)
    store.migrate()
    process = _started(directory, environment)
    try:
        client = await connect(load_temporal(directory).at(server.address))
        keep_sealed(client, store)
        yield Live(settings, store, client, Office(client, store)), process.pid
        if process.poll() is not None:
            raise RuntimeError(f"the worker ended during the measurement: {process.returncode}")
    finally:
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, _STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        store.close()


def _started(directory: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    # It ends when this process does. No .env or duban.toml of the checkout takes part in `directory`.
    tied = [sys.executable, "-I", "-S", lifeline.__file__, str(os.getpid()), ""]
    return subprocess.Popen([*tied, sys.executable, str(ROOT / "worker.py")], cwd=directory, env=environment)


class _Bench:
    def __init__(self, plan: Plan, live: Live, worker: int, server: int, runner: str) -> None:
        self._plan = plan
        self._live = live
        self._worker = worker
        self._server = server
        self._runner = runner

    async def throughput(self) -> list[Figure]:
        plan = self._plan
        rounds = [
            await self.round(f"{self._runner}-{number}", plan.matters, plan.in_flight)
            for number in range(plan.throughput_rounds)
        ]
        events = [await self._events(f"{self._runner}-{number}") for number in range(plan.throughput_rounds)]
        where = f"{self._runner}，{plan.in_flight} 件在办 in flight"

        def cpu(seconds: Iterable[float]) -> tuple[float, ...]:
            return tuple(second / plan.matters * 1000 for second in seconds)

        rates = tuple(one.matters / one.spent.wall for one in rounds)
        return [
            Figure(SECTION, f"{where}：办结 matters closed", "/s", rates),
            Figure(SECTION, f"{where}：工作进程 worker CPU", "ms/件 matter", cpu(one.spent.worker for one in rounds)),
            Figure(SECTION, f"{where}：服务 server CPU", "ms/件 matter", cpu(one.spent.server for one in rounds)),
            Figure(SECTION, f"{where}：客户端 client CPU", "ms/件 matter", cpu(one.spent.client for one in rounds)),
            Figure(SECTION, f"{where}：历史 history", "事件/件 events", tuple(events)),
            *_latencies(f"{where}：命令应答 command answered", rounds),
        ]

    async def alone(self) -> list[Figure]:
        rounds = [await self.round(f"alone-{number}", self._plan.alone, 1) for number in range(self._plan.rounds)]
        return _latencies(f"{self._runner}，逐件 one at a time：命令应答 command answered", rounds)

    async def round(self, name: str, matters: int, in_flight: int) -> Round:
        """Carry so many matters from launch to their close, at most `in_flight` at once."""
        gate = asyncio.Semaphore(in_flight)
        waits: list[float] = []

        async def carry(number: str, lead: str) -> None:
            async with gate:
                launched = await self._live.office.launch(number, a_matter(number, lead=lead))
                _accepted(number, launched.outcome)
                for command in life(number, lead=lead):
                    begun = perf_counter()
                    outcome = await self._live.office.say(number, command)
                    waits.append(perf_counter() - begun)
                    _accepted(number, outcome)

        meter = Meter(self._worker, self._server)
        async with asyncio.TaskGroup() as group:
            for number, lead in enumerate(leads(matters, self._plan.seed)):
                group.create_task(carry(f"{name}-{number}", lead))
        return Round(matters, meter.spent(), waits)

    async def _events(self, name: str) -> float:
        """Mean history length of the round's last matters: under load a task may fail, time out or be shared."""
        last = range(max(0, self._plan.matters - _SAMPLE), self._plan.matters)
        lengths = [len((await self._live.office.handle(f"{name}-{one}").fetch_history()).events) for one in last]
        return sum(lengths) / len(lengths)

    async def imports(self) -> list[Figure]:
        directory = Directory(read_directory(DIRECTORY_FILE))
        reading, rates = [], []
        for number in range(self._plan.rounds):
            begun = perf_counter()
            ledger = read_ledger(LEDGER_FILE, directory.organs)
            reading.append((perf_counter() - begun) * 1000)
            rows = [_again(row, number) for row in ledger.rows[: self._plan.import_rows]]
            begun = perf_counter()
            brought: list[Brought] = []
            await bring_in(self._live, rows, this_second(), brought.append)
            rates.append(len(rows) / (perf_counter() - begun))
            for one in brought:
                _accepted(one.matter_id, one.outcome)
            if any(one.again for one in brought):
                raise RuntimeError("a row was known before it was imported")
        name = f"{min(self._plan.import_rows, len(ledger.rows))} 行台账成为运行中的事项 rows to live matters"
        return [
            Figure(IMPORT_SECTION, "读取并核对 read and check data/ledger.xlsx", "ms", tuple(reading)),
            Figure(IMPORT_SECTION, name, "行 rows/s", tuple(rates)),
        ]


def _again(row: LedgerRow, number: int) -> LedgerRow:
    """The row as another matter: imported under the same key, or open under the same title, it would be known."""
    said = row.registration
    other = said.model_copy(update={"message_id": f"{said.message_id}-{number}", "title": f"{said.title}({number})"})
    return row.model_copy(update={"registration": other})


def _accepted(matter_id: str, outcome: Outcome) -> None:
    if not outcome.accepted:
        raise RuntimeError(f"{matter_id}: {outcome.reason}")


def _latencies(name: str, rounds: Iterable[Round]) -> list[Figure]:
    waits = [one.waits for one in rounds]
    return [
        Figure(SECTION, f"{name} p50", "ms", tuple(median(one) * 1000 for one in waits)),
        Figure(SECTION, f"{name} p95", "ms", tuple(quantiles(one, n=20)[-1] * 1000 for one in waits)),
    ]
