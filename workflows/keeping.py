"""How does a target, a matter, a case or a proceeding, live from its beginning to its end?

It keeps time and order: one timer for the next due instant, one message or timer after the other, each decided and
recorded in one transaction by `record_transition`. It holds no rule and no record of its own.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey, SearchAttributeUpdate
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from models.case_messages import Propose
    from models.contract import (
        CALENDAR_PUBLISHED_SIGNAL,
        RECORD_MOVED_SIGNAL,
        RECORD_TRANSITION,
        RENEW_SIGNAL,
        STRIKE_CLOCK_UPDATE,
        Opening,
        Receipt,
        SearchAttribute,
        TransitionOrder,
    )
    from models.messages import (
        TITLES,
        CalendarPublished,
        Command,
        Outcome,
        Registration,
    )
    from models.proceeding_messages import Open

from workflows.clocks import DrillClock, MatterClock, RealClock

STORY_LINES = 40
# The server suggests to go on in a new run at some four thousand: one much longer is stuck in its run.
_LONG_EVENTS = 6_000
# Both keep a transition out of a second workflow task: Temporal completes the first after 8 seconds, with the activity
# under way and nothing to show for it. Were the worker killed in the second, something said to the target and another
# worker to go on, a replay would tell it all in another order than life did (docs/decisions/0032-endurance.md). Half of
# the 8 seconds is left for a machine on which an activity begins late.
_RECORDING_ATTEMPT = timedelta(seconds=4)
_RECORDING_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=5))
_LOCAL_RETRY_THRESHOLD = timedelta(milliseconds=100)

_KIND = SearchAttributeKey.for_keyword(SearchAttribute.KIND)
_ORGAN = SearchAttributeKey.for_keyword(SearchAttribute.ORGAN)
_STAGE = SearchAttributeKey.for_keyword(SearchAttribute.STAGE)
_LIGHT = SearchAttributeKey.for_keyword(SearchAttribute.LIGHT)
_LEVEL = SearchAttributeKey.for_int(SearchAttribute.LEVEL)
_DUE = SearchAttributeKey.for_datetime(SearchAttribute.DUE)
_MOVING: tuple[SearchAttributeKey[Any], ...] = (_ORGAN, _STAGE, _LIGHT, _LEVEL, _DUE)


class Keeper:
    """One target. Every command is an update whose answer has been recorded when the caller gets it.

    A process derives from it, names its kind, and gives its own `__init__` and `run` to the SDK.
    """

    kind = ""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._clock: MatterClock = DrillClock(opening.drill_at) if opening.drill_at else RealClock()
        self._turn = asyncio.Lock()
        self._receipt: Receipt | None = opening.standing
        self._seq, self._head = opening.seq, opening.head
        self._story = list(opening.story)
        # A run begins with the search attributes of the one before it.
        self._shown: dict[str, object] = _attributes(opening.standing, opening.organ) if opening.standing else {}
        self._published: list[CalendarPublished] = []
        self._renewing = False
        # How often somebody called to look at the record, and up to which call this has been done.
        self._calls, self._looked = 0, 0
        if opening.drill_at is not None:
            workflow.set_update_handler(STRIKE_CLOCK_UPDATE, self._strike_clock)

    async def run(self, opening: Opening) -> str:
        """Bring it about (once), then wait for messages and due instants until nothing can be said to it any more."""
        if opening.standing is None:
            await self._look(opening.registration)
        else:
            self._tell()
        while not self._ended or not workflow.all_handlers_finished():
            if self._published:
                # Taken off the list only when recorded: a drill's clock waits for an empty list.
                await self._transact(self._published[0])
                del self._published[0]
            elif self._calls > self._looked:
                await self._look()
            elif self._grown_long:
                workflow.continue_as_new(self._continued())
            else:
                await self._wait()
        return self._head

    async def _look(self, first: Registration | Propose | Open | None = None) -> None:
        calls = self._calls
        await self._transact(first)
        self._looked = calls

    async def _wait(self) -> None:
        """Wait for the next due instant; the timer is left alone as long as that instant stays the same."""
        due, what = self._last.next_at, self._last.next_for
        if await self._clock.reached(due, lambda: self._last.next_at != due or self._called, what):
            await self._transact(None)

    @property
    def _called(self) -> bool:
        gone = self._ended and workflow.all_handlers_finished()
        return self._called_to_look or self._grown_long or gone

    @property
    def _grown_long(self) -> bool:
        """Whether the history is long enough to go on in a new run, and nobody is waiting for an answer."""
        wanted = self._renewing or workflow.info().is_continue_as_new_suggested()
        return wanted and not self._ended and workflow.all_handlers_finished()

    # --- messages ---------------------------------------------------------------------------------------------------

    @workflow.update
    async def not_yet_offered(self, command: Command) -> Outcome:
        """A command for which this process has no update of its own; the rules refuse it on record."""
        return await self._answer(command)

    @workflow.signal(name=CALENDAR_PUBLISHED_SIGNAL)
    def calendar_published(self, published: CalendarPublished) -> None:
        """A holiday notice was loaded: every open clock is ruled again."""
        self._published.append(published)

    @workflow.signal(name=RECORD_MOVED_SIGNAL)
    def record_moved(self) -> None:
        """The record may hold more than this workflow has seen: a crash came between, or a relative has moved it."""
        self._calls += 1

    @workflow.signal(name=RENEW_SIGNAL)
    def renew(self) -> None:
        """Go on in a new run, on the worker version of the day; operators send it before a version is retired."""
        self._renewing = True

    @workflow.query
    def standing(self) -> Receipt | None:
        """Where the matter stands, as last recorded; None before it is registered."""
        return self._receipt

    async def _strike_clock(self, at: datetime) -> Receipt:
        """Move a drill's clock to `at`; answers when everything due by then, and every notice, has been recorded."""
        if not isinstance(self._clock, DrillClock):
            raise TypeError("only a drill has a clock to strike")
        self._clock.strike(at)
        await workflow.wait_condition(lambda: self._receipt is not None and self._quiet(at))
        return self._last

    @property
    def _called_to_look(self) -> bool:
        return bool(self._published) or self._calls > self._looked

    def _quiet(self, at: datetime) -> bool:
        done = self._ended or self._last.next_at is None or self._last.next_at > at
        return done and not self._called_to_look

    # --- one transition -----------------------------------------------------------------------------------------------

    async def _answer(self, command: Command | Open) -> Outcome:
        _refuse_nothing(command)
        await workflow.wait_condition(lambda: self._receipt is not None)
        receipt = await self._transact(command)
        if receipt.outcome is None:
            raise RuntimeError(f"{self._opening.matter_id}: a command was recorded without an outcome")
        return receipt.outcome

    async def _transact(self, message: Registration | Open | Command | CalendarPublished | None) -> Receipt:
        at = self._clock.now()
        async with self._turn:
            receipt: Receipt = await workflow.execute_local_activity(
                RECORD_TRANSITION,
                TransitionOrder(
                    matter_id=self._opening.matter_id,
                    at=at,
                    message=message,
                    known_seq=self._seq,
                    drill=self._opening.drill_at is not None,
                ),
                result_type=Receipt,
                start_to_close_timeout=_RECORDING_ATTEMPT,
                retry_policy=_RECORDING_RETRY,
                local_retry_threshold=_LOCAL_RETRY_THRESHOLD,
                summary=self._summary(message),
            )
            self._receipt, self._seq, self._head = receipt, receipt.seq, receipt.head
            self._story = [*self._story, *receipt.lines][-STORY_LINES:]
            self._show(receipt)
            if workflow.info().get_current_history_length() > _LONG_EVENTS:
                workflow.metric_meter().create_counter("duban_long_history_steps").add(1)
        return receipt

    def _summary(self, message: Registration | Open | Command | CalendarPublished | None) -> str:
        if message is None:
            return self._receipt.next_for if self._receipt else ""
        if isinstance(message, Registration):
            return "立项登记"
        if isinstance(message, Open):
            return "受理登记"
        return "节假日安排更新" if isinstance(message, CalendarPublished) else TITLES[message.do]

    def _show(self, receipt: Receipt) -> None:
        """Let the Temporal UI tell where the matter stands; search attributes only when one has changed."""
        if receipt.organ is not None:
            self._opening = self._opening.model_copy(update={"organ": receipt.organ})
        wanted = _attributes(receipt, self._opening.organ)
        if wanted != self._shown:
            workflow.upsert_search_attributes(self._updates(wanted))
            self._shown = wanted
        self._tell()

    def _tell(self) -> None:
        """The story, newest first, under the matter's name: a continued run has no summary of its own."""
        name = f"**{self._opening.title} · {self._opening.organ}**"
        workflow.set_current_details("\n\n".join((name, *reversed(self._story))))

    def _updates(self, wanted: dict[str, object]) -> list[SearchAttributeUpdate[Any]]:
        updates: list[SearchAttributeUpdate[Any]] = []
        if not self._shown:
            updates.append(_KIND.value_set(self.kind))
        for key in _MOVING:
            value = wanted[key.name]
            if value != self._shown.get(key.name):
                updates.append(key.value_unset() if value is None else key.value_set(value))
        return updates

    @property
    def _last(self) -> Receipt:
        if self._receipt is None:
            raise RuntimeError("asked before the matter is registered")
        return self._receipt

    @property
    def _ended(self) -> bool:
        return self._receipt is not None and self._receipt.ended

    def _continued(self) -> Opening:
        at = self._clock.now() if isinstance(self._clock, DrillClock) else None
        return self._opening.model_copy(
            update={
                "registration": None,
                "drill_at": at,
                "seq": self._seq,
                "head": self._head,
                "story": tuple(self._story),
                "standing": self._last.model_copy(update={"lines": (), "outcome": None, "organ": None}),
            }
        )


def _refuse_nothing(said: object) -> None:
    """A payload of nothing is decoded to None whatever a handler asks for.

    It fails by itself: were it to fail the workflow task, the target would stand still as long as somebody repeats it.
    """
    if said is None:
        raise ApplicationError("nothing was said", type="Nothing", non_retryable=True)


def _attributes(receipt: Receipt, organ: str) -> dict[str, object]:
    """What the search attributes say of a matter that stands so with that lead, by their names."""
    return {
        _ORGAN.name: organ,
        _STAGE.name: receipt.stage.value,
        _LIGHT.name: receipt.light.value,
        _LEVEL.name: receipt.level,
        _DUE.name: receipt.due_at,
    }
