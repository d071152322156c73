"""Does every matter and case have the workflow that keeps its time, and what have these seen of the ledger?

What a receipt witnesses is for witnesses.py, comparing it for record/ledger.py; here are all of them, and beside
them the refused commands that found no running workflow, each recorded by a workflow of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from models.contract import CASE_WORKFLOW, MATTER_WORKFLOW, MISDIRECTED_WORKFLOW, Misdirected, matter_workflow_id
from privacy.sealing import ErasedError
from record.ledger import Witness
from witnesses import receipts_in, witnesses_of

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
    try:
        witnessed = [witness async for witness in witnesses_of(client, target) if witness.seq]
    except ErasedError:
        return History(target, _state(described.status), erased=True)
    return History(target, _state(described.status), witnessed)


async def targets_known(client: Client) -> list[str]:
    """The ids of all matters and cases this server has a workflow of, in order."""
    chosen = f"WorkflowType IN ('{MATTER_WORKFLOW}', '{CASE_WORKFLOW}')"
    found = {one.id async for one in client.list_workflows(chosen)}
    named = {one.partition("/")[2] for one in found}
    return sorted(target for target in named if matter_workflow_id(target) in found)  # the rest: a drill's own


async def misdirected(client: Client, target: str | None = None) -> AsyncIterator[History]:
    """What the refused commands to targets without a running workflow have witnessed; of one target, or of all."""
    async for one in client.list_workflows(f"WorkflowType = '{MISDIRECTED_WORKFLOW}'"):
        if not one.id.startswith("misdirected/"):
            continue  # a drill's own
        found = await client.get_workflow_handle(one.id, run_id=one.run_id).fetch_history()
        said = found.events[0].workflow_execution_started_event_attributes.input.payloads
        try:
            (order,) = await client.data_converter.decode(said, [Misdirected])
            receipts = await receipts_in(client, found)
        except ErasedError:
            continue
        if target in (None, order.target):
            yield History(order.target, None, [Witness(order.target, one.seq, one.head) for one in receipts if one.seq])


def _state(status: WorkflowExecutionStatus | None) -> HistoryState:
    if status in _GOING_ON:
        return HistoryState.RUNNING
    return HistoryState.COMPLETED if status is WorkflowExecutionStatus.COMPLETED else HistoryState.CUT_OFF
