"""What does a matter cost that is open and waits, and does the next one cost more than the one before?

The engine and a bare workflow are filled to one size after the other; at each, nothing happens for a while, then single
messages go to matters all over, then whole lives are carried beside those that wait. DBOS is filled to the first
size only: on SQLite it asks its database once for every waiting workflow, ten times a second.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan, nan
from pathlib import Path
from random import Random
from statistics import median

from benchmarks import sides
from benchmarks.cast import leads, life
from benchmarks.children import Child
from benchmarks.figures import Figure, Goal
from benchmarks.machine import Meter, kept_bytes, processor_seconds, resident_megabytes
from benchmarks.plan import Plan
from benchmarks.sides import Side
from benchmarks.throughput import dbos_on_sqlite

SECTION = "在办事项 open matters"

_WINDOW = 16
_SETTLE_SECONDS = 3.0
_TEN_THOUSAND = 10_000
# What a caching worker keeps for a matter, and noise, may let one figure be so much above another of the same cost.
_LEVEL = 1.25


@dataclass(frozen=True, slots=True)
class Standing:
    """What was found at one size; nan where there is none.

    Milliseconds of processor time for a launch and a message, megabytes, kilobytes of a matter on disk, percent of a
    core while idle, seconds.
    """

    size: int
    launch_cpu: float
    launched: float
    worker: float
    server: float
    kept: float
    idle: float
    message_cpu: float
    waits: Sequence[float]
    closed: float


async def measured(plan: Plan, place: Path) -> list[Figure]:
    """Every size of the engine and of a bare workflow, DBOS at the first; and how the cost grows."""
    for name in ("engine", "bare", "dbos"):
        (place / name).mkdir()
    async with sides.engine(place / "engine", plan.runners[0]) as side:
        ours = await _filled(plan, side, plan.open_sizes)
    async with sides.bare(place / "bare") as side:
        theirs = await _filled(plan, side, plan.open_sizes[:2])
    async with dbos_on_sqlite(place / "dbos") as child:
        dbos = await _dbos(plan, child, place / "dbos")
    return [
        *(figure for one in ours for figure in _figures("engine", "本引擎 engine", one, goals=True)),
        *_growth("engine", "本引擎 engine", ours),
        *(figure for one in theirs for figure in _figures("bare", "裸 Temporal bare", one, goals=False)),
        *_growth("bare", "裸 Temporal bare", theirs),
        *_figures("dbos", "DBOS, SQLite", dbos, goals=False),
        *_beside("bare", "裸 Temporal bare", ours[0], theirs[0]),
        *_beside("dbos", "DBOS, SQLite", ours[0], dbos),
    ]


def _beside(key: str, name: str, ours: Standing, theirs: Standing) -> Iterator[Figure]:
    """The engine's figures at the first size as multiples of a peer's."""
    rows = (
        ("立项处理器 CPU of a launch", "launch-cpu", ours.launch_cpu, theirs.launch_cpu),
        ("命令处理器 CPU of a message", "message-cpu", ours.message_cpu, theirs.message_cpu),
        ("工作进程内存 worker memory", "worker", ours.worker, theirs.worker),
        ("每件磁盘 disk of each", "kept", ours.kept, theirs.kept),
        ("应答 answered p50", "p50", median(ours.waits), median(theirs.waits)),
    )
    for what, short, mine, other in rows:
        # Of a few matters a file may not have grown by a page, nor a processor have been busy for a tick.
        if other > 0:
            label = f"{ours.size:,} 件,本引擎与它之比 open, engine : {name},{what}"
            yield Figure(SECTION, label, "x", (mine / other,), key=f"open/{key}/ratio/{short}")


async def _filled(plan: Plan, side: Side, sizes: Sequence[int]) -> list[Standing]:
    await side.carry([f"warm-{number}" for number in range(plan.warm)], leads(plan.warm, plan.seed), _WINDOW)
    found, names = list[Standing](), list[str]()
    chance = Random(plan.seed)  # noqa: S311 - which matters are spoken to
    unsaid: list[str] = []
    for size in sizes:
        new = [f"o{number}" for number in range(len(names), size)]
        meter, kept = Meter(side.worker.pid, side.server.pid), side.kept()
        await side.open(new, _WINDOW)
        launched = meter.spent()
        per_launch = (launched.worker + launched.server + launched.client) * 1000 / len(new)
        grown = (side.kept() - kept) / len(new)
        names += new
        unsaid += new
        await asyncio.sleep(_SETTLE_SECONDS)
        idle = await _idle(plan, lambda: processor_seconds(side.worker.pid) + processor_seconds(side.server.pid))
        chosen = [unsaid.pop(chance.randrange(len(unsaid))) for _ in range(plan.open_messages)]
        meter = Meter(side.worker.pid, side.server.pid)
        waits = [await side.say(number, life(number)[0]) for number in chosen]
        said = meter.spent()
        beside = [f"beside{size}-{number}" for number in range(plan.open_active)]
        active = await side.carry(beside, leads(len(beside), plan.seed), plan.in_flight)
        found.append(
            Standing(
                size,
                per_launch,
                len(new) / launched.wall,
                resident_megabytes(side.worker.pid),
                resident_megabytes(side.server.pid),
                grown / 1024,
                idle,
                (said.worker + said.server + said.client) * 1000 / len(chosen),
                waits,
                active.matters / active.wall,
            )
        )
    return found


async def _dbos(plan: Plan, child: Child, place: Path) -> Standing:
    size = plan.open_sizes[0]
    files = (place / "dbos.db", place / "effects.db")
    await child.ask("open", numbers=["warm"], in_flight=1)
    kept = sum(map(kept_bytes, files))
    done = await child.ask("open", numbers=[f"o{number}" for number in range(size)], in_flight=_WINDOW)
    grown = (sum(map(kept_bytes, files)) - kept) / size
    await asyncio.sleep(_SETTLE_SECONDS)
    idle = await _idle(plan, lambda: processor_seconds(child.pid))
    before = processor_seconds(child.pid)
    numbers = [f"o{number}" for number in Random(plan.seed).sample(range(size), plan.open_messages)]  # noqa: S311
    said = await child.ask("sign", numbers=numbers, in_flight=1)
    spent = (processor_seconds(child.pid) - before) * 1000 / plan.open_messages
    memory = resident_megabytes(child.pid)
    return Standing(
        size, done["cpu"] * 1000 / size, size / done["wall"], memory, nan, grown / 1024, idle, spent, said["waits"], nan
    )


async def _idle(plan: Plan, used: Callable[[], float]) -> float:
    """Percent of one core while nothing happens."""
    before = used()
    await asyncio.sleep(plan.idle_seconds)
    return (used() - before) / plan.idle_seconds * 100


def _figures(key: str, name: str, one: Standing, *, goals: bool) -> Iterator[Figure]:
    of_ten_thousand = goals and one.size <= _TEN_THOUSAND
    rows: tuple[tuple[str, str, str, float, Goal | None], ...] = (
        ("立项 launched", "/s", "launched", one.launched, None),
        ("立项处理器 CPU of a launch", "ms", "launch-cpu", one.launch_cpu, None),
        ("工作进程内存 worker memory", "MB", "worker", one.worker, Goal(at_most=200) if of_ten_thousand else None),
        ("服务内存 server memory", "MB", "server", one.server, None),
        ("每件磁盘 disk of each", "KB", "kept", one.kept, Goal(at_most=22) if goals else None),
        ("空闲处理器 CPU while idle", "%", "idle", one.idle, Goal(at_most=2) if of_ten_thousand else None),
        ("应答 answered p50", "ms", "p50", median(one.waits) * 1000, None),
        ("命令处理器 CPU of a message", "ms", "message-cpu", one.message_cpu, None),
        ("另有在办时办结 closed beside them", "/s", "closed", one.closed, None),
    )
    for what, unit, short, value, bound in rows:
        if not isnan(value):
            yield Figure(
                SECTION, f"{name},{one.size:,} 件 open:{what}", unit, (value,), bound, f"open/{key}/{one.size}/{short}"
            )


def _growth(key: str, name: str, found: Sequence[Standing]) -> Iterator[Figure]:
    """What a matter costs at the last size as a multiple of what it costs at the first: 1 is linear growth."""
    first, last = found[0], found[-1]
    if first is last:
        return
    between = f"{name},{first.size:,} → {last.size:,} 件 open"
    more = (last.size - first.size) / 1024
    for what, short, mb in (
        ("工作进程内存,每件 worker memory of each more", "worker", last.worker - first.worker),
        ("服务内存,每件 server memory of each more", "server", last.server - first.server),
    ):
        yield Figure(SECTION, f"{between}:{what}", "KB", (mb / more,), key=f"open/{key}/each/{short}")
    level = Goal(at_most=_LEVEL) if key == "engine" else None
    rows: tuple[tuple[str, str, float, float, Goal | None], ...] = (
        ("立项处理器 CPU of a launch", "launch-cpu", first.launch_cpu, last.launch_cpu, level),
        ("命令处理器 CPU of a message", "message-cpu", first.message_cpu, last.message_cpu, level),
        ("每件磁盘 disk of each", "kept", first.kept, last.kept, level),
        ("服务内存 server memory, per matter", "server", first.server / first.size, last.server / last.size, level),
        ("应答 answered p50", "p50", median(first.waits), median(last.waits), Goal(at_most=2) if level else None),
        ("办结 closed beside them", "closed", first.closed, last.closed, Goal(at_least=0.9) if level else None),
    )
    for what, short, then, now, bound in rows:
        yield Figure(SECTION, f"{between}:{what}", "x", (now / then,), bound, f"open/{key}/growth/{short}")
