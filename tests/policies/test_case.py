"""One case: every word has its rule, every clock its instant, and what silence, a notice or its matter does to it."""

import ast
from typing import Any, get_args

import pytest

from models.acts import ActName
from models.case_messages import CASE_TITLES, CaseCommand, CaseRelay, DropReason
from models.cases import CaseClockKind, CaseStage, CaseState
from models.directory import Organ
from models.matters import Severity
from models.messages import TITLES
from policies import saying, seats, wording
from policies.case import RULES, due_at, next_due
from policies.case_timers import OVERDUE
from policies.procedures import STANDARD, load_text, shipped
from policies.watchdog import Watch, missed, watch
from tests.builders import (
    ABOVE,
    CAST,
    HANDLER,
    HEAD,
    LEADER,
    NOBODY,
    OFFICE_HEAD,
    OFFICER,
    ROOT,
    STRANGER,
    a_notice,
    at,
)
from tests.case_builders import JUDGE, REVIEWER, TALK, CaseLife

COMMANDS = [command.model_fields["do"].default for command in get_args(CaseCommand)]


# --- every word has its rule, and every rule its word ---------------------------------------------------------------


def test_every_message_has_a_rule_and_every_clock_a_strike() -> None:
    assert set(RULES.messages) == {*get_args(CaseCommand), *get_args(CaseRelay)}
    assert set(RULES.strikes) == set(CaseClockKind)
    assert set(seats.SEATS) == set(OVERDUE)
    assert set(CASE_TITLES) == set(COMMANDS)
    assert set(CASE_TITLES) <= set(TITLES)


