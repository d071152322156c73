"""Whatever somebody does to a workflow from outside is put on record, once, and the matter goes on from the record."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest, ResetWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

from activities.sealing import Sealing
from embedded import EmbeddedServer, register_search_attributes
from evidence import watch
from models.acts import ActName
from models.contract import INCIDENTS, RECORD_MOVED_SIGNAL, SEAL_WORKFLOW, matter_workflow_id, seal_workflow_id
from models.evidence import IncidentKind, Sealed, SealOrder
from models.messages import ReportProgress, Sign
from office import Office, UnknownTargetError
from record import incidents, ledger
from record.store import Store
from settings import Runner, Settings
from tests.workflows.cast import DIRECTORY, HANDLER, a_matter, message_id, this_second
from tests.workflows.conftest import LiveOffice, eventually
from tests.workflows.variants import CarelessMatter
from witnesses import runs_of
from worker import SEARCH_ATTRIBUTES, WORKFLOWS, build_worker
from workflows.matter import MatterWorkflow

pytestmark = pytest.mark.either_database(
    "what Temporal tells of its runs; that an incident is kept once is claimed of both in tests/activities"
)


@dataclass
class Place:
    """Where an office can be, and the means of its worker."""

    live: LiveOffice
    settings: Settings
    sealing: Sealing

    def worker(self, workflows: tuple[type, ...] = WORKFLOWS) -> Worker:
        """A worker that seals and watches."""
        live, settings = self.live, self.settings
        return build_worker(
            live.client,
            live.store,
            DIRECTORY,
            settings,
            queue=live.scope,
            scope=live.scope,
            sealing=self.sealing,
            workflows=workflows,
        )


@pytest_asyncio.fixture(loop_scope="session")
async def place(temporal_server: EmbeddedServer, database_url: str, tmp_path: Path) -> AsyncIterator[Place]:
    client = await Client.connect(temporal_server.address, data_converter=pydantic_data_converter)
    await register_search_attributes(client, SEARCH_ATTRIBUTES)
    scope = f"test-{uuid4().hex[:12]}"
    store = Store(database_url)
    store.migrate()
    sealing = Sealing(
        store,
        client,
        key_file=tmp_path / "key",
        at=time(20),
        lines=tmp_path / "seals",
        tell=("督查室主任",),
        scope=scope,
    )
    settings = Settings(data_dir=tmp_path, workflow_pollers=5, shutdown_seconds=1, runner=Runner.SANDBOXED)
    live = LiveOffice(client, store, Office(client, store, queue=scope, scope=scope), scope)
    yield Place(live, settings, sealing)
    store.close()


@pytest_asyncio.fixture(loop_scope="session")
async def sealed(place: Place) -> AsyncIterator[LiveOffice]:
    """An office whose worker seals and watches."""
    async with place.worker():
        yield place.live


async def looked(live: LiveOffice) -> Sealed:
    """What one run of the seal's workflow answers."""
    answer: Sealed = await live.client.execute_workflow(
        SEAL_WORKFLOW,
        SealOrder(extra=True),
        id=seal_workflow_id(uuid4().hex, live.scope),
        task_queue=live.scope,
        result_type=Sealed,
    )
    return answer


def reported(live: LiveOffice, target: str) -> list[IncidentKind]:
    with live.store.reading() as session:
        return [one.kind for one in incidents.listed(session, target)]


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("how", ["terminate", "cancel"])
async def test_a_run_ended_from_outside_is_reported_once_and_the_matter_goes_on(sealed: LiveOffice, how: str) -> None:
    office, target = sealed.office, uuid4().hex[:8]
    await office.launch(target, a_matter())
    handle: Any = office.handle(target)
    await (handle.terminate("by hand") if how == "terminate" else handle.cancel())

    async def noticed() -> bool:
        await looked(sealed)
        return bool(reported(sealed, target))

    await eventually(noticed)
    await looked(sealed)
    assert reported(sealed, target) == [IncidentKind.TERMINATED if how == "terminate" else IncidentKind.CANCELED]
    with sealed.store.reading() as session:
        (entry,) = ledger.entries(session, INCIDENTS)
    assert (entry.act.act, entry.act.tell) == (ActName.INCIDENT_REPORTED, ("督查室主任",))

    assert await office.recover(target) is True
    assert await office.recover(target) is False
    assert (await office.say(target, Sign(message_id=message_id(), by=HANDLER))).accepted
    with sealed.store.reading() as session:
        acts = [one.act.act for one in ledger.entries(session, target)]
    assert acts[-1] is ActName.SIGNED
    assert acts.count(ActName.REGISTERED) == 1


