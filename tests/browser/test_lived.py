"""A sample office that has lived a year, as its leader and a unit find it on Monday morning."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import Shot
from tests.browser.lived import LivedOffice

pytestmark = pytest.mark.either_database("pages in a browser")


async def test_the_leader_finds_an_office_that_has_lived_and_whose_open_matters_answer(
    lived: LivedOffice, page: Page, shot: Shot
) -> None:
    await lived.sign_in(page, "样例区长")
    await page.goto(f"{lived.site}/console")

    await expect(page.get_by_text("样例数据")).to_be_visible()
    await expect(page.get_by_text("学生体质监测上报").first).to_be_visible()
    await assert_accessible(page)
    await shot(page, "lived-cockpit")

    # What waits for the leader is decided by the workflow that waits for it.
    await page.get_by_role("link", name="校园足球场地开放").first.click()
    await page.locator(".command summary").get_by_text("批准", exact=True).click()
    await page.get_by_label("是否同意").select_option(index=1)
    await page.get_by_role("button", name="提交:批准").click()
    await expect(page.get_by_role("region", name="经过")).to_contain_text("交办")
