"""Signing, reporting, co-handlers and reminders: what is due when, and on which side of the due instant is it late?"""

from typing import Any

import pytest

from models.acts import ActName
from models.matters import Light, Stage
from tests.builders import (
    CO,
    CO_HANDLER,
    CO_HEAD,
    HANDLER,
    HEAD,
    LEADER,
    OFFICER,
    OTHER,
    STRANGER,
    Life,
    at,
)


@pytest.mark.parametrize(
    ("when", "names"),
    [
        ("03-03 17:59:59", ["signed"]),
        ("03-03 18:00:00", ["sign_overdue", "signed"]),
        ("03-03 18:00:01", ["sign_overdue", "signed"]),
    ],
)
def test_signing_is_late_from_the_due_instant_on(when: str, names: list[str]) -> None:
    life = Life()
    life.say(when, "sign")
    assert life.names()[2:] == names
    assert ActName.SIGN_REMINDED not in [act.act for act in life.wait("03-10 00:00").acts]


@pytest.mark.parametrize(
    ("urgency", "start", "due"),
    [
        ("平件", "03-06 23:00", "03-09 18:00"),
        ("平件", "03-07 10:00", "03-09 18:00"),
        ("急件", "03-06 08:00", "03-06 18:00"),
        ("急件", "03-06 12:00:00", "03-06 18:00"),
        ("急件", "03-06 12:00:01", "03-09 12:00"),
        ("急件", "03-06 20:00", "03-09 12:00"),
        ("急件", "03-07 09:00", "03-09 12:00"),
        ("急件", "02-14 09:00", "02-14 18:00"),  # a make-up Saturday
        ("特急", "03-06 17:00", "03-06 19:00"),
        ("特急", "03-06 23:30", "03-07 01:30"),
    ],
)
def test_signing_runs_by_urgency(urgency: str, start: str, due: str) -> None:
    life = Life(start, urgency=urgency).wait("03-20 00:00")
    assert life.when(ActName.SIGN_OVERDUE) == [at(due)]


def test_urging_to_sign_comes_at_the_opening_of_every_working_day_until_signed() -> None:
    life = Life("02-12 09:00", limit="15wd")
    life.say("02-25 08:30", "sign")
    assert life.when(ActName.SIGN_OVERDUE) == [at("02-13 18:00")]
    assert life.when(ActName.SIGN_REMINDED) == [at("02-14 08:30"), at("02-24 08:30"), at("02-25 08:30")]
    assert life.names()[-1] == "signed"
    life.wait("03-04 00:00")
    assert len(life.of(ActName.SIGN_REMINDED)) == 3


def test_urging_to_sign_comes_the_same_morning_when_two_hours_ran_out_before_it() -> None:
    life = Life("03-03 06:00", urgency="特急", limit="3wd").wait("03-04 12:00")
    assert life.when(ActName.SIGN_OVERDUE) == [at("03-03 08:00")]
    assert life.when(ActName.SIGN_REMINDED) == [at("03-03 08:30"), at("03-04 08:30")]


def test_urging_to_sign_waits_a_day_when_signing_was_due_at_the_opening() -> None:
    life = Life("03-03 06:30", urgency="特急", limit="3wd").wait("03-04 12:00")
    assert life.when(ActName.SIGN_REMINDED) == [at("03-04 08:30")]


@pytest.mark.parametrize("by", [HANDLER, HEAD])
def test_the_handler_and_the_head_of_the_lead_sign(by: str | None) -> None:
    assert Life().say("03-02 10:00", "sign", by).accepted


@pytest.mark.parametrize(
    ("do", "fields"),
    [
        ("report_progress", {"text": "已启动"}),
        ("request_extension", {"limit": "1wd"}),
        ("submit", {"text": "办结"}),
    ],
)
def test_an_accepted_command_of_the_lead_signs_first(do: str, fields: dict[str, Any]) -> None:
    life = Life()
    life.say("03-02 10:00", do, **fields)
    assert life.names()[2] == "signed"
    assert len(life.names()) == 4
    life.say("03-02 11:00", "sign")
    assert life.answer.rule == "signing"


def test_a_refused_command_of_the_lead_does_not_sign() -> None:
    life = Life(co=[CO])
    life.say("03-02 10:00", "submit", text="办结")
    life.say("03-02 10:00", "request_extension", limit="16wd")
    assert life.state.signed_at is None
    assert life.names()[2:] == ["refused", "refused"]


