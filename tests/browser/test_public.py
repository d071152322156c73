"""Somebody who is not signed in, in a real browser: a petition from its form to the published result; every page."""

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import Office, Shot, Visit
from tests.workflows.cast import OFFICE

pytestmark = pytest.mark.either_database("pages in a browser")

NARROW, WIDE = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=800)
NAME, PHONE = "诉求人甲", "13900001234"
ANSWER, RESULT = "已责令停工并处罚", "城东工地夜间已停工"


async def looked_over(page: Page) -> None:
    """Everybody can use it, also on a narrow screen, where nothing has to be pushed sideways."""
    await page.set_viewport_size(NARROW)
    over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{page.url} is {over}px too wide at 360px"
    await assert_accessible(page)
    await page.set_viewport_size(WIDE)
    await assert_accessible(page)


def handled(office: Office, petition: str, *steps: tuple[str, dict[str, Any]]) -> None:
    """The office says this to the petition, through the interface."""
    for do, said in steps:
        answer = office.world.do("officer", petition, do, **said)
        assert answer.status_code == 200, answer.text


async def asked_for(page: Page, office: Office, number: str, code: str) -> None:
    await page.goto(f"{office.site}/public/status")
    await page.get_by_label("编号").fill(number)
    await page.get_by_label("受理凭证码").fill(code)
    await page.get_by_role("button", name="查询").click()
    await expect(page.get_by_role("heading", name=number)).to_be_visible()


async def test_somebody_hands_a_petition_in_follows_it_judges_the_answer_and_reads_the_result(
    office: Office, page: Page, shot: Shot
) -> None:
    title = f"夜间施工噪声 {uuid4().hex[:6]}"
    await page.goto(f"{office.site}/sign-in")
    await page.get_by_role("link", name=re.compile("群众诉求")).click()
    await looked_over(page)
    await page.get_by_role("main").get_by_role("link", name=re.compile("提出诉求")).click()
    await looked_over(page)
    await page.get_by_label(re.compile("^标题")).fill(title)
    await page.get_by_label(re.compile("^事情和要求")).fill(f"我是{NAME},城东工地夜间施工,要求停工。")
    await page.get_by_label("涉及的地点或单位").fill("城东工地")
    await page.get_by_label("姓名").fill(NAME)
    await page.get_by_label("电话").fill(PHONE)
    await shot(page, "public-petition")
    await page.get_by_role("button", name="提交诉求").click()

    await expect(page.get_by_role("heading", name="诉求已提交")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="打印本页")).to_be_focused()
    await looked_over(page)
    number, code = await page.locator("#number").inner_text(), await page.locator("#code").inner_text()
    await shot(page, "public-receipt")
    await expect(page.get_by_role("button", name="打印本页")).to_be_visible()
    await page.emulate_media(media="print")
    await expect(page.get_by_text(code)).to_be_visible()
    await expect(page.get_by_role("navigation")).to_be_hidden()
    await page.emulate_media(media="screen")

    await asked_for(page, office, number, code.lower())
    assert code not in page.url
    await expect(page.get_by_text("正在办理")).to_be_visible()
    await looked_over(page)
    await page.get_by_label(re.compile("要补充的话")).fill(f"昨夜又施工,请回电{PHONE}")
    await page.get_by_role("button", name="提交补充").click()
    await expect(page.get_by_role("status").filter(has_text="已转告经办岗位")).to_be_visible()
    assert PHONE not in await page.inner_text("body")

    handled(
        office, number, ("route", {"to": OFFICE}), ("check_items", {}),
        ("finish", {"evidence": {"处理意见书": "意见1号"}, "text": "内部研判"}),
        ("finish", {"evidence": {"答复": ANSWER, "送达方式": "邮寄"}}),
    )  # fmt: skip
    await asked_for(page, office, number, code)
    await expect(page.get_by_text(ANSWER)).to_be_visible()
    await expect(page.get_by_text("内部研判")).to_be_hidden()
    await looked_over(page)
    await shot(page, "public-status")
    await page.get_by_role("radio", name="不满意").check()
    await page.get_by_label("原因或意见").fill("夜间仍有声响")
    await page.get_by_role("button", name="提交评价").click()
    await expect(page.get_by_role("status").filter(has_text="评价已记录")).to_be_visible()

    handled(
        office, number, ("call_back", {"satisfied": True}),
        ("finish", {"evidence": {"公布载体": "区政府网"}, "text": RESULT}),
    )  # fmt: skip
    await asked_for(page, office, number, code)
    await expect(page.get_by_text("已办结。", exact=True)).to_be_visible()
    await expect(page.get_by_text("区政府网")).to_be_visible()
    await looked_over(page)
    # It was not marked public, so nobody else reads of it.
    missing = await page.request.get(f"{office.site}/public/notices/{number}")
    assert missing.status == 404


async def test_what_is_public_is_read_and_searched_in_both_languages_and_a_wrong_code_is_told_kindly(
    office: Office, visit: Visit, shot: Shot
) -> None:
    title = f"校舍加固 {uuid4().hex[:6]}"
    matter = office.world.launch(title=title, public=True).json()["id"]
    notice = office.world.open(procedure="unit_notice", title=f"推荐公示 {title}", public=True, lead=OFFICE).json()[
        "id"
    ]
    handled(office, notice, ("publish", {"medium": "公示栏", "text": "拟推荐名单见附件"}))
    page = await visit(expecting=["status of 404"])
    await page.goto(f"{office.site}/public/notices")
    await page.get_by_label("按标题查找").fill(title)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name=f"推荐公示 {title}")).to_be_visible()
    await looked_over(page)
    await page.get_by_role("link", name=f"推荐公示 {title}").click()
    await expect(page.get_by_text("拟推荐名单见附件")).to_be_visible()
    await looked_over(page)
    await shot(page, "public-notice")
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("heading", name="What was posted and published")).to_be_visible()
    await page.goto(f"{office.site}/public/notices?kind=matters&text={title}")
    await page.get_by_role("link", name=title).click()
    await expect(page.get_by_role("heading", name=matter)).to_be_visible()
    await looked_over(page)

    await page.goto(f"{office.site}/public/status")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.get_by_label("Number").fill("2026-9999")
    await page.get_by_label("Receipt code").fill("not a code")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_focused()
    await expect(page.get_by_label("Receipt code")).to_have_value("")
    await looked_over(page)


async def test_what_is_missing_is_told_at_its_field_and_the_form_is_filled_by_the_keyboard_alone(
    office: Office, visit: Visit
) -> None:
    page = await visit(expecting=["status of 422"])
    await page.goto(f"{office.site}/public/petition")
    await page.get_by_label(re.compile("^标题")).focus()
    await page.keyboard.type(" ")
    await page.keyboard.press("Tab")
    await page.keyboard.type("夜间施工")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_focused()
    await expect(page.get_by_label(re.compile("^事情和要求"))).to_have_value("夜间施工")
    await expect(page.get_by_label(re.compile("^标题"))).to_have_attribute("aria-invalid", "true")
    await looked_over(page)
