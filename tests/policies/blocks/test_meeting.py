"""Meetings and what is answered afterwards: days counted back, a third public, two thirds present, every opinion."""

import re
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.acts import ActName
from models.blocks import Meeting, Replies
from models.policy import Role
from models.proceedings import ProceedingStage
from tests.builders import CO, CO_HEAD, HANDLER, LEAD, OFFICER, OTHER
from tests.policies.blocks.lives import Desk

NOTICES = {"公告": "10wd", "代表名单": "7wd", "听证材料": "3wd"}


def meeting(**told: object) -> Meeting:
    return Meeting.model_validate({"name": "session", "title": "听证会", "by": Role.OFFICE, **told})


def people(public: int, others: int) -> list[dict[str, str]]:
    groups = ["公众", "利害关系人"]
    return [{"name": f"代表{one}", "group": groups[one % 2]} for one in range(public)] + [
        {"name": f"专家{one}", "group": "专家"} for one in range(others)
    ]


def names(invited: list[dict[str, str]]) -> list[str]:
    return [one["name"] for one in invited]


def convened(block: Meeting, on: str, invited: list[dict[str, str]], *more: Replies) -> Desk:
    desk = Desk(block, *more)
    assert desk.open().accepted
    assert desk.say("03-02 10:00", "convene", OFFICER, on=on, representatives=invited).accepted
    return desk


# --- which day ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "on", "accepted"),
    [
        ("03-02 10:00", "2026-03-13", False),
        ("03-02 10:00", "2026-03-16", True),
        ("03-02 17:59", "2026-03-16", True),
        ("03-02 18:00", "2026-03-16", False),
        ("03-03 09:00", "2026-03-16", False),
        ("03-03 09:00", "2026-03-17", True),
        # 4 to 6 April are off, so ten working days before 13 April reach back to 27 March.
        ("03-27 09:00", "2026-04-13", True),
        ("03-30 09:00", "2026-04-13", False),
    ],
)
def test_a_day_has_to_leave_ten_working_days_for_the_notice(when: str, on: str, accepted: bool) -> None:
    desk = Desk(meeting(notices=NOTICES))
    desk.open()
    assert desk.say(when, "convene", OFFICER, on=on).accepted is accepted


@given(days=st.integers(0, 30), ahead=st.integers(0, 40))
def test_the_earliest_day_named_is_accepted_and_none_before_it(days: int, ahead: int) -> None:
    today = date(2026, 3, 2) + timedelta(days=days)
    when, on = f"{today.month:02d}-{today.day:02d} 10:00", today + timedelta(days=ahead)
    desk = Desk(meeting(notices=NOTICES))
    desk.open()
    answer = desk.say(when, "convene", OFFICER, on=on.isoformat())
    if answer.accepted:
        return
    found = re.search(r"earliest: ([0-9-]{10})", answer.reason or "")
    assert found is not None
    earliest = date.fromisoformat(found[1])
    assert not desk.say(when, "convene", OFFICER, on=(earliest - timedelta(days=1)).isoformat()).accepted
    assert desk.say(when, "convene", OFFICER, on=earliest.isoformat()).accepted


# --- who is invited -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("public", "others", "accepted"),
    [
        (3, 6, True),
        (2, 7, False),
        (1, 2, True),
        (1, 3, False),
        (2, 4, True),
        (4, 9, False),
        (5, 8, True),
        (0, 0, False),
    ],
)
def test_a_third_of_the_representatives_are_public_and_stakeholders(public: int, others: int, accepted: bool) -> None:
    desk = Desk(meeting(public_share="1/3"))
    desk.open()
    answer = desk.say("03-02 10:00", "convene", OFFICER, on="2026-03-16", representatives=people(public, others))
    assert answer.accepted is accepted


def test_so_many_known_organs_are_invited_and_told() -> None:
    desk = Desk(meeting(organs=2))
    desk.open()
    said = {"do": "convene", "by": OFFICER, "on": "2026-03-04"}
    assert not desk.say("03-02 10:00", **said, organs=[CO]).accepted
    assert not desk.say("03-02 10:00", **said, organs=[CO, CO]).accepted
    assert not desk.say("03-02 10:00", **said, organs=[CO, "没有这个单位"]).accepted
    assert desk.say("03-02 10:00", **said, organs=[CO, OTHER]).accepted
    assert CO_HEAD in desk.the(ActName.MEETING_CONVENED).tell


# --- what is sent out -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "accepted"), [("03-04 10:00", True), ("03-05 17:59", True), ("03-05 18:00", False), ("03-06 09:00", False)]
)
def test_the_list_is_sent_seven_working_days_before_or_the_meeting_needs_another_day(when: str, accepted: bool) -> None:
    desk = convened(meeting(notices=NOTICES), "2026-03-16", people(1, 1))
    assert desk.say("03-02 11:00", "send_out", OFFICER, what="公告").accepted
    assert desk.say(when, "send_out", OFFICER, what="代表名单").accepted is accepted
    assert desk.say("03-11 17:00", "send_out", OFFICER, what="听证材料").accepted
    held = desk.say("03-16 10:00", "hold", OFFICER, present=["代表0"])
    assert held.accepted is accepted
    assert [act.reason for act in desk.of(ActName.STEP_OVERDUE)] == ([] if accepted else ["代表名单"])
    if not accepted:
        assert desk.say("03-16 11:00", "convene", OFFICER, on="2026-03-30").accepted
        assert not desk.say("03-30 10:00", "hold", OFFICER, present=["代表0"]).accepted


