"""Everybody can use every page: what axe finds, a narrow screen, the keyboard, the printer.

The pages are the application's own routes: one that nobody told of here or in tests/web/console/routes.py fails.
"""

import io
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
import pytest_asyncio
from openpyxl import load_workbook
from playwright.async_api import Page, expect

from models.messages import Correct
from tests.browser.accessibility import Looked
from tests.browser.conftest import Visit
from tests.browser.furnished import CALM, DONE, DUTY, HANDED_ON, NOTICE, PAUSED, SHARED, Furnished, a_furnished_house
from tests.browser.usable import obstacles, unfolded
from tests.browser.walking import gives
from tests.databases import Databases
from tests.web.conftest import hashes_quickly
from tests.web.console.routes import EVERYBODY, NEEDED, address, served
from tests.workflows.cast import OFFICE, OFFICER

pytestmark = pytest.mark.either_database("pages as a browser shows them; what they read is claimed of both elsewhere")

NOT_FOUND = r"status of 404.*/nothing"
OFFICIAL, NOBODY = "officer", None

PUBLIC = (
    "/sign-in",
    "/public",
    "/public/petition",
    "/public/status",
    "/public/notices",
    "/public/notices/{target:path}",
    "/public/{path:path}",
)
"""The pages of somebody who is not signed in."""

NO_PAGES = (
    "/",
    "/healthz",
    "/readyz",
    "/oidc/login",
    "/oidc/callback",
    "/console/register/export",
    "/console/policies/runs/{run_id}/sheet.xlsx",
)
"""What answers no page: it leads to one, is for a program, or is a file."""

MOST = {"/console": "leader", "/console/inbox": "handler", "/console/site": "auditor"}
"""Who is shown the most of a page, where it is not the first of EVERYBODY that sees it."""

INSTEAD = {
    "/console/dates": "/console/dates?first=2026-03-03&last=2026-03-11",
    "/console/bulletins": "/console/bulletins?period=2026-03&drawn=1",
    "/console/policies/view/{key}/drawing": "/console/policies/view/petition/drawing",
}
"""Fuller examples than those of tests/web/console/routes.py; the other drawing takes long, and a walk looks at it."""

FURTHER = (
    ("admin", "/console/site"),
    (OFFICIAL, "/sign-in"),
    (OFFICIAL, "/console/policies/view/petition"),
    (OFFICIAL, "/console/proceedings/open/window_acceptance"),
    (OFFICIAL, "/console/proceedings/proceeding/1"),
    (OFFICIAL, f"/console/proceedings/{NOTICE}"),
    (OFFICIAL, f"/console/proceedings/{quote(DUTY)}"),
    ("co-handler", f"/console/matters/{SHARED}"),
    ("head", f"/console/matters/{DONE}"),
    ("head", "/console/cases/m1/case1"),
    (NOBODY, f"/public/notices/{NOTICE}"),
    (NOBODY, "/public/notices?kind=matters"),
)
"""The same routes with something else on them."""

IN_ENGLISH = (
    ("leader", "/console"),
    (OFFICIAL, f"/console/matters/{SHARED}"),
    (OFFICIAL, "/console/cases/m1/case1"),
    (OFFICIAL, "/console/launch"),
    ("auditor", "/console/site"),
)
PRINTED = (f"/console/matters/{SHARED}", "/console/cases/m1/case1", "/console/register/print")

LEDGER = (
    "序号,督办事项,牵头单位,协办单位,交办日期,办结时限,备注\n1,治理教育乱收费,教育局,财政局,2026-03-02,15个工作日,\n"
    "3,食堂卫生,教育厅,,2026-02-30,15,\n"
)


IN_THE_WAY = """<!DOCTYPE html><html lang="zh-CN"><title>页</title><body><main><h1>页</h1>
    <p style="color: #aaa">看不清</p><div style="width: 40rem">太宽</div><button tabindex="3">先到</button>
    <a role="button">到不了</a><span style="cursor: pointer">点我</span>
    <div style="overflow-x: auto; width: 5rem"><div style="width: 20rem">推动</div></div>
    <details><summary>更多</summary><input></details></main>"""
