"""The days of those who look rather than handle, on an office that has lived a year.

The leader, the policy room, the administrator, the auditor, and a unit that comes in. Every page that is visited passes
axe, and is looked at 360 px wide.
"""

from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from openpyxl import load_workbook
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import Shot, Visit
from tests.browser.lived import LivedOffice
from tests.browser.walking import by_more, in_days

pytestmark = pytest.mark.either_database("pages in a browser")

NOT_THERE = "status of 404"
WIDE, NARROW = ViewportSize(width=1280, height=720), ViewportSize(width=360, height=740)
TALL = ViewportSize(width=1280, height=1250)
MISTAKES = (
    (
        "平件: 3wd, 急件: 2wd, 特急: 1wd}, source: house rule (督办单)",
        "平件: 3xx, 急件: 2wd}, source: house rule (督办单)",
    ),
    ("平件: [3, 1]", "平件: [30, 3]"),
    ("holder: leader", "holder: nobody"),
    ("mark: 催办", "mark: 督办"),
    ("  signed: [office.handler]", "  signd: [office.handler]"),
    ("value: 平件", "value: 慢件"),
    ("  returned:\n    - {from: 2004-01-01, value: 3wd, source: house rule}\n", ""),
)
"""One of each group of mistakes that a check finds."""
GROUPS = (
    "parameters.supervision", "parameters.reminders", "escalation.2.holder", "documents.urging_notice.mark",
    "tell.signd", "parameters.default_urgency", "missing parameters: returned",
)  # fmt: skip


async def good(page: Page) -> None:
    """The page is for everybody: by axe, and 360 px wide without anything to scroll to at its side."""
    await assert_accessible(page)
    await page.set_viewport_size(NARROW)
    beyond = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert beyond <= 0, f"{page.url} is {beyond} px too wide"
    await page.set_viewport_size(WIDE)


async def comes(lived: LivedOffice, visit: Visit, login: str, *expecting: str) -> Page:
    page = await visit(expecting=expecting)
    await lived.sign_in(page, login)
    return page


async def is_not_there(page: Page, address: str) -> None:
    await page.goto(address)
    await expect(page.get_by_text("没有此页,或您无权查看")).to_be_visible()


