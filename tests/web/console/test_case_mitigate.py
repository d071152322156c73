"""A measure is made lighter on a case's page."""

import pytest

from models.acts import ActName
from tests.web.console.case_house import choices, with_case
from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_a_criterion_that_the_rules_know_makes_the_measure_lighter_once(house: House) -> None:
    case = with_case(house)
    said = {"reason": "主动报告并整改", "criterion": "self_report"}
    case.refuses("mitigate", "officer", **said)
    offered = choices(case.page("officer"), "mitigate", "criterion")
    assert offered["self_report"] == "主动报告并整改"
    assert "concealment" not in offered
    before = case.form("officer", "mitigate")
    assert case.send("officer", "mitigate", {**before, "reason": "有情节", "criterion": "weather"}).status_code == 422
    shown = case.does("mitigate", "officer", ActName.MITIGATED, **said)
    assert "P0 批评教育" in shown.text
    assert "mitigate" not in case.offered("officer")
