"""Where does the navigation of the console lead a visitor? To the pages that the table of access shows him."""

from collections.abc import Callable
from dataclasses import dataclass

from models.access import View
from models.identity import Caller
from policies.relations import Site
from web.api import authority
from web.context import Web

PREFIX = "/console"


@dataclass(frozen=True, slots=True)
class Link:
    """A page that is led to: `name` is what its page is called (`here`), and its text `nav.<name>`."""

    name: str
    address: str
    shown: Callable[[Web, Caller], bool]


def seeing(*views: View) -> Callable[[Web, Caller], bool]:
    """Shown to whom the table shows any of these views of the site."""
    return lambda web, caller: authority.sees(web, caller, Site(web.settings.office), *views)


LINKS = (
    Link("cockpit", PREFIX, seeing(View.OVERVIEW)),
    Link("register", f"{PREFIX}/matters", seeing(View.LIST)),
    Link("cases", f"{PREFIX}/cases", seeing(View.LIST)),
    Link("rankings", f"{PREFIX}/rankings", seeing(View.OVERVIEW)),
    Link("dates", f"{PREFIX}/dates", seeing(View.OVERVIEW)),
    Link("policies", f"{PREFIX}/policies", seeing(View.POLICIES)),
    Link("calendar", f"{PREFIX}/calendar", seeing(View.CALENDAR)),
    Link("site", f"{PREFIX}/site", seeing(View.ACCOUNTS, View.INCIDENTS, View.VERIFICATION)),
)
"""In the order in which they stand on the page."""


def links(web: Web, caller: Caller) -> tuple[Link, ...]:
    """The links of this visitor."""
    return tuple(one for one in LINKS if one.shown(web, caller))
