"""Joint handling: every co-handler speaks in time, silence agrees only by law, dissent goes to the leader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.acts import ActName
from models.blocks import Joint, Missed, Replies, Then
from models.proceedings import ProceedingStage
from tests.builders import CO, CO_HANDLER, CO_HEAD, HANDLER, HEAD, LEADER, OTHER, STRANGER
from tests.policies.blocks.lives import Desk

LAW = "宜春市并联审批规定(2009)"
BY_LAW = Missed(then=Then.CONSENT, law=LAW)


def joint(**told: object) -> Joint:
    return Joint.model_validate({"name": "joint", "title": "联合办理", "parts": 2, "opinion": "5wd", **told})


def opened(*steps: Joint | Replies) -> Desk:
    desk = Desk(*steps)
    assert desk.open(co=[CO, OTHER]).accepted
    return desk


def test_so_many_co_handlers_are_named_when_it_is_opened() -> None:
    assert not Desk(joint()).open(co=[CO]).accepted
    assert Desk(joint()).open(co=[CO, OTHER]).accepted


@pytest.mark.parametrize(
    ("when", "deemed", "concluded"),
    [("03-06 10:00", False, False), ("03-09 17:59", False, False), ("03-09 18:00", True, True)],
)
def test_by_law_a_silent_co_handler_agrees_at_the_end_of_its_limit(when: str, deemed: bool, concluded: bool) -> None:
    desk = opened(joint(missed=BY_LAW, limit="20wd"))
    desk.say("03-03 10:00", "opine", CO_HANDLER, agreed=True)
    assert desk.say(when, "finish", HANDLER, text="一致同意").accepted is concluded
    assert [act.subject for act in desk.of(ActName.OPINION_DEEMED)] == ([OTHER] if deemed else [])
    if concluded:
        assert desk.the(ActName.STEP_DONE).value == "2/2"
        assert "公安局长" in desk.the(ActName.OPINION_DEEMED).tell


def test_without_a_law_its_head_is_told_and_the_leader_decides() -> None:
    desk = opened(joint(decision="3wd"))
    desk.say("03-03 10:00", "opine", CO_HEAD, agreed=True)
    desk.wait("03-09 18:00")
    late = desk.the(ActName.CO_OVERDUE)
    assert late.subject == OTHER
    assert "公安局长" in late.tell
    assert desk.say("03-10 10:00", "finish", HANDLER, text="一家未表态").accepted
    lifted = desk.the(ActName.ESCALATED)
    assert (lifted.value, lifted.reason, LEADER in lifted.tell) == ("1/2", OTHER, True)
    assert lifted.due is not None
    assert lifted.due.isoformat() == "2026-03-13T18:00:00+08:00"
    assert not desk.say("03-11 10:00", "grant", HEAD, text="同意").accepted
    assert not desk.say("03-11 10:00", "grant", LEADER).accepted
    assert desk.say("03-11 10:00", "grant", LEADER, text="按牵头单位意见办").accepted
    assert desk.state.stage is ProceedingStage.COMPLETED


def test_the_leader_may_deny_what_a_co_handler_dissents_from() -> None:
    desk = opened(joint())
    desk.say("03-03 10:00", "opine", CO_HANDLER, agreed=True)
    assert not desk.say("03-03 11:00", "opine", STRANGER, agreed=False).accepted
    assert desk.say("03-03 11:00", "opine", STRANGER, agreed=False, text="未做环评").accepted
    assert not desk.say("03-03 12:00", "deny", LEADER, reason="不同意").accepted
    assert desk.say("03-03 12:00", "finish", HANDLER, text="意见不一致").accepted
    assert desk.say("03-03 13:00", "deny", LEADER, reason="先行环评").accepted
    assert desk.state.stage is ProceedingStage.DENIED


def test_a_co_handler_speaks_once_for_itself_and_nobody_else_for_it() -> None:
    desk = opened(joint())
    assert not desk.say("03-03 10:00", "opine", HANDLER, agreed=True).accepted
    assert not desk.say("03-03 10:00", "opine", CO_HANDLER).accepted
    assert desk.say("03-03 10:00", "opine", CO_HANDLER, agreed=True).accepted
    assert not desk.say("03-03 10:00", "opine", CO_HEAD, agreed=False, text="改变主意").accepted


@given(
    said=st.lists(
        st.tuples(st.sampled_from([(CO_HANDLER, CO), (STRANGER, OTHER)]), st.booleans(), st.integers(3, 20)),
        max_size=4,
    ),
    law=st.sampled_from([None, LAW]),
    ends=st.integers(3, 20),
)
def test_all_agree_only_where_each_did_or_kept_silent_under_a_law(
    said: list[tuple[tuple[str, str], bool, int]], law: str | None, ends: int
) -> None:
    """Without `then: consent` a law beside it changes nothing; with it and no law silence does not count either."""
    desk = opened(joint(missed=Missed(then=Then.CONSENT, law=law), limit="20wd"))
    spoke: dict[str, bool] = {}
    for (by, organ), agreed, day in sorted(said, key=lambda one: one[2]):
        if day > ends:
            break
        if desk.say(f"03-{day:02d} 10:00", "opine", by, agreed=agreed, text="意见").accepted:
            spoke.setdefault(organ, agreed)
    answer = desk.say(f"03-{ends:02d} 12:00", "finish", HANDLER, text="联合意见")
    assert set(spoke) <= {CO, OTHER}
    silent = {CO, OTHER} - set(spoke)
    consenting = all(spoke.values()) and (not silent or (law is not None and ends > 9))
    assert bool(answer.accepted and not desk.of(ActName.ESCALATED)) is consenting
    assert bool(desk.of(ActName.OPINION_DEEMED)) is bool(silent and law and ends > 9)


def test_dissent_is_answered_where_the_procedure_asks_for_it() -> None:
    desk = opened(joint(), Replies(name="replies", title="答复"))
    desk.say("03-03 10:00", "opine", CO_HANDLER, agreed=True)
    desk.say("03-03 11:00", "opine", STRANGER, agreed=False, text="未做环评")
    desk.say("03-03 12:00", "finish", HANDLER, text="意见不一致")
    desk.say("03-03 13:00", "grant", LEADER, text="补做环评后实施")
    assert not desk.say("03-04 10:00", "publish", HANDLER, medium="简报").accepted
    answer = desk.say("03-04 10:00", "answer_opinion", HANDLER, representative=OTHER, adopted=True, reason="补做环评")
    assert answer.accepted
    assert desk.say("03-04 11:00", "publish", HANDLER, medium="简报").accepted
