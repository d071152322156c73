"""A process killed before and after the commit of every transition of a life: the life comes to the same."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from activities.recording import Recording
from models.contract import TransitionOrder
from models.messages import Command, Registration
from record import ledger, targets
from record.store import Store
from rehearsal.conductor import play
from rehearsal.scenarios import PlannedCommand, Scenario, load
from tests.builders import sample_directory
from tests.endurance.boundary import AFTER, BEFORE
from tests.endurance.living import in_lines
from tests.record.recount import recounted, tallied
from tests.warm import Warm

SCENARIOS = Path(__file__).parents[1] / "scenarios"
LIVES = ("19-returned-and-missed",)


@dataclass(frozen=True)
class Moved:
    """What reaches a target at an instant; no message: its clock."""

    at: datetime
    target: str
    message: Registration | Command | None


def moves(store: Store, scenario: Scenario) -> Iterator[Moved]:
    """What happens next, timers before commands, the record being asked each time."""
    planned = sorted(
        (one for one in scenario.planned if isinstance(one, PlannedCommand)), key=lambda one: (one.at, one.number)
    )
    for matter_id, registration in scenario.matters:
        yield Moved(scenario.start, matter_id, registration)
    while True:
        with store.reading() as session:
            due = targets.first_due(session)
        until = planned[0].at if planned else scenario.until
        if due is not None and due[0] <= min(until, scenario.until):
            yield Moved(due[0], due[1], None)
        elif planned and planned[0].at <= scenario.until:
            one = planned.pop(0)
            yield Moved(one.at, one.target, one.command)
        else:
            return


@pytest.mark.parametrize("name", LIVES)
def test_a_life_killed_at_both_sides_of_every_commit_comes_to_the_same(database_url: str, name: str) -> None:
    scenario = load(SCENARIOS / f"{name}.yaml")
    assert all(isinstance(one, PlannedCommand) for one in scenario.planned)
    store = Store(database_url)
    store.migrate()
    recording = Recording(store, sample_directory())
    seen: dict[str, int] = {}
    kills = 0
    for moved in moves(store, scenario):
        order = TransitionOrder(
            matter_id=moved.target, at=moved.at, message=moved.message, known_seq=seen.get(moved.target, 0)
        )
        with store.reading() as session:
            before = ledger.head(session, moved.target)
        for when in (BEFORE, AFTER):
            killed = Warm(
                "tests.endurance.boundary", database_url, order.model_dump_json(), when, env=os.environ, module=True
            )
            assert killed.wait(30) == -signal.SIGKILL
            kills += 1
            with store.reading() as session:
                head = ledger.head(session, moved.target)
            # Before its commit nothing of it is there, afterwards all.
            assert (head == before) is (when == BEFORE)
        receipt = recording.record_transition(order)
        assert receipt.seq == head.seq
        assert (receipt.outcome is None) is (moved.message is None)
        seen[moved.target] = receipt.seq

    rehearsed = play(scenario, sample_directory())
    with store.reading() as session:
        assert in_lines(entry.act for entry in ledger.recorded(session)) == in_lines(rehearsed.recorded)
        assert ledger.verify(session) == []
        assert tallied(session) == recounted(session)
        for target, state in {**rehearsed.states, **rehearsed.cases}.items():
            assert targets.seen(session, target) == state
    store.close()
    assert kills >= 18
