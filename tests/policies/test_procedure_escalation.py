"""What follows a missed limit, step by step, whom does it concern, and where does it stop?"""

from typing import Any

import pytest

from models.acts import ActName
from models.matters import Light, Stage
from tests.builders import CO, HANDLER, HEAD, INDEPENDENT, LEADER, OFFICE_HEAD, OFFICER, Life, at

CYCLE = ["rectification_overdue", "accountability_proposed", "rectification_ordered"]
AGAIN = ["rectification_overdue", "rectification_ordered"]


@pytest.mark.parametrize(
    ("urgency", "supervised", "rectification", "proposed"),
    [
        ("平件", "03-12 18:00", "03-19 18:00", "03-19 18:00"),
        ("急件", "03-11 18:00", "03-16 18:00", "03-16 18:00"),
        ("特急", "03-10 18:00", "03-12 18:00", "03-12 18:00"),
    ],
)
def test_the_steps_after_a_missed_limit_are_shorter_the_more_urgent(
    urgency: str, supervised: str, rectification: str, proposed: str
) -> None:
    life = Life(limit="5wd", urgency=urgency).wait("03-19 18:00")
    assert life.the(ActName.SUPERVISED).due == at(supervised)
    assert life.of(ActName.RECTIFICATION_ORDERED)[0].due == at(rectification)
    assert life.when(ActName.ACCOUNTABILITY_PROPOSED)[0] == at(proposed)


def test_the_order_of_the_acts_at_each_step() -> None:
    life = Life(limit="5wd", co=[CO])
    life.say("03-02 10:00", "sign")
    life.wait("03-26 18:00")
    assert life.names("03-09 18:00")[:4] == ["light_changed", "overdue", "supervised", "co_overdue"]
    assert life.names("03-12 18:00") == [
        "rectification_ordered",
        *CYCLE,
        *AGAIN,
        "case_proposed",
        "filing_overdue",
        "failure_noted",
    ]
    assert [act.at for act in life.acts if act.act is ActName.RECTIFICATION_OVERDUE] == [
        at("03-19 18:00"),
        at("03-26 18:00"),
    ]


def test_supervision_goes_to_the_head_of_the_lead_and_a_proposal_to_the_leader() -> None:
    life = Life(limit="5wd").wait("03-19 18:00")
    assert life.told(ActName.SUPERVISED)[0] == HEAD
    assert life.told(ActName.ACCOUNTABILITY_PROPOSED) == (LEADER, OFFICE_HEAD)


def test_silence_never_opens_more_than_one_case_about_a_subject_and_never_decides_anything() -> None:
    life = Life(limit="1wd").wait("2027-12-31 00:00")
    assert len(life.of(ActName.CASE_PROPOSED)) == 1
    assert len(life.of(ActName.FAILURE_NOTED)) > 50
    assert life.state.cases[0].failures == 1 + len(life.of(ActName.FAILURE_NOTED))
    assert not {"measure_decided", "closed", "archived"} & set(life.names())


@pytest.mark.parametrize(
    ("when", "names"),
    [
        ("03-12 17:59:59", ["submitted"]),
        ("03-12 18:00:00", ["rectification_ordered", "submitted"]),
        ("03-19 17:59:59", ["rectification_ordered", "submitted"]),
        ("03-19 18:00:00", ["rectification_ordered", *CYCLE, "submitted", "case_proposed"]),
    ],
)
def test_reporting_stops_the_running_clock_at_any_stage(when: str, names: list[str]) -> None:
    life = Life(limit="5wd")
    life.say("03-02 10:00", "sign")
    life.wait("03-09 18:00")
    life.say(when, "submit", text="办结")
    life.wait("03-31 00:00")
    said = [name for name in life.names("03-09 18:00:01") if not name.startswith("verification")]
    assert said == names


@pytest.mark.parametrize(
    ("severity", "count", "measure"),
    [
        ("minor", 1, "P0"),
        ("minor", 2, "P1"),
        ("minor", 3, "P3"),
        ("minor", 4, "P4"),
        ("minor", 5, "P4"),
        ("ordinary", 1, "P1"),
        ("ordinary", 2, "P3"),
        ("ordinary", 3, "P4"),
        ("ordinary", 4, "P10"),
        ("ordinary", 9, "P10"),
        ("serious", 1, "P4"),
        ("serious", 2, "P5"),
        ("serious", 3, "P7"),
        ("serious", 4, "P10"),
        ("grave", 1, "P9"),
        ("grave", 2, "P10"),
        ("grave", 4, "P10"),
    ],
)
def test_the_measure_proposed_is_that_of_the_severity_and_the_count(severity: str, count: int, measure: str) -> None:
    before = [(HEAD, "2025-12-01 10:00")] * (count - 1)
    case = Life(limit="5wd", severity=severity, measures=before).wait("03-19 18:00").the(ActName.CASE_PROPOSED)
    assert (case.measure, case.count, case.severity, case.subject) == (measure, count, severity, HEAD)


