"""Public notice: a window that does not roll, and an answer to whatever was said in it (L2, L4, M6, D13)."""

from typing import Any

import pytest

from models.acts import ActName
from models.proceedings import ProceedingStage
from policies.documents import DocumentError
from tests.builders import at
from tests.policies.blocks.walks import Walk, procedure_of

CLERK, ANYBODY = "区教育局承办岗", "区财政局承办岗"


def posted(when: str = "03-03 10:00", procedure: str = "unit_notice") -> Walk:
    walk = Walk(procedure, lead="区教育局", office="区人社局")
    if procedure != "unit_notice":
        walk.say("03-02 10:00", CLERK, "finish", evidence={"考察材料": "报告", "事项草案": "草案"})
    assert walk.say(when, CLERK, "publish", medium="公示栏").accepted
    return walk


def objected(walk: Walk, when: str, number: str = "1") -> bool:
    return walk.say(when, ANYBODY, "raise_objection", number=number, text="年龄不符").accepted


@pytest.mark.parametrize(
    ("when", "accepted"), [("03-05 10:00", True), ("03-06 23:59", True), ("03-07 00:00", False), ("03-07 09:00", False)]
)
def test_an_objection_is_taken_on_the_last_day_and_not_the_day_after(when: str, accepted: bool) -> None:
    assert objected(posted(), when) is accepted


def test_three_days_end_at_midnight_even_of_a_day_off_and_the_next_step_begins_by_itself() -> None:
    walk = posted("03-05 17:00").wait("03-09 00:00")
    ended = walk.of(ActName.NOTICE_ENDED)
    assert [(act.at, act.count) for act in ended] == [(at("03-09 00:00"), 0)]
    assert walk.step_name == "submission"
    assert walk.state.marks["notice"].outcome == "no_objection"


def test_it_is_not_over_before_every_objection_is_answered() -> None:
    walk = posted()
    objected(walk, "03-04 10:00", "甲")
    objected(walk, "03-05 10:00", "乙")
    walk.wait("03-07 00:00")
    assert walk.of(ActName.NOTICE_ENDED)[0].count == 2
    assert walk.step_name == "notice"
    assert not objected(walk, "03-07 09:00", "丙")
    walk.say("03-09 10:00", CLERK, "answer_objection", number="甲", upheld=False, reason="核查无误")
    assert walk.step_name == "notice"
    walk.say("03-09 11:00", CLERK, "answer_objection", number="乙", upheld=False, reason="核查无误")
    assert walk.step_name == "submission"


@pytest.mark.parametrize(("when", "missed"), [("03-11 17:59", 0), ("03-11 18:00", 1)])
def test_an_answer_that_is_late_is_told_above_who_may_then_give_it(when: str, missed: int) -> None:
    walk = posted()
    objected(walk, "03-04 10:00")
    walk.wait(when)
    assert len(walk.of(ActName.STEP_OVERDUE)) == missed
    answered = walk.say(None, "区长", "answer_objection", number="1", upheld=False, reason="核查无误")
    assert answered.accepted is bool(missed)


def test_the_clock_of_the_next_objection_runs_from_when_that_one_was_raised() -> None:
    walk = posted()
    objected(walk, "03-04 10:00", "甲")
    objected(walk, "03-05 10:00", "乙")
    walk.say("03-06 10:00", CLERK, "answer_objection", number="甲", upheld=False, reason="核查无误")
    walk.wait("03-12 18:00")
    assert [act.at for act in walk.of(ActName.STEP_OVERDUE)] == [at("03-12 18:00")]


def test_one_that_holds_denies_once_the_others_are_answered_too() -> None:
    walk = posted("03-03 10:00", "appointment_notice")
    objected(walk, "03-04 10:00", "甲")
    objected(walk, "03-04 11:00", "乙")
    walk.say("03-05 10:00", CLERK, "answer_objection", number="甲", upheld=True, reason="查实")
    assert not walk.state.over
    walk.say("03-05 11:00", CLERK, "answer_objection", number="乙", upheld=False, reason="不实")
    assert walk.state.stage is ProceedingStage.DENIED
    assert not walk.state.clocks


def test_one_that_holds_may_have_an_earlier_step_done_again() -> None:
    walk = posted("03-03 10:00", "important_matters")
    objected(walk, "03-04 10:00")
    walk.say("03-05 10:00", CLERK, "answer_objection", number="1", upheld=True, reason="合理")
    assert (walk.step_name, walk.state.round) == ("draft", 2)


@pytest.mark.parametrize(
    "said",
    [
        {"number": "9", "upheld": False, "reason": "无"},
        {"number": "1", "upheld": None, "reason": "无"},
        {"number": "1", "upheld": False},
        {"upheld": False, "reason": "无"},
    ],
)
def test_an_answer_names_the_objection_says_whether_it_holds_and_why(said: dict[str, Any]) -> None:
    walk = posted()
    objected(walk, "03-04 10:00")
    assert not walk.say("03-05 10:00", CLERK, "answer_objection", **said).accepted


def test_nothing_is_objected_to_before_it_is_public_and_no_number_is_taken_twice() -> None:
    walk = Walk("unit_notice", lead="区教育局")
    assert not objected(walk, "03-02 10:00")
    walk.say("03-02 11:00", CLERK, "publish", medium="公示栏")
    assert not walk.say("03-02 12:00", CLERK, "publish", medium="公示栏").accepted
    assert objected(walk, "03-02 13:00")
    assert not objected(walk, "03-02 14:00")
    assert not walk.say("03-02 15:00", ANYBODY, "raise_objection", number="2").accepted


FILE = """
name: x
title: 公示 Notice
parameters:
  length: [{from: 2020-01-01, value: %s, source: house rule}]
  answer: [{from: 2020-01-01, value: 5wd, source: house rule}]
steps:
  - {name: a, title: 甲, block: public_notice, length: length, answer: answer}
"""


@pytest.mark.parametrize("length", ["48h", "0.5wd", "same-day", "soon"])
def test_a_window_is_counted_in_days(length: str) -> None:
    with pytest.raises(DocumentError):
        procedure_of(FILE % length)
