"""How many matters does an office finish in a second, what do they cost, and what do they cost with what else there is?

The engine beside a bare Temporal workflow, DBOS, rows with a poller, and nothing but commits, round by round in turn so
that all see the same machine. A matter is five transitions everywhere: launched, signed, reported on, submitted,
verified, each answer waited for, with a timer for the next due instant that the second and the fourth move. What each
peer is spared: docs/decisions/0029.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median, quantiles
from time import perf_counter

from benchmarks import rows, sides
from benchmarks.cast import DIRECTORY_FILE, leads, this_second
from benchmarks.children import Child, ready
from benchmarks.figures import Figure, Goal, ratio
from benchmarks.machine import commits, family_seconds, kept_bytes
from benchmarks.plan import Plan
from benchmarks.sides import Round, Side
from cli.importing import Brought, bring_in
from cli.live import Live
from intake.directory import read_directory
from intake.ledger import LedgerRow, read_ledger
from models.messages import Outcome
from policies.directory import Directory
from settings import ROOT
from tests.postgresql import PostgresqlServer

SECTION = "吞吐量 throughput"
IMPORT_SECTION = "导入 import"
LEDGER_FILE = ROOT / "data" / "ledger.xlsx"

_SAMPLE = 10
_ROW_BYTES = 600
_TRANSITIONS = 5
# They are over in a moment.
_TIMES = 5


@dataclass(slots=True)
class Contender:
    """A system, what carries matters in it, and the rounds it has had; `history` says what a matter left there."""

    key: str
    name: str
    carry: Callable[[Sequence[str], int], Awaitable[Round]]
    history: Callable[[Sequence[str]], Awaitable[tuple[float, float]]] | None = None
    times: int = 1
    rounds: list[Round] = field(default_factory=list)
    histories: list[tuple[float, float]] = field(default_factory=list)

    def figure(self, name: str, unit: str, key: str, times: float = 1) -> Figure:
        """What a matter took of `key`, in every round."""
        samples = tuple(one.per_matter(getattr(one, key)) * times for one in self.rounds)
        return Figure(SECTION, f"{self.name}:{name}", unit, samples, key=f"throughput/{self.key}/{key}")

    def rate(self) -> Figure:
        """Matters finished in a second."""
        samples = tuple(one.matters / one.wall for one in self.rounds)
        return Figure(SECTION, f"{self.name}:办结 matters closed", "/s", samples, key=f"throughput/{self.key}/rate")

    def cpu(self) -> Figure:
        """Processor time of all its processes."""
        return self.figure("处理器合计 CPU, all", "ms/件 matter", "cpu", 1000)

    def worker_and_server(self) -> Figure:
        """Processor time without that of whoever speaks to it."""
        return self.figure("工作进程和服务 worker and server CPU", "ms/件 matter", "worker_and_server", 1000)


async def measured(plan: Plan, place: Path) -> list[Figure]:
    """Every contender, its ratios to the engine, and what only the engine is asked."""
    async with AsyncExitStack() as stack:
        engines = {
            runner: await stack.enter_async_context(sides.engine(_made(place, f"engine-{runner}"), runner))
            for runner in plan.runners
        }
        bare = await stack.enter_async_context(sides.bare(_made(place, "bare")))
        contenders = [
            *(
                _temporal(f"engine-{runner}", f"本引擎 engine, {runner}", side, plan)
                for runner, side in engines.items()
            ),
            _temporal("bare", "裸 Temporal bare", bare, plan),
            await stack.enter_async_context(_dbos(_made(place, "dbos"))),
            await stack.enter_async_context(_dbos_on_postgresql(_made(place, "dbos-pg"), plan.dbos_processes)),
            await stack.enter_async_context(_rows(_made(place, "rows"))),
            _floor(_made(place, "floor")),
        ]
        for one in contenders:
            # Modules, connections and caches are filled before anything counts.
            await one.carry([f"warm-{number}" for number in range(plan.warm)], plan.in_flight)
        for number in range(plan.throughput_rounds):
            for one in contenders:
                names = [f"t{number}-{matter}" for matter in range(plan.matters * one.times)]
                one.rounds.append(await one.carry(names, plan.in_flight))
                if one.history is not None:
                    one.histories.append(await one.history(names[-_SAMPLE:]))
        first = engines[plan.runners[0]]
        assert first.live is not None
        alone = await _alone(plan, first)
        imports = await _imports(plan, first.live)
    return [
        *(figure for one in contenders for figure in _figures(one)),
        *_ratios({one.key: one for one in contenders}, contenders[0]),
        *alone,
        *imports,
    ]


# --- who takes part ---------------------------------------------------------------------------------------------------


def _temporal(key: str, name: str, side: Side, plan: Plan) -> Contender:
    async def carry(numbers: Sequence[str], in_flight: int) -> Round:
        return await side.carry(numbers, leads(len(numbers), plan.seed), in_flight)

    async def history(numbers: Sequence[str]) -> tuple[float, float]:
        """Mean events and bytes of the round's last matters: under load a task may fail, time out or be shared."""
        found = [await side.history(number) for number in numbers]
        return mean(map(len, found)), mean(sum(one.ByteSize() for one in events) for events in found)

    return Contender(key, name, carry, history)


