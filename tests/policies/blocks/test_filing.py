"""Filing, copies and transfers, and that the other body has it (F3, J2, K9, 2.5)."""

import pytest

from models.acts import ActName
from models.proceedings import ProceedingStage
from policies.documents import DocumentError
from tests.builders import at
from tests.policies.blocks.walks import Walk, procedure_of

CLERK, OFFICE = "区教育局承办岗", "区政务公开办承办岗"


def plan(**opened: str) -> Walk:
    return Walk("plan_filing", lead="区教育局", office="区政务公开办", **{"event_on": "2026-03-02", **opened})


@pytest.mark.parametrize(("when", "missed"), [("03-11 18:00", 0), ("03-12 17:59", 0), ("03-12 18:00", 1)])
def test_a_plan_is_filed_within_ten_days_of_its_issue(when: str, missed: int) -> None:
    assert len(plan().wait(when).of(ActName.STEP_OVERDUE)) == missed


def test_an_event_of_which_no_day_is_known_counts_from_now_on() -> None:
    walk = Walk("plan_filing", lead="区教育局", office="区政务公开办")
    assert walk.wait("03-12 18:00").of(ActName.STEP_OVERDUE)


@pytest.mark.parametrize(("when", "missed"), [("03-10 17:59", 0), ("03-10 18:00", 1)])
def test_the_receiver_owes_a_receipt_and_its_silence_is_told_above_it(when: str, missed: int) -> None:
    walk = plan()
    walk.say("03-03 10:00", CLERK, "send_paper", number="教办〔2026〕3号")
    assert OFFICE in walk.owed_by()
    walk.wait(when)
    told = walk.of(ActName.STEP_OVERDUE)
    assert len(told) == missed
    assert all("区长" in act.tell for act in told)
    assert not walk.of(ActName.MATTER_LAUNCHED), "the sender bears nothing of what the receiver owes"
    assert walk.say(None, OFFICE, "acknowledge").accepted
    assert walk.state.stage is ProceedingStage.COMPLETED


def test_a_paper_has_a_number_and_goes_out_once() -> None:
    walk = plan()
    assert not walk.say("03-03 10:00", CLERK, "send_paper").accepted
    assert not walk.say("03-03 10:00", OFFICE, "acknowledge").accepted
    assert walk.say("03-03 10:00", CLERK, "send_paper", number="一号").accepted
    assert not walk.say("03-03 10:00", CLERK, "send_paper", number="二号").accepted


def test_what_is_filed_for_the_record_is_not_sent_back() -> None:
    walk = plan()
    walk.say("03-03 10:00", CLERK, "send_paper", number="一号")
    assert not walk.say("03-04 10:00", OFFICE, "acknowledge", accepted=False, reason="不收").accepted


def transfer() -> Walk:
    walk = Walk(
        "copy_and_transfer", lead="区审计局", office="区政府办公室", co=["区财政局", "区人社局"], subject="区公安局"
    )
    walk.say("03-03 10:00", "区审计局承办岗", "send_paper", number="审决1号")
    return walk


def test_copies_go_to_each_and_wait_for_nobody() -> None:
    walk = transfer()
    assert [act.subject for act in walk.of(ActName.PAPER_SENT)] == ["区财政局", "区人社局"]
    assert walk.step_name == "transfer"


@pytest.mark.parametrize(("accepted", "stage"), [(True, ProceedingStage.COMPLETED), (False, ProceedingStage.DENIED)])
def test_a_refused_transfer_is_settled_one_organ_higher(accepted: bool, stage: ProceedingStage) -> None:
    walk = transfer()
    walk.say("03-03 11:00", "区审计局承办岗", "send_paper", number="审移1号")
    assert not walk.say("03-04 10:00", "区公安局承办岗", "acknowledge", accepted=False).accepted
    refused = walk.say("03-04 10:00", "区公安局承办岗", "acknowledge", accepted=False, reason="无管辖权")
    assert refused.due == at("03-11 18:00")
    assert set(walk.owed_by()) == {"区政府承办岗", "区长"}
    assert not walk.say("03-04 11:00", "区公安局长", "acknowledge", reason="自己裁定").accepted
    assert walk.say("03-05 10:00", "区长", "acknowledge", accepted=accepted, reason="裁定").accepted
    assert walk.state.stage is stage


@pytest.mark.parametrize(("when", "missed"), [("03-06 17:58", 0), ("03-06 17:59", 1)])
def test_what_the_head_decided_to_refer_goes_over_within_twenty_four_hours(when: str, missed: int) -> None:
    walk = Walk("referral", lead="区市场监管局", office="区政府办公室", subject="区公安局")
    walk.say("03-05 17:59", "区市场监管局长", "finish", evidence={"决定及理由": "移送"})
    assert len(walk.wait(when).of(ActName.STEP_OVERDUE)) == missed


def test_deciding_against_a_transfer_leaves_the_reasons() -> None:
    walk = Walk("referral", lead="区市场监管局", office="区政府办公室", subject="区公安局")
    walk.say("03-05 10:00", "区市场监管局长", "finish", evidence={"决定及理由": "证据不足"})
    assert not walk.say("03-05 11:00", "区市场监管局长", "deny").accepted
    assert walk.say("03-05 11:00", "区市场监管局长", "deny", reason="证据不足").accepted
    assert walk.state.stage is ProceedingStage.DENIED


FILE = """
name: x
title: 报送 Filing
steps:
  - {name: a, title: 甲, block: filing, what: %s}
"""


def test_only_a_copy_may_do_without_a_receipt() -> None:
    assert procedure_of(FILE % "copy").name == "x"
    for what in ("record", "transfer"):
        with pytest.raises(DocumentError):
            procedure_of(FILE % what)
