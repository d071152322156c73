"""`python -m benchmarks.importing [--rows N]`: how fast does a long ledger come in and go out, and in how much memory?

Server and worker run beside; every command is a process of its own as an office runs it, so that its peak memory is its
own. The ledger is made up for the run, its organs those of the shipped directory.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter, sleep
from typing import Any, NoReturn

from openpyxl import Workbook
from rich.console import Console

from benchmarks.cast import DIRECTORY, leads, this_second
from benchmarks.figures import Figure, tabulated
from benchmarks.machine import described, load_average, peak_megabytes
from benchmarks.sides import worker_beside
from cli.problems import ExitCode
from embedded import EmbeddedServer
from intake.layout import Column
from leaving import leave
from settings import ROOT
from worker import SEARCH_ATTRIBUTES

SECTION = "表格 sheets"
_SEED = 20261125
_LOOK_SECONDS = 0.02
_AGAIN = 20


def main() -> NoReturn:
    """Measure, print, and end the process."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.importing", description="导入导出实测 sheets, measured")
    parser.add_argument("--rows", type=int, default=1000, help="台账行数 rows of the ledger")
    parser.add_argument("--in-flight", type=int, default=8, help="同时在途 matters on their way at once")
    given = parser.parse_args()
    begun, load = perf_counter(), load_average()
    figures = asyncio.run(measured(given.rows, given.in_flight))
    machine = described()
    console = Console(width=160)
    console.print(tabulated(figures, f"{given.rows} 行 rows, {given.in_flight} 件在途 in flight"))
    console.print(
        f"机器 machine: {machine['cores']} 核 cores, Python {machine['python']}; "
        f"负载 load {load[0]:.2f} → {load_average()[0]:.2f}; 用时 took {perf_counter() - begun:.0f} s",
        highlight=False,
    )
    leave(0)


async def measured(rows: int, in_flight: int) -> list[Figure]:
    """Reading, importing, importing again, exporting both ways, and importing the export, each once."""
    with tempfile.TemporaryDirectory(prefix="duban-sheets-") as name:
        place = Path(name)
        ledger = place / "ledger.xlsx"
        _write(ledger, rows)
        async with (
            EmbeddedServer(place, search_attributes=SEARCH_ATTRIBUTES) as server,
            worker_beside(server, place, "sandboxed"),
        ):
            runs = _Runs(place, server.address, in_flight, rows)
            figures = [
                *await runs.measured("读取并核对 read and check", "import", ledger, "--dry-run", "--json"),
                *await runs.measured("导入 import", "import", ledger, "--json"),
                *await runs.measured("再次导入 import again", "import", ledger, "--json"),
            ]
            for suffix in ("xlsx", "csv"):
                sheet = place / f"register.{suffix}"
                figures += await runs.measured(f"导出 export {suffix}", "export", "-o", sheet, "--json")
                figures += await runs.measured(f"导回 import that {suffix}", "import", sheet, "--json")
    return figures


class _Runs:
    def __init__(self, place: Path, address: str, in_flight: int, rows: int) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DUBAN_", "TEMPORAL_"))}
        self._environment = kept | {
            "TEMPORAL_ADDRESS": address,
            "TEMPORAL_CONFIG_FILE": os.devnull,
            "DUBAN_DATA_DIR": str(place),
            "DUBAN_IMPORT_IN_FLIGHT": str(in_flight),
        }
        self._place = place
        self._rows = rows

    async def measured(self, name: str, *arguments: object) -> list[Figure]:
        """Run one command to its end: rows a second, and the most memory its process took."""
        print(f"{name} …", file=sys.stderr, flush=True)
        begun = perf_counter()
        peak, again = 0.0, 0
        while True:
            code, held = await asyncio.to_thread(self._run, *map(str, arguments))
            peak = max(peak, held)
            if code != ExitCode.UNAVAILABLE or again == _AGAIN:
                break
            # On a machine that does more than this, a server may be late; what came in is not imported twice.
            again += 1
        seconds = perf_counter() - begun
        if code:
            raise RuntimeError(f"{arguments[0]}: exit {code}")
        print(f"    {seconds:.1f} s, {peak:.0f} MB, 中断后再来 begun again {again}", file=sys.stderr, flush=True)
        return [
            Figure(SECTION, name, "秒 s", (seconds,)),
            Figure(SECTION, name, "行 rows/s", (self._rows / seconds,)),
            Figure(SECTION, f"{name}: 内存峰值 peak memory", "MB", (peak,)),
        ]

    def _run(self, *arguments: str) -> tuple[int, float]:
        """Run it to its end: its exit code, and the most memory it took, in megabytes."""
        with (self._place / "out.json").open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, str(ROOT / "starter.py"), *arguments], env=self._environment, stdout=out
            )
        peak = 0.0
        while process.poll() is None:
            # Not what wait4 says: that includes this process, out of which the other one was made.
            peak = max(peak, peak_megabytes(process.pid))
            sleep(_LOOK_SECONDS)
        return process.returncode, peak


def _write(file: Path, rows: int) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("台账")
    sheet.append([column.value for column in Column])
    for row in _rows(rows):
        sheet.append(row)
    book.save(file)


def _rows(rows: int) -> Iterator[list[Any]]:
    assigned = (this_second() - timedelta(days=3)).date().isoformat()
    for number, lead in enumerate(leads(rows, _SEED), 1):
        organ = DIRECTORY.organ(lead)
        cells: dict[Column, Any] = {
            Column.NUMBER: number,
            Column.TITLE: f"第{number}号重点督办事项办理情况督查",
            Column.BASIS: "会议决定",
            Column.DOCUMENT: f"区政府〔2026〕{number}号",
            Column.LEAD: lead,
            Column.LEAD_HEAD: organ.head,
            Column.LEAD_HANDLER: organ.handler,
            Column.ASSIGNED: assigned,
            Column.LIMIT: "60个工作日",
            Column.FREQUENCY: "每月",
            Column.URGENCY: "平件",
            Column.PUBLIC: "公开",
            Column.REQUIREMENT: "责任落实到单位和个人,逐项报送进度,确保按期办结",
        }
        yield [cells.get(column) for column in Column]


if __name__ == "__main__":
    main()