@asynccontextmanager
async def _dbos(place: Path) -> AsyncIterator[Contender]:
    system, effects = place / "dbos.db", place / "effects.db"
    async with dbos_on_sqlite(place) as child:

        async def carry(numbers: Sequence[str], in_flight: int) -> Round:
            before = commits(system) + commits(effects), kept_bytes(system) + kept_bytes(effects)
            done = await child.ask("live", numbers=list(numbers), in_flight=in_flight)
            after = commits(system) + commits(effects), kept_bytes(system) + kept_bytes(effects)
            return Round(
                len(numbers), done["wall"], done["cpu"], 0, 0, done["waits"],
                commits=after[0] - before[0], kept=after[1] - before[1],
            )  # fmt: skip

        yield Contender("dbos-sqlite", "DBOS, SQLite", carry)


@asynccontextmanager
async def dbos_on_sqlite(place: Path) -> AsyncIterator[Child]:
    """A DBOS process on two SQLite files in `place`, ready."""
    program = ("-m", "benchmarks.peer_dbos", f"sqlite:///{place / 'dbos.db'}", str(place / "effects.db"), "1")
    async with ready(Child(*program, directory=place)) as child:
        yield child


@asynccontextmanager
async def _dbos_on_postgresql(place: Path, processes: int) -> AsyncIterator[Contender]:
    # As it is by itself: a commit survives the machine, which those of the tests need not.
    with PostgresqlServer(on_disk=True, fsync="on", full_page_writes="on", shared_buffers="128MB") as server:
        async with AsyncExitStack() as stack:
            url = server.create().replace("+psycopg", "")
            children = [
                await stack.enter_async_context(
                    ready(Child("-m", "benchmarks.peer_dbos", url, url, str(number), directory=place))
                )
                for number in range(processes)
            ]

            async def carry(numbers: Sequence[str], in_flight: int) -> Round:
                used, begun = family_seconds(server.pid), perf_counter()
                shares = [list(numbers[number::processes]) for number in range(processes)]
                done = await asyncio.gather(
                    *(
                        child.ask("live", numbers=share, in_flight=in_flight // processes)
                        for child, share in zip(children, shares, strict=True)
                    )
                )
                wall = perf_counter() - begun
                cpu = sum(one["cpu"] for one in done)
                waits = [wait for one in done for wait in one["waits"]]
                return Round(len(numbers), wall, cpu, family_seconds(server.pid) - used, 0, waits)

            yield Contender("dbos-postgresql", f"DBOS, PostgreSQL, {processes} 进程 processes", carry)


@asynccontextmanager
async def _rows(place: Path) -> AsyncIterator[Contender]:
    file = place / "rows.db"
    async with ready(Child("-m", "benchmarks.rows", str(file), directory=place)) as child:

        async def carry(numbers: Sequence[str], in_flight: int) -> Round:
            before = commits(file), kept_bytes(file)
            done = await child.ask("live", numbers=list(numbers), in_flight=in_flight)
            return Round(
                len(numbers), done["wall"], done["cpu"], 0, 0, done["waits"],
                commits=commits(file) - before[0], kept=kept_bytes(file) - before[1],
            )  # fmt: skip

        yield Contender("rows", "行加轮询 rows and a poller", carry, times=_TIMES)


def _floor(place: Path) -> Contender:
    async def carry(numbers: Sequence[str], _in_flight: int) -> Round:
        matters = len(numbers)
        wall, cpu = rows.floor(place / "floor.db", _ROW_BYTES, matters * _TRANSITIONS)
        return Round(matters, wall, cpu, 0, 0, (), commits=matters * _TRANSITIONS)

    return Contender("floor", "只有提交 five commits, nothing else", carry, times=_TIMES)


# --- what comes of it -------------------------------------------------------------------------------------------------


def _figures(one: Contender) -> Iterator[Figure]:
    yield one.rate()
    yield one.cpu()
    parts = (
        ("工作进程 worker CPU", "ms/件 matter", "worker", 1000),
        ("服务 server CPU", "ms/件 matter", "server", 1000),
        ("客户端 client CPU", "ms/件 matter", "client", 1000),
        ("记录的提交 commits of the record", "次/件 a matter", "commits", 1),
        ("服务的提交 commits of the server", "次/件 a matter", "server_commits", 1),
        ("数据库增长 database grown by", "B/件 a matter", "kept", 1),
    )
    # What a system has not, or cannot be told of it, has no row.
    yield from (figure for figure in (one.figure(*part) for part in parts) if any(figure.samples))
    if one.histories:
        events, size = zip(*one.histories, strict=True)
        yield Figure(SECTION, f"{one.name}:历史 history", "事件 events", events, key=f"throughput/{one.key}/events")
        yield Figure(SECTION, f"{one.name}:历史 history", "B", size, key=f"throughput/{one.key}/bytes")
    waits = [a_round.waits for a_round in one.rounds if len(a_round.waits) > 1]
    yield from _latencies(f"{one.name}:应答 answered", f"throughput/{one.key}", waits)


def _ratios(of: dict[str, Contender], ours: Contender) -> Iterator[Figure]:
    def against(
        key: str, least: float | None = None, most: float | None = None, *, client: bool = True
    ) -> Iterator[Figure]:
        theirs = of[key]
        name = f"本引擎与它之比 engine : {theirs.name}"
        faster = None if least is None else Goal(at_least=least)
        yield ratio(SECTION, f"{name},办结 closed", ours.rate(), theirs.rate(), faster, f"throughput/{key}/ratio-rate")
        mine, other = (ours.cpu(), theirs.cpu()) if client else (ours.worker_and_server(), theirs.worker_and_server())
        whose = "处理器 CPU" if client else "处理器,客户端不计 CPU without the client's"
        cheaper = None if most is None else Goal(at_most=most)
        yield ratio(SECTION, f"{name},{whose}", mine, other, cheaper, f"throughput/{key}/ratio-cpu")

    yield from against("bare", 0.9, 1.25, client=False)
    yield from against("dbos-sqlite", 1.6, 0.9)
    yield from against("dbos-postgresql", 1.5, 0.65)
    yield from against("rows")
    yield from against("floor")


def _latencies(name: str, key: str, waits: Sequence[Sequence[float]]) -> list[Figure]:
    if not waits:
        return []
    return [
        Figure(SECTION, f"{name} p50", "ms", tuple(median(one) * 1000 for one in waits), key=f"{key}/p50"),
        Figure(SECTION, f"{name} p95", "ms", tuple(quantiles(one, n=20)[-1] * 1000 for one in waits), key=f"{key}/p95"),
    ]


# --- what only the engine is asked -----------------------------------------------------------------------------------


async def _alone(plan: Plan, side: Side) -> list[Figure]:
    rounds = []
    for number in range(plan.rounds):
        names = [f"alone{number}-{matter}" for matter in range(plan.alone)]
        rounds.append(await side.carry(names, leads(plan.alone, plan.seed), 1))
    name = f"本引擎 engine, {plan.runners[0]},逐件 one at a time:应答 answered"
    return _latencies(name, "throughput/alone", [one.waits for one in rounds])


async def _imports(plan: Plan, live: Live) -> list[Figure]:
    directory = Directory(read_directory(DIRECTORY_FILE))
    reading, rates = [], []
    for number in range(plan.rounds):
        begun = perf_counter()
        ledger = read_ledger(LEDGER_FILE, directory.organs)
        reading.append((perf_counter() - begun) * 1000)
        found = [_again(row, number) for row in ledger.rows[: plan.import_rows]]
        begun = perf_counter()
        brought: list[Brought] = []
        await bring_in(live, found, this_second(), brought.append)
        rates.append(len(found) / (perf_counter() - begun))
        for one in brought:
            _accepted(one.matter_id, one.outcome)
        if any(one.again for one in brought):
            raise RuntimeError("a row was known before it was imported")
    name = f"{len(found)} 行台账成为运行中的事项 rows to live matters"
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


def _made(place: Path, name: str) -> Path:
    directory = place / name
    directory.mkdir()
    return directory
