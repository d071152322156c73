"""Does every matter and case have the workflow that keeps its time, and what have these seen of the ledger?

What a receipt witnesses is for witnesses.py, comparing it for record/ledger.py; here are all of them, and beside
them the refused commands that found no running workflow, each recorded by a workflow of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from temporalio.api.common.v1 import WorkflowExecution as Execution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from evidence import watch
from evidence.packing import History as Kept
from models.contract import (
    DUTY_WORKFLOW,
    MISDIRECTED_WORKFLOW,
    SEAL_WORKFLOW,
    WORKFLOW_OF,
    Misdirected,
    is_case,
    kind_of,
    matter_workflow_id,
    target_of,
)
from models.evidence import Sealed
from privacy.sealing import ErasedError
from record.incidents import Incident
from record.ledger import Witness
from witnesses import Telling, in_clear, messages_in, receipts_in, runs_of

IN_FLIGHT = 8

_GOING_ON = (WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.CONTINUED_AS_NEW)


class HistoryState(StrEnum):
    """Whether a target's workflow keeps its time."""

    RUNNING = "running"
    COMPLETED = "completed"
    CUT_OFF = "cut_off"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class History:
    """What the histories of one target show; `state` is None where only refused commands are about it.

    `erased` says that the key of the case was destroyed: its histories are there, and nobody can read them.
    """

    target: str
    state: HistoryState | None
    witnessed: list[Witness] = field(default_factory=list)
    telling: Telling = field(default_factory=Telling)
    incidents: list[Incident] = field(default_factory=list)
    erased: bool = False


async def histories(client: Client, targets: Iterable[str]) -> list[History]:
    """The history of each of these matters and cases, in order. Raises RPCError where the server does not answer."""
    gate = asyncio.Semaphore(IN_FLIGHT)

    async def one(target: str) -> History:
        async with gate:
            return await history(client, target)

    return list(await asyncio.gather(*(one(target) for target in targets)))


async def history(client: Client, target: str) -> History:
    """What the workflow of one matter or case has witnessed, in every run the server still keeps."""
    try:
        described = await client.get_workflow_handle(matter_workflow_id(target)).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return History(target, HistoryState.MISSING)
        raise
    found, erased = History(target, _state(described.status)), False
    async for run_id, run in runs_of(client, target):
        found.incidents.extend(watch.resets_in(target, run_id, run))
        erased |= not await _read(client, found, run)
    return replace(found, erased=erased)


async def runs_kept(client: Client, target: str) -> AsyncIterator[Kept]:
    """Every run of a target's workflow that the server keeps, runs ended from outside too, and of refused commands.

    A matter's are opened, so that whoever has no key can compare them; a case's stay sealed, as its acts do.
    """
    opened = in_clear if not is_case(target) else _as_kept
    read: set[str] = set()
    wanted = matter_workflow_id(target)
    newest: list[str | None] = [None, *[one.run_id async for one in client.list_workflows(f"WorkflowId = '{wanted}'")]]
    for run in newest:
        if run in read:
            continue
        async for run_id, found in runs_of(client, target, run_id=run):
            if run_id not in read:
                read.add(run_id)
                yield Kept(target, wanted, run_id, (await opened(client, found)).to_json())
    async for one in client.list_workflows(f"WorkflowType = '{MISDIRECTED_WORKFLOW}'"):
        if one.id.startswith(f"misdirected/{target}/"):
            found = await client.get_workflow_handle(one.id, run_id=one.run_id).fetch_history()
            yield Kept(target, one.id, one.run_id, (await opened(client, found)).to_json())
    async for one in _calls(client, target):
        found = await client.get_workflow_handle(one.id, run_id=one.run_id).fetch_history()
        yield Kept(target, one.id, one.run_id, (await opened(client, found)).to_json())


async def _calls(client: Client, target: str | None = None) -> AsyncIterator[WorkflowExecution]:
    """Every run in which a duty was called, by its schedule or with a command; of one duty, or of all."""
    if target is not None and kind_of(target) != "duty":
        return
    async for one in client.list_workflows(f"WorkflowType = '{DUTY_WORKFLOW}'"):
        kind, name, call = (*one.id.split("/", 2), "", "")[:3]
        if kind == "duty" and call and target in (None, f"{kind}/{name}"):  # the rest: openings, and a drill's own
            yield one


