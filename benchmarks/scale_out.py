"""`python -m benchmarks.scale_out [--workers 1,2,4]`: what do more worker processes bring, and who waits for whom?

One embedded server as the cluster, one durable PostgreSQL, and N procedure workers beside one for records and one for
notices, each a process of `worker.py` set up by DUBAN_*: matters a second and processor time by process. Then one
organ's matters are put in front of a neighbour's one, with and without fair dealing: as which the neighbour's is
recorded. Prints two tables and writes the same as JSON.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import NoReturn

from rich.console import Console
from rich.table import Table
from temporalio.common import Priority

import lifeline
from benchmarks.cast import DIRECTORY_FILE, a_matter, leads, life
from benchmarks.machine import described, load_average, processor_seconds
from embedded import ONE_PARTITION, EmbeddedServer
from leaving import leave
from models.contract import MATTER_WORKFLOW, Opening, TaskQueue, fairness_key, matter_workflow_id
from office import Office, connect, keep_sealed
from record import ledger
from record.store import Store
from settings import ROOT, Settings, load_temporal
from tests.postgresql import PostgresqlServer
from worker import SEARCH_ATTRIBUTES

_STOP_SECONDS = 30
_CROWD, _NEIGHBOUR = "区教育局", "区住建局"
_WITHOUT_FAIRNESS = {**ONE_PARTITION, "matching.enableFairness": False}


@dataclass(frozen=True, slots=True)
class Scaled:
    """One round: how many procedure workers, matters closed a second, processor milliseconds a matter by process."""

    workers: int
    matters: int
    rate: float
    procedure: tuple[float, ...]
    records: float
    notices: float
    server: float
    database: float
    client: float


@dataclass(frozen=True, slots=True)
class Waited:
    """As which of all the neighbour's one matter was recorded, and the server's processor seconds until all were."""

    fair: bool
    crowd: int
    place: int
    server: float
    wall: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server, a record, an office that speaks to both, and where the workers' files are."""

    server: EmbeddedServer
    place: Path
    url: str
    store: Store
    office: Office


@asynccontextmanager
async def cluster(place: Path, url: str, dynamic: dict[str, object]) -> AsyncIterator[Cluster]:
    """A new server with its store in `place`, on a database that nobody has used."""
    place.mkdir()  # noqa: ASYNC240 - nothing else runs yet
    settings = Settings(data_dir=place, database_url=url, directory_path=DIRECTORY_FILE)
    with closing(Store(**settings.record)) as store:
        store.migrate()
        async with EmbeddedServer(place, search_attributes=SEARCH_ATTRIBUTES, dynamic_config=dynamic) as server:
            client = await connect(load_temporal(place).at(server.address))
            keep_sealed(client, store)
            yield Cluster(server, place, url, store, Office(client, store, patience=timedelta(minutes=5)))


