"""A statement is answered on a case's page."""

import pytest

from models.acts import ActName
from tests.web.console.case_house import with_case
from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_the_office_answers_a_statement_and_the_checklist_says_so(house: House) -> None:
    case = with_case(house, "stated")
    case.refuses("answer_statement", "officer", text="第一点采纳")
    assert "陈述逐点答复 0/1" in case.page("officer")
    shown = case.does("answer_statement", "officer", ActName.STATEMENT_ANSWERED, text="第一点采纳")
    assert "陈述逐点答复 1/1" in shown.text
    assert "第一点采纳" not in shown.text