NOTICED = ("color-contrast", "label (critical)", "too wide", "order of its own", "takes no focus", "looks clickable",
           "by a mouse alone")  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def furnished(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Furnished]:
    url = databases.new()
    with pytest.MonkeyPatch.context() as patched:
        hashes_quickly(patched)
        async with a_furnished_house(url, tmp_path_factory.mktemp("furnished")) as found:
            yield found
    databases.drop(url)


@pytest.fixture(scope="module")
def looked() -> Looked:
    return Looked()


def pages(furnished: Furnished) -> list[tuple[str | None, str]]:
    """Who is shown a page, and its address, for each route that answers one; grouped by who."""
    found: list[tuple[str | None, str]] = [(NOBODY, address(path, furnished.given)) for path in PUBLIC]
    for path in set(NEEDED) - set(NO_PAGES):
        needed = NEEDED[path] if "path:path" not in path else lambda _: True
        first = (MOST[path],) if path in MOST else EVERYBODY
        found.append((furnished.who_may(needed, first), INSTEAD.get(path, address(path, furnished.given))))
    return sorted({*found, *FURTHER}, key=lambda one: (one[0] or "", one[1]))


async def faults(page: Page, looked: Looked) -> list[str]:
    """What stands in anybody's way on the page as it is shown now, with everything unfolded."""
    await unfolded(page)
    return [f"{page.url}: {one}" for one in (*await looked.broken_rules(page), *await obstacles(page))]


async def hands_in(page: Page, furnished: Furnished, name: str, content: bytes) -> None:
    """Hand a file in on the page of the import."""
    await page.goto(f"{furnished.site}/console/import")
    await page.locator("#file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    await page.locator("form.upload button").click()


async def test_every_route_is_told_of(furnished: Furnished) -> None:
    routes = {path for path in served(furnished.house.app, "GET") if not path.startswith("/api/")}
    assert routes == {*NEEDED, *PUBLIC, *NO_PAGES}


async def test_every_page_can_be_used_by_everybody(furnished: Furnished, visit: Visit, looked: Looked) -> None:
    page = await visit(expecting=[NOT_FOUND])
    wrong = list[str]()
    await looked.at(page)
    now: str | None = ""
    for who, at in pages(furnished):
        if who != now:
            await furnished.comes(page.context, who)
            now = who
        answer = await page.goto(f"{furnished.site}{at}")
        assert answer is not None
        assert answer.status == (404 if "/nothing" in at else 200), (at, who)
        assert page.url == f"{furnished.site}{at}", "it leads elsewhere"
        wrong += [f"{who} {one}" for one in await faults(page, looked)]
    assert not wrong, "\n".join(wrong)


async def test_the_fullest_pages_can_be_used_in_english(furnished: Furnished, visit: Visit, looked: Looked) -> None:
    page = await visit()
    wrong = list[str]()
    await looked.at(page)
    for who, at in IN_ENGLISH:
        await furnished.comes(page.context, who, "en")
        await page.goto(f"{furnished.site}{at}")
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        wrong += await faults(page, looked)
    assert not wrong, "\n".join(wrong)


async def test_what_is_printed_has_no_navigation_and_no_forms(furnished: Furnished, visit: Visit) -> None:
    page = await visit()
    await furnished.comes(page.context, OFFICIAL)
    await page.emulate_media(media="print")
    for at in PRINTED:
        await page.goto(f"{furnished.site}{at}")
        await unfolded(page)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.get_by_role("navigation").filter(visible=True)).to_have_count(0)
        await expect(page.get_by_role("button").filter(visible=True)).to_have_count(0)


async def test_every_step_of_an_import_can_be_used_by_everybody(
    furnished: Furnished, visit: Visit, looked: Looked
) -> None:
    page = await visit()
    await looked.at(page)
    await furnished.comes(page.context, OFFICIAL)
    await hands_in(page, furnished, "台账.csv", LEDGER.encode("utf-8-sig"))
    await expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    wrong = await faults(page, looked)
    for cell, value in (("C3", "教育局"), ("E3", "2026-02-27"), ("F3", "15个工作日")):
        await page.locator(f'[name="cell.{cell}"]').fill(value)
    await page.get_by_role("button", name="改好后再检查").click()
    await expect(page.get_by_text("可导入 2 行")).to_be_visible()
    wrong += await faults(page, looked)
    await page.locator("button[formaction$='/run']").click()
    await expect(page.locator("tr.launched")).to_have_count(2)
    wrong += await faults(page, looked)
    assert not wrong, "\n".join(wrong)


