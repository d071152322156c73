"""维持交办: the office upholds the assignment."""

import pytest

from models.acts import ActName
from models.messages import ObjectAssignment
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by
from tests.workflows.cast import HANDLER

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_office_upholds_the_assignment_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    house.say("m1", ObjectAssignment, HANDLER, reason="不属职责")
    done_once_by(house, "officer", "m1", "uphold_assignment", ActName.ASSIGNMENT_UPHELD, reason="属其职责")
