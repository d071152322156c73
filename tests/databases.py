"""On which database does a test keep its record?

One way for all of them, chosen by `pytest --database`: new, empty databases by URL, and copies as a backup makes them.
A PostgreSQL server is started when the first database on it is asked for.
"""

import shutil
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from sqlalchemy import make_url

from record.store import Store
from tests.postgresql import PostgresqlServer

SQLITE, POSTGRESQL = "sqlite", "postgresql"


class Databases(Protocol):
    """Hands out databases by their SQLAlchemy URL; all of them are gone when the test process ends."""

    def new(self) -> str:
        """A database that nobody has used yet, without tables."""

    def migrate(self, store: Store) -> None:
        """Bring the store on an empty database of these up to date."""

    def copy(self, url: str) -> str:
        """Another database with what this one holds now; it may be in use."""

    def drop(self, url: str) -> None:
        """Remove a database before the process ends."""


class SqliteDatabases:
    """Files in one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._empty: Path | None = None

    def new(self) -> str:
        """The URL of a file that is not there yet, in a directory of its own."""
        return f"sqlite:///{self._directory / uuid4().hex / 'duban.db'}"

    def migrate(self, store: Store) -> None:
        """Once for real, then by copying what came of it: a hundred tests need the same empty record."""
        if self._empty is None:
            url = self.new()
            first = Store(url)
            first.migrate()
            first.close()
            self._empty = _file(url)
        place = Path(str(store.url.database))
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._empty, place)

    def copy(self, url: str) -> str:
        """The URL of a consistent copy."""
        copied = self.new()
        _file(copied).parent.mkdir()
        with closing(sqlite3.connect(_file(url))) as live, closing(sqlite3.connect(_file(copied))) as other:
            live.backup(other)
        return copied

    def drop(self, url: str) -> None:
        """Remove the files."""
        for file in _file(url).parent.glob("duban.db*"):
            file.unlink()


class PostgresqlDatabases:
    """Databases on one server."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._server: PostgresqlServer | None = None

    @property
    def server(self) -> PostgresqlServer:
        """The server, running."""
        if self._server is None:
            self._server = self._stack.enter_context(PostgresqlServer())
        return self._server

    def new(self) -> str:
        """The URL of a database just made."""
        return self.server.create()

    def migrate(self, store: Store) -> None:
        """As an office does."""
        store.migrate()

    def copy(self, url: str) -> str:
        """The URL of a restored backup."""
        return self.server.copy(url)

    def drop(self, url: str) -> None:
        """Remove it, connections or not."""
        self.server.drop(url)


def _file(url: str) -> Path:
    return Path(str(make_url(url).database))
