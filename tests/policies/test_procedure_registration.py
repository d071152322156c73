"""Which matters are admitted, which wait for approval, and which come in as already assigned?"""

from typing import Any

import pytest

from models.acts import ActName
from models.matters import Light, Severity, Stage, Urgency
from tests.builders import (
    ABOVE,
    CAST,
    CO,
    CO_HANDLER,
    HANDLER,
    HEAD,
    INDEPENDENT,
    LEAD,
    LEADER,
    NOBODY,
    OFFICER,
    OTHER,
    STRANGER,
    Life,
    at,
)


def test_a_matter_gets_the_defaults_of_the_policy() -> None:
    life = Life()
    terms = life.state.terms
    assert terms is not None
    assert (terms.basis, terms.urgency, terms.limit, terms.severity) == (
        "会议决定",
        Urgency.PLAIN,
        "15wd",
        Severity.ORDINARY,
    )
    assert life.names() == ["registered", "assigned"]
    assert life.the(ActName.ASSIGNED).due == at("03-23 18:00")


def test_the_office_registers_where_nobody_is_named() -> None:
    assert Life().the(ActName.REGISTERED).by == OFFICER


@pytest.mark.parametrize("by", [HANDLER, LEADER, STRANGER, NOBODY])
def test_only_posts_of_the_office_register(by: str | None) -> None:
    life = Life(by=by)
    assert life.names() == ["refused"]
    assert life.answer.rule == "authority.office"
    assert life.state.stage is Stage.REFUSED


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"title": " "}, "title"),
        ({"lead": None}, "lead"),
        ({"office": ""}, "office"),
        ({"leader": None}, "leader"),
        ({"lead": "没有这个局"}, "unknown organ"),
        ({"office": "没有这个室"}, "unknown organ"),
        ({"co": ["没有这个局"]}, "unknown co-handler"),
        ({"leader": NOBODY}, "unknown post"),
        ({"responsible": NOBODY}, "unknown post"),
        ({"panel": [LEADER, NOBODY]}, "unknown post"),
        ({"reviewers": [NOBODY]}, "unknown post"),
        ({"co": [LEAD]}, "also a co-handler"),
        ({"urgency": "十万火急"}, "平件"),
        ({"severity": "huge"}, "ordinary"),
        ({"limit": "三天"}, "15wd"),
        ({"limit": "0wd"}, "leading zeros"),
        ({"report_every": "sometimes"}, "weekly"),
        ({"report_every": "24h"}, "weekly"),
        ({"report_every": "0.5wd"}, "weekly"),
        ({"assigned_at": "2026-03-02T09:00:01+08:00"}, "assigned later"),
        ({"assigned_at": "2026-02-02T09:00:00"}, "offset"),
        ({"assigned_at": "1999-02-02T09:00:00+08:00"}, "1999"),
    ],
)
def test_a_registration_is_refused_with_a_reason(said: dict[str, Any], word: str) -> None:
    life = Life(**said)
    assert life.names() == ["refused"]
    assert word in (life.answer.reason or "")
    assert life.state.terms is None
    assert life.next_at is None


@pytest.mark.parametrize(
    ("start", "limit", "admitted"),
    [
        ("03-02 09:00", "2026-03-01", False),
        ("03-02 17:59:59", "2026-03-02", True),
        ("03-02 18:00:00", "2026-03-02", False),
        ("03-02 18:00:01", "2026-03-02", False),
        ("03-02 23:59:59", "same-day", True),
        (
            "03-08 09:00",
            "2026-03-07",
            False,
        ),  # a Saturday, due on the Monday after: the date written is past all the same
        ("03-07 09:00", "2026-03-07", True),
        ("03-02 09:00", "2036-03-03", True),
        ("03-02 09:00", "2036-09-03", False),
        ("03-02 09:00", "2199-01-01", False),
        ("03-02 09:00", "120mo", True),
        ("03-02 09:00", "2500wd", True),
    ],
)
def test_a_limit_lies_after_the_start_and_within_ten_years(start: str, limit: str, admitted: bool) -> None:
    life = Life(start, limit=limit)
    assert (life.state.stage is Stage.RUNNING) is admitted


def test_a_second_open_matter_of_the_same_lead_and_title_is_refused() -> None:
    life = Life(twin="m0")
    assert life.names() == ["refused"]
    assert "m0" in (life.answer.reason or "")


@pytest.mark.parametrize(
    ("said", "period"),
    [("weekly", "7d"), ("每半月", "15d"), ("monthly", "1mo"), ("每季度", "3mo"), ("10d", "10d"), ("一次性", None)],
)
def test_a_report_frequency_is_read_in_both_languages(said: dict[str, Any], period: str | None) -> None:
    terms = Life(report_every=said).state.terms
    assert terms is not None
    assert terms.report_every == period


@pytest.mark.parametrize(
    "basis",
    ["会议决定", "领导批示", "文件要求", "上级交办", "政府决定", "常务会议决定", "全体会议决定", "政府工作报告"],
)
def test_a_decision_of_the_government_needs_no_approval(basis: str) -> None:
    assert Life(basis=basis).names() == ["registered", "assigned"]


