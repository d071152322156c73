"""Where does a copy of a live record stand while something is tried on it, and what is left of it afterwards?

Nothing: an SQLite file in a directory of its own, or a PostgreSQL database beside the office's (or an empty one that
is named), removed at the end. What a rehearsal that was killed has left is removed by the next one at that place.
"""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, exc, make_url, text

from backup import manifest, postgresql, sqlite
from backup.problems import BackupError
from backup.taking import PART, alone
from record.store import Store

_NAME = "duban_rehearsal"
_ONE_AT_A_TIME = int.from_bytes(b"rehearse")

_EMPTIED = """
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() LOOP
        EXECUTE format('DROP TABLE %I CASCADE', one.name);
    END LOOP;
    FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = current_schema()::regnamespace
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', one.name);
    END LOOP;
END $$
"""


@contextmanager
def copied(live: Store, sqlite_file: Path | None, place: Path, into: str | None = None) -> Iterator[str]:
    """The URL of a copy of the record as it stands at one instant; `sqlite_file` is None for PostgreSQL.

    The copy, or the dump it is made from, is kept below `place`, which has to hold it. `into` is the URL of an empty
    PostgreSQL database that takes the copy; without it one is made beside the live one, which its user must be allowed
    to do. Raises BackupError (also when another copy is being made there) and OSError.
    """
    if sqlite_file is not None and into is not None:
        raise BackupError("记录在 SQLite 上,复制到文件 the record is an SQLite file, and so is its copy: --into DIR")
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(place):
        aside = place / f"{manifest.name_at(datetime.now(UTC), secrets.token_hex(3))}{PART}"
        aside.mkdir(mode=0o700)
        try:
            if sqlite_file is not None:
                sqlite.copy(sqlite_file, aside / "copy.db")
                yield f"sqlite:///{aside / 'copy.db'}"
                return
            dumped = aside / manifest.DUMP_FILE
            postgresql.dump(live, dumped)
            with _given(into) if into else _beside(live.url) as url:
                postgresql.load(url, dumped)
                yield url
        finally:
            shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def _beside(live: URL) -> Iterator[str]:
    """A database of its own on the server of the live one."""
    engine = create_engine(live, isolation_level="AUTOCOMMIT", hide_parameters=True)
    try:
        with engine.connect() as connection:
            # As long as this connection: whoever comes later may remove what is left of somebody who was killed.
            if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ONE_AT_A_TIME}).scalar_one():
                raise BackupError("另一个升级预演正在进行 another upgrade is being rehearsed on this server")
            _drop_left(connection)
            name = f"{_NAME}_{secrets.token_hex(4)}"
            try:
                connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
            except exc.ProgrammingError as error:
                raise BackupError(
                    "不能新建数据库:请给数据库用户 CREATEDB 权限,或用 --scratch 指定一个空库。 "
                    "No database can be made: give the user CREATEDB, or name an empty database with --scratch "
                    f"({' '.join(str(error.orig).split())})."
                ) from error
            try:
                yield live.set(database=name).render_as_string(hide_password=False)
            finally:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        engine.dispose()


def _drop_left(connection: Connection) -> None:
    chosen = text("SELECT datname FROM pg_database WHERE datname ~ :name AND pg_get_userbyid(datdba) = current_user")
    for name in connection.execute(chosen, {"name": f"^{_NAME}_[0-9a-f]{{8}}$"}).scalars().all():
        with suppress(exc.DBAPIError):
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def _given(url: str) -> Iterator[str]:
    """A database that somebody made for it: empty before, and empty afterwards."""
    if make_url(url).get_backend_name() != "postgresql":
        raise BackupError("--scratch: 须为 PostgreSQL 数据库 has to be a PostgreSQL database, as the record is")
    store = Store(url, pool_size=2, vault=None)
    try:
        if not postgresql.is_empty(store):
            raise BackupError("--scratch: 不是空库 the database is not empty")
        try:
            yield url
        finally:
            with store.writing() as session:
                session.execute(text("SET LOCAL statement_timeout = 0"))
                session.execute(text(_EMPTIED))
    finally:
        store.close()