def test_every_stage_clock_and_act_of_a_case_is_said_in_words_and_told() -> None:
    assert set(wording.CASE_STAGES) == set(CaseStage)
    assert set(wording.CASE_CLOCKS) == set(CaseClockKind)
    acts = {
        ActName[node.attr]
        for module in ("case_commands", "case_timers")
        for node in ast.walk(ast.parse((ROOT / "policies" / f"{module}.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "ActName"
    }
    assert len(acts) > 35
    assert acts <= set(wording.ACTS)
    assert acts <= set(CaseLife().facts.policy.tell)


@pytest.mark.parametrize("do", COMMANDS)
def test_a_command_by_an_unknown_post_is_refused_on_record(do: str) -> None:
    life = CaseLife()
    assert life.say("03-20 10:00", do, NOBODY).rule == "authority"
    assert life.the(ActName.REFUSED).detail == {"do": do}


@pytest.mark.parametrize("do", [do for do in COMMANDS if do != "propose"])
def test_a_command_to_a_case_that_does_not_exist_is_refused_on_record(do: str) -> None:
    life = CaseLife(opened=False)
    assert life.say("03-20 10:00", do, LEADER).rule == "stage"
    assert life.state.stage is CaseStage.BLANK


def test_what_a_matter_says_of_an_unknown_case_is_refused_on_record() -> None:
    life = CaseLife(opened=False)
    assert [life.fail().rule, life.drop().rule] == ["stage", "stage"]


@pytest.mark.parametrize("do", [do for do in COMMANDS if do != "propose"])
def test_a_version_without_the_limits_of_a_case_offers_no_more_than_the_proposal(do: str) -> None:
    text = shipped(STANDARD).text
    lines = text.splitlines()
    old = [line for number, line in enumerate(lines) if not _of_a_case(lines, number)]
    life = CaseLife(procedure=load_text("\n".join(old), "old.yaml"))
    assert life.names() == ["case_proposed"]
    assert life.say("03-20 10:00", do, LEADER).rule == "procedure"
    assert next_due(life.state) is None
    assert life.drop().accepted
    assert life.names()[-1] == "case_withdrawn"


def _of_a_case(lines: list[str], number: int) -> bool:
    return (lines[number].startswith("  case_") and lines[number].endswith(":")) or (
        lines[number - 1].startswith("  case_") and lines[number - 1].endswith(":")
    )


def test_a_state_survives_being_written_and_read() -> None:
    life = CaseLife()
    life.served().say("03-31 10:00", "execute", evidence=TALK)
    assert CaseState.model_validate_json(life.state.model_dump_json()) == life.state


def test_what_was_said_can_be_said_again() -> None:
    life = CaseLife().served()
    again = [saying.said(act, "again") for act in life.acts if act.act is not ActName.CASE_PROPOSED]
    assert [message.do for message in again if message is not None and hasattr(message, "do")] == [
        "file", "notify_facts", "waive_statement", "vote", "vote", "decide", "serve"
    ]  # fmt: skip


def test_every_ruling_names_its_policy_and_its_calendar() -> None:
    life = CaseLife().served()
    rulings = [act.ruling for act in life.acts if act.ruling is not None]
    assert {ruling.policy for ruling in rulings} == {life.state.policy}
    assert {ruling.calendar for ruling in rulings} == {life.facts.calendar.version}


# --- the clocks: the instant before, on, after ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "due", "act"),
    [
        ("filed", "2026-09-20 18:00", ActName.CASE_LAPSED),
        ("proposed", "2026-03-26 18:00", ActName.FILING_OVERDUE),
        ("notified", "2026-03-27 18:00", ActName.STATEMENT_LAPSED),
        ("heard", "2026-04-14 18:00", ActName.DECISION_OVERDUE),
        ("decided", "2026-03-27 18:00", ActName.SERVICE_OVERDUE),
        ("decided", "2026-04-03 18:00", ActName.RECORD_OVERDUE),
        ("served", "2026-04-09 18:00", ActName.EXECUTION_OVERDUE),
        ("served", "2026-09-24 00:00", ActName.EFFECT_ENDED),
    ],
)
def test_a_clock_runs_out_on_its_instant_and_not_a_second_earlier(before: str, due: str, act: ActName) -> None:
    life = CaseLife()
    if before != "proposed":
        getattr(life, before)()
    minute_before = f"{due[:-5]}17:59:59" if due.endswith("18:00") else "2026-09-23 23:59:59"
    assert life.wait(minute_before).of(act) == []
    assert [one.at for one in life.wait(due).of(act)] == [at(due)]


@pytest.mark.parametrize(("when", "accepted"), [("03-27 17:59:59", True), ("03-27 18:00", False)])
def test_a_statement_is_heard_to_the_last_second_of_the_window(when: str, accepted: bool) -> None:
    assert CaseLife().notified().say(when, "give_statement", HEAD, text="延误").accepted is accepted


@pytest.mark.parametrize(("when", "accepted"), [("04-24 17:59:59", True), ("04-24 18:00", False)])
def test_a_review_may_be_asked_for_to_the_last_second_of_thirty_days(when: str, accepted: bool) -> None:
    assert CaseLife().served().say(when, "request_review", HEAD, text="过重").accepted is accepted


@pytest.mark.parametrize(
    ("decided", "months", "ends"),
    [("03-24 10:00", "P1", "2026-09-24 00:00"), ("03-24 10:00", "P4", "2026-09-24 00:00")],
)
def test_the_effect_ends_with_the_day_before_the_corresponding_day(decided: str, months: str, ends: str) -> None:
    life = CaseLife(severity=Severity.SERIOUS if months == "P4" else Severity.ORDINARY).served()
    assert life.state.clocks[CaseClockKind.EFFECT].due_at == at(ends)


def test_a_measure_without_a_period_has_no_effect_to_end() -> None:
    life = CaseLife(severity=Severity.MINOR).served()
    assert CaseClockKind.EFFECT not in life.state.clocks
    life.say("03-26 10:00", "execute", evidence="已批评教育")
    life.say("03-26 11:00", "record")
    assert life.wait("04-24 17:59").state.stage is CaseStage.DECIDED
    assert life.wait("04-24 18:00").state.stage is CaseStage.ARCHIVED
    assert life.of(ActName.EFFECT_ENDED) == []


def test_the_answer_is_owed_from_the_latest_statement() -> None:
    life = CaseLife().notified()
    life.say("03-23 10:00", "give_statement", HEAD, text="一")
    life.say("03-25 10:00", "give_statement", HEAD, text="二")
    life.wait("04-01 17:59:59")
    assert life.of(ActName.ANSWER_OVERDUE) == []
    assert life.wait("04-01 18:00").the(ActName.ANSWER_OVERDUE).at == at("04-01 18:00")
    assert life.of(ActName.STATEMENT_LAPSED) == []
    assert life.state.stage is CaseStage.NOTIFIED


def test_archived_only_when_nothing_is_owed_in_effect_or_open_to_review() -> None:
    life = CaseLife().served()
    life.say("03-31 10:00", "execute", evidence=TALK)
    assert life.wait("2026-12-01 00:00").state.stage is CaseStage.DECIDED
    life.say("2026-12-01 10:00", "record", LEADER)
    assert life.state.stage is CaseStage.ARCHIVED


# --- silence --------------------------------------------------------------------------------------------------------


def test_silence_climbs_one_organ_at_a_time_and_stays_at_the_top() -> None:
    life = CaseLife().wait("2026-05-01 00:00")
    overdue = life.of(ActName.FILING_OVERDUE)
    assert [act.tell[0] for act in overdue] == [ABOVE, "省长", "省长", "省长", "省长"]
    assert {act.tell[1] for act in overdue} == {OFFICE_HEAD}


def test_who_stands_above_may_act_only_once_the_step_has_run_out() -> None:
    life = CaseLife()
    assert life.say("03-26 17:59", "file", ABOVE).rule == "authority.filing"
    assert life.say("03-26 18:00", "file", "省长").rule == "authority.filing"
    assert life.say("03-26 18:01", "file", ABOVE).accepted


def test_a_barred_superior_is_passed_over() -> None:
    organs = [organ for organ in CAST if organ.name != "市政府"]
    above = Organ(name="市政府", head=HEAD, handler="市政府承办岗", parent="省政府")
    life = CaseLife(organs=[*organs, above]).wait("03-26 18:00")
    assert life.the(ActName.FILING_OVERDUE).tell[0] == "省长"


def test_at_the_top_an_outside_body_takes_the_step_and_without_one_the_office_is_told() -> None:
    top = [organ.model_copy(update={"parent": None}) if organ.name == "区政府" else organ for organ in CAST]
    assert CaseLife(organs=top).wait("03-26 18:00").the(ActName.FILING_OVERDUE).tell[0] == JUDGE
    alone = [organ for organ in top if not organ.independent]
    told = CaseLife(organs=alone, panel=(LEADER,)).wait("03-26 18:00").the(ActName.FILING_OVERDUE).tell
    assert OFFICER in told
    assert LEADER not in told


def test_a_case_of_an_unknown_organ_above_goes_no_further() -> None:
    life = CaseLife().wait("2027-03-01 00:00")
    assert life.state.stage is CaseStage.PROPOSED
    assert set(life.names()) == {"case_proposed", "filing_overdue"}


def test_the_watchdog_accounts_for_every_clock() -> None:
    life = CaseLife().served().wait("04-03 18:00")
    seen = {one.kind: one for one in watch(life.state, life.now)}
    assert seen[CaseClockKind.FILING].watch is Watch.STOPPED
    assert seen[CaseClockKind.RECORD].watch is Watch.RUNNING
    assert (seen[CaseClockKind.RECORD].fired, seen[CaseClockKind.RECORD].told) == (1, (LEADER, OFFICE_HEAD))
    assert missed(life.state, life.now) == ()
    assert [one.kind for one in missed(life.state, at("2027-01-01 00:00"))] == [
        CaseClockKind.EXECUTION, CaseClockKind.RECORD, CaseClockKind.REVIEW_WINDOW, CaseClockKind.EFFECT
    ]  # fmt: skip
    life.wait("04-24 18:00")
    window = next(one for one in watch(life.state, life.now) if one.kind is CaseClockKind.REVIEW_WINDOW)
    assert window.watch is Watch.FIRED
    assert all(one.why for one in watch(life.state, life.now))


# --- what is proposed, and what its matter says ---------------------------------------------------------------------


def test_the_proposal_is_the_act_that_the_matter_noted_until_now() -> None:
    act = CaseLife(measures=["2025-12-01 09:00"]).the(ActName.CASE_PROPOSED)
    assert (act.subject, act.severity, act.count, act.measure) == (HEAD, "ordinary", 2, "P3")
    assert act.ruling is not None
    assert act.ruling.label == "measures"


def test_another_failure_is_noted_and_opens_nothing() -> None:
    life = CaseLife()
    assert life.fail().acts == (ActName.FAILURE_NOTED,)
    assert (life.state.failures, life.state.measure) == (2, "P1")


@pytest.mark.parametrize("before", ["filed", "notified", "heard"])
def test_a_fallen_finding_withdraws_an_open_case(before: str) -> None:
    life = CaseLife()
    getattr(life, before)()
    life.drop()
    assert (life.state.stage, life.names()[-1]) == (CaseStage.WITHDRAWN, "case_withdrawn")
    assert life.the(ActName.CASE_WITHDRAWN).reason == "finding_withdrawn"
    assert [told.how for told in life.told] == [ActName.CASE_WITHDRAWN]
    assert next_due(life.state) is None


def test_a_fallen_finding_revokes_what_was_decided_even_when_it_is_archived() -> None:
    life = CaseLife(severity=Severity.MINOR).served()
    life.say("03-26 10:00", "execute", evidence="已批评教育")
    life.say("03-26 11:00", "record")
    archived = life.wait("05-01 00:00").state
    assert (archived.stage, archived.standing) == (CaseStage.ARCHIVED, "P0")
    life.drop()
    restored = life.state
    assert (restored.stage, restored.standing) == (CaseStage.RESTORED, None)
    assert [told.how for told in life.told] == [ActName.MEASURE_DECIDED, ActName.RESTORED]


def test_a_cancelled_matter_ends_only_what_is_still_open() -> None:
    decided = CaseLife().served()
    assert decided.drop(why=DropReason.CANCELLED, reason="事项已撤销").acts == ()
    assert decided.state.standing == "P1"
    open_ = CaseLife().filed()
    open_.drop(why=DropReason.CANCELLED, reason="事项已撤销")
    assert open_.the(ActName.CASE_WITHDRAWN).reason == "事项已撤销"


@pytest.mark.parametrize(
    ("how", "lived"),
    [
        (ActName.CASE_DECLINED, lambda life: life.say("03-20 10:00", "decline", LEADER, reason="情有可原")),
        (ActName.CASE_DISMISSED, lambda life: life.decided("dismiss")),
        (ActName.CASE_EXEMPTED, lambda life: life.decided("exempt", criterion="不可抗力", reason="暴雨")),
        (ActName.CASE_WITHDRAWN, lambda life: life.say("03-20 10:00", "withdraw", reason="重复")),
        (ActName.MEASURE_DECIDED, lambda life: life.decided()),
        (ActName.CASE_LAPSED, lambda life: life.filed().wait("2026-10-01 00:00")),
    ],
)
def test_the_matter_is_told_how_its_case_ended(how: ActName, lived: Any) -> None:
    life = CaseLife()
    lived(life)
    assert [(told.case, told.subject, told.how) for told in life.told] == [("m1/case1", HEAD, how)]
    assert not life.state.open


def test_a_case_that_an_office_opened_by_itself_has_no_matter_to_tell() -> None:
    life = CaseLife(opened=False)
    assert life.say("03-19 18:00", "propose", subject=HEAD, facts="检查发现").accepted
    assert (life.state.leader, life.state.office, life.state.proposer) == (LEADER, "督查室", OFFICER)
    life.say("03-20 10:00", "decline", LEADER, reason="不足")
    assert life.told == []


# --- a notice -------------------------------------------------------------------------------------------------------


def test_a_notice_moves_a_clock_that_now_ends_later() -> None:
    life = CaseLife().notified()
    life.load("03-24 09:00", a_notice("2026-03-25..2026-03-26"))
    assert life.the(ActName.CALENDAR_RECOMPUTED).due == at("03-31 18:00")
    assert due_at(life.state) == at("03-31 18:00")


def test_a_notice_never_moves_a_clock_to_an_earlier_day() -> None:
    life = CaseLife().notified()
    life.load("03-23 09:00", a_notice(workdays=["2026-03-22"]))
    assert life.of(ActName.CALENDAR_RECOMPUTED) == []
    assert due_at(life.state) == at("03-27 18:00")


def test_a_step_found_late_has_its_time_again_where_the_notice_gives_it() -> None:
    life = CaseLife().wait("03-27 09:00")
    assert life.state.climbed == {CaseClockKind.FILING: 1}
    life.load("03-27 10:00", a_notice("2026-03-25..2026-03-26"))
    assert life.the(ActName.FINDING_WITHDRAWN).reason == "filing_overdue"
    assert next_due(life.state) is not None
    assert due_at(life.state) == at("03-30 18:00")
    assert life.say("03-27 11:00", "file", ABOVE).rule == "authority.filing"


def test_what_is_late_by_both_calendars_stays_late() -> None:
    life = CaseLife().wait("03-31 09:00")
    life.load("03-31 10:00", a_notice("2026-03-25"))
    assert life.of(ActName.FINDING_WITHDRAWN) == []


def test_a_window_that_lapsed_too_early_is_open_again() -> None:
    life = CaseLife().notified().wait("03-28 09:00")
    before = life.state
    life.load("03-30 09:00", a_notice("2026-03-26..2026-03-27"))
    after = life.state
    assert (before.stage, after.stage) == (CaseStage.DECIDING, CaseStage.NOTIFIED)
    assert life.say("03-31 10:00", "give_statement", HEAD, text="延误").accepted


def test_a_notice_says_nothing_to_a_case_that_has_ended() -> None:
    life = CaseLife()
    life.say("03-20 10:00", "decline", LEADER, reason="情有可原")
    life.load("03-24 09:00", a_notice("2026-03-25"))
    assert life.names() == ["case_proposed", "case_declined"]


# --- who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "rule"),
    [(HEAD, "authority.subject"), (HANDLER, "authority.filing"), (OFFICER, "authority.filing"),
     (STRANGER, "authority.filing")],
)  # fmt: skip
def test_only_the_leader_files(by: str, rule: str) -> None:
    assert CaseLife().say("03-20 10:00", "file", by).rule == rule


def test_a_leader_of_the_subject_s_own_organ_is_passed_over() -> None:
    life = CaseLife(subject="区政府承办岗", lead="区政府")
    assert life.say("03-20 10:00", "file", LEADER).rule == "authority.own_organ"
    assert life.say("03-20 10:01", "file", ABOVE).accepted


def test_a_reviewer_who_voted_does_not_review() -> None:
    life = CaseLife(reviewers=(JUDGE, REVIEWER)).served()
    life.say("03-26 10:00", "request_review", HEAD, text="过重")
    assert life.say("03-27 10:00", "decide_review", JUDGE, outcome="upheld").rule == "authority.took_part"
    assert life.say("03-27 10:01", "decide_review", REVIEWER, outcome="upheld").accepted


def test_whoever_voted_before_new_facts_were_notified_took_part_all_the_same() -> None:
    life = CaseLife(reviewers=(JUDGE,)).heard()
    life.say("03-24 09:00", "vote", JUDGE, choice="dismiss")
    life.say("03-24 10:00", "notify_facts", text="新事实", receipt="签收", measure="P3")
    life.say("03-24 11:00", "waive_statement", HEAD)
    assert life.say("03-25 10:00", "decide", ABOVE).accepted
    life.say("03-25 11:00", "serve", receipt="签收")
    life.say("03-26 10:00", "request_review", HEAD, text="过重")
    assert life.say("03-27 10:00", "decide_review", JUDGE, outcome="upheld").rule == "authority.took_part"


def test_a_lighter_review_takes_its_own_limit_and_period() -> None:
    life = CaseLife(severity=Severity.GRAVE).served()
    assert life.state.clocks[CaseClockKind.EFFECT].due_at == at("2027-03-24 00:00")
    life.say("03-26 10:00", "request_review", HEAD, text="过重")
    life.say("03-27 10:00", "decide_review", REVIEWER, outcome="lighter", measure="P3")
    assert life.state.standing == "P3"
    assert life.state.clocks[CaseClockKind.EFFECT].due_at == at("2026-09-24 00:00")
    assert life.state.clocks[CaseClockKind.EXECUTION].due_at == at("04-03 18:00")


def test_a_lighter_review_after_its_period_would_be_over_ends_the_effect_at_once() -> None:
    life = CaseLife(severity=Severity.GRAVE).decided()
    life.say("2026-10-08 10:00", "serve", LEADER, receipt="签收")
    life.say("2026-10-09 10:00", "request_review", HEAD, text="过重")
    life.say("2026-10-10 10:00", "decide_review", REVIEWER, outcome="lighter", measure="P1")
    assert life.names()[-2:] == ["review_decided", "effect_ended"]
    assert CaseClockKind.EFFECT not in life.state.clocks
