"""How is a measured figure kept, judged and shown?

A figure is its samples; a budget binds (one sample over it fails the run), a goal depends on the machine and is only
compared. Taking the samples is for the other modules. Source of the bounds: docs/performance.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Any

from rich.table import Table


class Verdict(StrEnum):
    """What a bound says about a figure; empty where there is no bound."""

    OK = "ok"
    OVER = "over"
    MET = "达到 met"
    MISSED = "未达到 missed"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Budget:
    """No sample may be above `at_most`."""

    at_most: float

    def verdict(self, samples: Sequence[float]) -> Verdict:
        """OK or OVER."""
        return Verdict.OK if max(samples) <= self.at_most else Verdict.OVER

    def __str__(self) -> str:
        return f"≤ {number_text(self.at_most)}"


@dataclass(frozen=True, slots=True)
class Goal:
    """The median should be at most, or at least, so much; on another machine it may not be."""

    at_most: float | None = None
    at_least: float | None = None

    def verdict(self, samples: Sequence[float]) -> Verdict:
        """MET or MISSED."""
        middle = median(samples)
        below = self.at_most is None or middle <= self.at_most
        above = self.at_least is None or middle >= self.at_least
        return Verdict.MET if below and above else Verdict.MISSED

    def __str__(self) -> str:
        bounds = (("≤", self.at_most), ("≥", self.at_least))
        return " ".join(f"{sign} {number_text(bound)}" for sign, bound in bounds if bound is not None)


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: what was measured (Chinese, English), its unit, a sample per round, and its bound if there is one.

    `key` names it for plots and programs (`throughput/engine/rate`), whatever it is called.
    """

    section: str
    name: str
    unit: str
    samples: tuple[float, ...]
    bound: Budget | Goal | None = None
    key: str = ""

    @property
    def verdict(self) -> Verdict:
        """What the bound says."""
        return self.bound.verdict(self.samples) if self.bound else Verdict.NONE

    def document(self) -> dict[str, Any]:
        """The figure for a program: every sample, in the order in which they were taken."""
        return {
            "key": self.key,
            "section": self.section,
            "name": self.name,
            "unit": self.unit,
            "samples": list(self.samples),
            "min": min(self.samples),
            "median": median(self.samples),
            "max": max(self.samples),
            "bound": str(self.bound) if self.bound else None,
            "binding": isinstance(self.bound, Budget),
            "verdict": self.verdict.value,
        }


def ratio(section: str, name: str, ours: Figure, theirs: Figure, bound: Goal | None = None, key: str = "") -> Figure:
    """One figure as a multiple of another, round by round; of as many rounds as both have."""
    pairs = zip(ours.samples, theirs.samples, strict=False)
    return Figure(section, name, "x", tuple(one / other for one, other in pairs), bound, key)


def over(figures: Iterable[Figure]) -> list[Figure]:
    """The figures that break a budget."""
    return [figure for figure in figures if figure.verdict is Verdict.OVER]


def tabulated(figures: Iterable[Figure], title: str) -> Table:
    """All figures as one table, a line between sections."""
    table = Table(title=title, title_justify="left")
    table.add_column("项目 item", overflow="fold")
    table.add_column("单位 unit", no_wrap=True)
    for heading in ("最小 min", "中位 median", "最大 max", "界限 bound"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("结论 verdict", no_wrap=True)
    section = name = ""
    for figure in figures:
        if figure.section != section:
            section, name = figure.section, ""
            table.add_section()
            table.add_row(f"[bold]{section}[/bold]")
        low, middle, high = min(figure.samples), median(figure.samples), max(figure.samples)
        numbers = (number_text(low), number_text(middle), number_text(high))
        bound = str(figure.bound) if figure.bound else ""
        style = {Verdict.OVER: "red", Verdict.MISSED: "yellow"}.get(figure.verdict)
        # Events, tasks and commits of one step stand under one name.
        shown, name = "" if figure.name == name else f"  {figure.name}", figure.name
        table.add_row(shown, figure.unit, *numbers, bound, figure.verdict.value, style=style)
    return table


def number_text(value: float) -> str:
    """A count as it is, a measurement with three digits that mean something."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
