"""After a restore the record may know more than Temporal's histories do: who has to look again, and who is missing?

A backup holds Temporal's store of an instant and the record of a later one. Every open matter looks at the record
again, workflows that the older store has never heard of are started from it, notices on their way go on, and calendar
notices are told once more. All of it is harmless to repeat: message ids and numbers of acts are in the record
(docs/decisions/0018-backup.md).
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

import logs
from models.contract import (
    CALENDAR_PUBLISHED_SIGNAL,
    DIGEST_JOINED_SIGNAL,
    DIGEST_WORKFLOW,
    NOTICE_WORKFLOW,
    RECORD_MOVED_SIGNAL,
    Opening,
    TaskQueue,
    digest_workflow_id,
    fairness_key,
    matter_workflow_id,
    notice_workflow_id,
    workflow_of,
)
from models.messages import CalendarPublished
from models.notices import DigestOrder
from policies.machines import State, lead_of, over, title_of
from record import calendars, deliveries, ledger, targets
from record.deliveries import Waiting
from record.store import Store
from witnesses import witnesses_of

log = logs.get(__name__)

T = TypeVar("T")

IN_FLIGHT = 16
MARGIN = timedelta(minutes=5)
"""How long before the copy of Temporal's store an act may have been recorded without being in a history of it."""

_RPC = timedelta(seconds=10)
_PAUSE_SECONDS, _PAUSE_LONGEST = 0.2, 5.0
_AGAIN = (RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.RESOURCE_EXHAUSTED)
_GOING_ON = (WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.CONTINUED_AS_NEW)


