"""A thousand limits end in the same second: is any of them early, how late is the last, and what do lists say then?

Matters are launched with a limit that ends at one instant, the same for all; after it, the server's histories tell when
each timer fired and the record when each act was kept. DBOS and the poller get as many due instants, theirs told by
the rows they keep. "Overdue" on a list is asked for in that very second: it is compared with the clock, not waited for.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

from sqlalchemy import text
from temporalio.api.enums.v1 import EventType

from benchmarks import sides
from benchmarks.cast import leads
from benchmarks.children import Child, ready
from benchmarks.figures import Figure, Goal, ratio
from benchmarks.plan import Plan
from benchmarks.sides import Side, together
from benchmarks.throughput import dbos_on_sqlite
from models.access import Scope
from models.acts import ActName
from record import ledger, registers
from record.registers import Sought
from record.store import Store

SECTION = "同时到期 due in the same second"

_WINDOW = 16
_TRIED = 40
_SPARE_SECONDS = 8.0
_WITHIN_SECONDS = 180.0
_COUNT = text("SELECT count(*) FROM acts WHERE act = :act")
_OURS = {"fired", "engine"}
_FIRED = EventType.EVENT_TYPE_TIMER_FIRED


async def measured(plan: Plan, place: Path) -> list[Figure]:
    """Lateness of every timer and of every act, beside DBOS and the poller."""
    count = plan.due_timers
    directories = {name: place / name for name in ("engine", "bare", "dbos", "rows")}
    for directory in directories.values():
        directory.mkdir()
    async with sides.engine(directories["engine"], plan.runners[0]) as side:
        fired, kept, shown = await _engine(plan, side, count)
    async with sides.bare(directories["bare"]) as side:
        bare = await _fired(side, *await _launched(plan, side, count))
    async with dbos_on_sqlite(directories["dbos"]) as child:
        dbos = await _peer(child, count)
    async with ready(Child("-m", "benchmarks.rows", str(directories["rows"] / "rows.db"), directory=place)) as child:
        polled = await _peer(child, count)
    ours = list(_figures("engine", "本引擎 engine:计入记录 acts kept", kept))
    theirs = list(_figures("dbos", "DBOS, SQLite:计入 rows kept", dbos))
    timers = list(_figures("fired", "本引擎 engine:计时器触发 timers fired", fired, Goal(at_most=1.1)))
    bares = list(_figures("bare", "裸 Temporal bare:计时器触发 timers fired", bare))
    polls = list(_figures("rows", "行加轮询 rows and a poller:计入 rows kept", polled))
    return [
        *timers,
        *bares,
        *ours,
        *theirs,
        *polls,
        ratio(
            SECTION,
            "全部触发,本引擎与裸 Temporal 之比 all fired, engine : bare",
            timers[-1],
            bares[-1],
            key="timers/ratio-bare",
        ),
        ratio(
            SECTION,
            "全部计入,本引擎与轮询之比 all kept, engine : rows and a poller",
            ours[-1],
            polls[-1],
            key="timers/ratio-rows",
        ),
        ratio(
            SECTION,
            "全部计入,本引擎与 DBOS 之比 all kept, engine : DBOS",
            ours[-1],
            theirs[-1],
            Goal(at_most=1),
            "timers/ratio",
        ),
        Figure(
            SECTION,
            f"到期当刻列表所示逾期 overdue on lists at that instant, of {count}",
            "件 matters",
            (shown,),
            Goal(at_least=count),
            "timers/shown",
        ),
    ]


async def _engine(plan: Plan, side: Side, count: int) -> tuple[list[float], list[float], int]:
    """Seconds after the instant at which timers fired and acts were kept; how many were overdue on lists by then."""
    numbers, due = await _launched(plan, side, count)
    assert side.live is not None
    store = side.live.store
    await asyncio.sleep(max(0.0, due.timestamp() - time.time()))
    with store.reading() as session:
        sought = {"overdue": Sought(overdue=True)}
        shown = registers.numbers(session, sought, scope=Scope.everything(), now=due)["overdue"]
    until = time.time() + _WITHIN_SECONDS
    while (number := _overdue(store)) < count:
        if time.time() > until:
            raise TimeoutError(f"{number} of {count} acts kept")
        await asyncio.sleep(0.5)
    kept = _kept(store, numbers)
    if any(at != due for at, _ in kept):
        raise RuntimeError("an act is dated otherwise than it was due")
    fired = await _fired(side, numbers, due)
    return fired, [processed.timestamp() - due.timestamp() for _, processed in kept], shown


def _overdue(store: Store) -> int:
    with store.reading() as session:
        return int(session.execute(_COUNT, {"act": ActName.OVERDUE.value}).scalar_one())


def _kept(store: Store, numbers: Sequence[str]) -> list[tuple[datetime, datetime]]:
    """When each was due by its act, and when that was put on record."""
    with store.reading() as session:
        entries = [entry for number in numbers for entry in ledger.entries(session, number)]
    return [(one.act.at, one.processed_at) for one in entries if one.act.act is ActName.OVERDUE]


async def _launched(plan: Plan, side: Side, count: int) -> tuple[list[str], datetime]:
    """So many matters that are due in one instant, all launched before it."""
    begun = time.time()
    await side.carry([f"warm-{number}" for number in range(plan.warm)], leads(plan.warm, plan.seed), _WINDOW)
    await side.open([f"tried-{number}" for number in range(_TRIED)], _WINDOW)
    begun = time.time()
    await side.open([f"tried-again-{number}" for number in range(_TRIED)], _WINDOW)
    pace = (time.time() - begun) / _TRIED
    due = datetime.fromtimestamp(time.time() + pace * count * 1.5 + _SPARE_SECONDS, UTC).replace(microsecond=0)
    numbers = [f"d{number}" for number in range(count)]
    await side.open(numbers, _WINDOW, due=due)
    if datetime.now(UTC) >= due:
        raise RuntimeError("the matters were not launched by the time they fell due")
    return numbers, due


async def _fired(side: Side, numbers: Sequence[str], due: datetime) -> list[float]:
    """Seconds after the instant at which each matter's timer fired."""
    late: list[float] = []

    async def look(number: str) -> None:
        async with asyncio.timeout(_WITHIN_SECONDS):
            while not (found := [one for one in await side.history(number) if one.event_type == _FIRED]):
                await asyncio.sleep(0.5)
        # Not ToDatetime(): that rounds to microseconds towards the future, and an early one is to be seen.
        late.append(found[0].event_time.seconds + found[0].event_time.nanos / 1e9 - due.timestamp())

    await asyncio.sleep(max(0.0, due.timestamp() - time.time() + 1))
    await together(look, numbers, _WINDOW)
    return late


