"""An inbox: what the post has to do, the earliest first, what it has done, the latest first; and nobody else's."""

import re
from html import unescape

import pytest

from models.case_messages import Propose
from models.messages import ReportProgress, RequestExtension, Sign, Submit
from models.proceeding_messages import Open
from tests.web.console.conftest import House
from tests.workflows.cast import CO, CO_HANDLER, HANDLER, HEAD, LEAD, LEADER, OFFICE, OFFICER, message_id
from web.console import inbox

INBOX = "/console/inbox"


def lines(house: House, who: str, query: str = "") -> list[tuple[str, list[str]]]:
    """The targets in order, each with what is to be done there."""
    shown = house.get(who, f"{INBOX}{query}")
    assert shown.status_code == 200, shown.text
    found = re.findall(r'<small class="id">([^<]+)</small>\s*<ul>(.*?)</ul>', shown.text, re.DOTALL)
    return [(target, re.findall(r"<strong>([^<]+)</strong>", items)) for target, items in found]


def opened(house: House, target: str, **said: object) -> str:
    message = Open.model_validate(
        {
            "message_id": message_id(), "by": OFFICER, "procedure": "window_acceptance", "title": "食品经营许可",
            "lead": LEAD, "office": OFFICE, "leader": LEADER, **said,
        }
    )  # fmt: skip
    outcome = house.office.say_now(target, message)
    assert outcome.accepted, outcome
    return target


def test_what_is_due_first_comes_first_and_says_how_far_it_is(house: House) -> None:
    house.launch("m1", limit="15wd")
    house.launch("m2", limit="5wd")
    house.say("m1", Sign, HANDLER)
    house.say("m2", Sign, HANDLER)
    house.launch("m3", limit="30wd")
    assert lines(house, "handler") == [("m3", ["签收", "办结报送"]), ("m2", ["办结报送"]), ("m1", ["办结报送"])]
    shown = house.get("handler", INBOX).text
    assert "还有5个工作日" in shown
    assert "2026-03-09 周一 18:00" in shown
    assert '<a href="/console/matters/m2">' in shown


def test_what_was_done_is_to_be_done_no_more(house: House) -> None:
    house.launch("m1", report_every="weekly")
    assert lines(house, "handler") == [("m1", ["签收", "报告进展", "办结报送"])]
    house.say("m1", Sign, HANDLER)
    house.say("m1", ReportProgress, HANDLER, text="已办一半")
    assert lines(house, "handler") == [("m1", ["办结报送"])]
    house.say("m1", Submit, HANDLER, text="办结")
    assert lines(house, "handler") == []
    assert "没有待办的" in house.get("handler", INBOX).text


def test_everybody_has_what_is_his_and_a_stranger_nothing(house: House) -> None:
    house.launch("m1", co=(CO,))
    house.say("m1", RequestExtension, HANDLER, limit="5wd", reason="会签")
    house.launch("m2")
    house.say("m2", Submit, HANDLER, text="办结")
    assert lines(house, "head") == [("m1", ["办结报送"])]
    assert lines(house, "co-handler") == [("m1", ["办结协办部分"])]
    assert lines(house, "officer") == [("m2", ["核验"])]
    assert lines(house, "leader") == [("m1", ["审批延期"])]
    assert lines(house, "stranger") == []
    house.say("m1", ReportProgress, CO_HANDLER, text="已办", done=True)
    assert lines(house, "co-handler") == []


def test_what_ran_out_is_shown_late_and_is_found_by_that(house: House) -> None:
    house.launch("m1", limit="5wd")
    house.launch("m2", limit="30wd")
    house.say("m1", Sign, HANDLER)
    house.say("m2", Sign, HANDLER)
    house.passes(days=8)
    assert lines(house, "handler", "?due=overdue") == [("m1", ["办结报送"])]
    assert re.search(r'class="far late">超期\d个工作日', house.get("handler", INBOX).text)
    assert lines(house, "handler", "?due=week") == [("m1", ["办结报送"])]
    figures = re.findall(r'<a href="([^"]+)"><span class="number">(\d+)</span>', house.get("handler", INBOX).text)
    assert [number for _, number in figures] == ["2", "1", "0"]
    for address, number in figures:
        assert f"共 {number} 件" in house.get("handler", unescape(address)).text
    assert 'class="figures"' not in house.get("officer", INBOX).text


