"""撤销: with a reason, by the leader or the office; its clocks stop."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import form, give, opened, refuses_everybody_else

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_it_is_ended_once_with_a_reason_and_hears_nothing_more(house: House) -> None:
    opened(house, ONE)
    assert give(house, "leader", ONE, "cancel").status_code == 409
    refuses_everybody_else(house, ONE, "cancel", "leader", reason="申请撤回")
    shown = form(house, "leader", ONE, "cancel")
    assert shown is not None
    address = f"/console/proceedings/{ONE}/commands/cancel"
    for _ in range(2):
        page = house.as_("leader").post(address, data={**shown, "reason": "申请撤回"})
        assert page.status_code == 200
    assert "已撤销" in page.text
    assert "此岗位现在没有可以办理的" in page.text
    assert house.acts(ONE).count(ActName.CONCLUDED) == 1
