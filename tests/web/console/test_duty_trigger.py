"""触发: something happened, and the duty falls due for it, once."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, give, opened

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

DUTY = "duty/热点"


def test_an_event_makes_it_fall_due_once_and_its_matter_stands_on_the_page(house: House) -> None:
    opened(house, DUTY, "hot_issue_disclosure", title="热点问题公开")
    assert give(house, "officer", DUTY, "trigger").status_code == 409
    page = done_once_by(house, "officer", DUTY, "trigger", ActName.OCCURRED, on="2026-03-02", reason="网民反映停水")
    assert "网民反映停水" in page
    assert "按事件发生" in page
