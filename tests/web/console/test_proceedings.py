"""Petitions, duties and proceedings in lists: the filters stand in the address, and each shows what is one's own."""

import re

import pytest

from models.proceeding_messages import CheckItems
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import opened
from tests.workflows.cast import CO, HANDLER, LEAD, OFFICE

LISTS = {"petition": "/console/petitions", "duty": "/console/duties", "proceeding": "/console/proceedings"}


def listed(house: House, who: str, address: str) -> list[str]:
    page = house.get(who, address)
    assert page.status_code == 200
    found = re.findall(r'<td class="id">([^<]+)</td>', page.text)
    number = re.search(r"共 (\d+) 件", page.text)
    assert number is not None
    assert "after=" in page.text or int(number[1]) == len(found) or "after" in address
    return found


def a_busy_house(house: House) -> None:
    opened(house, "proceeding/1", title="食品许可")
    opened(house, "proceeding/2", title="规划许可", lead=CO)
    opened(house, "petition/1", "petition", title="噪声扰民", channel="hotline")
    opened(house, "petition/2", "petition", title="路灯不亮", channel="web", urgent=True)
    opened(house, "duty/月报", "monthly_report", title="月报")
    house.say("proceeding/1", CheckItems, HANDLER, missing=())


def test_each_kind_has_its_list_and_nothing_of_the_others(house: House) -> None:
    a_busy_house(house)
    assert listed(house, "officer", LISTS["proceeding"]) == ["proceeding/1", "proceeding/2"]
    assert listed(house, "officer", LISTS["petition"]) == ["petition/1", "petition/2"]
    assert listed(house, "officer", LISTS["duty"]) == ["duty/月报"]


FILTERS: tuple[tuple[str, str, list[str]], ...] = (
    ("petition", "channel=web", ["petition/2"]),
    ("petition", "text=噪声", ["petition/1"]),
    ("petition", "organ=" + LEAD, []),
    ("proceeding", "organ=" + LEAD, ["proceeding/1"]),
    ("proceeding", "organ=" + OFFICE, ["proceeding/1", "proceeding/2"]),
    ("proceeding", "procedure=window_acceptance", ["proceeding/1", "proceeding/2"]),
    ("proceeding", "procedure=hearing", []),
    ("proceeding", "stage=under_way&light=green", ["proceeding/1", "proceeding/2"]),
    ("proceeding", "state=overdue", []),
    ("proceeding", "due_by=2026-03-10", ["proceeding/2"]),
    ("proceeding", "order=due", ["proceeding/2", "proceeding/1"]),
    ("proceeding", "text=&procedure=&stage=", ["proceeding/1", "proceeding/2"]),
)


def test_filters_in_the_address_narrow_the_list(house: House) -> None:
    a_busy_house(house)
    for kind, query, found in FILTERS:
        assert listed(house, "officer", f"{LISTS[kind]}?{query}") == found, query


def test_what_ran_out_is_overdue_at_once(house: House) -> None:
    a_busy_house(house)
    house.passes(days=15)
    assert listed(house, "officer", f"{LISTS['proceeding']}?state=overdue") == ["proceeding/2"]


def test_a_list_is_paged_by_a_cursor_in_every_order_and_a_foreign_one_leads_nowhere(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.console.proceedings._LINES", 2)
    for number in range(5):
        opened(house, f"proceeding/{number}")
    for order in ("number", "due", "newest"):
        found: list[str] = []
        address = f"{LISTS['proceeding']}?order={order}"
        while address:
            page = house.get("officer", address).text
            found += re.findall(r'<td class="id">([^<]+)</td>', page)
            following = re.search(r'href="([^"]*after=[^"]*)"', page)
            address = following[1].replace("&amp;", "&") if following else ""
        assert sorted(found) == [f"proceeding/{number}" for number in range(5)], order
    for foreign in ("order=due&after=nothing", "after=" + "x" * 200):
        assert house.get("officer", f"{LISTS['proceeding']}?{foreign}").status_code in {404, 422}


@pytest.mark.either_database("what a list shows to whom is claimed of scopes in tests/record")
def test_a_list_shows_what_is_ones_own(house: House) -> None:
    a_busy_house(house)
    assert listed(house, "handler", LISTS["proceeding"]) == ["proceeding/1"]
    assert listed(house, "co-handler", LISTS["proceeding"]) == ["proceeding/2"]
    assert listed(house, "stranger", LISTS["proceeding"]) == []
    assert listed(house, "auditor", LISTS["petition"]) == ["petition/1", "petition/2"]
    for address in LISTS.values():
        assert house.get("admin", address).status_code == 404


@pytest.mark.either_database("looks alone")
def test_a_line_says_its_step_its_door_and_how_far_its_end_is(house: House) -> None:
    a_busy_house(house)
    page = house.get("officer", LISTS["petition"]).text
    assert "分办" in page
    assert "热线" in page
    assert "急件" in page
    assert "个工作日" in page
    english = {"csrf": house.csrf("officer"), "language": "en"}
    house.as_("officer").post("/console/language", data=english)
    page = house.get("officer", LISTS["proceeding"]).text
    assert "working days left" in page
    assert "under way" in page