@pytest.mark.asyncio(loop_scope="session")
async def test_a_run_that_no_worker_can_replay_is_reported_and_goes_on_from_the_record(place: Place) -> None:
    live, office, target = place.live, place.live.office, uuid4().hex[:8]
    others = tuple(one for one in WORKFLOWS if one is not MatterWorkflow)
    async with place.worker((CarelessMatter, *others)):
        await office.launch(target, a_matter())
        assert (await office.say(target, Sign(message_id=message_id(), by=HANDLER))).accepted
    async with place.worker():
        # It is asked to go on by whatever is told to it.
        await office.handle(target).signal(RECORD_MOVED_SIGNAL)

        async def noticed() -> bool:
            return [one.target async for one in watch.unreplayable(live.client, live.scope)] == [target]

        await eventually(noticed, timedelta(seconds=60))
        await looked(live)
        assert reported(live, target) == [IncidentKind.UNREPLAYABLE]
        assert await office.recover(target) is False

        assert await office.recover(target, anew=True) is True
        report = ReportProgress(message_id=message_id(), by=HANDLER, text="过半")
        assert (await office.say(target, report)).accepted
        with live.store.writing() as session:
            assert incidents.close(session, target, this_second(), by=None, voice=None, how="按记录重新启动流程") == 1

        async def ended_is_known() -> bool:
            return [one.kind async for one in watch.befallen(live.client, live.scope)] == [IncidentKind.TERMINATED]

        await eventually(ended_is_known)
        await looked(live)
    assert reported(live, target) == [IncidentKind.UNREPLAYABLE]
    with live.store.reading() as session:
        acts = [one.act.act for one in ledger.entries(session, target)]
    assert acts == [ActName.REGISTERED, ActName.ASSIGNED, ActName.SIGNED, ActName.PROGRESS_REPORTED]


@pytest.mark.asyncio(loop_scope="session")
async def test_a_reset_shows_in_the_history_it_leaves(sealed: LiveOffice) -> None:
    office, target = sealed.office, uuid4().hex[:8]
    await office.launch(target, a_matter())
    await office.say(target, Sign(message_id=message_id(), by=HANDLER))
    history = await office.handle(target).fetch_history()
    finished = next(
        event.event_id for event in history.events if event.HasField("workflow_task_completed_event_attributes")
    )
    workflow = WorkflowExecution(workflow_id=matter_workflow_id(target, sealed.scope))
    await sealed.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=sealed.client.namespace,
            workflow_execution=workflow,
            reason="by hand",
            workflow_task_finish_event_id=finished,
            request_id=uuid4().hex,
        )
    )

    found = [
        (one.kind, one.run_id)
        async for run_id, run in runs_of(sealed.client, target, sealed.scope)
        for one in watch.resets_in(target, run_id, run, sealed.scope)
    ]
    described = await office.handle(target).describe()
    assert found == [(IncidentKind.RESET, described.run_id)]


@pytest.mark.asyncio(loop_scope="session")
async def test_a_deleted_workflow_is_started_again_from_the_record(sealed: LiveOffice) -> None:
    office, target = sealed.office, uuid4().hex[:8]
    await office.launch(target, a_matter())
    workflow = WorkflowExecution(workflow_id=matter_workflow_id(target, sealed.scope))
    await sealed.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(namespace=sealed.client.namespace, workflow_execution=workflow)
    )

    async def gone() -> bool:
        return not [one async for one in runs_of(sealed.client, target, sealed.scope)]

    await eventually(gone)
    assert await office.recover(target) is True
    report = ReportProgress(message_id=message_id(), by=HANDLER, text="过半")
    assert (await office.say(target, report)).accepted
    with pytest.raises(UnknownTargetError):
        await office.recover("1999-0001")


@pytest.mark.asyncio(loop_scope="session")
async def test_an_unusable_key_delays_a_seal_and_loses_nothing(sealed: LiveOffice, tmp_path: Path) -> None:
    first = await looked(sealed)
    (tmp_path / "key").chmod(0o644)
    waiting = asyncio.create_task(looked(sealed))
    await asyncio.sleep(0.5)
    assert not waiting.done()
    (tmp_path / "key").chmod(0o600)

    assert (await waiting).no == first.no + 1
    lines = (tmp_path / "seals" / "seals.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split()[0] for line in lines] == ["key", "1", "2"]
