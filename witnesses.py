"""What does Temporal's history say that was recorded?

Every receipt a workflow got names an entry of the ledger and the beginning of its hash. Read back from the histories of
all runs of a matter they are a second witness, which record/ledger.py compares with the chains.
"""

from collections.abc import AsyncIterator

from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from models.contract import RECORD_TRANSITION, Receipt, matter_workflow_id
from record.ledger import Witness


async def witnesses_of(client: Client, matter_id: str, scope: str = "") -> AsyncIterator[Witness]:
    """What every run of the matter's workflow saw recorded, the newest run first; nothing where there is no workflow.

    Raises RPCError when the server cannot be asked.
    """
    run_id: str | None = None
    while True:
        handle = client.get_workflow_handle(matter_workflow_id(matter_id, scope), run_id=run_id)
        try:
            history = await handle.fetch_history()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return
            raise
        for receipt in await receipts_in(client, history):
            yield Witness(matter_id, receipt.seq, receipt.head)
        started = history.events[0].workflow_execution_started_event_attributes
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
