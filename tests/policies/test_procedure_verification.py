"""Who verifies a report of completion, with what evidence, how long may it lie, and what does a returned one run to?"""

from typing import Any

import pytest

from models.acts import ActName
from models.matters import ClockKind, Light, Stage
from tests.builders import (
    ABOVE,
    CAST,
    CO,
    HANDLER,
    HEAD,
    INDEPENDENT,
    LEADER,
    OFFICE,
    OFFICE_HEAD,
    OFFICER,
    STRANGER,
    Life,
    at,
)

TWO = {"persons": ["核验岗甲", "核验岗乙"], "place": "现场", "date": "2026-03-05"}


def submitted(limit: str = "10wd", when: str = "03-04 10:00", **said: Any) -> Life:
    life = Life(limit=limit, **said)
    life.say(when, "submit", text="办结")
    assert life.answer.accepted
    return life


@pytest.mark.parametrize(
    ("said", "admitted"),
    [
        ({"passed": True, "method": "document"}, True),
        ({"passed": True, "method": "document", "evidence": "批复文件"}, True),
        ({"passed": True, "method": "call-back"}, True),
        ({"passed": True, "method": "call_back"}, True),
        ({"passed": True, "method": "visit", "evidence": TWO}, True),
        ({"passed": True, "method": "visit", "evidence": {**TWO, "date": None, "time": "2026-03-05T10:00"}}, True),
        ({"passed": True, "method": "visit", "evidence": {**TWO, "persons": ["核验岗甲"]}}, False),
        ({"passed": True, "method": "visit", "evidence": {**TWO, "persons": ["核验岗甲", "核验岗甲"]}}, False),
        ({"passed": True, "method": "visit", "evidence": {**TWO, "persons": "核验岗甲、核验岗乙"}}, False),
        ({"passed": True, "method": "visit", "evidence": {**TWO, "place": ""}}, False),
        ({"passed": True, "method": "visit", "evidence": {**TWO, "date": ""}}, False),
        ({"passed": True, "method": "visit", "evidence": "看过了"}, False),
        ({"passed": True, "method": "visit"}, False),
        ({"passed": True, "method": "guess"}, False),
        ({"passed": True}, False),
        ({"method": "document"}, False),
        ({}, False),
        ({"passed": False}, True),
        ({"passed": False, "method": "document"}, True),
        ({"passed": False, "method": "guess"}, False),
        ({"passed": False, "method": "visit"}, False),
        ({"passed": False, "method": "visit", "evidence": TWO}, True),
    ],
)
def test_verification_names_its_result_and_the_evidence_of_its_method(said: dict[str, Any], admitted: bool) -> None:
    life = submitted()
    life.say("03-05 10:00", "verify", OFFICER, **said)
    assert life.answer.accepted is admitted
    if admitted:
        assert life.names()[-2:] == (["verified", "closed"] if said["passed"] else ["verified", "returned"])
    else:
        assert life.answer.rule == "verification"
        assert life.state.stage is Stage.SUBMITTED


@pytest.mark.parametrize("by", [OFFICER, OFFICE_HEAD])
def test_posts_of_the_office_verify(by: str | None) -> None:
    assert submitted().say("03-05 10:00", "verify", by, passed=True, method="document").accepted


@pytest.mark.parametrize("by", [HANDLER, HEAD, LEADER, STRANGER, ABOVE])
def test_nobody_else_verifies(by: str | None) -> None:
    life = submitted()
    assert life.say("03-05 10:00", "verify", by, passed=True, method="document").rule == "authority.office"


def test_where_the_office_is_the_lead_the_organ_above_verifies() -> None:
    life = Life(lead=OFFICE)
    life.say("03-04 10:00", "submit", OFFICER, text="办结")
    assert life.say("03-05 10:00", "verify", OFFICER, passed=True, method="document").rule == "authority.office"
    assert life.say("03-05 11:00", "verify", LEADER, passed=True, method="document").accepted


def test_where_the_office_is_the_lead_and_nothing_stands_above_it_verifies_itself() -> None:
    top = [organ.model_copy(update={"parent": None}) if organ.name == OFFICE else organ for organ in CAST]
    life = Life(organs=top, lead=OFFICE)
    life.say("03-04 10:00", "submit", OFFICER, text="办结")
    assert life.say("03-05 10:00", "verify", OFFICER, passed=True, method="document").accepted


def test_only_what_was_reported_is_verified_and_it_is_reported_once() -> None:
    life = Life(limit="10wd")
    assert life.say("03-03 10:00", "verify", OFFICER, passed=True, method="document").rule == "verification"
    assert life.say("03-04 10:00", "submit", text="办结").accepted
    assert life.say("03-04 11:00", "submit", text="办结").rule == "submission"


@pytest.mark.parametrize(
    ("when", "late"), [("03-09 17:59:59", False), ("03-09 18:00:00", True), ("03-09 18:00:01", True)]
)
def test_verification_is_late_from_its_due_instant_on(when: str, late: bool) -> None:
    life = submitted()
    life.say(when, "verify", OFFICER, passed=True, method="document")
    assert bool(life.of(ActName.VERIFICATION_OVERDUE)) is late
    assert life.state.stage is Stage.CLOSED


