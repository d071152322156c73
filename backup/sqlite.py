"""How is an SQLite file copied while others write to it?

By SQLite's own online backup in a single step: a reader's snapshot of one instant, which in WAL mode stops no writer.
Works for the record and for the embedded Temporal server's store, which is opened with normal locking.
"""

import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from backup.problems import BackupError

_PAUSE_SECONDS = 0.05
_ALL_PAGES = -1
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def copy(source: Path, target: Path, patience: timedelta = timedelta(seconds=30)) -> None:
    """Copy the database in `source`, as it stands at one instant, into the new file `target`, and check the copy.

    The copy is one file without a log beside it. Raises BackupError when the source stays locked or is damaged.
    """
    until = time.monotonic() + patience.total_seconds()

    def not_for_ever(status: int, _remaining: int, _pages: int) -> None:
        if status in _BUSY and time.monotonic() > until:
            raise BackupError(f"{source}: 一直被锁定 stays locked")

    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as live,
            closing(sqlite3.connect(target)) as copied,
        ):
            live.backup(copied, pages=_ALL_PAGES, progress=not_for_ever, sleep=_PAUSE_SECONDS)
            copied.execute("PRAGMA journal_mode = DELETE")
            faults = [str(row[0]) for row in copied.execute("PRAGMA integrity_check(3)")]
    except sqlite3.Error as error:
        raise BackupError(f"{source}: 无法复制 cannot be copied: {error}") from error
    if faults != ["ok"]:
        raise BackupError(f"{source}: 数据库已损坏 the database is damaged: {'; '.join(faults)[:300]}")
