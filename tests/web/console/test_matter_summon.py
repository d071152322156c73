"""约谈: the office summons the head of the lead."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_office_summons_the_head_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    done_once_by(house, "officer", "m1", "summon", ActName.SUMMONED, text="当面说明进度")
