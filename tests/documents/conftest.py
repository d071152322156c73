"""A desk with a record of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from record.store import Store
from tests.databases import Databases
from tests.documents.desk import Desk


@pytest.fixture
def desk(database_url: str, databases: Databases, tmp_path: Path) -> Iterator[Desk]:
    store = Store(database_url)
    databases.migrate(store)
    yield Desk(store, tmp_path)
    store.close()
