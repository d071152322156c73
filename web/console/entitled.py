"""Whose is a page on which something is done to the site? Who may not gets what a page that is not there gets."""

from models.access import SiteCommand
from web.api import authority
from web.console.visits import Visit


def may_here(this: Visit, what: SiteCommand) -> None:
    """End the visit with 404 unless the table of access lets the visitor do this to the site."""
    if not authority.does(this.web, this.caller, what):
        raise authority.not_found()
