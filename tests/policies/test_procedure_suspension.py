"""What stands still while a matter is suspended, for how long it may, and where everything ends afterwards?"""

from typing import Any

import pytest

from models.acts import ActName
from models.matters import ClockKind, Light, Stage
from tests.builders import CO, HANDLER, LEADER, OFFICER, STRANGER, Life, a_notice, at


def suspended(
    limit: str = "10wd",
    until: str | None = "2026-04-01",
    when: str = "03-04 10:00",
    start: str = "03-02 09:00",
    **said: Any,
) -> Life:
    life = Life(start, limit=limit, **said)
    life.say(when, "suspend", OFFICER, reason="等批复", until=until)
    return life


@pytest.mark.parametrize(
    ("until", "admitted"),
    [
        ("2026-04-03", True),  # thirty days after 4 March
        ("2026-04-04", False),
        ("30d", True),
        ("31d", False),
        ("4w", True),
        ("5w", False),
        ("1mo", False),  # to 4 April
        ("20wd", True),
        ("22wd", True),
        ("23wd", False),  # to 7 April
        ("48h", True),
        ("2026-04-03T23:59:59+08:00", True),
        ("2026-04-04T00:00:00+08:00", False),
        ("2026-03-04T10:00:01+08:00", True),
        ("2026-03-04T10:00:00+08:00", False),
        ("2026-03-03", False),
        ("2026-03-04", True),
        ("2026-03-20T18:00", False),  # without an offset
        ("2199-01-01", False),
        ("下周", False),
        ("", False),
        (None, False),
    ],
)
def test_a_suspension_ends_within_thirty_days(until: str | None, admitted: bool) -> None:
    life = suspended(until=until)
    assert life.answer.accepted is admitted
    if not admitted:
        assert life.answer.rule == "suspension"
        assert life.state.stops == ()


def test_the_longest_end_may_itself_be_moved_off_a_day_off() -> None:
    life = suspended(when="03-05 10:00", until="2026-04-04")
    assert life.the(ActName.SUSPENDED).due == at("04-07 18:00")
    assert suspended(when="03-05 10:00", until="2026-04-05").answer.rule == "suspension"


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_a_suspension_needs_a_reason(reason: str | None) -> None:
    life = Life()
    assert life.say("03-04 10:00", "suspend", OFFICER, reason=reason, until="2026-03-10").rule == "suspension"


@pytest.mark.parametrize("by", [HANDLER, LEADER, STRANGER])
def test_only_the_office_suspends_and_resumes(by: str | None) -> None:
    life = suspended()
    assert life.say("03-05 09:00", "resume", by).rule == "authority.office"
    assert Life().say("03-04 10:00", "suspend", by, reason="等", until="2026-03-10").rule == "authority.office"


def test_a_suspended_matter_is_not_suspended_again_and_a_running_one_not_resumed() -> None:
    life = suspended()
    assert life.say("03-05 09:00", "suspend", OFFICER, reason="等", until="2026-03-10").rule == "suspension"
    assert life.say("03-05 10:00", "resume", OFFICER).accepted
    assert life.say("03-05 11:00", "resume", OFFICER).rule == "suspension"


@pytest.mark.parametrize(
    ("when", "admitted"), [("03-09 17:59:59", True), ("03-09 18:00:00", False), ("03-09 18:00:01", False)]
)
def test_the_clocks_are_stopped_before_the_due_instant_or_not_at_all(when: str, admitted: bool) -> None:
    life = suspended("5wd", when=when)
    assert life.answer.accepted is admitted


@pytest.mark.parametrize(
    ("limit", "due"),
    [
        ("10wd", "03-19 18:00"),  # without the 4th, 5th and 6th
        ("10d", "03-16 18:00"),  # 12 March and three dates make Sunday the 15th
        ("9d", "03-16 18:00"),  # 11 March and three dates make Saturday the 14th
        ("8d", "03-13 18:00"),
        ("1w", "03-12 18:00"),
        ("1mo", "04-07 18:00"),  # 2 April and three dates make the 5th, a holiday
        ("2026-03-10", "03-13 18:00"),
        ("96h", "03-08 14:00"),  # fifty-three hours later than 6 March 09:00
    ],
)
def test_stopped_days_are_not_counted(limit: str, due: str) -> None:
    life = suspended(limit)
    life.say("03-06 15:00", "resume", OFFICER)
    assert life.the(ActName.RESUMED).due == at(due)
    life.say("03-06 15:00", "submit", text="办结")
    assert life.answer.accepted


