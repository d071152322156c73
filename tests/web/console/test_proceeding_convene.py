"""定期召开: the day, which leaves time for every notice, and who is invited."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened
from tests.workflows.cast import HEAD

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"
INVITED = {"representatives__0__name": HEAD, "representatives__0__group": "利害关系人"}


def test_the_day_is_fixed_once_and_one_that_comes_too_soon_is_refused_with_the_earliest(house: House) -> None:
    opened(house, ONE, "hearing")
    assert form(house, "handler", ONE, "convene") is None
    refused = give(house, "officer", ONE, "convene", on="2026-03-10", **INVITED)
    assert refused.status_code == 409
    assert "最早可定于 earliest: 2026-03-14" in refused.text
    page = done_once_by(house, "officer", ONE, "convene", ActName.MEETING_CONVENED, on="2026-03-20", **INVITED)
    assert "会议日期:2026-03-20" in page
    assert f"应到:{HEAD}" in page
