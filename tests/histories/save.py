"""Save the histories that every later version must replay: `make histories VERSION=0.3.0`.

Plays every scenario through the real workflows, a life that goes on in new runs, and one under real timers; of all the
workflows the server has seen then, keeps the fewest that together show everything any of them did. Run once for a
release, with the released code; never over the files of an earlier one.
"""

import asyncio
import json
import re
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter

from drill.player import Player, play_through, records_in
from embedded import FOR_TESTS, EmbeddedServer
from leaving import leave
from models.messages import Sign, Submit, Verify
from policies.directory import Directory
from record.store import Store
from rehearsal.scenarios import load
from settings import Runner, Settings
from tests.builders import SCENARIOS, sample_directory
from tests.workflows.cast import DIRECTORY, HANDLER, OFFICER, a_matter, this_second
from tests.workflows.lives import RenewingOffice, at_every_stage
from witnesses import receipts_in
from worker import SEARCH_ATTRIBUTES, WORKFLOWS, build_worker

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Lived:
    """Every run of one workflow, the first one first, and what can be seen in them."""

    workflow_id: str
    runs: tuple[WorkflowHistory, ...]
    shows: frozenset[str]


async def save(version: str) -> list[str]:
    """Play and write; what no scenario used of all that is understood. Raises FileExistsError when saved before."""
    place = HERE / version
    if place.exists():
        raise FileExistsError(f"{version} 已保存 has been saved: {place}")
    with tempfile.TemporaryDirectory() as name:
        data_dir = Path(name)
        async with EmbeddedServer(
            data_dir, search_attributes=SEARCH_ATTRIBUTES, synchronous="NORMAL", dynamic_config=FOR_TESTS
        ) as server:
            client = await Client.connect(server.address, data_converter=pydantic_data_converter)
            settings = Settings(data_dir=data_dir, workflow_pollers=5, runner=Runner.SANDBOXED)
            player = Player(client, sample_directory(), settings, records_in(data_dir))
            for path in sorted(SCENARIOS.glob("*.yaml")):
                await player.play(load(path), scope=path.stem)
            async with _office(client, settings, "continued", sample_directory()) as (office, store):
                await play_through(at_every_stage(), office, store)
            async with _office(client, settings, "real", DIRECTORY) as (office, _):
                await _real_life(office)
            kept = _fewest([one async for one in _lived(client)])
    place.mkdir()
    for one in kept:
        for number, run in enumerate(one.runs):
            name = re.sub(r"[^0-9A-Za-z-]+", "_", one.workflow_id).strip("_") + (f"-{number}" if number else "")
            compact = json.dumps(json.loads(run.to_json()), ensure_ascii=False, separators=(",", ":"))
            (place / f"{name}.json").write_text(compact, encoding="utf-8")
    return sorted(understood() - {one for lived in kept for one in lived.shows})


def understood() -> set[str]:
    """Every workflow, and every update and signal it takes, as `_shows` names them."""
    found: set[str] = set()
    for one in WORKFLOWS:
        # The SDK keeps what a class understands to itself.
        definition = workflow._Definition.must_from_class(one)
        found.add(f"workflow {definition.name}")
        found |= {f"update {name}" for name in definition.updates if name}
        found |= {f"signal {name}" for name in definition.signals if name}
    return found


@asynccontextmanager
async def _office(
    client: Client, settings: Settings, scope: str, directory: Directory
) -> AsyncIterator[tuple[RenewingOffice, Store]]:
    """An office with a worker, whose matters now and then go on in a new run."""
    store = Store(f"sqlite:///{settings.data_dir / scope}.db")
    store.migrate()
    async with build_worker(client, store, directory, settings, queue=scope, scope=scope):
        office = RenewingOffice(client, store, queue=scope, scope=scope)
        office.every = 5
        yield office, store
    store.close()


async def _real_life(office: RenewingOffice) -> None:
    """A matter under real time: an hour's limit that ends two seconds from now, then done late, in a second run."""
    assigned_at = this_second() - timedelta(hours=1) + timedelta(seconds=2)
    await office.launch("real", a_matter(limit="1h", assigned_at=assigned_at))
    await asyncio.sleep(4)
    await office.catch_up()
    await office.say("real", Sign(message_id="s", by=HANDLER))
    await office.renew("real")
    await office.say("real", Submit(message_id="u", by=HANDLER, text="办结"))
    await office.say("real", Verify(message_id="v", by=OFFICER, passed=True, method="document"))


async def _lived(client: Client) -> AsyncIterator[Lived]:
    """Every workflow of the server, of whatever type."""
    runs: dict[str, list[tuple[datetime, str]]] = {}
    async for one in client.list_workflows(""):
        runs.setdefault(one.id, []).append((one.start_time, one.run_id))
    for workflow_id, found in sorted(runs.items()):
        histories = [
            await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history() for _, run_id in sorted(found)
        ]
        shows = [await _shows(client, history) for history in histories]
        yield Lived(workflow_id, tuple(histories), frozenset().union(*shows))


async def _shows(client: Client, history: WorkflowHistory) -> set[str]:
    """What a history has to offer to a later replay: workflow, events, messages and where they led."""
    started = history.events[0].workflow_execution_started_event_attributes
    kind = started.workflow_type.name
    found = {f"workflow {kind}", *([f"{kind} in a later run"] if started.continued_execution_run_id else [])}
    for event in history.events:
        found.add(f"{kind} {EventType.Name(event.event_type)}")
        signal = event.workflow_execution_signaled_event_attributes.signal_name
        update = event.workflow_execution_update_accepted_event_attributes.accepted_request.input.name
        activity = event.activity_task_scheduled_event_attributes.activity_type.name
        told = (("signal", signal), ("update", update), ("activity", activity))
        found |= {f"{what} {name}" for what, name in told if name}
    for receipt in await receipts_in(client, history):
        found.add(f"stage {receipt.stage.value} {receipt.level}")
        found |= {f"act {act.value}" for act in receipt.outcome.acts} if receipt.outcome else set()
    return found


def _fewest(lived: list[Lived]) -> list[Lived]:
    """Some that together show all that any shows: again and again the one that adds most for its length."""
    kept: list[Lived] = []
    shown: set[str] = set()
    while missing := {one for life in lived for one in life.shows} - shown:
        best = max(lived, key=lambda life: len(life.shows & missing) / sum(len(run.events) for run in life.runs))
        kept.append(best)
        shown |= best.shows
    return kept


def main(version: str) -> int:
    """0 when saved with everything that is understood; 1 otherwise: saved all the same, but a scenario is missing."""
    try:
        unused = asyncio.run(save(version))
    except FileExistsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for one in unused:
        sys.stderr.write(f"没有任何方案用到 no scenario uses: {one}\n")
    return 1 if unused else 0


if __name__ == "__main__":
    leave(main(sys.argv[1]))
