"""A review is decided on the page of the case."""

import pytest

from models.acts import ActName
from models.case_messages import RequestReview
from tests.web.console.case_house import CASE, choices, with_case
from tests.web.console.conftest import House
from tests.workflows.cast import HEAD, STRANGER

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_a_reviewer_upholds_lightens_or_revokes_and_nothing_heavier_is_offered(house: House) -> None:
    case = with_case(house, "served", reviewers=(STRANGER,))
    case.house.say(CASE, RequestReview, HEAD, text="请予复核")
    said = {"outcome": "lighter", "measure": "P0", "reason": "情节轻微"}
    case.refuses("decide_review", "stranger", **said)
    page = case.page("stranger")
    assert choices(page, "decide_review", "outcome") == {"upheld": "维持", "lighter": "减轻", "revoked": "撤销"}
    assert list(choices(page, "decide_review", "measure")) == ["P0"]
    shown = case.does("decide_review", "stranger", ActName.REVIEW_DECIDED, **said)
    assert "P0 批评教育" in shown.text.partition("生效措施")[2][:80]
