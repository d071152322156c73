"""Where is the record kept, and what is a transaction there?

SQLite in one file (WAL, every commit flushed) or any PostgreSQL by URL. All that is peculiar to one of them stands
in this module and in record/migrations; what is written in a transaction is for the other modules of record/.
"""

import hashlib
import math
import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, cast

from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, exc, inspect, make_url
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from models.rows import ActRow, table
from privacy.masters import MasterError
from privacy.vault import Vault
from record.statements import begin_unit, end_unit, unit
from record.turns import Turns

# Pages of the log (16 MB) between two copies into the file: pages changed often are then copied once for many commits.
CHECKPOINT_PAGES = 4_000
SYNCHRONOUS = ("NORMAL", "FULL", "EXTRA")
PATIENCE = timedelta(seconds=10)
STATEMENT_LIMIT = timedelta(seconds=60)

# What PostgreSQL's own programs and logs call this one, unless the URL says otherwise.
APPLICATION = "duban"
# A process that was stopped in the middle of a transaction would hold its matter for ever.
_IDLE_LIMIT = timedelta(minutes=5)
# To compile what is asked, or to share it out, takes longer here than to answer it; and what lists read is in memory.
_PLANS = ("-c jit=off", "-c max_parallel_workers_per_gather=0", "-c random_page_cost=1.1")
# A machine that has gone without a word is noticed after 10 + 3 * 5 seconds.
_KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}

# SQLite's own result codes (sqlite.org/rescode.html) for what may be over in a while: somebody else is writing, or the
# disk is full, does not answer, or goes away (what is read at that instant looks malformed; of a file that is so for
# good nobody could answer anything else either). Everything else is a mistake in the program.
_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_CORRUPT,
}

# The same of PostgreSQL, where the driver calls it a mistake (SQLSTATE): the server ended a session that did nothing.
_PASSING_STATES = {"25P03", "25P04"}

_MIGRATION = "duban.migration"


class RecordUnavailableError(RuntimeError):
    """The database does not answer now; trying again may help.

    Nothing of the transaction has been kept, unless the connection was lost in its very last instant: then it is there
    whole, and a repetition finds it by its message id or source key.
    """

    def __init__(self, cause: BaseException) -> None:
        super().__init__(f"数据库暂不可用 the database is unavailable: {cause}")


PASSING = (RecordUnavailableError, MasterError, OSError)
"""What a transaction raises for what may be over in a while (database, keys, disk): the program is not at fault."""


class RecordUnsuitableError(RuntimeError):
    """The database answers and cannot hold a record: its encoding has no place for every text."""


