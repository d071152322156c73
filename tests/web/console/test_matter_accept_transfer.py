"""接受转办: the other organ takes it over."""

import pytest

from models.acts import ActName
from models.messages import RequestTransfer
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by
from tests.workflows.cast import CO, HANDLER

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_other_organ_takes_it_over_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    house.say("m1", RequestTransfer, HANDLER, to=CO, reason="职责调整")
    done_once_by(house, "co-handler", "m1", "accept_transfer", ActName.TRANSFER_ACCEPTED)
