"""One office on one cluster and one PostgreSQL, served by several processes: each its queue, and none alone."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx2
from prometheus_client.parser import text_string_to_metric_families
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory

from embedded import FOR_TESTS, EmbeddedServer
from models.contract import MAKE_SEAL, SEAL_WORKFLOW, TaskQueue, matter_workflow_id
from models.evidence import Sealed, SealOrder
from models.messages import Registration, Sign
from office import Office
from record import ledger
from record.store import Store
from tests.notices.peers import Arrived, Peer, http_service
from tests.sealing import sealed_client, sealed_store
from tests.warm import Warm
from tests.watching.told import CORE, RARE
from tests.workflows.conftest import eventually
from tests.workflows.lives import HANDLER, LEAD, LEADER, OFFICE
from worker import SEARCH_ATTRIBUTES

ROLES = ("procedure", "procedure", "records", "notices")
MATTERS = 4


def a_matter(number: str) -> Registration:
    return Registration(
        message_id=f"{number}-r", title=f"校舍加固 {number}", lead=LEAD, office=OFFICE, leader=LEADER, limit="15wd"
    )


@contextmanager
def workers(server: EmbeddedServer, place: Path, database_url: str, hook: int) -> Iterator[list[tuple[Warm, str]]]:
    """A process for each role, with the address at which it is probed; what is left of them is killed."""
    contacts = place / "contacts.yaml"
    contacts.write_text(
        f"otherwise: inbox\nposts:\n  {HANDLER}:\n    hours: any\n"
        f"    channels: [{{name: hook, url: 'json://127.0.0.1:{hook}/in'}}]\n",
        encoding="utf-8",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DUBAN_", "TEMPORAL_"))}
    running = []
    try:
        for role in ROLES:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            environment = {
                **kept,
                "TEMPORAL_CONFIG_FILE": os.devnull,
                "TEMPORAL_ADDRESS": server.address,
                "DUBAN_DATA_DIR": str(place),
                "DUBAN_DATABASE_URL": database_url,
                "DUBAN_CONTACTS_PATH": str(contacts),
                "DUBAN_DEPLOYMENT": "duban",
                "DUBAN_SERVE": role,
                "DUBAN_RUNNER": "unsandboxed",
                "DUBAN_WORKFLOW_POLLERS": "5",
                "DUBAN_LOG_LEVEL": "error",
                "DUBAN_METRICS_PORT": str(port),
            }
            running.append((Warm("worker.py", env=environment), f"http://127.0.0.1:{port}"))
        yield running
    finally:
        for process, _ in running:
            process.kill()
            process.wait()


async def ready(asking: httpx2.AsyncClient, process: Warm, address: str) -> bool:
    assert process.poll() is None
    try:
        return (await asking.get(f"{address}/readyz")).status_code == 200
    except httpx2.HTTPError:
        return False


async def arrived(found: list[Arrived]) -> bool:
    return len(found) >= MATTERS


async def history(client: Client, workflow_id: str) -> WorkflowHistory:
    return await client.get_workflow_handle(workflow_id).fetch_history()


async def test_two_procedure_workers_a_records_and_a_notices_worker_serve_one_office(
    postgresql_url: str, tmp_path: Path
) -> None:
    with closing(sealed_store(postgresql_url, tmp_path)) as store:
        await served(store, postgresql_url, tmp_path)


async def served(store: Store, postgresql_url: str, tmp_path: Path) -> None:
    async with EmbeddedServer(
        tmp_path, search_attributes=SEARCH_ATTRIBUTES, synchronous="NORMAL", dynamic_config=FOR_TESTS
    ) as server:
        client = await sealed_client(server.address, store)
        office = Office(client, store, patience=timedelta(seconds=60))
        with http_service(Peer()) as peer, workers(server, tmp_path, postgresql_url, peer.port) as running:
            async with httpx2.AsyncClient(trust_env=False) as asking:
                for one in running:
                    await eventually(partial(ready, asking, *one), timedelta(seconds=60))
                names = [f"m{number}" for number in range(MATTERS)]
                await asyncio.gather(*(office.launch(name, a_matter(name)) for name in names))
                sealed = await client.execute_workflow(
                    SEAL_WORKFLOW,
                    SealOrder(extra=True),
                    id="seal/now",
                    task_queue=TaskQueue.PROCEDURE,
                    result_type=Sealed,
                )
                # Whichever of the two took which matter, and the seal.
                scraped = [(await asking.get(f"{address}/metrics")).text for _, address in running[:2]]
                await eventually(lambda: arrived(peer.arrived))
                running[0][0].terminate()
                left = running[0][0].wait(timeout=30)
                said = await asyncio.gather(
                    *(office.say(name, Sign(message_id=f"{name}-s", by=HANDLER)) for name in names)
                )
                scraped.append((await asking.get(f"{running[1][1]}/metrics")).text)
                seal = await history(client, "seal/now")
                started = await history(client, matter_workflow_id("m0"))
            pids = {role: str(process.pid) for role, (process, _) in zip(ROLES, running, strict=True)}

    with store.reading() as session:
        in_order = ledger.verify(session)

    assert left == 0
    assert all(one.accepted for one in said)
    assert in_order == []
    assert sealed.new
    (made,) = [
        one.activity_task_scheduled_event_attributes
        for one in seal.events
        if one.activity_task_scheduled_event_attributes.activity_type.name == MAKE_SEAL
    ]
    assert made.task_queue.name == TaskQueue.RECORDS
    by = {
        one.activity_task_started_event_attributes.identity.partition("@")[0]
        for one in seal.events
        if one.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED
    }
    assert by == {pids["records"]}
    began = started.events[0].workflow_execution_started_event_attributes
    assert began.priority.fairness_key == LEAD
    told = {
        sample.name for text in scraped for family in text_string_to_metric_families(text) for sample in family.samples
    }
    assert told >= CORE - RARE
