"""Which rows of the checklist do the scenarios show, and which figures of a row does `expect` hold to account?

A figure is shown where a scenario that names the row comes out as written and expects an act of a step whose block has
that figure as a value in force: a limit by the due instant or by what its end caused, a share or a number by the
value, the count or the outcome. An act's name or a measure's code is shown where it is expected.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from models.acts import Act, ActName
from models.blocks import Plan
from models.contract import is_proceeding
from policies.block_procedures import BlockProcedure, all_shipped
from policies.calendar import standard_calendar
from policies.counting import counting
from policies.deadlines import due, local_date
from policies.documents import Document
from policies.limits import Limit, LimitError, Unit, parse_limit
from policies.procedures import Procedure, shipped
from rehearsal.checks import differences, shown
from rehearsal.conductor import play
from rehearsal.scenarios import Expectation, Scenario, load
from tests.builders import ROOT, SCENARIOS, sample_directory
from tests.mechanisms.checklist import Row

HERE = Path(__file__).resolve().parent
MOST_REGISTERED = 15

_MEASURE = re.compile(r"[PUZ][0-9]{1,2}|CR", re.ASCII)
_FIGURE = re.compile(r"[-−+]?[0-9][0-9,]*(?:[./][0-9]+)?%?")
_NUMBER = re.compile(r"[-−]?[0-9][0-9,.]*%?")
_RATIO = re.compile(r"[0-9]+/[1-9][0-9]*")
# What the end of a limit, or of a window, causes by itself.
_STRUCK = frozenset(
    {
        ActName.STEP_OVERDUE, ActName.ACCEPTANCE_DEEMED, ActName.CONSENT_DEEMED, ActName.OPINION_DEEMED,
        ActName.PERMIT_EXPIRED, ActName.NOTICE_ENDED, ActName.ESCALATED, ActName.OVERDUE, ActName.CONCLUDED,
        ActName.REMINDED,
    }
)  # fmt: skip
# Of which fields of its block the due instant of such an act tells; of any field where the act is not listed.
_FIELDS: Mapping[ActName, frozenset[str]] = {
    ActName.STEP_BEGUN: frozenset({"limit"}),
    ActName.STEP_OVERDUE: frozenset({"limit", "missed"}),
    ActName.EXTENSION_GRANTED: frozenset({"more_time"}),
    ActName.NOTICE_POSTED: frozenset({"length"}),
    ActName.OBJECTION_RAISED: frozenset({"answer"}),
    ActName.GRANTED: frozenset({"validity"}),
    ActName.CONSENT_DEEMED: frozenset({"validity"}),
}
# Lists of which the length is a figure: eight publications, nineteen classes, three levels.
_COUNTED = frozenset({"items", "criteria", "levels"})
# What a duty's block says of its occurrences; they are expected by their day.
_OCCURRENCE = frozenset({"every", "day", "weekday", "figures"})
_DIRECTORY = sample_directory()


@dataclass(frozen=True)
class Shown:
    """One expectation of a passing scenario and the act it means, with the block values the act rests on."""

    scenario: Scenario
    expected: Expectation
    act: Act
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Played:
    """A scenario that was played: what differs, and what it shows."""

    path: Path
    scenario: Scenario
    differences: tuple[str, ...]
    shown: tuple[Shown, ...]

    @property
    def name(self) -> str:
        return self.path.relative_to(SCENARIOS).as_posix()


@cache
def scenario_files() -> tuple[Path, ...]:
    """Every scenario file that names mechanisms, and every one made to show one."""
    named = [path for path in SCENARIOS.glob("*.yaml") if "\nmechanisms:" in path.read_text(encoding="utf-8")]
    return (*sorted(SCENARIOS.glob("mechanisms/*.yaml")), *sorted(named, key=lambda path: _number(path.stem)))


def _number(stem: str) -> int:
    return int(stem.partition("-")[0])


@cache
def played(path: Path) -> Played:
    """The scenario at `path`, played; raises DocumentError for one that cannot be read."""
    scenario = load(path)
    acts = play(scenario, _DIRECTORY).acts
    plans = _plans(scenario)
    pairs = shown(scenario, acts)
    told = tuple(Shown(scenario, expected, act, _values(scenario, plans, act)) for expected, act in pairs)
    return Played(path, scenario, tuple(differences(scenario, acts)), told)


def scenarios_of(row: str) -> list[Played]:
    """The scenarios that name the row."""
    return [one for one in _all_played() if row in one.scenario.meta["mechanisms"]]


@cache
def _all_played() -> tuple[Played, ...]:
    return tuple(played(path) for path in scenario_files())


def procedures() -> tuple[BlockProcedure | Procedure, ...]:
    """Every procedure that ships."""
    return (shipped("standard"), *all_shipped())


def procedures_of(row: str) -> list[BlockProcedure | Procedure]:
    """The shipped procedures that carry the row."""
    return [one for one in procedures() if row in one.carries]


@cache
def figures() -> Mapping[str, tuple[str, ...]]:
    """By row, the figures that have to appear."""
    return _table("figures.yaml")


@cache
def hard_limits() -> Mapping[str, tuple[str, ...]]:
    """By row, the hard limits that have to be shown at their boundary."""
    return _table("hard_limits.yaml")


@cache
def registered() -> Mapping[str, str]:
    """The rows that are only register entries, and why."""
    return {str(row): str(reason) for row, reason in _read(ROOT / "policies" / "procedures" / "register.yaml").items()}


def _table(name: str) -> Mapping[str, tuple[str, ...]]:
    raw = _read(HERE / name)
    return {row: (told,) if isinstance(told, str) else tuple(told) for row, told in raw.items()}


def _read(path: Path) -> dict[str, Any]:
    content = Document(path.read_text(encoding="utf-8"), path.name).content
    return content if isinstance(content, dict) else {}


def sources(row: str, figure: str) -> list[str]:
    """What a figure rests on: the source of every dated value of that size in the procedures that carry the row."""
    wanted = figure.rpartition("=")[2]
    found = []
    for procedure in procedures_of(row):
        for entries in Document(procedure.text, procedure.file).content["parameters"].values():
            for entry in entries:
                texts = (text.strip("[]") for text in _texts(entry["value"]))
                if any(_same(wanted, text) for text in texts):
                    found.append(entry["source"])
    return found


def lacking(row: Row) -> list[str]:
    """What is still lacking before the row counts as carried and shown; nothing for one that needs nothing."""
    if row.only_named or row.id in registered():
        return []
    found = []
    passing = [one for one in scenarios_of(row.id) if not one.differences]
    carried = procedures_of(row.id)
    if not carried:
        found.append("没有程序文件承载 no procedure carries it")
    if not passing:
        found.append("没有通过的情景 no passing scenario names it")
    elif carried and not any(_plays(one.scenario, each) for one in passing for each in carried):
        found.append("情景未演示承载它的程序 no scenario that names it plays a procedure that carries it")
    if passing:
        found += [
            f"情景未示出 not shown: {figure}" for figure in figures().get(row.id, ()) if not is_shown(figure, passing)
        ]
    return found


def at_boundary(row: str, figure: str) -> set[str]:
    """Where a hard limit is shown: `before`, `on` and `after` its last day, or below, at and above a share."""
    passing = [one for one in scenarios_of(row) if not one.differences]
    found: set[str] = set()
    for one in passing:
        found |= _around_limit(figure, one) if _limit(figure) or figure.endswith("th") else _around(figure, one)
    return found


def boundary(figure: str) -> set[str]:
    """Where a hard limit has to be shown; what is done on the same day has no day before."""
    return {"on", "after"} if figure == Unit.SAME_DAY else {"before", "on", "after"}


def is_shown(figure: str, passing: Iterable[Played]) -> bool:
    """Whether one of the scenarios shows the figure."""
    return any(_shows(figure, told) for one in passing for told in one.shown)


# --- one figure -----------------------------------------------------------------------------------------------------


def _shows(figure: str, told: Shown) -> bool:
    asserted, act = told.expected.values, told.act
    if figure in set(ActName):
        return act.act.value == figure
    if _MEASURE.fullmatch(figure):
        return asserted.get("measure") == figure
    if _rests_on(figure, told):
        if _limit(figure) is None:
            return _amount(figure.rpartition("=")[2]) in _said(asserted) or _of_occurrence(figure, told)
        return "due" in asserted or ("at" in asserted and act.act in _STRUCK)
    limit = _limit(figure)
    if act.step is None and limit is not None and "due" in asserted and act.due is not None:
        return _due(limit, act) == act.due and _of_policy(figure, told)
    return act.step is None and str(asserted.get("count")) == figure


def _of_occurrence(figure: str, told: Shown) -> bool:
    """Whether a duty's occurrence is expected on its day, and the figure is one of what it is told to do, or when."""
    figures = {name: values for name, values in told.values.items() if name in _OCCURRENCE}
    return "due" in told.expected.values and _rests_on(figure, replace(told, values=figures))


