"""核验: the office verifies what was handed in."""

import pytest

from models.acts import ActName
from models.messages import Submit
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by
from tests.workflows.cast import HANDLER

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_office_verifies_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    house.say("m1", Submit, HANDLER, text="办结")
    done_once_by(
        house, "officer", "m1", "verify", ActName.CLOSED, passed="yes", method="document", evidence__document="办结报告"
    )
