"""继续任务: a paused duty goes on with the next period."""

import pytest

from models.acts import ActName
from models.proceeding_messages import PauseDuty
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, opened
from tests.workflows.cast import OFFICER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

DUTY = "duty/月报"


def test_it_goes_on_once_and_says_when_it_falls_due_next(house: House) -> None:
    opened(house, DUTY, "monthly_report", title="月报")
    assert form(house, "leader", DUTY, "continue_duty") is None
    house.say(DUTY, PauseDuty, OFFICER, reason="机构改革")
    assert form(house, "handler", DUTY, "continue_duty") is None
    page = done_once_by(house, "leader", DUTY, "continue_duty", ActName.DUTY_CONTINUED)
    assert "已暂停" not in page
    assert "<span>下一期</span>" in page
