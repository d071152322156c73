"""How is a holiday notice loaded? Stored once under its number, then told to every open matter."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from models.calendar import CalendarNotice
    from models.contract import ANNOUNCE_CALENDAR, CALENDAR_WORKFLOW, STORE_CALENDAR

from workflows.apart import apart

_STORING = timedelta(seconds=30)
_TELLING = timedelta(hours=6)
_SILENCE = timedelta(seconds=30)
# Somebody waits for the answer, and signals are light work.
_UNSERVED = timedelta(seconds=15)
_RETRY = RetryPolicy(maximum_interval=timedelta(seconds=30))


@workflow.defn(name=CALENDAR_WORKFLOW)
class CalendarWorkflow:
    """One notice, from being handed in to being known to every open matter."""

    @workflow.run
    async def run(self, notice: CalendarNotice) -> int | None:
        """How many matters were told; None when the notice had been loaded before."""
        new = await workflow.execute_activity(
            STORE_CALENDAR,
            notice,
            result_type=bool,
            start_to_close_timeout=_STORING,
            retry_policy=_RETRY,
            summary=f"载入 {notice.number}",
        )
        if not new:
            return None
        told: int = await apart(
            ANNOUNCE_CALENDAR,
            notice,
            unserved=_UNSERVED,
            result_type=int,
            start_to_close_timeout=_TELLING,
            heartbeat_timeout=_SILENCE,
            retry_policy=_RETRY,
            summary="通知在办事项重新认定时限",
        )
        return told
