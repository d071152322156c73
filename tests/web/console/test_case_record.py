"""A decision is filed for the record on the page of the case."""

import pytest

from models.acts import ActName
from tests.web.console.case_house import with_case
from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_the_office_files_the_decision_for_the_record(house: House) -> None:
    case = with_case(house, "decided")
    case.refuses("record", "officer", number="督备〔2026〕3号")
    shown = case.does("record", "officer", ActName.CASE_RECORDED, number="督备〔2026〕3号")
    assert "督备〔2026〕3号" in shown.text
    assert "record" not in case.offered("officer")
