"""What every test stands on: no settings from this machine, no handler cut off unseen, one server per test process.

A test that touches a record asks for `database_url` (a database of its own) or `databases` (`new`, `copy`, `drop`), and
hands it to Store or, as DUBAN_DATABASE_URL, to the processes it starts. `pytest` runs everything on SQLite;
`pytest --database postgresql` runs all tests that ask for a database again, on a PostgreSQL it starts itself. A claim
about SQLite's file itself asks for `sqlite_url`, one about PostgreSQL for `postgresql_url` or, to stop and kill it, a
`postgresql_server` of its own; a test that keeps a record anywhere else fails.

What a test claims of Temporal, of processes or of the command line does not hang on where the record is. Such a test
says so, `@pytest.mark.either_database("why")`, is not repeated on PostgreSQL, and is counted there with its reason.
"""

import gc
import os
import sqlite3
import warnings
from collections import Counter
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import pytest_asyncio
from sqlalchemy import Engine, event
from temporalio.worker._workflow import _WorkflowWorker
from temporalio.workflow import UnfinishedSignalHandlersWarning, UnfinishedUpdateHandlersWarning

from embedded import FOR_TESTS, EmbeddedServer
from tests.databases import POSTGRESQL, SQLITE, Databases, PostgresqlDatabases, SqliteDatabases
from tests.postgresql import PostgresqlServer

# The gate sees the same examples on every machine; `--hypothesis-profile explore` looks for new ones.
hypothesis.settings.register_profile("gate", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=1000)
hypothesis.settings.load_profile("gate")


# Files are handed to the processes in order. The longest first, those that compute beside those that wait; those that
# start and kill servers must not be what is left at the end.
_LONGEST = (
    "drill/test_players.py",
    "policies/test_case_explorer.py",
    "workflows/test_long_lives.py",
    "workflows/test_rolling_upgrade.py",
    "cli/test_versions.py",
    "cli/test_up.py",
    "api/test_fuzzing.py",
    "workflows/test_kill.py",
    "workflows/test_lost_database.py",
    "rehearsal/test_properties.py",
    "notices/test_kill.py",
    "cli/test_restoring.py",
    "documents/test_printing.py",
    "workflows",
    "cli",
    "browser",
    "api",
    "notices",
    "rehearsal",
    "policies",
    "backup",
)
_START_FIRST = {name: place for place, name in enumerate(_LONGEST)}

_NOT_REPEATED = pytest.StashKey[Counter[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=[SQLITE, POSTGRESQL], default=SQLITE, help="where tests keep their record")
    parser.addoption("--screenshots", default="var/screenshots", help="where pages are photographed to")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_NOT_REPEATED] = Counter[str]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the chosen database has nothing to do with, before any of it runs."""
    chosen = config.getoption("--database")
    kept, left_out = list[pytest.Item](), list[pytest.Item]()
    for one in items:
        why = _why_on_either(one)
        repeats = chosen == POSTGRESQL and bool(why)
        if repeats and _concerns(one, chosen):
            config.stash[_NOT_REPEATED][why] += 1
        (kept if _concerns(one, chosen) and not repeats else left_out).append(one)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    items[:] = sorted(kept, key=_place)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """What is loaded stays to the end: the collector need not walk all of it again, each time holding every thread."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


def _place(item: pytest.Item) -> int:
    """Where in the order a test's file stands."""
    directory = item.path.parent.name
    of_directory = _START_FIRST.get(directory, len(_START_FIRST))
    return _START_FIRST.get(f"{directory}/{item.path.name}", of_directory)


def _concerns(item: pytest.Item, database: str) -> bool:
    if database == SQLITE:
        return not _on_postgresql_only(item)
    return _on_postgresql_only(item) or "databases" in getattr(item, "fixturenames", ())


def _on_postgresql_only(item: pytest.Item) -> bool:
    return not {"postgresql_url", "postgresql_server"}.isdisjoint(getattr(item, "fixturenames", ()))


def _why_on_either(item: pytest.Item) -> str:
    """Why what the test claims holds on one database as on the other; empty: it is run on both."""
    marker = item.get_closest_marker("either_database")
    if marker is None:
        return ""
    if len(marker.args) != 1 or not str(marker.args[0]).strip():
        raise pytest.UsageError(f"{item.nodeid}: either_database needs its reason")
    if _on_postgresql_only(item):
        raise pytest.UsageError(f"{item.nodeid}: a claim about PostgreSQL does not hold on either database")
    return str(marker.args[0])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the process that hands out the tests, where there is one, what this one did not repeat."""
    if (told := getattr(session.config, "workeroutput", None)) is not None:
        not_repeated = session.config.stash[_NOT_REPEATED]
        told["not_repeated"] = dict(not_repeated)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Every process collects all tests: each says the same."""
    told = Counter[str](getattr(node, "workeroutput", {}).get("not_repeated", {}))
    node.config.stash[_NOT_REPEATED] = node.config.stash[_NOT_REPEATED] | told


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what was not repeated, and why."""
    if not_repeated := config.stash[_NOT_REPEATED]:
        terminalreporter.section(f"run on {SQLITE} only, for what they claim holds on either database")
        for reason, number in sorted(not_repeated.items()):
            terminalreporter.line(f"{number:4} {reason}")


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


@pytest.fixture(scope="session", autouse=True)
def a_machine_that_stands_still_is_no_deadlock() -> Iterator[None]:
    """A workflow task that takes two seconds is a deadlock to the SDK, which breaks it off; here only after thirty.

    Two processors are shared by tests, servers and a browser, and a virtual machine may stand still for that long. What
    is broken off in the middle of Python's own callbacks or finalizers would fail whatever test runs by then.
    """
    begin = _WorkflowWorker.__init__

    def patiently(self: Any, **given: Any) -> None:
        begin(self, **given)
        if self._deadlock_timeout_seconds != 2:
            raise AssertionError("the SDK has another limit now")
        self._deadlock_timeout_seconds = 30

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_WorkflowWorker, "__init__", patiently)
        yield


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    """One embedded server for all tests of this process; use your own task queue and workflow ids."""
    directory: Path = tmp_path_factory.mktemp("temporal")
    async with EmbeddedServer(directory, synchronous="NORMAL", dynamic_config=FOR_TESTS) as server:
        yield server
