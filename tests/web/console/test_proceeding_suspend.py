"""中止: for a reason that the procedure names the clock stands still."""

import pytest

from models.acts import ActName
from models.proceeding_messages import CheckItems
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, give, opened
from tests.workflows.cast import HANDLER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_the_clock_is_stopped_once_for_a_reason_that_the_procedure_names(house: House) -> None:
    opened(house, ONE)
    house.say(ONE, CheckItems, HANDLER, missing=())
    refused = give(house, "handler", ONE, "suspend", until="2026-03-20", reason="休假")
    assert refused.status_code == 409
    page = done_once_by(house, "handler", ONE, "suspend", ActName.SUSPENDED, until="2026-03-20", reason="听证")
    assert "计时中止" in page
