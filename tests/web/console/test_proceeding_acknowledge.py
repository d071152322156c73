"""回执: the organ that a paper went to says that it has it; only a transfer may it refuse."""

import pytest

from models.acts import ActName
from models.proceeding_messages import SendPaper
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened
from tests.workflows.cast import HANDLER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_the_receiver_gives_its_receipt_once(house: House) -> None:
    opened(house, ONE, "plan_filing")
    house.say(ONE, SendPaper, HANDLER, number="教发〔2026〕3号")
    assert form(house, "handler", ONE, "acknowledge") is None
    refused = give(house, "officer", ONE, "acknowledge", accepted="no", reason="不属本单位职责")
    assert refused.status_code == 409
    assert "报备、抄送件不得退回" in refused.text
    page = done_once_by(house, "officer", ONE, "acknowledge", ActName.RECEIPT_GIVEN, accepted="yes")
    assert "已回执" in page
