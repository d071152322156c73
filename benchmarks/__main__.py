"""`python -m benchmarks [--quick]`: what does a step cost, and how fast is the engine on this machine?

Prints one table, writes the same as JSON, and ends with 1 when a budget is broken. Bounds: docs/performance.md.
"""

import argparse
from pathlib import Path
from typing import NoReturn

from benchmarks.plan import DEFAULT, QUICK
from benchmarks.run import run
from leaving import leave
from settings import ROOT


def main() -> NoReturn:
    """Measure, and end the process."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="性能预算实测 the budgets, measured")
    parser.add_argument("--quick", action="store_true", help="少量样本,约 25 秒 few samples, about 25 s")
    parser.add_argument("--into", type=Path, default=ROOT / "var" / "bench", help="结果目录 where the JSON goes")
    given = parser.parse_args()
    leave(run(QUICK if given.quick else DEFAULT, given.into))


if __name__ == "__main__":
    main()
