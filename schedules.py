"""Who calls the duties? A schedule on the Temporal server for each, in Asia/Shanghai, kept in step with the record.

The record decides whether a duty is paused, over or due; a schedule only calls it, and a call too many opens nothing.
What a server does not have, or has otherwise, is set right after every command and at every start of a worker.
"""

import asyncio
from datetime import UTC, datetime, timedelta

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
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

import logs
from models.blocks import Recurrence
from models.contract import DUTY_WORKFLOW, Opening, duty_call_id, duty_schedule_id, kind_of
from models.proceedings import Occurrences, ProceedingState
from policies.block_procedures import load_blocks
from policies.counting import Roll, counting
from policies.machines import lead_of, next_due, over, title_of
from policies.periods import EVENT, HALF_MONTH, MONTHS
from record import procedures, targets
from record.store import Store

log = logs.get(__name__)

ZONE = "Asia/Shanghai"
# A server that was down calls again for what it missed in this time; a worker's start calls for the rest.
_CATCH_UP = timedelta(days=62)
_IN_FLIGHT = 8
_PAUSED = "任务已暂停 the duty is paused"


def calls(every: str, roll: Roll) -> list[ScheduleCalendarSpec]:
    """When a duty of that period is called: at 00:00 of every first day. Never for one that falls due by events.

    Midnight is what a calendar without an hour says. Where days off move it back an occurrence may begin before its
    period does: it is called every day.
    """
    if every == EVENT:
        return []
    if roll is Roll.PREVIOUS_WORKING_DAY:
        return [ScheduleCalendarSpec()]
    if every == HALF_MONTH:
        return [ScheduleCalendarSpec(day_of_month=[ScheduleRange(1), ScheduleRange(16)])]
    if every not in MONTHS:
        return [ScheduleCalendarSpec(day_of_week=[ScheduleRange(1)])]
    step = min(MONTHS[every], 12)
    return [ScheduleCalendarSpec(day_of_month=[ScheduleRange(1)], month=[ScheduleRange(1, 12, step)])]


def schedule_of(state: ProceedingState, every: str, roll: Roll, queue: str, scope: str = "") -> Schedule | None:
    """The schedule a duty is to have; None for one that needs none: over, or by events only."""
    calendars = calls(every, roll)
    if over(state) or not calendars:
        return None
    title, organ = title_of(state), lead_of(state) or ""
    paused = isinstance(state.kept, Occurrences) and state.kept.paused
    return Schedule(
        action=ScheduleActionStartWorkflow(
            DUTY_WORKFLOW,
            Opening(matter_id=state.id, title=title, organ=organ),
            id=duty_call_id(state.id, "schedule", scope),
            task_queue=queue,
            static_summary=f"{title} · {organ}"[:180],
        ),
        spec=ScheduleSpec(calendars=calendars, time_zone_name=ZONE),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=_CATCH_UP),
        state=ScheduleState(paused=paused, note=_PAUSED if paused else None),
    )


async def keep_in_step(client: Client, store: Store, target: str, queue: str, scope: str = "") -> None:
    """Have the duty's schedule on the server as its record says, or none. Raises RPCError.

    One that is overdue, because nobody called it in time, is called now.
    """
    state, every, roll = _standing(store, target)
    wanted = schedule_of(state, every, roll, queue, scope) if state is not None else None
    handle = client.get_schedule_handle(duty_schedule_id(target, scope))
    if state is None or wanted is None:
        try:
            await handle.delete()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        return
    try:
        await client.create_schedule(duty_schedule_id(target, scope), wanted)
    except ScheduleAlreadyRunningError:

        async def as_wanted(_: ScheduleUpdateInput) -> ScheduleUpdate:
            return ScheduleUpdate(schedule=wanted)

        await handle.update(as_wanted)
    due = next_due(state)
    if due is not None and due.at <= datetime.now(UTC):
        log.info("duty.overdue_call", target=target)
        await handle.trigger(overlap=ScheduleOverlapPolicy.SKIP)


async def keep_all_in_step(client: Client, store: Store, queue: str, scope: str = "") -> int:
    """Do so for every duty on record, as a worker starts; how many there are. Raises RPCError."""
    with store.reading() as session:
        duties = [target for target in targets.stages(session) if kind_of(target) == "duty"]
    gate = asyncio.Semaphore(_IN_FLIGHT)

    async def one(target: str) -> None:
        async with gate:
            await keep_in_step(client, store, target, queue, scope)

    await asyncio.gather(*(one(target) for target in duties))
    return len(duties)


def recurrence_of(store: Store, state: ProceedingState) -> Recurrence | None:
    """The numbers a duty goes by: those of its procedure as of the day it was opened; None for what is no duty."""
    version, _, on = state.policy.partition("/")
    if not version:
        return None
    with store.reading() as session:
        procedure = load_blocks(procedures.get(session, version), version)
    block = procedure.in_force(datetime.fromisoformat(on).date()).steps[0]
    return block if isinstance(block, Recurrence) else None


def _standing(store: Store, target: str) -> tuple[ProceedingState | None, str, Roll]:
    with store.reading() as session:
        state = targets.seen(session, target)
    if not isinstance(state, ProceedingState):
        return None, EVENT, Roll.NEXT_WORKING_DAY
    block = recurrence_of(store, state)
    if block is None:
        return None, EVENT, Roll.NEXT_WORKING_DAY
    on = datetime.fromisoformat(state.policy.partition("/")[2]).date()
    return state, block.every, counting(on).recurring_roll
