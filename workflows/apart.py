"""Where is heavy work done that is no step of a matter? On a queue of its own, so that it never delays one.

The workflow stays where it is. Where nobody takes the work up in time (workers of an earlier release, an office that
gave the queue no worker) it is done where the workflow is: late, and not never.
"""

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, TimeoutError, TimeoutType  # noqa: A004 - Temporal's own

with workflow.unsafe.imports_passed_through():
    from models.contract import TaskQueue


async def apart(
    activity: str,
    *args: object,
    unserved: timedelta,
    result_type: type[Any],
    start_to_close_timeout: timedelta | None = None,
    schedule_to_close_timeout: timedelta | None = None,
    retry_policy: RetryPolicy,
    summary: str,
    heartbeat_timeout: timedelta | None = None,
) -> Any:
    """What the activity answers, from the queue for records, or after `unserved` from the workflow's own.

    A workflow on any other queue than the office's (a drill, a test) has everything done there.
    """

    def done(queue: str | None, patience: timedelta | None) -> workflow.ActivityHandle[Any]:
        return workflow.start_activity(
            activity,
            args=args,
            task_queue=queue,
            result_type=result_type,
            schedule_to_start_timeout=patience,
            start_to_close_timeout=start_to_close_timeout,
            schedule_to_close_timeout=schedule_to_close_timeout,
            heartbeat_timeout=heartbeat_timeout,
            retry_policy=retry_policy,
            summary=summary,
        )

    # What a replay does must not hang on the name of its queue, which is another one: only the waiting does.
    at_the_office = workflow.info().task_queue == TaskQueue.PROCEDURE
    try:
        return await done(TaskQueue.RECORDS, unserved) if at_the_office else await done(None, None)
    except ActivityError as error:
        cause = error.cause
        if not isinstance(cause, TimeoutError) or cause.type is not TimeoutType.SCHEDULE_TO_START:
            raise
    workflow.logger.warning("records.unserved")
    return await done(None, None)
