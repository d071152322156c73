"""The site's own pages, and whether what watches over the browser notices what it should."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import Office, Visit, Watched
from tests.workflows.cast import LEADER


async def test_somebody_signs_in_sees_through_which_post_he_speaks_and_signs_out(office: Office, page: Page) -> None:
    await page.goto(office.site)
    await assert_accessible(page)

    await office.sign_in(page, "leader")
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


async def test_errors_exceptions_and_requests_elsewhere_are_noticed(office: Office, page: Page, visit: Visit) -> None:
    watched = Watched(expecting=["expected of it", "never comes"])
    other = await visit(expecting=["went wrong", "thrown: broken", "left this machine", "ERR_NAME_NOT_RESOLVED"])
    watched.watch(other.context)
    await other.goto(f"{office.ui}/not-watched-by-a-policy")
    await other.evaluate("() => { console.error('went wrong'); setTimeout(() => { throw new Error('broken') }) }")
    await other.evaluate("() => fetch('http://elsewhere.example/').catch(() => null)")
    faults = " ".join(watched.faults())
    assert all(one in faults for one in ("went wrong", "broken", "elsewhere.example", "did not happen: never comes"))


async def test_a_page_that_not_everybody_can_use_is_noticed(page: Page) -> None:
    await page.set_content("<title>x</title><main><input></main>")
    with pytest.raises(AssertionError, match="label"):
        await assert_accessible(page)