def test_a_report_of_a_co_handler_does_not_sign_for_the_lead() -> None:
    life = Life(co=[CO])
    life.say("03-02 10:00", "report_progress", CO_HANDLER, text="协办已启动")
    assert life.state.signed_at is None


@pytest.mark.parametrize("by", [STRANGER, OFFICER, LEADER])
def test_only_the_parties_report(by: str | None) -> None:
    assert Life(co=[CO]).say("03-02 10:00", "report_progress", by).rule == "authority.parties"


# --- report periods -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "late"),
    [
        ("03-02 09:00", False),  # the instant of assignment belongs to the first period
        ("03-09 17:59:59", False),
        ("03-09 18:00:00", True),
    ],
)
def test_a_report_counts_for_the_period_in_which_it_comes(when: str, late: bool) -> None:
    life = Life(limit="3mo", report_every="7d")
    life.say(when, "report_progress", text="进展")
    life.wait("03-09 18:00")
    assert bool(life.of(ActName.PROGRESS_OVERDUE)) is late


def test_a_report_at_the_end_of_a_period_counts_for_the_next_one() -> None:
    life = Life(limit="3mo", report_every="7d")
    life.say("03-09 18:00", "report_progress", text="进展")
    life.wait("03-23 18:00")
    assert life.when(ActName.PROGRESS_OVERDUE) == [at("03-09 18:00"), at("03-23 18:00")]


def test_periods_are_counted_from_assignment_and_keep_the_day_of_the_month() -> None:
    life = Life("01-30 09:00", limit="2026-07-31", report_every="monthly").wait("05-31 23:00")
    # 30 January plus one month is 28 February, a make-up Saturday; plus two is 30 March again.
    due = ["02-28 18:00", "03-30 18:00", "04-30 18:00"]
    assert life.when(ActName.PROGRESS_OVERDUE) == [at(day) for day in due]


def test_no_report_is_owed_while_the_matter_lies_with_the_office() -> None:
    life = Life(limit="3mo", report_every="7d")
    life.say("03-05 09:00", "submit", text="办结")
    life.wait("03-31 00:00")
    assert life.of(ActName.PROGRESS_OVERDUE) == []


def test_after_a_return_reports_are_owed_again_from_the_period_then_running() -> None:
    life = Life(limit="3mo", report_every="7d")
    life.say("03-05 09:00", "submit", text="办结")
    life.say("03-18 09:00", "verify", OFFICER, passed=False)
    life.wait("03-30 18:00")
    assert life.when(ActName.PROGRESS_OVERDUE) == [at("03-23 18:00"), at("03-30 18:00")]


def test_a_matter_overdue_still_owes_its_reports() -> None:
    life = Life(limit="1wd", report_every="7d").wait("03-16 18:00")
    assert life.when(ActName.PROGRESS_OVERDUE) == [at("03-09 18:00"), at("03-16 18:00")]


# --- co-handlers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "late"), [("03-09 17:59:59", False), ("03-09 18:00:00", True), ("03-09 18:00:01", True)]
)
def test_a_part_is_late_from_the_due_instant_of_the_matter_on(when: str, late: bool) -> None:
    life = Life(limit="5wd", co=[CO])
    life.say(when, "report_progress", CO_HANDLER, text="已办", done=True)
    assert bool(life.of(ActName.CO_OVERDUE)) is late


def test_each_open_part_is_told_to_its_own_head() -> None:
    life = Life(limit="5wd", co=[CO, OTHER]).wait("03-09 18:00")
    late = life.of(ActName.CO_OVERDUE)
    assert [act.subject for act in late] == [CO, OTHER]
    assert [act.tell[0] for act in late] == [CO_HEAD, "公安局长"]


def test_an_open_part_stands_in_the_way_of_reporting_unless_a_reason_is_given() -> None:
    life = Life(limit="5wd", co=[CO])
    assert life.say("03-03 10:00", "submit", text="办结").rule == "submission"
    assert life.say("03-03 10:01", "submit", text="办结", without_co=" ").rule == "submission"
    assert life.say("03-03 10:02", "submit", text="办结", without_co="另行报送").accepted
    assert life.the(ActName.SUBMITTED).reason == "另行报送"


