"""Launching from a form: every date that follows is shown first, what is wrong stands at its field."""

import re

import httpx2
import pytest

from models.access import Scope
from models.acts import Act, ActName
from policies import secrecy
from record import ledger, matters, views
from tests.web.console.conftest import House, hidden
from tests.web.console.policy_room import DRAFT, TWO_DAYS, begun, fresh, put
from tests.workflows.cast import CO, LEAD, LEADER, OFFICE, OFFICER
from web.console.launch import LAUNCH, PREVIEW

pytestmark = pytest.mark.either_database("a form and its preview")

GOOD = {"title": "治理教育乱收费", "lead": LEAD, "office": OFFICE, "leader": LEADER, "limit": "15个工作日"}


def form(house: House, who: str = "officer") -> dict[str, str]:
    found = hidden(house.get(who, LAUNCH).text, LAUNCH)
    assert found is not None
    return found


def send(house: House, said: dict[str, str], to: str = LAUNCH, who: str = "officer") -> httpx2.Response:
    return house.as_(who).post(to, data=said, follow_redirects=False)


def ahead(house: House, **said: str) -> str:
    shown = send(house, {**form(house), **said}, PREVIEW)
    assert shown.status_code == 200
    found = re.search(r'<section id="ahead".*?</section>', shown.text, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def wrong(page: str) -> dict[str, str]:
    """What the page says at each field that is wrong."""
    return dict(re.findall(r'id="launch-(\w+)-wrong">([^<]*)<', page))


def known(house: House) -> list[str]:
    with house.store.reading() as session:
        return [line.id for line in views.matters(session, now=house.clock(), scope=Scope.everything()).items]


def recorded(house: House) -> list[Act]:
    """The acts of what got a number here."""
    with house.store.reading() as session:
        return [one.act for one in ledger.recorded(session) if one.target.startswith(f"{house.clock().year}-")]


@pytest.mark.either_database("what the page shows before anything is recorded")
def test_what_is_usual_is_filled_in_and_the_directory_offered(house: House) -> None:
    shown = house.get("officer", LAUNCH).text
    for name, value in (("office", OFFICE), ("leader", LEADER)):
        assert re.search(rf'name="{name}" value="{value}"', shown)
    assert f'<option value="{LEAD}"></option>' in shown
    assert '<a href="/console/launch" aria-current="page">' in shown


def test_launching_leads_to_the_matters_page_and_is_on_record(house: House) -> None:
    sent = send(house, {**form(house), **GOOD, "co": CO, "report_every": "weekly", "public": "yes", "remark": ""})
    (matter,) = known(house)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/console/matters/{matter}")
    assert house.acts(matter)[:2] == [ActName.REGISTERED, ActName.ASSIGNED]
    with house.store.reading() as session:
        state = matters.seen(session, matter)
        voice = ledger.entries(session, matter)[0].act
    assert state is not None
    assert state.terms is not None
    assert (state.terms.limit, state.terms.co, state.terms.public, state.terms.report_every) == (
        "15wd", (CO,), True, "7d")  # fmt: skip
    assert (voice.by, voice.person) == (OFFICER, "u1")


def test_sent_twice_it_is_launched_once(house: House) -> None:
    said = {**form(house), **GOOD}
    first, second = send(house, said), send(house, said)
    assert first.headers["location"] == second.headers["location"]
    assert len(known(house)) == 1


@pytest.mark.either_database("what the page shows before anything is recorded")
def test_every_date_that_follows_is_shown_and_nothing_recorded(house: House) -> None:
    told = ahead(house, **GOOD, report_every="weekly")
    assert "到期 2026-03-23 周一 18:00 还有15个工作日 计 15 天" in told
    assert "最迟签收 2026-03-03 周二 18:00" in told
    assert "2026-03-18 周三 08:30 提醒(提前3个工作日)" in told
    assert "报告日期 2026-03-09 周一 18:00 2026-03-16 周一 18:00 2026-03-23 周一 18:00" in told
    assert "催签" in told
    assert re.search(r"每个工作日一次,共 \d+ 次", told)
    assert "问责" in told
    assert "2026-04-02 周四 18:00" in told
    assert "2026年3月" in told
    assert known(house) == []


@pytest.mark.either_database("what the page shows before anything is recorded")
def test_dates_are_shown_as_soon_as_a_limit_is_there(house: House) -> None:
    told = ahead(house, limit="5wd")
    assert "还需填写" in told
    assert "2026-03-09 周一 18:00" in told


@pytest.mark.either_database("what the page shows before anything is recorded")
def test_days_off_and_days_of_a_year_not_announced_are_warned_of(house: House) -> None:
    assert "期间工作日放假" not in ahead(house, **GOOD)
    told = ahead(house, **{**GOOD, "limit": "45wd"})
    assert "期间工作日放假" in told
    assert "清明" in told
    assert "暂定" not in told
    assert "暂定" in ahead(house, **{**GOOD, "limit": "2027-03-01"})


@pytest.mark.either_database("what the page shows before anything is recorded")
def test_what_needs_an_approval_first_says_by_when_and_what_then_follows(house: House) -> None:
    told = ahead(house, **GOOD, basis="投诉举报")
    assert "须先批准,批准期限 2026-03-05 周四 18:00" in told
    assert "以下按立即批准推算" in told
    assert "到期 2026-03-23" in told


@pytest.mark.either_database("what the page shows before anything is recorded")
def test_what_is_wrong_stands_at_its_field_with_what_would_be_accepted(house: House) -> None:
    shown = send(house, {**form(house), **GOOD, "title": "", "lead": "教育", "limit": "15", "co": "市容局"})
    assert shown.status_code == 422
    found = wrong(shown.text)
    assert set(found) == {"title", "lead", "limit", "co"}
    assert "是否指:教育局" in found["lead"]
    assert "可接受" in found["limit"]
    assert 'value="教育"' in shown.text
    assert 'href="#launch-limit"' in shown.text
    assert known(house) == []


@pytest.mark.either_database("what the page shows before anything is recorded")
def test_a_matter_of_another_office_is_not_launched_from_here(house: House) -> None:
    shown = send(house, {**form(house), **GOOD, "office": CO})
    assert shown.status_code == 422
    assert "只有督办单位的岗位可以立项" in wrong(shown.text)["office"]
    assert known(house) == []


def test_one_that_looks_like_an_open_one_is_asked_about_before_it_is_launched(house: House) -> None:
    house.launch("m1", title="治理全区教育乱收费")
    said = {**form(house), **GOOD}
    shown = send(house, said)
    assert shown.status_code == 409
    assert 'href="/console/matters/m1"' in shown.text
    again = hidden(shown.text, LAUNCH)
    assert again is not None
    assert again["message"] == said["message"]
    assert len(known(house)) == 1
    assert send(house, {**said, "sure": "yes"}).status_code == 303
    assert len(known(house)) == 2
    # It does not look like itself.
    assert send(house, said).status_code == 303


def test_a_twin_is_refused_by_the_rules_on_record_and_what_was_typed_is_kept(house: House) -> None:
    house.launch("m1", title=GOOD["title"])
    said = {**form(house), **GOOD, "sure": "yes", "requirement": "每周报告"}
    shown = send(house, said)
    assert shown.status_code == 409
    assert "同一牵头单位已有同名在办事项 m1" in shown.text
    assert "每周报告" in shown.text
    again = hidden(shown.text, LAUNCH)
    assert again is not None
    assert again["message"] != said["message"]
    assert [act.act for act in recorded(house)] == [ActName.REFUSED]


def test_a_state_secret_is_refused_and_repeated_nowhere(house: House) -> None:
    for said in ({"title": "绝密★10年 某事"}, {"remark": "密级:机密", "limit": "15"}):
        for to in (PREVIEW, LAUNCH):
            shown = send(house, {**form(house), **GOOD, **said}, to)
            assert "国家秘密标志" in shown.text
            assert next(iter(said.values())) not in shown.text
    assert {(act.act, act.reason) for act in recorded(house)} == {(ActName.REFUSED, secrecy.EXPLANATION)}


def test_nobody_else_launches_and_never_by_a_link(house: House) -> None:
    said = form(house)
    for who in ("handler", "co-handler", "stranger", "auditor", "admin"):
        assert house.get(who, LAUNCH).status_code == 404
        csrf = {"csrf": house.csrf(who)} if who != "admin" else {}
        for to in (LAUNCH, PREVIEW):
            sent = send(house, {**said, **GOOD, **csrf}, to, who)
            assert sent.status_code in (403, 404), who
    assert house.get("officer", f"{LAUNCH}?{'&'.join(f'{name}={value}' for name, value in GOOD.items())}").status_code
    assert send(house, {**said, **GOOD, "csrf": "0"}).status_code == 403
    assert house.get("officer", PREVIEW).status_code == 404
    assert known(house) == []


@pytest.mark.either_database("what the page shows before anything is recorded")
def test_the_load_of_the_lead_is_shown(house: House) -> None:
    house.launch("m1", limit="5wd")
    house.launch("m2", limit="60wd")
    assert "在办 2 件,本月到期 1 件,本月新立 2 件" in ahead(house, **GOOD)


@pytest.mark.either_database("what the page shows before anything is recorded")
def test_launching_is_offered_to_whose_it_is(house: House) -> None:
    links = {who: LAUNCH in house.get(who, "/console").text for who in ("officer", "handler")}
    assert links == {"officer": True, "handler": False}


def test_the_dates_shown_are_those_of_the_procedure_that_was_published(house: House) -> None:
    begun(house)
    assert put(house, "supervision", TWO_DAYS, on="2026-03-03").status_code == 200
    published = fresh(house, "leader", from_on="2026-03-03", reason="缩短督办时限")
    assert house.as_("leader").post(f"{DRAFT}/publish", data=published).status_code == 200
    house.passes(days=1)
    shown = ahead(house, **GOOD)
    send(house, {**form(house), **GOOD})
    (matter,) = known(house)
    house.passes(matter, days=60)
    with house.store.reading() as session:
        acts = [one.act for one in ledger.entries(session, matter)]
    supervised = next(act.due for act in acts if act.act is ActName.SUPERVISED)
    assert supervised
    assert f"{supervised:%Y-%m-%d}" in shown
