"""A record with accounts. Persons are opaque: `u1`, `u2`, …; logins say what they are for."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from identity import passwords
from identity.administration import Administration, Done
from models.identity import SiteRole
from policies.deadlines import SHANGHAI
from record.store import Store
from tests.builders import sample_directory
from tests.databases import Databases

AT = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI).astimezone(UTC).astimezone(SHANGHAI)
TODAY = date(2026, 3, 2)
HEAD, HANDLER, OFFICER = "区教育局长", "区教育局承办岗", "区政府督查室承办岗"
PASSWORD = "样例口令-correct horse"  # noqa: S105 - for tests only
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost little: their cost is claimed where it is the claim."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(1, 8, 1))
    passwords._nobodys.cache_clear()


@pytest.fixture
def store(database_url: str, databases: Databases) -> Iterator[Store]:
    store = Store(database_url)
    databases.migrate(store)
    yield store
    store.close()


def office(store: Store, at: datetime = AT, by: str | None = None) -> Administration:
    return Administration(store, sample_directory(), at, by)


def ok(done: Done) -> Done:
    assert done.refusal is None, done.refusal
    return done


@pytest.fixture
def accounts_office(store: Store) -> Administration:
    """At the machine, with `head` (u1) at the head of 区教育局, `handler` (u2), `deputy` (u3), an `admin` (u4)."""
    at_hand = office(store)
    for login in ("head", "handler", "deputy", "admin"):
        ok(at_hand.register(login))
    ok(at_hand.hold("head", HEAD, TODAY - 100 * DAY))
    ok(at_hand.hold("handler", HANDLER, TODAY - 100 * DAY, TODAY + 100 * DAY))
    ok(at_hand.give_role("admin", SiteRole.ADMINISTRATOR))
    return at_hand
