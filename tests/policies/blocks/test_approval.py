"""Approval: who grants, that silence never does without a law, how long it holds, and what happens to duplicates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.acts import ActName
from models.blocks import Approval, Deadline, Guard, Missed, Then
from models.matters import Severity
from models.policy import Role
from models.proceedings import ProceedingStage
from policies.block_procedures import load_blocks
from policies.documents import DocumentError
from tests.builders import (
    ABOVE,
    CAST,
    CO,
    CO_HANDLER,
    CO_HEAD,
    HANDLER,
    HEAD,
    LEAD,
    LEADER,
    OFFICE_HEAD,
    OFFICER,
    OTHER,
    STRANGER,
    a_notice,
)
from tests.policies.blocks.lives import ONE, Desk

OTHER_HEAD = "公安局长"
LAW = "行政许可法第五十条第二款"
ALL = (Role.OFFICE_HEAD, Role.CO_HEADS, Role.LEADER)
APPROVERS = {OFFICE_HEAD, CO_HEAD, OTHER_HEAD, LEADER}
EVERYBODY = (*sorted(APPROVERS), HEAD, HANDLER, OFFICER, CO_HANDLER, STRANGER, ABOVE)


def approval(**told: object) -> Approval:
    return Approval.model_validate(
        {"name": "decision", "title": "审批", "by": Role.OFFICE_HEAD, "limit": "3wd", **told}
    )


def then_done() -> Deadline:
    return Deadline(name="done", title="办理")


def granted(desk: Desk) -> bool:
    return bool(desk.of(ActName.GRANTED) or desk.of(ActName.CONSENT_DEEMED))


# --- silence --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "how"), [("03-05 17:59", "granted"), ("03-05 18:00", "deemed"), ("03-06 09:00", "deemed")]
)
def test_silence_consents_at_the_end_of_the_limit_where_a_law_says_so(when: str, how: str) -> None:
    desk = Desk(approval(missed=Missed(then=Then.CONSENT, law=LAW)))
    desk.open()
    desk.say(when, "grant", OFFICE_HEAD)
    assert desk.state.marks["decision"].outcome == how
    assert desk.state.stage is ProceedingStage.COMPLETED


def test_what_comes_of_a_consent_by_silence_stays_with_the_organ_and_a_case_is_proposed_inside() -> None:
    missed = Missed(then=Then.CONSENT, law=LAW, propose=Severity.ORDINARY, subject=Role.OFFICE_HEAD)
    desk = Desk(approval(missed=missed))
    desk.open()
    desk.wait("03-06 09:00")
    deemed = desk.the(ActName.CONSENT_DEEMED)
    assert (deemed.subject, deemed.reason, deemed.by) == ("督查室", LAW, None)
    assert OFFICE_HEAD in deemed.tell
    assert desk.the(ActName.ACCOUNTABILITY_PROPOSED).subject == OFFICE_HEAD


def test_without_its_law_a_consent_by_silence_never_comes_about() -> None:
    desk = Desk(approval(missed=Missed(then=Then.CONSENT)))
    desk.open()
    desk.wait("04-30 09:00")
    assert not granted(desk)
    assert desk.state.stage is ProceedingStage.UNDER_WAY


@given(
    then=st.sampled_from([Then.WAIT, Then.LAPSE, Then.NEXT]),
    again=st.sampled_from([None, "2wd"]),
    law=st.sampled_from([None, LAW]),
    all_of=st.booleans(),
    waits=st.lists(st.integers(3, 28), max_size=4),
)
def test_silence_never_grants_unless_the_procedure_says_consent(
    then: Then, again: str | None, law: str | None, all_of: bool, waits: list[int]
) -> None:
    desk = Desk(approval(by=ALL, all_of=all_of, missed=Missed(then=then, again=again, law=law)), then_done())
    desk.open(co=[CO, OTHER])
    for day in sorted(waits):
        desk.wait(f"03-{day:02d} 12:00")
    desk.wait("06-30 09:00")
    assert not granted(desk)
    assert desk.of(ActName.STEP_OVERDUE)


def test_what_is_decided_collectively_is_not_consented_to_by_silence() -> None:
    desk = Desk(approval(collective=True, missed=Missed(then=Then.CONSENT, law=LAW)))
    desk.open()
    desk.wait("04-30 09:00")
    assert not granted(desk)


# --- granting together ----------------------------------------------------------------------------------------------


@given(
    order=st.permutations(sorted(APPROVERS)),
    how_many=st.integers(0, len(APPROVERS)),
    besides=st.lists(st.tuples(st.integers(0, 4), st.sampled_from(EVERYBODY), st.booleans()), max_size=5),
)
def test_whatever_is_sent_in_whatever_order_a_joint_grant_needs_every_approver(
    order: list[str], how_many: int, besides: list[tuple[int, str, bool]]
) -> None:
    desk = Desk(approval(by=ALL, all_of=True, limit="20wd"))
    desk.open(co=[CO, OTHER])
    said = [(by, True) for by in order[:how_many]]
    for place, by, agrees in besides:
        said.insert(place, (by, agrees))
    agreed: set[str] = set()
    denied = False
    for minute, (by, agrees) in enumerate(said):
        over = desk.state.over
        told = {"do": "grant"} if agrees else {"do": "deny", "reason": "不符合条件"}
        answer = desk.say(f"03-03 10:{minute:02d}", by=by, **told)
        assert not (answer.accepted and (over or by not in APPROVERS))
        if answer.accepted:
            agreed |= {by} if agrees else set()
            denied |= not agrees
    assert bool(desk.of(ActName.GRANTED)) == (agreed == APPROVERS and not denied)
    assert bool(desk.of(ActName.DENIED)) == denied
    assert {act.subject for act in desk.of(ActName.OPINION_GIVEN)} == agreed


@given(said=st.lists(st.tuples(st.integers(3, 12), st.sampled_from(EVERYBODY)), max_size=8))
def test_also_after_its_limit_nobody_agrees_for_an_approver_but_those_above_him(said: list[tuple[int, str]]) -> None:
    desk = Desk(approval(by=ALL, all_of=True, missed=Missed(again="1wd")))
    desk.open(co=[CO, OTHER])
    for minute, (day, by) in enumerate(sorted(said)):
        desk.say(f"03-{day:02d} 10:{minute:02d}", "grant", by)
    spoken_for = {act.subject: act.by for act in desk.of(ActName.OPINION_GIVEN)}
    assert bool(desk.of(ActName.GRANTED)) == (set(spoken_for) == APPROVERS)
    above = {OFFICE_HEAD: {LEADER, ABOVE}, CO_HEAD: {LEADER, ABOVE}, OTHER_HEAD: {LEADER, ABOVE}, LEADER: {ABOVE}}
    assert all(by in {approver, *above[approver], "省长"} for approver, by in spoken_for.items() if approver and by)


def test_a_joint_approval_waits_for_the_last_and_notes_each() -> None:
    desk = Desk(approval(by=ALL, all_of=True))
    desk.open(co=[CO, OTHER])
    for minute, by in enumerate((LEADER, CO_HEAD, OTHER_HEAD)):
        assert desk.say(f"03-03 10:{minute:02d}", "grant", by).accepted
    assert not granted(desk)
    assert not desk.say("03-03 11:00", "grant", LEADER).accepted
    assert desk.say("03-03 12:00", "grant", OFFICE_HEAD).accepted
    assert [act.count for act in desk.of(ActName.OPINION_GIVEN)] == [3, 2, 1, 0]
    assert desk.the(ActName.GRANTED).by == OFFICE_HEAD


def test_a_joint_approval_is_denied_by_the_first_denial() -> None:
    desk = Desk(approval(by=ALL, all_of=True))
    desk.open(co=[CO, OTHER])
    desk.say("03-03 10:00", "grant", LEADER)
    assert not desk.say("03-03 10:30", "deny", LEADER, reason="改变主意").accepted
    assert desk.say("03-03 11:00", "deny", CO_HEAD, reason="不符合规划").accepted
    assert desk.state.stage is ProceedingStage.DENIED
    assert not desk.say("03-03 12:00", "grant", OFFICE_HEAD).accepted


def test_a_vacant_approver_is_not_left_out_of_a_joint_approval() -> None:
    organs = [one.model_copy(update={"head": ""}) if one.name == OTHER else one for one in CAST]
    desk = Desk(approval(by=(Role.OFFICE_HEAD, Role.CO_HEADS), all_of=True), organs=organs)
    desk.open(co=[CO, OTHER])
    answer = desk.say("03-03 10:00", "grant", OFFICE_HEAD)
    assert not answer.accepted
    assert "co.heads" in (answer.reason or "")


def test_above_a_missed_approver_his_superior_agrees_in_his_place_and_for_nobody_else() -> None:
    desk = Desk(approval(by=(Role.OFFICE_HEAD, Role.LEADER), all_of=True))
    desk.open()
    assert not desk.say("03-05 17:00", "grant", ABOVE).accepted
    assert desk.say("03-06 10:00", "grant", LEADER).accepted
    assert not granted(desk)
    assert not desk.say("03-06 10:30", "grant", ABOVE).accepted
    assert desk.say("03-06 11:00", "grant", OFFICE_HEAD).accepted


def test_a_denial_needs_a_reason_and_a_collective_grant_its_minutes() -> None:
    desk = Desk(approval(collective=True))
    desk.open()
    assert not desk.say("03-03 10:00", "deny", OFFICE_HEAD).accepted
    assert "集体讨论记录" in (desk.say("03-03 10:00", "grant", OFFICE_HEAD).reason or "")
    assert desk.say("03-03 11:00", "grant", OFFICE_HEAD, evidence={"集体讨论记录": "纪要1号"}).accepted


# --- validity -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "accepted"),
    [
        ("03-03 09:59", False),
        ("03-03 10:01", True),
        ("03-07 10:00", True),
        ("03-08 00:00", True),
        ("03-08 23:59", True),
        ("03-09 00:00", False),
        ("03-09 09:00", False),
    ],
)
def test_a_permit_of_five_days_is_used_to_the_end_of_the_fifth_and_not_after(when: str, accepted: bool) -> None:
    """Granted on Tuesday 3 March: the day itself is not counted, the last day is Sunday 8 March and does not roll."""
    desk = Desk(approval(validity="5d"))
    desk.open()
    if when > "03-03 10:00":
        desk.say("03-03 10:00", "grant", OFFICE_HEAD)
    assert desk.say(when, "use_permit", HANDLER, purpose="进校收费").accepted is accepted
    assert bool(desk.of(ActName.PERMIT_EXPIRED)) is (when >= "03-09")


def test_a_permit_outlasts_its_proceeding_counts_its_uses_and_expires_on_record() -> None:
    desk = Desk(approval(validity="5d"))
    desk.open()
    desk.say("03-03 10:00", "grant", OFFICE_HEAD)
    assert desk.state.over
    for day in (4, 5):
        desk.say(f"03-0{day} 10:00", "use_permit", HANDLER, purpose="进校收费")
    assert not desk.say("03-05 11:00", "use_permit", HANDLER).accepted
    assert not desk.say("03-05 11:00", "use_permit", STRANGER, purpose="进校收费").accepted
    desk.wait("03-12 09:00")
    assert [act.count for act in desk.of(ActName.PERMIT_USED)] == [1, 2]
    expired = desk.the(ActName.PERMIT_EXPIRED)
    assert (expired.at.isoformat(), expired.count, expired.value) == ("2026-03-09T00:00:00+08:00", 2, "2026-03-08")


def test_no_pause_lengthens_a_validity() -> None:
    desk = Desk(approval(validity="5d"), Deadline(name="done", title="办理", limit="20wd", pauses=("听证",)))
    desk.open()
    desk.say("03-03 10:00", "grant", OFFICE_HEAD)
    assert desk.say("03-04 10:00", "suspend", OFFICER, reason="听证", until="10d").accepted
    desk.wait("03-20 09:00")
    assert desk.the(ActName.PERMIT_EXPIRED).at.isoformat() == "2026-03-09T00:00:00+08:00"


def test_a_validity_in_working_days_moves_with_the_calendar_although_its_proceeding_has_ended() -> None:
    desk = Desk(approval(validity="5wd"))
    desk.open()
    desk.say("03-03 10:00", "grant", OFFICE_HEAD)
    desk.load("03-04 10:00", a_notice("2026-03-09"))
    desk.wait("03-20 09:00")
    assert desk.the(ActName.CALENDAR_RECOMPUTED).step == "decision"
    assert desk.the(ActName.PERMIT_EXPIRED).value == "2026-03-11"


def test_what_was_denied_later_cannot_be_used() -> None:
    desk = Desk(approval(validity="5d"), approval(name="second"))
    desk.open()
    desk.say("03-03 10:00", "grant", OFFICE_HEAD)
    desk.say("03-03 11:00", "deny", OFFICE_HEAD, reason="不符合条件")
    assert not desk.say("03-03 12:00", "use_permit", HANDLER, purpose="进校收费").accepted


def test_a_grant_until_a_day_is_not_given_after_it() -> None:
    desk = Desk(approval(validity="2026-03-31", limit="60wd"))
    desk.open()
    desk.open("proceeding/2")
    assert desk.say("03-31 23:59", "grant", OFFICE_HEAD).accepted
    assert not desk.say("04-01 00:00", "grant", OFFICE_HEAD, target="proceeding/2").accepted


# --- duplicates and load --------------------------------------------------------------------------------------------


def test_a_duplicate_is_warned_of_refused_or_merged_with_the_other_number() -> None:
    for guard in Guard:
        desk = Desk(approval(guard=guard))
        desk.open(subject="某校")
        answer = desk.open("proceeding/2", subject="某校")
        assert desk.open("proceeding/3", subject="他校").accepted
        assert answer.accepted is (guard is not Guard.REFUSE)
        if guard is Guard.WARN:
            assert desk.the(ActName.DUPLICATE_WARNED).value == ONE
            assert desk.states["proceeding/2"].stage is ProceedingStage.UNDER_WAY
        if guard is Guard.REFUSE:
            assert ONE in (answer.reason or "")
            assert "proceeding/2" not in desk.states
        if guard is Guard.MERGE:
            assert desk.states["proceeding/2"].linked_to == desk.the(ActName.LINKED).value == ONE
            assert desk.states["proceeding/2"].stage is ProceedingStage.LINKED


def test_a_guard_asks_for_the_subject() -> None:
    assert not Desk(approval(guard=Guard.WARN)).open().accepted


def test_another_may_begin_once_the_first_is_valid_no_more() -> None:
    desk = Desk(approval(guard=Guard.REFUSE, validity="5d"))
    desk.open(subject="某校")
    desk.say("03-03 10:00", "grant", OFFICE_HEAD)
    assert not desk.open("proceeding/2", "03-08 23:59", subject="某校").accepted
    desk.wait("03-09 00:00")
    assert desk.open("proceeding/2", subject="某校").accepted


def test_so_many_are_granted_about_one_subject_in_a_month() -> None:
    desk = Desk(approval(most=2, limit="60wd"))
    for number in range(1, 5):
        desk.open(f"proceeding/{number}", subject="某校")
    days = ("03-03 10:00", "03-04 10:00", "03-31 23:59", "04-01 00:00")
    answers = [
        desk.say(day, "grant", OFFICE_HEAD, target=f"proceeding/{number}").accepted
        for number, day in enumerate(days, 1)
    ]
    assert answers == [True, True, False, True]
    assert [act.count for act in desk.of(ActName.GRANTED)] == [1, 2, 1]


# --- the file -------------------------------------------------------------------------------------------------------


def procedure(*steps: str) -> str:
    values = "\n".join(
        f"  {name}:\n    - {{from: 2020-01-01, value: {value}, source: house rule}}"
        for name, value in (("days", "5d"), ("limit", "3wd"))
    )
    return f"name: made\ntitle: 演练\nparameters:\n{values}\nsteps:\n" + "\n".join(f"  - {step}" for step in steps)


COLLECTIVE = (
    "{name: a, title: 甲, block: approval, limit: limit, validity: days, "
    'collective: "true", missed: {then: consent, law: 某法}}'
)


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        (
            ["{name: a, title: 甲, block: approval, limit: limit, validity: days, missed: {then: consent}}"],
            "only where a law says so",
        ),
        (
            [
                COLLECTIVE,
            ],
            "decided collectively",
        ),
        (
            [
                "{name: a, title: 甲, block: approval, limit: limit, validity: days}",
                "{name: b, title: 乙, block: approval, validity: days}",
            ],
            "one step only grants for a time",
        ),
        (
            [
                "{name: a, title: 甲, block: approval, limit: limit, validity: days}",
                "{name: b, title: 乙, block: replies}",
            ],
            "no opinions are collected",
        ),
    ],
)
def test_a_file_that_can_never_work_is_refused(steps: list[str], why: str) -> None:
    with pytest.raises(DocumentError, match=why):
        load_blocks(procedure(*steps), "made.yaml")


def test_the_lead_is_opened_with_the_cast() -> None:
    desk = Desk(approval())
    assert desk.open().accepted
    assert desk.state.terms is not None
    assert desk.state.terms.lead == LEAD
