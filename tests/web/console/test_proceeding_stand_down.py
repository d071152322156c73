"""回避: a member of the panel who may not judge says why, and has no vote."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened
from tests.workflows.cast import HEAD, LEADER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_a_member_stands_down_once_with_the_reason_and_cannot_vote(house: House) -> None:
    opened(house, ONE, "expert_vote", panel=(LEADER, HEAD))
    refused = give(house, "head", ONE, "stand_down")
    assert refused.status_code == 409
    assert "缺少理由" in refused.text
    page = done_once_by(house, "head", ONE, "stand_down", ActName.RECUSED, reason="与人选同一单位")
    assert "与人选同一单位" in page
    assert form(house, "head", ONE, "cast") is None
