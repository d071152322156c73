"""`python -m benchmarks.rows FILE`: the same matter as rows and a poller, in a process of its own; and the floor.

What somebody would write without an engine: a row for each matter with its due instant, a row for each thing that
happened, both in one transaction (SQLite, WAL, FULL), and a loop that asks ten times a second what is due. No process
waits for anything, nobody is told, and nothing calls the rules. The floor is the same commits without anything else.
"""

import asyncio
import os
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import uvloop

from benchmarks.cast import life
from benchmarks.children import Answer, serve

SCHEMA = """
CREATE TABLE IF NOT EXISTS effect (
    matter TEXT NOT NULL, seq INTEGER NOT NULL, act TEXT NOT NULL, body TEXT NOT NULL,
    written DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (matter, seq)
)
"""
EFFECT = "INSERT INTO effect (matter, seq, act, body, written) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_MATTERS = (
    "CREATE TABLE IF NOT EXISTS matter (id TEXT PRIMARY KEY, stage TEXT NOT NULL, seq INTEGER NOT NULL, due REAL)"
)
_DUE = "CREATE INDEX IF NOT EXISTS matter_due ON matter (due) WHERE due IS NOT NULL"
_EVERY_SECONDS = 0.1
_FAR = 90 * 86_400.0


class Rows:
    """Matters as rows, and what happened to them."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", SCHEMA, _MATTERS, _DUE):
            self._connection.execute(statement)

    def launch(self, number: str, due: float) -> None:
        """One transaction: the matter and what happened."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO matter VALUES (?, 'assigned', 0, ?)", (number, due))
        self._happened(number, 0, "registered", f"校舍加固 {number}")

    def say(self, number: str, do: str, body: str) -> None:
        """One transaction: where the matter stands by now, and what happened."""
        self._connection.execute("BEGIN IMMEDIATE")
        (seq,) = self._connection.execute("SELECT seq FROM matter WHERE id = ?", (number,)).fetchone()
        due = None if do == "verify" else time.time() + _FAR
        self._connection.execute(
            "UPDATE matter SET stage = ?, seq = ?, due = ? WHERE id = ?", (do, seq + 1, due, number)
        )
        self._happened(number, seq + 1, do, body)

    def poll(self) -> int:
        """Keep what is due; how many."""
        found = self._connection.execute("SELECT id, seq FROM matter WHERE due <= ?", (time.time(),)).fetchall()
        for number, seq in found:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("UPDATE matter SET seq = ?, due = NULL WHERE id = ?", (seq + 1, number))
            self._happened(number, seq + 1, "overdue", "")
        return len(found)

    def written(self, act: str) -> list[float]:
        """The instant (epoch seconds) of every row of that act."""
        return [one for (one,) in self._connection.execute("SELECT written FROM effect WHERE act = ?", (act,))]

    def _happened(self, number: str, seq: int, act: str, body: str) -> None:
        self._connection.execute(EFFECT, (number, seq, act, body, time.time()))
        self._connection.execute("COMMIT")


def floor(file: Path, size: int, commits: int) -> tuple[float, float]:
    """Wall and processor seconds of so many durable commits of one row of `size` bytes each (WAL, FULL)."""
    body = bytes(size)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
        begun, used = time.perf_counter(), time.process_time()
        for _ in range(commits):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO entry (body) VALUES (?)", (body,))
            connection.execute("COMMIT")
        return time.perf_counter() - begun, time.process_time() - used


async def _main(file: str) -> None:
    rows = Rows(Path(file))

    async def live(numbers: list[str], in_flight: int) -> Answer:  # noqa: ARG001 - one writer: one after the other
        waits = []
        begun, used = time.perf_counter(), time.process_time()
        for number in numbers:
            rows.launch(number, time.time() + _FAR)
            for command in life(number):
                asked = time.perf_counter()
                rows.say(number, command.do, command.model_dump_json())
                waits.append(time.perf_counter() - asked)
        return {"wall": time.perf_counter() - begun, "cpu": time.process_time() - used, "waits": waits}

    async def open_(numbers: list[str], in_flight: int, due: float | None = None) -> Answer:  # noqa: ARG001 - as above
        begun, used = time.perf_counter(), time.process_time()
        for number in numbers:
            rows.launch(number, due or time.time() + _FAR)
        return {"wall": time.perf_counter() - begun, "cpu": time.process_time() - used}

    async def due(count: int, within: float) -> Answer:
        until = time.time() + within
        kept = 0
        while kept < count:
            if time.time() > until:
                raise TimeoutError(f"{kept} of {count} due instants kept")
            kept += rows.poll()
            await asyncio.sleep(_EVERY_SECONDS)
        return {"written": rows.written("overdue")}

    await serve({"live": live, "open": open_, "due": due})


if __name__ == "__main__":
    uvloop.run(_main(sys.argv[1]))
    os._exit(0)
