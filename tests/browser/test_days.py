"""Each role's day at the console, in a real browser, over real workflows: launched, handled, decided, looked back on.

Whatever is said here is said on pages. Only time passes otherwise (`office.later`), for one matter at a time.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from docx import Document
from openpyxl import load_workbook
from playwright.async_api import Page, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import Office, Shot, Visit
from tests.browser.walking import assert_fits_narrow, gives, in_days, leads_to, saved, signed_in
from tests.files import PDF
from tests.workflows.cast import CO, LEAD, LEADER, OFFICE

pytestmark = pytest.mark.either_database("pages in a browser")


async def filled_to_launch(page: Page, title: str) -> None:
    """Fill the form of a new matter in; it is not launched yet."""
    await leads_to(page, "立项")
    for name, value in (("title", title), ("lead", LEAD), ("office", OFFICE), ("leader", LEADER), ("co", CO),
                        ("limit", "15wd"), ("basis", "会议决定")):  # fmt: skip
        await page.locator(f'main [name="{name}"]').fill(value)


async def launched(page: Page, title: str) -> str:
    """Launch what is filled in, and be told its number on its page."""
    await page.get_by_role("main").get_by_role("button", name="立项", exact=True).click()
    await expect(page.get_by_role("heading", name=title)).to_be_visible()
    return (await page.locator("h1 small").inner_text()).strip()


async def refused_at_the_field(page: Page, text: str, file: Path) -> None:
    """Report with a file that is not taken: at its field stands what may be handed in instead, and the rest is kept."""
    box = page.locator("details.command").filter(has=page.locator("summary").get_by_text("报告进展", exact=True))
    await box.locator("summary").click()
    await box.locator('[name="text"]').fill(text)
    await box.locator('[name="attachments"]').set_input_files(file)
    await box.get_by_role("button", name="提交:报告进展").click()
    await expect(page.get_by_role("alert")).to_contain_text("未提交")
    wrong = box.locator('[type="file"][aria-invalid="true"]')
    await expect(wrong).to_have_accessible_description(re.compile(f"{file.name}.*不收这种文件.*可提交 PDF"))
    await expect(box.locator('[name="text"]')).to_have_value(text)


async def test_a_matter_from_its_launch_to_the_archive(
    office: Office, visit: Visit, shot: Shot, tmp_path: Path
) -> None:
    title = f"校舍安全排查 {uuid4().hex[:6]}"
    officer = await signed_in(office, visit, "officer")

    # The office launches it, and sees every date beforehand.
    await filled_to_launch(officer, title)
    ahead = officer.get_by_role("region", name="将会怎样")
    await expect(ahead.get_by_text("还有15个工作日")).to_be_visible()
    await assert_accessible(officer)
    await shot(officer, "launch")
    matter = await launched(officer, title)
    await assert_accessible(officer)

    # The unit finds it in its inbox, signs, reports with a file, and asks for more time.
    lead = await visit(expecting=["status of 422"])
    await office.sign_in(lead, "lead")
    await leads_to(lead, "待办")
    await assert_accessible(lead)
    await shot(lead, "inbox")
    await lead.get_by_role("link", name=title).first.click()
    await gives(lead, "签收")
    film, table = tmp_path / "排查录像.mp4", tmp_path / "排查表.pdf"
    film.write_bytes(PDF)
    table.write_bytes(PDF)
    await refused_at_the_field(lead, "已排查三所学校", film)
    await assert_accessible(lead)
    await gives(lead, "报告进展", attachments=str(table))
    files = lead.get_by_role("region", name="经过").get_by_role("list", name="附件")
    await expect(files).to_have_text(f"排查表.pdf pdf {len(PDF)} B")
    got = await saved(lead, files.get_by_role("link", name="排查表.pdf"), tmp_path / "got")
    assert (got.name, got.read_bytes()) == ("排查表.pdf", PDF)
    await gives(lead, "申请延期", limit="5wd", reason="需第三方检测")
    await expect(lead.get_by_role("region", name="经过")).to_contain_text("申请延期")

    # What it has done stands under 已办, and leads back to the matter.
    await leads_to(lead, "待办")
    await lead.get_by_role("main").get_by_role("link", name="已办").click()
    done = lead.get_by_role("row").filter(has=lead.get_by_role("link", name=title))
    await expect(done).to_have_text([re.compile("申请延期"), re.compile("报告进展"), re.compile("签收")])
    await assert_accessible(lead)
    await assert_fits_narrow(lead)
    await done.first.get_by_role("link", name=title).click()
    await expect(lead.get_by_role("heading", name=title)).to_be_visible()

    # The leader decides what waits for him.
    leader = await signed_in(office, visit, "leader")
    await leader.goto(f"{office.site}/console")
    await expect(leader.get_by_role("region", name="待您决定")).to_contain_text(title)
    await leader.get_by_role("region", name="待您决定").get_by_role("link", name=title).first.click()
    await gives(leader, "审批延期", granted="yes")
    await expect(leader.get_by_text("还有20个工作日").first).to_be_visible()
    await shot(leader, "matter")

    # The co-handler finishes its part; the office presses, pauses, and lets the clocks run again.
    helper = await signed_in(office, visit, "co-handler")
    await helper.goto(f"{office.site}/console/matters/{matter}")
    await gives(helper, "报告进展", text="资金已拨付", done="yes")
    await officer.reload()
    await gives(officer, "催办", text="请按期办结")
    await gives(officer, "中止计时", until=in_days(3), reason="等待检测报告")
    await expect(officer.get_by_text("计时中止").first).to_be_visible()
    await gives(officer, "恢复计时", reason="报告已到")

    # It is handed in as done, verified, and archived when the time for objections is over.
    await lead.reload()
    await gives(lead, "报结", text="全部整改完毕")
    await officer.reload()
    await gives(officer, "核验", passed="yes", method="document", evidence__document="检测报告")
    await expect(officer.get_by_text("已销号").or_(officer.get_by_text("销号")).first).to_be_visible()
    await office.later(matter, timedelta(days=65))
    await officer.reload()
    await expect(officer.get_by_role("region", name="经过")).to_contain_text("归档")
    await assert_accessible(officer)
    await officer.get_by_role("link", name="为什么是现在这样").click()
    await assert_accessible(officer)


def edited(sheet: Path, cells: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """Write into the cells of matters, each by its number and heading; where each stands, by what was written."""
    book = load_workbook(sheet)
    (table,) = book.worksheets
    heads = {cell.value: at for at, cell in enumerate(table[1], 1)}
    rows = {row[0].value: at for at, row in enumerate(table.iter_rows(), 1)}
    found = {}
    for (matter, head), text in cells.items():
        cell = table.cell(rows[matter], heads[head], text)
        found[text] = cell.coordinate
    book.save(sheet)
    return found


async def given_to_ticked(page: Page, matter: str, command: str, **fields: str) -> None:
    """Tick one matter of the register, say this to what is ticked, and come back to the register as it was."""
    narrowed = await page.get_by_label("标题或编号").input_value()
    await page.get_by_role("checkbox", name=f"勾选 {matter}").check()
    await page.get_by_role("group", name="对勾选的事项").get_by_role("button", name=command).click()
    await expect(page.get_by_role("heading", name=f"{command}:1 件")).to_be_visible()
    for name, value in fields.items():
        field = page.locator(f'main [name="{name}"]')
        await (field.select_option(value) if name == "urgency" else field.fill(value))
    await page.get_by_role("button", name=f"提交:{command}").click()
    await expect(page.get_by_role("alert")).to_contain_text("已受理 1 件")
    await page.get_by_role("link", name="返回台账").click()
    await expect(page.get_by_label("标题或编号")).to_have_value(narrowed)
    await expect(page.get_by_role("columnheader", name="紧急程度")).to_be_visible()


async def test_the_office_splits_a_matter_and_keeps_the_register_on_the_page_in_a_sheet_and_on_paper(
    office: Office, visit: Visit, tmp_path: Path
) -> None:
    mark = uuid4().hex[:6]
    title, renamed = f"{mark}校舍安全", f"{mark}小学校舍加固"
    officer = await signed_in(office, visit, "officer")
    await filled_to_launch(officer, title)
    whole = await launched(officer, title)
    parts = {"children__0__title": f"{mark}小学", "children__1__title": f"{mark}初中"}
    of_each = {f"children__{at}__{name}": told for at in (0, 1) for name, told in (("lead", LEAD), ("limit", "5wd"))}
    await gives(officer, "任务分解", reason="分学段办理", **parts, **of_each)

    # Filter and columns stand in the address, and are there when somebody comes back to it.
    await leads_to(officer, "台账")
    await officer.get_by_label("标题或编号").fill(mark)
    await officer.get_by_role("button", name="查找").click()
    await expect(officer.get_by_text("共 3 件")).to_be_visible()
    await officer.get_by_role("search").locator("summary").click()
    await officer.get_by_label("紧急程度").check()
    await expect(officer).to_have_url(re.compile(rf"text={mark}.*column=urgency"))
    kept = officer.url
    await officer.goto(kept)
    await expect(officer.get_by_text("共 3 件")).to_be_visible()
    await expect(officer.get_by_role("columnheader", name="紧急程度")).to_be_visible()
    await assert_accessible(officer)
    numbers = await officer.locator("#found td.id").all_inner_texts()
    assert numbers[0] == whole
    primary, middle = numbers[1:]

    # It is taken away as a sheet; before that comes back edited, one matter has become urgent.
    sheet = await saved(officer, officer.get_by_role("button", name="导出 Excel"), tmp_path)
    await given_to_ticked(officer, middle, "提高紧急程度", urgency="急件")
    cells = edited(sheet, {(primary, "督办事项"): renamed, (middle, "紧急程度"): "特急"})
    await leads_to(officer, "导入")
    await officer.get_by_label("台账文件").set_input_files(sheet)
    await officer.get_by_role("button", name="上传并检查").click()
    conflict = officer.get_by_role("group", name="不能按表办理的改动").get_by_role("row").filter(has_text=middle)
    await expect(conflict.get_by_role("rowheader")).to_have_text(cells["特急"])
    told = re.compile("平件.*急件.*特急.*冲突.*导出后事项此处已有变动.*重新导出后再改", re.DOTALL)
    await expect(conflict).to_contain_text(told)
    edit = officer.get_by_role("group", name="可办理的改动").get_by_role("row").filter(has_text=primary)
    await expect(edit.get_by_role("rowheader")).to_have_text(cells[renamed])
    await assert_accessible(officer)
    await assert_fits_narrow(officer)
    await officer.get_by_role("button", name="办理勾选的改动").click()
    await expect(officer.get_by_role("heading", name="已办理的改动")).to_be_visible()
    await expect(conflict).to_be_visible()
    await assert_accessible(officer)

    # The register prints without what only a screen needs; an urged matter has its paper.
    await officer.goto(kept)
    await given_to_ticked(officer, primary, "催办", text="请按期办结")
    await officer.get_by_role("button", name="打印").click()
    await expect(officer.get_by_role("heading", name="督办台账")).to_contain_text("共 3 件")
    await expect(officer.get_by_role("row").filter(has_text=middle)).to_contain_text("急件")
    await assert_accessible(officer)
    await assert_fits_narrow(officer)
    await officer.emulate_media(media="print")
    await expect(officer.get_by_role("navigation")).to_be_hidden()
    await expect(officer.get_by_role("row").filter(has_text=renamed)).to_be_visible()
    await officer.emulate_media(media="screen")
    await officer.get_by_role("link", name="返回台账").click()
    await officer.get_by_role("link", name=renamed).click()
    papers = officer.get_by_role("region", name="文书")
    paper = await saved(officer, papers.get_by_role("link", name="催办通知书"), tmp_path)
    said = "\n".join(one.text for one in Document(str(paper)).paragraphs)
    assert "催办通知书" in said
    assert renamed in said