@pytest.mark.parametrize(
    ("start", "limit", "stop", "go", "due"),
    [
        ("03-02 09:00", "same-day", "03-02 10:00", "03-02 11:00", "03-04 00:00"),
        ("03-02 09:00", "0.5wd", "03-02 10:00", "03-02 11:00", "03-03 12:00"),
        ("03-02 09:00", "2h", "03-02 10:00", "03-02 11:30", "03-02 12:30"),
        ("03-02 09:00", "1wd", "03-03 17:59:59", "03-03 17:59:59", "03-04 18:00"),
        ("03-02 09:00", "5wd", "03-07 10:00", "03-08 10:00", "03-09 18:00"),
        ("03-02 09:00", "5wd", "03-02 10:00", "03-02 11:00", "03-09 18:00"),
        ("03-02 09:00", "5d", "03-02 10:00", "03-02 11:00", "03-09 18:00"),
    ],
)
def test_a_stop_of_a_day_or_less(start: str, limit: str, stop: str, go: str, due: str) -> None:
    life = suspended(limit, until="2026-03-20", when=stop, start=start)
    assert life.answer.accepted
    life.say(go, "resume", OFFICER)
    assert life.the(ActName.RESUMED).due == at(due)


def test_two_stops_are_both_left_out() -> None:
    life = suspended()
    life.say("03-06 15:00", "resume", OFFICER)
    life.say("03-10 09:00", "suspend", OFFICER, reason="再等", until="2026-03-20")
    life.say("03-11 09:00", "resume", OFFICER)
    assert life.of(ActName.RESUMED)[-1].due == at("03-23 18:00")


def test_signing_stands_still_too() -> None:
    life = suspended(when="03-03 10:00")
    life.say("03-05 10:00", "resume", OFFICER)
    life.wait("03-20 00:00")
    assert life.when(ActName.SIGN_OVERDUE) == [at("03-06 18:00")]


def test_half_a_day_for_signing_starts_again_after_the_resume_day() -> None:
    life = suspended(when="03-02 10:00", urgency="急件")
    life.say("03-04 10:00", "resume", OFFICER)
    life.wait("03-20 00:00")
    assert life.when(ActName.SIGN_OVERDUE) == [at("03-05 12:00")]


def test_two_hours_for_signing_go_on_to_the_second() -> None:
    life = suspended(when="03-02 10:30:15", urgency="特急")
    life.say("03-04 12:00:15", "resume", OFFICER)
    life.wait("03-04 12:30")
    assert life.when(ActName.SIGN_OVERDUE) == [at("03-04 12:30")]


def test_urging_to_sign_goes_on_the_working_day_after_the_resume_day() -> None:
    life = suspended(when="03-05 10:00", until="2026-03-20")
    life.say("03-09 07:00", "resume", OFFICER)
    life.wait("03-11 12:00")
    reminded = [at(f"03-{day} 08:30") for day in ("04", "05", "10", "11")]
    assert life.when(ActName.SIGN_REMINDED) == reminded


def test_nothing_fires_while_suspended_but_the_end_of_the_suspension() -> None:
    life = suspended("5wd", until="2026-03-20", report_every="5d", co=[CO])
    before = len(life.acts)
    life.wait("2026-12-31 00:00")
    assert life.names()[before:] == ["suspension_overdue"]
    assert life.when(ActName.SUSPENSION_OVERDUE) == [at("03-20 18:00")]
    assert life.told(ActName.SUSPENSION_OVERDUE)[0] == LEADER
    assert life.state.suspended


def test_the_end_of_a_suspension_is_told_at_its_instant_and_not_when_resumed_before() -> None:
    life = suspended(until="2026-03-10")
    life.say("03-10 17:59:59", "resume", OFFICER)
    assert life.of(ActName.SUSPENSION_OVERDUE) == []
    late = suspended(until="2026-03-10")
    late.say("03-10 18:00", "resume", OFFICER)
    assert late.names()[-2:] == ["suspension_overdue", "resumed"]


def test_reminders_are_replaced_and_the_light_is_green_again_after_a_resumption() -> None:
    life = suspended("5wd", when="03-05 10:00")
    assert life.wait("03-05 10:00").state.light is Light.YELLOW
    life.say("03-09 09:00", "resume", OFFICER)
    assert life.the(ActName.RESUMED).due == at("03-12 18:00")
    assert life.state.light is Light.GREEN
    life.wait("03-12 17:00")
    assert [(act.at, act.days_left) for act in life.of(ActName.REMINDED)] == [
        (at("03-04 08:30"), 3),
        (at("03-11 08:30"), 1),
    ]


def test_a_stop_over_a_weekend_moves_no_working_days_and_no_light() -> None:
    life = suspended("5wd", when="03-07 10:00", until="2026-03-20")
    life.say("03-08 10:00", "resume", OFFICER)
    assert life.state.light is Light.YELLOW


