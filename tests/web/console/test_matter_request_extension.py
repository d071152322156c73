"""申请延期: the lead asks for more time."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_lead_asks_for_more_time_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    page = done_once_by(
        house, "handler", "m1", "request_extension", ActName.EXTENSION_REQUESTED, limit="5wd", reason="需部门会签"
    )
    assert "申请延期 5个工作日 (需部门会签)" in page
