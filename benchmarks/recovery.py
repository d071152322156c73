"""A worker, or a server, is killed while a thousand matters are open: how long until they answer again?

What was killed is started again at once, as whatever supervises it would; the time counts from the kill and so includes
starting. Every matter is then sent one command, a few at a time, and none is spoken to twice. DBOS is killed likewise.
"""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from benchmarks import sides
from benchmarks.cast import leads, life
from benchmarks.children import Child
from benchmarks.figures import Figure, Goal, ratio
from benchmarks.plan import Plan
from benchmarks.sides import Side, together
from benchmarks.throughput import dbos_on_sqlite

SECTION = "恢复 recovery"

_WINDOW = 16
_AT_ONCE = 50


async def measured(plan: Plan, place: Path) -> list[Figure]:
    """First and last answer after a kill of the worker and of the server, and of a DBOS process."""
    count = plan.recovered
    numbers = [f"k{number}" for number in range(count)]
    for name in ("engine", "dbos"):
        (place / name).mkdir()
    async with sides.engine(place / "engine", plan.runners[0]) as side:
        await side.carry([f"warm-{number}" for number in range(plan.warm)], leads(plan.warm, plan.seed), _WINDOW)
        await side.open(numbers, _WINDOW)
        worker = await _answered(side, numbers, 0, lambda: _worker_again(side))
        server = await _answered(side, numbers, 1, lambda: _server_again(side))
    async with dbos_on_sqlite(place / "dbos") as child:
        await child.ask("open", numbers=["warm"], in_flight=1)
        await child.ask("open", numbers=numbers, in_flight=_WINDOW)
        dbos = await _dbos(child, numbers)
    words = "kill -9 之后首个应答 first answer after"
    everything = f"全部 {count:,} 件应答 all answered"
    ours, theirs = (
        _figure("engine-worker/last", f"本引擎 engine:工作进程 worker,{everything}", max(worker)),
        _figure("dbos/last", f"DBOS, SQLite:{everything}", max(dbos)),
    )
    return [
        _figure("engine-worker/first", f"本引擎 engine:工作进程 worker,{words}", min(worker), Goal(at_most=2)),
        ours,
        _figure("engine-server/first", f"本引擎 engine:服务 server,{words}", min(server), Goal(at_most=3)),
        _figure("engine-server/last", f"本引擎 engine:服务 server,{everything}", max(server), Goal(at_most=12)),
        _figure("dbos/first", f"DBOS, SQLite:{words}", min(dbos)),
        theirs,
        ratio(
            SECTION,
            "全部应答,与 DBOS 之比 all answered, engine : DBOS",
            ours,
            theirs,
            Goal(at_most=1),
            "recovery/ratio",
        ),
    ]


async def _answered(
    side: Side, numbers: Sequence[str], which: int, again: Callable[[], Awaitable[None]]
) -> list[float]:
    """Seconds from the kill at which each matter answered the command of its life that is its turn."""
    at: list[float] = []
    begun = time.perf_counter()

    async def say(number: str) -> None:
        await side.say(number, life(number)[which])
        at.append(time.perf_counter() - begun)

    async with asyncio.TaskGroup() as group:
        group.create_task(_awaited(again()))
        group.create_task(together(say, numbers, _AT_ONCE))
    return at


async def _awaited(one: Awaitable[None]) -> None:
    await one


async def _worker_again(side: Side) -> None:
    await side.worker.kill()
    await side.worker.start()


async def _server_again(side: Side) -> None:
    os.kill(side.server.pid, signal.SIGKILL)
    await side.server.ended()
    await side.server.start()


async def _dbos(child: Child, numbers: Sequence[str]) -> list[float]:
    begun = time.perf_counter()
    await child.kill()
    await child.start()
    await child.told()
    ready = time.perf_counter() - begun
    said = await child.ask("sign", numbers=list(numbers), in_flight=_AT_ONCE)
    return [ready + one for one in said["at"]]


def _figure(key: str, name: str, seconds: float, bound: Goal | None = None) -> Figure:
    return Figure(SECTION, name, "s", (seconds,), bound, f"recovery/{key}")
