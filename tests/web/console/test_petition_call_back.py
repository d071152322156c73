"""回访: satisfied, not satisfied with the reason, or not reached; dissatisfied, it is done again."""

import pytest

from models.acts import ActName
from models.proceeding_messages import Finish
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, give
from tests.web.console.test_petition_finish import ONE, handled
from tests.workflows.cast import HANDLER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)


def test_who_asked_is_called_back_once_and_dissatisfied_it_is_done_again(house: House) -> None:
    handled(house)
    house.say(ONE, Finish, HANDLER, evidence={"处理意见书": "有"})
    house.say(ONE, Finish, HANDLER, evidence={"答复": "有", "送达方式": "邮寄"})
    assert give(house, "officer", ONE, "call_back", satisfied="no").status_code == 409
    page = done_once_by(
        house, "officer", ONE, "call_back", ActName.CALLED_BACK, satisfied="no", text="答复未说明整改期限"
    )
    assert ActName.REDONE in house.acts(ONE)
    assert "第2轮" in page
    assert "重新办理 调查处理 (答复未说明整改期限)" in page


def test_what_has_to_be_done_once_more_is_to_come_again(house: House) -> None:
    handled(house)
    house.say(ONE, Finish, HANDLER, evidence={"处理意见书": "有"})
    house.say(ONE, Finish, HANDLER, evidence={"答复": "有", "送达方式": "邮寄"})
    before = house.get("officer", f"/console/proceedings/{ONE}").text
    page = give(house, "officer", ONE, "call_back", satisfied="no", text="仍在施工").text
    assert (before.count('text-bg-success">已办'), page.count('text-bg-success">已办')) == (4, 2)
