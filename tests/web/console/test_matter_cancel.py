"""撤销事项: the leader cancels the matter."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_leader_cancels_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    done_once_by(house, "leader", "m1", "cancel", ActName.CANCELLED, reason="上级已收回")
