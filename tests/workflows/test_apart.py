"""Heavy work that is no step of a matter has a queue of its own, and is done all the same where nobody serves it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

from embedded import EmbeddedServer
from models.contract import COMPARE_POLICIES, COMPARISON_WORKFLOW, TaskQueue
from record.store import Store
from settings import Settings
from tests.databases import Databases
from tests.workflows.cast import DIRECTORY
from worker import build_records_worker
from workflows import comparison
from workflows.comparison import ComparisonWorkflow

pytestmark = [
    pytest.mark.either_database("which queue the work waits in; nothing is recorded"),
    pytest.mark.asyncio(loop_scope="session"),
]


NUMBER = 10


@workflow.defn(sandboxed=False)
class Asking:
    """Asks for many comparisons at once, of runs that nobody knows."""

    @workflow.run
    async def run(self, queue: str) -> None:
        """Wait until every one has been answered."""
        once, within = RetryPolicy(maximum_attempts=1), timedelta(minutes=1)
        asked = [
            workflow.start_activity(
                COMPARE_POLICIES, str(number), task_queue=queue, schedule_to_close_timeout=within, retry_policy=once
            )
            for number in range(NUMBER)
        ]
        await asyncio.gather(*asked, return_exceptions=True)


@activity.defn(name=COMPARE_POLICIES)
def compare_policies(_run_id: str) -> str:
    return activity.info().task_queue


@pytest.mark.parametrize("served", [True, False], ids=["served", "unserved"])
async def test_a_comparison_is_done_in_the_queue_for_records_or_where_nobody_serves_that_in_the_workflows_own(
    temporal_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch, served: bool
) -> None:
    # Names of its own, for all tests of this process share the server.
    queues = {TaskQueue.PROCEDURE: f"procedure-{uuid4().hex}", TaskQueue.RECORDS: f"records-{uuid4().hex}"}
    monkeypatch.setattr("workflows.apart.TaskQueue", type("Queues", (), {one.name: queues[one] for one in queues}))
    monkeypatch.setattr(comparison, "_UNSERVED", timedelta(seconds=1))
    client = await Client.connect(temporal_server.address)
    handle_id = f"comparison-{uuid4().hex}"
    with ThreadPoolExecutor(2) as executor:
        own = Worker(
            client,
            task_queue=queues[TaskQueue.PROCEDURE],
            workflows=[ComparisonWorkflow],
            activities=[compare_policies],
            activity_executor=executor,
            workflow_runner=UnsandboxedWorkflowRunner(),
            max_concurrent_activities=1,
        )
        records = Worker(
            client,
            task_queue=queues[TaskQueue.RECORDS],
            activities=[compare_policies],
            activity_executor=executor,
            max_concurrent_activities=1,
        )
        async with own:
            handle = await client.start_workflow(
                COMPARISON_WORKFLOW, "r1", id=handle_id, task_queue=queues[TaskQueue.PROCEDURE], result_type=str
            )
            if served:
                async with records:
                    done = await handle.result()
            else:
                done = await handle.result()
        replayer = Replayer(workflows=[ComparisonWorkflow], workflow_runner=UnsandboxedWorkflowRunner())
        await replayer.replay_workflow(await handle.fetch_history())

    assert done == queues[TaskQueue.RECORDS if served else TaskQueue.PROCEDURE]


async def test_heavy_work_begins_no_faster_than_the_office_says(
    temporal_server: EmbeddedServer,
    database_url: str,
    databases: Databases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue = f"records-{uuid4().hex}"
    monkeypatch.setattr("worker.TaskQueue", type("Queues", (), {"RECORDS": queue}))
    client = await Client.connect(temporal_server.address)
    settings = Settings(data_dir=tmp_path, records_per_second=2.0, records_at_once=NUMBER)
    store = Store(database_url)
    databases.migrate(store)
    async with (
        Worker(client, task_queue=f"asking-{queue}", workflows=[Asking]),
        build_records_worker(client, store, DIRECTORY, settings, None),
    ):
        handle = await client.start_workflow(Asking.run, queue, id=queue, task_queue=f"asking-{queue}")
        await handle.result()
        events = (await handle.fetch_history()).events
    store.close()
    begun = [one.event_time.ToDatetime() for one in events if one.HasField("activity_task_started_event_attributes")]
    assert len(begun) == NUMBER
    # Each poller that waits may take one at once; the rest, two a second.
    assert (max(begun) - min(begun)).total_seconds() > 1
