"""The page for the leader: every figure is the number of lines behind its link, and what waits is the visitor's own."""

import html
import re

from models.case_messages import Propose
from models.messages import ReportProgress, RequestExtension, Sign, Submit
from tests.web.console.conftest import House
from tests.workflows.cast import CO, HANDLER, HEAD, OFFICER


def figures(page: str) -> list[tuple[str, int]]:
    """Every number that is a link, with where it leads."""
    found = re.findall(r'<a href="([^"]+)"[^>]*>(?:<span class="number">)?(\d+)(?:</span>|</a>)', page)
    return [(html.unescape(address), int(number)) for address, number in found]


def waiting(page: str) -> list[str]:
    """What waits, as the list on the page says it."""
    found = re.search(r'<ol class="list-group">(.*?)</ol>', page, re.DOTALL)
    plain = re.sub(r"<[^>]+>", " ", found[1]) if found else ""
    return [one for one in ("立项审批", "延期审批", "核验", "立案审批") if one in plain]


def a_busy_house(house: House) -> None:
    house.launch("m1", limit="5wd")
    house.launch("m2", limit="20wd", basis="上级交办", co=(CO,))
    house.launch("m3", limit="15wd", lead=CO, basis="上级交办")
    house.launch("m4", limit="30wd")
    house.launch("m5", limit="10wd")
    for matter in ("m2", "m4", "m5"):
        house.say(matter, Sign, HANDLER)
    house.say("m4", Submit, HANDLER, text="已办结")
    house.say("m5", RequestExtension, HANDLER, limit="5wd", reason="需部门会签")
    house.say("m2", ReportProgress, HANDLER, text="进展顺利")
    house.say("m1", Propose, OFFICER, subject=HEAD, facts="经查属实", severity="ordinary")
    house.passes("m1", "m2", "m3", "m4", days=1)


def test_every_figure_is_the_number_of_lines_its_link_leads_to(house: House) -> None:
    a_busy_house(house)
    house.passes("m1", days=9)
    for who in ("leader", "co-handler"):
        shown = figures(house.get(who, "/console").text)
        assert len({address for address, _ in shown}) > 30
        leads = [one for one in shown if one[0].startswith("/console/matters")]
        assert len([number for _, number in leads if number]) >= 8
        for address, number in leads:
            page = house.get(who, address).text
            assert f"共 {number} 件" in page, address
            assert page.count('<th scope="row"><a') == number, address


def test_a_matter_that_ran_out_is_counted_overdue_at_once(house: House) -> None:
    house.launch("m1", limit="5wd")
    overdue = "/console/matters?state=overdue"
    assert (overdue, 0) in figures(house.get("leader", "/console").text)
    # Nobody has struck its clock: what is overdue hangs on the due instant alone.
    house.passes(days=20)
    assert (overdue, 1) in figures(house.get("leader", "/console").text)


def test_what_waits_is_shown_to_whose_word_it_waits_for(house: House) -> None:
    a_busy_house(house)
    assert "立案审批" in waiting(house.get("leader", "/console").text)
    assert "核验" in waiting(house.get("officer", "/console").text)
    for who in ("handler", "co-handler", "stranger", "auditor"):
        page = house.get(who, "/console").text
        assert waiting(page) == [], who
        assert "目前没有待您决定的督办事项和案件" in page
        # What waits in proceedings stands in the inbox, for whom there is one.
        assert ("程序事项、诉求、职责中等您办理的" in page) is (house.get(who, "/console/inbox").status_code == 200), (
            who
        )


def test_an_extension_waits_for_whoever_decides_it_until_it_is_decided(house: House) -> None:
    house.launch("m5", limit="10wd")
    house.say("m5", Sign, HANDLER)
    address = "/console/matters?waiting=extension"
    deciders = {who for who in ("leader", "officer", "handler") if (address, 1) in asked(house, who)}
    assert deciders == set()
    house.say("m5", RequestExtension, HANDLER, limit="5wd", reason="需部门会签")
    deciders = {who for who in ("leader", "officer", "handler") if "延期审批" in house.get(who, "/console").text}
    assert deciders
    assert "handler" not in deciders
    for who in deciders:
        assert "共 1 件" in house.get(who, address).text
        assert house.give(who, "m5", "decide_extension", granted="yes").status_code == 200
        assert "延期审批" not in house.get(who, "/console").text
        break


def asked(house: House, who: str) -> list[tuple[str, int]]:
    return figures(house.get(who, "/console").text)


def test_a_stranger_sees_no_figure_of_others(house: House) -> None:
    a_busy_house(house)
    assert all(number == 0 for address, number in asked(house, "stranger"))
