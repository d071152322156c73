"""Can a page be used on a narrow screen, and by whoever has no mouse? What stands in the way, in words."""

from playwright.async_api import Page

from tests.browser.walking import NARROW, WIDE

_UNFOLD = "for (const one of document.querySelectorAll('main details')) one.open = true"

_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

_DRAWN = "new Promise(requestAnimationFrame)"

_OUT_OF_REACH = """() => {
    const told = (one) => one.outerHTML.replace(/\\s+/g, " ").slice(0, 120);
    const reached = "a, button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=link], "
        + "[role=tab], [onclick], [data-ticks], [data-print], [contenteditable]";
    const wrong = [];
    for (const one of document.querySelectorAll("[tabindex]"))
        if (one.tabIndex > 0) wrong.push(`has an order of its own: ${told(one)}`);
    for (const one of document.querySelectorAll(reached)) {
        if (!one.checkVisibility({visibilityProperty: true}) || one.disabled) continue;
        one.focus({preventScroll: true});
        if (one.tabIndex < 0 || document.activeElement !== one) wrong.push(`takes no focus: ${told(one)}`);
    }
    for (const one of document.body.querySelectorAll("*")) {
        const style = getComputedStyle(one);
        const alone = !one.closest(`${reached}, label`) && !one.querySelector("canvas") && one.tagName !== "CANVAS";
        if (style.cursor === "pointer" && alone) wrong.push(`looks clickable and is not: ${told(one)}`);
        const moves = /auto|scroll/.test(style.overflowX) && one.scrollWidth > one.clientWidth;
        if (moves && one.tabIndex < 0) wrong.push(`is moved sideways by a mouse alone: ${told(one)}`);
    }
    document.activeElement?.blur();
    return wrong;
}"""


async def unfolded(page: Page) -> None:
    """Open what is folded away in the page, its forms among it, so that it is looked at too."""
    await page.evaluate(_UNFOLD)


async def obstacles(page: Page) -> list[str]:
    """What does not fit a screen of 360 px, or is out of reach of the keyboard there; the page is wide afterwards."""
    await page.set_viewport_size(NARROW)
    # Charts fit themselves to a new width, which is told with the next frame.
    await page.evaluate(_DRAWN)
    over = await page.evaluate(_TOO_WIDE)
    found: list[str] = await page.evaluate(_OUT_OF_REACH)
    await page.set_viewport_size(WIDE)
    return [f"is {over}px too wide at 360px", *found] if over > 0 else found
