"""The page of one: its steps, its clock on the calendar, its story, and for whom a part is his only that part."""

import re

import pytest

from models.acts import ActName
from models.proceeding_messages import CheckItems, Finish, Opine
from tests.web.console.conftest import House
from tests.web.console.proceeding_house import form, give, harmless_twice, opened, refuses_everybody_else
from tests.workflows.cast import CO, CO_HANDLER, HANDLER
from web.console.proceeding_filters import address_of

pytestmark = pytest.mark.either_database("a page and its forms")

ONE = "/console/proceedings/proceeding/1"


def offered(house: House, who: str, address: str = ONE) -> set[str]:
    return set(re.findall(rf'<form method="post" action="{address}/commands/(\w+)"', house.get(who, address).text))


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_steps_done_and_to_come_stand_in_order_with_what_became_of_each(house: House) -> None:
    opened(house, "proceeding/1")
    house.say("proceeding/1", CheckItems, HANDLER, missing=())
    page = house.get("officer", ONE).text
    steps = re.search(r'<ol class="steps">(.*?)</ol>', page, re.DOTALL)
    assert steps is not None
    told = plain(steps[1])
    assert re.search(r"当场验明、一次性告知 已办 .*已受理.*限时办结 办理中 .*送达 未到", told), told
    assert 'aria-current="step"' in steps[1]


def test_the_clock_of_the_step_under_way_is_drawn_with_what_comes(house: House) -> None:
    opened(house, "proceeding/1")
    page = house.get("handler", ONE).text
    assert '<table class="month">' in page
    assert "还有5个工作日" in page
    assert "如无人办理" in page


def test_each_post_is_offered_what_the_rules_would_admit_and_the_form_asks_for_the_evidence_by_name(
    house: House,
) -> None:
    opened(house, "proceeding/1")
    assert offered(house, "handler") == {"check_items", "reject"}
    assert offered(house, "officer") == {"link", "cancel"}
    assert offered(house, "auditor") == set()
    assert "申请书、身份证明、场所证明" in house.get("handler", ONE).text
    give(house, "handler", "proceeding/1", "check_items")
    assert offered(house, "handler") == {"finish", "request_extension", "suspend"}
    page = house.get("handler", ONE).text
    assert 'name="evidence.决定书"' in page
    assert '<option value="检验检测">' in page


def test_a_command_is_carried_out_and_its_act_stands_in_the_story(house: House) -> None:
    opened(house, "proceeding/1")
    give(house, "handler", "proceeding/1", "check_items")
    answered = give(house, "handler", "proceeding/1", "finish", evidence__决定书="行许〔2026〕1号")
    assert answered.status_code == 200
    assert "已受理" in answered.text
    assert "行许〔2026〕1号" in answered.text
    assert house.acts("proceeding/1")[-2:] == [ActName.STEP_DONE, ActName.STEP_BEGUN]


def test_a_refusal_keeps_what_was_typed_and_says_what_would_be_accepted(house: House) -> None:
    opened(house, "proceeding/1")
    refused = give(house, "handler", "proceeding/1", "check_items", missing="户口本")
    assert refused.status_code == 409
    assert "不在材料目录内" in refused.text
    assert ">户口本</textarea>" in refused.text
    assert house.acts("proceeding/1")[-1] is ActName.REFUSED


def test_what_cannot_be_read_is_given_to_nobody(house: House) -> None:
    opened(house, "proceeding/1")
    before = house.acts("proceeding/1")
    wrong = give(house, "handler", "proceeding/1", "check_items", text="长" * 5000)
    assert wrong.status_code == 422
    assert "过长" in wrong.text
    assert house.acts("proceeding/1") == before


def test_a_form_of_a_step_that_is_over_is_answered_by_the_rules(house: House) -> None:
    opened(house, "proceeding/1")
    house.say("proceeding/1", CheckItems, HANDLER, missing=())
    old = form(house, "handler", "proceeding/1", "finish")
    assert old is not None
    house.say("proceeding/1", Finish, HANDLER, evidence={"决定书": "有"})
    answer = house.as_("handler").post(f"{ONE}/commands/finish", data={**old, "evidence.决定书": "有"})
    assert answer.status_code == 409
    assert "送达回证" in answer.text


def test_strangers_links_and_other_sites_give_no_command_and_twice_is_once(house: House) -> None:
    opened(house, "proceeding/1")
    refuses_everybody_else(house, "proceeding/1", "check_items", "handler")
    harmless_twice(house, "proceeding/1", "check_items", "handler")


def test_a_co_handler_sees_only_its_part_and_says_only_its_own(house: House) -> None:
    opened(house, "proceeding/1", "joint_handling", co=(CO,), title="联合办理")
    page = house.get("co-handler", ONE).text
    assert "您只看到本单位的部分" in page
    for hidden_from_it in ('<ol class="steps">', "如无人办理", "通知与送达"):
        assert hidden_from_it not in page
    assert offered(house, "co-handler") == {"opine"}
    assert give(house, "co-handler", "proceeding/1", "opine", agreed="yes").status_code == 200
    assert house.acts("proceeding/1")[-1] is ActName.OPINION_GIVEN
    assert house.get("co-handler", f"{ONE}/why").status_code == 404
    assert "财政局:同意" in house.get("handler", ONE).text


def test_the_why_page_is_for_whom_the_whole_is(house: House) -> None:
    opened(house, "proceeding/1", "joint_handling", co=(CO,))
    house.say("proceeding/1", Opine, CO_HANDLER, agreed=True)
    page = house.get("handler", f"{ONE}/why?act=opinion_given")
    assert page.status_code == 200
    assert f'href="{ONE}"' in page.text
    assert house.get("stranger", f"{ONE}/why").status_code == 404
    assert house.get("handler", f"{ONE}/why?act=granted").status_code == 404


@pytest.mark.either_database("looks alone")
def test_a_page_that_is_not_ones_own_is_not_there(house: House) -> None:
    opened(house, "proceeding/1")
    for who, address in (("stranger", ONE), ("admin", ONE), ("officer", "/console/proceedings/proceeding/9"),
                         ("officer", "/console/proceedings/petition/1")):  # fmt: skip
        assert house.get(who, address).status_code == 404
    assert house.get("nobody", ONE).headers["location"] == "/sign-in"


@pytest.mark.either_database("looks alone")
def test_what_people_write_stays_text_and_a_page_is_whole_in_english(house: House) -> None:
    opened(house, "proceeding/1", title="<script>alert(1)</script>")
    assert "<script>alert" not in house.get("handler", ONE).text
    house.as_("handler").post("/console/language", data={"csrf": house.csrf("handler"), "language": "en"})
    page = house.get("handler", ONE).text
    assert "5 working days left" in page
    assert "under way" in page
    assert address_of("duty/月报") == "/console/proceedings/duty/%E6%9C%88%E6%8A%A5"
