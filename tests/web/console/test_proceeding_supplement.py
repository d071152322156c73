"""补正: what was asked for is brought, and with the last of it the file is accepted."""

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


def test_what_was_missing_is_brought_once_and_the_next_step_begins(house: House) -> None:
    opened(house, ONE)
    assert form(house, "handler", ONE, "supplement") is None
    house.say(ONE, CheckItems, HANDLER, missing=("申请书",))
    refused = give(house, "handler", ONE, "supplement", items="身份证明")
    assert refused.status_code == 409
    assert "可接受 accepted: 申请书" in refused.text
    page = done_once_by(house, "handler", ONE, "supplement", ActName.SUPPLEMENTED, items="申请书")
    assert "还有20个工作日" in page