def test_any_other_basis_waits_for_the_leader() -> None:
    life = Life(basis="群众来信", limit="5wd")
    assert life.names() == ["registered"]
    assert life.state.stage is Stage.AWAITING_APPROVAL
    assert life.next_at == at("03-05 18:00")
    life.say("03-03 16:00", "approve", LEADER)
    assert life.names() == ["registered", "approved", "assigned"]
    assert life.the(ActName.ASSIGNED).due == at("03-10 18:00")


@pytest.mark.parametrize(
    ("when", "names"),
    [
        ("03-05 17:59:59", ["approved", "assigned"]),
        ("03-05 18:00:00", ["approval_overdue", "approved", "assigned"]),
        ("03-05 18:00:01", ["approval_overdue", "approved", "assigned"]),
    ],
)
def test_approval_is_overdue_at_its_due_instant_and_still_possible(when: str, names: list[str]) -> None:
    life = Life(basis="群众来信")
    life.say(when, "approve", LEADER)
    assert life.names()[1:] == names


def test_overdue_approval_goes_to_the_organ_above_and_approves_nothing() -> None:
    life = Life(basis="群众来信").wait("2026-12-31 00:00")
    assert life.names() == ["registered", "approval_overdue"]
    assert ABOVE in life.told(ActName.APPROVAL_OVERDUE)


@pytest.mark.parametrize("by", [OFFICER, HANDLER, HEAD, ABOVE, STRANGER])
def test_nobody_but_the_leader_approves(by: str | None) -> None:
    life = Life(basis="群众来信")
    assert life.say("03-03 09:00", "approve", by).rule == "authority.leader"
    assert life.state.stage is Stage.AWAITING_APPROVAL


@pytest.mark.parametrize("do", ["sign", "report_progress", "submit", "request_extension"])
def test_before_approval_the_lead_can_do_nothing(do: str) -> None:
    life = Life(basis="群众来信")
    assert life.say("03-03 09:00", do).rule == "stage"


def test_a_limit_that_passed_while_waiting_is_not_approved() -> None:
    life = Life(basis="群众来信", limit="2026-03-03")
    assert life.say("03-03 18:00", "approve", LEADER).rule == "approval"
    assert life.say("03-03 18:01", "cancel", LEADER, reason="时限已过").accepted


# --- matters assigned before they came in ---------------------------------------------------------------------------


def test_an_imported_matter_signs_from_the_import_and_keeps_its_own_start() -> None:
    life = Life(limit="10wd", assigned_at="2026-02-25T10:00:00+08:00")
    assert life.names() == ["registered", "imported"]
    assert life.the(ActName.IMPORTED).due == at("03-10 18:00")
    life.wait("03-03 18:00")
    assert life.when(ActName.SIGN_OVERDUE) == [at("03-03 18:00")]


@pytest.mark.parametrize(
    ("start", "late"), [("03-10 17:59:59", False), ("03-10 18:00:00", True), ("03-10 18:00:01", True)]
)
def test_what_is_past_at_the_import_is_noted_once(start: str, late: bool) -> None:
    life = Life(start, limit="10wd", assigned_at="2026-02-25T10:00:00+08:00")
    expected = ["light_changed", "imported_overdue", "supervised"] if late else []
    assert life.names() == ["registered", "imported", *expected]
    assert life.state.light is (Light.RED if late else Light.GREEN)


def test_an_import_long_overdue_proposes_nothing_by_itself() -> None:
    life = Life(limit="15wd", assigned_at="2025-01-06T08:30:00+08:00", co=[CO], report_every="weekly")
    assert [act for act in life.names() if "overdue" in act] == ["imported_overdue"]
    assert life.the(ActName.SUPERVISED).due == at("03-05 18:00")
    assert life.state.cases == ()


def test_an_import_in_a_running_report_period_owes_the_report_of_that_period_only() -> None:
    life = Life(limit="2026-06-30", assigned_at="2026-02-02T09:00:00+08:00", report_every="7d").wait("03-09 18:00")
    assert life.when(ActName.PROGRESS_OVERDUE) == [at("03-02 18:00"), at("03-09 18:00")]


def test_an_imported_matter_needs_no_approval() -> None:
    life = Life(basis="群众来信", assigned_at="2026-02-25T10:00:00+08:00")
    assert life.names() == ["registered", "imported"]


def test_an_independent_organ_overdue_at_the_import_is_asked() -> None:
    life = Life(lead=INDEPENDENT, limit="15wd", assigned_at="2026-01-05T08:30:00+08:00")
    assert life.names()[-2:] == ["imported_overdue", "explanation_asked"]


def test_a_reminder_already_past_at_the_import_does_not_fire() -> None:
    life = Life("03-06 09:00", limit="5wd", assigned_at="2026-03-02T09:00:00+08:00").wait("03-09 17:00")
    assert [act.days_left for act in life.of(ActName.REMINDED)] == []


# --- who is told ----------------------------------------------------------------------------------------------------


def test_the_parties_are_told_of_the_assignment() -> None:
    assert Life(co=[CO, OTHER]).told(ActName.ASSIGNED) == (HANDLER, HEAD, CO_HANDLER, STRANGER)


def test_a_post_that_serves_two_organs_acts_for_both() -> None:
    shared = [organ.model_copy(update={"handler": HANDLER}) if organ.name == OTHER else organ for organ in CAST]
    life = Life(organs=shared, co=[OTHER])
    life.say("03-02 10:00", "report_progress", HANDLER, done=True)
    assert life.names()[2:] == ["signed", "progress_reported"]
    assert OTHER in life.state.co_done
