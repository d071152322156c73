"""A member of the panel votes on the page of the case."""

import pytest

from models.acts import ActName
from tests.web.console.case_house import choices, with_case
from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_a_member_votes_with_the_choices_that_the_rules_allow(house: House) -> None:
    case = with_case(house, "heard")
    case.refuses("vote", "member", choice="proposed")
    offered = choices(case.page("member"), "vote", "choice")
    assert list(offered) == ["proposed", "P0", "dismiss", "exempt"], "nothing heavier than what was notified"
    assert offered["proposed"] == "同意所建议的 P1 诫勉谈话"
    shown = case.does("vote", "member", ActName.VOTE_CAST, choice="P0", reason="初犯")
    assert "已投1票,法定人数2" in shown.text
    assert "vote" not in case.offered("member")


def test_how_a_member_voted_is_shown_to_the_panel_and_the_office_and_not_to_the_subject(house: House) -> None:
    case = with_case(house, "heard")
    case.give("member", "vote", choice="dismiss")
    for who, knows in (("judge", True), ("officer", True), ("head", False)):
        page = case.page(who)
        assert "已表决" in page
        assert ("不予问责</span>" in page) is knows, who
        assert ("意见: 不予问责" in page) is knows, who
