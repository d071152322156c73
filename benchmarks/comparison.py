"""`python -m benchmarks.comparison`: how long does `policy compare` take over a year of 10,000 recorded matters?

A record is made of lives as a seeded stream of replies and silences brings them; then the command itself runs, from
the database file, as a process of its own, and is asked whether it left that file as it was.
"""

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path
from time import perf_counter

from benchmarks.cast import DIRECTORY, DIRECTORY_FILE, OFFICE
from benchmarks.figures import Figure, Goal
from benchmarks.machine import load_average
from benchmarks.plan import Plan
from cli.importing import as_of
from cli.year import MONTHS
from intake.ledger import read_ledger
from models.acts import Act
from models.messages import Registration
from policies.calendar import standard_calendar
from policies.machines import State, due_at, next_due
from policies.procedures import STANDARD, shipped
from record import ledger, outbox, procedures, targets
from record.store import Store
from rehearsal.conductor import Conductor, Played
from rehearsal.streams import Stream
from settings import ROOT

SECTION = "方案比较 policy comparison"
WITHIN_SECONDS = 30
_TOGETHER = 200


def main() -> int:
    """Make the record, compare twice, print the figures; 1 when it takes too long or the answers differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.comparison", description=__doc__)
    parser.add_argument("--matters", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=2026)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as name:
        place = Path(name)
        file, draft = place / "past.db", place / "draft.yaml"
        acts = recorded(file, given.matters, given.seed)
        draft.write_text(drafted(shipped(STANDARD).text), encoding="utf-8")
        size = file.stat().st_size / 1e6
        print(f"{given.matters} matters, {acts} acts, {size:.0f} MB; load {load_average()}", flush=True)
        before = digest(file)
        timed = [compared(draft, file, place) for _ in range(2)]
        took = max(seconds for seconds, _ in timed)
        # Of the command and of every process it started, each for itself.
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        peak, processor = used.ru_maxrss / 1024, (used.ru_utime + used.ru_stime) / len(timed)
        same = timed[0][1] == timed[1][1]
        print(f"seconds {', '.join(f'{seconds:.1f}' for seconds, _ in timed)}; load {load_average()}")
        print(f"matters/s {given.matters / took:.0f}; processor seconds of one comparison {processor:.1f}")
        print(f"peak memory of a process {peak:.0f} MB")
        print(f"identical twice: {same}; database unchanged: {digest(file) == before}")
        found = json.loads(timed[0][1])
        print(f"compared {found['compared']}, recorded differently {found['recorded_differently']['matters']}")
        whole = found["compared"] == given.matters and found["recorded_differently"]["matters"] == 0
        within = took <= WITHIN_SECONDS * max(given.matters / 10_000, 1)
        return 0 if same and whole and within and digest(file) == before else 1


def measured(plan: Plan, place: Path) -> list[Figure]:
    """The command over a year of recorded matters, twice; its answers are the same and the file is left as it was."""
    file, draft = place / "past.db", place / "draft.yaml"
    acts = recorded(file, plan.compared, plan.seed)
    draft.write_text(drafted(shipped(STANDARD).text), encoding="utf-8")
    before = digest(file)
    timed = [compared(draft, file, place) for _ in range(2)]
    found = json.loads(timed[0][1])
    if found["compared"] != plan.compared or found["recorded_differently"]["matters"]:
        raise RuntimeError(
            f"compared {found['compared']}, {found['recorded_differently']['matters']} otherwise recorded"
        )
    name = f"{plan.compared:,} 件,{acts:,} 条记录 matters and acts, two policies"
    differing = int(timed[0][1] != timed[1][1]) + int(digest(file) != before)
    return [
        Figure(SECTION, name, "秒 s", tuple(took for took, _ in timed), key="comparison/seconds"),
        Figure(
            SECTION,
            name,
            "件 matters/s",
            tuple(plan.compared / took for took, _ in timed),
            Goal(at_least=10_000 / WITHIN_SECONDS),
            "comparison/rate",
        ),
        Figure(SECTION, "两次不同,或动了数据库 differs, or touched the record", "次", (differing,), Goal(at_most=0)),
    ]


def recorded(file: Path, count: int, seed: int) -> int:
    """Make a record of so many matters at `file`; how many acts it has."""
    found = read_ledger(ROOT / "data" / "ledger.xlsx", DIRECTORY.organs, office=OFFICE, calendar=standard_calendar())
    rows = [row.registration for row in found.rows]
    store = Store(f"sqlite:///{file}", synchronous="NORMAL")
    store.migrate()
    acts = 0
    try:
        for first in range(0, count, _TOGETHER):
            numbers = range(first, min(first + _TOGETHER, count))
            lives = [lived(f"2026-{number + 1:05d}", rows[number % len(rows)], seed) for number in numbers]
            acts += keep(store, lives)
        with store.writing() as session:
            procedures.put(session, shipped(STANDARD).version, shipped(STANDARD).text)
    finally:
        store.close()
    return acts


def lived(matter_id: str, registration: Registration, seed: int) -> Played:
    """A year of one matter, as its own stream of replies and silences brings it."""
    conductor = Conductor(shipped(STANDARD), DIRECTORY, MONTHS[0], responder=Stream(seed, DIRECTORY))
    conductor.register(matter_id, as_of(registration, MONTHS[0]))
    return conductor.play(MONTHS[-1])


def keep(store: Store, lives: Sequence[Played]) -> int:
    """Put lives, with the cases in them, on record in one transaction; how many acts."""
    with store.writing() as session:
        entries = []
        for life in lives:
            own: dict[str, list[Act]] = {}
            for act in life.acts:
                own.setdefault(act.target, []).append(act)
                entries += ledger.append(session, [act], message_id=None, processed_at=act.at.astimezone(UTC))
            states: dict[str, State] = {**life.states, **life.cases}
            for target, state in states.items():
                due, last = next_due(state), own[target][-1]
                targets.save(
                    session,
                    state,
                    seq=len(own[target]),
                    at=last.at,
                    last_act=last.act,
                    next_at=due.at if due else None,
                    due_at=due_at(state),
                )
        outbox.queue(session, entries)
    return len(entries)


def drafted(text: str) -> str:
    """A stricter procedure: more reminders, shorter supervision and rectification, no long suspension."""
    changes = {
        "平件: [3, 1], 急件: [1], 特急: [1]": "平件: [5, 3, 1], 急件: [2, 1], 特急: [1]",
        "value: {平件: 3wd, 急件: 2wd, 特急: 1wd}, source: house rule (督办单)": (
            "value: {平件: 2wd, 急件: 1wd, 特急: 1wd}, source: draft"
        ),
        "value: {平件: 5wd, 急件: 3wd, 特急: 2wd}": "value: {平件: 3wd, 急件: 2wd, 特急: 1wd}",
        "value: 30d, source: house rule": "value: 10d, source: draft",
    }
    for old, new in changes.items():
        if old not in text:
            raise ValueError(f"the shipped procedure has no {old}")
        text = text.replace(old, new)
    return text


def compared(draft: Path, file: Path, place: Path) -> tuple[float, bytes]:
    """Seconds the whole command takes, and its answer."""
    command = [sys.executable, str(ROOT / "starter.py"), "policy", "compare", STANDARD, str(draft), "--on", str(file)]
    environment = {**os.environ, "DUBAN_DATA_DIR": str(place)}
    begun = perf_counter()
    done = subprocess.run(
        [*command, "--directory", str(DIRECTORY_FILE), "--json"], capture_output=True, check=True, env=environment
    )
    return perf_counter() - begun, done.stdout


def digest(file: Path) -> str:
    """A digest of the file's bytes."""
    sums = hashlib.sha256()
    for part in _parts(file):
        sums.update(part)
    return sums.hexdigest()


def _parts(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while part := source.read(1 << 20):
            yield part


if __name__ == "__main__":
    raise SystemExit(main())
