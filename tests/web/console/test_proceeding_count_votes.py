"""计票: closes the vote; who voted was there, and what it came to stands on the page."""

import pytest

from models.acts import ActName
from models.proceeding_messages import Cast
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened
from tests.workflows.cast import HEAD, LEADER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_the_office_counts_once_and_everybody_who_voted_was_there(house: House) -> None:
    opened(house, ONE, "expert_vote", panel=(LEADER, HEAD))
    for member in (LEADER, HEAD):
        house.say(ONE, Cast, member, agreed=True)
    assert form(house, "head", ONE, "count_votes") is None
    refused = give(house, "officer", ONE, "count_votes", present=LEADER)
    assert refused.status_code == 409
    assert f"已投票的成员须列为到会 who voted was present: {HEAD}" in refused.text
    page = done_once_by(house, "officer", ONE, "count_votes", ActName.VOTE_PASSED, present=f"{LEADER}、{HEAD}")
    assert "表决通过 2/2" in page
