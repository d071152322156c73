"""`python -m benchmarks.importing [--rows N]`: how fast does a long ledger come in and go out, and in how much memory?

Server and worker run beside; every command is a process of its own as an office runs it, so that its peak memory is its
own. The ledger is made up for the run, its organs those of the shipped directory. In `make bench` the sheet is read
beside openpyxl, the import is timed beside as many bare workflows started with the same window, and one import is
killed half way and begun again.
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

from openpyxl import Workbook, load_workbook
from rich.console import Console
from sqlalchemy import select

from benchmarks import sides
from benchmarks.cast import DIRECTORY, OFFICE, leads, this_second
from benchmarks.figures import Figure, Goal, ratio, tabulated
from benchmarks.machine import described, load_average, peak_megabytes
from benchmarks.plan import Plan
from benchmarks.sides import worker_beside
from cli.problems import ExitCode
from embedded import EmbeddedServer
from intake.layout import Column
from intake.ledger import read_ledger
from intake.sheets import read_grids
from leaving import leave
from models.rows import MatterRow, table
from record.store import Store
from settings import ROOT
from worker import SEARCH_ATTRIBUTES

SECTION = "表格 sheets"
_SEED = 20261125
_LOOK_SECONDS = 0.02
_AGAIN = 20
_WINDOW = 8
_OTHER = "另第"
_MATTERS = table(MatterRow)


def main() -> NoReturn:
    """Measure, print, and end the process."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.importing", description="导入导出实测 sheets, measured")
    parser.add_argument("--rows", type=int, default=1000, help="台账行数 rows of the ledger")
    parser.add_argument("--in-flight", type=int, default=8, help="同时在途 matters on their way at once")
    given = parser.parse_args()
    begun, load = perf_counter(), load_average()
    figures = asyncio.run(commands(given.rows, given.in_flight))
    machine = described()
    console = Console(width=160)
    console.print(tabulated(figures, f"{given.rows} 行 rows, {given.in_flight} 件在途 in flight"))
    console.print(
        f"机器 machine: {machine['cores']} 核 cores, Python {machine['python']}; "
        f"负载 load {load[0]:.2f} → {load_average()[0]:.2f}; 用时 took {perf_counter() - begun:.0f} s",
        highlight=False,
    )
    leave(0)


async def measured(plan: Plan, place: Path) -> list[Figure]:
    """The sheet beside openpyxl, the import beside bare starts, and an import killed half way."""
    figures = await asyncio.to_thread(_parsed, place, plan)
    sheet, other = place / "ledger.xlsx", place / "other.xlsx"
    _write(sheet, plan.brought)
    _write(other, plan.brought, after=plan.brought)
    (own := place / "engine").mkdir()
    async with sides.engine(own) as side:
        await side.carry([f"warm-{number}" for number in range(plan.warm)], leads(plan.warm, plan.seed), plan.warm)
        runs = _Runs(own, side.server.address, _WINDOW, plan.brought)
        begun = perf_counter()
        figures += await runs.measured("导入 import", "import", sheet, "--json")
        ours = perf_counter() - begun
        assert side.live is not None
        figures += await _killed(side.live.store, runs, other, plan.brought)
    (theirs := place / "bare").mkdir()
    async with sides.bare(theirs) as side:
        await side.carry([f"warm-{number}" for number in range(plan.warm)], leads(plan.warm, plan.seed), plan.warm)
        begun = perf_counter()
        await side.open([f"s{number}" for number in range(plan.brought)], _WINDOW)
        bare = perf_counter() - begun
    name = f"{plan.brought:,} 个裸流程 bare workflows started, {_WINDOW} in flight"
    beside = "导入与它之比 import : bare starts"
    return [
        *figures,
        Figure(SECTION, name, "秒 s", (bare,), key="import/bare"),
        Figure(SECTION, beside, "x", (ours / bare,), Goal(at_most=1.2), "import/ratio-bare"),
    ]


