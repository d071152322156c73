"""The subject states a defence on the page of the case."""

import pytest

from models.acts import ActName
from tests.web.console.case_house import with_case
from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_the_subject_states_a_defence_and_reads_what_that_means(house: House) -> None:
    case = with_case(house, "notified")
    case.refuses("give_statement", "head", text="暴雨所致")
    page = case.page("head")
    assert "您的权利" in page
    assert "之前陈述申辩" in page
    assert "您的权利" not in case.page("officer")
    shown = case.does("give_statement", "head", ActName.STATEMENT_GIVEN, text="暴雨所致")
    assert "暴雨所致" not in shown.text
    assert case.give("head", "give_statement", text="补充陈述").status_code == 200
