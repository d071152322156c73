"""What does a notice loaded in the middle of a matter's life move, mark, tell and withdraw?"""

from typing import Any

import pytest

from models.acts import ActName
from models.matters import ClockKind, Light, Stage
from policies.procedures import STANDARD, load_text, shipped
from tests.builders import CO, CO_HANDLER, HANDLER, INDEPENDENT, LEADER, OFFICER, OTHER, STRANGER, Life, a_notice, at

MARCH_9 = a_notice("2026-03-09")
LATE_2026 = "2026-12-25 09:00"


def signed(limit: str = "5wd", start: str = "03-02 09:00", **said: Any) -> Life:
    life = Life(start, limit=limit, **said)
    life.say(start, "sign")
    return life


# --- marks and moves ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "limit", "provisional"),
    [
        ("2026-12-22 09:00", "2wd", None),  # the 23rd and the 24th
        ("2026-12-23 09:00", "2wd", True),  # the 24th and the 25th
        ("2026-12-21 09:00", "2026-12-24", None),
        ("2026-12-21 09:00", "2026-12-25", True),
        ("2026-12-24 09:00", "48h", None),
    ],
)
def test_a_day_counted_from_25_december_of_the_last_published_year_on_is_provisional(
    start: str, limit: str, provisional: bool | None
) -> None:
    assert Life(start, limit=limit).the(ActName.ASSIGNED).provisional is provisional


def test_a_later_notice_moves_the_deadline_replaces_the_reminders_and_tells_the_parties() -> None:
    life = signed("15wd", LATE_2026)
    assert life.the(ActName.ASSIGNED).due == at("2027-01-18 18:00")
    life.load("2026-12-30 10:00", a_notice("2027-01-01..2027-01-04", year=2027))
    told = life.the(ActName.CALENDAR_RECOMPUTED)
    assert (told.at, told.due, told.provisional) == (at("2026-12-30 10:00"), at("2027-01-19 18:00"), None)
    assert HANDLER in told.tell
    life.wait("2027-01-19 18:00")
    assert life.when(ActName.REMINDED) == [at("2027-01-14 08:30"), at("2027-01-18 08:30")]
    assert life.when(ActName.OVERDUE) == [at("2027-01-19 18:00")]


def test_an_earlier_notice_leaves_the_deadline_and_its_reminders_and_takes_away_the_mark() -> None:
    life = signed("15wd", LATE_2026)
    life.load("2026-12-30 10:00", a_notice("2027-01-01", workdays=["2027-01-02..2027-01-03"], year=2027))
    told = life.the(ActName.CALENDAR_RECOMPUTED)
    assert (told.due, told.provisional) == (at("2027-01-18 18:00"), None)
    life.wait("2027-01-18 18:00")
    assert life.when(ActName.OVERDUE) == [at("2027-01-18 18:00")]


def test_a_strict_policy_lets_an_earlier_notice_move_the_deadline_but_not_into_the_past() -> None:
    strict = load_text(shipped(STANDARD).text.replace('value: "no"', 'value: "yes"'), "strict.yaml")
    assert strict.in_force(at("03-02 09:00").date()).earlier_calendar_moves
    notice = a_notice("2027-01-01", workdays=["2027-01-02..2027-01-03"], year=2027)
    life = Life(LATE_2026, limit="15wd", procedure=strict)
    life.load("2026-12-30 10:00", notice)
    assert life.the(ActName.CALENDAR_RECOMPUTED).due == at("2027-01-14 18:00")
    late = Life(LATE_2026, limit="15wd", procedure=strict)
    late.load("2027-01-15 10:00", notice)
    assert late.the(ActName.CALENDAR_RECOMPUTED).due == at("2027-01-18 18:00")


def test_a_notice_about_other_days_is_not_told() -> None:
    life = signed()
    life.load("03-03 10:00", a_notice("2026-07-01"))
    assert life.names() == ["registered", "assigned", "signed"]


def test_a_notice_for_a_matter_not_yet_approved_moves_its_approval_only() -> None:
    life = Life(basis="群众来信")
    life.load("03-03 10:00", a_notice("2026-03-05"))
    assert life.names() == ["registered"]
    life.wait("03-06 18:00")
    assert life.when(ActName.APPROVAL_OVERDUE) == [at("03-06 18:00")]


