"""An address that says what no page of ours says is answered with a page that says so, and breaks nothing."""

from urllib.parse import quote

import pytest

from tests.web.console.conftest import House

pytestmark = pytest.mark.either_database("what is refused before any record")

FIRST, LAST = "0001-01-01", "9999-12-31"


@pytest.mark.parametrize("day", [FIRST, LAST, "20260302", "1899-12-31"])
def test_days_at_the_ends_of_the_calendar_are_not_taken(house: House, day: str) -> None:
    for address in (
        f"/console/matters?registered_from={day}",
        f"/console/matters?open_on={day}",
        f"/console/matters?act=overdue&act_before={day}",
        f"/console/dates?last={day}",
        f"/console/petitions?due_by={day}",
        f"/console/register/export?closed_before={day}",
    ):
        assert house.get("officer", address).status_code == 422, address
    assert house.get("officer", "/console/dates?last=1900-01-01").status_code == 422
    assert house.get("officer", "/console/dates?last=1900-01-10").status_code == 200


def test_a_cursor_that_no_page_gave_leads_nowhere(house: House) -> None:
    after = quote(f"{FIRST}T00:00:00+08:00|x")
    for address in (
        "/console/cases?after=",
        "/console/matters?order=due&after=",
        "/console/matters?order=newest&after=",
        "/console/inbox?after=",
        "/console/inbox/done?after=",
        "/console/petitions?order=due&after=",
    ):
        assert house.get("officer", f"{address}{after}").status_code == 404, address
