"""Who starts the daily seal? A schedule on the Temporal server, in Asia/Shanghai, set right at every start."""

from datetime import time, timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from models.contract import SEAL_WORKFLOW, seal_schedule_id
from models.evidence import SealOrder

ZONE = "Asia/Shanghai"

# A server that was down at the hour starts the last one it missed; a seal makes up for every day before it anyway.
_CATCH_UP = timedelta(days=2)


def daily(at: time, queue: str, scope: str = "") -> Schedule:
    """The schedule: every day at the local hour `at`, one at a time."""
    hour = ScheduleCalendarSpec(
        second=[ScheduleRange(at.second)], minute=[ScheduleRange(at.minute)], hour=[ScheduleRange(at.hour)]
    )
    return Schedule(
        action=ScheduleActionStartWorkflow(
            SEAL_WORKFLOW,
            SealOrder(),
            id=seal_schedule_id(scope),
            task_queue=queue,
            static_summary="每日封存 the daily seal",
        ),
        spec=ScheduleSpec(calendars=[hour], time_zone_name=ZONE),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=_CATCH_UP),
    )


async def ensure_daily(client: Client, at: time, queue: str, scope: str = "") -> bool:
    """Have the schedule on the server, as it is to be; True when it was not there. Raises RPCError."""
    wanted = daily(at, queue, scope)
    try:
        await client.create_schedule(seal_schedule_id(scope), wanted)
    except ScheduleAlreadyRunningError:

        async def as_wanted(found: ScheduleUpdateInput) -> ScheduleUpdate | None:
            # Paused by an operator it stays paused, which the schedule's own page shows.
            kept = found.description.schedule
            kept.action, kept.spec, kept.policy = wanted.action, wanted.spec, wanted.policy
            return ScheduleUpdate(schedule=kept)

        await client.get_schedule_handle(seal_schedule_id(scope)).update(as_wanted)
        return False
    return True
