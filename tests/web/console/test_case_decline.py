"""A case is declined on its page."""

import pytest

from models.acts import ActName
from tests.web.console.case_house import with_case
from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_the_leader_declines_a_case_and_says_why_or_is_refused(house: House) -> None:
    case = with_case(house)
    case.refuses("decline", "leader", reason="不足以立案")
    bare = case.give("leader", "decline")
    assert bare.status_code == 409
    assert case.acts()[-1] is ActName.REFUSED
    shown = case.does("decline", "leader", ActName.CASE_DECLINED, reason="不足以立案")
    assert "不予立案" in shown.text
    assert case.offered("leader") == set()