def _rests_on(figure: str, told: Shown) -> bool:
    name, _, wanted = figure.rpartition("=")
    telling = _FIELDS.get(told.act.act) if _limit(figure) else None
    return any(
        _same(wanted, value)
        for field, values in told.values.items()
        if name in ("", field) and (telling is None or field in telling)
        for value in values
    )


def _same(figure: str, value: str) -> bool:
    if figure == value:
        return True
    if _limit(figure) or _limit(value):
        return False
    ours, theirs = _amount(figure.removesuffix("th")), _amount(value)
    return ours is not None and ours == theirs


def _amount(text: str) -> Fraction | None:
    """The number in words such as `2/3`, `95.0%`, `1,000`; None without one. A share in percent stays in percent."""
    found = _FIGURE.search(text)
    if found is None:
        return None
    plain = found[0].replace(",", "").replace("−", "-").removesuffix("%")
    return Fraction(plain) if not plain.endswith("/0") else None


def _limit(figure: str) -> Limit | None:
    try:
        return parse_limit(figure.rpartition("=")[2])
    except LimitError:
        return None


def _due(limit: Limit, act: Act) -> datetime:
    return due(limit, act.at, standard_calendar(), counting(local_date(act.at))).at


def _of_policy(figure: str, told: Shown) -> bool:
    """Whether a matter's or a case's policy, or its registration, says this limit."""
    policy = told.scenario.procedure.in_force(local_date(told.scenario.start))
    limits = {registration.limit for _, registration in told.scenario.matters}
    return figure in limits | set(_texts(policy.model_dump(mode="json")))


