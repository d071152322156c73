"""Does every matter have the workflow that keeps its time, and what have the workflows seen of the ledger?

What a receipt witnesses is for witnesses.py, comparing it for record/ledger.py; here are all matters, and beside
them the refused commands that found no running matter, each recorded by a workflow of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from models.contract import MATTER_WORKFLOW, MISDIRECTED_WORKFLOW, Misdirected, matter_workflow_id
from record.ledger import Witness
from witnesses import receipts_in, witnesses_of

IN_FLIGHT = 8

_GOING_ON = (WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.CONTINUED_AS_NEW)


class HistoryState(StrEnum):
    """Whether a matter's workflow keeps its time."""

    RUNNING = "running"
    COMPLETED = "completed"
    CUT_OFF = "cut_off"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class History:
    """What the histories of one target show; `state` is None where only refused commands are about it."""

    target: str
    state: HistoryState | None
    witnessed: list[Witness] = field(default_factory=list)


async def histories(client: Client, matter_ids: Iterable[str]) -> list[History]:
    """The history of each of these matters, in their order. Raises RPCError where the server does not answer."""
    gate = asyncio.Semaphore(IN_FLIGHT)

    async def one(matter_id: str) -> History:
        async with gate:
            return await history(client, matter_id)

    return list(await asyncio.gather(*(one(matter_id) for matter_id in matter_ids)))


async def history(client: Client, matter_id: str) -> History:
    """What the workflow of one matter has witnessed, in every run the server still keeps."""
    try:
        described = await client.get_workflow_handle(matter_workflow_id(matter_id)).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return History(matter_id, HistoryState.MISSING)
        raise
    witnessed = [witness async for witness in witnesses_of(client, matter_id) if witness.seq]
    return History(matter_id, _state(described.status), witnessed)


async def matters_known(client: Client) -> list[str]:
    """The ids of all matters this server has a workflow of."""
    prefix = matter_workflow_id("")
    found = {one.id async for one in client.list_workflows(f"WorkflowType = '{MATTER_WORKFLOW}'")}
    return sorted(one.removeprefix(prefix) for one in found if one.startswith(prefix))


async def misdirected(client: Client, target: str | None = None) -> AsyncIterator[History]:
    """What the refused commands to targets without a running workflow have witnessed; of one target, or of all."""
    async for one in client.list_workflows(f"WorkflowType = '{MISDIRECTED_WORKFLOW}'"):
        if not one.id.startswith("misdirected/"):
            continue  # a drill's own
        found = await client.get_workflow_handle(one.id, run_id=one.run_id).fetch_history()
        said = found.events[0].workflow_execution_started_event_attributes.input.payloads
        (order,) = await client.data_converter.decode(said, [Misdirected])
        if target in (None, order.target):
            receipts = await receipts_in(client, found)
            yield History(order.target, None, [Witness(order.target, one.seq, one.head) for one in receipts if one.seq])


def _state(status: WorkflowExecutionStatus | None) -> HistoryState:
    if status in _GOING_ON:
        return HistoryState.RUNNING
    return HistoryState.COMPLETED if status is WorkflowExecutionStatus.COMPLETED else HistoryState.CUT_OFF