def test_a_yellow_light_is_green_again_when_the_deadline_moves() -> None:
    life = signed().wait("03-04 09:00")
    life.load("03-04 10:00", a_notice("2026-03-05..2026-03-06"))
    assert life.names("03-04 09:30") == ["calendar_recomputed", "light_changed"]
    assert life.state.light is Light.GREEN


def test_a_verification_that_moves_changes_no_light() -> None:
    life = signed()
    life.say("03-04 09:00", "submit", text="办结")
    life.load("03-04 10:00", a_notice("2026-03-05..2026-03-06"))
    assert life.the(ActName.CALENDAR_RECOMPUTED).due == at("03-11 18:00")
    assert life.state.light is Light.YELLOW


def test_a_suspended_matter_is_ruled_again_when_it_is_resumed() -> None:
    life = signed()
    life.say("03-04 10:00", "suspend", OFFICER, reason="等批复", until="2026-03-20")
    life.load("03-04 11:00", MARCH_9)
    assert life.of(ActName.CALENDAR_RECOMPUTED) == []
    life.say("03-05 10:00", "resume", OFFICER)
    # Without the 4th, the 5th and, by the notice, the 9th.
    assert life.the(ActName.RESUMED).due == at("03-12 18:00")


def test_a_returned_clock_follows_the_limit_that_a_notice_moves() -> None:
    life = signed("10wd")
    life.say("03-03 10:00", "submit", text="办结")
    life.say("03-03 11:00", "verify", OFFICER, passed=False)
    assert life.the(ActName.RETURNED).due == at("03-16 18:00")
    life.load("03-04 10:00", MARCH_9)
    assert life.the(ActName.CALENDAR_RECOMPUTED).due == at("03-17 18:00")
    life.wait("03-17 18:00")
    assert life.when(ActName.RECTIFICATION_ORDERED) == [at("03-17 18:00")]


def test_the_archive_of_an_ended_matter_moves_without_a_word() -> None:
    life = signed()
    life.say("03-03 10:00", "cancel", LEADER, reason="停办")
    life.load("03-10 10:00", a_notice("2026-04-02"))
    assert life.names()[-1] == "cancelled"
    life.wait("04-30 00:00")
    assert life.when(ActName.ARCHIVED) == [at("04-03 18:00")]


@pytest.mark.parametrize("stage", [Stage.ARCHIVED, Stage.REFUSED])
def test_a_notice_leaves_archived_and_refused_matters_alone(stage: Stage) -> None:
    life = signed() if stage is Stage.ARCHIVED else Life(title="")
    if stage is Stage.ARCHIVED:
        life.say("03-03 10:00", "cancel", LEADER, reason="停办")
    life.wait("05-31 00:00")
    assert life.state.stage is stage
    before = life.names()
    life.load("06-01 10:00", MARCH_9)
    assert life.names() == before


# --- findings withdrawn ---------------------------------------------------------------------------------------------


def test_an_overdue_finding_is_withdrawn_and_the_limit_runs_on() -> None:
    life = signed()
    life.load("03-09 20:00", MARCH_9)
    assert life.names("03-09 19:00") == ["calendar_recomputed", "finding_withdrawn", "light_changed"]
    assert life.the(ActName.FINDING_WITHDRAWN).reason == "overdue"
    assert life.the(ActName.FINDING_WITHDRAWN).ruling is not None
    assert (life.state.stage, life.state.level, life.state.light) == (Stage.RUNNING, 0, Light.GREEN)
    life.say("03-10 17:00", "submit", text="办结")
    assert life.of(ActName.OVERDUE)[1:] == []


def test_a_matter_late_by_the_new_date_too_is_found_late_anew_from_the_notice_on() -> None:
    life = signed()
    life.load("03-20 10:00", MARCH_9)
    assert life.names("03-20 00:00") == [
        "calendar_recomputed",
        *["finding_withdrawn"] * 3,
        "accountability_concluded",
        "overdue",
        "supervised",
        "case_withdrawn",
    ]
    assert life.of(ActName.SUPERVISED)[-1].due == at("03-25 18:00")
    assert life.state.light is Light.RED
    assert not any(case.open for case in life.state.cases)


