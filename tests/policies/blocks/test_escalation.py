"""Escalation: each level in its turn, upwards only, and never an end by silence (A18, A19, D16, F1)."""

import pytest

from models.acts import ActName
from models.proceedings import ProceedingStage
from policies.documents import DocumentError
from tests.builders import at
from tests.policies.blocks.walks import Walk, procedure_of

DUTY, HEAD, OFFICE_HEAD, LEADER = "区应急局承办岗", "区应急局长", "区政府办公室主任", "区长"


def emergency() -> Walk:
    return Walk("emergency_report", "03-07 22:00", lead="区应急局", office="区政府办公室")


@pytest.mark.parametrize(("when", "by"), [("03-07 22:59", DUTY), ("03-07 23:00", HEAD), ("03-08 12:00", HEAD)])
def test_within_the_hour_the_officer_on_duty_reports_then_his_head_has_to(when: str, by: str) -> None:
    walk = emergency().wait(when)
    assert walk.owed_by()[0] == by
    other = HEAD if by == DUTY else DUTY
    assert not walk.say(None, other, "finish", evidence={"报告内容": "火情"}).accepted
    assert walk.say(None, by, "finish", evidence={"报告内容": "火情"}).accepted
    assert walk.step_name == "upwards"


@pytest.mark.parametrize(
    ("after", "by"), [(1.99, HEAD), (2, OFFICE_HEAD), (3.99, OFFICE_HEAD), (4, LEADER), (40, LEADER)]
)
def test_each_level_passes_it_up_within_two_hours(after: float, by: str) -> None:
    walk = emergency()
    walk.say("03-07 22:30", DUTY, "finish", evidence={"报告内容": "火情"})
    assert walk.later(hours=after).owed_by()[0] == by


def test_the_last_level_is_told_of_higher_and_higher_and_it_never_ends_by_silence() -> None:
    walk = emergency()
    for _ in range(12):
        assert walk.wait_for_the_next_clock()
    assert walk.state.stage is ProceedingStage.UNDER_WAY
    told = [act.tell for act in walk.of(ActName.ESCALATED)]
    assert "区长" in told[1]
    assert "市长" in told[2]
    assert [act.count for act in walk.of(ActName.ESCALATED)] == list(range(2, 14))


def test_a_case_is_proposed_once_however_many_levels_miss_it() -> None:
    walk = emergency().wait("03-08 12:00")
    assert len(walk.of(ActName.STEP_OVERDUE)) > 3
    assert [act.subject for act in walk.of(ActName.ACCOUNTABILITY_PROPOSED)] == [DUTY]


def test_a_level_hands_it_up_at_once_with_reasons_and_never_aside() -> None:
    walk = Walk("conflict_upwards", lead="区住建局", office="区政府办公室")
    head = "区住建局长"
    assert not walk.say("03-03 10:00", head, "route", reason=None).accepted
    assert not walk.say("03-03 10:00", head, "route", to="区城管局", reason="归他").accepted
    assert walk.say("03-03 10:00", head, "route", reason="协商不成").due == at("03-06 18:00")
    assert walk.say("03-03 11:00", OFFICE_HEAD, "route", reason="两家都有理").accepted
    assert not walk.say("03-03 12:00", LEADER, "route", reason="再上推").accepted
    assert walk.say("03-03 13:00", LEADER, "finish", evidence={"裁定意见": "由住建局负责"}).accepted
    assert walk.state.stage is ProceedingStage.COMPLETED
    assert not walk.state.marks["settlement"].late


@pytest.mark.parametrize(("when", "by"), [("03-02 23:59", "区信访局承办岗"), ("03-03 00:00", "区医保局承办岗")])
def test_an_enquiry_is_answered_the_same_day_or_by_the_department(when: str, by: str) -> None:
    walk = Walk("enquiry_line", lead="区医保局").wait(when)
    assert by in walk.owed_by()


FILE = """
name: x
title: 逐级 Levels
parameters:
  first: [{from: 2020-01-01, value: 1h, source: house rule}]
steps:
  - {name: a, title: 甲, block: escalation, %s levels: [{holder: lead.handler, limit: first}]}
"""


def test_a_step_of_levels_has_no_limit_or_holder_of_its_own() -> None:
    assert procedure_of(FILE % "").name == "x"
    for own in ("by: leader,", "limit: same-day,"):
        with pytest.raises(DocumentError):
            procedure_of(FILE % own)


def test_a_level_that_nobody_holds_is_passed_over() -> None:
    file = FILE.replace("levels: [", "levels: [{holder: co.heads, limit: first}, ") % ""
    walk = Walk(procedure_of(file), lead="区应急局")
    assert walk.owed_by() == (DUTY,)
