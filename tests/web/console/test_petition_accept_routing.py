"""接收承办: the organ that a petition was given to takes it, and the next step begins there."""

import pytest

from models.acts import ActName
from models.proceeding_messages import Route
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, opened
from tests.workflows.cast import LEAD, OFFICER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "petition/1"


def test_the_organ_takes_it_once_and_sees_it_whole_from_then_on(house: House) -> None:
    opened(house, ONE, "petition")
    house.say(ONE, Route, OFFICER, to=LEAD)
    assert form(house, "officer", ONE, "accept_routing") is None
    page = done_once_by(house, "handler", ONE, "accept_routing", ActName.ROUTING_ACCEPTED)
    assert "受理并书面告知" in page
    assert '<ol class="steps">' in page
