"""持证行使: what was granted is used, each time for a purpose, as long as it holds."""

import pytest

from models.acts import ActName
from models.proceeding_messages import Grant
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened
from tests.workflows.cast import LEADER

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_what_was_granted_is_used_once_for_a_purpose_and_not_after_its_last_day(house: House) -> None:
    opened(house, ONE, "levy_permission")
    assert form(house, "handler", ONE, "use_permit") is None
    house.say(ONE, Grant, LEADER, evidence={"集体讨论记录": "有"})
    refused = give(house, "handler", ONE, "use_permit")
    assert refused.status_code == 409
    assert "缺少事由" in refused.text
    page = done_once_by(house, "handler", ONE, "use_permit", ActName.PERMIT_USED, purpose="灾后校舍募捐")
    assert "灾后校舍募捐" in page
    house.passes(ONE, days=40)
    assert form(house, "handler", ONE, "use_permit") is None
