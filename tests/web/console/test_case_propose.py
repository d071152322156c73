"""A case is proposed: about a matter on its page, and of its own from an inspection, an audit or another case."""

import re

import pytest

from models.acts import ActName
from record import cases
from tests.web.console.case_house import alert, choices
from tests.web.console.conftest import House, hidden
from tests.workflows.cast import HEAD

pytestmark = pytest.mark.either_database("a form, and its answer")

PROPOSE = "/console/cases/propose"
SAID = {"subject": HEAD, "facts": "检查发现瞒报三处", "source": "inspection", "reference": "督巡〔2026〕7号",
        "severity": "ordinary"}  # fmt: skip


def form(house: House, who: str) -> dict[str, str]:
    found = hidden(house.get(who, PROPOSE).text, PROPOSE)
    assert found is not None
    return found


def test_an_office_proposes_a_case_from_an_inspection_once_however_often_it_is_sent(house: House) -> None:
    filled = {**form(house, "officer"), **SAID}
    client = house.as_("officer")
    answers = [client.post(PROPOSE, data=filled, follow_redirects=False) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303], alert(answers)
    assert {one.headers["location"] for one in answers} == {"/console/cases/inspection-2026/case1"}
    assert house.acts("inspection-2026/case1") == [ActName.CASE_PROPOSED]
    page = house.get("officer", answers[0].headers["location"]).text
    assert "督查检查" in page
    assert "检查发现瞒报三处" not in page
    again = {**form(house, "officer"), **SAID, "reference": "督巡〔2026〕8号"}
    answer = client.post(PROPOSE, data=again, follow_redirects=False)
    assert answer.headers["location"] == "/console/cases/inspection-2026/case2"


def test_what_cannot_be_read_or_is_not_admitted_keeps_what_was_typed(house: House) -> None:
    client = house.as_("officer")
    unread = client.post(PROPOSE, data={**form(house, "officer"), **SAID, "source": "rumour"})
    assert unread.status_code == 422
    assert "检查发现瞒报三处" in unread.text
    refused = client.post(PROPOSE, data={**form(house, "officer"), **SAID, "reference": ""})
    assert refused.status_code == 409
    assert "reference" in refused.text
    assert "检查发现瞒报三处" in refused.text
    assert list(choices(refused.text, "propose", "source")) == ["inspection", "audit", "petition", "case", "series"]
    own = client.post(PROPOSE, data={**form(house, "officer"), **SAID, "subject": "督查室主任"})
    assert own.status_code == 409, "nobody decides a case against his own organ"


def test_another_site_a_bare_form_and_who_has_no_post_propose_nothing(house: House) -> None:
    filled = {**form(house, "officer"), **SAID}
    client = house.as_("officer")
    assert client.post(PROPOSE, data={**filled, "csrf": "0"}).status_code == 403
    assert client.post(PROPOSE, data=filled, headers={"origin": "https://evil.invalid"}).status_code == 403
    assert client.post(PROPOSE, data={"csrf": filled["csrf"]}).status_code == 422
    for who in ("auditor", "admin"):
        assert house.get(who, PROPOSE).status_code == 404
        assert house.as_(who).post(PROPOSE, data={**filled, "csrf": house.csrf(who) if who == "auditor" else "0"}
                                   ).status_code in (403, 404)  # fmt: skip
    with house.store.reading() as session:
        assert cases.seen(session, "inspection-2026/case1") is None


def test_a_case_about_a_matter_is_proposed_on_the_page_of_the_matter(house: House) -> None:
    house.launch("m1")
    said = {"subject": HEAD, "facts": "检查发现瞒报三处", "severity": "ordinary"}
    shown = house.give("officer", "m1", "propose", **said)
    assert shown.status_code == 200, alert([shown])
    assert house.acts("m1/case1") == [ActName.CASE_PROPOSED]
    assert re.search(r'href="/console/cases/m1/case1"', shown.text)
    assert "检查发现瞒报三处" not in shown.text
    assert house.form("handler", "m1", "propose") is None
