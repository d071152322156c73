"""How does an office speak to its running matters, cases and proceedings?

Launching, opening, commanding and loading notices through typed workflow handles; the answer to each is on record when
it comes back. It decides nothing: refusals come from the rules, and what cannot be reached now is said to be
unavailable.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar, cast
from uuid import uuid4

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

import tracing
from models.calendar import CalendarNotice
from models.case_messages import CaseCommand, Propose
from models.contract import (
    CALENDAR_WORKFLOW,
    CASE_WORKFLOW,
    COMPARISON_WORKFLOW,
    DUTY_WORKFLOW,
    KINDS,
    MATTER_WORKFLOW,
    MISDIRECTED_WORKFLOW,
    OPEN_UPDATE,
    RECORD_MOVED_SIGNAL,
    STRIKE_CLOCK_UPDATE,
    TELL_UPDATE,
    Misdirected,
    Opening,
    Receipt,
    TaskQueue,
    calendar_workflow_id,
    comparison_workflow_id,
    duty_call_id,
    fairness_key,
    is_case,
    is_proceeding,
    kind_of,
    matter_workflow_id,
    misdirected_workflow_id,
    workflow_of,
)
from models.messages import Command, MatterCommand, Outcome, Registration
from models.proceeding_messages import Open
from policies import secrecy
from policies.machines import lead_of, over, title_of
from privacy.codec import Codec, PayloadKeys, converter
from record import calendars, matters, spoken, targets
from record.payload_keys import RecordKeys
from record.store import RecordUnavailableError, Store
from schedules import keep_in_step
from settings import Temporal

T = TypeVar("T")

# The SDK decodes into unions but types its argument as a class.
_MAYBE_RECEIPT = cast("type[Receipt | None]", Receipt | None)
_MAYBE_INT = cast("type[int | None]", int | None)

# The last two: more than ten messages at once to one matter, and one that met the end of a run; neither was taken in.
# Unknown is what a connection comes to that broke while it was written to.
_AGAIN = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.UNKNOWN,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.FAILED_PRECONDITION,
    }
)


_NO_ANSWER = (
    "服务、工作进程或数据库没有应答,请稍后用同一编号重试。 "
    "The server, its workers or the database do not answer; try again later under the same id."
)
_UNATTENDED = (
    "流程未在运行,请联系管理员(`recover`),恢复后用同一编号重试。 "
    "Its workflow is not running: an administrator recovers it (`recover`); then try again under the same id."
)


class UnavailableError(Exception):
    """The server or its workers did not answer in time; the same message may be sent again under the same id."""


class _UnattendedError(TimeoutError):
    """The record has the target as open, and no workflow runs for it: that is an outage, and no answer of the rules."""


class NoticeRefusedError(Exception):
    """A calendar notice that contradicts itself, or one already loaded under its number."""


class UnknownTargetError(Exception):
    """A target whose time nobody has to keep: unknown to the record, or over."""

    def __init__(self, target: str, stage: str | None) -> None:
        why = "没有这个事项、案件或程序事项 unknown" if stage is None else f"已了结 it is over: {stage}"
        super().__init__(f"{target}: {why}")


@dataclass(frozen=True, slots=True)
class Launched:
    """A matter as launched, or a proceeding as opened: its id, the recorded answer, and whether it had been before."""

    matter_id: str
    outcome: Outcome
    again: bool = False


async def connect(temporal: Temporal, keys: PayloadKeys | None = None) -> Client:
    """A client of the server that `temporal` names; raises UnavailableError with one line when it does not answer.

    What it says is sealed with `keys`, or with those that `keep_sealed` gives it; without any it says nothing.
    """
    try:
        return await Client.connect(
            **temporal.connect, data_converter=converter(Codec(keys)), interceptors=tracing.interceptors()
        )
    except (RPCError, RuntimeError, OSError) as error:
        address = temporal.address or "–"
        raise UnavailableError(
            f"连不上 Temporal 服务 {address},请先运行 starter.py up 或检查 TEMPORAL_ADDRESS。 "
            f"No Temporal server at {address}: run `starter.py up`, or check TEMPORAL_ADDRESS."
        ) from error


def keep_sealed(client: Client, store: Store) -> None:
    """Let what this client says be sealed with the keys of that record; a client without a codec stays as it is."""
    codec = client.data_converter.payload_codec
    if isinstance(codec, Codec):
        codec.bind(RecordKeys(store))


class Office:
    """What an office can do with matters on a server.

    `queue` and `scope` are those of the workers that share its record; `patience` bounds how long one message is tried.
    """

    def __init__(
        self,
        client: Client,
        store: Store,
        *,
        queue: str = TaskQueue.PROCEDURE,
        scope: str = "",
        patience: timedelta = timedelta(seconds=30),
    ) -> None:
        self._client = client
        self._store = store
        self._queue = queue
        self._scope = scope
        self._patience = patience

    @property
    def client(self) -> Client:
        """What it speaks through."""
        return self._client

    def handle(self, matter_id: str) -> WorkflowHandle[object, object]:
        """The running matter's workflow handle."""
        return self._client.get_workflow_handle(matter_workflow_id(matter_id, self._scope))

    async def launch(self, matter_id: str, registration: Registration, *, drill_at: datetime | None = None) -> Launched:
        """Start the matter's workflow and wait until its registration is on record; launching again changes nothing.

        Of one that bears the marking of a state secret nothing is sent on but that it does: it is refused on record.
        `drill_at` opens it as a drill whose clock stands there. Raises UnavailableError.
        """
        if secrecy.secret_in(registration):
            registration = secrecy.emptied(registration)
        opening = Opening(
            matter_id=matter_id,
            title=registration.title or "",
            organ=registration.lead or "",
            registration=registration,
            drill_at=drill_at,
        )
        summary = f"{opening.title} · {opening.organ}"
        once = WorkflowIDReusePolicy.REJECT_DUPLICATE
        again = not await self._patiently(
            lambda: self._started(MATTER_WORKFLOW, self._id(matter_id), opening, summary, reuse=once)
        )
        outcome = await self._patiently(lambda: self._registered(matter_id, registration.message_id))
        return Launched(matter_id, outcome, again)

    async def open_proceeding(self, target: str, message: Open, *, drill_at: datetime | None = None) -> Launched:
        """Open a proceeding, a petition or a duty, and wait until that is on record.

        `target` is its id, such as `proceeding/12`. The same message again gets the first answer; another one to what
        is open, or has ended, is refused on record; one that was refused may be opened anew. As in `launch`, nothing of
        a state secret is sent on, and `drill_at` opens it as a drill. Raises ValueError for an id of another kind,
        UnavailableError.
        """
        if not is_proceeding(target):
            raise ValueError(f"not the id of a proceeding, a petition or a duty: {target}")
        if secrecy.secret_in(message):
            message = secrecy.emptied(message)
        organ = message.lead or message.office or ""
        opening = Opening(
            matter_id=target, title=message.title or "", organ=organ, registration=message, drill_at=drill_at
        )

        summary = f"{KINDS[kind_of(target)]} {opening.title} · {organ}"

        async def opened() -> Launched:
            earlier = self._recorded(target, message.message_id)
            if earlier is not None:
                return Launched(target, earlier, again=True)
            # An opening that was refused has ended its run; what has been opened before the rules refuse.
            if await self._started(workflow_of(target), self._id(target), opening, summary):
                return Launched(target, await self._registered(target, message.message_id))
            outcome = await self._ask(target, OPEN_UPDATE, message, message.message_id, Outcome)
            if outcome is None:
                raise TimeoutError  # it has ended between the two
            return Launched(target, outcome, again=True)

        launched = await self._patiently(opened)
        if kind_of(target) == "duty" and drill_at is None:
            await self._in_step(target)
        return launched

    def _recorded(self, target: str, message_id: str) -> Outcome | None:
        with self._store.reading() as session:
            return matters.answered(session, target, message_id)

    async def _registered(self, matter_id: str, message_id: str) -> Outcome:
        """The recorded answer to a registration. Read from the record: asking the workflow would cost it a task."""
        for pause in (0.005, 0.01, 0.02, *(0.04 for _ in range(100))):
            outcome = self._recorded(matter_id, message_id)
            if outcome is not None:
                return outcome
            await asyncio.sleep(pause)
        raise TimeoutError

    async def standing(self, matter_id: str) -> Receipt | None:
        """Where the matter stands, as its workflow last recorded it; None before it is registered."""

        async def query() -> Receipt | None:
            receipt: Receipt | None = await self.handle(matter_id).query(
                "standing", result_type=_MAYBE_RECEIPT, rpc_timeout=self._attempt
            )
            return receipt

        return await self._patiently(query)

    async def say(self, target: str, command: Command, *, drill_at: datetime | None = None) -> Outcome:
        """Give `command` to the target; the answer is on record when it comes back.

        What nobody can hear any more is refused on record; an open target without a running workflow is an outage.
        Raises UnavailableError; the same command may then be given again under its message id. Of one that bears the
        marking of a state secret nothing is sent on but that it does.
        """
        if secrecy.secret_in(command):
            command = secrecy.emptied(command)
        if isinstance(command, Propose) and not is_case(target) and self._store.vault is not None:
            command = await self._patiently(partial(asyncio.to_thread, self._sealed, target, command))
        own = isinstance(command, CaseCommand if is_case(target) else MatterCommand)
        name = TELL_UPDATE if is_proceeding(target) else command.do if own else "not_yet_offered"

        async def heard() -> Outcome | None:
            answer = await self._ask(target, name, command, command.message_id, Outcome)
            if answer is None and self._unattended(target, command.message_id):
                raise _UnattendedError
            return answer

        outcome = await self._patiently(heard)
        if outcome is not None:
            return outcome
        if isinstance(command, Propose) and is_case(target):
            return await self._open_case(target, command, drill_at)
        if kind_of(target) == "duty" and drill_at is None:
            return await self._call_duty(target, command)
        misdirected = Misdirected(target=target, command=command, drill_at=drill_at)
        return await self._patiently(lambda: self._misdirect(misdirected))

    def _unattended(self, target: str, message_id: str) -> bool:
        """Whether the record has the target as open (a duty rests between its runs), and no answer to this message."""
        with self._store.reading() as session:
            state = targets.seen(session, target)
            answered = matters.answered(session, target, message_id) is not None
        return state is not None and not over(state) and kind_of(target) != "duty" and not answered

    def _sealed(self, matter_id: str, command: Propose) -> Propose:
        """What a proposal alleges is the coming case's, and has no place in a matter's history but sealed."""
        with self._store.writing() as session:
            return spoken.sealed(session, matter_id, command)

    async def _open_case(self, case_id: str, command: Propose, drill_at: datetime | None) -> Outcome:
        """Start the workflow of a case that an office opens by itself, and wait until its proposal is on record."""
        opening = Opening(
            matter_id=case_id, title=command.subject or "", organ="", registration=command, drill_at=drill_at
        )

        # A proposal that was refused has ended its run; what is no proposal any more the rules refuse.
        summary = f"问责案件 {opening.title}"
        await self._patiently(lambda: self._started(CASE_WORKFLOW, self._id(case_id), opening, summary))
        return await self._patiently(lambda: self._registered(case_id, command.message_id))

    async def _call_duty(self, target: str, command: Command) -> Outcome:
        """Start a short run that tells a duty the command; its schedule is in step with the answer when that comes."""
        with self._store.reading() as session:
            state = targets.seen(session, target)
        title, organ = (title_of(state), lead_of(state) or "") if state is not None else (target, "")
        opening = Opening(matter_id=target, title=title, organ=organ, command=command)

        call = duty_call_id(target, command.message_id, self._scope)
        # The record gives a repetition the first answer.
        if self._recorded(target, command.message_id) is None:
            await self._patiently(lambda: self._started(DUTY_WORKFLOW, call, opening, f"{title} · {organ}"))
        outcome = await self._patiently(lambda: self._registered(target, command.message_id))
        await self._in_step(target)
        return outcome

    async def _in_step(self, target: str) -> None:
        await self._patiently(lambda: keep_in_step(self._client, self._store, target, self._queue, self._scope))

    async def _misdirect(self, misdirected: Misdirected) -> Outcome:
        workflow_id = misdirected_workflow_id(misdirected.target, misdirected.command.message_id, self._scope)
        once = WorkflowIDReusePolicy.REJECT_DUPLICATE
        await self._started(
            MISDIRECTED_WORKFLOW, workflow_id, misdirected, f"未予受理 {misdirected.target}", reuse=once
        )
        handle = self._client.get_workflow_handle(workflow_id, result_type=Outcome)
        async with asyncio.timeout(self._patience.total_seconds()):
            outcome: Outcome = await handle.result(rpc_timeout=self._attempt)
        return outcome

    async def load_calendar(self, notice: CalendarNotice) -> int | None:
        """Load a notice and tell every open matter; how many were told, or None when it had been loaded before.

        Raises NoticeRefusedError, UnavailableError.
        """
        workflow_id = calendar_workflow_id(notice.number, self._scope)
        again = False
        try:
            await self._client.start_workflow(
                CALENDAR_WORKFLOW,
                notice,
                id=workflow_id,
                task_queue=self._queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                static_summary=f"节假日安排 {notice.number}"[:180],
                rpc_timeout=self._attempt,
            )
        except WorkflowAlreadyStartedError:
            again = True
        except RPCError as error:
            raise UnavailableError(f"服务暂不可用 unavailable: {error}") from error
        handle = self._client.get_workflow_handle(workflow_id, result_type=_MAYBE_INT)
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                told: int | None = await handle.result(rpc_timeout=self._attempt)
        except TimeoutError as error:
            raise UnavailableError(
                f"已受理,尚未完成;工作进程运行时会继续,见流程 {workflow_id}。 "
                f"Taken in but not finished; it goes on while a worker runs, see the workflow {workflow_id}."
            ) from error
        except WorkflowFailureError as error:
            cause = error.cause.__cause__
            if isinstance(cause, ApplicationError):
                raise NoticeRefusedError(cause.message) from error
            raise
        if again:
            self._refuse_other(notice)
            return None
        return told

    async def compare(self, run_id: str) -> None:
        """Have a draft tried on the past; harmless twice. What it comes to is kept with the run.

        Raises UnavailableError.
        """
        try:
            await self._client.start_workflow(
                COMPARISON_WORKFLOW,
                run_id,
                id=comparison_workflow_id(run_id, self._scope),
                task_queue=self._queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                static_summary="在历史上推演草案 a draft tried on the past",
                rpc_timeout=self._attempt,
            )
        except WorkflowAlreadyStartedError:
            return
        except RPCError as error:
            raise UnavailableError(f"服务暂不可用 unavailable: {error}") from error

    def _refuse_other(self, notice: CalendarNotice) -> None:
        """A number stands for one notice: another content under it is not the notice that was loaded before."""
        with self._store.reading() as session:
            loaded = next((one for one in calendars.notices(session) if one.number == notice.number), notice)
        if loaded != notice:
            raise NoticeRefusedError(
                f"{notice.number} 已载入,内容不同 another notice of this number has been loaded; "
                "修订请用新的文号 an amendment has a number of its own"
            )

    async def catch_up(self, recent: timedelta = timedelta(minutes=2)) -> int:
        """After a crash: let every matter that the record saw last look again; how many were told.

        A command recorded in the instant of a power failure may be missing from the workflow's history; its next due
        instant would then be the old one. Only the last moments of the record can be concerned.
        """
        with self._store.reading() as session:
            matter_ids = targets.last_moved(session, recent)
        return sum([await self._patiently(partial(self._look_again, matter_id)) for matter_id in matter_ids])

    async def _look_again(self, matter_id: str) -> bool:
        try:
            await self.handle(matter_id).signal(RECORD_MOVED_SIGNAL, rpc_timeout=self._attempt)
        except RPCError as error:
            # Ended, or ended from outside, which `verify` reports: nobody is there to catch up.
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True

    async def recover(self, target: str, *, anew: bool = False) -> bool:
        """Start the workflow of a target again from the record; False when one is running.

        It looks at the record first: what fell due meanwhile is worked off then, as if a worker had been away. With
        `anew` one that is running, and that no worker can replay, is ended for it. Raises UnknownTargetError and
        UnavailableError.
        """
        with self._store.reading() as session:
            stage = targets.stages(session, target).get(target)
            state = targets.seen(session, target)
        if state is None or stage is None or over(state):
            raise UnknownTargetError(target, stage)
        title, organ = title_of(state), lead_of(state) or ""
        opening = Opening(matter_id=target, title=title, organ=organ)

        # What was ended from outside stays on the server beside it, as a witness.
        summary = f"{title} · {organ}"
        running = WorkflowIDConflictPolicy.TERMINATE_EXISTING if anew else WorkflowIDConflictPolicy.FAIL
        return await self._patiently(
            lambda: self._started(workflow_of(target), self._id(target), opening, summary, running=running)
        )

    async def strike(self, matter_id: str, at: datetime) -> Receipt | None:
        """Move a drill's clock; what was due by then is on record when the answer comes. None for an ended matter.

        Raises UnavailableError.
        """
        # Every call is a question of its own, also at one instant; only its retries share an id.
        return await self._ask(matter_id, STRIKE_CLOCK_UPDATE, at, f"strike/{uuid4().hex}", Receipt)

    def _id(self, target: str) -> str:
        return matter_workflow_id(target, self._scope)

    async def _started(
        self,
        workflow: str,
        workflow_id: str,
        opening: Opening | Misdirected,
        summary: str,
        *,
        reuse: WorkflowIDReusePolicy = WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        running: WorkflowIDConflictPolicy = WorkflowIDConflictPolicy.FAIL,
    ) -> bool:
        """Start the workflow; False where one of that id runs already (or, as `reuse` says, has ever run)."""
        try:
            await self._client.start_workflow(
                workflow,
                opening,
                id=workflow_id,
                task_queue=self._queue,
                id_reuse_policy=reuse,
                id_conflict_policy=running,
                # One organ's thousand matters are not dealt out before its neighbour's one.
                priority=Priority(fairness_key=fairness_key(opening.organ if isinstance(opening, Opening) else "")),
                static_summary=summary[:180],
                rpc_timeout=self._attempt,
            )
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def _ask(self, target: str, name: str, said: object, update_id: str, answer: type[T]) -> T | None:
        """The answer of the target's running workflow to an update; None where no workflow runs."""

        async def update() -> T | None:
            try:
                answered: T = await self.handle(target).execute_update(
                    name, said, id=update_id, result_type=answer, rpc_timeout=self._attempt
                )
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return None
                raise
            return answered

        return await self._patiently(update)

    @property
    def _attempt(self) -> timedelta:
        return min(self._patience, timedelta(seconds=10))

    async def _patiently(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Try until it is answered or patience is over; every attempt carries the same id, so none counts twice."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._patience.total_seconds()
        pause = 0.1
        while True:
            try:
                return await attempt()
            except (
                RPCError,
                WorkflowUpdateRPCTimeoutOrCancelledError,
                TimeoutError,
                RecordUnavailableError,
            ) as error:
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    # The SDK tells of a caller who has gone as of a time that has run out.
                    raise asyncio.CancelledError from error
                passing = not isinstance(error, RPCError) or error.status in _AGAIN
                if not passing:
                    raise
                if loop.time() + pause > until:
                    raise UnavailableError(
                        _UNATTENDED if isinstance(error, _UnattendedError) else _NO_ANSWER
                    ) from error
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2.0)
