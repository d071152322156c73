"""对交办提出异议: the lead holds that it is not its own."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_lead_objects_to_the_assignment_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    done_once_by(house, "handler", "m1", "object_assignment", ActName.ASSIGNMENT_OBJECTED, reason="不属本单位职责")
