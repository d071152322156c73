"""答复意见: whoever was heard learns whether it was adopted, and why."""

import pytest

from models.acts import ActName
from models.proceeding_messages import Finish, Grant, Opine
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened
from tests.workflows.cast import CO, CO_HANDLER, HANDLER, LEADER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def heard(house: House) -> None:
    """A consultation in which the co-handler disagreed, and the leader has decided."""
    opened(house, ONE, "consultation", co=(CO,))
    house.say(ONE, Opine, CO_HANDLER, agreed=False, text="经费未落实")
    house.say(ONE, Finish, HANDLER, text="意见不一致")
    house.say(ONE, Grant, LEADER, text="按原方案办理")


def test_an_opinion_is_answered_once_with_reasons(house: House) -> None:
    heard(house)
    assert form(house, "leader", ONE, "answer_opinion") is None
    refused = give(house, "handler", ONE, "answer_opinion", representative=CO, adopted="yes")
    assert refused.status_code == 409
    assert "缺少理由" in refused.text
    page = done_once_by(
        house, "handler", ONE, "answer_opinion", ActName.OPINION_ANSWERED,
        representative=CO, adopted="yes", reason="已调整经费来源",
    )  # fmt: skip
    assert "已调整经费来源" in page
    assert f"{CO}的意见:采纳" in page
