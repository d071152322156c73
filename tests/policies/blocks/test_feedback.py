"""Feedback: called back the next day, done again, and at last answered by a leader in person (G1, G5, A7)."""

from typing import Any

import pytest

from models.acts import ActName
from models.proceedings import ProceedingStage, Satisfaction
from tests.builders import at
from tests.policies.blocks.walks import Walk

OFFICE, CLERK, LEADER = "区信访局承办岗", "区城管局承办岗", "区长"
DONE = {"办理结果": "已清运", "答复": "电话答复"}


def handled(**opened: Any) -> Walk:
    walk = Walk("hotline", **opened)
    walk.say("03-02 09:30", OFFICE, "route", to="区城管局")
    walk.say("03-02 10:00", CLERK, "accept_routing")
    walk.say("03-03 10:00", CLERK, "finish", evidence=DONE)
    assert walk.step_name == "call_back"
    return walk


def dissatisfied(walk: Walk, when: str) -> Walk:
    assert walk.say(when, OFFICE, "call_back", satisfied=False, text="又堆上了").accepted
    return walk


@pytest.mark.parametrize(("when", "missed"), [("03-04 17:59", 0), ("03-04 18:00", 1), ("03-05 09:00", 1)])
def test_the_call_back_is_due_the_next_working_day(when: str, missed: int) -> None:
    assert len(handled().wait(when).of(ActName.STEP_OVERDUE)) == missed


def test_satisfied_is_done_and_said() -> None:
    walk = handled()
    walk.say("03-04 10:00", OFFICE, "call_back", satisfied=True)
    assert walk.of(ActName.CALLED_BACK)[0].value == "satisfied"
    assert walk.state.marks["call_back"].outcome == Satisfaction.SATISFIED
    assert walk.state.stage is ProceedingStage.COMPLETED


def test_dissatisfied_is_done_again_with_a_clock_of_its_own() -> None:
    walk = dissatisfied(handled(), "03-04 10:00")
    assert walk.step_name == "handling"
    assert walk.state.round == 2
    assert walk.of(ActName.REDONE)[0].count == 2
    assert walk.of(ActName.STEP_BEGUN)[-1].due == at("03-11 18:00")


def test_after_two_rounds_a_leader_answers_in_person() -> None:
    walk = dissatisfied(handled(), "03-04 10:00")
    walk.say("03-05 10:00", CLERK, "finish", evidence=DONE)
    dissatisfied(walk, "03-06 10:00")
    climbed = walk.of(ActName.ESCALATED)[0]
    assert (climbed.subject, climbed.count, climbed.due) == (LEADER, 2, at("03-11 18:00"))
    assert walk.owed_by() == (LEADER,)
    assert not walk.say("03-06 11:00", LEADER, "call_back", satisfied=True).accepted
    assert walk.say("03-09 10:00", LEADER, "finish", text="当面说明").accepted
    assert OFFICE in walk.owed_by()
    dissatisfied(walk, "03-10 10:00")
    assert walk.state.marks["call_back"].outcome == Satisfaction.DISSATISFIED
    assert walk.state.stage is ProceedingStage.COMPLETED


def test_a_prominent_one_climbs_after_the_first_round() -> None:
    walk = dissatisfied(handled(prominent=True), "03-04 10:00")
    assert walk.owed_by() == (LEADER,)


def test_a_leader_who_does_not_answer_is_told_of_above_and_the_lead_bears_nothing_of_it() -> None:
    walk = dissatisfied(handled(prominent=True), "03-04 10:00").wait("03-09 18:00")
    assert "市长" in walk.of(ActName.STEP_OVERDUE)[0].tell
    assert not walk.of(ActName.ACCOUNTABILITY_PROPOSED)


def test_who_cannot_be_reached_on_three_days_is_not_waited_for_and_that_is_said() -> None:
    walk = handled()
    assert walk.say("03-04 09:00", OFFICE, "call_back").accepted
    assert not walk.say("03-04 09:05", OFFICE, "call_back").accepted
    assert walk.say("03-05 09:00", OFFICE, "call_back").accepted
    assert walk.state.stage is ProceedingStage.UNDER_WAY
    assert walk.say("03-06 09:00", OFFICE, "call_back").accepted
    assert [(act.value, act.count) for act in walk.of(ActName.CALLED_BACK)] == [("unreachable", n) for n in (1, 2, 3)]
    assert walk.state.marks["call_back"].outcome == Satisfaction.UNREACHABLE


def test_a_reached_one_after_a_try_counts_as_reached() -> None:
    walk = handled()
    walk.say("03-04 09:00", OFFICE, "call_back")
    assert walk.say("03-04 15:00", OFFICE, "call_back", satisfied=True).accepted
    assert walk.state.stage is ProceedingStage.COMPLETED


def test_dissatisfaction_needs_a_reason_and_the_handler_does_not_call_back_himself() -> None:
    walk = handled()
    assert not walk.say("03-04 10:00", OFFICE, "call_back", satisfied=False).accepted
    assert not walk.say("03-04 10:00", CLERK, "call_back", satisfied=True).accepted


@pytest.mark.parametrize(
    ("when", "acts"),
    [
        ("03-19 17:59", []),
        ("03-19 18:00", ["step_overdue"]),
        ("03-20 17:59", ["step_overdue"]),
        ("03-20 18:00", ["step_overdue", "urged"]),
        ("03-27 17:59", ["step_overdue", "urged"]),
        (
            "03-27 18:00",
            ["step_overdue", "urged", "step_overdue", "circulation_requested", "accountability_proposed"],
        ),
    ],
)
def test_a_complaint_is_due_in_thirteen_working_days_urged_the_day_after_and_proposed_five_later(
    when: str, acts: list[str]
) -> None:
    walk = Walk("hotline")
    walk.say("03-02 09:30", OFFICE, "route", to="区城管局")
    walk.say("03-02 10:00", CLERK, "accept_routing")
    before = len(walk.names())
    walk.wait(when)
    assert walk.names()[before:] == acts


@pytest.mark.parametrize(("when", "accepted"), [("03-19 17:59", True), ("03-19 18:00", False)])
def test_more_time_is_asked_for_before_it_has_run_out(when: str, accepted: bool) -> None:
    walk = Walk("hotline")
    walk.say("03-02 09:30", OFFICE, "route", to="区城管局")
    walk.say("03-02 10:00", CLERK, "accept_routing")
    assert walk.say(when, CLERK, "request_extension", limit="5wd", reason="天气").accepted is accepted
