"""Clocks of steps at the edges: set too late, standing still, taken back; and who stands above those who owe a step."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from models.acts import ActName
from models.blocks import Approval, Checklist, Deadline, Filing, Indicator, Joint, Meeting, Missed, PublicNotice, Then
from models.policy import Role
from models.proceedings import StepClockKind
from policies.block_procedures import all_shipped, is_limit, limits_of, load_blocks
from policies.calendar import standard_calendar
from policies.deadlines import window_end
from policies.documents import DocumentError, Path
from policies.limits import parse_limit
from policies.proceeding import next_due
from tests.builders import (
    ABOVE,
    CO,
    CO_HANDLER,
    CO_HEAD,
    HANDLER,
    HEAD,
    LEAD,
    LEADER,
    OFFICE,
    OFFICE_HEAD,
    OFFICER,
    OTHER,
    a_notice,
    at,
)
from tests.policies.blocks.lives import Desk

NOTICE = PublicNotice(name="notice", title="公示", by=(Role.OFFICE,), length="30d", answer="5d",
                      missed=Missed(again="20d"))  # fmt: skip
WAITING = Deadline(name="done", title="办理", limit="5wd", pauses=("听证",))


# --- set too late ---------------------------------------------------------------------------------------------------


def test_an_objection_that_waited_too_long_behind_another_is_missed_when_its_turn_comes() -> None:
    desk = Desk(NOTICE)
    desk.open()
    desk.say("03-02 10:00", "publish", OFFICER, medium="网站")
    desk.say("03-03 10:00", "raise_objection", HANDLER, number="1", text="异议")
    desk.say("03-04 10:00", "raise_objection", HANDLER, number="2", text="异议")
    desk.say("03-20 10:00", "answer_objection", OFFICER, number="1", upheld=False, reason="不成立")
    desk.wait("03-20 10:00")
    assert [act.at for act in desk.of(ActName.STEP_OVERDUE)] == [at("03-09 18:00"), at("03-20 10:00")]
    assert [act.at for act in desk.acts] == sorted(act.at for act in desk.acts)


def test_a_miss_taken_back_whose_new_day_has_passed_as_well_is_found_again_then() -> None:
    desk = Desk(Deadline(name="done", title="办理", limit="5wd"))
    desk.open()
    desk.wait("03-20 09:00")
    desk.load("03-20 09:00", a_notice("2026-03-09"))
    desk.wait("03-20 09:00")
    assert [act.at for act in desk.of(ActName.STEP_OVERDUE)] == [at("03-09 18:00"), at("03-20 09:00")]
    assert desk.the(ActName.FINDING_WITHDRAWN).at == at("03-20 09:00")


# --- standing still -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "stops", "last"),
    [
        ("5d", [], "2026-03-07"),
        ("5d", [("03-04 10:00", "03-05 10:00")], "2026-03-09"),
        ("5d", [("03-01 10:00", "03-02 09:00")], "2026-03-07"),
        ("5d", [("03-07 23:00", "03-07 23:30")], "2026-03-08"),
        ("5d", [("03-08 00:00", "03-09 10:00")], "2026-03-07"),
        ("5d", [("03-04 10:00", "03-05 10:00"), ("03-09 10:00", "03-10 10:00")], "2026-03-11"),
        ("3wd", [("03-04 10:00", "03-08 10:00")], "2026-03-10"),
        ("2026-03-07", [("03-04 10:00", "03-05 10:00")], "2026-03-07"),
    ],
)
def test_a_public_notice_is_longer_by_the_days_on_which_it_stood_still(
    length: str, stops: list[tuple[str, str]], last: str
) -> None:
    spans = [(at(begun), at(over)) for begun, over in stops]
    assert window_end(date(2026, 3, 2), parse_limit(length), standard_calendar(), spans).isoformat() == last


def test_a_public_notice_that_stood_still_is_never_due_in_the_past() -> None:
    desk = Desk(NOTICE.model_copy(update={"length": "5d", "pauses": ("听证",)}))
    desk.open()
    desk.say("03-02 10:00", "publish", OFFICER, medium="网站")
    limit = Deadline(name="notice", title="公示", limit="20wd")
    desk.states["proceeding/1"] = desk.state.model_copy(
        update={"clocks": {**desk.state.clocks, **_running(desk, limit)}}
    )
    assert desk.say("03-04 10:00", "suspend", OFFICER, reason="听证", until="20d").accepted
    assert desk.say("03-12 10:00", "resume", OFFICER).accepted
    due = next_due(desk.state)
    assert due is not None
    assert due.at >= at("03-12 10:00")
    assert desk.state.clocks[StepClockKind.NOTICE].due_at == at("03-17 00:00")


def _running(desk: Desk, block: Deadline) -> dict[StepClockKind, object]:
    other = Desk(block)
    other.open()
    return dict(other.state.clocks)


@pytest.mark.parametrize(
    ("until", "accepted"),
    [(None, False), ("2026-03-03", True), ("2026-03-02", False), ("30d", True), ("31d", False), ("2026-04-02", True),
     ("2026-04-03", False)],
)  # fmt: skip
def test_a_pause_has_an_end_of_thirty_days_at_most(until: str | None, accepted: bool) -> None:
    desk = Desk(WAITING)
    desk.open()
    now = "03-02 19:00" if until == "2026-03-02" else "03-03 10:00"
    assert desk.say(now, "suspend", OFFICER, reason="听证", until=until).accepted is accepted


def test_an_applicant_who_has_to_bring_more_is_not_counted_as_late() -> None:
    permit = Approval(name="permit", title="准予", by=(Role.OFFICE,), validity="30d")
    desk = Desk(permit, Checklist(name="check", title="受理", by=(Role.OFFICE,), limit="5wd", items=("申请", "证明")))
    desk.open()
    desk.say("03-02 10:00", "grant", OFFICER)
    assert desk.say("03-03 10:00", "check_items", OFFICER, missing=["证明"]).accepted
    assert desk.state.limit is None, "lists show it as overdue from then"
    assert StepClockKind.VALIDITY in desk.state.clocks, "what was granted stays valid meanwhile"
    answer = desk.say("03-20 10:00", "supplement", OFFICER, items=["申请", "别的"])
    assert not answer.accepted
    assert "证明" in (answer.reason or "")
    assert desk.say("03-20 10:00", "supplement", OFFICER, items=["证明"]).accepted


def test_a_figure_moved_by_the_calendar_keeps_its_reminders() -> None:
    desk = Desk(
        Indicator.model_validate(
            {"name": "rate", "title": "率", "target": "90", "every": "1mo", "period": "3mo", "due_within": "5wd",
             "reminders": (1,)}
        )
    )  # fmt: skip
    desk.open()
    desk.load("03-03 10:00", a_notice("2026-04-08"))
    assert [one.at for one in desk.state.clocks[StepClockKind.SIDE].reminders] == [at("04-07 08:30")]


# --- who stands above -----------------------------------------------------------------------------------------------


def test_papers_not_sent_out_in_time_are_told_above_whoever_calls_the_meeting() -> None:
    desk = Desk(Meeting(name="session", title="会议", notices={"材料": "3wd"}))
    desk.open(lead=OFFICE)
    desk.say("03-02 10:00", "convene", OFFICER, on="2026-03-13", organs=[CO])
    assert LEADER in desk.wait("03-12 09:00").the(ActName.STEP_OVERDUE).tell


def test_each_organ_that_owes_a_step_has_its_own_above_it() -> None:
    desk = Desk(Approval(name="all", title="会签", by=(Role.LEADER, Role.CO_HEADS), limit="5wd", all_of=True))
    desk.open(co=[CO, OTHER])
    told = desk.wait("03-09 18:00").the(ActName.STEP_OVERDUE).tell
    assert {ABOVE, LEADER} <= set(told)


def test_a_step_that_nobody_holds_is_the_leaders_once_it_was_missed() -> None:
    desk = Desk(Deadline(name="done", title="办理", by=(Role.SUBJECT,), limit="5wd"))
    desk.open(subject="某学校")
    assert LEADER in desk.wait("03-09 18:00").the(ActName.STEP_OVERDUE).tell
    assert desk.say("03-10 10:00", "finish", LEADER).accepted


# --- whose it is to decide ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("do", "said"), [("grant", {}), ("deny", {"reason": "理由"})])
def test_nobody_decides_what_his_own_organ_asks(do: str, said: dict[str, str]) -> None:
    desk = Desk(Approval(name="ask", title="审批", by=(Role.LEADER,), limit="5wd"))
    desk.open(lead="区政府", leader=LEADER)
    assert desk.say("03-03 10:00", do, LEADER, **said).rule == "authority.own_cause"
    desk.wait("03-09 18:00")
    assert desk.say("03-10 10:00", do, ABOVE, **said).accepted, "the organ above does"


def test_nobody_decides_about_his_own_organ() -> None:
    desk = Desk(Approval(name="ask", title="审批", by=(Role.LEAD_HEAD, Role.OFFICE_HEAD)))
    desk.open(subject=LEAD)
    assert desk.say("03-03 10:00", "grant", HEAD).rule == "authority.own_cause"
    assert desk.say("03-03 10:00", "grant", OFFICE_HEAD).accepted


def test_silence_agrees_for_nobody_whose_time_still_runs() -> None:
    block = Joint(name="joint", title="会办", limit="3wd", opinion="10wd", missed=Missed(then=Then.CONSENT, law="某法"))
    desk = Desk(block)
    desk.open(co=[CO])
    assert not desk.wait("03-06 09:00").of(ActName.OPINION_DEEMED)
    assert desk.say("03-06 10:00", "opine", CO_HANDLER, agreed=False, text="不同意").accepted


def test_a_receipt_is_given_for_nobody_but_ones_own_and_those_below() -> None:
    desk = Desk(Filing(name="copy", title="抄送", what="copy", to=(Role.CO_HEADS, Role.LEADER), receipt="5wd"))
    desk.open(co=[CO])
    desk.say("03-02 10:00", "send_paper", HANDLER, number="一号")
    desk.wait("03-09 18:00")
    assert desk.say("03-10 10:00", "acknowledge", ABOVE).accepted
    assert [act.subject for act in desk.of(ActName.RECEIPT_GIVEN)] == [CO, "区政府"]


def test_only_the_receiver_refuses_a_transfer_and_who_stands_above_decides() -> None:
    desk = Desk(Filing(name="send", title="移送", what="transfer", to=(Role.CO_HEADS,), receipt="5wd"))
    desk.open(co=[CO])
    desk.say("03-02 10:00", "send_paper", HANDLER, number="一号")
    desk.wait("03-09 18:00")
    assert not desk.say("03-10 10:00", "acknowledge", LEADER, accepted=False, reason="不收").accepted
    assert desk.say("03-10 11:00", "acknowledge", CO_HEAD, accepted=False, reason="不属我局").accepted
    assert desk.say("03-10 12:00", "acknowledge", LEADER, accepted=True, reason="应收").accepted


# --- what a file may say --------------------------------------------------------------------------------------------

FILE = """
name: x
title: 程序 Procedure
parameters:
  n: [{{from: 2020-01-01, value: {value}, source: house rule}}]
