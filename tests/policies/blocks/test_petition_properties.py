"""Whatever is said to a petition, in whatever order, by whomever: what always holds."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.acts import ActName
from models.blocks import Deadline, Feedback
from models.proceedings import ProceedingStage, StepClockKind
from policies.block_procedures import all_shipped, shipped_blocks
from policies.documents import DocumentError
from tests.policies.blocks.walks import Walk, directory, procedure_of

PETITIONS = [one.name for one in all_shipped() if one.of == "petition"]
POSTS = ("区信访局承办岗", "区信访局长", "区教育局承办岗", "区教育局长", "区住建局承办岗", "区长", "市长")
EVIDENCE = {
    word: "有" for name in PETITIONS for step in shipped_blocks(name).in_force(shipped_blocks(name).first_day).steps
    for word in getattr(step, "shown", ())
}  # fmt: skip
ORGANS = st.sampled_from(["区教育局", "区住建局", "区信访局", "没有的局", None])
REASON = st.sampled_from(["有理由", None])
SAID = st.one_of(
    st.fixed_dictionaries({"do": st.just("route"), "to": ORGANS, "reason": REASON}),
    st.fixed_dictionaries({"do": st.just("object_routing"), "reason": REASON}),
    st.fixed_dictionaries({"do": st.just("uphold_routing"), "reason": REASON}),
    st.fixed_dictionaries(
        {"do": st.just("check_items"), "missing": st.sampled_from([[], ["诉求和事实"], ["投诉事实"], ["别的"]])}
    ),
    st.fixed_dictionaries({"do": st.just("supplement"), "items": st.sampled_from([["诉求和事实"], ["投诉事实"], []])}),
    st.fixed_dictionaries({"do": st.just("finish"), "evidence": st.sampled_from([EVIDENCE, {}]), "text": REASON}),
    st.fixed_dictionaries(
        {"do": st.just("call_back"), "satisfied": st.sampled_from([True, False, None]), "text": REASON}
    ),
    st.fixed_dictionaries({"do": st.just("request_extension"), "limit": st.just("5d"), "reason": REASON}),
    st.fixed_dictionaries({"do": st.just("decide_extension"), "granted": st.booleans()}),
    st.sampled_from([{"do": "accept_routing"}, {"do": "publish", "medium": "网站"}, {"do": "acknowledge"}]),
)
MOVES = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 26, 24 * 9, 24 * 40]), st.sampled_from(["who owes it", "handed", *POSTS]), SAID
    ),
    max_size=14,
)  # fmt: skip
ENDS_SAID = {"finish", "call_back", "reject"}


def walked(name: str, moves: list[tuple[int, str, dict[str, Any]]], prominent: bool) -> Walk:
    """The walk, checked after every move."""
    walk = Walk(name, prominent=prominent, event_on="2026-03-02")
    for hours, who, said in moves:
        walk.wait(walk.now + timedelta(hours=hours))
        assert walk.state.stage is ProceedingStage.UNDER_WAY or walk.acts[-1].by is not None
        _somebody_owes_it(walk)
        by = walk.owed_by()[0] if who == "who owes it" else "区教育局承办岗" if who == "handed" else who
        before = walk.state
        outcome = walk.say(None, by, **said)
        assert outcome.accepted or walk.state == before, "a refusal changes nothing"
        if walk.state.over:
            assert outcome.accepted
            assert said["do"] in ENDS_SAID
            break
        _somebody_owes_it(walk)
    return walk


def _somebody_owes_it(walk: Walk) -> None:
    """While it is open, posts that exist owe the step, and a clock runs: silence is seen, by the organ above them."""
    if walk.state.over:
        return
    owed = walk.owed_by()
    assert owed
    assert all(directory().has_post(post) for post in owed)
    assert walk.state.clocks or walk.step_name == "acceptance", "only an incomplete file waits for who asked"


@pytest.mark.parametrize("name", PETITIONS)
@settings(max_examples=15)
@given(moves=MOVES, prominent=st.booleans())
def test_somebody_always_owes_the_next_step_and_only_an_answer_ends_it(
    name: str, moves: list[tuple[int, str, dict[str, Any]]], prominent: bool
) -> None:
    walk = walked(name, moves, prominent)
    assert [act.at for act in walk.acts] == sorted(act.at for act in walk.acts)
    if walk.state.stage is not ProceedingStage.COMPLETED:
        return
    for step in walk.plan.steps:
        assert step.name in walk.state.marks
        if isinstance(step, Deadline | Feedback):
            assert walk.state.marks[step.name].by is not None, "no step of answering is taken by silence"


@pytest.mark.parametrize("name", PETITIONS)
def test_a_petition_left_alone_never_ends_and_is_told_of_higher_each_time(name: str) -> None:
    walk = Walk(name, event_on="2026-03-02")
    for _ in range(8):
        assert walk.wait_for_the_next_clock(), "something always happens by itself"
    assert walk.state.stage is ProceedingStage.UNDER_WAY
    overdue = walk.of(ActName.STEP_OVERDUE)
    assert overdue
    assert {"区长", "市长"} & {post for act in overdue for post in act.tell}


FILE = """
name: x
title: 诉求 Petition
of: petition
parameters:
  limit: [{from: 2020-01-01, value: 5wd, source: house rule}]
steps:
  - {name: a, title: 甲, block: deadline, limit: limit, missed: {then: %s}}
"""


def test_a_procedure_by_which_silence_would_end_a_petition_is_refused() -> None:
    assert procedure_of(FILE % "wait").of == "petition"
    for then in ("lapse", "next"):
        with pytest.raises(DocumentError, match="petition"):
            procedure_of(FILE % then)


@pytest.mark.parametrize("name", PETITIONS)
def test_every_step_of_a_petition_has_a_limit_and_is_told_again(name: str) -> None:
    procedure = shipped_blocks(name)
    for step in procedure.in_force(procedure.first_day).steps:
        assert step.limit is not None
        assert step.missed.again is not None or step.block == "escalation"
        assert step.missed.then == "wait"


def test_a_step_whose_time_was_over_before_it_began_is_missed_as_it_begins() -> None:
    walk = Walk("plan_filing", "03-20 09:00", lead="区教育局", office="区政务公开办", event_on="2026-03-02").later(
        hours=1
    )
    overdue = walk.of(ActName.STEP_OVERDUE)
    assert [act.at for act in overdue] == [walk.acts[0].at]
    assert StepClockKind.AGAIN in walk.state.clocks
