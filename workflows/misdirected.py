"""What becomes of a command that finds no open matter? It is refused on record, under its message id (engine.md 3)."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from models.contract import MISDIRECTED_WORKFLOW, RECORD_TRANSITION, Misdirected, Receipt, TransitionOrder
    from models.messages import Outcome

_ATTEMPT = timedelta(seconds=10)
_RETRY = RetryPolicy(maximum_interval=timedelta(seconds=5))


@workflow.defn(name=MISDIRECTED_WORKFLOW)
class MisdirectedWorkflow:
    """One command to an unknown, refused or archived target."""

    @workflow.run
    async def run(self, misdirected: Misdirected) -> Outcome:
        """The recorded answer; a repetition of an earlier message gets the answer that one got."""
        at: datetime = misdirected.drill_at or workflow.now().replace(microsecond=0)
        receipt: Receipt = await workflow.execute_local_activity(
            RECORD_TRANSITION,
            TransitionOrder(matter_id=misdirected.target, at=at, message=misdirected.command, attended=False),
            result_type=Receipt,
            start_to_close_timeout=_ATTEMPT,
            retry_policy=_RETRY,
            summary="未予受理",
        )
        if receipt.outcome is None:
            raise RuntimeError(f"{misdirected.target}: a command was recorded without an outcome")
        return receipt.outcome
