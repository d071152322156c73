"""What people see in a real browser: the page to sign in on, and the histories in the Temporal UI.

All to the leader who signed in, else nothing. One file, so that one worker starts a browser and an office for it; at
the end, whether what watches over the pages notices what it should.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
import pytest_asyncio
from openpyxl import load_workbook
from playwright.async_api import Page, expect

from models.acts import ActName
from models.contract import matter_workflow_id
from policies.masking import protection
from record import looks
from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import Office, Visit, Watched
from tests.browser.walking import saved
from tests.workflows.cast import HEAD, LEADER
from web.console.importing import BATCH

pytestmark = pytest.mark.either_database("pages in a browser")

TITLE, FACTS, REASON = "治理校外培训", "经查台账造假三处", "线索初核属实拟予立案"
REFUSED = "status of 401"
SEALED = re.compile(r'^"[A-Za-z0-9+/=\s]{60,}"$')
NO_CODEC = "Codec Server could not connect"
"""The Temporal UI's own words for every answer of the endpoint that is a refusal."""


@dataclass(frozen=True)
class Filed:
    """A case that its leader has filed, and the matter it is about."""

    matter: str
    case: str
    title: str


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def filed(office: Office) -> Filed:
    world, title = office.world, f"{TITLE} {uuid4().hex[:6]}"
    matter = world.launch(title=title).json()["id"]
    proposed = world.do("officer", matter, "propose", subject=HEAD, facts=FACTS, severity="ordinary")
    assert proposed.status_code == 200, proposed.text
    decided = world.do("leader", f"{matter}/case1", "file", reason=REASON)
    assert decided.status_code == 200, decided.text
    return Filed(matter, f"{matter}/case1", title)


def looked_at(office: Office, case: str) -> list[dict[str, Any]]:
    with office.world.store.reading() as session:
        entries = looks.looks_at(session, case)
    return [
        {"act": one.act.act, "by": one.act.by, "channel": one.act.detail["channel"], "of": one.act.detail["of"]}
        for one in entries
    ]


async def has_it_decoded(page: Page, office: Office) -> None:
    """What docs/privacy.md tells a reader to click in the Temporal UI, once for each browser."""
    await page.get_by_role("button", name=re.compile("codec", re.IGNORECASE)).first.click()
    dialog = page.get_by_role("dialog").filter(has_text="A Codec Server decodes your data")
    await dialog.get_by_label("Use my browser setting and ignore Cluster-level setting.").check()
    await dialog.get_by_label("Codec Server browser endpoint").fill(f"{office.site}/codec")
    await dialog.get_by_text("Include cross-origin credentials").click()
    await dialog.get_by_role("button", name="Apply").click()
    await expect(dialog).to_be_hidden()
    await page.reload()


async def opens(page: Page, office: Office, target: str, *, ui: str = "") -> None:
    """Open the history of a matter or a case."""
    workflow = quote(matter_workflow_id(target, office.world.scope), safe="")
    await page.goto(f"{ui or office.ui}/namespaces/default/workflows/{workflow}")


async def expect_sealed(page: Page, filed: Filed) -> None:
    """The history is there, in bytes that nobody can read, and the UI says that they were not opened."""
    await expect(page.locator("#content").get_by_text(NO_CODEC)).to_be_visible()
    await expect(page.locator("#content").get_by_text(SEALED).first).to_be_visible()
    text = await page.inner_text("body")
    assert not any(words in text for words in (filed.title, FACTS, REASON))


async def expect_masked(page: Page, filed: Filed, mask: str) -> None:
    """In place of everything said stands why it is not shown."""
    await expect(page.locator("#content").get_by_text(protection().masks[mask]).first).to_be_visible()
    text = await page.inner_text("body")
    assert not any(words in text for words in (filed.title, FACTS, REASON))


async def test_the_leader_reads_histories_once_his_browser_sends_his_session_and_each_look_is_an_act(
    office: Office, visit: Visit, filed: Filed
) -> None:
    page = await visit(expecting=[REFUSED])
    await office.sign_in(page, "leader")
    # As the server has set it up, the endpoint is asked without the session.
    await opens(page, office, filed.matter)
    await expect_sealed(page, filed)

    await has_it_decoded(page, office)
    await expect(page.locator("#content").get_by_text(filed.title).first).to_be_visible()
    await expect(page.locator("#content").get_by_text(NO_CODEC)).to_be_hidden()
    assert looked_at(office, filed.case) == []

    await opens(page, office, filed.case)
    await page.get_by_role("tab", name="Event History").click()
    await page.get_by_text("Workflow Execution Update Accepted").first.click()
    await expect(page.locator("#content").get_by_text(REASON)).to_be_visible()
    look = {"act": ActName.LOOKED_AT, "by": LEADER, "channel": "codec", "of": filed.case}
    assert {tuple(one.items()) for one in looked_at(office, filed.case)} == {tuple(look.items())}


