"""A draft is tried on the past: who would have been treated differently, named to whom it is shown."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from models.messages import Sign, Submit
from tests.web.console.conftest import House
from tests.web.console.policy_room import DRAFT, ROOM, TWO_DAYS, acts, begun, fresh, put
from tests.workflows.cast import HANDLER

pytestmark = pytest.mark.either_database("a page over what tests/record/test_comparing.py claims")


def a_past(house: House) -> None:
    """One matter that is supervised and ordered to rectify, one that is done in time."""
    house.launch("m1", limit="5wd")
    house.launch("m2", limit="5wd")
    house.say("m2", Sign, HANDLER)
    house.say("m2", Submit, HANDLER, text="已办结")
    house.passes("m1", days=10)
    # Everything is lived up to the last thing that is known.
    house.launch("m3", limit="15wd")


def tried(house: House, who: str = "officer", **said: str) -> Any:
    form = fresh(house, who, **{"since": "2026-03-01", "until": "", **said})
    return house.as_(who).post(f"{DRAFT}/runs", data=form, follow_redirects=False)


def test_a_run_names_who_would_have_been_treated_differently_and_shows_the_acts_side_by_side(house: House) -> None:
    a_past(house)
    begun(house)
    put(house, "supervision", TWO_DAYS, on="2026-03-12")
    said = list(acts(house))
    led = tried(house)
    assert led.status_code == 303, led.text
    address = led.headers["location"]
    shown = house.get("officer", address).text
    assert "比较了 3 件事项" in shown
    assert "责令整改" in shown
    assert 'href="/console/matters/m1"' in shown
    assert 'href="/console/matters/m2"' not in shown
    assert "hx-get" not in shown
    side = house.get("officer", f"{address}/matters/m1").text
    assert "仅草案" in side
    assert side.count('class="differs"') >= 2
    assert acts(house) == said
    sheet = house.get("officer", f"{address}/sheet.xlsx")
    book = load_workbook(BytesIO(sheet.content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert {row[0] for row in rows[1:]} == {"m1"}


def test_a_draft_without_difference_changes_nothing(house: House) -> None:
    a_past(house)
    begun(house)
    shown = house.get("officer", tried(house).headers["location"]).text
    assert "没有任何差异" in shown


def test_the_same_form_is_one_run_and_days_bound_it(house: House) -> None:
    a_past(house)
    begun(house)
    form = fresh(house, "officer", since="2026-03-03", until="2026-03-04")
    led = [house.as_("officer").post(f"{DRAFT}/runs", data=form, follow_redirects=False) for _ in range(2)]
    assert len({one.headers["location"] for one in led}) == 1
    assert house.get("officer", DRAFT).text.count(f'href="{ROOM}/runs/') == 1
    assert "比较了 0 件事项" in house.get("officer", led[0].headers["location"]).text


def test_a_run_waits_on_its_page_until_somebody_works_on_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    a_past(house)
    begun(house)

    async def nobody(_run: str) -> None:
        """No worker runs."""

    monkeypatch.setattr(house.office, "compare", nobody)
    address = tried(house).headers["location"]
    shown = house.get("officer", address).text
    assert "等候工作进程" in shown
    assert 'hx-trigger="every 2s"' in shown


def test_runs_that_nobody_ended_keep_nobody_from_trying_for_good(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    a_past(house)
    begun(house)

    async def nobody(_run: str) -> None:
        """No worker runs."""

    monkeypatch.setattr(house.office, "compare", nobody)
    assert [tried(house).status_code for _ in range(4)] == [303, 303, 303, 409]
    house.passes(hours=4)
    assert tried(house).status_code == 303


def test_a_draft_with_mistakes_is_not_tried(house: House) -> None:
    begun(house)
    put(house, "supervision", "{平件: 2wd}")
    assert tried(house).status_code == 409


def test_a_result_is_for_who_may_draft_and_a_matter_for_whom_it_is(house: House) -> None:
    a_past(house)
    begun(house)
    put(house, "supervision", TWO_DAYS, on="2026-03-12")
    address = tried(house).headers["location"]
    for who in ("handler", "stranger", "admin", "auditor"):
        for path in (address, f"{address}/sheet.xlsx", f"{address}/matters/m1"):
            assert house.get(who, path).status_code == 404, (who, path)
    assert house.get("officer", f"{address}/matters/m9").status_code == 404
    assert house.get("officer", f"{ROOM}/runs/api-{'0' * 32}").status_code == 404
