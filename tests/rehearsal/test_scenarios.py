"""Do the scenarios of this directory come out as written, and do they together show every act and every refusal?"""

import ast
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from models.acts import ActName
from policies.authority import Refused
from policies.directory import Directory
from rehearsal.checks import differences
from rehearsal.conductor import Played, play
from rehearsal.scenarios import Scenario, load
from tests.builders import ROOT, SCENARIOS, sample_directory

FILES = sorted(SCENARIOS.glob("*.yaml"))
WRONG_DOOR = SCENARIOS / "mechanisms" / "g3-only-who-was-asked.yaml"  # played by tests/mechanisms
REFUSALS = sorted((SCENARIOS / "refusals").glob("*.yaml"))
DIRECTORY = sample_directory()

# Refusals that no scenario file can cause, each shown by a test of its own in tests/policies.
NOT_BY_A_FILE = {
    "already registered",  # a file has one matter of an id: test_a_matter_is_registered_once
    "has no offset",  # a file's instants have one: test_a_registration_is_refused_with_a_reason
    "workflow is not running",  # a rehearsal keeps the time of every matter: test_a_matter_whose_time_nobody_keeps…
}


def played(path: Path) -> Played:
    return play(load(path), DIRECTORY)


@pytest.mark.parametrize("path", [*FILES, *REFUSALS], ids=lambda path: path.stem)
def test_the_scenario_comes_out_as_expected(path: Path) -> None:
    scenario = load(path)
    assert differences(scenario, play(scenario, DIRECTORY).acts) == []
    assert scenario.expect


def test_there_are_the_given_scenarios_and_many_more() -> None:
    names = [path.stem for path in FILES]
    assert {name[:2] for name in names} >= {"01", "02", "03", "04", "05", "07"}
    assert len(names) >= 30
    assert len({name.partition("-")[0] for name in names}) == len(names)
    assert len({load(path).title for path in FILES}) == len(names)


def test_a_named_mechanism_is_a_row_of_the_checklist() -> None:
    for path in FILES:
        for mechanism in load(path).meta["mechanisms"]:
            assert re.fullmatch(r"[A-M][0-9]{1,2}", mechanism), (path.name, mechanism)


# --- coverage -------------------------------------------------------------------------------------------------------


RULE_FILES = (
    "authority",
    "access",
    "registration",
    "admissibility",
    "commands",
    "transfers",
    "splits",
    "cases",
    "objections",
    "office_commands",
    "matter",
)
RULES = [ROOT / "policies" / f"{name}.py" for name in RULE_FILES]
CAUSES = [ROOT / "policies" / f"{name}.py" for name in (*RULE_FILES, "timers", "reruling", "drafts")]

Place = tuple[str, int]


def refusals(rules: Iterable[Path] = RULES) -> dict[Place, tuple[int, str]]:
    """Every refusal that the rules raise, or yield to who raises the first: file and first line, with its last line
    and its text."""
    found = {}
    for path in rules:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Raise | ast.Yield):
                continue
            told = node.exc if isinstance(node, ast.Raise) else node.value
            text = ast.unparse(told) if told is not None else ""
            if text.startswith("Refused(") or (isinstance(node, ast.Yield) and "Refused(" in text):
                found[str(path), node.lineno] = (node.end_lineno or node.lineno, text)
    return found


class Witness:
    """Sees at which places of the rules a message is refused while scenarios are played."""

    def __init__(self, rules: Sequence[Path] = RULES) -> None:
        self.places: set[Place] = set()
        self._rules = rules
        self._files = {str(path) for path in rules}
        # A refusal that is yielded is that of the message: nobody asks for a second one.
        self._yielded = {
            (file, line)
            for (file, first), (last, text) in refusals(rules).items()
            if not text.startswith("Refused(")
            for line in range(first, last + 1)
        }

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename not in self._files:
            return None
        if event == "exception" and argument[0] is Refused:
            self.places.add((frame.f_code.co_filename, frame.f_lineno))
        if event == "line" and (frame.f_code.co_filename, frame.f_lineno) in self._yielded:
            self.places.add((frame.f_code.co_filename, frame.f_lineno))
        return self

    def unseen(self) -> list[str]:
        return [
            f"{Path(file).name}:{first}: {text}"
            for (file, first), (last, text) in refusals(self._rules).items()
            if not any(seen == file and first <= line <= last for seen, line in self.places)
        ]


def witnessed(
    scenarios: Iterable[Scenario],
    rules: Sequence[Path] = RULES,
    player: Callable[[Scenario, Directory], object] = play,
) -> Witness:
    witness, before = Witness(rules), sys.gettrace()
    sys.settrace(witness)
    try:
        for scenario in scenarios:
            player(scenario, DIRECTORY)
    finally:
        sys.settrace(before)
    return witness


def caused(causes: Iterable[Path] = CAUSES) -> set[ActName]:
    """Every act that a rule of the procedure can note."""
    names = set()
    for path in causes:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "ActName":
                names.add(ActName[node.attr])
    return names


def test_the_scenarios_show_every_refusal_of_the_rules() -> None:
    unseen = witnessed(load(path) for path in (*FILES, WRONG_DOOR)).unseen()
    assert [text for text in unseen if not any(known in text for known in NOT_BY_A_FILE)] == []
    assert len(unseen) == len(NOT_BY_A_FILE)


def test_a_refusal_that_no_scenario_shows_is_noticed() -> None:
    assert len(refusals()) > 50
    without = [load(path) for path in FILES if not path.stem.startswith("25")]
    assert any("passed must be true or false" in text for text in witnessed(without).unseen())


def test_the_scenarios_show_every_act_of_the_procedure() -> None:
    shown = {act.act for path in FILES for act in played(path).acts}
    assert caused() <= shown
    assert len(shown) > 40


def test_every_act_shown_is_also_expected_somewhere() -> None:
    expected = {expectation.act for path in FILES for expectation in load(path).expect}
    assert caused() <= expected


# The same of the building blocks: tests/workflows/test_proceeding.py and tests/api/test_proceedings.py show these two.
NOT_BY_A_FILE_OF_STEPS = {
    "already opened", "unknown procedure", "received_at has no offset", "workflow is not running",
    # Said to a leader in place of a receiver whose posts are all vacant; a file names no vacant posts.
    "the receipt is owed by",
}  # fmt: skip
STEP_RULES = [
    *sorted((ROOT / "policies" / "blocks").glob("*.py")),
    ROOT / "policies" / "proceeding.py",
    ROOT / "policies" / "proceeding_opening.py",
]


def test_the_scenarios_show_every_refusal_of_the_building_blocks() -> None:
    named = re.compile(r"^proceedings:.*act: refused", re.DOTALL | re.MULTILINE)
    of_steps = [path for path in (SCENARIOS / "mechanisms").glob("*.yaml") if named.search(path.read_text("utf-8"))]
    unseen = witnessed((load(path) for path in (*REFUSALS, *sorted(of_steps))), STEP_RULES).unseen()
    assert len(refusals(STEP_RULES)) > 120
    assert [text for text in unseen if not any(known in text for known in NOT_BY_A_FILE_OF_STEPS)] == []
    assert len(unseen) == len(NOT_BY_A_FILE_OF_STEPS)
