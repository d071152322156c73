"""Whose matter is it, and from when on? Transfers and objections to an assignment, at their boundaries."""

from typing import Any

import pytest

from models.acts import ActName
from models.matters import ClockKind
from tests.builders import CO, HANDLER, HEAD, LEADER, OFFICER, OTHER, STRANGER, Life, a_notice, at


def transferred(**said: Any) -> Life:
    life = Life(limit="10wd", **said)
    life.say("03-02 10:00", "request_transfer", to=OTHER, reason="职责")
    life.say("03-03 10:00", "accept_transfer", STRANGER)
    return life


def test_the_limit_stays_and_signing_starts_again_with_the_new_lead() -> None:
    life = transferred()

    assert life.state.terms is not None
    assert life.state.terms.lead == OTHER
    assert life.the(ActName.TRANSFER_ACCEPTED).due == life.the(ActName.ASSIGNED).due == at("03-16 18:00")
    assert life.state.signed_at is None
    assert life.state.clocks[ClockKind.SIGNING].due_at == at("03-04 18:00")


def test_the_first_receiver_can_do_nothing_more_and_the_new_one_everything() -> None:
    life = transferred()

    assert life.say("03-04 10:00", "submit", HANDLER, text="办结").rule == "authority.lead"
    assert life.say("03-04 10:00", "submit", STRANGER, text="办结").accepted


def test_until_it_is_accepted_the_first_receiver_is_the_lead() -> None:
    life = Life(limit="10wd")
    life.say("03-02 10:00", "request_transfer", to=OTHER, reason="职责")

    assert life.say("03-03 10:00", "report_progress", STRANGER, text="进展").rule == "authority.parties"
    assert life.say("03-03 10:00", "report_progress", HANDLER, text="进展").accepted


@pytest.mark.parametrize(("when", "accepted"), [("03-04 17:59:59", True), ("03-04 18:00", False)])
def test_a_transfer_is_answered_within_two_working_days(when: str, accepted: bool) -> None:
    life = Life(limit="10wd")
    life.say("03-02 10:00", "request_transfer", to=OTHER, reason="职责")

    assert life.say(when, "accept_transfer", STRANGER).accepted is accepted
    assert ("transfer_lapsed" in life.names()) is not accepted


def test_everybody_concerned_is_told_of_a_transfer() -> None:
    told = transferred(co=[CO]).told(ActName.TRANSFER_ACCEPTED)

    assert {HANDLER, HEAD, STRANGER, "公安局长", OFFICER} <= set(told)


def test_a_responsible_post_of_the_former_lead_is_no_longer_named() -> None:
    life = transferred(responsible=HANDLER)
    life.wait("2026-04-01 00:00")

    assert life.of(ActName.CASE_PROPOSED)[0].subject == "公安局长"


def test_a_signature_missed_by_the_former_lead_is_withdrawn_when_it_had_time_until_the_transfer() -> None:
    life = Life(limit="10wd")
    life.wait("03-04 09:00")
    assert life.when(ActName.SIGN_OVERDUE) == [at("03-03 18:00")]
    life.say("03-04 10:00", "request_transfer", to=OTHER, reason="职责")
    life.say("03-04 11:00", "accept_transfer", STRANGER)
    life.say("03-04 12:00", "sign", STRANGER)

    life.load("03-05 10:00", a_notice("2026-03-03", number="放假"))

    withdrawn = [act for act in life.of(ActName.FINDING_WITHDRAWN) if act.reason == "sign_overdue"]
    assert len(withdrawn) == 1
    assert ClockKind.SIGNING not in life.state.clocks


@pytest.mark.parametrize(("when", "accepted"), [("03-04 17:59:59", True), ("03-04 18:00", False)])
def test_an_assignment_is_objected_to_within_two_working_days(when: str, accepted: bool) -> None:
    life = Life(limit="10wd")

    assert life.say(when, "object_assignment", reason="非本单位职责").accepted is accepted


def test_days_on_which_the_matter_stood_still_do_not_count_against_the_objection() -> None:
    life = Life(limit="10wd")
    life.say("03-03 10:00", "suspend", OFFICER, reason="等批复", until="2026-03-20")

    assert life.say("03-10 10:00", "object_assignment", reason="非本单位职责").accepted


def test_an_imported_matter_is_objected_to_from_its_import_on() -> None:
    life = Life(limit="10wd", assigned_at=at("02-25 10:00"))

    assert life.say("03-03 10:00", "object_assignment", reason="非本单位职责").accepted


def test_an_objection_is_no_signature() -> None:
    life = Life(limit="10wd")
    life.say("03-02 10:00", "object_assignment", reason="非本单位职责")

    assert life.state.signed_at is None
    assert life.wait("03-03 18:00").when(ActName.SIGN_OVERDUE) == [at("03-03 18:00")]


def test_a_transfer_that_was_to_answer_an_objection_gives_it_back_when_it_lapses() -> None:
    life = Life(limit="10wd")
    life.say("03-02 10:00", "object_assignment", reason="非本单位职责")
    life.say("03-02 11:00", "decide_objection", OFFICER, upheld=True, to=OTHER)
    life.wait("03-04 18:00")

    assert life.when(ActName.TRANSFER_LAPSED) == [at("03-04 18:00")]
    assert life.wait("03-06 18:00").when(ActName.OBJECTION_OVERDUE) == [at("03-06 18:00")]
    assert LEADER in life.told(ActName.OBJECTION_OVERDUE)


@pytest.mark.parametrize("ends", [("uphold_assignment", OFFICER), ("sign", HANDLER)])
def test_a_transfer_that_was_to_answer_an_objection_ends_with_it(ends: tuple[str, str]) -> None:
    life = Life(limit="10wd")
    life.say("03-02 10:00", "object_assignment", reason="非本单位职责")
    life.say("03-02 11:00", "decide_objection", OFFICER, upheld=True, to=OTHER)
    life.say("03-02 12:00", ends[0], ends[1])

    assert life.say("03-02 13:00", "accept_transfer", STRANGER).rule == "transfer"
    assert life.state.contested_at is None
