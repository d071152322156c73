"""审批延期: the leader decides on more time."""

import pytest

from models.acts import ActName
from models.messages import RequestExtension
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by
from tests.workflows.cast import HANDLER

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_leader_decides_on_more_time_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    house.say("m1", RequestExtension, HANDLER, limit="5wd", reason="会签")
    done_once_by(house, "leader", "m1", "decide_extension", ActName.EXTENSION_GRANTED, granted="yes")