def test_a_denied_supervision_takes_back_what_was_built_on_it_and_leaves_the_overdue_finding() -> None:
    life = signed()  # overdue on the 9th, supervised until the 12th, to be put right by the 19th
    life.load("03-19 20:00", a_notice("2026-03-12..2026-03-20"))
    withdrawn = [act.reason for act in life.of(ActName.FINDING_WITHDRAWN)]
    assert withdrawn == ["rectification_ordered", "rectification_overdue"]
    assert life.the(ActName.CALENDAR_RECOMPUTED).due == at("03-23 18:00")
    assert (life.state.stage, life.state.level, life.state.light) == (Stage.SUPERVISED, 1, Light.RED)
    assert life.of(ActName.CASE_WITHDRAWN)
    life.wait("03-23 18:00")
    assert life.names()[-1] == "rectification_ordered"


def test_a_denied_rectification_withdraws_the_case_proposed_on_it_and_the_next_one_has_the_next_number() -> None:
    life = signed()
    life.load("03-19 20:00", a_notice("2026-03-19"))
    assert [act.reason for act in life.of(ActName.FINDING_WITHDRAWN)] == ["rectification_overdue"]
    concluded = life.the(ActName.ACCOUNTABILITY_CONCLUDED)
    assert (concluded.target, concluded.reason) == ("m1", "case_withdrawn")
    assert (life.state.stage, life.state.level) == (Stage.RECTIFYING, 2)
    life.wait("03-20 18:00")
    assert [act.target for act in life.of(ActName.CASE_PROPOSED)] == ["m1/case1", "m1/case2"]


def test_a_failure_noted_on_a_standing_case_is_withdrawn_without_the_case() -> None:
    life = signed().wait("03-26 18:00")
    life.load("03-26 20:00", a_notice("2026-03-26"))
    assert [act.reason for act in life.of(ActName.FINDING_WITHDRAWN)] == ["rectification_overdue"]
    assert life.of(ActName.CASE_WITHDRAWN) == []
    assert life.state.level == 3
    life.wait("03-27 18:00")
    assert len(life.of(ActName.FAILURE_NOTED)) == 2


def test_an_independent_organ_asked_too_early_is_not_asked_any_more() -> None:
    life = Life(lead=INDEPENDENT, limit="5wd").wait("03-13 00:00")
    life.load("03-13 10:00", a_notice("2026-03-09..2026-03-13"))
    assert [act.reason for act in life.of(ActName.FINDING_WITHDRAWN)] == ["overdue", "explanation_asked"]
    assert life.the(ActName.CALENDAR_RECOMPUTED).due == at("03-16 18:00")
    assert life.state.stage is Stage.RUNNING


def test_an_imported_matter_denied_is_noted_as_imported_again() -> None:
    life = Life(limit="5wd", assigned_at="2026-02-25T10:00:00+08:00", start="03-06 09:00")
    assert life.of(ActName.IMPORTED_OVERDUE)
    life.load("03-10 10:00", a_notice("2026-03-03"))
    assert life.names("03-10 09:00") == [
        "calendar_recomputed",
        "finding_withdrawn",
        "imported_overdue",
        "supervised",
    ]


@pytest.mark.parametrize(
    ("submitted_at", "again"),
    [("03-10 18:00:00", False), ("03-10 18:00:01", True)],
)
def test_a_matter_already_reported_is_late_only_by_the_new_date(submitted_at: str, again: bool) -> None:
    life = signed().wait("03-09 18:00")
    life.say(submitted_at, "submit", text="办结")
    life.load("03-11 10:00", MARCH_9)
    assert [act.reason for act in life.of(ActName.FINDING_WITHDRAWN)] == ["overdue"]
    assert len(life.of(ActName.OVERDUE)) == (2 if again else 1)
    assert life.state.light is (Light.RED if again else Light.GREEN)
    assert life.state.stage is Stage.SUBMITTED
    assert len(life.of(ActName.SUPERVISED)) == 1


