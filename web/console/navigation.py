"""Where does the navigation of the console lead a visitor? To the pages that the table of access shows him."""

from collections.abc import Callable
from dataclasses import dataclass

from models.access import SiteCommand, View
from models.identity import Caller
from policies.relations import OfPost, Site
from web.api import authority
from web.context import Web

PREFIX = "/console"


@dataclass(frozen=True, slots=True)
class Link:
    """A page that is led to: `name` is what its page is called (`here`), and its text `nav.<name>`.

    `main` stands on the page whoever looks; the others are folded away where there are many.
    """

    name: str
    address: str
    shown: Callable[[Web, Caller], bool]
    main: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """The navigation of one visitor: what stands on the page, and what is folded away under `nav.more`."""

    main: tuple[Link, ...]
    more: tuple[Link, ...]


def seeing(*views: View) -> Callable[[Web, Caller], bool]:
    """Shown to whom the table shows any of these views of the site."""
    return lambda web, caller: authority.sees(web, caller, Site(web.settings.office), *views)


def doing(what: SiteCommand) -> Callable[[Web, Caller], bool]:
    """Shown to whom the table lets do this to the site."""
    return lambda web, caller: authority.does(web, caller, what)


def has_inbox(web: Web, caller: Caller) -> bool:
    """Whether there is an inbox of the post through which the visitor acts."""
    return caller.post is not None and authority.sees(web, caller, OfPost(caller.post), View.INBOX)


INBOX = f"{PREFIX}/inbox"
SITE = f"{PREFIX}/site"
_AT_A_GLANCE = 7

LINKS = (
    Link("cockpit", PREFIX, seeing(View.OVERVIEW), main=True),
    Link("inbox", INBOX, has_inbox, main=True),
    Link("register", f"{PREFIX}/matters", seeing(View.LIST), main=True),
    Link("petition", f"{PREFIX}/petitions", seeing(View.LIST), main=True),
    Link("duty", f"{PREFIX}/duties", seeing(View.LIST)),
    Link("proceeding", f"{PREFIX}/proceedings", seeing(View.LIST)),
    Link("bulletins", f"{PREFIX}/bulletins", seeing(View.BULLETINS)),
    Link("cases", f"{PREFIX}/cases", seeing(View.LIST), main=True),
    Link("launch", f"{PREFIX}/launch", doing(SiteCommand.LAUNCH), main=True),
    Link("import", f"{PREFIX}/import", doing(SiteCommand.IMPORT_LEDGER)),
    Link("rankings", f"{PREFIX}/rankings", seeing(View.OVERVIEW)),
    Link("dates", f"{PREFIX}/dates", seeing(View.OVERVIEW)),
    Link("policies", f"{PREFIX}/policies", seeing(View.POLICIES)),
    Link("calendar", f"{PREFIX}/calendar", seeing(View.CALENDAR)),
    Link("site", SITE, seeing(View.ACCOUNTS, View.INCIDENTS, View.VERIFICATION)),
)
"""In the order in which they stand on the page."""


def links(web: Web, caller: Caller) -> tuple[Link, ...]:
    """The links of this visitor."""
    return tuple(one for one in LINKS if one.shown(web, caller))


def bar(web: Web, caller: Caller) -> Bar:
    """The links of this visitor, most of them folded away where there are more than one takes in at a glance."""
    found = links(web, caller)
    if len(found) <= _AT_A_GLANCE:
        return Bar(found, ())
    return Bar(tuple(one for one in found if one.main), tuple(one for one in found if not one.main))


def first_page(web: Web, caller: Caller) -> str | None:
    """Where the visitor begins: whoever handles things for an organ with what is to be done, others with the overview.

    Who has neither and looks after the accounts begins with the site; None for whom the console has none of these.
    """
    organs = web.directory.organs
    heads, handles = (any(getattr(one, name) == caller.post for one in organs) for name in ("head", "handler"))
    if handles and not heads and has_inbox(web, caller):
        return INBOX
    if seeing(View.OVERVIEW)(web, caller):
        return PREFIX
    return SITE if seeing(View.ACCOUNTS)(web, caller) else None