def test_only_what_the_procedure_names_is_sent_out_once_and_for_a_fixed_day() -> None:
    desk = Desk(meeting(notices=NOTICES))
    desk.open()
    assert not desk.say("03-02 10:00", "send_out", OFFICER, what="公告").accepted
    desk.say("03-02 10:00", "convene", OFFICER, on="2026-03-16")
    assert not desk.say("03-02 10:00", "send_out", OFFICER, what="请柬").accepted
    assert desk.say("03-02 10:00", "send_out", OFFICER, what="公告").accepted
    assert not desk.say("03-02 10:00", "send_out", OFFICER, what="公告").accepted


# --- holding it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("invited", "present", "held"), [(9, 6, True), (9, 5, False), (10, 7, True), (10, 6, False)])
def test_two_thirds_are_present_or_it_is_postponed(invited: int, present: int, held: bool) -> None:
    everybody = people(invited, 0)
    desk = convened(meeting(quorum="2/3"), "2026-03-04", everybody)
    assert desk.say("03-04 10:00", "hold", OFFICER, present=names(everybody)[:present]).accepted
    assert bool(desk.of(ActName.MEETING_HELD)) is held
    assert [act.value for act in desk.of(ActName.MEETING_POSTPONED)] == ([] if held else [f"{present}/{invited}"])


def test_it_is_postponed_as_often_as_allowed_then_has_failed() -> None:
    everybody = people(3, 0)
    desk = convened(meeting(quorum="2/3", postponed=1), "2026-03-04", everybody)
    desk.say("03-04 10:00", "hold", OFFICER, present=names(everybody)[:1])
    assert not desk.state.over
    assert not desk.say("03-04 11:00", "hold", OFFICER, present=names(everybody)).accepted
    assert desk.say("03-04 12:00", "convene", OFFICER, on="2026-03-06").accepted
    desk.say("03-06 10:00", "hold", OFFICER, present=names(everybody)[:1])
    assert desk.state.stage is ProceedingStage.DENIED
    assert [act.count for act in desk.of(ActName.MEETING_POSTPONED)] == [1, 2]


def test_it_is_held_on_its_day_with_those_invited_and_its_minutes() -> None:
    desk = convened(meeting(minutes=("会议纪要",)), "2026-03-04", people(2, 1))
    minutes = {"会议纪要": "1号"}
    assert not desk.say("03-03 10:00", "hold", OFFICER, present=["代表0"], evidence=minutes).accepted
    assert not desk.say("03-04 10:00", "hold", OFFICER, present=["代表0"]).accepted
    assert not desk.say("03-04 10:00", "hold", OFFICER, present=["过路人"], evidence=minutes).accepted
    absent = {"代表1": "没有到会"}
    assert not desk.say("03-04 10:00", "hold", OFFICER, present=["代表0"], opinions=absent, evidence=minutes).accepted
    assert not desk.say("03-04 10:00", "hold", HANDLER, present=["代表0"], evidence=minutes).accepted
    assert desk.say("03-04 10:00", "hold", OFFICER, present=["代表0"], evidence=minutes).accepted


# --- answering ------------------------------------------------------------------------------------------------------


def with_opinions(published: bool = True) -> Desk:
    replies = Replies(name="replies", title="答复", by=(Role.OFFICE,), published=published)
    desk = convened(meeting(), "2026-03-04", people(3, 0), replies)
    opinions = {"代表0": "太贵", "代表1": "太快", "代表2": "同意"}
    assert desk.say("03-04 10:00", "hold", OFFICER, present=list(opinions), opinions=opinions).accepted
    return desk


@pytest.mark.parametrize("order", list(permutations(["代表0", "代表1", "代表2"])))
def test_nothing_is_published_before_every_opinion_is_answered(order: tuple[str, ...]) -> None:
    desk = with_opinions()
    for minute, who in enumerate(order):
        assert not desk.say(f"03-05 10:{minute:02d}", "publish", OFFICER, medium="网站").accepted
        answer = desk.say(
            f"03-05 10:{minute:02d}", "answer_opinion", OFFICER, representative=who, adopted=who == "代表1", reason="因"
        )
        assert answer.accepted
    assert not desk.say("03-05 11:00", "publish", OFFICER).accepted
    assert desk.say("03-05 11:00", "publish", OFFICER, medium="网站").accepted
    assert desk.the(ActName.PUBLISHED).value == "1/3"
    assert desk.state.stage is ProceedingStage.COMPLETED


def test_an_answer_says_adopted_or_not_and_why_once() -> None:
    desk = with_opinions(published=False)
    said = {"do": "answer_opinion", "by": OFFICER, "representative": "代表0"}
    assert not desk.say("03-05 10:00", **said, reason="理由").accepted
    assert not desk.say("03-05 10:00", **said, adopted=False).accepted
    assert not desk.say("03-05 10:00", **{**said, "representative": "过路人"}, adopted=True, reason="理由").accepted
    assert desk.say("03-05 10:00", **said, adopted=False, reason="理由").accepted
    assert not desk.say("03-05 10:00", **said, adopted=True, reason="理由").accepted
    for who in ("代表1", "代表2"):
        desk.say("03-05 11:00", **{**said, "representative": who}, adopted=True, reason="理由")
    assert desk.state.stage is ProceedingStage.COMPLETED


def test_where_nobody_said_anything_there_is_nothing_to_answer() -> None:
    replies = Replies(name="replies", title="答复", by=(Role.OFFICE,), published=False)
    desk = convened(meeting(), "2026-03-04", people(1, 0), replies)
    assert desk.say("03-04 10:00", "hold", OFFICER, present=["代表0"]).accepted
    assert desk.state.stage is ProceedingStage.COMPLETED
    assert desk.state.terms is not None
    assert desk.state.terms.lead == LEAD
