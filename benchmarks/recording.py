"""What does one recorded transition cost against the least a durable commit of the same size can cost?

The activity as the worker runs it (read, decide, record, one commit), beside a loop of INSERT and COMMIT in the same
SQLite settings, taken in turns so that both see the same machine. Goal: docs/performance.md.
"""

import sqlite3
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from activities.recording import Recording
from benchmarks.cast import DIRECTORY, a_matter, leads, life
from benchmarks.core import START
from benchmarks.figures import Figure, Goal
from benchmarks.plan import Plan
from models.contract import TransitionOrder
from models.messages import Command, Registration
from privacy.masters import FileMaster
from privacy.vault import Vault
from record.store import CHECKPOINT_PAGES, Store

SECTION = "记录 the record path"

Life = tuple[str, tuple[Registration | Command, ...]]


def measured(plan: Plan, place: Path) -> list[Figure]:
    """Recorded transitions a second under FULL and NORMAL, alone and by many writers, and against bare commits."""
    figures = []
    for synchronous in ("FULL", "NORMAL"):
        alone, many, bare, size = [], [], [], 0
        for number in range(plan.rounds):
            url = place / f"{synchronous}-{number}.db"
            rate, size = _recorded(url, synchronous, _lives(plan, plan.record_lives), 1)
            alone.append(rate)
            bare.append(_bare(place / f"bare-{url.name}", synchronous, size, plan.bare_commits))
            # As many lives as writers: none of them is idle before the others are through.
            many.append(_recorded(place / f"many-{url.name}", synchronous, _lives(plan, plan.writers), plan.writers)[0])
        against = tuple(one / floor for one, floor in zip(alone, bare, strict=True))
        grouped = tuple(one / floor for one, floor in zip(many, bare, strict=True))
        figures += [
            Figure(SECTION, f"{synchronous}：一个写入者 one writer", "/s", tuple(alone)),
            Figure(SECTION, f"{synchronous}：{plan.writers} 个写入者 writers", "/s", tuple(many)),
            Figure(SECTION, f"{synchronous}：裸提交 bare commits, {size:,} B each", "/s", tuple(bare)),
            Figure(
                SECTION,
                f"{synchronous}：一个写入者与裸提交之比 one writer : bare",
                "x",
                against,
                Goal(at_least=0.8) if synchronous == "FULL" else None,
            ),
            Figure(
                SECTION,
                f"{synchronous}：{plan.writers} 个写入者与裸提交之比 {plan.writers} writers : bare",
                "x",
                grouped,
                Goal(at_least=3) if synchronous == "FULL" else None,
            ),
        ]
    return figures


def _lives(plan: Plan, count: int) -> list[Life]:
    return [
        (f"m{number}", (a_matter(f"{number}", lead=lead), *life(f"{number}", lead=lead, reports=3)))
        for number, lead in enumerate(leads(count, plan.seed))
    ]


def _recorded(file: Path, synchronous: str, lives: list[Life], writers: int) -> tuple[float, int]:
    """Transitions a second, and how many bytes of the database one has taken."""
    vault = Vault(FileMaster(file.with_suffix(".key")))
    store = Store(f"sqlite:///{file}", synchronous=synchronous, vault=vault)
    store.migrate()
    recording = Recording(store, DIRECTORY)
    before = _bytes(file)
    # What is read once (calendar, directory, statements) is not what a transition costs.
    _live(recording, ("warm", (a_matter("warm"),)))
    with ThreadPoolExecutor(writers) as threads:
        begun = perf_counter()
        transitions = sum(threads.map(lambda one: _live(recording, one), lives))
        took = perf_counter() - begun
    store.close()
    return transitions / took, (_bytes(file) - before) // transitions


def _live(recording: Recording, lived: Life) -> int:
    matter_id, messages = lived
    seq = 0
    for minute, message in enumerate(messages):
        order = TransitionOrder(
            matter_id=matter_id, at=START + timedelta(minutes=minute), message=message, known_seq=seq
        )
        receipt = recording.record_transition(order)
        if receipt.outcome is None or not receipt.outcome.accepted:
            raise RuntimeError(f"not accepted: {message}")
        seq = receipt.seq
    return len(messages)


def _bare(file: Path, synchronous: str, size: int, commits: int) -> float:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        _settings(connection, ("journal_mode = WAL", f"synchronous = {synchronous}"))
        _settings(connection, (f"wal_autocheckpoint = {CHECKPOINT_PAGES}",))
        connection.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
        body = bytes(size)
        begun = perf_counter()
        for _ in range(commits):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO entry (body) VALUES (?)", (body,))
            connection.execute("COMMIT")
        return commits / (perf_counter() - begun)


def _settings(connection: sqlite3.Connection, pragmas: Iterable[str]) -> None:
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")


def _bytes(file: Path) -> int:
    """The size of the database once everything in its log has been copied into the file."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file.stat().st_size