def test_an_unverified_report_climbs_one_organ_higher_every_three_working_days() -> None:
    life = submitted().wait("03-24 00:00")
    assert life.when(ActName.VERIFICATION_OVERDUE) == [at("03-09 18:00")]
    assert life.told(ActName.VERIFICATION_OVERDUE) == (LEADER, OFFICER)
    climbed = life.of(ActName.VERIFICATION_ESCALATED)
    assert [act.at for act in climbed] == [at(f"03-{day} 18:00") for day in (12, 17, 20)]
    assert [act.tell for act in climbed] == [("市长", OFFICER), ("省长", OFFICER), ("省长", OFFICER)]


def test_an_unverified_report_makes_nobody_of_the_lead_late() -> None:
    life = submitted("5wd").wait("06-30 00:00")
    assert not {"overdue", "supervised", "case_proposed"} & set(life.names())


# --- returned -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "returned_at", "due"),
    [
        ("10wd", "03-05 10:00", "03-16 18:00"),  # the limit ends later
        ("10wd", "03-11 10:00", "03-16 18:00"),  # both end at the same instant
        ("10wd", "03-12 10:00", "03-17 18:00"),
        ("3wd", "03-05 10:00", "03-10 18:00"),
        ("48h", "03-05 10:00", "03-10 18:00"),
    ],
)
def test_a_returned_report_runs_to_the_later_of_three_working_days_and_the_limit(
    limit: str, returned_at: str, due: str
) -> None:
    life = submitted(limit, "03-04 08:00")
    life.say(returned_at, "verify", OFFICER, passed=False)
    assert life.the(ActName.RETURNED).due == at(due)


@pytest.mark.parametrize("urgency", ["急件", "特急"])
def test_a_returned_urgent_report_has_three_working_days_like_any_other(urgency: str) -> None:
    life = submitted("1wd", "03-02 10:00", urgency=urgency)
    life.say("03-03 10:00", "verify", OFFICER, passed=False)
    assert life.the(ActName.RETURNED).due == at("03-06 18:00")


def test_a_returned_report_is_not_found_overdue_by_the_limit_it_replaced() -> None:
    life = submitted("5wd", "03-09 10:00")
    life.say("03-09 15:00", "verify", OFFICER, passed=False)
    life.wait("03-12 17:59:59")
    assert life.names("03-09 16:00") == []
    life.wait("03-12 18:00")
    assert life.names("03-09 16:00") == ["light_changed", "rectification_ordered"]
    assert life.the(ActName.RECTIFICATION_ORDERED).due == at("03-19 18:00")


@pytest.mark.parametrize(
    ("when", "names"),
    [
        ("03-16 17:59:59", ["submitted"]),
        ("03-16 18:00:00", ["light_changed", "rectification_ordered", "submitted"]),
    ],
)
def test_a_returned_report_is_late_from_its_due_instant_on(when: str, names: list[str]) -> None:
    life = submitted()
    life.say("03-05 10:00", "verify", OFFICER, passed=False)
    life.say(when, "submit", text="再报")
    assert life.names("03-06 00:00") == names


def test_a_returned_report_cannot_be_extended() -> None:
    life = submitted()
    life.say("03-05 10:00", "verify", OFFICER, passed=False)
    assert life.say("03-05 11:00", "request_extension", limit="1wd").rule == "extension"


@pytest.mark.parametrize(
    ("limit", "light"),
    [("5wd", [Light.YELLOW, Light.GREEN]), ("2026-03-11", [Light.YELLOW])],
)
def test_the_light_is_green_again_when_a_returned_clock_ends_later_than_the_limit(
    limit: str, light: list[Light]
) -> None:
    life = submitted(limit, "03-06 10:00")
    life.say("03-06 11:00", "verify", OFFICER, passed=False)
    assert life.the(ActName.RETURNED).due == at("03-11 18:00")
    assert [act.light for act in life.of(ActName.LIGHT_CHANGED)] == light


def test_a_late_report_returned_is_green_until_its_own_clock_is_missed() -> None:
    life = submitted("1wd", "03-04 10:00")
    assert life.wait("03-04 10:00").state.light is Light.RED
    life.say("03-05 10:00", "verify", OFFICER, passed=False)
    assert life.state.light is Light.GREEN
    assert life.wait("03-10 18:00").state.light is Light.RED


def test_a_returned_matter_of_an_independent_organ_is_asked_when_missed() -> None:
    life = Life(lead=INDEPENDENT, limit="1wd")
    life.say("03-03 10:00", "submit", "监委承办岗", text="办结")
    life.say("03-04 10:00", "verify", OFFICER, passed=False)
    life.wait("03-09 18:00")
    assert life.names("03-09 00:00") == ["light_changed", "explanation_asked"]


def test_a_returned_report_waits_for_open_parts_again() -> None:
    life = Life(limit="5wd", co=[CO])
    life.say("03-03 10:00", "submit", text="办结", without_co="另报")
    life.say("03-03 11:00", "verify", OFFICER, passed=False)
    assert life.say("03-04 10:00", "submit", text="再报").rule == "submission"
    assert life.say("03-04 11:00", "submit", text="再报", without_co="另报").accepted


def test_no_reminder_follows_a_return() -> None:
    life = submitted("10wd")
    life.say("03-05 10:00", "verify", OFFICER, passed=False)
    life.wait("03-16 17:00")
    assert life.of(ActName.REMINDED) == []
    assert ClockKind.LIMIT not in life.state.clocks