class Store:
    """The database of the record.

    `url` is an SQLAlchemy URL; the directory of an SQLite file is made. `synchronous` (SQLite) is NORMAL, FULL or
    EXTRA: with NORMAL a power failure can take the last commits, a killed process never can. `patience` is how long to
    wait for a lock, a connection, or (PostgreSQL) a free place among the `pool_size` connections, `statement_limit` how
    long one statement may take on PostgreSQL. `read_only` leaves an SQLite file as it is, to the byte: not even its log
    is copied into it when it is closed. `vault` keeps protected fields sealed and masks them for readers; without it
    nothing is protected, which is for drills and rehearsals. Raises ValueError for an SQLite database in memory.
    """

    def __init__(
        self,
        url: str,
        *,
        synchronous: str = "FULL",
        pool_size: int = 20,
        patience: timedelta = PATIENCE,
        statement_limit: timedelta = STATEMENT_LIMIT,
        read_only: bool = False,
        vault: Vault | None = None,
    ) -> None:
        if synchronous.upper() not in SYNCHRONOUS:
            raise ValueError(f"synchronous: {synchronous!r}; 可接受 accepted: {', '.join(SYNCHRONOUS)}")
        self.url = make_url(url)
        self.vault = vault
        self._turns: Turns | None = None
        self._counting = Lock()
        self._commits = 0
        if self.url.get_backend_name() == "sqlite":
            file = _file(self.url)
            if not read_only:
                # For this account alone: what is in the record is for nobody who merely has a login on this machine.
                file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._writer = create_engine(
                self.url, pool_size=1, hide_parameters=True, connect_args={"check_same_thread": False}
            )
            event.listen(self._writer, "connect", _prepare_writer(file, synchronous.upper(), patience))
            event.listen(self._writer, "begin", _begin_immediate)
            event.listen(self._writer, "commit", _commit)
            opening: dict[str, Any] = {"creator": _read_only(file)} if read_only else {}
            self._reader = create_engine(
                self.url,
                pool_size=pool_size,
                pool_timeout=patience.total_seconds(),
                hide_parameters=True,
                **opening,
            )
            event.listen(self._reader, "connect", _prepare_reader(patience))
            event.listen(self._reader, "begin", _begin)
            self._turns = Turns(self._writer.connect)
        else:
            self._writer = create_engine(
                self.url,
                pool_size=pool_size,
                max_overflow=0,
                # A failure is told in logs, histories and on terminals: never with the values of its statement.
                hide_parameters=True,
                pool_timeout=patience.total_seconds(),
                # Asks a kept connection for a sign of life, so that a server that was restarted costs no failure.
                pool_pre_ping=True,
                # The latest first: what a quiet night does not need is closed by the database or the network.
                pool_use_lifo=True,
                connect_args=_session_of(self.url, patience, statement_limit),
            )
            self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        # A thread may outlive the closing of its store and use it once more: what it opened then goes with the store.
        weakref.finalize(self, _let_go, self._writer, self._reader).atexit = False
        event.listen(self._writer, "commit", self._counted)

    @property
    def waiting(self) -> int:
        """How many threads of this process wait to write now; PostgreSQL lets them write side by side, so 0."""
        return 0 if self._turns is None else self._turns.waiting

    @property
    def commits(self) -> int:
        """How many transactions of this process were committed; on SQLite one may hold several that waited."""
        return self._commits

    def _counted(self, _: Connection) -> None:
        with self._counting:
            self._commits += 1

    def prepared(self) -> bool:
        """Whether the tables are there. Raises RecordUnavailableError."""
        with _unavailable(self._reader.dialect), self._reader.connect() as connection:
            return inspect(connection).has_table(table(ActRow).name)

    def behind(self) -> bool:
        """Whether the tables are missing or older than this program; newer ones are not. Raises RecordUnavailableError.

        While a release is rolled out the older program works on with what the newer one has made of the tables.
        """
        with _unavailable(self._reader.dialect), self._reader.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return True
            found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return str(found or "") < newest_revision()

    def migrate(self, heard: Callable[[str], None] = lambda _revision: None) -> None:
        """Bring the tables to the newest revision; harmless when they are there, or when two processes do it at once.

        `heard` is told of each revision that was added, before all of them are made durable together. Tables of a newer
        program stay as they are where they say that this one may go on with them. Raises RecordUnavailableError,
        RecordUnsuitableError, or alembic's CommandError for a database too new for the program.
        """
        # Alembic takes a tenth of a second to import, which only a starting process should have to wait for.
        from alembic import command  # noqa: PLC0415

        from record import revisions  # noqa: PLC0415

        config = revisions.config()
        with _unavailable(self._writer.dialect), self._connected() as connection:
            _prepare_migration(connection)
            if revisions.newer_and_usable(connection):
                return
            config.attributes["connection"] = connection
            config.attributes["heard"] = heard
            command.upgrade(config, "head")

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction that writes: durable when the block has been left, undone when it raises.

        On SQLite the write lock is taken before the first read (BEGIN IMMEDIATE), so that two transactions that read
        before they write never stop each other. Raises RecordUnavailableError, and RuntimeError when nested.
        """
        with (
            _unavailable(self._writer.dialect),
            self._connected() as connection,
            Session(connection, join_transaction_mode="rollback_only") as session,
        ):
            cursor = connection.connection.cursor()
            begin_unit(session, connection.dialect, writing=True, cursor=cursor, vault=self.vault)
            try:
                yield session
                session.flush()
            finally:
                end_unit(session)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One transaction that cannot write and sees one state throughout. Raises RecordUnavailableError."""
        with _unavailable(self._reader.dialect), Session(self._reader) as session:
            begin_unit(session, self._reader.dialect, writing=False, vault=self.vault)
            try:
                yield session
            finally:
                end_unit(session)

    def scrub(self) -> None:
        """Leave no trace of what was overwritten in SQLite's log; harmless elsewhere, and while others read."""
        if self._turns is not None:
            with self._writer.connect() as connection:
                _driver(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Let go of every connection, of those in use as soon as they are not; used again, the store opens new ones."""
        if self._turns is not None:
            self._turns.close()
        for engine in (self._writer, self._reader):
            event.listen(engine.pool, "checkin", _close_returned)
            engine.dispose()

    def _connected(self) -> AbstractContextManager[Connection]:
        return self._writer.begin() if self._turns is None else self._turns.turn()


@cache
def newest_revision() -> str:
    """The number of the newest revision of the tables that this program knows, such as `0016`."""
    return max(path.name[:4] for path in (Path(__file__).parent / "migrations" / "versions").glob("[0-9]*.py"))


def hold(session: Session, key: str) -> None:
    """Let no other transaction that holds the same key go on before this one has ended.

    An SQLite transaction that writes is alone anyway; PostgreSQL takes an advisory lock. Reading holds nothing.
    """
    known = unit(session)
    if known.writing and known.dialect.name != "sqlite" and key not in known.held:
        known.held.add(key)
        _hold(session.connection(), key)


@contextmanager
def erasing(session: Session) -> Iterator[None]:
    """What is removed or replaced inside the block is overwritten in the file, not only forgotten.

    SQLite does so when it is told to; PostgreSQL keeps replaced rows until they are vacuumed (docs/evidence.md).
    """
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")


def _hold(connection: Connection, key: str) -> None:
    if connection.dialect.name != "sqlite":
        number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], signed=True)
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({number})")


@contextmanager
def _unavailable(dialect: Dialect) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if _passes(error, dialect):
            raise RecordUnavailableError(error) from error
        raise


def _passes(error: Exception, dialect: Dialect) -> bool:
    if isinstance(error, exc.TimeoutError):
        # Every connection of the pool is in use.
        return True
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        code: int = getattr(cause, "sqlite_errorcode", 0)
        return code & 0xFF in _PASSING
    return (
        isinstance(cause, dialect.loaded_dbapi.OperationalError) or getattr(cause, "sqlstate", None) in _PASSING_STATES
    )


def _let_go(*engines: Engine) -> None:
    for engine in engines:
        engine.dispose()


def _close_returned(_: object, record: ConnectionPoolEntry) -> None:
    """A pool that was let go of keeps what is given back to it, open, until it is collected as garbage."""
    record.close()


def _file(url: URL) -> Path:
    if url.database in (None, "", ":memory:") or "mode=memory" in str(url):
        raise ValueError("记录须存于文件 the record is kept in a file: sqlite:///path/to/duban.db")
    return Path(str(url.database))


def _read_only(file: Path) -> Callable[[], sqlite3.Connection]:
    place = f"{file.absolute().as_uri()}?mode=ro"
    return lambda: sqlite3.connect(place, uri=True, check_same_thread=False)


def _session_of(url: URL, patience: timedelta, statement_limit: timedelta) -> dict[str, Any]:
    """How every connection to PostgreSQL is opened, and what holds for it; what the URL says itself comes first."""
    limits = {
        "lock_timeout": patience,
        "statement_timeout": statement_limit,
        "idle_in_transaction_session_timeout": _IDLE_LIMIT,
    }
    told = url.query.get("options", "")
    options = " ".join([*_PLANS, *(f"-c {name}={_milliseconds(limit)}" for name, limit in limits.items())])
    chosen = {
        "application_name": APPLICATION,
        # The driver counts whole seconds and takes less than two for two.
        "connect_timeout": max(2, math.ceil(patience.total_seconds())),
        "tcp_user_timeout": _milliseconds(patience + timedelta(seconds=15)),
        **_KEEPALIVE,
    }
    given = {name: value for name, value in chosen.items() if name not in url.query}
    return {**given, "options": f"{options} {told if isinstance(told, str) else ' '.join(told)}".strip()}


def _prepare_migration(connection: Connection) -> None:
    """Wait for any other process that migrates, and as long as a migration takes."""
    if connection.dialect.name != "sqlite":
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            raise RecordUnsuitableError(f"数据库编码 encoding of the database: {encoding}; 可接受 accepted: UTF8")
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        kept = connection.exec_driver_sql("SHOW lock_timeout").scalar_one()
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        _hold(connection, _MIGRATION)
        # A table in use is another matter: whoever queues for it makes everybody else queue behind.
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{kept}'")


def _milliseconds(span: timedelta) -> int:
    return math.ceil(span.total_seconds() * 1000)


def _prepare_writer(file: Path, synchronous: str, patience: timedelta) -> Any:
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        if file.is_file() and file.stat().st_size == 0:
            # Just made; its log takes the same mode. Later on it is the office's to say who may read it.
            file.chmod(0o600)
        # The driver must not open transactions by itself: each is begun by _begin_immediate.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {_milliseconds(patience)}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        connection.execute("PRAGMA foreign_keys = ON")
        # A destroyed key is overwritten in its page, which is written anyway.
        connection.execute("PRAGMA secure_delete = FAST")
        # Otherwise INSERT OR REPLACE would delete a row without the triggers that forbid it.
        connection.execute("PRAGMA recursive_triggers = ON")

    return prepare


def _prepare_reader(patience: timedelta) -> Any:
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {_milliseconds(patience)}")
        connection.execute("PRAGMA query_only = ON")

    return prepare


def _begin(connection: Connection) -> None:
    _driver(connection).execute("BEGIN")


def _begin_immediate(connection: Connection) -> None:
    _driver(connection).execute("BEGIN IMMEDIATE")


def _commit(connection: Connection) -> None:
    # The driver's own commit() is silent when SQLite has already given the transaction up; COMMIT raises.
    _driver(connection).execute("COMMIT")


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.driver_connection)
