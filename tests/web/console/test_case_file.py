"""A case is filed on its page."""

import pytest

from models.acts import ActName
from tests.web.console.case_house import with_case
from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("a form on a case's page, and its answer")


def test_the_leader_files_a_case_and_his_reason_is_a_material_of_it(house: House) -> None:
    case = with_case(house)
    case.refuses("file", "leader", reason="事实清楚")
    shown = case.does("file", "leader", ActName.CASE_FILED, reason="事实清楚")
    assert "已立案" in shown.text
    assert "事实清楚" not in shown.text
    assert "file" not in case.offered("leader")
