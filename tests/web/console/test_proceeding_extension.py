"""延期: asked for by who owes the step, decided by the leader, and the clock goes on longer."""

import pytest

from models.acts import ActName
from models.proceeding_messages import CheckItems
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, opened
from tests.workflows.cast import HANDLER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_more_time_is_asked_for_once_and_granted_once_by_the_leader(house: House) -> None:
    opened(house, ONE)
    house.say(ONE, CheckItems, HANDLER, missing=())
    assert form(house, "leader", ONE, "decide_extension") is None
    done_once_by(
        house, "handler", ONE, "request_extension", ActName.EXTENSION_REQUESTED, limit="5wd", reason="需要鉴定"
    )
    page = done_once_by(house, "leader", ONE, "decide_extension", ActName.EXTENSION_GRANTED, granted="yes")
    assert "还有25个工作日" in page
