"""On which databases do these tests run? SQLite always; PostgreSQL too where POSTGRESQL_TEST_URL names one.

Each test has a database of its own there: a schema that is dropped afterwards.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from record.store import Store

POSTGRESQL = os.environ.get("POSTGRESQL_TEST_URL")


def sqlite_url(directory: Path) -> str:
    return f"sqlite:///{directory / 'record' / 'duban.db'}"


@pytest.fixture(params=["sqlite", "postgresql"] if POSTGRESQL else ["sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite_url(tmp_path)
        return
    schema = f"test_{uuid4().hex}"
    engine = create_engine(str(POSTGRESQL), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    here = make_url(str(POSTGRESQL)).update_query_dict({"options": f"-csearch_path={schema}"})
    yield here.render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = Store(url)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Iterator[tuple[Store, Path]]:
    """A store on SQLite and its file, for claims about that file."""
    url = sqlite_url(tmp_path)
    store = Store(url)
    store.migrate()
    yield store, Path(str(make_url(url).database))
    store.close()