class Fate(StrEnum):
    """What a target's workflow had to be brought to do."""

    LOOKED = "looked"
    STARTED = "started"
    LEFT = "left"
    CUT_OFF = "cut_off"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many workflows were told to look, started anew, left as over, found cut off from outside.

    And how many notices are on their way, and how many calendar notices were told again.
    """

    looked: int
    started: int
    left: int
    cut_off: int
    notices: int
    calendars: int


async def reconcile(
    client: Client,
    store: Store,
    since: datetime | None,
    *,
    queue: str = TaskQueue.PROCEDURE,
    scope: str = "",
    notices_queue: str | None = TaskQueue.NOTICES,
) -> Reconciled:
    """Bring the histories of `client` to where the record is.

    `since` is the aware instant at which the copy of Temporal's store was begun; None: there are no histories, all are
    started. Without `notices_queue` nothing leaves the house. The server is tried until it answers; other failures
    raise RPCError.
    """
    one = _Reconciliation(client, store, since - MARGIN if since else None, queue, scope)
    fates = Counter(await one.targets())
    told = await one.calendars()
    notices = await one.notices(notices_queue) if notices_queue is not None else 0
    done = Reconciled(
        fates[Fate.LOOKED], fates[Fate.STARTED], fates[Fate.LEFT], fates[Fate.CUT_OFF], notices=notices, calendars=told
    )
    log.info(
        "record.reconciled", looked=done.looked, started=done.started, cut_off=done.cut_off, notices=notices, told=told
    )
    return done


@dataclass(frozen=True, slots=True)
class _Reconciliation:
    client: Client
    store: Store
    since: datetime | None
    queue: str
    scope: str

    async def targets(self) -> list[Fate]:
        """Everything still going on, and what is over but moved in the time in question."""
        with self.store.reading() as session:
            stages = targets.stages(session)
            recent = set(targets.moved_since(session, self.since))
            going_on = targets.going_on(session)
        concerned = [target for target in stages if target in going_on or target in recent]
        return await _bounded(self._target(target, recent=target in recent) for target in concerned)

    async def _target(self, target: str, *, recent: bool) -> Fate:
        handle = self.client.get_workflow_handle(matter_workflow_id(target, self.scope))

        async def signalled() -> bool:
            return await _found(lambda: handle.signal(RECORD_MOVED_SIGNAL, rpc_timeout=_RPC))

        if await _patiently(signalled):
            return Fate.LOOKED
        status = await self._status(handle.id)
        if status in _GOING_ON:
            return Fate.LOOKED  # started, or gone on in a new run, just now
        if status not in (None, WorkflowExecutionStatus.COMPLETED):
            log.warning("record.workflow_cut_off", target=target)
            return Fate.CUT_OFF
        with self.store.reading() as session:
            state = targets.seen(session, target)
        if state is None or (over(state) and (not recent or await self._has_seen_all(target))):
            return Fate.LEFT
        # One that had ended before what the record tells is run again, to see it and to be its witness.
        await self._start(target, state)
        return Fate.STARTED

    async def _has_seen_all(self, target: str) -> bool:
        """Whether the workflow of a target that is over has seen the end of its chain."""
        seen = [witness.seq async for witness in witnesses_of(self.client, target, self.scope)]
        with self.store.reading() as session:
            return bool(seen) and max(seen) >= ledger.head(session, target).seq

    async def _start(self, target: str, state: State) -> None:
        opening = Opening(matter_id=target, title=title_of(state), organ=lead_of(state) or "")

        async def start() -> None:
            with suppress(WorkflowAlreadyStartedError):
                await self.client.start_workflow(
                    workflow_of(target),
                    opening,
                    id=matter_workflow_id(target, self.scope),
                    task_queue=self.queue,
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                    priority=Priority(fairness_key=fairness_key(opening.organ)),
                    static_summary=f"{opening.title} · {opening.organ}"[:180],
                    rpc_timeout=_RPC,
                )

        await _patiently(start)

    async def calendars(self) -> int:
        """Tell everything going on of the calendar notices loaded in the time in question; how many."""
        with self.store.reading() as session:
            loaded = [one for one, at in calendars.loaded(session) if self.since is None or at >= self.since]
            going_on = sorted(targets.going_on(session))
        for notice in loaded:
            published = CalendarPublished(message_id=f"calendar:{notice.number}", notice=notice)
            await _bounded(self._publish(target, published) for target in going_on)
        return len(loaded)

    async def _publish(self, target: str, published: CalendarPublished) -> bool:
        handle = self.client.get_workflow_handle(matter_workflow_id(target, self.scope))

        async def signalled() -> bool:
            return await _found(lambda: handle.signal(CALENDAR_PUBLISHED_SIGNAL, published, rpc_timeout=_RPC))

        return await _patiently(signalled)

    async def notices(self, queue: str) -> int:
        """See that everything that has not left the house yet has a workflow that brings it out; how many."""
        with self.store.reading() as session:
            waiting = deliveries.waiting(session)
        return len(await _bounded(self._leave(one, queue) for one in waiting))

    async def _leave(self, one: Waiting, queue: str) -> None:
        order = one.notice
        digest = DigestOrder(recipient=order.recipient, at=one.due_at) if one.due_at is not None else None
        if one.in_digest and digest is not None:
            await self._digest(digest, queue)
            return
        workflow_id = notice_workflow_id(order.target, order.seq, order.recipient, self.scope)

        async def start() -> bool:
            try:
                await self.client.start_workflow(
                    NOTICE_WORKFLOW,
                    order,
                    id=workflow_id,
                    task_queue=queue,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    priority=Priority(fairness_key=fairness_key(order.recipient)),
                    static_summary=f"通知 {order.target} #{order.seq} · {order.recipient}"[:180],
                    rpc_timeout=_RPC,
                )
            except WorkflowAlreadyStartedError:
                return False
            return True

        if await _patiently(start) or digest is None:
            return
        if await self._status(workflow_id) is WorkflowExecutionStatus.COMPLETED:
            # Its own workflow has ended and it has not left: it had joined a digest.
            await self._digest(digest, queue)

    async def _digest(self, order: DigestOrder, queue: str) -> None:
        async def start() -> None:
            await self.client.start_workflow(
                DIGEST_WORKFLOW,
                order,
                id=digest_workflow_id(order.recipient, order.at, self.scope),
                task_queue=queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                start_signal=DIGEST_JOINED_SIGNAL,
                static_summary=f"每日汇总 · {order.recipient}"[:180],
                rpc_timeout=_RPC,
            )

        await _patiently(start)

    async def _status(self, workflow_id: str) -> WorkflowExecutionStatus | None:
        """How the last run of a workflow stands; None where there is none."""

        async def described() -> WorkflowExecutionStatus | None:
            try:
                found = await self.client.get_workflow_handle(workflow_id).describe(rpc_timeout=_RPC)
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return None
                raise
            return found.status

        return await _patiently(described)


async def _found(call: Callable[[], Awaitable[None]]) -> bool:
    """Whether the workflow called was running."""
    try:
        await call()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True


async def _bounded(calls: Iterable[Awaitable[T]]) -> list[T]:
    """The answers, in order, of calls of which at most IN_FLIGHT are under way."""
    gate = asyncio.Semaphore(IN_FLIGHT)

    async def one(call: Awaitable[T]) -> T:
        async with gate:
            return await call

    return list(await asyncio.gather(*(one(call) for call in calls)))


async def _patiently(attempt: Callable[[], Awaitable[T]]) -> T:
    """Try until the server answers; each attempt is harmless to repeat."""
    pause = _PAUSE_SECONDS
    while True:
        try:
            return await attempt()
        except RPCError as error:
            if error.status not in _AGAIN:
                raise
        await asyncio.sleep(pause)
        pause = min(pause * 2, _PAUSE_LONGEST)
