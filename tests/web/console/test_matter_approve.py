"""批准: the leader approves a matter of the office's own motion."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_leader_approves_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1", basis="自行立项")
    done_once_by(house, "leader", "m1", "approve", ActName.APPROVED, granted="yes")