async def test_a_register_that_comes_back_with_conflicts_can_be_used_by_everybody(
    furnished: Furnished, visit: Visit, looked: Looked
) -> None:
    page = await visit()
    await looked.at(page)
    await furnished.comes(page.context, OFFICIAL)
    exported = await page.request.get(f"{furnished.site}/console/register/export?matter={CALM}&matter={PAUSED}")
    book = load_workbook(io.BytesIO(await exported.body()))
    sheet = book.worksheets[0]
    title = next(cell.column for cell in sheet[1] if cell.value == "督办事项")
    for row in (2, 3):
        sheet.cell(row, title).value = "表中所改"
    edited = io.BytesIO()
    book.save(edited)
    furnished.house.say(CALM, Correct, OFFICER, entry=1, fields={"title": "此后所改"}, reason="更名")
    await hands_in(page, furnished, "台账.xlsx", edited.getvalue())
    await expect(page.locator("table.conflicts")).to_be_visible()
    await expect(page.locator("[name=edit]")).to_have_count(1)
    wrong = await faults(page, looked)
    await page.locator("button[formaction$='/apply']").click()
    await expect(page.locator("ul.applied")).to_be_visible()
    wrong += await faults(page, looked)
    assert not wrong, "\n".join(wrong)


async def test_what_only_the_answer_of_a_form_shows_can_be_used_by_everybody(
    furnished: Furnished, visit: Visit, looked: Looked
) -> None:
    page = await visit()
    wrong = list[str]()
    await looked.at(page)

    async def at(who: str, place: str) -> None:
        await furnished.comes(page.context, who)
        await page.goto(f"{furnished.site}{place}")

    async def answered(shown: str) -> None:
        await expect(page.get_by_text(shown).first).to_be_visible()
        wrong.extend(await faults(page, looked))

    # Whoever does not take a matter over sees it no more.
    await at("co-handler", f"/console/matters/{HANDED_ON}")
    await gives(page, "不接受转办", reason="不属职责")
    await answered("不属于您可查看")

    await at("leader", "/console/cases/m1/case1")
    await unfolded(page)
    await page.locator("form[action$='/openings'] [name=reason]").first.fill("审核立案材料")
    await page.locator("form[action$='/openings'] button").first.click()
    await answered("经查台账造假三处")

    await at(OFFICIAL, f"/console/register/act?do=urge&matter={SHARED}&matter={PAUSED}")
    await page.locator("form.command [name=text]").fill("请按期办结")
    await page.locator("form.command button").click()
    await answered("已受理")

    await at(OFFICIAL, "/console/proceedings/open/petition")
    for name, value in (("title", "噪声扰民"), ("text", "夜间施工"), ("office", OFFICE), ("identity.name", "某诉求人")):
        await page.locator(f'form.opening [name="{name}"]').fill(value)
    await page.locator("form.opening [name=channel]").select_option("letter")
    await page.locator("form.opening > p:last-child button").click()
    await answered("petition/2026-0001")
    await page.goto(f"{furnished.site}/console/proceedings/petition/2026-0001")
    await page.locator("#identity-reason").fill("回访核实")
    await page.locator("form[action$='/identity'] button").click()
    await answered("某诉求人")

    await at("auditor", "/console/site")
    await page.locator("form[action$='/verify'] button").click()
    await answered("全部一致")
    assert not wrong, "\n".join(wrong)


async def test_whatever_stands_in_somebodys_way_is_noticed(page: Page) -> None:
    looked = Looked()
    await looked.at(page)
    await page.goto(f"data:text/html;charset=utf-8,{quote(IN_THE_WAY)}")
    found = await faults(page, looked)
    for words in NOTICED:
        assert sum(words in one for one in found) == 1, words
