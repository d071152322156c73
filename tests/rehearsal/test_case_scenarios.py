"""Do the scenarios together show every act, refusal and clock of a case?"""

from models.acts import ActName
from policies.case_timers import OVERDUE
from rehearsal.scenarios import load
from tests.builders import ROOT
from tests.rehearsal.test_scenarios import FILES, caused, played, refusals, witnessed

RULES = [
    ROOT / "policies" / f"{name}.py"
    for name in ("seats", "panel", "evidence", "proposals", "case_admissibility", "case_commands", "case")
]
CAUSES = [*RULES, ROOT / "policies" / "case_timers.py", ROOT / "policies" / "case_reruling.py"]

# Refusals that no scenario file can cause, each shown by a test of its own.
NOT_BY_A_FILE = {
    "workflow is not running",  # a rehearsal keeps the time of every case
    "does not open",  # nobody says a box: test_a_proposal_that_still_is_in_its_box_is_refused
}


def test_the_scenarios_show_every_refusal_of_a_case() -> None:
    assert len(refusals(RULES)) > 60
    unseen = witnessed((load(path) for path in FILES), RULES).unseen()
    assert [text for text in unseen if not any(known in text for known in NOT_BY_A_FILE)] == []


def test_the_scenarios_show_and_expect_every_act_of_a_case() -> None:
    acts = [act for path in FILES for act in played(path).acts if "/" in act.target]
    expected = {expectation.act for path in FILES for expectation in load(path).expect}
    assert caused(CAUSES) | set(OVERDUE.values()) <= {act.act for act in acts} & expected
    assert ActName.CASE_LAPSED in expected
