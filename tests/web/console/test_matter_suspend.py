"""中止计时: the office stops the clocks."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_office_stops_the_clocks_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    done_once_by(house, "officer", "m1", "suspend", ActName.SUSPENDED, until="2026-03-06", reason="等待批复")
