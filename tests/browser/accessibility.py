"""Can everybody use this page? What axe-core finds, by the rules of WCAG 2.2 AA and good practice.

axe-core (MPL-2.0) comes inside axe-playwright-python, a development dependency; nothing of it is shipped.
"""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


async def broken_rules(page: Page) -> list[str]:
    """Each rule broken and where, for the page as it is shown now."""
    found = await Axe().run(page, options={"resultTypes": ["violations"], "runOnly": list(RULES)})
    return [
        f"{one['id']} ({one['impact']}): {one['help']} – {', '.join(str(node['target']) for node in one['nodes'])}"
        for one in found.response["violations"]
    ]


async def assert_accessible(page: Page) -> None:
    """Raise AssertionError that names each rule broken and where, for the page as it is shown now."""
    broken = await broken_rules(page)
    assert not broken, "\n".join(broken)
