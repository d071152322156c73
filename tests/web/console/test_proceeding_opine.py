"""会办意见: a co-handler agrees or says why not, once, for itself."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened
from tests.workflows.cast import CO

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_a_co_handler_disagrees_once_with_its_reason(house: House) -> None:
    opened(house, ONE, "joint_handling", co=(CO,))
    assert form(house, "handler", ONE, "opine") is None
    refused = give(house, "co-handler", ONE, "opine", agreed="no")
    assert refused.status_code == 409
    assert "缺少不同意的理由" in refused.text
    done_once_by(house, "co-handler", ONE, "opine", ActName.OPINION_GIVEN, agreed="no", text="经费未落实")
    assert form(house, "co-handler", ONE, "opine") is None
    assert "财政局:不同意" in house.get("handler", f"/console/proceedings/{ONE}").text