steps:
  - {{name: a, title: 甲, {step}}}
"""


@pytest.mark.parametrize(
    ("value", "step", "why"),
    [
        ("52w", "block: first_offence, within: n", "months"),
        ("5wd", "block: deadline, limit: n, counted: before_event, more_time: {longest: n}", "no more time"),
        ("5wd", "block: deadline, limit: n, more_time: {longest: n, by: office.head}", "leader"),
    ],
)
def test_a_file_that_asks_for_what_never_works_is_refused(value: str, step: str, why: str) -> None:
    with pytest.raises(DocumentError, match=why):
        load_blocks(FILE.format(value=value, step=step), "x.yaml")


def test_every_limit_of_every_procedure_is_checked_as_one() -> None:
    """What a block calls a limit is said by its type alone; lengths of periods are no limits."""
    for procedure in all_shipped():
        plan = procedure.in_force(procedure.first_day)
        for place, step in enumerate(plan.steps):
            checked = {path for path, _ in limits_of(step, ("steps", place))}
            for path, text in _texts(step.model_dump(mode="json"), ("steps", place)):
                if path[-1] not in ("every", "period") and is_limit(text):
                    assert path in checked, f"{procedure.name}: {path}"


def _texts(content: Any, at_: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(content, dict):
        for name, part in content.items():
            yield from _texts(part, (*at_, name))
    elif isinstance(content, list):
        for place, part in enumerate(content):
            yield from _texts(part, (*at_, place))
    elif isinstance(content, str):
        yield at_, content
