"""`python -m benchmarks [--quick | --full] [--only PART]…`: how fast, how cheap and how steady is the engine here?

Prints one table, writes the same as JSON with plots, and ends with 1 when a budget is broken or a part failed.
Bounds: docs/performance.md.
"""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from benchmarks.parts import PARTS
from benchmarks.plan import DEFAULT, FULL, QUICK
from benchmarks.run import run
from leaving import leave
from settings import ROOT


def main() -> NoReturn:
    """Measure, and end the process."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="性能实测 performance, measured")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="少量样本,约一分钟 few samples, about a minute")
    size.add_argument("--full", action="store_true", help="五万件在办,数小时 50,000 open matters, hours")
    parser.add_argument("--only", action="append", choices=list(PARTS), help="只测一部分 one part (may be repeated)")
    parser.add_argument("--into", type=Path, default=ROOT / "var" / "bench", help="结果目录 where JSON and plots go")
    given = parser.parse_args()
    plan = QUICK if given.quick else FULL if given.full else DEFAULT
    parts = {name: part for name, part in PARTS.items() if given.only is None or name in given.only}
    leave(run(plan, given.into, parts, " ".join(["python -m benchmarks", *sys.argv[1:]])))


if __name__ == "__main__":
    main()
