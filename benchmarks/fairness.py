"""One organ brings thousands of matters in at once: how long do its neighbours wait?

A neighbour reports on its own matters one after the other, first alone, then while the crowd's matters are launched,
then while the crowd's matters are all spoken to.
"""

import asyncio
from collections.abc import Awaitable, Iterator
from itertools import count
from pathlib import Path
from statistics import median, quantiles

from benchmarks import sides
from benchmarks.cast import DIRECTORY, LEAD, leads, life
from benchmarks.figures import Figure, Goal, ratio
from benchmarks.plan import Plan
from benchmarks.sides import Side, together
from models.messages import ReportProgress

SECTION = "互不拖累 fairness"
CROWD = "区住建局"

_NEIGHBOUR = "neighbour"
_AT_ONCE = 50
_LEAST = 20


async def measured(plan: Plan, place: Path) -> list[Figure]:
    """The neighbour's answers alone and beside the crowd."""
    crowd = [f"c{number}" for number in range(plan.crowd)]
    async with sides.engine(place, plan.runners[0]) as side:
        await side.carry([f"warm-{number}" for number in range(plan.warm)], leads(plan.warm, plan.seed), _AT_ONCE)
        await side.launch(_NEIGHBOUR, LEAD)
        await side.say(_NEIGHBOUR, life(_NEIGHBOUR)[0])

        async def launch(number: str) -> None:
            await side.launch(number, CROWD)

        async def sign(number: str) -> None:
            await side.say(number, life(number, lead=CROWD)[0])

        numbers = count()
        alone = await _waits(side, numbers, asyncio.sleep(plan.idle_seconds))
        launched = await _waits(side, numbers, together(launch, crowd, _AT_ONCE))
        spoken = await _waits(side, numbers, together(sign, crowd, _AT_ONCE))
    own = _figures("邻居独自 a neighbour alone", "alone", alone)
    beside = (
        _figures(f"另一单位立项 {plan.crowd:,} 件时 beside so many launched by another", "launched", launched),
        _figures(f"另一单位 {plan.crowd:,} 件同时办理时 beside so many spoken to", "spoken", spoken),
    )
    return [
        *own,
        *(figure for figures in beside for figure in figures),
        *(
            ratio(
                SECTION, f"{theirs.name},与独自之比 as a multiple", theirs, mine, Goal(at_most=2), f"{theirs.key}-ratio"
            )
            for figures in beside
            for mine, theirs in zip(own, figures, strict=True)
        ),
    ]


async def _waits(side: Side, numbers: Iterator[int], crowd: Awaitable[None]) -> list[float]:
    """How long each report of the neighbour waited for its answer while the crowd was at it, in seconds."""
    busy = asyncio.ensure_future(crowd)
    waits: list[float] = []
    handler = DIRECTORY.organ(LEAD).handler
    while not busy.done() or len(waits) < _LEAST:
        said = ReportProgress(message_id=f"n{next(numbers)}", by=handler, text="按计划推进")
        waits.append(await side.say(_NEIGHBOUR, said))
        # Somebody types: a neighbour is not a crowd of its own.
        await asyncio.sleep(0.05)
    await busy
    return waits


def _figures(name: str, key: str, waits: list[float]) -> list[Figure]:
    return [
        Figure(SECTION, f"{name}:应答 answered p50", "ms", (median(waits) * 1000,), key=f"fairness/{key}/p50"),
        Figure(
            SECTION, f"{name}:应答 answered p95", "ms", (quantiles(waits, n=20)[-1] * 1000,), key=f"fairness/{key}/p95"
        ),
    ]
