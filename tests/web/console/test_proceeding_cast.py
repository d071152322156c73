"""投票: each member of the panel once; of a secret ballot nobody reads how."""

import re

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened
from tests.workflows.cast import HEAD, LEADER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_a_member_votes_once_and_only_that_it_voted_is_read(house: House) -> None:
    opened(house, ONE, "expert_vote", panel=(LEADER, HEAD))
    assert form(house, "officer", ONE, "cast") is None
    refused = give(house, "leader", ONE, "cast", agreed="")
    assert refused.status_code == 409
    assert "缺少表决意见" in refused.text
    done_once_by(house, "leader", ONE, "cast", ActName.BALLOT_CAST, agreed="no")
    assert form(house, "leader", ONE, "cast") is None
    page = house.get("officer", f"/console/proceedings/{ONE}").text
    assert f"已投票:{LEADER}" in page
    assert "反对" not in page
    assert re.search(r"会议成员 a member of the panel.*?投票", page)
