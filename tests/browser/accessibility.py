"""Can everybody use this page? What axe-core finds, by the rules of WCAG 2.2 AA and good practice.

axe-core (MPL-2.0) comes inside axe-playwright-python, a development dependency; nothing of it is shipped.
"""

from collections.abc import Iterable
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

_BUT_CONTRAST = {
    "resultTypes": ["violations"],
    "runOnly": list(RULES),
    "rules": {"color-contrast": {"enabled": False}},
    "preload": False,
}

_RUN = """async ([options, known]) => {
    const seen = new Set(known), fresh = [], behind = new Map([[null, ""]]);
    const ground = (one) => {
        if (!behind.has(one)) {
            const style = getComputedStyle(one);
            const clear = style.backgroundColor === "rgba(0, 0, 0, 0)" && style.backgroundImage === "none";
            const own = clear && style.opacity === "1" ? ""
                : `${style.backgroundColor} ${style.backgroundImage} ${style.opacity};`;
            behind.set(one, ground(one.parentElement) + own);
        }
        return behind.get(one);
    };
    const says = (one) => one.matches("input, select, textarea")
        || [...one.childNodes].some((part) => part.nodeType === Node.TEXT_NODE && part.data.trim());
    for (const one of document.body.querySelectorAll("*")) {
        if (!says(one) || !one.checkVisibility({visibilityProperty: true})) continue;
        const style = getComputedStyle(one), off = one.closest(":disabled, [aria-disabled=true]") !== null;
        const looks = [one.tagName, style.color, style.fontSize, style.fontWeight, off, ground(one)].join(" ");
        if (!seen.has(looks)) {
            seen.add(looks);
            fresh.push(one);
        }
    }
    const found = [await axe.run(document, options)];
    const contrast = {resultTypes: ["violations"], runOnly: {type: "rule", values: ["color-contrast"]}};
    if (fresh.length) found.push(await axe.run({include: fresh}, contrast));
    return [found.flatMap((one) => one.violations), [...seen]];
}"""


class Looked:
    """Looks at many pages of one site; the contrast of what looks alike – letters and ground – is measured once."""

    def __init__(self) -> None:
        self._known: list[str] = []

    async def at(self, page: Page) -> None:
        """From its next address on, axe comes along with whatever this page shows."""
        await page.add_init_script(Axe().axe_script)

    async def broken_rules(self, page: Page) -> list[str]:
        """Each rule broken and where, for the page as it is shown now."""
        found, self._known = await page.evaluate(_RUN, [_BUT_CONTRAST, self._known])
        return list(_in_words(found))


async def assert_accessible(page: Page) -> None:
    """Raise AssertionError that names each rule broken and where, for the page as it is shown once it is all there."""
    await page.wait_for_load_state()
    found = await Axe().run(page, options={"resultTypes": ["violations"], "runOnly": list(RULES)})
    broken = list(_in_words(found.response["violations"]))
    assert not broken, "\n".join(broken)


def _in_words(violations: Iterable[dict[str, Any]]) -> Iterable[str]:
    for one in violations:
        where = ", ".join(str(node["target"]) for node in one["nodes"])
        yield f"{one['id']} ({one['impact']}): {one['help']} – {where}"