def test_a_closed_matter_is_cleared_and_archived_once_its_case_is_withdrawn() -> None:
    life = signed().wait("03-19 18:00")
    life.say("03-20 09:00", "submit", text="办结")
    life.say("03-20 10:00", "verify", OFFICER, passed=True, method="document")
    life.wait("05-31 00:00")
    assert life.state.stage is Stage.CLOSED
    life.load("06-01 10:00", a_notice("2026-03-09..2026-03-19"))
    assert life.names("06-01 00:00") == [
        *["finding_withdrawn"] * 3,
        "accountability_concluded",
        "light_changed",
        "archived",
        "case_withdrawn",
    ]


def test_a_finding_denied_after_a_return_leaves_the_returned_clock_in_place() -> None:
    life = signed().wait("03-09 18:00")
    life.say("03-10 09:00", "submit", text="办结")
    life.say("03-10 10:00", "verify", OFFICER, passed=False)
    life.load("03-10 11:00", MARCH_9)
    assert life.state.stage is Stage.RETURNED
    assert [act.reason for act in life.of(ActName.FINDING_WITHDRAWN)] == ["overdue"]
    assert life.the(ActName.RETURNED).due == at("03-13 18:00")
    life.wait("03-13 18:00")
    assert life.names()[-2:] == ["light_changed", "rectification_ordered"]


def test_a_missed_return_stands_on_its_own_when_the_limit_before_it_is_denied() -> None:
    life = signed().wait("03-09 18:00")
    life.say("03-10 09:00", "submit", text="办结")
    life.say("03-10 10:00", "verify", OFFICER, passed=False)
    life.wait("03-20 18:00")  # the returned clock was missed on the 13th, rectification on the 20th
    life.load("03-21 10:00", MARCH_9)
    assert [act.reason for act in life.of(ActName.FINDING_WITHDRAWN)] == ["overdue"]
    assert life.state.cases[0].open
    assert life.state.light is Light.RED
    assert life.state.stage is Stage.RECTIFYING


def test_a_denied_return_runs_again() -> None:
    life = signed("1wd")
    life.say("03-03 09:00", "submit", text="办结")
    life.say("03-04 09:00", "verify", OFFICER, passed=False)
    life.wait("03-09 18:00")
    life.load("03-09 20:00", MARCH_9)
    assert life.the(ActName.CALENDAR_RECOMPUTED).due == at("03-10 18:00")
    assert (life.state.stage, life.state.light) == (Stage.RETURNED, Light.GREEN)
    assert set(life.state.clocks) == {ClockKind.RETURNED}


def test_a_denied_return_already_reported_again_is_cleared() -> None:
    life = signed("1wd")
    life.say("03-03 09:00", "submit", text="办结")
    life.say("03-04 09:00", "verify", OFFICER, passed=False)
    life.say("03-10 09:00", "submit", text="再报")
    life.load("03-10 10:00", MARCH_9)
    assert [act.reason for act in life.of(ActName.FINDING_WITHDRAWN)] == ["rectification_ordered"]
    assert life.state.light is Light.GREEN


# --- the other clocks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signs_at", "loaded_at", "withdrawn"),
    [
        (None, "03-03 20:00", True),  # there is time again
        (None, "03-04 18:00", False),  # it is late by the new date too
        ("03-04 17:59:59", "03-10 10:00", True),
        ("03-04 18:00:01", "03-10 10:00", False),
    ],
)
def test_a_late_signature_is_denied_when_it_was_or_can_be_in_time(
    signs_at: str | None, loaded_at: str, withdrawn: bool
) -> None:
    life = Life(limit="10wd")
    if signs_at:
        life.say(signs_at, "sign")
    life.load(loaded_at, a_notice("2026-03-03"))
    assert bool(life.of(ActName.FINDING_WITHDRAWN)) is withdrawn


def test_a_withdrawn_signing_is_urged_no_more_and_can_be_late_again() -> None:
    life = Life(limit="10wd")
    life.load("03-03 20:00", a_notice("2026-03-03..2026-03-04"))
    life.wait("03-06 12:00")
    assert life.when(ActName.SIGN_OVERDUE) == [at("03-03 18:00"), at("03-05 18:00")]
    assert life.when(ActName.SIGN_REMINDED) == [at("03-06 08:30")]


