"""表扬: the office praises the lead."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_office_praises_the_lead_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    done_once_by(house, "officer", "m1", "praise", ActName.PRAISED, text="提前办结")
