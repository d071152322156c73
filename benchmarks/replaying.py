"""How fast are histories replayed, and how long does a matter's history get in ten years?

The saved histories of every release, again and again, as a worker that has lost its cache would; and one matter played
through ten years by a drill's clock on a server with its usual limits, where it goes on in a new run now and then.
"""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, process_time

from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from benchmarks.figures import Figure, Goal
from benchmarks.plan import Plan
from drill.player import play_through
from embedded import FOR_TESTS, EmbeddedServer
from models.contract import DIGEST_WORKFLOW, NOTICE_WORKFLOW, matter_workflow_id
from office import Office
from record import ledger
from record.store import Store
from settings import ROOT, Runner, Settings
from tests.builders import sample_directory
from tests.workflows.lives import ten_years
from worker import SEARCH_ATTRIBUTES, WORKFLOWS, build_worker, workflow_runner

SECTION = "重放 replay"
LONG_SECTION = "十年的事项 a matter of ten years"

_NOTICES = {NOTICE_WORKFLOW, DIGEST_WORKFLOW}
# A server finds a run long from 4,096 events on; what is under way is finished first.
_LONGEST = 4_200
_SAVED = ROOT / "tests" / "histories"
# Not the office's own: nothing that is heavy waits for a worker of another queue.
_QUEUE = "years"


async def measured(plan: Plan, place: Path) -> list[Figure]:
    """Replays of the saved histories under each runner, and the runs of ten years."""
    return [*await _replays(plan), *await _ten_years(place)]


async def _replays(plan: Plan) -> list[Figure]:
    saved = [
        WorkflowHistory.from_json(file.stem, file.read_text(encoding="utf-8"))
        for file in sorted(_SAVED.glob("*/*.json"))
    ]
    # Those of notices are another worker's.
    found = [one for one in saved if _kind(one) not in _NOTICES]
    events = sum(len(one.events) for one in found)
    figures = []
    for runner in plan.runners:
        replayer = Replayer(
            workflows=WORKFLOWS, data_converter=pydantic_data_converter, workflow_runner=workflow_runner(Runner(runner))
        )
        wall, cpu = [], []
        for _ in range(plan.rounds):
            begun, used = perf_counter(), process_time()
            for history in found:
                await replayer.replay_workflow(history)
            wall.append(perf_counter() - begun)
            cpu.append(process_time() - used)
        name = f"{runner},{len(found)} 份历史 histories, {events:,} events"
        key = f"replay/{runner}"
        figures += [
            Figure(SECTION, name, "份 histories/s", tuple(len(found) / one for one in wall), key=f"{key}/histories"),
            Figure(SECTION, name, "事件 events/s", tuple(events / one for one in wall), key=f"{key}/events"),
            Figure(SECTION, f"{name}:处理器 CPU", "ms/份 each", tuple(one / len(found) * 1000 for one in cpu)),
        ]
    return figures


def _kind(history: WorkflowHistory) -> str:
    return history.events[0].workflow_execution_started_event_attributes.workflow_type.name


async def _ten_years(place: Path) -> list[Figure]:
    scenario = ten_years()
    store = Store(f"sqlite:///{place / 'ten-years.db'}", synchronous="NORMAL")
    store.migrate()
    settings = Settings(data_dir=place, runner=Runner.UNSANDBOXED)
    begun = perf_counter()
    try:
        async with EmbeddedServer(
            place, search_attributes=SEARCH_ATTRIBUTES, synchronous="NORMAL", dynamic_config=FOR_TESTS
        ) as server:
            client = await Client.connect(server.address, data_converter=pydantic_data_converter)
            async with build_worker(client, store, sample_directory(), settings, queue=_QUEUE):
                acts = await play_through(scenario, Office(client, store, queue=_QUEUE), store)
            took = perf_counter() - begun
            runs = await _runs(client, matter_workflow_id("m1"))
        with store.reading() as session:
            contradictions = len(ledger.verify(session))
    finally:
        store.close()
    longest = max(len(one) for one, _ in runs)
    name = f"{len(scenario.planned)} 条命令 commands, {len(acts):,} acts"
    return [
        Figure(LONG_SECTION, f"{name}:运行 runs", "次 runs", (len(runs),), key="long/runs"),
        Figure(
            LONG_SECTION,
            f"{name}:每次运行 each run",
            "事件 events",
            tuple(len(one) for one, _ in runs),
            key="long/events",
        ),
        Figure(
            LONG_SECTION,
            f"{name}:最长 the longest run",
            "事件 events",
            (longest,),
            Goal(at_most=10_240),
            "long/longest",
        ),
        Figure(
            LONG_SECTION, f"{name}:每次运行 each run", "KB", tuple(size / 1024 for _, size in runs), key="long/bytes"
        ),
        Figure(LONG_SECTION, f"{name}:台账链不符 contradictions", "处", (contradictions,), Goal(at_most=0)),
        Figure(LONG_SECTION, f"{name}:演完十年 ten years played in", "s", (took,)),
    ]


async def _runs(client: Client, workflow_id: str) -> Sequence[tuple[Sequence[object], int]]:
    """Events and bytes of every run, the last one first."""
    found: list[tuple[Sequence[object], int]] = []
    run_id: str | None = None
    while True:
        events = (await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()).events
        found.append((events, sum(event.ByteSize() for event in events)))
        run_id = events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if not run_id:
            return found
