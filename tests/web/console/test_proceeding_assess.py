"""评分: a mark by each criterion, with the reason for what was taken off, and the grade it makes."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"
MARKS = {"marks__重要工作": "20", "marks__重大项目": "18", "marks__专项资金与效益": "55"}


def test_it_is_marked_once_with_the_reason_for_what_was_taken_off(house: House) -> None:
    opened(house, ONE, "performance_assessment")
    assert form(house, "handler", ONE, "assess") is None
    refused = give(house, "officer", ONE, "assess", **MARKS)
    assert refused.status_code == 409
    assert "扣分须说明理由" in refused.text
    page = done_once_by(house, "officer", ONE, "assess", ActName.SCORED, **MARKS, reason="两个项目进度滞后")
    assert "两个项目进度滞后" in page
    assert "评定等次 奖励" in page