def test_an_extension_is_decided_but_not_asked_for_while_suspended() -> None:
    life = Life(limit="5wd")
    life.say("03-03 10:00", "request_extension", limit="5wd")
    life.say("03-05 10:00", "suspend", OFFICER, reason="等批复", until="2026-03-20")
    life.say("03-06 10:00", "decide_extension", LEADER, granted=True)
    assert life.the(ActName.EXTENSION_GRANTED).due is None
    assert life.state.light is Light.GREEN
    life.say("03-09 10:00", "resume", OFFICER)
    # Ten working days from 2 March without the 5th, 6th and 9th.
    assert life.the(ActName.RESUMED).due == at("03-19 18:00")
    other = suspended()
    assert other.say("03-05 10:00", "request_extension", limit="1wd").rule == "extension"


def test_a_returned_clock_is_suspended_like_the_limit_it_replaced() -> None:
    life = Life(limit="1wd")
    life.say("03-03 10:00", "submit", text="办结")
    life.say("03-05 10:00", "verify", OFFICER, passed=False)
    assert life.the(ActName.RETURNED).due == at("03-10 18:00")
    life.say("03-06 10:00", "suspend", OFFICER, reason="等批复", until="2026-03-20")
    assert life.answer.accepted
    life.say("03-09 10:00", "resume", OFFICER)
    assert life.the(ActName.RESUMED).due == at("03-12 18:00")
    life.wait("03-12 18:00")
    assert life.names()[-2:] == ["light_changed", "rectification_ordered"]


def test_a_report_reported_during_a_suspension_is_verified_without_hurry() -> None:
    life = suspended()
    life.say("03-05 10:00", "submit", text="提前办结")
    life.wait("03-25 00:00")
    assert life.of(ActName.VERIFICATION_OVERDUE) == []
    life.say("03-25 10:00", "resume", OFFICER)
    assert life.the(ActName.RESUMED).due is None
    life.wait("04-30 00:00")
    assert life.when(ActName.VERIFICATION_OVERDUE) == [at("03-30 18:00")]


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.CANCELLED])
def test_ending_a_suspended_matter_ends_the_suspension(stage: Stage) -> None:
    life = suspended()
    if stage is Stage.CLOSED:
        life.say("03-05 10:00", "submit", text="办结")
        life.say("03-05 11:00", "verify", OFFICER, passed=True, method="document")
    else:
        life.say("03-05 11:00", "cancel", LEADER, reason="停办")
    assert life.state.stage is stage
    assert not life.state.suspended
    life.wait("05-31 00:00")
    assert life.names()[-1] == "archived"


def test_a_resumption_under_an_amended_calendar_moves_no_deadline_forward() -> None:
    life = Life("12-25 09:00", limit="15wd")
    life.say("2026-12-26 10:00", "suspend", OFFICER, reason="等批复", until="2026-12-30")
    life.load("2026-12-26 12:00", a_notice("2027-01-01", workdays=["2027-01-02..2027-01-03"], year=2027))
    life.say("2026-12-27 10:00", "resume", OFFICER)
    assert life.the(ActName.RESUMED).due == life.the(ActName.ASSIGNED).due == at("2027-01-18 18:00")


def test_a_stop_after_the_due_instant_of_the_same_day_excuses_nothing() -> None:
    life = Life(limit="10wd")
    life.say("03-03 19:00", "suspend", OFFICER, reason="等批复", until="2026-03-20")
    life.say("03-05 09:00", "resume", OFFICER)
    life.load("03-05 10:00", a_notice("2026-03-25"))
    assert life.of(ActName.FINDING_WITHDRAWN) == []
    assert life.when(ActName.SIGN_OVERDUE) == [at("03-03 18:00")]


@pytest.mark.parametrize("said", [True, False])
def test_a_kept_due_instant_is_later_by_what_was_stopped_also_where_its_clock_does_not_say_so(said: bool) -> None:
    """Clocks recorded by an earlier release do not say that they were kept; it is seen from what they count to."""
    life = Life(limit="8wd")
    life.load("03-03 10:00", a_notice("2026-03-25", workdays=["2026-03-07"]))
    assert life.state.clocks[ClockKind.LIMIT].kept
    if not said:
        clocks = {kind: clock.model_copy(update={"kept": False}) for kind, clock in life.state.clocks.items()}
        life.state = life.state.model_copy(update={"clocks": clocks, "limit": clocks[ClockKind.LIMIT]})
    life.say("03-05 10:00", "suspend", OFFICER, reason="等批复", until="2026-03-20")
    life.say("03-05 15:00", "resume", OFFICER)
    assert life.the(ActName.RESUMED).due == at("03-13 18:00")
    assert life.state.clocks[ClockKind.LIMIT].kept


def test_urgency_raised_while_the_clocks_stand_still_brings_the_sooner_signing_limit() -> None:
    life = suspended(when="03-03 10:00")
    life.say("03-05 15:00", "raise_urgency", OFFICER, urgency="急件")
    life.say("03-06 10:00", "resume", OFFICER)
    # Half a working day after the resumption, not the whole one that was left.
    assert life.state.clocks[ClockKind.SIGNING].due_at == at("03-09 12:00")
