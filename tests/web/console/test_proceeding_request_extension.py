"""申请延期: asked for by who owes the step, at most as much as the procedure gives."""

import pytest

from models.acts import ActName
from models.proceeding_messages import CheckItems
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened
from tests.workflows.cast import HANDLER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_more_time_is_asked_for_once_and_no_more_than_there_is(house: House) -> None:
    opened(house, ONE)
    house.say(ONE, CheckItems, HANDLER, missing=())
    assert form(house, "leader", ONE, "request_extension") is None
    refused = give(house, "handler", ONE, "request_extension", limit="30wd", reason="需要鉴定")
    assert refused.status_code == 409
    assert "10wd" in refused.text
    page = done_once_by(
        house, "handler", ONE, "request_extension", ActName.EXTENSION_REQUESTED, limit="5wd", reason="需要鉴定"
    )
    assert "申请延期 5个工作日 (需要鉴定)" in page
