"""对分办提出异议: the organ says why it is not the one, and the office has to decide."""

import pytest

from models.acts import ActName
from models.proceeding_messages import Route
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, give, opened
from tests.workflows.cast import LEAD, OFFICER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "petition/1"


def test_the_organ_objects_once_with_its_reason(house: House) -> None:
    opened(house, ONE, "petition")
    house.say(ONE, Route, OFFICER, to=LEAD)
    assert give(house, "handler", ONE, "object_routing").status_code == 409
    done_once_by(house, "handler", ONE, "object_routing", ActName.ROUTING_OBJECTED, reason="非本单位职责")
    assert f"{LEAD} 提出异议,待裁定" in house.get("officer", f"/console/proceedings/{ONE}").text
