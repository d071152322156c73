"""What becomes of a conclusion that was objected to, and of a matter that is reopened, at their boundaries?"""

import pytest

from models.acts import ActName
from models.matters import ClockKind, Light, Stage
from tests.builders import HANDLER, HEAD, LEADER, OFFICE_HEAD, OFFICER, STRANGER, Life, a_notice, at


def returned() -> Life:
    life = Life(limit="5wd")
    life.say("03-02 10:00", "submit", text="办结")
    life.say("03-03 10:00", "verify", OFFICER, passed=False)
    return life


def closed() -> Life:
    life = Life(limit="1wd")
    life.say("03-04 10:00", "submit", text="办结")
    life.say("03-05 10:00", "verify", OFFICER, passed=True, method="document")
    return life


@pytest.mark.parametrize(("when", "accepted"), [("04-02 17:59:59", True), ("04-02 18:00", False)])
def test_a_return_is_objected_to_within_thirty_days(when: str, accepted: bool) -> None:
    life = returned()

    assert life.say(when, "object", text="不属实", about="returned").accepted is accepted


@pytest.mark.parametrize(
    ("by", "rule"),
    [
        (OFFICER, "authority.part"),
        (HEAD, "authority.own"),
        (STRANGER, "authority.office"),
        (OFFICE_HEAD, None),
        (LEADER, None),
        ("市长", None),
    ],
)
def test_nobody_decides_who_took_part_or_belongs_to_the_lead(by: str, rule: str | None) -> None:
    life = returned()
    life.say("03-03 11:00", "object", text="不属实")

    assert life.say("03-04 10:00", "decide_objection", by, upheld=False).rule == rule


def test_an_upheld_objection_to_a_return_gives_the_office_its_whole_time_anew() -> None:
    life = returned()
    life.say("03-03 11:00", "object", text="不属实")
    life.say("03-05 10:00", "decide_objection", OFFICE_HEAD, upheld=True)

    assert life.state.stage is Stage.SUBMITTED
    assert life.state.clocks[ClockKind.VERIFICATION].due_at == at("03-10 18:00")
    assert ClockKind.RETURNED not in life.state.clocks


def test_an_objection_to_a_return_does_not_undo_a_later_reopening() -> None:
    life = returned()
    life.say("03-04 10:00", "submit", text="办结")
    life.say("03-05 10:00", "verify", OFFICER, passed=True, method="document")
    life.say("03-06 10:00", "reopen", OFFICER, reason="回访")
    life.say("03-06 11:00", "object", text="不属实", about="returned")
    life.say("03-09 10:00", "decide_objection", OFFICE_HEAD, upheld=True)

    assert life.state.stage is Stage.RETURNED
    assert life.state.clocks[ClockKind.RETURNED].due_at == at("03-13 18:00")


def test_what_is_decided_is_the_conclusion_objected_to_with_all_that_was_built_on_it() -> None:
    life = Life(limit="1wd")
    life.wait("03-06 18:00")
    life.say("03-09 10:00", "object", text="督办单未送达")
    life.wait("03-13 18:00")
    life.say("03-17 10:00", "decide_objection", OFFICE_HEAD, upheld=True)

    reasons = [act.reason for act in life.of(ActName.FINDING_WITHDRAWN)]
    assert reasons == ["rectification_ordered", "rectification_overdue"]
    assert [act.target for act in life.of(ActName.CASE_WITHDRAWN)] == ["m1/case1"]
    assert life.state.stage is Stage.SUPERVISED
    assert life.state.level == 1
    assert life.state.light is Light.RED
    assert life.next_at is not None


def test_an_objection_that_is_not_upheld_changes_nothing() -> None:
    life = Life(limit="1wd")
    life.wait("03-06 18:00")
    life.say("03-09 10:00", "object", text="督办单未送达")
    before = life.state.clocks[ClockKind.RECTIFICATION]
    life.say("03-10 10:00", "decide_objection", OFFICE_HEAD, upheld=False)

    assert life.state.clocks[ClockKind.RECTIFICATION] == before
    assert life.of(ActName.FINDING_WITHDRAWN) == []


