"""Routing: who has it, until when somebody may object, and that it is not sent back (B1, G1; 信访工作条例 22)."""

from typing import Any

import pytest

from models.acts import ActName
from models.proceedings import Handing, ProceedingStage
from tests.builders import at
from tests.policies.blocks.walks import Walk

OFFICE, CLERK, HEAD = "区信访局承办岗", "区教育局承办岗", "区教育局长"
OTHER = "区住建局承办岗"


def routed(**opened: str) -> Walk:
    walk = Walk("petition", **opened)
    assert walk.say("03-02 10:00", OFFICE, "route", to="区教育局").accepted
    return walk


@pytest.mark.parametrize(
    ("when", "accepted"),
    [("03-08 12:00", True), ("03-09 17:59", True), ("03-09 18:00", False), ("03-10 09:00", False)],
)
def test_the_receiver_may_object_within_five_working_days(when: str, accepted: bool) -> None:
    walk = routed()
    assert walk.say(when, CLERK, "object_routing", reason="不属本局").accepted is accepted


def test_silence_leaves_it_where_it_was_given_and_is_no_finding() -> None:
    walk = routed().wait("03-09 18:00")
    assert walk.of(ActName.ROUTING_UPHELD)[0].by is None
    assert walk.state.terms is not None
    assert walk.state.terms.lead == "区教育局"
    assert not walk.of(ActName.STEP_OVERDUE)
    assert not walk.state.marks["routing"].late


@pytest.mark.parametrize(("when", "missed"), [("03-17 17:59", 0), ("03-17 18:00", 1), ("03-18 09:00", 1)])
def test_it_has_to_be_routed_within_fifteen_days_of_its_receipt(when: str, missed: int) -> None:
    walk = Walk("petition").wait(when)
    assert len(walk.of(ActName.STEP_OVERDUE)) == missed


def test_whoever_received_it_first_keeps_it_until_somebody_has_accepted() -> None:
    walk = routed()
    walk.say("03-03 10:00", CLERK, "object_routing", reason="不属本局")
    assert walk.state.terms is not None
    assert walk.state.terms.lead == "区信访局"
    assert OFFICE in walk.owed_by()
    walk.wait("03-05 18:00")
    overdue = walk.of(ActName.STEP_OVERDUE)[0]
    assert OFFICE in overdue.tell
    assert "区长" in overdue.tell
    walk.say("03-06 10:00", OFFICE, "route", to="区住建局", reason="异议成立")
    walk.say("03-06 11:00", OTHER, "accept_routing")
    assert walk.state.terms.lead == "区住建局"
    assert walk.owed_by() == (OTHER, "区住建局长")


def test_what_was_accepted_is_not_sent_back() -> None:
    walk = routed()
    walk.say("03-03 10:00", CLERK, "accept_routing")
    refused = walk.say("03-03 11:00", CLERK, "object_routing", reason="还是不办")
    assert refused.reason is not None
    assert "退回" in refused.reason
    assert not walk.say("03-03 12:00", CLERK, "route", to="区住建局", reason="转走").accepted


def test_nobody_decides_on_what_his_own_organ_objects_to() -> None:
    walk = Walk("petition", office="区政府", lead="区政府")
    walk.say("03-02 10:00", "区政府承办岗", "route", to="区教育局")
    walk.say("03-03 10:00", CLERK, "object_routing", reason="不属本局")
    assert not walk.say("03-04 10:00", HEAD, "uphold_routing", reason="维持").accepted
    assert walk.say("03-04 11:00", "区长", "uphold_routing", reason="属你局职责").accepted


def test_an_organ_objects_once_given_it_again_it_stays() -> None:
    walk = routed()
    walk.say("03-03 10:00", CLERK, "object_routing", reason="不属本局")
    walk.say("03-03 11:00", OFFICE, "route", to="区住建局", reason="异议成立")
    walk.say("03-03 12:00", OTHER, "object_routing", reason="属教育局")
    assert not walk.say("03-03 13:00", OFFICE, "route", to="区住建局", reason="重复").accepted
    walk.say("03-03 14:00", OFFICE, "route", to="区教育局", reason="确属教育局")
    assert walk.step_name == "acceptance"
    assert isinstance(walk.state.marks["routing"].kept, Handing)
    assert walk.state.marks["routing"].kept.to == "区教育局"


def test_who_routes_to_his_own_organ_has_accepted_it() -> None:
    walk = Walk("petition")
    walk.say("03-02 10:00", OFFICE, "route", to="区信访局")
    assert walk.step_name == "acceptance"
    assert walk.of(ActName.ROUTING_ACCEPTED)[0].by == OFFICE


@pytest.mark.parametrize(
    ("do", "said"),
    [
        ("route", {"to": None}),
        ("route", {"to": "某某局"}),
        ("uphold_routing", {"reason": "维持"}),
        ("finish", {"evidence": {"处理意见书": "一号"}}),
    ],
)
def test_what_makes_no_sense_yet_is_refused(do: str, said: dict[str, Any]) -> None:
    walk = Walk("petition")
    assert not walk.say("03-02 10:00", OFFICE, do, **said).accepted
    assert walk.state.stage is ProceedingStage.UNDER_WAY


def test_a_decision_in_time_after_a_missed_one_is_not_taken_back_by_a_calendar() -> None:
    walk = routed()
    walk.say("03-03 10:00", CLERK, "object_routing", reason="不属本局")
    walk.wait("03-06 09:00")
    walk.say("03-06 10:00", "区长", "route", to="区住建局", reason="异议成立")
    assert walk.state.limit is None
    assert walk.state.late
    assert walk.state.clocks
    assert next(iter(walk.state.clocks.values())).due_at == at("03-13 18:00")
