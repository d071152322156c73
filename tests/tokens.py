"""Persons who may sign in, each with a token to act, for tests of what takes a person, or two."""

from datetime import UTC, datetime, timedelta

from identity.administration import Administration
from models.identity import ActingPost, SiteRole, TokenScope
from policies.deadlines import local_date
from record.store import Store
from tests.builders import sample_directory


def tokens(url: str, **who: str | SiteRole) -> dict[str, dict[str, str]]:
    """Register each login with a post of the sample directory, or with a role; the settings with which he speaks."""
    store = Store(url)
    store.migrate()
    at = datetime.now(UTC)
    site = Administration(store, sample_directory(), at)
    found: dict[str, dict[str, str]] = {}
    for login, given in who.items():
        person = site.register(login).person
        if isinstance(given, SiteRole):
            done, post = site.give_role(person.id, given), None
        else:
            done, post = site.hold(person.id, given, local_date(at)), ActingPost(post=given)
        assert done.accepted, done
        issued = site.issue_token(person.id, "test", TokenScope.ACT, post, timedelta(days=2))
        assert issued.secret, issued
        found[login] = {"DUBAN_TOKEN": issued.secret}
    store.close()
    return found
