"""维持分办: the office decides an objection, and it stays where it lies."""

import pytest

from models.acts import ActName
from models.proceeding_messages import ObjectRouting, Route
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, opened
from tests.workflows.cast import HANDLER, LEAD, OFFICER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "petition/1"


def test_the_office_upholds_it_once_and_the_organ_has_it(house: House) -> None:
    opened(house, ONE, "petition")
    house.say(ONE, Route, OFFICER, to=LEAD)
    assert form(house, "officer", ONE, "uphold_routing") is None
    house.say(ONE, ObjectRouting, HANDLER, reason="非本单位职责")
    done_once_by(house, "officer", ONE, "uphold_routing", ActName.ROUTING_UPHELD, reason="职责明确")
    assert "受理并书面告知" in house.get("handler", f"/console/proceedings/{ONE}").text
