"""不接受转办: the other organ does not take it."""

import pytest

from models.acts import ActName
from models.messages import RequestTransfer
from tests.web.console.conftest import House
from tests.web.console.doing import form, refuses_everybody_else
from tests.workflows.cast import CO, HANDLER

pytestmark = pytest.mark.either_database("a form on a page, and its answer")

ADDRESS = "/console/matters/m1/commands/refuse_transfer"


def test_the_other_organ_does_not_take_it_once_and_then_sees_it_no_more(house: House) -> None:
    house.launch("m1")
    house.say("m1", RequestTransfer, HANDLER, to=CO, reason="职责调整")
    refuses_everybody_else(house, "m1", "refuse_transfer", "co-handler", reason="不属职责")
    shown = form(house, "co-handler", "m1", "refuse_transfer")
    assert shown is not None
    told = house.as_("co-handler").post(ADDRESS, data={**shown, "reason": "不属职责"})
    assert (told.status_code, "已受理" in told.text, "不属于您可查看" in told.text) == (200, True, True)
    assert house.as_("co-handler").post(ADDRESS, data={**shown, "reason": "不属职责"}).status_code == 404
    assert house.acts("m1").count(ActName.TRANSFER_REFUSED) == 1
