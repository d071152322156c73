"""Bulletins in the console: each figure leads to what it counts, and the files are those of the command line."""

import io
import re
from datetime import date, timedelta
from itertools import product

import pytest
from docx import Document
from openpyxl import load_workbook

from models.bulletins import BulletinKind
from models.messages import Submit, Verify
from policies.bulletins import bulletin, period_of
from record.bulletins import happened
from showing.bulletins import drawn_up
from showing.weeks import begins
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import opened
from tests.workflows.cast import CO, HANDLER, OFFICER
from web.api.parts import calendar_of

PAGE = "/console/bulletins"
MARCH = f"{PAGE}?period=2026-03&drawn=1"
LATER = f"{MARCH}&as_of=2030-12-31"
"""As the record stands when the test has run: what is put on record has the machine's own instant."""


def a_month(house: House) -> None:
    house.launch("m1", limit="5wd")
    house.launch("m2", limit="5wd", lead=CO)
    opened(house, "petition/1", "petition")
    house.say("m1", Submit, HANDLER, text="办结")
    house.say("m1", Verify, OFFICER, passed=True, method="document", evidence={"document": "报告"})
    house.passes("m2", days=9)


def figure(page: str, name: str) -> list[tuple[str, str]]:
    """What a figure counts, with where each leads."""
    row = re.search(rf'<th scope="row">{name}[^<]*</th><td>(.*?)</td>', page, re.DOTALL)
    assert row is not None
    found = re.findall(r'<li>(?:<a href="([^"]+)">)?([^<]+)', row[1])
    number = re.search(r"(?:<summary>)?(\d+)", row[1])
    assert number is not None
    assert int(number[1]) == len(found)
    return [(target, address) for address, target in found]


def test_every_figure_leads_to_what_it_counts(house: House) -> None:
    a_month(house)
    page = house.get("officer", LATER).text
    assert figure(page, "新立项") == [("m1", "/console/matters/m1"), ("m2", "/console/matters/m2")]
    assert figure(page, "办结销号") == [("m1", "/console/matters/m1")]
    assert figure(page, "超期") == [("m2", "/console/matters/m2")]
    assert figure(page, "程序事项、诉求受理") == [("petition/1", "/console/proceedings/petition/1")]
    for address in set(re.findall(r'<li><a href="([^"]+)">', page)):
        assert house.get("officer", address).status_code == 200


def test_the_page_is_there_before_its_figures_and_asks_for_them_itself(house: House) -> None:
    a_month(house)
    asked = LATER.replace("&drawn=1", "")
    before = house.get("officer", asked).text
    assert "正在统计" in before
    assert 'scope="row"' not in before
    at = re.search(r'hx-get="([^"]+)" hx-trigger="load delay:50ms"', before)
    assert at is not None
    assert f'<noscript><p><a href="{at[1]}">' in before
    after = house.get("officer", at[1].replace("&amp;", "&")).text
    assert "正在统计" not in after
    assert figure(after, "新立项") == figure(house.get("officer", LATER).text, "新立项") != []


def test_the_record_is_asked_as_it_stood_at_the_end_of_the_day(house: House) -> None:
    a_month(house)
    page = house.get("officer", f"{MARCH}&as_of=2026-03-02").text
    assert "截至 2026-03-02" in page
    assert figure(page, "新立项") == []
    assert "2026-03-11" in house.get("officer", MARCH).text


def test_what_is_read_of_a_period_comes_to_what_everything_does(house: House) -> None:
    a_month(house)
    house.launch("m3", limit="5wd")
    house.passes("m3", days=12)
    counted = 0
    with house.store.reading() as session:
        calendar = calendar_of(session)
        for period, kind in product(("2026-02", "2026-03", "2026-Q2", "2026"), BulletinKind):
            for on in (date(2026, 3, 5), date(2026, 6, 30), date(2030, 12, 31)):
                if on < period_of(period)[0]:
                    continue
                everything = happened(session, begins(on + timedelta(days=1)))
                expected = bulletin(everything, kind, period, on, calendar)
                assert drawn_up(session, period, kind, on, calendar) == expected, (period, kind, on)
                counted += sum(figure.count for figure in expected.figures)
    assert counted > 20


def test_the_files_are_the_same_twice_and_hold_the_same_figures(house: House) -> None:
    a_month(house)
    page = house.get("officer", LATER).text
    files = [one.replace("&amp;", "&") for one in re.findall(r'href="([^"]+)" download', page)]
    assert len(files) == 2
    word, sheet = (house.get("officer", one) for one in files)
    assert word.content == house.get("officer", files[0]).content
    assert "attachment" in word.headers["content-disposition"]
    assert "督查工作月报" in Document(io.BytesIO(word.content)).paragraphs[0].text
    rows = list(load_workbook(io.BytesIO(sheet.content))["指标明细"].values)
    assert ("新立项 registered", "m2") in rows


@pytest.mark.either_database("what is read of a period")
def test_a_period_that_cannot_be_read_or_has_not_begun_is_named_at_its_field(house: House) -> None:
    for period in ("2026-13", "June", "2027", "2026-Q5"):
        page = house.get("officer", f"{PAGE}?period={period}")
        assert page.status_code == 422
        assert 'id="period-wrong"' in page.text
        assert "<h2" not in page.text
        assert "正在统计" not in page.text
    assert house.get("officer", f"{PAGE}?period=").status_code == 200
    assert "问责情况统计" in house.get("leader", f"{PAGE}?period=2026&kind=accountability&drawn=1").text


@pytest.mark.either_database("who may see a page")
def test_bulletins_are_for_the_office_its_leader_and_auditors(house: House) -> None:
    for who in ("officer", "leader", "auditor"):
        assert house.get(who, MARCH).status_code == 200
        assert 'href="/console/bulletins"' in house.get(who, "/console").text
    for who in ("handler", "co-handler", "stranger", "admin"):
        for address in (PAGE, MARCH, f"{MARCH}&format=xlsx"):
            assert house.get(who, address).status_code == 404
    assert 'href="/console/bulletins"' not in house.get("handler", "/console").text
    assert house.get("nobody", MARCH).headers["location"] == "/sign-in"
    assert house.as_("officer").post(PAGE, data={"csrf": house.csrf("officer")}).status_code == 405
