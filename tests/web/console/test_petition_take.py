"""The office takes a petition in: once, its petitioner apart, the receipt code on the answer and nowhere else."""

import re

import pytest

from models.acts import ActName
from tests.web.console.conftest import House, hidden
from tests.web.console.proceeding_house import opened
from tests.workflows.cast import OFFICE

pytestmark = pytest.mark.either_database("a form; what is kept apart is claimed in tests/record")

ADDRESS = "/console/proceedings/open/petition"
PETITION = "petition/2026-0001"
WHO = {"identity.name": "某诉求人", "identity.phone": "010-5550143", "identity.address": "某街道九号"}
CODE = re.compile(r'<code class="code">([^<]+)</code>')


def data(house: House, **said: str) -> dict[str, str]:
    shown = hidden(house.get("officer", ADDRESS).text, ADDRESS)
    assert shown is not None
    return {**shown, "title": "噪声扰民", "text": "夜间施工,影响休息", "office": OFFICE, "channel": "letter", **said}


def everything(house: House, who: str) -> str:
    """Every page on which the petition could be read by this visitor."""
    one = f"/console/proceedings/{PETITION}"
    paths = ("/console", "/console/petitions", one, f"{one}?alike=yes", f"{one}/why", ADDRESS)
    return "\n".join(house.get(who, path).text for path in paths)


def test_it_is_taken_in_and_its_code_opens_it_for_the_public(house: House) -> None:
    page = house.as_("officer").post(ADDRESS, data={**data(house), **WHO})
    assert page.status_code == 200
    code = CODE.search(page.text)
    assert code is not None
    assert PETITION in page.text
    assert house.acts(PETITION)[0] is ActName.OPENED
    assert code[1] not in everything(house, "officer")


def test_the_petitioner_stands_on_no_page_not_even_on_the_answer(house: House) -> None:
    answer = house.as_("officer").post(ADDRESS, data={**data(house, text="我是某诉求人,电话010-5550143"), **WHO}).text
    seen = answer + "".join(everything(house, who) for who in ("officer", "leader", "auditor"))
    for told in WHO.values():
        assert told not in seen
    assert "身份信息,另存" in seen
    facts = house.get("officer", f"/console/proceedings/{PETITION}").text.partition("</dl>")[0]
    assert "我是〔身份信息,另存" in facts


def test_sent_twice_it_is_one_petition_and_the_newer_code_holds(house: House) -> None:
    sent = data(house)
    first, second = (house.as_("officer").post(ADDRESS, data=sent).text for _ in range(2))
    codes = [found[1] for page in (first, second) if (found := CODE.search(page))]
    assert len(set(codes)) == 2
    assert "原凭证码已失效" in second
    assert house.acts(PETITION).count(ActName.OPENED) == 1
    assert house.acts("petition/2026-0002") == []


def test_without_an_identity_it_is_anonymous_and_there_is_nothing_to_open(house: House) -> None:
    assert house.as_("officer").post(ADDRESS, data=data(house)).status_code == 200
    page = house.get("officer", f"/console/proceedings/{PETITION}").text
    assert "匿名诉求" in page
    assert f'action="/console/proceedings/{PETITION}/identity"' not in page


def test_petitions_that_may_be_the_same_are_shown_before_it_is_taken_in(house: House) -> None:
    opened(house, "petition/7", "petition", title="夜间噪声扰民")
    page = house.as_("officer").post(f"{ADDRESS}/alike", data={**data(house), **WHO})
    assert page.status_code == 200
    assert 'href="/console/proceedings/petition/7"' in page.text
    assert '<option value="petition/7">' in page.text
    assert 'value="噪声扰民"' in page.text
    assert all(told not in page.text for told in WHO.values())
    assert house.acts(PETITION) == []
    other = house.as_("officer").post(f"{ADDRESS}/alike", data=data(house, office="教育局"))
    assert "petition/7" not in other.text


def test_a_repetition_is_linked_at_once(house: House) -> None:
    opened(house, "petition/7", "petition", title="夜间噪声扰民")
    page = house.as_("officer").post(ADDRESS, data=data(house, repeats="petition/7")).text
    assert "已关联到所重复的诉求" in page
    assert ActName.LINKED in house.acts("petition/7")
    assert PETITION in house.get("officer", "/console/proceedings/petition/7").text


def test_what_cannot_be_read_is_not_taken_in_and_the_identity_does_not_come_back(house: House) -> None:
    page = house.as_("officer").post(ADDRESS, data={**data(house, channel=""), **WHO})
    assert page.status_code == 422
    assert 'value="噪声扰民"' in page.text
    assert "身份信息不回显" in page.text
    assert all(told not in page.text for told in WHO.values())
    assert house.acts(PETITION) == []


@pytest.mark.either_database("what is refused at the door")
def test_a_state_secret_a_stranger_a_link_and_another_site_take_nothing_in(house: House) -> None:
    officer, sent = house.as_("officer"), data(house)
    secret = officer.post(ADDRESS, data={**sent, "text": "机密★10年"})
    assert (secret.status_code, "机密★10年" in secret.text) == (422, False)
    assert house.as_("stranger").post(ADDRESS, data={**sent, "csrf": house.csrf("stranger")}).status_code == 422
    assert officer.post(ADDRESS, data={**sent, "csrf": "0"}).status_code == 403
    assert officer.post(ADDRESS, data=sent, headers={"origin": "https://evil.invalid"}).status_code == 403
    assert officer.get(f"{ADDRESS}/alike").status_code == 404
    assert house.as_("nobody").post(ADDRESS, data=sent, follow_redirects=False).headers["location"] == "/sign-in"
    assert house.acts(PETITION) == []
