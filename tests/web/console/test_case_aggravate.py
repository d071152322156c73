"""A measure is made heavier on a case's page."""

import pytest

from models.acts import ActName
from tests.web.console.case_house import choices, with_case
from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_a_criterion_that_the_rules_know_makes_the_measure_heavier_before_the_notice(house: House) -> None:
    case = with_case(house)
    said = {"reason": "隐瞒事实", "criterion": "concealment"}
    case.refuses("aggravate", "leader", **said)
    assert "self_report" not in choices(case.page("leader"), "aggravate", "criterion")
    shown = case.does("aggravate", "leader", ActName.AGGRAVATED, **said)
    assert "P2 取消当年评优评先资格" in shown.text