def test_a_part_left_open_by_the_lead_still_falls_due() -> None:
    life = Life(limit="5wd", co=[CO])
    life.say("03-03 10:00", "submit", text="办结", without_co="另行报送")
    life.wait("03-09 18:00")
    assert life.when(ActName.CO_OVERDUE) == [at("03-09 18:00")]


def test_a_part_follows_an_extension_of_the_matter() -> None:
    life = Life(limit="5wd", co=[CO])
    life.say("03-03 10:00", "request_extension", limit="2wd")
    life.say("03-03 11:00", "decide_extension", LEADER, granted=True)
    life.wait("03-12 00:00")
    assert life.when(ActName.CO_OVERDUE) == [at("03-11 18:00")]


def test_a_part_is_finished_once_and_by_its_own_organ() -> None:
    life = Life(limit="5wd", co=[CO])
    life.say("03-03 10:00", "report_progress", HANDLER, text="代报", done=True)
    assert life.state.co_done == {}
    life.say("03-03 11:00", "report_progress", CO_HANDLER, text="已办", done=True)
    life.say("03-04 11:00", "report_progress", CO_HANDLER, text="又办", done=True)
    assert life.state.co_done == {CO: at("03-03 11:00")}


# --- reminders and lights -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("03-02 09:00", "5wd", [("03-04 08:30", 3), ("03-06 08:30", 1)]),
        ("03-02 09:00", "3wd", [("03-04 08:30", 1)]),  # T-3 is the day of assignment, half an hour ago
        ("03-02 08:29:59", "3wd", [("03-02 08:30", 3), ("03-04 08:30", 1)]),
        ("03-02 08:30:00", "3wd", [("03-04 08:30", 1)]),
        ("03-02 09:00", "1wd", []),
        ("03-01 09:00", "1wd", []),
        ("03-02 09:00", "2026-03-08", [("03-04 08:30", 3), ("03-06 08:30", 1)]),
        ("09-29 16:00", "5wd", [("10-08 08:30", 3), ("10-10 08:30", 1)]),
        ("03-02 09:00", "same-day", []),
        ("03-02 09:00", "96h", [("03-03 08:30", 3), ("03-05 08:30", 1)]),
    ],
)
def test_reminders_come_that_many_working_days_before_the_last_day_if_still_ahead(
    start: str, limit: str, expected: list[tuple[str, int]]
) -> None:
    life = Life(start, limit=limit).wait("2026-12-01 00:00")
    assert [(act.at, act.days_left) for act in life.of(ActName.REMINDED)] == [(at(when), n) for when, n in expected]


@pytest.mark.parametrize("urgency", ["急件", "特急"])
def test_urgent_matters_are_reminded_on_the_last_working_day_before(urgency: str) -> None:
    life = Life(limit="5wd", urgency=urgency).wait("03-09 18:00")
    assert [(act.at, act.days_left) for act in life.of(ActName.REMINDED)] == [(at("03-06 08:30"), 1)]


def test_the_light_is_yellow_from_the_first_reminder_and_red_from_the_due_instant() -> None:
    life = Life(limit="5wd")
    assert life.wait("03-04 08:29:59").state.light is Light.GREEN
    assert life.wait("03-04 08:30").state.light is Light.YELLOW
    assert life.wait("03-09 17:59:59").state.light is Light.YELLOW
    assert life.wait("03-09 18:00").state.light is Light.RED
    assert [act.light for act in life.of(ActName.LIGHT_CHANGED)] == ["yellow", "red"]


def test_reporting_completion_keeps_the_light_and_ends_the_reminders() -> None:
    life = Life(limit="5wd")
    life.say("03-04 09:00", "submit", text="办结")
    life.wait("03-31 00:00")
    assert [act.light for act in life.of(ActName.LIGHT_CHANGED)] == ["yellow"]
    assert len(life.of(ActName.REMINDED)) == 1


def test_a_late_matter_stays_red_when_it_is_reported_and_closed() -> None:
    life = Life(limit="5wd")
    life.say("03-10 09:00", "submit", text="办结")
    life.say("03-10 10:00", "verify", OFFICER, passed=True, method="document")
    assert life.state.stage is Stage.CLOSED
    assert life.state.light is Light.RED