def test_filters_lie_in_the_address(house: House) -> None:
    house.launch("m1")
    house.launch("m2")
    house.say("m2", Sign, HANDLER)
    assert lines(house, "handler", "?what=sign&due=") == [("m1", ["签收"])]
    assert lines(house, "handler", "?what=submit") == [("m1", ["办结报送"]), ("m2", ["办结报送"])]
    assert house.get("handler", f"{INBOX}?what=nothing").status_code == 422
    assert house.get("handler", f"{INBOX}?after=nothing").status_code == 404


def test_a_case_waits_for_its_leader_and_a_proceeding_for_whose_step_it_is(house: House) -> None:
    house.launch("m1")
    house.say("m1", Propose, OFFICER, subject=HEAD, facts="检查发现", severity="ordinary")
    opened(house, "proceeding/1")
    assert ("m1/case1", ["决定是否立案"]) in lines(house, "leader")
    assert ("proceeding/1", ["办理环节"]) in lines(house, "handler")
    assert "proceeding/1" not in {target for target, _ in lines(house, "stranger")}
    assert 'href="/console/cases/m1/case1"' in house.get("leader", INBOX).text


def test_a_long_inbox_comes_in_pages_without_a_gap_or_a_repetition(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "LINES", 5)
    for number in range(12):
        house.launch(f"m{number:02}", limit="15wd" if number % 2 else "20wd")
    seen: list[str] = []
    address, pages = INBOX, 0
    while address:
        shown = house.get("handler", address)
        seen += re.findall(r'<small class="id">(m\d\d)</small>', shown.text)
        following = re.search(r'href="(/console/inbox\?after=[^"]+)">下一页', shown.text)
        address = following[1].replace("&amp;", "&") if following else ""
        pages += 1
    assert pages == 3
    assert sorted(seen) == [f"m{number:02}" for number in range(12)]
    assert len(set(seen)) == len(seen)


def test_the_overview_and_the_inbox_agree_on_what_waits_for_a_decision(house: House) -> None:
    house.launch("m1")
    house.say("m1", RequestExtension, HANDLER, limit="5wd", reason="会签")
    house.launch("m2")
    house.say("m2", Submit, HANDLER, text="办结")
    house.say("m2", Propose, OFFICER, subject=HEAD, facts="检查发现", severity="ordinary")
    for who in ("leader", "officer", "head", "stranger"):
        overview = house.get(who, "/console").text
        waits = overview.partition('id="waiting"')[2].partition("</section>")[0]
        on_overview = set(re.findall(r'<span class="text-body-secondary">([^<]+)</span>', waits))
        kinds = {"审批延期", "核验", "决定是否立案"}
        in_inbox = {target for target, todo in lines(house, who) if kinds & set(todo)}
        assert on_overview == in_inbox, who


def test_what_the_post_has_done_is_listed_the_latest_first_in_pages(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "LINES", 5)
    house.launch("m1")
    house.say("m1", Sign, HANDLER)
    house.clock.on(minutes=1)
    for number in range(7):
        house.say("m1", ReportProgress, HANDLER, text=f"第{number}次")
        house.clock.on(minutes=1)
    shown = house.get("handler", f"{INBOX}/done").text
    told = re.findall(r"<tr><td>.*?</td><td>([^<]+)</td>", shown, re.DOTALL)
    assert told == ["报告进展"] * 5
    assert '<a href="/console/matters/m1">' in shown
    following = re.search(r'href="(/console/inbox/done\?after=[^"]+)">下一页', shown)
    assert following
    rest = re.findall(r"<td>([^<]+)</td>", house.get("handler", following[1].replace("&amp;", "&")).text)
    assert [one for one in rest if one in ("报告进展", "签收")] == ["报告进展"] * 2 + ["签收"]
    assert "还没有办理记录" in house.get("stranger", f"{INBOX}/done").text
    assert house.get("handler", f"{INBOX}/done?after=nothing").status_code == 404


def test_an_inbox_is_of_a_post_and_of_nobody_elses(house: House) -> None:
    house.launch("m1")
    for path in (INBOX, f"{INBOX}/done"):
        assert house.get("nobody", path).headers["location"] == "/sign-in"
        assert house.get("auditor", path).status_code == 404
        assert house.get("admin", path).status_code == 404
        assert house.as_("handler").post(path).status_code == 405
    assert INBOX not in house.get("auditor", "/console").text
    assert INBOX in house.get("handler", "/console").text
