"""填报指标: the figure of a part of the period, and what it comes to at this pace."""

import pytest

from models.acts import ActName
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import done_once_by, form, give, opened

pytestmark = pytest.mark.either_database(
    "a page that gives a command; what commands record is claimed of both in tests/record"
)

ONE = "proceeding/1"


def test_a_figure_is_reported_once_and_what_it_leads_to_is_said(house: House) -> None:
    opened(house, ONE, "fund_transfers")
    assert form(house, "officer", ONE, "report_value") is None
    for said, told in (
        ({"value": "很多", "on": "2026-02-28"}, "指标值读不懂"),
        ({"value": "95", "on": "2026-03-31"}, "该期尚未结束"),
    ):
        refused = give(house, "handler", ONE, "report_value", **said)
        assert refused.status_code == 409
        assert told in refused.text
    page = done_once_by(house, "handler", ONE, "report_value", ActName.VALUE_REPORTED, value="95.2", on="2026-02-28")
    assert "2026-02-28 95.2" in page
    assert "预计不达标" in page
