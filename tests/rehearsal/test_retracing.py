"""Do the acts of a family tell all that was said to its members, so that saying it again gives the same acts?"""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.acts import Act, ActName
from models.contract import matter_of
from rehearsal.conductor import Played, play
from rehearsal.random_scenarios import random_scenario
from rehearsal.retracing import Recorded, World, live_again, loaded, retrace
from rehearsal.scenarios import PlannedNotice, Scenario, load
from tests.builders import SCENARIOS, sample_directory

FILES = sorted(SCENARIOS.glob("*.yaml"))
DIRECTORY = sample_directory()


def world_of(scenario: Scenario, played: Played) -> World:
    """What was so in a scenario besides what was said to its matters."""
    decided = [act for act in played.acts if act.act is ActName.MEASURE_DECIDED]
    return World(
        DIRECTORY.with_organs(scenario.organs),
        loaded((item.notice, item.at) for item in scenario.planned if isinstance(item, PlannedNotice)),
        lambda subject, since, until: sum(act.subject == subject and since <= act.at < until for act in decided),
    )


def by_target(acts: list[Act]) -> dict[str, list[Act]]:
    """The acts of each target in the order of their instants, which is that of a rehearsal."""
    found: dict[str, list[Act]] = {}
    for act in sorted(acts, key=lambda act: act.at):
        found.setdefault(act.target, []).append(act)
    return found


def as_written(act: Act) -> Act:
    """The act as the ledger gives it back."""
    return Act.model_validate_json(act.model_dump_json(exclude_none=True))


def retraced_equals(scenario: Scenario) -> int:
    """How many matters of the scenario were lived again, each with the acts it had."""
    played = play(scenario, DIRECTORY)
    world, policy_on = world_of(scenario, played), scenario.procedure.in_force
    matters = 0
    for family_id, _ in scenario.matters:
        members = {family_id} | {state.id for state in played.states.values() if state.family == family_id}
        own = [as_written(act) for act in played.recorded if matter_of(act.target) in members]
        family = retrace(family_id, [Recorded(act) for act in own])
        if family is None:
            assert {act.act for act in own} <= {ActName.REFUSED}
            continue
        lived = live_again(family, policy_on, world, scenario.until)
        assert family.matters.keys() == lived.keys() == members
        for matter_id, life in lived.items():
            acts = [as_written(act) for act in life.acts]
            assert by_target(acts) == by_target(list(family.matters[matter_id].acts))
            assert life.state == played.states[matter_id]
            assert life.refused == ()
        matters += len(members)
    return matters


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_retraced_from_its_acts_has_the_same_acts(path: Path) -> None:
    scenario = load(path)
    assert retraced_equals(scenario) > 0 or not scenario.matters


@settings(max_examples=150)
@given(st.integers(0, 10**9))
def test_a_random_life_retraced_from_its_acts_has_the_same_acts(seed: int) -> None:
    retraced_equals(random_scenario(seed, DIRECTORY))
