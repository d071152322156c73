"""The chair closes a vote on the page of the case."""

import pytest

from models.acts import ActName
from tests.web.console.case_house import with_case
from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_the_chair_closes_the_vote_with_what_it_came_to(house: House) -> None:
    case = with_case(house, "voted")
    case.refuses("decide", "leader", reason="事实清楚")
    other = case.give("leader", "decide", choice="dismiss", reason="不足")
    assert other.status_code == 409, "the panel chose otherwise"
    shown = case.does("decide", "leader", ActName.MEASURE_DECIDED, reason="事实清楚")
    assert "生效措施" in shown.text
    assert "已决定" in shown.text


def test_without_a_quorum_nothing_is_decided(house: House) -> None:
    case = with_case(house, "heard")
    assert "decide" not in case.offered("leader")
    bare = {"csrf": case.csrf("leader"), "message": "f" * 32}
    refused = case.send("leader", "decide", bare)
    assert refused.status_code == 409
    assert "no quorum" in refused.text
