"""Which parts has a run, in which order, and how is each begun?

Each gets a directory of its own, which is removed when it is over, and returns its figures. A new part is one line
here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from benchmarks import (
    comparison,
    core,
    fairness,
    history,
    importing,
    lives,
    open_matters,
    recording,
    recovery,
    replaying,
    throughput,
    timers,
)
from benchmarks.figures import Figure
from benchmarks.plan import Plan
from embedded import EmbeddedServer
from office import connect
from privacy.codec import MemoryKeys
from settings import load_temporal
from worker import SEARCH_ATTRIBUTES

Part = Callable[[Plan, Path], Awaitable[list[Figure]]]


async def _history(plan: Plan, place: Path) -> list[Figure]:
    async with EmbeddedServer(place, search_attributes=SEARCH_ATTRIBUTES) as server:
        client = await connect(load_temporal(place).at(server.address), MemoryKeys())
        return await history.measured(plan, client, place)


def _aside(measured: Callable[[Plan, Path], list[Figure]]) -> Part:
    """A part that needs no server: in a thread, so that no loop is kept waiting."""

    async def begun(plan: Plan, place: Path) -> list[Figure]:
        return await asyncio.to_thread(measured, plan, place)

    return begun


PARTS: Mapping[str, Part] = {
    "history": _history,
    "throughput": throughput.measured,
    "open": open_matters.measured,
    "fairness": fairness.measured,
    "timers": timers.measured,
    "recovery": recovery.measured,
    "import": importing.measured,
    "replay": replaying.measured,
    "core": _aside(lambda plan, _place: core.measured(plan)),
    "lives": _aside(lambda plan, _place: lives.measured(plan)),
    "record": _aside(recording.measured),
    "comparison": _aside(comparison.measured),
}
