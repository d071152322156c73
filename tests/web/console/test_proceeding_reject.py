"""不予受理: with the reason, and the organ to go to instead."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, give, opened
from tests.workflows.cast import CO

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_it_is_turned_away_once_with_the_reason_and_where_to_go(house: House) -> None:
    opened(house, ONE)
    assert give(house, "handler", ONE, "reject").status_code == 409
    refused = give(house, "handler", ONE, "reject", reason="不属本单位职权", refer_to="没有的局")
    assert refused.status_code == 409
    assert "名录中没有该单位" in refused.text
    page = done_once_by(house, "handler", ONE, "reject", ActName.REJECTED, reason="不属本单位职权", refer_to=CO)
    assert f"不予受理 {CO} (不属本单位职权)" in page
    assert "此岗位现在没有可以办理的" in page
