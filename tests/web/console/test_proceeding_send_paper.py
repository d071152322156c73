"""报送: under a number, to the organs that the procedure names."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened
from tests.workflows.cast import OFFICE

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_the_paper_is_sent_once_under_its_number_and_a_receipt_awaited(house: House) -> None:
    opened(house, ONE, "plan_filing")
    assert form(house, "officer", ONE, "send_paper") is None
    refused = give(house, "handler", ONE, "send_paper")
    assert refused.status_code == 409
    assert "缺少文号" in refused.text
    page = done_once_by(house, "handler", ONE, "send_paper", ActName.PAPER_SENT, number="教发〔2026〕3号")
    assert "教发〔2026〕3号" in page
    assert f"待回执:{OFFICE}" in page
