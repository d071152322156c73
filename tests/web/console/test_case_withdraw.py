"""A proposal is withdrawn on the page of the case."""

import pytest

from models.acts import ActName
from tests.web.console.case_house import with_case
from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_the_office_withdraws_before_filing_and_only_the_leader_after(house: House) -> None:
    case = with_case(house)
    case.refuses("withdraw", "officer", reason="重复提出")
    shown = case.does("withdraw", "officer", ActName.CASE_WITHDRAWN, reason="重复提出")
    assert "已撤回" in shown.text
    assert all(case.offered(who) == set() for who in ("officer", "leader", "head"))


def test_after_filing_the_office_is_not_offered_to_withdraw(house: House) -> None:
    case = with_case(house, "filed")
    assert "withdraw" not in case.offered("officer")
    assert "withdraw" in case.offered("leader")
