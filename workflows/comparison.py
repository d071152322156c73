"""Who has a draft tried on the past? One activity, however long it takes; what it comes to is kept in the record."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from models.contract import COMPARE_POLICIES, COMPARISON_WORKFLOW

from workflows.apart import apart

_LONGEST = timedelta(hours=2)
# Every page of families is a sign of life.
_SILENCE = timedelta(minutes=5)
# It waits for others of its kind before it takes processors from the matters.
_UNSERVED = timedelta(minutes=10)
_RETRY = RetryPolicy(maximum_interval=timedelta(minutes=1), maximum_attempts=5)


@workflow.defn(name=COMPARISON_WORKFLOW)
class ComparisonWorkflow:
    """One run of a draft over the matters of the past, by its id."""

    @workflow.run
    async def run(self, run_id: str) -> str:
        """How it ended: done or failed."""
        ended: str = await apart(
            COMPARE_POLICIES,
            run_id,
            unserved=_UNSERVED,
            result_type=str,
            schedule_to_close_timeout=_LONGEST,
            heartbeat_timeout=_SILENCE,
            retry_policy=_RETRY,
            summary="在历史上推演草案",
        )
        return ended