async def _peer(child: Child, count: int) -> list[float]:
    await child.ask("open", numbers=[f"tried-{number}" for number in range(_TRIED)], in_flight=_WINDOW)
    tried = await child.ask("open", numbers=[f"tried-again-{number}" for number in range(_TRIED)], in_flight=_WINDOW)
    due = time.time() + tried["wall"] / _TRIED * count * 1.5 + _SPARE_SECONDS
    numbers = [f"d{number}" for number in range(count)]
    await child.ask("open", numbers=numbers, in_flight=_WINDOW, due=due)
    if time.time() >= due:
        raise RuntimeError("the matters were not launched by the time they fell due")
    written: list[float] = (await child.ask("due", count=count, within=_WITHIN_SECONDS + due - time.time()))["written"]
    return [one - due for one in written]


def _figures(key: str, name: str, late: Sequence[float], goal: Goal | None = None) -> Iterator[Figure]:
    early = sum(one < 0 for one in late)
    never = Goal(at_most=0) if key in _OURS else None
    hundredths = quantiles(late, n=100, method="inclusive")
    yield Figure(SECTION, f"{name},早于到期 early", "件 matters", (early,), never)
    spread = (min(late), *hundredths, max(late))
    yield Figure(SECTION, f"{name},迟于到期 after the instant", "s", spread, key=f"timers/{key}/late")
    yield Figure(SECTION, f"{name},p99", "s", (hundredths[-1],), goal, f"timers/{key}/p99")
    yield Figure(SECTION, f"{name},最后一件 the last", "s", (max(late),), key=f"timers/{key}/last")
