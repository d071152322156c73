"""恢复: the clock goes on from where it stood."""

import pytest

from models.acts import ActName
from models.messages import Suspend
from models.proceeding_messages import CheckItems
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, opened
from tests.workflows.cast import HANDLER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_the_clock_goes_on_once_with_what_was_left(house: House) -> None:
    opened(house, ONE)
    house.say(ONE, CheckItems, HANDLER, missing=())
    assert form(house, "handler", ONE, "resume") is None
    house.say(ONE, Suspend, HANDLER, until="2026-03-20", reason="听证")
    house.passes(days=7)
    page = done_once_by(house, "handler", ONE, "resume", ActName.RESUMED)
    assert "还有20个工作日" in page
    assert form(house, "handler", ONE, "resume") is None
