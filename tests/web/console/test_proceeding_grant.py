"""准予: with the minutes where it is decided collectively, and for how long it holds."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_the_leader_grants_once_and_shows_that_it_was_discussed(house: House) -> None:
    opened(house, ONE, "levy_permission")
    assert form(house, "handler", ONE, "grant") is None
    refused = give(house, "leader", ONE, "grant", text="同意")
    assert refused.status_code == 409
    assert "缺少佐证" in refused.text
    assert "可办:准予(grant)、不予(deny)。" in refused.text
    page = done_once_by(house, "leader", ONE, "grant", ActName.GRANTED, evidence__集体讨论记录="会议纪要〔2026〕1号")
    assert "会议纪要〔2026〕1号" in page
    assert "2026-04-02" in page
