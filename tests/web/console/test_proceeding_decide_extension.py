"""审批延期: the leader grants it and the clock goes on longer, or says why not."""

import pytest

from models.acts import ActName
from models.messages import RequestExtension
from models.proceeding_messages import CheckItems
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened
from tests.workflows.cast import HANDLER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_the_leader_grants_it_once_and_the_clock_runs_longer(house: House) -> None:
    opened(house, ONE)
    house.say(ONE, CheckItems, HANDLER, missing=())
    assert form(house, "leader", ONE, "decide_extension") is None
    house.say(ONE, RequestExtension, HANDLER, limit="5wd", reason="需要鉴定")
    refused = give(house, "leader", ONE, "decide_extension", granted="")
    assert refused.status_code == 409
    assert "缺少审批结果" in refused.text
    page = done_once_by(house, "leader", ONE, "decide_extension", ActName.EXTENSION_GRANTED, granted="yes")
    assert "还有25个工作日" in page