@contextmanager
def workers(on: Cluster, roles: Sequence[str]) -> Iterator[list[int]]:
    """A process of `worker.py` for each role, by its process id; they end with this one."""
    contacts = on.place / "contacts.yaml"
    contacts.write_text("otherwise: inbox\nposts: {}\n", encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DUBAN_", "TEMPORAL_"))}
    told = {
        "TEMPORAL_ADDRESS": on.server.address,
        "TEMPORAL_CONFIG_FILE": os.devnull,
        "DUBAN_DATA_DIR": str(on.place),
        "DUBAN_DATABASE_URL": on.url,
        "DUBAN_DIRECTORY_PATH": str(DIRECTORY_FILE),
        "DUBAN_CONTACTS_PATH": str(contacts),
        "DUBAN_LOG_LEVEL": "error",
    }
    tied = [sys.executable, "-I", "-S", lifeline.__file__, str(os.getpid()), ""]
    command = [*tied, sys.executable, str(ROOT / "worker.py")]
    running = [
        subprocess.Popen(command, cwd=on.place, env={**kept, **told, "DUBAN_SERVE": role}, stdin=subprocess.DEVNULL)
        for role in roles
    ]
    try:
        yield [one.pid for one in running]
        if any(one.poll() is not None for one in running):
            raise RuntimeError("a worker ended during the measurement")
    finally:
        for one in running:
            one.terminate()
        for one in running:
            try:
                one.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()


def family_seconds(pid: int) -> float:
    """Processor seconds of a process, of its children that live and of those that have ended (proc(5), stat)."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    ended = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[13:15]
    of_ended = sum(map(int, ended)) / os.sysconf("SC_CLK_TCK")
    return processor_seconds(pid) + of_ended + sum(_or_none(int(child)) for child in children)


def _or_none(pid: int) -> float:
    try:
        return processor_seconds(pid)
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


async def carried(on: Cluster, name: str, matters: int, in_flight: int) -> None:
    """Carry so many matters from launch to their close, at most `in_flight` at once."""
    gate = asyncio.Semaphore(in_flight)

    async def carry(number: str, lead: str) -> None:
        async with gate:
            said = [(await on.office.launch(number, a_matter(number, lead=lead))).outcome]
            said += [await on.office.say(number, command) for command in life(number, lead=lead)]
            if refused := [one.reason for one in said if not one.accepted]:
                raise RuntimeError(f"{number}: {refused}")

    async with asyncio.TaskGroup() as group:
        for number, lead in enumerate(leads(matters, 1)):
            group.create_task(carry(f"{name}-{number}", lead))


async def scaled(on: Cluster, count: int, matters: int, in_flight: int, database: int) -> Scaled:
    """One round with `count` procedure workers; `database` is PostgreSQL's process id."""
    with workers(on, [*("procedure",) * count, "records", "notices"]) as pids:
        # Modules, connections and caches are filled before anything counts.
        await carried(on, f"warm{count}", 8 * count, in_flight)
        everybody = [*pids, on.server.pid]

        def read() -> list[float]:
            return [perf_counter(), *map(processor_seconds, everybody), family_seconds(database), process_time()]

        before = read()
        await carried(on, f"w{count}", matters, in_flight)
        wall, *spent = (now - then for now, then in zip(read(), before, strict=True))
    with on.store.reading() as session:
        if faults := ledger.verify(session):
            raise RuntimeError(f"{len(faults)} faults in the chains")
    each = [seconds / matters * 1000 for seconds in spent]
    return Scaled(count, matters, matters / wall, tuple(each[:count]), *each[count:])


async def waited(on: Cluster, crowd: int, *, fair: bool) -> Waited:
    """Start `crowd` matters of one organ while nobody serves, then one of a neighbour, then let one worker come."""
    gate = asyncio.Semaphore(16)

    async def start(number: str, lead: str) -> None:
        said = a_matter(number, lead=lead)
        opening = Opening(matter_id=number, title=said.title or "", organ=lead, registration=said)
        async with gate:
            await on.office.client.start_workflow(
                MATTER_WORKFLOW,
                opening,
                id=matter_workflow_id(number),
                task_queue=TaskQueue.PROCEDURE,
                priority=Priority(fairness_key=fairness_key(lead)),
            )

    await asyncio.gather(*(start(f"c{number}", _CROWD) for number in range(crowd)))
    await start("neighbour", _NEIGHBOUR)
    before, began = processor_seconds(on.server.pid), perf_counter()
    order: list[str] = []
    with workers(on, ["procedure"]):
        while len(order) <= crowd:
            await asyncio.sleep(0.5)
            with on.store.reading() as session:
                order = [entry.target for entry in ledger.recorded(session) if entry.seq == 1]
        spent = processor_seconds(on.server.pid) - before
    return Waited(fair, crowd, order.index("neighbour") + 1, spent, perf_counter() - began)


async def measure(counts: Sequence[int], matters: int, in_flight: int, crowd: int) -> tuple[list[Scaled], list[Waited]]:
    """Every round, each on a server and a database of its own."""
    rounds, waits = [], []
    # Committed is on disk, as in an office.
    postgresql = PostgresqlServer(on_disk=True, fsync="on", full_page_writes="on")
    with tempfile.TemporaryDirectory() as there, postgresql as database:
        for count in counts:
            async with cluster(Path(there) / f"w{count}", database.create(), dict(ONE_PARTITION)) as on:
                rounds.append(await scaled(on, count, matters, in_flight, database.pid))
        for fair in (False, True) if crowd else ():
            dynamic = dict(ONE_PARTITION) if fair else _WITHOUT_FAIRNESS
            async with cluster(Path(there) / f"fair{fair}", database.create(), dynamic) as on:
                waits.append(await waited(on, crowd, fair=fair))
    return rounds, waits


def show(rounds: Sequence[Scaled], waits: Sequence[Waited]) -> None:
    """Both tables, on standard output."""
    console = Console(width=120)
    table = Table(title="办理进程 procedure workers: CPU ms/件 matter")
    for name in (
        "进程 workers",
        "件/秒 /s",
        "各进程 each",
        "records",
        "notices",
        "server",
        "PostgreSQL",
        "client",
    ):
        table.add_column(name)
    for one in rounds:
        each = " ".join(f"{part:.1f}" for part in one.procedure)
        rest = (one.records, one.notices, one.server, one.database, one.client)
        table.add_row(str(one.workers), f"{one.rate:.1f}", each, *(f"{part:.1f}" for part in rest))
    console.print(table)
    if waits:
        table = Table(title="一家的事项排在邻家之前 one organ's matters before a neighbour's one")
        for name in ("公平派发 fair dealing", "排在前面 before it", "邻家第几件 recorded as", "server CPU s", "s"):
            table.add_column(name)
        for each_wait in waits:
            shown = (each_wait.crowd, each_wait.place, f"{each_wait.server:.1f}", f"{each_wait.wall:.1f}")
            table.add_row("on" if each_wait.fair else "off", *map(str, shown))
        console.print(table)


def main() -> NoReturn:
    """Measure, and end the process."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale_out", description="多进程 several processes")
    parser.add_argument("--workers", default="1,2,4", help="办理进程数 how many procedure workers, by commas")
    parser.add_argument("--matters", type=int, default=300, help="每轮件数 matters a round")
    parser.add_argument("--in-flight", type=int, default=60, help="同时在办 at once")
    parser.add_argument("--crowd", type=int, default=2000, help="一家排队的事项数，0 不测 one organ's matters; 0: not")
    parser.add_argument("--into", type=Path, default=ROOT / "var" / "bench", help="结果目录 where the JSON goes")
    given = parser.parse_args()
    counts = [int(one) for one in given.workers.split(",") if one]
    busy = load_average()
    rounds, waits = asyncio.run(measure(counts, given.matters, given.in_flight, given.crowd))
    show(rounds, waits)
    given.into.mkdir(parents=True, exist_ok=True)
    told = {"machine": described(), "load": busy, "rounds": [*map(asdict, rounds)], "waits": [*map(asdict, waits)]}
    (given.into / "scale-out.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    leave(0)


if __name__ == "__main__":
    main()
