"""暂停任务: a duty opens nothing while it is paused."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

DUTY = "duty/月报"


def test_it_is_paused_once_with_a_reason(house: House) -> None:
    opened(house, DUTY, "monthly_report", title="月报")
    assert form(house, "handler", DUTY, "pause_duty") is None
    assert give(house, "officer", DUTY, "pause_duty").status_code == 409
    page = done_once_by(house, "officer", DUTY, "pause_duty", ActName.DUTY_PAUSED, reason="机构改革")
    assert "已暂停" in page
    assert form(house, "officer", DUTY, "pause_duty") is None
