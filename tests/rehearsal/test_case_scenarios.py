"""Do the scenarios of cases come out as written, and do they together show every act, refusal and clock of a case?"""

from pathlib import Path

import pytest

from models.acts import ActName
from policies.case_timers import OVERDUE
from rehearsal.checks import differences
from rehearsal.scenarios import load
from tests.builders import ROOT, SCENARIOS
from tests.case_player import CasePlayer
from tests.rehearsal.test_scenarios import DIRECTORY, caused, refusals, witnessed

FILES = sorted((SCENARIOS / "cases").glob("*.yaml"))
RULES = [
    ROOT / "policies" / f"{name}.py"
    for name in ("seats", "panel", "evidence", "case_admissibility", "case_commands", "case")
]
CAUSES = [*RULES, ROOT / "policies" / "case_timers.py", ROOT / "policies" / "case_reruling.py"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_scenario_comes_out_as_expected(path: Path) -> None:
    scenario = load(path)
    assert differences(scenario, CasePlayer(scenario, DIRECTORY).acts) == []
    assert scenario.expect


def test_there_are_the_given_scenario_and_forty_more() -> None:
    assert len(FILES) >= 41
    assert len({path.stem.partition("-")[0] for path in FILES}) == len(FILES)
    assert len({load(path).title for path in FILES}) == len(FILES)


def test_the_scenarios_show_every_refusal_of_a_case() -> None:
    assert len(refusals(RULES)) > 60
    assert witnessed((load(path) for path in FILES), RULES, CasePlayer).unseen() == []


def test_the_scenarios_show_and_expect_every_act_of_a_case() -> None:
    acts = [act for path in FILES for act in CasePlayer(load(path), DIRECTORY).acts if "/" in act.target]
    expected = {expectation.act for path in FILES for expectation in load(path).expect}
    assert caused(CAUSES) | set(OVERDUE.values()) <= {act.act for act in acts} & expected
    assert ActName.CASE_LAPSED in expected