def test_an_upheld_objection_after_a_notice_withdrew_the_finding_withdraws_nothing_twice() -> None:
    life = Life(limit="1wd")
    life.wait("03-06 18:00")
    life.say("03-09 10:00", "object", text="督办单未送达")
    life.load("03-09 11:00", a_notice("2026-03-03..2026-03-06", number="放假"))
    withdrawn = len(life.of(ActName.FINDING_WITHDRAWN))
    life.say("03-09 12:00", "decide_objection", OFFICE_HEAD, upheld=True)

    assert len(life.of(ActName.FINDING_WITHDRAWN)) == withdrawn
    assert life.answer.accepted


@pytest.mark.parametrize(("decided", "late"), [("04-07 17:59:59", False), ("04-07 18:00", True)])
def test_an_objection_is_decided_within_thirty_days(decided: str, late: bool) -> None:
    life = closed()
    life.say("03-05 11:00", "object", text="不属实")
    life.say(decided, "decide_objection", LEADER, upheld=False)

    assert life.answer.accepted
    assert life.when(ActName.OBJECTION_OVERDUE) == ([at("04-07 18:00")] if late else [])


def test_an_objection_that_stood_still_with_the_matter_has_the_rest_of_its_time_when_the_matter_ends() -> None:
    life = Life(limit="20wd")
    life.say("03-02 10:00", "submit", text="办结")
    life.say("03-03 10:00", "verify", OFFICER, passed=False)
    life.say("03-04 10:00", "object", text="不属实")
    life.say("03-05 10:00", "suspend", OFFICER, reason="等批复", until="2026-04-03")
    life.say("03-06 10:00", "submit", text="办结")
    life.say("04-10 10:00", "verify", OFFICER, passed=True, method="document")

    assert life.state.clocks[ClockKind.OBJECTION].due_at > at("04-10 10:00")
    assert life.next_at is not None
    assert life.next_at > at("04-10 10:00")


def test_the_archive_waits_for_an_objection() -> None:
    life = closed()
    life.say("04-07 10:00", "object", HANDLER, text="不属实")
    life.wait("04-30 00:00")
    assert life.state.stage is Stage.CLOSED

    life.say("04-30 10:00", "decide_objection", LEADER, upheld=True)
    assert life.names("04-30 10:00") == ["objection_decided", "finding_withdrawn", "light_changed", "archived"]


@pytest.mark.parametrize(("when", "accepted"), [("04-07 17:59:59", True), ("04-07 18:00", False)])
def test_a_matter_is_reopened_within_thirty_days_of_closing(when: str, accepted: bool) -> None:
    life = closed()

    assert life.say(when, "reopen", OFFICER, reason="回访").accepted is accepted


def test_a_reopened_matter_missed_again_is_to_be_rectified() -> None:
    life = closed()
    life.say("03-09 10:00", "reopen", OFFICER, reason="回访")

    assert life.state.light is Light.GREEN
    assert life.the(ActName.REOPENED).due == at("03-16 18:00")
    assert life.wait("03-16 18:00").names("03-16 18:00") == ["light_changed", "rectification_ordered"]


def test_a_reopened_clock_does_not_lean_on_the_old_limit() -> None:
    life = Life(limit="20wd")
    life.say("03-02 10:00", "submit", text="办结")
    life.say("03-03 10:00", "verify", OFFICER, passed=True, method="document")
    life.say("03-04 10:00", "reopen", OFFICER, reason="回访")
    life.say("03-05 10:00", "suspend", OFFICER, reason="等批复", until="2026-03-10")
    life.say("03-06 10:00", "resume", OFFICER)

    assert life.state.clocks[ClockKind.RETURNED].due_at == at("03-13 18:00")