async def test_who_is_signed_in_and_no_leader_reads_that_it_is_not_for_him(
    office: Office, visit: Visit, filed: Filed
) -> None:
    before = looked_at(office, filed.case)
    page = await visit(expecting=[REFUSED])
    await office.sign_in(page, "officer")
    await opens(page, office, filed.matter)
    await expect_sealed(page, filed)
    await has_it_decoded(page, office)
    await expect_masked(page, filed, "history")
    await opens(page, office, filed.case)
    await expect_masked(page, filed, "case_material")
    assert looked_at(office, filed.case) == before


async def test_who_is_not_signed_in_sees_sealed_bytes_and_that_they_were_not_opened(
    office: Office, visit: Visit, filed: Filed
) -> None:
    before = looked_at(office, filed.case)
    page = await visit(expecting=[REFUSED])
    await opens(page, office, filed.case)
    await has_it_decoded(page, office)
    await expect_sealed(page, filed)
    assert looked_at(office, filed.case) == before


async def test_pages_under_another_name_get_nothing_even_from_the_leaders_browser(
    office: Office, visit: Visit, filed: Filed
) -> None:
    before = looked_at(office, filed.case)
    page = await visit(expecting=["blocked by CORS policy", "ERR_FAILED"])
    await office.sign_in(page, "leader")
    await opens(page, office, filed.case, ui=office.ui.replace("127.0.0.1", "localhost"))
    await has_it_decoded(page, office)
    await expect_sealed(page, filed)
    assert looked_at(office, filed.case) == before


async def test_somebody_signs_in_sees_through_which_post_he_speaks_and_signs_out(office: Office, page: Page) -> None:
    await page.goto(office.site)
    await assert_accessible(page)

    await office.sign_in(page, "leader")
    await expect(page).to_have_url(f"{office.site}/console")
    await page.get_by_role("link", name=f"岗位: {LEADER}").click()
    await expect(page.get_by_role("definition").nth(1)).to_have_text(LEADER)
    await assert_accessible(page)

    cookies = await page.context.cookies()
    assert [(one["name"], one["httpOnly"], one["sameSite"]) for one in cookies] == [("duban", True, "Lax")]
    await page.get_by_role("button", name="退出").click()
    await expect(page.get_by_label("口令")).to_be_visible()
    assert await page.context.cookies() == []


async def test_a_wrong_password_is_said_on_the_page_and_signs_nobody_in(office: Office, visit: Visit) -> None:
    page = await visit(expecting=["status of 401"])
    await page.goto(f"{office.site}/sign-in")
    await page.get_by_label("登录名").fill("auditor")
    await page.get_by_label("口令").fill("not the password")
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("alert")).to_contain_text("登录名或口令不正确")
    await assert_accessible(page)
    assert await page.context.cookies() == []


async def test_another_sites_form_signs_nobody_in(office: Office, visit: Visit) -> None:
    page = await visit(expecting=["status of 403"])
    await page.goto(office.ui)
    await page.evaluate(
        """([site, password]) => {
            const form = Object.assign(document.createElement("form"), {method: "post", action: `${site}/sign-in`});
            for (const [name, value] of [["login", "leader"], ["password", password]])
                form.append(Object.assign(document.createElement("input"), {name, value}));
            document.body.append(form);
            form.submit();
        }""",
        [office.site, office.password],
    )
    await expect(page.get_by_role("alert")).to_contain_text("其他网站")
    assert "duban" not in [one["name"] for one in await page.context.cookies()]


async def fits(page: Page) -> bool:
    """Whether nothing of the page is wider than the window, so that nobody has to scroll sideways."""
    return bool(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


async def test_everybody_can_use_every_page_of_the_console_wide_narrow_and_in_english(
    office: Office, visit: Visit, filed: Filed
) -> None:
    page = await visit(expecting=["status of 404"])
    await office.sign_in(page, "leader")
    pages = ["", "/matters?state=open", "/matters?text=nothing-is-called-so", f"/matters/{filed.matter}",
             f"/matters/{filed.matter}/why", "/nothing/here"]  # fmt: skip
    for path in pages:
        await page.goto(f"{office.site}/console{path}")
        await assert_accessible(page)
    await page.set_viewport_size({"width": 360, "height": 740})
    for path in pages:
        await page.goto(f"{office.site}/console{path}")
        assert await fits(page), path
    await assert_accessible(page)
    await page.goto(f"{office.site}/console/matters/{filed.matter}")
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="中文").click()
    await expect(page.get_by_role("heading", name="经过")).to_be_visible()


