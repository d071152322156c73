"""Opening one: the procedure is chosen among all that there are, and its form asks for what its rules ask for."""

import re

import pytest

from models.acts import ActName
from policies.block_procedures import all_shipped
from tests.web.console.conftest import House, hidden
from tests.workflows.cast import CO, LEAD, OFFICE

pytestmark = pytest.mark.either_database("forms")

OPENING = "/console/proceedings/open"


def chosen(house: House, query: str = "") -> list[str]:
    page = house.get("officer", f"{OPENING}{query}").text
    return re.findall(rf'href="{OPENING}/(\w+)"', page)


def opens(house: House, who: str, procedure: str, **said: str) -> tuple[int, str]:
    """Fill in the form and send it; the status, and where it leads or what it says."""
    address = f"{OPENING}/{procedure}"
    shown = hidden(house.get("officer", address).text, address)
    assert shown is not None
    data = {**shown, "csrf": house.csrf(who), **said}
    answer = house.as_(who).post(address, data=data, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", answer.text)


def test_every_shipped_procedure_can_be_chosen_and_is_found_by_title_mechanism_and_kind(house: House) -> None:
    assert sorted(chosen(house)) == sorted(one.name for one in all_shipped())
    assert "window_acceptance" in chosen(house, "?text=一次性告知")
    assert chosen(house, "?text=B6&of=proceeding") == ["window_acceptance"]
    assert set(chosen(house, "?of=petition")) == {one.name for one in all_shipped() if one.of == "petition"}
    assert chosen(house, "?text=没有这种程序") == []
    page = house.get("officer", OPENING).text
    assert page.index("窗口与时限") < page.index("审批与服务中心")


def test_the_form_asks_for_what_the_procedure_needs(house: House) -> None:
    page = house.get("officer", f"{OPENING}/joint_handling").text
    assert re.search(r'name="co"', page)
    assert "必须填写: 名称、督办(受理)单位、协办单位" in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert 'name="panel"' not in page
    assert 'name="representatives.0.name"' in house.get("officer", f"{OPENING}/hearing").text
    assert 'name="identity.phone"' not in page


def test_it_is_opened_once_and_leads_to_its_page(house: House) -> None:
    address = f"{OPENING}/joint_handling"
    shown = hidden(house.get("officer", address).text, address)
    assert shown is not None
    data = {**shown, "title": "联合整治", "office": OFFICE, "lead": LEAD, "co": CO}
    for _ in range(2):
        led = house.as_("officer").post(address, data=data, follow_redirects=False)
        assert (led.status_code, led.headers["location"]) == (303, "/console/proceedings/proceeding/2026-0001")
    assert house.acts("proceeding/2026-0001").count(ActName.OPENED) == 1
    assert "联合整治" in house.get("officer", "/console/proceedings/proceeding/2026-0001").text


def test_a_duty_is_opened_and_says_when_it_falls_due_next(house: House) -> None:
    led = opens(house, "officer", "monthly_report", title="督查月报", office=OFFICE, lead=LEAD)
    assert led == (303, "/console/proceedings/duty/2026-0001")
    page = house.get("officer", led[1]).text
    assert "周期:每月" in page
    assert "<span>下一期</span> <time" in page


def test_a_refusal_keeps_what_was_typed_and_is_on_record(house: House) -> None:
    status, page = opens(house, "officer", "joint_handling", title="联合整治", office=OFFICE, lead=LEAD)
    assert status == 409
    assert "联合办理至少须有" in page
    assert 'value="联合整治"' in page
    assert house.acts("proceeding/2026-0001") == [ActName.REFUSED]


def test_what_cannot_be_read_is_named_at_its_field_and_nothing_is_opened(house: House) -> None:
    status, page = opens(house, "officer", "joint_handling", title="长" * 300, office=OFFICE, co=CO)
    assert status == 422
    assert 'id="open-title-wrong"' in page
    assert house.acts("proceeding/2026-0001") == []


def test_a_post_opens_for_its_own_organ_only(house: House) -> None:
    status, page = opens(house, "stranger", "joint_handling", title="试", office=OFFICE, lead=LEAD, co=CO)
    assert status == 422
    assert "只能由督办或承办单位开办" in page
    assert house.acts("proceeding/2026-0001") == []


@pytest.mark.either_database("who may see a page")
def test_neither_an_auditor_nor_a_link_nor_another_site_opens_anything(house: House) -> None:
    address = f"{OPENING}/joint_handling"
    shown = hidden(house.get("officer", address).text, address)
    assert shown is not None
    data = {**shown, "title": "试", "office": OFFICE, "lead": LEAD, "co": CO}
    for who in ("auditor", "admin"):
        for path in (OPENING, address):
            assert house.get(who, path).status_code == 404
        assert house.as_(who).post(address, data={**data, "csrf": house.csrf("auditor")}).status_code in {403, 404}
    officer = house.as_("officer")
    assert officer.post(address, data={**data, "csrf": "0"}).status_code == 403
    assert officer.post(address, data=data, headers={"origin": "https://evil.invalid"}).status_code == 403
    assert officer.post(f"{OPENING}/nothing", data=data).status_code == 404
    assert officer.get(f"{OPENING}/nothing").status_code == 404
    assert house.get("nobody", OPENING).headers["location"] == "/sign-in"
    assert house.acts("proceeding/2026-0001") == []
