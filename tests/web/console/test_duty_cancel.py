"""终止: a duty is ended for good; what it has opened goes on."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import form, opened, refuses_everybody_else

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

DUTY = "duty/月报"


def test_it_is_ended_once_and_what_it_opened_goes_on(house: House) -> None:
    opened(house, DUTY, "monthly_report", title="月报")
    refuses_everybody_else(house, DUTY, "cancel", "officer", reason="任务完成")
    shown = form(house, "officer", DUTY, "cancel")
    assert shown is not None
    address = "/console/proceedings/duty/%E6%9C%88%E6%8A%A5/commands/cancel"
    for _ in range(2):
        page = house.as_("officer").post(address, data={**shown, "reason": "任务完成"})
        assert page.status_code == 200
    assert "已撤销" in page.text
    assert "<span>下一期</span>" not in page.text
    assert house.acts(DUTY).count(ActName.CONCLUDED) == 1
    assert 'href="/console/matters/duty-月报-2026-03"' in page.text
