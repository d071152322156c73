"""恢复计时: the office lets the clocks run again."""

import pytest

from models.acts import ActName
from models.messages import Suspend
from tests.web.console.conftest import House
from tests.web.console.doing import done_once_by
from tests.workflows.cast import OFFICER

pytestmark = pytest.mark.either_database("a form on a page, and its answer")


def test_the_office_lets_the_clocks_run_again_once_and_nobody_else_does(house: House) -> None:
    house.launch("m1")
    house.say("m1", Suspend, OFFICER, until="2026-03-06", reason="等待批复")
    done_once_by(house, "officer", "m1", "resume", ActName.RESUMED, reason="批复已到")
