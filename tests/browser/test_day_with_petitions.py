"""The office's day with petitions, duties, a vote and the bulletin, in a real browser, over real workflows.

Whatever is said here is said on pages, by the office, by the organ, and by whoever asked and is not signed in.
"""

from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from docx import Document
from openpyxl import load_workbook
from playwright.async_api import Page, expect
from temporalio.client import Client

from models.contract import duty_schedule_id
from policies.deadlines import SHANGHAI
from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import Office, Shot, Visit
from tests.browser.walking import assert_fits_narrow, gives, leads_to, signed_in
from tests.workflows.cast import HEAD, LEAD, LEADER, OFFICE

pytestmark = pytest.mark.either_database("pages in a browser")

NAME, PHONE = "诉求人乙", "010-5550167"
ANSWER, RESULT = "已责令停工并处罚", "夜间施工已停止"


async def opens(page: Page, procedure: str, **fields: str) -> None:
    """Choose a procedure from where the visitor is, fill its form in by the names of its fields; it is not sent yet."""
    await page.get_by_label("名称、机制或编号").fill(procedure)
    await page.get_by_label("名称、机制或编号").press("Enter")
    await page.get_by_role("link", name=procedure).first.click()
    await fills(page, **fields)


async def fills(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        field = page.locator(f'form.opening [name="{name.replace("__", ".")}"]')
        if await field.evaluate("one => one.tagName") == "SELECT":
            await field.select_option(value)
        else:
            await field.fill(value)


async def number_of(page: Page) -> str:
    return (await page.locator("h1 small").inner_text()).strip()


async def in_inbox(page: Page, title: str, what: str) -> None:
    """Find it among what is to be done, and open it."""
    await leads_to(page, "待办")
    await assert_accessible(page)
    line = page.get_by_role("listitem").filter(has=page.get_by_role("link", name=title)).first
    await expect(line).to_contain_text(what)
    await line.get_by_role("link", name=title).click()
    await expect(page.get_by_role("heading", name=title)).to_be_visible()


async def followed(page: Page, office: Office, number: str, code: str) -> None:
    """What the petition's number and receipt code show to whoever has them."""
    await page.goto(f"{office.site}/public/status")
    await page.get_by_label("编号").fill(number)
    await page.get_by_label("受理凭证码").fill(code)
    await page.get_by_role("button", name="查询").click()
    await expect(page.get_by_role("heading", name=number)).to_be_visible()
    await assert_accessible(page)


async def test_a_petition_from_its_call_to_the_published_result(office: Office, visit: Visit, shot: Shot) -> None:
    place = uuid4().hex[:6]
    title = f"{place}工地夜间施工扰民"
    officer = await signed_in(office, visit, "officer")

    # A call comes in: who it is stands apart, the receipt code is shown once.
    await leads_to(officer, "诉求")
    await officer.get_by_role("link", name="登记诉求").click()
    await expect(officer.get_by_role("heading", name="选择程序")).to_be_visible()
    await assert_accessible(officer)
    call = {"office": OFFICE, "leader": LEADER, "channel": "hotline", "subject": f"{place}工地"}
    await opens(
        officer, "群众诉求受理", title=title, text=f"我是{NAME},工地夜间施工,要求停工。",
        identity__name=NAME, identity__phone=PHONE, **call,
    )  # fmt: skip
    await assert_accessible(officer)
    await officer.get_by_role("main").get_by_role("button", name="登记诉求").click()
    await expect(officer.get_by_role("heading", name="受理凭证")).to_be_visible()
    await assert_accessible(officer)
    code = await officer.locator("code.code").inner_text()
    petition = await officer.locator("dl.receipt dd").first.inner_text()
    await officer.get_by_role("link", name="打开此件").click()
    await expect(officer.get_by_role("heading", name=title)).to_be_visible()
    seen = await officer.inner_text("body")
    assert not [told for told in (NAME, PHONE, code) if told in seen]

    # The next call is about the same: it is shown before it is taken in, and linked.
    await leads_to(officer, "诉求")
    await officer.get_by_role("link", name="登记诉求").click()
    await opens(officer, "群众诉求受理", title=f"{title}严重", text="又在施工。", **call)
    await officer.get_by_role("button", name="查找可能的重复件").click()
    await expect(officer.locator("#alike").get_by_role("link", name=title)).to_be_visible()
    await assert_accessible(officer)
    await fills(officer, repeats=petition)
    await officer.get_by_role("main").get_by_role("button", name="登记诉求").click()
    await expect(officer.get_by_text("已关联到所重复的诉求")).to_be_visible()
    await officer.get_by_role("link", name="打开此件").click()
    await officer.get_by_role("link", name=petition, exact=True).click()
    await expect(officer.get_by_text("随此件办理的重复件")).to_be_visible()

    # It is given to an organ, which finds it in its inbox and handles it.
    await gives(officer, "分办", to=LEAD, reason="属其职责")
    lead = await signed_in(office, visit, "lead")
    await in_inbox(lead, title, "接收分办")
    await gives(lead, "接收承办")
    await expect(lead.get_by_role("region", name="基本情况")).to_contain_text("要求停工")
    await gives(lead, "一次性告知", missing="有关材料")
    await expect(lead.get_by_text("尚缺材料:有关材料")).to_be_visible()
    await gives(lead, "补正", items="有关材料")
    await gives(lead, "办结本环节", evidence__处理意见书="处理意见1号")
    await gives(lead, "办结本环节", evidence__答复="已函告施工单位", evidence__送达方式="电话")
    assert not await lead.get_by_role("button", name="查看身份").count()

    # The office says why it wants to know whom to call; dissatisfied, it is done again.
    await officer.reload()
    await officer.get_by_label("查看理由").fill("回访核实")
    await officer.get_by_role("button", name="查看身份").click()
    await expect(officer.get_by_text(PHONE)).to_be_visible()
    await expect(officer.get_by_text("此次查看已记录在案")).to_be_visible()
    await assert_accessible(officer)
    await officer.get_by_role("main").get_by_role("link", name=petition).click()
    await gives(officer, "回访", satisfied="no", text="夜间仍有声响")
    await expect(officer.get_by_text("第2轮").first).to_be_visible()
    await assert_accessible(officer)
    await assert_fits_narrow(officer)
    await shot(officer, "petition")
    await leads_to(officer, "诉求")
    await expect(officer.get_by_role("row").filter(has_text=petition).first).to_contain_text("调查处理")
    await assert_accessible(officer)
    await assert_fits_narrow(officer)
    await shot(officer, "petitions")
    await in_inbox(lead, title, "办理环节")
    await gives(lead, "办结本环节", evidence__处理意见书="处理意见2号")
    await gives(lead, "办结本环节", evidence__答复=ANSWER, evidence__送达方式="电话")
    await in_inbox(officer, title, "办理环节")
    await gives(officer, "回访", satisfied="yes")
    await gives(officer, "办结本环节", evidence__公布载体="区政府网", text=RESULT)

    # Whoever asked reads the answer, and nobody's name.
    asker = await visit()
    await followed(asker, office, petition, code)
    await expect(asker.get_by_text(ANSWER)).to_be_visible()
    await expect(asker.get_by_text("已办结。", exact=True)).to_be_visible()
    await expect(asker.get_by_text("区政府网")).to_be_visible()
    assert NAME not in await asker.inner_text("body")


async def test_a_duty_falls_due_rests_and_goes_on_and_the_bulletin_counts_what_it_opened(
    office: Office, visit: Visit, shot: Shot, tmp_path: Path
) -> None:
    title = f"基层调研 {uuid4().hex[:6]}"
    officer = await signed_in(office, visit, "officer")
    await leads_to(officer, "经常性义务")
    await assert_accessible(officer)
    await assert_fits_narrow(officer)
    await officer.get_by_role("link", name="开立义务").click()
    await opens(officer, "调研报告", title=title, office=OFFICE, lead=LEAD, leader=LEADER)
    await assert_accessible(officer)
    await officer.get_by_role("main").get_by_role("button", name="开立义务").click()
    await expect(officer.get_by_role("heading", name=title)).to_be_visible()
    duty = await number_of(officer)

    # It has fallen due as it was opened; it falls due once more, and the matter is one of the organ's.
    occurrences = officer.get_by_role("region", name="各期及其事项")
    await expect(occurrences.get_by_role("link")).to_have_count(1)
    await gives(officer, "触发", reason="领导要求加报")
    await expect(occurrences.get_by_role("link")).to_have_count(2)
    await occurrences.get_by_role("link").first.click()
    await expect(officer.get_by_role("region", name="经过")).to_contain_text("立项")
    opened = await number_of(officer)
    await assert_accessible(officer)
    lead = await signed_in(office, visit, "lead")
    await in_inbox(lead, f"{title}:{datetime.now(SHANGHAI):%Y}:领导要求加报", "签收")
    assert await number_of(lead) == opened

    # Paused, its schedule is paused; it goes on.
    client = await Client.connect(office.world.server)
    schedule = client.get_schedule_handle(duty_schedule_id(duty, office.world.scope))
    assert not (await schedule.describe()).schedule.state.paused
    await officer.go_back()
    await gives(officer, "暂停任务", reason="机构改革")
    await expect(officer.get_by_text("已暂停").first).to_be_visible()
    assert (await schedule.describe()).schedule.state.paused
    await gives(officer, "继续任务")
    assert not (await schedule.describe()).schedule.state.paused
    await assert_accessible(officer)
    await assert_fits_narrow(officer)
    await shot(officer, "duty")

    # The bulletin of the month counts the matter, leads to it, and is saved for whoever writes it up.
    await leads_to(officer, "通报")
    await officer.get_by_role("textbox", name="期间").fill(f"{datetime.now(SHANGHAI):%Y-%m}")
    await officer.get_by_role("button", name="生成").click()
    figures = officer.get_by_role("region", name="总体情况")
    row = figures.get_by_role("row").filter(has_text="新立项")
    await row.locator("summary").click()
    await expect(row.get_by_role("link", name=opened, exact=True)).to_be_visible()
    await assert_accessible(officer)
    await assert_fits_narrow(officer)
    await shot(officer, "bulletin")
    for kind, name in (("Word", "bulletin.docx"), ("Excel", "bulletin.xlsx")):
        async with officer.expect_download() as saving:
            await officer.get_by_role("link", name=f"下载 {kind} 文件").click()
        await (await saving.value).save_as(tmp_path / name)
    assert "督查工作月报" in Document(str(tmp_path / "bulletin.docx")).paragraphs[0].text
    assert ("新立项 registered", opened) in load_workbook(tmp_path / "bulletin.xlsx")["指标明细"].values
    await row.get_by_role("link", name=opened, exact=True).click()
    await expect(officer.get_by_role("heading", name=opened)).to_be_visible()


async def test_a_panel_votes_and_the_office_counts(office: Office, visit: Visit) -> None:
    title = f"人才评审 {uuid4().hex[:6]}"
    officer = await signed_in(office, visit, "officer")
    await leads_to(officer, "程序事项")
    await assert_accessible(officer)
    await assert_fits_narrow(officer)
    await officer.get_by_role("link", name="开办程序事项").click()
    await opens(officer, "专家评审无记名投票", title=title, office=OFFICE, leader=LEADER, panel=f"{LEADER}、{HEAD}")
    await officer.get_by_role("main").get_by_role("button", name="开办程序事项").click()
    await expect(officer.get_by_role("heading", name=title)).to_be_visible()
    for who in ("leader", "head"):
        member = await signed_in(office, visit, who)
        await in_inbox(member, title, "投票")
        await gives(member, "投票", agreed="yes")
        await assert_accessible(member)
    await officer.reload()
    await gives(officer, "计票", present=f"{LEADER}、{HEAD}")
    await expect(officer.get_by_role("region", name="经过")).to_contain_text("2/2")
    # It reads as well in English.
    await officer.get_by_role("button", name="English").click()
    await expect(officer.get_by_role("region", name="Steps")).to_contain_text("done")
    await assert_accessible(officer)
    await leads_to(officer, "Proceedings", more="More")
    await expect(officer.get_by_role("heading", name="Proceedings")).to_be_visible()
    await assert_accessible(officer)
