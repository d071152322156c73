"""Findings are reported on a case's page."""

import pytest

from models.acts import ActName
from tests.web.console.case_house import CHIEF, CLERK, with_case
from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_two_posts_report_what_they_found_and_one_alone_is_refused(house: House) -> None:
    case = with_case(house, "filed")
    said = {"posts": f"{CHIEF}、{CLERK}", "text": "台账三处不符"}
    case.refuses("investigate", "chief", **said)
    alone = case.give("chief", "investigate", posts=CHIEF, text="台账三处不符")
    assert alone.status_code == 409
    assert "two or more" in alone.text
    shown = case.does("investigate", "chief", ActName.INVESTIGATED, **said)
    assert "台账三处不符" not in shown.text