async def test_the_leader_goes_from_a_figure_to_its_matters_and_the_chart_is_drawn(
    office: Office, page: Page, filed: Filed
) -> None:
    await office.sign_in(page, "leader")
    await expect(page.locator(".chart canvas")).to_be_visible()
    assert await page.locator("#trend-table tbody tr").count() == 12
    green = page.get_by_role("region", name="总体情况").get_by_role("link", name="绿灯")
    number = int((await green.inner_text()).split()[0])
    await green.click()
    await expect(page.get_by_text(f"共 {number} 件")).to_be_visible()
    await page.emulate_media(media="print")
    await expect(page.get_by_role("navigation", name="主导航")).to_be_hidden()
    # What is folded away on the screen is read on paper, and folded again afterwards.
    folded = page.locator("main details:not([open]):not(.command):not(.more)")
    number = await folded.count()
    assert number
    await page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert await folded.count() == 0
    await page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert await folded.count() == number


async def test_a_handler_finds_his_matter_and_signs_for_it_with_the_keyboard_alone(
    office: Office, visit: Visit
) -> None:
    title = f"校舍加固 {uuid4().hex[:8]}"
    assert office.world.launch(title=title).status_code == 201
    page = await visit(expecting=["status of 409"])
    await office.sign_in(page, "lead")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    await page.goto(f"{office.site}/console/matters")
    await page.get_by_label("标题或编号").focus()
    await page.keyboard.type(title)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("共 1 件")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"/console/matters\?.*text="))
    await page.get_by_role("link", name=title).focus()
    await page.keyboard.press("Enter")
    sign = page.locator(".command summary").get_by_text("签收", exact=True)
    await sign.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    answer = page.get_by_role("alert")
    await expect(answer).to_contain_text("已受理")
    await expect(answer).to_be_focused()
    await expect(sign).to_be_hidden()
    await page.locator(".command summary").get_by_text("申请延期", exact=True).click()
    await page.get_by_label("延长多少").fill("60wd")
    await page.get_by_role("button", name="提交:申请延期").click()
    await expect(answer).to_contain_text("未予受理")
    await expect(page.get_by_label("延长多少")).to_have_value("60wd")
    await assert_accessible(page)


async def test_a_page_follows_the_record_while_somebody_looks_at_it(office: Office, page: Page) -> None:
    matter = office.world.launch(title=f"河道清淤 {uuid4().hex[:6]}").json()["id"]
    await office.sign_in(page, "leader")
    await page.goto(f"{office.site}/console/matters/{matter}")
    story = page.get_by_role("region", name="经过")
    await expect(story.get_by_text("交办")).to_be_visible()
    await expect(story.get_by_text("签收")).to_be_hidden()
    assert office.world.do("lead", matter, "sign").status_code == 200
    await expect(story.get_by_text("签收", exact=True)).to_be_visible()
    await expect(page.locator("#renewed")).to_have_text("页面已按最新记录更新。")
    # Lists do the same, of whatever they are.
    await page.goto(f"{office.site}/console/proceedings")
    opened = office.world.open(title=f"食品经营许可 {uuid4().hex[:6]}").json()["id"]
    await expect(page.locator("#found").get_by_text(opened, exact=True)).to_be_visible()
    await page.goto(f"{office.site}/console/cases")
    proposed = office.world.do("officer", matter, "propose", subject=HEAD, facts="检查发现", severity="ordinary")
    assert proposed.status_code == 200, proposed.text
    await expect(page.locator("#found").get_by_role("link", name=f"{matter}/case1")).to_be_visible()