async def called(client: Client, target: str | None = None) -> AsyncIterator[History]:
    """What the calls of duties have witnessed; of one duty, or of all."""
    async for one in _calls(client, target):
        aside = History("/".join(one.id.split("/", 2)[:2]), None)
        if await _read(client, aside, await client.get_workflow_handle(one.id, run_id=one.run_id).fetch_history()):
            yield aside


async def _as_kept(_client: Client, history: WorkflowHistory) -> WorkflowHistory:
    return history


async def seals_seen(client: Client, newest: int) -> list[Sealed]:
    """What the newest workflows of the daily seal have answered: a second witness of the seals. Raises RPCError."""
    found: list[Sealed] = []
    chosen = f"WorkflowType = '{SEAL_WORKFLOW}' AND ExecutionStatus = 'Completed'"
    async for one in client.list_workflows(chosen, limit=newest):
        run = client.get_workflow_handle(one.id, run_id=one.run_id, result_type=Sealed)
        found.append(await run.result())
    return found


async def delete_runs(client: Client, target: str) -> int:
    """Delete every run of a destroyed target's workflow, and of commands refused to it; how many. Raises RPCError."""
    wanted = matter_workflow_id(target)
    found = [(one.id, one.run_id) async for one in client.list_workflows(f"WorkflowId = '{wanted}'")]
    refused = client.list_workflows(f"WorkflowType = '{MISDIRECTED_WORKFLOW}'")
    found += [(one.id, one.run_id) async for one in refused if one.id.startswith(f"misdirected/{target}/")]
    found += [(one.id, one.run_id) async for one in _calls(client, target)]
    for workflow_id, run_id in found:
        run = Execution(workflow_id=workflow_id, run_id=run_id)
        asked = DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=run)
        await client.workflow_service.delete_workflow_execution(asked)
    return len(found)


async def run_of(client: Client, cut_off: Incident) -> History:
    """What a run that was ended from outside, and the runs before it, have witnessed."""
    found, erased = History(cut_off.target, None), False
    async for _, run in runs_of(client, cut_off.target, run_id=cut_off.run_id):
        erased |= not await _read(client, found, run)
    return replace(found, erased=erased)


async def _read(client: Client, found: History, run: WorkflowHistory) -> bool:
    """Add what a run has witnessed; False where nobody can read it any more, its key having been destroyed."""
    try:
        receipts = await receipts_in(client, run)
        messages = await messages_in(client, run)
    except ErasedError:
        return False
    found.witnessed.extend(Witness(found.target, one.seq, one.head) for one in receipts if one.seq)
    found.telling.add(receipts, messages)
    return True


async def targets_known(client: Client) -> list[str]:
    """The ids of everything this server has a workflow of, in order."""
    names = ", ".join(f"'{name}'" for name in WORKFLOW_OF.values())
    found = {one.id async for one in client.list_workflows(f"WorkflowType IN ({names})")}
    return sorted({target for one in found if (target := target_of(one)) is not None})  # the rest: a drill's own


async def misdirected(client: Client, target: str | None = None) -> AsyncIterator[History]:
    """What the refused commands to targets without a running workflow have witnessed; of one target, or of all."""
    async for one in client.list_workflows(f"WorkflowType = '{MISDIRECTED_WORKFLOW}'"):
        if not one.id.startswith("misdirected/"):
            continue  # a drill's own
        found = await client.get_workflow_handle(one.id, run_id=one.run_id).fetch_history()
        said = found.events[0].workflow_execution_started_event_attributes.input.payloads
        try:
            (order,) = await client.data_converter.decode(said, [Misdirected])
            if target in (None, order.target):
                aside = History(order.target, None)
                if await _read(client, aside, found):
                    yield aside
        except ErasedError:
            continue


def _state(status: WorkflowExecutionStatus | None) -> HistoryState:
    if status in _GOING_ON:
        return HistoryState.RUNNING
    return HistoryState.COMPLETED if status is WorkflowExecutionStatus.COMPLETED else HistoryState.CUT_OFF
