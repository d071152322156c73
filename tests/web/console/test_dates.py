"""Two dates compared: every figure is the number of lines behind its link."""

import re
from html import unescape

from models.messages import Submit, Verify
from tests.web.console.conftest import House
from tests.workflows.cast import HANDLER, OFFICER

PAGE = "/console/dates"


def lived(house: House) -> None:
    house.launch("m1", limit="5wd")
    house.launch("m2", limit="5wd")
    house.passes("m1", "m2", days=4)
    house.say("m2", Submit, HANDLER, text="办结", without_co="无")
    house.say("m2", Verify, OFFICER, passed=True, method="document", evidence={"document": "报告"})
    house.passes("m1", days=10)
    house.launch("m3", limit="15wd")


def figures(page: str) -> list[tuple[int, str]]:
    found = re.findall(r'href="(/console/matters\?[^"]+)"[^>]*>(?:<span class="number">)?(\d+)<', page)
    return [(int(number), unescape(address)) for address, number in found]


def test_every_figure_is_the_number_of_lines_its_link_leads_to(house: House) -> None:
    lived(house)
    shown = house.get("leader", f"{PAGE}?first=2026-03-03&last=2026-03-16").text
    found = figures(shown)
    assert len(found) >= 20
    for number, address in found:
        lines = house.get("leader", address).text
        assert f"共 {number} 件" in lines, address
    assert {number for number, _ in found} >= {0, 1, 2}


def test_what_stood_and_what_happened_are_those_of_the_days(house: House) -> None:
    lived(house)
    shown = house.get("leader", f"{PAGE}?first=2026-03-03&last=2026-03-16").text
    standing = re.search(r'id="standing".*?</table>', shown, re.DOTALL)
    assert standing
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>.*?>(\d+)</a>.*?>(\d+)</a></td><td>(.*?)</td>', standing[0])
    assert ("在办", "2", "2", "0") in rows
    assert ("在办且已超期过", "0", "1", "+1") in rows
    happened = {
        name: number
        for number, name in re.findall(r'<span class="number">(\d+)</span><span class="of">(.*?)</span>', shown)
    }
    assert (happened["立项"], happened["办结"], happened["发生超期"]) == ("1", "1", "1")


def test_the_usual_dates_are_yesterday_and_thirty_days_before(house: House) -> None:
    lived(house)
    assert 'value="2026-03-15"' in house.get("leader", PAGE).text
    assert 'value="2026-02-13"' in house.get("leader", PAGE).text


def test_dates_the_wrong_way_round_are_refused_and_strangers_see_nothing(house: House) -> None:
    lived(house)
    assert house.get("leader", f"{PAGE}?first=2026-03-16&last=2026-03-03").status_code == 422
    assert house.get("admin", PAGE).status_code == 404
    assert "两日均没有" in house.get("stranger", f"{PAGE}?first=2026-03-03&last=2026-03-16").text
