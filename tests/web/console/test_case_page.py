"""A case's page and the list of cases: where it stands, what is missing, and what waits for whom."""

import re
from html import unescape

import pytest

from models.case_messages import Propose, Recuse, RequestReview
from tests.web.console.case_house import CASE, JUDGE, MEMBER, PAGE, CaseHouse, with_case
from tests.web.console.conftest import House
from tests.workflows.cast import HEAD, LEADER, OFFICER

pytestmark = pytest.mark.either_database("the looks of a page")

CASES = "/console/cases"


def steps(page: str) -> dict[str, tuple[str, str]]:
    """The checklist: the state of each step, and when or until when."""
    table = page.partition('id="process"')[2].partition("</table>")[0]
    rows = re.findall(r"<tr class=\"step-\w+\"><th[^>]*>(.*?)</th>\s*<td>(.*?)</td>\s*<td>(.*?)</td>", table, re.DOTALL)
    plain = [[" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in row] for row in rows]
    return {name: (came, when) for name, came, when in plain}


def listed(case: CaseHouse, who: str, query: str = "") -> list[str]:
    got = case.house.get(who, f"{CASES}{query}")
    assert got.status_code == 200
    return re.findall(r'<th scope="row" class="id"><a href="/console/cases/([^"]+)"', got.text)


def test_the_checklist_says_what_is_missing_and_until_when(house: House) -> None:
    case = with_case(house, "notified")
    found = steps(case.page("officer"))
    assert found["立案"] == ("已办", "2026-03-02 周一 09:00")
    assert found["调查(两人以上)"][0] == "已办"
    assert found["陈述申辩期间"][0] == "可以行使"
    assert "之前 还有" in found["陈述申辩期间"][1]
    assert found["作出决定"] == ("未到此环节", "—")
    case.house.passes(CASE, days=40)
    late = steps(case.page("leader"))
    assert late["会议表决达到法定人数 0/2"][0] == "待办 已逾期"
    assert late["作出决定"][0] == "待办 已逾期"


def test_the_clock_that_runs_is_drawn_on_the_calendar(house: House) -> None:
    case = with_case(house, "notified")
    page = case.page("officer")
    month = re.search(r'<table class="month">.*?</table>', page, re.DOTALL)
    assert month
    assert "计第1日" in month[0]
    assert "送达事实告知书" in month[0]
    assert re.search(r"<h3>[^<]*陈述", page)


def test_the_seats_say_who_chairs_who_stood_down_and_who_decides_where_no_panel_is_left(house: House) -> None:
    case = with_case(house, "heard")
    seats = case.page("officer").partition('id="seats"')[2].partition("</section>")[0]
    words = " ".join(re.sub(r"<[^>]+>", " ", seats).split())
    assert f"{LEADER} 主持 {MEMBER} {JUDGE} 第1次表决:已投0票,法定人数2" in words
    case.house.say(CASE, Recuse, JUDGE, reason="亲属")
    seats = case.page("officer").partition('id="seats"')[2].partition("</section>")[0]
    words = " ".join(re.sub(r"<[^>]+>", " ", seats).split())
    assert f"{JUDGE} 不参加表决" in words
    assert f"已回避 {JUDGE}" in words


def test_the_page_leads_to_its_matter_to_why_and_for_the_leader_to_its_history(house: House) -> None:
    case = with_case(house, "filed")
    house.app.state.histories = ("http://127.0.0.1:8233", "default")
    link = 'href="http://127.0.0.1:8233/namespaces/default/workflows/case%2Fm1%2Fcase1"'
    leader, officer, head = (case.page(who) for who in ("leader", "officer", "head"))
    assert link in leader
    assert link not in officer
    assert 'href="/console/matters/m1"' in officer
    assert f'href="{PAGE}/why"' in head
    links = re.findall(rf'href="({PAGE}/why\?act=\d+)"', officer)
    assert len(links) == len(case.acts())
    shown = house.get("officer", links[-1]).text
    assert "立案" in shown
    assert f'href="{PAGE}">返回案件' in shown
    assert house.get("officer", f"{PAGE}/why?act=99").status_code == 404
    assert house.get("auditor", f"{PAGE}/why").status_code == 404


def test_an_auditor_sees_where_a_case_stands_and_not_what_happened_in_it(house: House) -> None:
    case = with_case(house, "notified")
    page = case.page("auditor")
    assert "正当程序" in page
    assert "案件经过和材料不属于您可查看的范围" in page
    assert 'class="timeline"' not in page
    assert "文书" not in page
    assert "/openings" not in page


def test_a_case_lists_for_whom_it_is_and_by_its_filters(house: House) -> None:
    case = with_case(house)
    house.launch("m2", lead="财政局", panel=(LEADER, JUDGE))
    house.say("m2", Propose, OFFICER, subject=MEMBER, facts="检查发现", severity="serious")
    house.passes(days=1)
    both = ["m1/case1", "m2/case1"]
    assert sorted(listed(case, "leader")) == both
    assert listed(case, "head") == ["m1/case1"]
    assert listed(case, "member") == both[::-1], "as a member of one panel, and the subject of the other case"
    for who in ("handler", "stranger"):
        assert listed(case, who) == []
    assert listed(case, "leader", "?organ=%E6%95%99%E8%82%B2%E5%B1%80") == ["m1/case1"]
    assert listed(case, "leader", "?stage=filed") == []
    assert sorted(listed(case, "leader", "?state=open&light=green")) == both
    assert listed(case, "leader", "?state=ended") == []
    assert listed(case, "leader", "?text=m2") == ["m2/case1"]
    assert house.get("leader", f"{CASES}?stage=nothing").status_code == 422
    assert house.get("admin", CASES).status_code == 404
    house.passes("m1/case1", days=10)
    assert listed(case, "leader", "?light=red") == ["m1/case1"]


def test_what_waits_for_somebody_is_listed_for_him_while_it_is_his_to_do(house: House) -> None:
    case = with_case(house)
    waiting = "?waiting=any"
    assert listed(case, "leader", waiting) == [CASE]
    assert listed(case, "leader", "?waiting=filing") == [CASE]
    overview = house.get("leader", "/console").text
    assert re.search(r'<a href="/console/cases\?waiting=filing">[^<]*<strong>1</strong>', overview)
    assert "共 1 件" in house.get("leader", f"{CASES}?waiting=filing").text
    assert listed(case, "officer", waiting) == []
    case.to("filed")
    assert listed(case, "leader", waiting) == []
    assert listed(case, "officer", waiting) == [CASE]


def test_a_review_that_was_asked_for_waits_for_its_reviewer_though_the_case_is_decided(house: House) -> None:
    case = with_case(house, "served", reviewers=("公安局承办岗",))
    assert listed(case, "head", "?waiting=any") == [CASE]
    house.say(CASE, RequestReview, HEAD, text="请复核")
    assert listed(case, "stranger", "?waiting=review") == [CASE]
    cockpit = unescape(house.get("stranger", "/console").text)
    assert "复核" in cockpit
    assert f'href="{PAGE}"' in cockpit


def test_the_list_goes_on_behind_its_last_line(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    case = with_case(house)
    house.launch("m2", panel=(LEADER, JUDGE))
    house.say("m2", Propose, OFFICER, subject=HEAD, facts="检查发现", severity="ordinary")
    monkeypatch.setattr("web.console.cases._LINES", 1)
    first = house.get("leader", CASES).text
    assert re.findall(r'class="id"><a href="/console/cases/([^"]+)"', first) == ["m2/case1"]
    following = re.search(r'href="(/console/cases\?after=[^"]+)"', first)
    assert following
    assert listed(case, "leader", unescape(following[1]).removeprefix(CASES)) == ["m1/case1"]
    assert house.get("leader", f"{CASES}?after=nowhere").status_code == 404


def test_the_pages_are_in_english_for_whom_english_was_chosen(house: House) -> None:
    case = with_case(house, "notified")
    for who, words in (("head", ("Your rights", "Due process", "before 2026-03-09", "admonishment talk")),
                       ("officer", ("How it was served", "Waiting for me", "Propose a case"))):  # fmt: skip
        said = {"csrf": case.csrf(who), "language": "en", "back": PAGE}
        assert house.as_(who).post("/console/language", data=said, follow_redirects=False).status_code == 303
        pages = [house.get(who, path).text for path in (PAGE, f"{PAGE}/why", CASES, f"{CASES}/propose")]
        assert all('<html lang="en">' in page for page in pages)
        assert all(any(word in page for page in pages) for word in words), who
    opened = case.open("officer", "check the notice").text
    assert "The materials are shown below" in opened
    assert "How it was served: signed for" in opened