@pytest.mark.parametrize(("done_at", "found"), [("03-10 17:59:59", [OTHER]), ("03-10 18:00:01", [])])
def test_each_late_part_is_looked_at_by_itself(done_at: str, found: list[str]) -> None:
    life = Life(limit="5wd", co=[CO, OTHER])
    life.say("03-02 10:00", "sign")
    life.say(done_at, "report_progress", STRANGER, text="已办", done=True)
    life.load("03-11 10:00", MARCH_9)
    withdrawn = [act.subject for act in life.of(ActName.FINDING_WITHDRAWN) if act.reason == "co_overdue"]
    assert withdrawn == found


def test_a_part_that_has_time_again_falls_due_again() -> None:
    life = signed(co=[CO])
    life.say("03-09 19:00", "submit", text="办结", without_co="另报")
    life.load("03-09 20:00", MARCH_9)
    life.wait("03-10 18:00")
    assert life.when(ActName.CO_OVERDUE) == [at("03-09 18:00"), at("03-10 18:00")]
    assert [act.subject for act in life.of(ActName.FINDING_WITHDRAWN)] == [None, CO]


def test_nothing_falls_due_in_the_past_when_a_limit_is_denied_and_missed_again() -> None:
    life = signed(co=[CO])
    life.load("03-20 10:00", MARCH_9)
    life.say("03-20 11:00", "report_progress", CO_HANDLER, text="已办", done=True)
    assert [act.at for act in life.acts] == sorted(act.at for act in life.acts)
    assert len(life.of(ActName.CO_OVERDUE)) == 1


@pytest.mark.parametrize(
    ("verified_at", "loaded_at", "withdrawn"),
    [
        (None, "03-09 20:00", True),
        (None, "03-10 18:00", False),
        ("03-10 17:59:59", "03-16 10:00", True),
        ("03-10 18:00:01", "03-16 10:00", False),
    ],
)
@pytest.mark.parametrize("passed", [True, False])
def test_a_late_verification_is_denied_when_it_was_or_can_be_in_time(
    verified_at: str | None, loaded_at: str, withdrawn: bool, passed: bool
) -> None:
    life = signed("10wd")
    life.say("03-04 10:00", "submit", text="办结")
    if verified_at:
        life.say(verified_at, "verify", OFFICER, passed=passed, method="document")
    life.load(loaded_at, MARCH_9)
    assert bool(life.of(ActName.FINDING_WITHDRAWN)) is withdrawn


def test_a_verification_late_before_a_second_report_does_not_disturb_the_second_one() -> None:
    life = signed("2026-04-30")
    life.say("03-04 10:00", "submit", text="办结")
    life.say("03-09 18:30", "verify", OFFICER, passed=False)
    life.say("03-09 19:00", "submit", text="再报")
    life.load("03-09 20:00", MARCH_9)
    assert [act.reason for act in life.of(ActName.FINDING_WITHDRAWN)] == ["verification_overdue"]
    life.wait("03-31 00:00")
    assert life.when(ActName.VERIFICATION_OVERDUE) == [at("03-09 18:00"), at("03-12 18:00")]


def test_a_report_period_that_runs_on_asks_for_a_report_of_its_own() -> None:
    life = signed("3mo", report_every="7d")
    life.say("03-04 10:00", "report_progress", text="进展")
    life.wait("03-16 18:00")
    assert life.when(ActName.PROGRESS_OVERDUE) == [at("03-16 18:00")]
    life.load("03-16 20:00", a_notice("2026-03-16"))
    assert [act.reason for act in life.of(ActName.FINDING_WITHDRAWN)] == ["progress_overdue"]
    life.wait("03-17 18:00")
    assert life.when(ActName.PROGRESS_OVERDUE) == [at("03-16 18:00"), at("03-17 18:00")]


def test_no_report_period_runs_on_while_the_matter_lies_with_the_office() -> None:
    life = signed("3mo", report_every="7d").wait("03-09 18:00")
    life.say("03-09 19:00", "submit", text="办结")
    life.load("03-09 20:00", MARCH_9)
    life.wait("03-10 18:00")
    assert [act.reason for act in life.of(ActName.FINDING_WITHDRAWN)] == ["progress_overdue"]
    assert len(life.of(ActName.PROGRESS_OVERDUE)) == 1
