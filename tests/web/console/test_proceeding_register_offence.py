"""登记违章: looked up in the register; a first offence is exempt, a second one is not."""

import pytest

from models.acts import ActName
from models.proceeding_messages import RegisterOffence
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, opened
from tests.workflows.cast import CO, HANDLER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE, NEXT = "proceeding/1", "proceeding/2"


def test_a_first_offence_is_registered_once_and_exempt(house: House) -> None:
    opened(house, ONE, "first_offence", subject=CO)
    assert form(house, "officer", ONE, "register_offence") is None
    page = done_once_by(house, "handler", ONE, "register_offence", ActName.OFFENCE_REGISTERED, text="占道堆放")
    assert "首违免罚" in page
    assert ActName.FIRST_OFFENCE_EXEMPTED in house.acts(ONE)


def test_a_second_one_is_registered_once_and_goes_on(house: House) -> None:
    opened(house, ONE, "first_offence", subject=CO)
    house.say(ONE, RegisterOffence, HANDLER)
    house.passes(days=1)
    opened(house, NEXT, "first_offence", subject=CO)
    page = done_once_by(house, "handler", NEXT, "register_offence", ActName.OFFENCE_REGISTERED, text="占道堆放")
    assert "再次违章" in page
    assert 'name="evidence.处罚决定书"' in page
