"""召开会议: not before its day, who was there, and the minutes of it."""

import pytest

from models.acts import ActName
from models.proceeding_messages import Convene, SendOut
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened
from tests.workflows.cast import CO, LEAD, OFFICER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_it_is_held_once_on_its_day_with_its_minutes_and_by_those_invited(house: House) -> None:
    opened(house, ONE, "progress_meeting")
    house.say(ONE, Convene, OFFICER, on="2026-03-10", organs=(LEAD, CO))
    house.say(ONE, SendOut, OFFICER, what="会议通知")
    assert form(house, "officer", ONE, "hold") is None
    house.passes(days=8)
    refused = give(house, "officer", ONE, "hold", present="公安局", evidence__调度会纪要="纪要1号")
    assert refused.status_code == 409
    assert "不在应到名单内" in refused.text
    page = done_once_by(
        house, "officer", ONE, "hold", ActName.MEETING_HELD, present=f"{LEAD}、{CO}", evidence__调度会纪要="纪要1号"
    )
    assert "纪要1号" in page
    assert "会议召开 2/2" in page
