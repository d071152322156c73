"""How is each post reached outside the in-app inbox? Addresses by name only: secrets stay behind references.

Read from the office's contacts file by intake/contacts.py; a reference is looked up only where a notice is sent.
"""

from datetime import time
from enum import StrEnum

from pydantic import Field

from models.base import Shape


class Hours(StrEnum):
    """When a post wants to be reached by what is not urgent."""

    OFFICE = "office"
    ANY = "any"


class Route(Shape):
    """One way to a post, in the order of trying.

    `name` is what the record calls it. `url` is a reference (`env:NAME`, `file:PATH`) to an Apprise URL, or the URL
    itself; with `to` (an e-mail address) it is left out and the office's mail server is used.
    """

    name: str
    url: str | None = None
    to: str | None = None


class Contact(Shape):
    """A post's routes and wishes; `digest_at` (Asia/Shanghai) asks for one message a day of what is not urgent."""

    routes: tuple[Route, ...]
    hours: Hours = Hours.OFFICE
    digest_at: time | None = None


class Contacts(Shape):
    """Every contact of an office by post. A post that is not in it has the in-app inbox only.

    `mail` refers to the mail server: an Apprise `mailto://` or `mailtos://` URL.
    """

    posts: dict[str, Contact] = Field(default_factory=dict)
    mail: str | None = None

    def find(self, post: str) -> Contact | None:
        """How the post is reached; None where it has the in-app inbox only."""
        return self.posts.get(post)

    def routes(self, post: str) -> tuple[str, ...]:
        """The names of the post's routes in the order of trying."""
        contact = self.posts.get(post)
        return tuple(route.name for route in contact.routes) if contact else ()
