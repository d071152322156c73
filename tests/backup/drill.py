"""The point-in-time drill on PostgreSQL: `python -m tests.backup.drill` plays docs/operations.md and gives figures.

Write-ahead logs are archived all the time, a base backup is taken while acts are recorded, more acts follow; then a
target instant, a mistake after it, and kill -9. A new server recovers from base backup and archive to the instant.
"""

import contextlib
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from typing_extensions import override

from record import ledger
from record.census import Census, census
from record.ledger import ChainFault
from record.store import Store
from tests.postgresql import PostgresqlServer
from tests.record.builders import an_act

BEFORE, BESIDE, AFTER, WRONG = 200, 100, 300, 50
DATABASE = "duban"


@dataclass(frozen=True)
class Figures:
    """What the drill came to: acts acknowledged before the target instant and after it, and what is there again."""

    acknowledged: int
    wrong: int
    recovered: Census
    faults: list[ChainFault]
    wrong_recovered: int
    base_seconds: float
    recovery_seconds: float
    archived: int


class RecoveredServer(PostgresqlServer):
    """A server that begins with a base backup and goes on by the archive to an instant."""

    def __init__(self, base: Path, archive: Path, until: datetime) -> None:
        super().__init__(
            on_disk=True,
            restore_command=f"cp {archive}/%f %p",
            recovery_target_time=until.isoformat(sep=" "),
            recovery_target_action="promote",
        )
        self._base = base

    @override
    def _initdb(self) -> None:
        shutil.copytree(self._base, self.data)
        (self.data / "recovery.signal").touch()
        for path in (self.data, *self.data.rglob("*")):
            self._own(path)

    def promoted(self, within: float = 60.0) -> None:
        """Wait until the target is reached and the server takes writes."""
        until = time.monotonic() + within
        while True:
            with contextlib.suppress(psycopg.OperationalError), self._administering() as connection:
                if connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,):
                    return
            assert time.monotonic() < until, self.said()
            time.sleep(0.05)


def recorded(store: Store, name: str, count: int) -> None:
    """Record that many acts, each in a transaction of its own that is acknowledged."""
    for number in range(count):
        with store.writing() as session:
            ledger.append(
                session, [an_act(target=f"{name}{number % 10}")], message_id=None, processed_at=datetime.now(UTC)
            )


@contextlib.contextmanager
def a_place() -> Iterator[Path]:
    """A directory that the account of the server can write to."""
    place = Path(tempfile.mkdtemp(prefix="duban-wal-", dir="/tmp"))
    place.chmod(0o777)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def play() -> Figures:
    """Play the drill once."""
    with a_place() as archive:
        command = f"test ! -f {archive}/%f && cp %p {archive}/%f"
        with PostgresqlServer(
            on_disk=True, archive_mode="on", archive_command=command, fsync="on", full_page_writes="on"
        ) as server:
            url = server.create()
            store = Store(url)
            store.migrate()
            recorded(store, "before", BEFORE)
            beside = threading.Thread(target=recorded, args=(store, "beside", BESIDE))
            beside.start()
            began = time.monotonic()
            base = server.base_backup()
            base_seconds = time.monotonic() - began
            beside.join()
            recorded(store, "after", AFTER)
            with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
                (until,) = connection.execute("SELECT clock_timestamp()").fetchone() or (None,)
                assert isinstance(until, datetime)
                recorded(store, "wrong", WRONG)
                connection.execute("SELECT pg_switch_wal()")
                while connection.execute("SELECT last_archived_wal FROM pg_stat_archiver").fetchone() == (None,) or (
                    not _all_archived(connection, archive)
                ):
                    time.sleep(0.05)
            store.close()
            server.kill()
            kept = base.rename(archive / "base")
            name = url.partition("?")[0].rpartition("/")[2]
        archived = len([one for one in archive.iterdir() if one.is_file()])
        began = time.monotonic()
        with RecoveredServer(kept, archive, until) as recovered:
            recovered.promoted()
            recovery_seconds = time.monotonic() - began
            store = Store(recovered.url(name))
            try:
                with store.reading() as session:
                    held, faults = census(session), ledger.verify(session)
                    wrong = sum(1 for entry in ledger.recorded(session) if entry.target.startswith("wrong"))
                # It is a record like any other: it takes the next act.
                recorded(store, "next", 1)
            finally:
                store.close()
    return Figures(BEFORE + BESIDE + AFTER, WRONG, held, faults, wrong, base_seconds, recovery_seconds, archived)


def _all_archived(connection: "psycopg.Connection[tuple[object, ...]]", archive: Path) -> bool:
    """Whether the last finished log is in the archive."""
    row = connection.execute(
        "SELECT pg_walfile_name(pg_current_wal_lsn()), last_archived_wal FROM pg_stat_archiver"
    ).fetchone()
    assert row is not None
    return (archive / str(row[1])).exists() and str(row[1])[8:] >= _before(str(row[0]))


def _before(log: str) -> str:
    """The log file before this one, without its timeline."""
    number = int(log[8:16], 16) * 256 + int(log[16:], 16) - 1
    return f"{number // 256:08X}{number % 256:08X}"


def main() -> int:
    """Play it and say what came of it."""
    told = play()
    lost = told.acknowledged - told.recovered.acts
    sys.stdout.write(
        f"acts acknowledged before the target instant: {told.acknowledged}, recovered: {told.recovered.acts}, "
        f"lost: {lost}\nacts after it: {told.wrong}, recovered: {told.wrong_recovered}\n"
        f"chains: {'in order' if not told.faults else told.faults}\n"
        f"base backup: {told.base_seconds:.1f} s; recovery until writable: {told.recovery_seconds:.1f} s; "
        f"logs archived: {told.archived}\n"
    )
    return 0 if lost == 0 and not told.faults and not told.wrong_recovered else 1


if __name__ == "__main__":
    sys.exit(main())
