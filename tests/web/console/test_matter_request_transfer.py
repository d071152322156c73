"""申请转办: the lead asks that another organ takes it over."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_lead_asks_for_a_transfer_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    done_once_by(house, "handler", "m1", "request_transfer", ActName.TRANSFER_REQUESTED, to="财政局", reason="职责调整")
