"""A record for the tests of record/: on the chosen database, or in an SQLite file for claims about that file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from record.store import Store
from tests.databases import Databases


@pytest.fixture
def store(database_url: str, databases: Databases) -> Iterator[Store]:
    store = Store(database_url)
    databases.migrate(store)
    yield store
    store.close()


@pytest.fixture
def sqlite_file(sqlite_url: str) -> Iterator[tuple[Store, Path]]:
    """A store on SQLite and its file, for claims about that file."""
    store = Store(sqlite_url)
    store.migrate()
    yield store, Path(str(make_url(sqlite_url).database))
    store.close()
