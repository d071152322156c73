"""Who writes now, and from when on is it safe on disk?

SQLite has one writer. Threads that want to write take turns on one connection; while others are waiting, a finished
turn is kept as a savepoint and all are made durable by one commit (group commit). Nobody returns before that commit.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, RootTransaction

# How many turns one commit may cover: bounds how long the first of them, and another process, has to wait.
LONGEST_BATCH = 64

# A waiting thread that was interrupted can no longer commit for the others; they then do it themselves.
_PATIENCE_SECONDS = 0.5


class _Batch:
    """Turns that become durable together."""

    __slots__ = ("done", "error", "members", "transaction")

    def __init__(self, transaction: RootTransaction) -> None:
        self.transaction = transaction
        self.members = 0
        self.error: BaseException | None = None
        self.done = threading.Event()


class Turns:
    """Hands the one writing connection from thread to thread."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._connection: Connection | None = None
        self._holding = threading.Lock()
        self._holder: int | None = None
        self._counting = threading.Lock()
        self._waiting = 0
        self._batch: _Batch | None = None

    @contextmanager
    def turn(self) -> Iterator[Connection]:
        """A transaction of the calling thread: durable when the block has been left, undone when it raises.

        Raises RuntimeError inside another turn of the same thread, which would wait for itself.
        """
        if self._holder == threading.get_ident():
            raise RuntimeError("a writing transaction is already open in this thread")
        self._take()
        try:
            batch = self._open()
            try:
                yield batch.transaction.connection
                if batch.members:
                    _execute(batch, "RELEASE turn")
                batch.members += 1
            except BaseException:
                self._undo(batch)
                raise
        finally:
            self._leave()
        self._settle(batch)

    @property
    def waiting(self) -> int:
        """How many threads wait for their turn now."""
        return self._waiting

    def close(self) -> None:
        """Give the connection back; a later turn opens another."""
        with self._holding:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _take(self) -> None:
        with self._counting:
            self._waiting += 1
        try:
            self._holding.acquire()
        finally:
            with self._counting:
                self._waiting -= 1
        self._holder = threading.get_ident()

    def _open(self) -> _Batch:
        if self._batch is not None:
            _execute(self._batch, "SAVEPOINT turn")
            return self._batch
        if self._connection is None:
            self._connection = self._connect()
        self._batch = _Batch(self._connection.begin())
        return self._batch

    def _undo(self, batch: _Batch) -> None:
        if not batch.members:
            self._batch = None
            batch.transaction.rollback()
            return
        try:
            _execute(batch, "ROLLBACK TO turn")
            _execute(batch, "RELEASE turn")
        except BaseException as error:  # noqa: BLE001 (raised in every thread of the batch by _settle)
            # A full disk or a lost file makes SQLite give up the whole transaction, the earlier turns with it.
            self._fail(batch, error)

    def _leave(self) -> None:
        try:
            batch = self._batch
            if batch is not None and (self._waiting == 0 or batch.members >= LONGEST_BATCH):
                self._commit(batch)
        finally:
            self._holder = None
            self._holding.release()

    def _commit(self, batch: _Batch) -> None:
        try:
            batch.transaction.commit()
        except BaseException as error:  # noqa: BLE001 (raised in every thread of the batch by _settle)
            self._fail(batch, error)
        else:
            self._batch = None
            batch.done.set()

    def _fail(self, batch: _Batch, error: BaseException) -> None:
        self._batch = None
        batch.error = error
        batch.done.set()
        batch.transaction.rollback()
        # A commit that SQLite refused leaves its transaction open; the next turn needs a connection without one.
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _settle(self, batch: _Batch) -> None:
        while not batch.done.wait(_PATIENCE_SECONDS):
            if self._holding.acquire(blocking=False):
                try:
                    if self._batch is batch:
                        self._commit(batch)
                finally:
                    self._holding.release()
        if batch.error is not None:
            raise batch.error


def _execute(batch: _Batch, statement: str) -> None:
    # Straight to the driver: the library's own savepoints cost more than the writing in between.
    cursor = batch.transaction.connection.connection.cursor()
    cursor.execute(statement)
    cursor.close()
