"""What does Temporal's history say that was recorded?

Every receipt a workflow got names an entry of the ledger and the beginning of its hash. Read back from the histories of
all runs of a matter they are a second witness, which record/ledger.py compares with the chains.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from models.contract import RECORD_TRANSITION, Receipt, matter_workflow_id
from record.ledger import Witness


@dataclass(slots=True)
class Telling:
    """What the histories of a target tell in words: the line of each entry by its number, the messages by their id.

    A message is what was said, as plain values by field.
    """

    lines: dict[int, str] = field(default_factory=dict)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, receipts: list[Receipt], messages: list[dict[str, Any]]) -> None:
        """Take over what one history tells."""
        for receipt in receipts:
            first = receipt.seq - len(receipt.lines) + 1
            for place, line in enumerate(receipt.lines):
                self.lines.setdefault(first + place, line)
        for message in messages:
            if isinstance(message.get("message_id"), str):
                self.messages.setdefault(message["message_id"], message)


async def witnesses_of(client: Client, matter_id: str, scope: str = "") -> AsyncIterator[Witness]:
    """What every run of the matter's workflow saw recorded, the newest run first; nothing where there is no workflow.

    Raises RPCError when the server cannot be asked.
    """
    async for _, history in runs_of(client, matter_id, scope):
        for receipt in await receipts_in(client, history):
            yield Witness(matter_id, receipt.seq, receipt.head)


async def runs_of(
    client: Client, matter_id: str, scope: str = "", run_id: str | None = None
) -> AsyncIterator[tuple[str, WorkflowHistory]]:
    """Run id and history of the run `run_id` (None: the newest) of a matter's workflow and of every run before it.

    Nothing where there is no workflow. No later run leads back to one that was ended from outside.
    Raises RPCError when the server cannot be asked.
    """
    while True:
        handle = client.get_workflow_handle(matter_workflow_id(matter_id, scope), run_id=run_id)
        try:
            history = await handle.fetch_history()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return
            raise
        started = history.events[0].workflow_execution_started_event_attributes
        yield run_id or _run_of(history), history
        run_id = started.continued_execution_run_id
        if not run_id:
            return


async def receipts_in(client: Client, history: WorkflowHistory) -> list[Receipt]:
    """The receipts of the transitions in one history, oldest first."""
    receipts: list[Receipt] = []
    for event in history.events:
        marker = event.marker_recorded_event_attributes
        if marker.marker_name != "core_local_activity" or "result" not in marker.details:
            continue
        told = marker.details["data"].payloads
        if told and RECORD_TRANSITION.encode() not in told[0].data:
            continue
        receipts += await client.data_converter.decode(marker.details["result"].payloads, [Receipt])
    return receipts


async def in_clear(client: Client, history: WorkflowHistory) -> WorkflowHistory:
    """The same history with every payload opened, for whoever has no key. Raises ErasedError."""
    codec = client.data_converter.payload_codec
    if codec is None:
        return history
    events = []
    for event in history.events:
        copy = type(event)()
        copy.CopyFrom(event)
        for payload in _payloads(copy):
            (opened,) = await codec.decode([payload])
            payload.CopyFrom(opened)
        events.append(copy)
    return WorkflowHistory(history.workflow_id, events)


def _payloads(message: Message) -> Iterator[Payload]:
    """Every payload in a message, at any depth."""
    if isinstance(message, Payload):
        yield message
        return
    for _, value in message.ListFields():
        inner = [value] if isinstance(value, Message) else value
        if isinstance(inner, str | bytes | int | float):
            continue
        for one in inner.values() if hasattr(inner, "values") else inner:
            if isinstance(one, Message):
                yield from _payloads(one)


async def messages_in(client: Client, history: WorkflowHistory) -> list[dict[str, Any]]:
    """What was said to a run, oldest first: what brought it about, then every update it accepted."""
    said: list[Any] = []
    for event in history.events:
        started = event.workflow_execution_started_event_attributes.input.payloads
        if started:
            (opening,) = await client.data_converter.decode(started[:1])
            said.append(opening.get("registration") or opening.get("command") if isinstance(opening, dict) else None)
        accepted = event.workflow_execution_update_accepted_event_attributes.accepted_request.input.args.payloads
        said += await client.data_converter.decode(accepted[:1]) if accepted else []
    return [one for one in said if isinstance(one, dict)]


def _run_of(history: WorkflowHistory) -> str:
    """The run id of a newest run: its first event names it, or, where a reset made the run, the event of the reset."""
    for event in reversed(history.events):
        if new := event.workflow_task_failed_event_attributes.new_run_id:
            return new
    return history.events[0].workflow_execution_started_event_attributes.original_execution_run_id
