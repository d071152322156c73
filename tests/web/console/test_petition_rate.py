"""诉求人评价: for whoever asked alone, on the pages for the public; no post can give it for him."""

import pytest

from models.acts import ActName
from models.proceeding_messages import Finish
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import form
from tests.web.console.test_petition_finish import ONE, handled
from tests.workflows.cast import HANDLER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)


def test_no_post_is_offered_it_and_one_that_sends_it_nevertheless_is_refused_on_record(house: House) -> None:
    handled(house)
    house.say(ONE, Finish, HANDLER, evidence={"处理意见书": "有"})
    house.say(ONE, Finish, HANDLER, evidence={"答复": "有", "送达方式": "邮寄"})
    for who in ("officer", "handler", "leader"):
        assert form(house, who, ONE, "rate") is None
    data = {"csrf": house.csrf("officer"), "message": "m" * 32, "satisfied": "yes"}
    refused = house.as_("officer").post(f"/console/proceedings/{ONE}/commands/rate", data=data)
    assert refused.status_code == 409
    assert "无权办理" in refused.text
    assert house.acts(ONE)[-1] is ActName.REFUSED
    assert ActName.RATED not in house.acts(ONE)
