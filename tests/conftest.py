"""What every test stands on: no settings from this machine, no handler cut off unseen, one server per test process.

A test that touches a record asks for `database_url` (a database of its own) or `databases` (`new`, `copy`, `drop`), and
hands it to Store or, as DUBAN_DATABASE_URL, to the processes it starts. `pytest` runs everything on SQLite;
`pytest --database postgresql` runs all tests that ask for a database again, on a PostgreSQL it starts itself. A claim
about SQLite's file itself asks for `sqlite_url`, one about PostgreSQL for `postgresql_url` or, to stop and kill it, a
`postgresql_server` of its own; a test that keeps a record anywhere else fails.
"""

import os
import sqlite3
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import pytest_asyncio
from sqlalchemy import Engine, event
from temporalio.workflow import UnfinishedSignalHandlersWarning, UnfinishedUpdateHandlersWarning

from embedded import FOR_TESTS, EmbeddedServer
from tests.databases import POSTGRESQL, SQLITE, Databases, PostgresqlDatabases, SqliteDatabases
from tests.postgresql import PostgresqlServer

# The gate sees the same examples on every machine; `--hypothesis-profile explore` looks for new ones.
hypothesis.settings.register_profile("gate", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=1000)
hypothesis.settings.load_profile("gate")


# Files are handed to the processes in order: those that start and kill servers must not be what is left at the end.
_START_FIRST = {
    name: place for place, name in enumerate(("workflows", "cli", "browser", "api", "notices", "drill", "backup"))
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=[SQLITE, POSTGRESQL], default=SQLITE, help="where tests keep their record")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the chosen database has nothing to do with, before any of it runs."""
    chosen = config.getoption("--database")
    left_out = [one for one in items if not _concerns(one, chosen)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [one for one in items if _concerns(one, chosen)]
    items.sort(key=lambda one: _START_FIRST.get(one.path.parent.name, len(_START_FIRST)))


def _concerns(item: pytest.Item, database: str) -> bool:
    asked = set(getattr(item, "fixturenames", ()))
    on_postgresql_only = not asked.isdisjoint({"postgresql_url", "postgresql_server"})
    return not on_postgresql_only if database == SQLITE else on_postgresql_only or "databases" in asked


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Databases of the chosen kind, as many as a test needs."""
    with ExitStack() as stack:
        if request.config.getoption("--database") == SQLITE:
            yield SqliteDatabases(tmp_path_factory.mktemp("records"))
        else:
            yield PostgresqlDatabases(stack)


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """The URL of one database, empty and this test's own."""
    url = databases.new()
    yield url
    databases.drop(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite file that is not there yet, for a claim about SQLite: runs with `--database sqlite` only."""
    return f"sqlite:///{tmp_path / 'record' / 'duban.db'}"


@pytest.fixture
def postgresql_url(database_url: str) -> str:
    """`database_url`, for a claim about PostgreSQL: runs with `--database postgresql` only."""
    return database_url


@pytest.fixture
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A server of the test's own, to be stopped and killed: runs with `--database postgresql` only."""
    with PostgresqlServer() as server:
        yield server


@pytest.fixture(autouse=True)
def no_record_beside_the_one_under_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that keeps a record where `--database` does not choose: it would run on one database only."""
    opened: list[str] = []

    def note(connection: Any, _: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            opened.append("here")

    event.listen(Engine, "connect", note)
    yield
    event.remove(Engine, "connect", note)
    chosen = {SQLITE: "databases", POSTGRESQL: None}[request.config.getoption("--database")]
    if chosen in request.fixturenames or "sqlite_url" in request.fixturenames:
        return
    place: Path | None = request.node.funcargs.get("tmp_path")
    if place is not None:
        # Where a started process keeps its record unless it is told otherwise.
        opened += [str(file) for file in place.rglob("duban.db")]
    if opened:
        pytest.fail(f"a record that is not in database_url: {', '.join(dict.fromkeys(opened))}")


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [one for one in os.environ if one.startswith(("DUBAN_", "TEMPORAL_"))]:
        monkeypatch.delenv(name)
    # Temporal's own profile file lies in the home directory.
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)


@pytest.fixture(autouse=True)
def handlers_finish_before_their_workflow() -> Iterator[None]:
    """Fail the test when a workflow ended with a handler still running.

    Raised as an error, the warning would only make the workflow task fail and be tried again for ever.
    """
    unfinished = (UnfinishedUpdateHandlersWarning, UnfinishedSignalHandlersWarning)
    with warnings.catch_warnings(record=True) as caught:
        for category in unfinished:
            warnings.simplefilter("always", category)
        yield
    cut_off = [str(one.message) for one in caught if issubclass(one.category, unfinished)]
    if cut_off:
        pytest.fail("\n".join(cut_off))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    """One embedded server for all tests of this process; use your own task queue and workflow ids."""
    directory: Path = tmp_path_factory.mktemp("temporal")
    async with EmbeddedServer(directory, synchronous="NORMAL", dynamic_config=FOR_TESTS) as server:
        yield server
