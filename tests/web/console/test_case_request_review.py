"""The subject asks for a review on the page of the case."""

import pytest

from models.acts import ActName
from tests.web.console.case_house import with_case
from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_the_subject_asks_once_for_a_review_and_reads_what_it_can_come_to(house: House) -> None:
    case = with_case(house, "served")
    case.refuses("request_review", "head", text="请予复核")
    assert "之前申请一次复核" in case.page("head")
    assert "不会加重" in case.page("head")
    shown = case.does("request_review", "head", ActName.REVIEW_REQUESTED, text="请予复核")
    assert "请予复核" not in shown.text
    assert case.offered("head") == set()
