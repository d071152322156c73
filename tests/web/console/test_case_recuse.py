"""Somebody stands down on the page of the case."""

import pytest

from models.acts import ActName
from tests.web.console.case_house import JUDGE, MEMBER, choices, with_case
from tests.web.console.conftest import House
from tests.workflows.cast import LEADER

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_a_member_stands_down_and_another_chairs_or_decides(house: House) -> None:
    case = with_case(house, "heard")
    case.refuses("recuse", "judge", reason="与其为亲属")
    shown = case.does("recuse", "judge", ActName.RECUSED, reason="与其为亲属")
    assert "已回避" in shown.text
    assert "案件经过和材料不属于您可查看的范围" in shown.text
    assert JUDGE in case.page("officer").partition("已回避</dt>")[2][:60]
    assert "vote" not in case.offered("judge")


def test_the_subject_is_told_who_decides_and_he_enters_what_it_asked_for(house: House) -> None:
    case = with_case(house, "notified")
    assert f"由{LEADER}决定" in case.page("head")
    asked = {"member": MEMBER, "reason": "被问责人申请其回避"}
    assert MEMBER in choices(case.page("leader"), "recuse", "member")
    case.does("recuse", "leader", ActName.RECUSED, **asked)
    officer = case.give("officer", "recuse", member=JUDGE, reason="被问责人申请其回避")
    assert officer.status_code == 409
