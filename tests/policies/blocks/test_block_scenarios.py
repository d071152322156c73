"""Is every mechanism that a procedure with an approval, a vote, a meeting, replies or joint handling carries shown?"""

import pytest

from models.blocks import Approval, Joint, Meeting, Replies, Vote
from policies.block_procedures import BlockProcedure, all_shipped
from rehearsal.checks import differences
from rehearsal.conductor import play
from rehearsal.scenarios import load
from tests.builders import SCENARIOS, sample_directory

FILES = sorted((SCENARIOS / "mechanisms").glob("*.yaml"))
DIRECTORY = sample_directory()
CARRIED = {
    "A10", "A20", "B7", "B13", "B15", "B20", "C3", "C4", "C5", "C6", "C12", "C15", "E1", "E2", "E3", "E4", "E5", "E7",
    "H9", "H16", "I1", "I3", "I4", "I6", "I9", "J1", "J9", "L3",
}  # fmt: skip


def _together(procedure: BlockProcedure) -> bool:
    plan = procedure.in_force(procedure.change_days[-1])
    return any(isinstance(block, Approval | Vote | Meeting | Replies | Joint) for block in plan.steps)


PROCEDURES = [one for one in all_shipped() if _together(one)]


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda one: one.name)
def test_what_a_procedure_carries_is_shown_by_a_scenario_of_it_that_comes_out_as_written(
    procedure: BlockProcedure,
) -> None:
    shown: set[str] = set()
    for path in FILES:
        scenario = load(path)
        if procedure.name in {one.name for one in scenario.procedures}:
            assert differences(scenario, play(scenario, DIRECTORY).acts) == []
            assert any({"due", "count", "value"} & expected.values.keys() for expected in scenario.expect)
            shown |= set(scenario.meta["mechanisms"])
    assert set(procedure.carries) <= shown


def test_the_twenty_eight_mechanisms_are_carried() -> None:
    carried = {row for procedure in PROCEDURES for row in procedure.carries}
    assert carried >= CARRIED
