"""`python -m benchmarks.report FILE.json [--whole]`: a run as Markdown, for the README and docs/performance.md.

What each system does in one table, every goal in another; `--whole` adds every figure. Date, machine and command stand
above: without them a figure says nothing.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import number_text

_SYSTEMS = (
    ("rate", "每秒办结 closed/s"),
    ("cpu", "CPU ms/件"),
    ("worker", "其中工作进程 worker"),
    ("server", "服务 server"),
    ("client", "客户端 client"),
    ("events", "事件 events"),
    ("bytes", "历史 B"),
    ("commits", "提交 commits"),
    ("server_commits", "服务提交 of the server"),
    ("kept", "磁盘 B"),
)


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--whole", action="store_true", help="所有数据 every figure")
    given = parser.parse_args()
    document = json.loads(given.file.read_text(encoding="utf-8"))
    print("\n".join(rendered(document, whole=given.whole)))


def rendered(document: Mapping[str, Any], *, whole: bool = False) -> Iterator[str]:
    """The lines of the report."""
    machine, figures = document["machine"], document["figures"]
    made_with = f"Python {machine['python']}, temporalio {machine['temporalio']}, DBOS {machine['dbos']}"
    load = f"{document['load_before'][0]:.2f} → {document['load_after'][0]:.2f}"
    yield (
        f"{document['measured_at'][:16].replace('T', ' ')},`{document['command']}`;"
        f"{machine['cores']} 核 cores, {machine['processor']}, {made_with};"
        f"负载 load {load};用时 took {document['seconds']:.0f} s"
    )
    yield from systems(figures)
    yield from goals(figures)
    for name, why in document["failed"].items():
        yield f"\n未能测量 not measured: {name}: {why}"
    if whole:
        yield from everything(figures)


def systems(figures: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What a matter takes in each system, the medians; nothing of a run without throughput."""
    found = {one["key"]: one for one in figures}
    named = {key.split("/")[1]: one["name"].partition(":")[0] for key, one in found.items() if key.endswith("/rate")}
    rows = {key: name for key, name in named.items() if f"throughput/{key}/rate" in found}
    if rows:
        yield from ("", *_head("系统 system", *(heading for _, heading in _SYSTEMS)))
    for key, name in rows.items():
        cells = [found.get(f"throughput/{key}/{what}") for what, _ in _SYSTEMS]
        yield _row(name, *(number_text(one["median"]) if one else "–" for one in cells))


def goals(figures: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Every figure that has a goal, and the budgets that were broken."""
    bound = [one for one in figures if one["bound"] and (not one["binding"] or one["verdict"] == "over")]
    if bound:
        yield from ("", *_head("目标 goal", "实测 measured", "界限 bound", "结论 verdict"))
    for one in bound:
        yield _row(f"{one['section']}:{one['name']}", f"{_spread(one)} {one['unit']}", one["bound"], one["verdict"])


def everything(figures: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Every figure."""
    yield from ("", *_head("部分 part", "项目 item", "实测 measured", "单位 unit", "界限 bound", "结论 verdict"))
    for one in figures:
        yield _row(one["section"], one["name"], _spread(one), one["unit"], one["bound"] or "", one["verdict"])


def _spread(one: Mapping[str, Any]) -> str:
    if one["min"] == one["max"]:
        return number_text(one["median"])
    return f"{number_text(one['median'])} ({number_text(one['min'])}–{number_text(one['max'])})"


def _head(*cells: str) -> tuple[str, str]:
    return _row(*cells), f"|{'|'.join('---' for _ in cells)}|"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


if __name__ == "__main__":
    main()
