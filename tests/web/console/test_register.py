"""The register: its filters, order, columns and place are its address, and nobody's lines are shown to others."""

import html
import re

from models.messages import Sign
from policies.relations import scope
from record import registers, views
from record.registers import Order, Sought
from tests.web.console.conftest import House
from tests.workflows.cast import CO, DIRECTORY, HANDLER, LEADER


def lines(house: House, query: str = "", who: str = "leader") -> list[str]:
    shown = house.get(who, f"/console/matters{query}")
    assert shown.status_code == 200, shown.text
    return re.findall(r'<td class="id">([^<]+)</td>', shown.text)


def test_filters_and_order_stand_in_the_address(house: House) -> None:
    house.launch("m1", title="治理教育乱收费", limit="15wd")
    house.clock.on(hours=1)
    house.launch("m2", title="校舍加固", limit="5wd", lead=CO, basis="上级交办")
    house.clock.on(hours=1)
    house.launch("m3", title="食堂卫生", limit="10wd", co=(CO,))
    house.say("m3", Sign, HANDLER)
    assert lines(house) == ["m1", "m2", "m3"]
    assert lines(house, "?order=due") == ["m2", "m3", "m1"]
    assert lines(house, "?order=newest") == ["m3", "m2", "m1"]
    assert lines(house, f"?lead={CO}&text=&stage=") == ["m2"]
    assert lines(house, "?basis=上级交办") == ["m2"]
    assert lines(house, "?text=校舍") == ["m2"]
    assert lines(house, "?text=%25") == []
    assert lines(house, "?state=open&light=green&order=due") == ["m2", "m3", "m1"]
    assert lines(house, "?registered_from=2026-03-02&registered_before=2026-03-03") == ["m1", "m2", "m3"]
    assert lines(house, "?registered_from=2026-03-03") == []
    assert lines(house, "?closed_from=2026-03-01") == []


def test_the_form_keeps_what_was_chosen_and_empty_results_say_what_to_do(house: House) -> None:
    house.launch("m1")
    shown = house.get(
        "leader", "/console/matters?light=red&order=due&column=leader&column=level&registered_from=2026-01-01"
    ).text
    assert re.search(r'<option value="red" selected>', shown)
    assert re.search(r'<option value="due" selected>', shown)
    assert 'name="registered_from" value="2026-01-01"' in shown
    assert re.findall(r'name="column" value="(\w+)" checked', shown) == ["leader", "level"]
    assert "请放宽或清除条件" in shown


def test_columns_are_chosen_and_the_light_has_a_word(house: House) -> None:
    house.launch("m1")
    shown = house.get("leader", "/console/matters?column=leader&column=office").text
    assert re.findall(r'<th scope="col">([^<]+)</th>', shown) == ["编号", "事项", "灯", "督办单位", "批准领导"]
    assert "绿灯" in shown
    assert "还有15个工作日" in house.get("leader", "/console/matters").text


def test_pages_follow_each_other_without_loss_in_every_order(house: House) -> None:
    for number in range(7):
        house.launch(f"m{number}", limit=f"{10 + number % 3}wd")
        house.clock.on(minutes=number % 2)
    reader = scope(LEADER, DIRECTORY)
    with house.store.reading() as session:
        for order in Order:
            whole = registers.found(session, Sought(), scope=reader, now=house.clock(), order=order).items
            seen: list[str] = []
            after = None
            while True:
                page = registers.found(
                    session, Sought(), scope=reader, now=house.clock(), order=order, after=after, limit=3
                )
                seen += [one.id for one in page.items]
                after = page.next
                if after is None:
                    break
            assert seen == [one.id for one in whole]
            assert len(set(seen)) == 7


def test_a_place_that_no_page_gave_is_not_there(house: House) -> None:
    house.launch("m1")
    assert house.get("leader", "/console/matters?order=due&after=nowhere").status_code == 404
    assert house.get("leader", "/console/matters?after=%00").status_code == 422
    wrong = house.get("leader", "/console/matters?light=blue")
    assert wrong.status_code == 422
    assert "light" in wrong.text


def test_everybody_finds_his_own_lines_alone(house: House) -> None:
    house.launch("m1")
    house.launch("m2", lead=CO)
    house.launch("m3", co=(CO,))
    expected = {"leader": ["m1", "m2", "m3"], "handler": ["m1", "m3"], "co-handler": ["m2", "m3"], "stranger": [],
                "auditor": ["m1", "m2", "m3"]}  # fmt: skip
    assert {who: lines(house, who=who) for who in expected} == expected
    part = house.get("co-handler", "/console/matters?column=level&text=m3").text
    assert re.search(r"<td>—</td>", html.unescape(part))


def test_the_register_finds_what_the_lists_find(house: House) -> None:
    """The conditions are put together twice; for what both can ask they agree."""
    house.launch("m1", limit="1wd")
    house.launch("m2", lead=CO)
    house.passes("m1", days=4)
    reader, now = scope(LEADER, DIRECTORY), house.clock()
    with house.store.reading() as session:
        for sought, said in ((Sought(overdue=True), {"overdue": True}), (Sought(lead=CO), {"lead": CO})):
            ours = registers.found(session, sought, scope=reader, now=now).items
            assert ours == views.matters(session, scope=reader, now=now, **said).items
            assert len(ours) == 1