async def test_the_leader_sees_how_it_stands_and_goes_from_every_figure_to_its_matters(
    lived: LivedOffice, visit: Visit, shot: Shot
) -> None:
    page = await comes(lived, visit, "样例区长")
    await expect(page).to_have_url(f"{lived.site}/console")
    await expect(page.locator(".chart canvas")).to_be_visible()
    assert await page.locator("#trend-table tbody tr").count() == 12
    await good(page)
    await shot(page, "cockpit")

    for name in ("超期", "绿灯"):
        figure = page.get_by_role("region", name="总体情况").get_by_role("link", name=name)
        number = int((await figure.inner_text()).split()[0])
        assert number > 0
        await figure.click()
        await expect(page.get_by_text(f"共 {number} 件")).to_be_visible()
        await good(page)
        await page.go_back()
    await page.get_by_role("navigation").get_by_role("link", name="台账", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("台账")
    await good(page)
    await shot(page, "register")
    await page.go_back()

    # What waits for him leads to where he decides it.
    waiting = page.get_by_role("region", name="待您决定")
    assert await waiting.get_by_role("listitem").count() > 5
    await waiting.get_by_role("link", name="延期审批").click()
    await expect(page.get_by_role("main")).to_contain_text("寄宿制学校取暖保障")
    await good(page)

    # The order of the organs, down to one matter.
    await by_more(page, "排名")
    await good(page)
    await shot(page, "rankings")
    organs = page.get_by_role("main").get_by_role("table").first.locator("tbody tr")
    assert await organs.count() > 3
    await organs.first.get_by_role("link").nth(1).click()
    matters = page.get_by_role("region", name="的办结事项")
    await expect(matters.get_by_role("link").first).to_be_visible()
    await good(page)
    await matters.get_by_role("link").first.click()
    await expect(page.get_by_role("region", name="经过")).to_contain_text("销号")

    # Two dates.
    await by_more(page, "两日对比")
    await page.get_by_label("前一日期").fill(in_days(-120))
    await page.get_by_label("后一日期").fill(in_days(-1))
    await page.get_by_role("button", name="对比").click()
    await expect(page.locator("h1")).to_contain_text(f"{in_days(-120)} — {in_days(-1)}")
    await good(page)
    await shot(page, "dates")
    began = page.get_by_role("region", name="其间发生").get_by_role("link", name="立项")
    number = int((await began.inner_text()).split()[0])
    await began.click()
    await expect(page.get_by_text(f"共 {number} 件")).to_be_visible()


async def test_a_matters_story_is_told_with_its_calendar_its_reasons_its_papers_and_its_notices(
    lived: LivedOffice, visit: Visit, shot: Shot
) -> None:
    page = await comes(lived, visit, "样例区长")
    await page.get_by_role("region", name="待您决定").get_by_role("link", name="高速出口绿化提升").first.click()
    await expect(page.get_by_role("region", name="时限").locator(".month").first).to_be_visible()
    await expect(page.get_by_role("region", name="时限").locator(".counted").first).to_be_visible()
    await expect(page.get_by_role("region", name="文书").get_by_role("link").first).to_be_visible()
    await expect(page.get_by_role("region", name="通知与送达")).to_be_visible()
    story = page.get_by_role("region", name="经过").get_by_role("listitem")
    assert await story.count() > 5
    await good(page)
    await page.set_viewport_size(TALL)
    await shot(page, "matter-story")
    await page.set_viewport_size(WIDE)
    await story.last.get_by_role("link", name="为什么").click()
    await expect(page.get_by_role("main")).to_contain_text("依据")
    await good(page)


async def test_the_procedure_is_read_drafted_with_the_keyboard_mended_tried_on_the_past_and_published(
    lived: LivedOffice, visit: Visit, shot: Shot, tmp_path: Path
) -> None:
    page = await comes(lived, visit, "样例督查员")
    await by_more(page, "制度")
    await good(page)
    await page.get_by_role("link", name="标准督办程序").first.click()
    await good(page)
    await shot(page, "policy")
    await page.go_back()
    await page.get_by_role("link", name="流程图", exact=True).click()
    await expect(page.get_by_role("img", name="督办事项")).to_be_visible()
    await good(page)
    await shot(page, "policy-drawing")

    # A draft; one number is changed with the keyboard alone.
    await page.goto(f"{lived.site}/console/policies")
    await page.get_by_role("button", name="起草").click()
    await expect(page.get_by_text("与现行程序没有差异")).to_be_visible()
    draft = page.url
    await good(page)
    form = page.locator("details.command").filter(has=page.locator('input[name="name"][value="supervision"]'))
    await form.locator("summary").focus()
    await page.keyboard.press("Enter")
    await expect(form).to_have_attribute("open", "")
    value = form.locator("#value-supervision")
    for _ in range(8):
        await page.keyboard.press("Tab")
        if await value.evaluate("one => one === document.activeElement"):
            break
    await expect(value).to_be_focused()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("{平件: 1wd, 急件: 1wd, 特急: 1wd}")
    await page.keyboard.press("Tab")
    await page.keyboard.type("本单位办法")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("取值已写入草案")
    await expect(page.get_by_role("alert")).to_be_focused()
    await expect(page.get_by_role("region", name="与现行程序的差异")).to_contain_text("督办单时限")

    # Every group of mistakes in its text, and mended.
    whole = await text_of(page)
    wrong = whole
    for right, mistaken in MISTAKES:
        assert right in wrong, right
        wrong = wrong.replace(right, mistaken)
    await keep_text(page, wrong)
    for group in GROUPS:
        await expect(page.get_by_role("region", name="核对")).to_contain_text(group)
    await expect(page.get_by_role("button", name="开始推演")).to_have_count(0)
    await good(page)
    await keep_text(page, whole)
    await expect(page.get_by_role("region", name="核对")).to_contain_text("可用")

    # Tried on the matters of the year.
    await page.get_by_role("button", name="开始推演").click()
    differently = page.get_by_role("region", name="会被区别对待的事项")
    await expect(differently.get_by_role("link", name="下载表格")).to_be_visible()
    await good(page)
    await page.set_viewport_size(TALL)
    await shot(page, "policy-run")
    await page.set_viewport_size(WIDE)
    named = await differently.locator("tbody tr th").all_inner_texts()
    async with page.expect_download() as coming:
        await differently.get_by_role("link", name="下载表格").click()
    sheet = tmp_path / "run.xlsx"
    await (await coming.value).save_as(sheet)
    rows = list(load_workbook(BytesIO(sheet.read_bytes())).worksheets[0].iter_rows(min_row=2, values_only=True))
    assert {str(row[0]) for row in rows} == {one.split()[0] for one in named}
    await differently.get_by_role("link", name="并排对照").first.click()
    await expect(page.locator("tr.differs").first).to_be_visible()
    await good(page)

    # Who drafts does not publish; the leader does, from a day on.
    await page.goto(draft)
    await expect(page.get_by_role("region", name="发布")).to_have_count(0)
    leader = await comes(lived, visit, "样例区长")
    await leader.goto(draft)
    await leader.get_by_label("生效日期").fill(in_days(30))
    await leader.get_by_label("理由", exact=True).fill("督办时限缩短")
    await leader.get_by_role("button", name="发布").click()
    await expect(leader.get_by_role("alert")).to_contain_text("程序已发布")
    await good(leader)
    await by_more(leader, "制度")
    await expect(leader.get_by_role("region", name="发布记录")).to_contain_text(in_days(30))
    await expect(leader.get_by_role("region", name="发布记录")).to_contain_text("尚未生效")


async def text_of(page: Page) -> str:
    return await page.locator("#draft-text").input_value()


async def keep_text(page: Page, text: str) -> None:
    """Write the whole text of the draft and have it checked."""
    if not await page.locator("#draft-text").is_visible():
        await page.get_by_text("打开全文").click()
    await page.locator("#draft-text").fill(text)
    await page.get_by_role("button", name="保存并核对").click()
    await expect(page.get_by_role("alert")).to_contain_text("草案已保存")


async def test_the_administrator_lets_somebody_in_with_a_post_and_a_password_shown_once(
    lived: LivedOffice, visit: Visit
) -> None:
    page = await comes(lived, visit, "样例管理员", NOT_THERE)
    await expect(page).to_have_url(f"{lived.site}/console/site")
    await expect(page.get_by_role("region", name="流程遭外部干预的报告")).to_be_visible()
    await good(page)
    await page.get_by_role("region", name="账号").get_by_role("link").click()
    await good(page)
    login = f"clerk-{uuid4().hex[:6]}"
    await page.locator(".command summary").get_by_text("登记人员").click()
    await page.get_by_label("登录名").fill(login)
    await page.get_by_role("button", name="登记人员").click()
    await expect(page.get_by_role("alert")).to_contain_text("已办理")
    await good(page)
    await page.locator(".command summary").get_by_text("任职", exact=True).click()
    await page.locator("#hold-post").fill("区交通局承办岗")
    await page.locator("#hold-until").fill(in_days(200))
    await page.get_by_role("button", name="任职", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("已办理")
    await expect(page.get_by_role("main")).to_contain_text(in_days(200))
    await page.locator(".command summary").get_by_text("重设口令").click()
    await page.get_by_role("button", name="重设口令").click()
    password = await page.locator("#secret").inner_text()
    await good(page)
    await page.get_by_role("link", name="账号", exact=True).click()
    await page.get_by_role("row", name=login).get_by_role("link").click()
    assert password not in await page.content()
    await expect(page.get_by_role("main")).to_contain_text("区交通局承办岗")

    # The password lets its person in, to what there is to do for the post.
    clerk = await visit()
    await clerk.goto(f"{lived.site}/sign-in")
    await clerk.get_by_label("登录名").fill(login)
    await clerk.get_by_label("口令").fill(password)
    await clerk.get_by_role("button", name="登录").click()
    await expect(clerk).to_have_url(f"{lived.site}/console/inbox")

    await page.get_by_role("navigation").get_by_role("link", name="日历", exact=True).click()
    await page.get_by_label("查看年份").fill("2026")
    await page.get_by_role("button", name="查看年份").click()
    await expect(page.get_by_role("main")).to_contain_text("国庆节")
    await good(page)
    await is_not_there(page, f"{lived.site}/console/matters")


async def test_the_auditor_reads_everything_of_the_office_and_acts_on_nothing(
    lived: LivedOffice, visit: Visit, shot: Shot
) -> None:
    page = await comes(lived, visit, "样例审计员", NOT_THERE)
    await expect(page).to_have_url(f"{lived.site}/console")
    await page.get_by_role("region", name="总体情况").get_by_role("link", name="在办").click()
    await page.get_by_role("main").get_by_role("table").get_by_role("link").first.click()
    await expect(page.get_by_role("region", name="经过")).to_be_visible()
    await expect(page.get_by_role("main").locator("details.command")).to_have_count(0)
    await good(page)
    await by_more(page, "站点")
    await page.get_by_role("button", name="核对账号").click()
    await expect(page.get_by_role("alert")).to_contain_text("全部一致")
    await good(page)
    await shot(page, "site")
    await page.get_by_role("region", name="账号").get_by_role("link").click()
    await page.get_by_role("row", name="样例区长").get_by_role("link").click()
    await expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
    await expect(page.get_by_role("heading", name="记录")).to_be_visible()
    for address in ("launch", "import", "policies/drafts/1"):
        await is_not_there(page, f"{lived.site}/console/{address}")


async def test_a_handler_comes_in_to_what_is_to_be_done(lived: LivedOffice, visit: Visit) -> None:
    page = await comes(lived, visit, "样例教育承办")
    await expect(page).to_have_url(f"{lived.site}/console/inbox")
    inbox = page.get_by_role("navigation").get_by_role("link", name="待办", exact=True)
    await expect(inbox).to_have_attribute("aria-current", "page")
    assert await page.get_by_role("main").get_by_role("link").count() > 3
    await good(page)

    # What is folded away opens with the keyboard, and folds again on Escape, with the focus where it was.
    more = page.get_by_role("navigation", name="主导航").locator("details.more")
    await more.locator("summary").focus()
    await page.keyboard.press("Space")
    await expect(more.get_by_role("link", name="日历")).to_be_visible()
    await good(page)
    await page.keyboard.press("Escape")
    await expect(more.get_by_role("link", name="日历")).to_be_hidden()
    await expect(more.locator("summary")).to_be_focused()
