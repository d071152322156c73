"""What people do again and again at the console: sign in, fill in the form of a command, see that it was accepted."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Locator, Page, ViewportSize, expect

from tests.browser.conftest import Office, Visit

NARROW, WIDE = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=800)
_MOST_TABS = 200


async def signed_in(office: Office, visit: Visit, who: str) -> Page:
    page = await visit()
    await office.sign_in(page, who)
    return page


async def gives(page: Page, command: str, **fields: str) -> None:
    """Fill in the form of a command on the page of what it is about, by the names of its fields, and send it."""
    box = page.locator("details.command").filter(has=page.locator("summary").get_by_text(command, exact=True))
    if not await box.evaluate("one => one.open"):
        await box.locator("summary").click()
    for name, value in fields.items():
        field = box.locator(f'[name="{name.replace("__", ".")}"]').first
        if await field.evaluate("one => one.tagName") == "SELECT":
            await field.select_option(value)
        elif await field.get_attribute("type") == "checkbox":
            await field.check()
        elif await field.get_attribute("type") == "file":
            await field.set_input_files(value)
        else:
            await field.fill(value)
    await box.get_by_role("button", name=f"提交:{command}").click()
    await expect(page.get_by_role("alert")).to_contain_text(f"{command} — 已受理")


async def saved(page: Page, what: Locator, place: Path) -> Path:
    """Press what a file is got by; the file in this folder, under the name that the browser gives it."""
    async with page.expect_download() as coming:
        await what.click()
    got = await coming.value
    file = place / got.suggested_filename
    await got.save_as(file)
    return file


async def by_more(page: Page, name: str, more: str = "更多") -> None:
    """Follow a link that is folded away in the navigation, under `more`, with the keyboard alone."""
    folded = page.locator("header details.more")
    await folded.locator("summary").focus()
    await page.keyboard.press("Enter")
    await folded.get_by_role("link", name=name, exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(folded.locator("summary")).to_have_text(f"{more}: {name}")
    await expect(folded).not_to_have_attribute("open", "")


async def leads_to(page: Page, name: str, more: str = "更多") -> None:
    """Follow a link of the navigation wherever it stands, and be there."""
    folded = page.locator("header details.more").get_by_role("link", name=name, exact=True, include_hidden=True)
    if await folded.count():
        await by_more(page, name, more)
        return
    link = page.get_by_role("navigation").get_by_role("link", name=name, exact=True)
    await link.click()
    await expect(link).to_have_attribute("aria-current", "page")


def in_days(days: int) -> str:
    """The date so many days from today, as a field takes it."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


async def tabs_to(page: Page, wanted: Locator) -> None:
    """Press Tab until this has the focus, as somebody without a mouse does."""
    for _ in range(_MOST_TABS):
        if await wanted.evaluate("one => one === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {wanted}")


async def assert_fits_narrow(page: Page) -> None:
    """Raise AssertionError where the page has to be pushed sideways on a screen of 360 px; it is wide afterwards."""
    await page.set_viewport_size(NARROW)
    over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    await page.set_viewport_size(WIDE)
    assert over <= 0, f"{page.url} is {over}px too wide at 360px"