def _parsed(place: Path, plan: Plan) -> list[Figure]:
    """Reading a sheet of many rows, in this process, beside openpyxl reading its cells; taken in turns."""
    file = place / "long.xlsx"
    _write(file, plan.sheet_rows)
    cells, checked, theirs = [], [], []
    for _ in range(plan.rounds):
        begun = perf_counter()
        (grid,) = read_grids(file)
        cells.append(perf_counter() - begun)
        begun = perf_counter()
        book = load_workbook(file, read_only=True)
        rows = sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))
        theirs.append(perf_counter() - begun)
        book.close()
        begun = perf_counter()
        ledger = read_ledger(file, DIRECTORY.organs, office=OFFICE)
        checked.append(perf_counter() - begun)
        if (len(grid.rows), len(ledger.rows)) != (rows, plan.sheet_rows):
            raise RuntimeError(f"{rows} rows, of which {len(grid.rows)} were read and {len(ledger.rows)} are good")
    of = f"{plan.sheet_rows:,} 行 rows"
    read = Figure(SECTION, f"读取 read, {of}", "秒 s", tuple(cells), key="import/read")
    openpyxl = Figure(SECTION, f"openpyxl, {of}", "秒 s", tuple(theirs), key="import/openpyxl")
    return [
        read,
        Figure(SECTION, f"读取并逐行核对 read and check every row, {of}", "秒 s", tuple(checked), key="import/checked"),
        openpyxl,
        ratio(
            SECTION, "读取与 openpyxl 之比 read : openpyxl", read, openpyxl, Goal(at_most=0.15), "import/ratio-openpyxl"
        ),
    ]


async def _killed(store: Store, runs: "_Runs", ledger: Path, rows: int) -> list[Figure]:
    """An import that is killed when half of it is on record, and begun again: what is missing, what is there twice."""

    def titles() -> list[str]:
        with store.reading() as session:
            found = session.execute(select(_MATTERS.c.title).where(_MATTERS.c.title.like(f"{_OTHER}%")))
            return [title for (title,) in found]

    process = runs.begun("import", str(ledger), "--json")
    while len(titles()) < rows // 2:
        if process.poll() is not None:
            raise RuntimeError("the import was over before it could be killed")
        await asyncio.sleep(_LOOK_SECONDS)
    process.kill()
    process.wait()
    half = len(titles())
    again = await runs.measured("杀掉后再次导入 import again after the kill", "import", ledger, "--json")
    found = titles()
    name = f"导入 {rows:,} 行,至 {half:,} 行时 kill -9 后再导 killed half way and begun again"
    return [
        *again,
        Figure(
            SECTION, f"{name}:缺 missing", "件 matters", (rows - len(set(found)),), Goal(at_most=0), "import/missing"
        ),
        Figure(
            SECTION,
            f"{name}:重 doubled",
            "件 matters",
            (len(found) - len(set(found)),),
            Goal(at_most=0),
            "import/doubled",
        ),
    ]


async def commands(rows: int, in_flight: int) -> list[Figure]:
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

    def begun(self, *arguments: str) -> subprocess.Popen[bytes]:
        """The command, begun."""
        with (self._place / "out.json").open("wb") as out:
            return subprocess.Popen(
                [sys.executable, str(ROOT / "starter.py"), *arguments], env=self._environment, stdout=out
            )

    def _run(self, *arguments: str) -> tuple[int, float]:
        """Run it to its end: its exit code, and the most memory it took, in megabytes."""
        process = self.begun(*arguments)
        peak = 0.0
        while process.poll() is None:
            # Not what wait4 says: that includes this process, out of which the other one was made.
            peak = max(peak, peak_megabytes(process.pid))
            sleep(_LOOK_SECONDS)
        return process.returncode, peak


def _write(file: Path, rows: int, *, after: int = 0) -> None:
    """A ledger of so many rows; with `after` its matters are others, numbered from there on."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("台账")
    sheet.append([column.value for column in Column])
    for row in _rows(rows, after):
        sheet.append(row)
    book.save(file)


def _rows(rows: int, after: int) -> Iterator[list[Any]]:
    assigned = (this_second() - timedelta(days=3)).date().isoformat()
    for number, lead in enumerate(leads(rows, _SEED), after + 1):
        organ = DIRECTORY.organ(lead)
        cells: dict[Column, Any] = {
            Column.NUMBER: number,
            Column.TITLE: f"{_OTHER if after else '第'}{number}号重点督办事项办理情况督查",
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