async def test_the_office_launches_imports_mends_and_speaks_to_several_matters_at_once(
    office: Office, page: Page, tmp_path: Path
) -> None:
    await office.sign_in(page, "officer")
    await page.goto(f"{office.site}/console/launch")
    await page.get_by_label("办结时限").fill("15个工作日")
    # What follows is there before anything else is filled in, and nobody has pressed a button.
    await expect(page.locator("#ahead").get_by_text("还有15个工作日")).to_be_visible()
    await page.get_by_label("事项名称").fill(f"治理收费 {uuid4().hex}")
    await page.get_by_label("牵头单位").fill("教育局")
    await expect(page.locator("#ahead").get_by_text("教育局本月负担")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="立项", exact=True).click()
    await expect(page).to_have_url(re.compile(r"/console/matters/\d{4}-\d{4}"))

    mark = uuid4().hex[:8]
    rows = [f"{at},{mark}-{at},教育局,2026-03-02,15d" for at in range(BATCH + 3)]
    ledger = "\n".join(["序号,督办事项,牵头单位,交办日期,办结时限", *rows, f"99,{mark}食堂卫生,教育厅,2026-02-30,15"])
    await page.goto(f"{office.site}/console/import")
    await page.get_by_label("台账文件").set_input_files(
        {"name": "ledger.csv", "mimeType": "text/csv", "buffer": ledger.encode()}
    )
    await page.get_by_role("button", name="上传并检查").click()
    await expect(page.get_by_label(f"C{BATCH + 5}")).to_have_value("教育厅")
    await assert_accessible(page)
    await page.get_by_role("button", name="导入可导入的").click()
    # The page goes on by itself.
    await expect(page.get_by_text(f"本次立项 {BATCH + 3} 行")).to_be_visible(timeout=60_000)
    await page.set_viewport_size({"width": 360, "height": 740})
    assert await fits(page)

    # What was at fault is taken away with its reasons, mended in its cells, looked at, and imported like the others.
    sheet = await saved(page, page.get_by_role("button", name="下载有误的行"), tmp_path)
    heads, faulty = load_workbook(sheet).worksheets[0].values
    assert faulty[heads.index("督办事项")] == f"{mark}食堂卫生"
    assert all(word in str(faulty[-1]) for word in ("牵头单位", "没有这一天", "办结时限"))
    for column, value in (("C", "教育局"), ("D", "2026-02-27"), ("E", "15个工作日")):
        await page.get_by_label(f"{column}{BATCH + 5}").fill(value)
    await page.get_by_role("button", name="改好后再检查").click()
    await expect(page.get_by_role("status").filter(has_text="已按改动重新检查")).to_be_focused()
    await expect(page.get_by_role("heading", name="有误的单元格")).to_be_hidden()
    await assert_accessible(page)
    await page.get_by_role("button", name="导入可导入的 1 行").click()
    await expect(page.get_by_text(f"本次立项 {BATCH + 4} 行")).to_be_visible()
    await expect(page.get_by_role("table").get_by_role("link")).to_have_count(BATCH + 4)
    await page.goto(f"{office.site}/console/matters?text={mark}")
    await expect(page.get_by_text(f"共 {BATCH + 4} 件")).to_be_visible()

    await page.goto(f"{office.site}/console/matters?order=newest")
    await page.get_by_role("checkbox", name=re.compile("勾选")).first.focus()
    await page.keyboard.press("Space")
    await page.get_by_role("button", name="催办").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="催办:1 件")).to_be_visible()
    await assert_accessible(page)
    assert await fits(page)
    await page.get_by_label("内容").fill("请加快办理")
    await page.get_by_role("button", name="提交:催办").click()
    await expect(page.get_by_role("alert")).to_contain_text("已受理 1 件")
    await assert_accessible(page)


async def test_errors_exceptions_and_requests_elsewhere_are_noticed(visit: Visit) -> None:
    wanted = ["went wrong", "thrown: broken", "left this machine: http://elsewhere.example/", "ERR_NAME_NOT_RESOLVED"]
    page = await visit(expecting=wanted)
    watched = Watched(expecting=["went wrong", "never comes"])
    watched.watch(page.context)
    async with page.expect_event("pageerror"):
        await page.evaluate("() => { console.error('went wrong'); setTimeout(() => { throw new Error('broken') }) }")
    async with page.expect_console_message(lambda said: "ERR_NAME_NOT_RESOLVED" in said.text):
        await page.evaluate("() => fetch('http://elsewhere.example/').catch(() => null)")
    faults = " ".join(watched.faults())
    assert "went wrong" not in faults
    assert all(one in faults for one in (*wanted[1:3], "did not happen: never comes"))


async def test_a_page_that_not_everybody_can_use_is_noticed(page: Page) -> None:
    await page.set_content("<title>x</title><main><input></main>")
    with pytest.raises(AssertionError, match="label"):
        await assert_accessible(page)