@pytest.mark.parametrize(
    ("subject", "decided", "count"),
    [
        (HEAD, "2025-03-19 17:59:59", 1),
        (HEAD, "2025-03-19 18:00:00", 2),
        (HEAD, "03-19 17:59:59", 2),
        (HEAD, "03-19 18:00:00", 1),
        (HANDLER, "03-10 10:00", 1),
    ],
)
def test_measures_of_the_twelve_months_before_the_proposal_count(subject: str, decided: str, count: int) -> None:
    life = Life(limit="5wd", measures=[(subject, decided)]).wait("03-19 18:00")
    assert life.the(ActName.CASE_PROPOSED).count == count


def test_the_subject_is_the_responsible_post_where_the_matter_names_one() -> None:
    life = Life(limit="5wd", responsible=HANDLER).wait("03-19 18:00")
    assert life.the(ActName.ACCOUNTABILITY_PROPOSED).subject == HANDLER
    assert life.the(ActName.CASE_PROPOSED).target == "m1/case1"


def test_an_independent_organ_is_asked_again_and_again_and_never_supervised_into_a_case() -> None:
    life = Life(lead=INDEPENDENT, limit="5wd").wait("05-31 00:00")
    asked = life.of(ActName.EXPLANATION_ASKED)
    assert [act.at for act in asked][:3] == [at("03-09 18:00"), at("03-12 18:00"), at("03-17 18:00")]
    assert asked[0].due == at("03-12 18:00")
    assert not {"supervised", "rectification_ordered", "case_proposed"} & set(life.names())


def test_the_level_rises_with_the_steps_and_the_stage_follows() -> None:
    life = Life(limit="5wd")
    levels = []
    for when in ("03-09 17:00", "03-09 18:00", "03-12 18:00", "03-19 18:00"):
        life.wait(when)
        levels.append((life.state.level, life.state.stage))
    assert levels == [(0, Stage.RUNNING), (1, Stage.SUPERVISED), (2, Stage.RECTIFYING), (3, Stage.RECTIFYING)]


# --- ending ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("closed", "archived"),
    [
        ("03-03 10:00", "04-02 18:00"),
        ("03-05 10:00", "04-07 18:00"),  # 4 April lies in the holiday
        ("03-07 10:00", "04-07 18:00"),
        ("03-03 23:59:59", "04-02 18:00"),
    ],
)
def test_a_closed_matter_is_archived_on_the_thirtieth_day_rolled(closed: str, archived: str) -> None:
    life = Life(limit="10wd")
    life.say("03-02 10:00", "submit", text="办结")
    life.say(closed, "verify", OFFICER, passed=True, method="document")
    life.wait("05-31 00:00")
    assert life.when(ActName.ARCHIVED) == [at(archived)]
    assert life.next_at is None


@pytest.mark.parametrize("by", [OFFICER, HANDLER, HEAD, OFFICE_HEAD])
def test_nobody_but_the_leader_cancels(by: str | None) -> None:
    assert Life().say("03-03 10:00", "cancel", by, reason="停办").rule == "authority.leader"


def test_cancelling_needs_a_reason_and_stops_every_clock() -> None:
    life = Life(limit="5wd", report_every="7d", co=[CO])
    assert life.say("03-03 10:00", "cancel", LEADER).rule == "cancellation"
    assert life.say("03-03 10:01", "cancel", LEADER, reason=" ").rule == "cancellation"
    assert life.say("03-03 10:02", "cancel", LEADER, reason="停办").accepted
    life.wait("2027-01-01 00:00")
    assert life.names()[-2:] == ["cancelled", "archived"]


@pytest.mark.parametrize("how", ["closed", "cancelled"])
def test_an_open_case_keeps_an_ended_matter_from_the_archive(how: str) -> None:
    life = Life(limit="5wd").wait("03-19 18:00")
    if how == "closed":
        life.say("03-20 09:00", "submit", text="办结")
        life.say("03-20 10:00", "verify", OFFICER, passed=True, method="document")
    else:
        life.say("03-20 10:00", "cancel", LEADER, reason="停办")
    life.wait("2027-01-01 00:00")
    assert life.state.stage == how
    assert life.state.cases[0].open
    assert life.next_at is None


@pytest.mark.parametrize(
    ("do", "by", "fields"),
    [
        ("sign", HANDLER, {}),
        ("report_progress", HANDLER, {"text": "又及"}),
        ("submit", HANDLER, {"text": "办结"}),
        ("request_extension", HANDLER, {"limit": "1wd"}),
        ("decide_extension", LEADER, {"granted": True}),
        ("suspend", OFFICER, {"reason": "等", "until": "2026-05-10"}),
        ("resume", OFFICER, {}),
        ("verify", OFFICER, {"passed": True, "method": "document"}),
        ("approve", LEADER, {}),
        ("cancel", LEADER, {"reason": "停办"}),
    ],
)
@pytest.mark.parametrize("when", ["03-10 10:00", "04-08 17:59:59", "04-08 18:00", "05-01 10:00"])
def test_an_ended_matter_refuses_everything(do: str, by: str | None, fields: dict[str, Any], when: str) -> None:
    life = Life(limit="10wd")
    life.say("03-09 09:00", "cancel", LEADER, reason="停办")
    assert life.say(when, do, by, **fields).rule == "stage"
    assert life.state.light is Light.GREEN
