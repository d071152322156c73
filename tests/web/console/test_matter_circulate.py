"""通报: the office asks for a circulation, which its leader approves."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_office_asks_for_a_circulation_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    done_once_by(house, "officer", "m1", "circulate", ActName.CIRCULATION_REQUESTED, text="进度滞后")
