"""发布会议材料: each notice of a meeting, once, in time before it."""

import pytest

from models.acts import ActName
from models.proceeding_messages import Convene
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, give, opened
from tests.workflows.cast import CO, LEAD, OFFICER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_the_notice_is_sent_out_once_and_stands_with_its_day(house: House) -> None:
    opened(house, ONE, "progress_meeting")
    house.say(ONE, Convene, OFFICER, on="2026-03-10", organs=(LEAD, CO))
    refused = give(house, "officer", ONE, "send_out", what="")
    assert refused.status_code == 409
    assert "缺少发布内容" in refused.text
    page = done_once_by(house, "officer", ONE, "send_out", ActName.NOTICE_SENT, what="会议通知")
    assert "会议通知 2026-03-02" in page