# --- boundaries -----------------------------------------------------------------------------------------------------


def _around_limit(figure: str, one: Played) -> set[str]:
    found: set[str] = set()
    ends: dict[tuple[str, str | None], datetime] = {}
    for told in one.shown:
        key = (told.act.target, told.act.step)
        if key in ends:
            found |= _moment(told.act, ends[key])
        if told.act.due is not None and "due" in told.expected.values and _shows(figure, told):
            ends[key] = told.act.due
    return found


def _moment(act: Act, end: datetime) -> set[str]:
    """Where an act stands to the end of a limit: what somebody did before, on or after its last day, or its end."""
    last = local_date(end - timedelta(seconds=1))
    on = local_date(act.at)
    if act.by is None:
        return {"after"} if act.at >= end and act.act in _STRUCK else set()
    if act.at >= end or act.act is ActName.REFUSED:
        return {"after"} if act.at >= end else set()
    if on == last:
        return {"on"}
    return {"before"} if on in {last - timedelta(days=1), standard_calendar().nth_working_before(last, 1)} else set()


def _around(figure: str, one: Played) -> set[str]:
    wanted = figure.rpartition("=")[2]
    limit = _amount(wanted)
    found = set()
    for told in one.shown:
        said = _said(told.expected.values)
        if said and limit is not None and _rests_on(figure, told):
            amount = said[0]
            found.add("before" if amount < limit else "on" if amount == limit else "after")
    return found


def _said(asserted: Mapping[str, Any]) -> list[Fraction]:
    """The amounts that are expected: ratios in the reason first, then the value, the count, and any other in words."""
    reason = str(asserted.get("reason", ""))
    told = [str(asserted.get(name, "")) for name in ("value", "count", "days_left")]
    texts = (*_RATIO.findall(reason), *(text for text in told if not _limit(text)), *_NUMBER.findall(reason))
    return [amount for text in texts if (amount := _amount(text)) is not None]


# --- what an act rests on -------------------------------------------------------------------------------------------


def _plans(scenario: Scenario) -> Mapping[str, Plan]:
    procedures = {one.name: one for one in scenario.procedures}
    return {
        opening.target: procedures[opening.message.procedure].in_force(local_date(opening.at))
        for opening in scenario.openings
    }


def _plays(scenario: Scenario, procedure: BlockProcedure | Procedure) -> bool:
    if isinstance(procedure, BlockProcedure):
        return procedure.name in {one.name for one in scenario.procedures}
    return bool(scenario.matters) or any(not is_proceeding(told.target) for told in scenario.expect)


def _values(scenario: Scenario, plans: Mapping[str, Plan], act: Act) -> Mapping[str, tuple[str, ...]]:
    """By field, the values of the block that the act is about; of every block for a refusal, and a launched matter."""
    plan = plans.get(act.target)
    if plan is not None:
        # A refusal names no step: it may rest on any of them.
        blocks = [one for one in plan.steps if act.act is ActName.REFUSED or one.name == act.step]
    else:
        origin = next((one for one in plans if act.target.startswith(one.replace("/", "-") + "-")), None)
        blocks = list(plans[origin].steps) if origin else []
    found: dict[str, tuple[str, ...]] = {}
    for block in blocks:
        for name, value in block.model_dump(mode="python").items():
            if name not in ("name", "title", "block"):
                told = (str(len(value)),) if name in _COUNTED and value else ()
                found[name] = (*found.get(name, ()), *told, *_texts(value))
    return found


def _texts(value: Any) -> Iterator[str]:
    """Every value in it as text."""
    if isinstance(value, dict):
        yield from map(str, value)
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
