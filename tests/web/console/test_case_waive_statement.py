"""The subject waives a statement on the page of the case."""

import pytest

from models.acts import ActName
from tests.web.console.case_house import with_case
from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_the_subject_waives_and_cannot_speak_any_more(house: House) -> None:
    case = with_case(house, "notified")
    case.refuses("waive_statement", "head")
    assert "放弃陈述申辩后不能再陈述" in case.page("head")
    shown = case.does("waive_statement", "head", ActName.STATEMENT_WAIVED)
    assert "您已放弃陈述申辩" in shown.text
    assert case.offered("head") == set()
