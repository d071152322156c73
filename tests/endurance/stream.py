"""Who speaks to the house, what do they get for an answer, and what do they remember of it?

Callers as they are: each message has its id, is sent again under it until it is answered, and is forgotten by nobody.
What was acknowledged stands in the director's own journal, of which the house knows nothing.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from temporalio.service import RPCError

from drill.player import Waiting, give
from models.case_messages import Execute
from models.contract import Receipt, is_case, is_proceeding, matter_workflow_id
from models.messages import Command, Outcome, Registration
from models.proceeding_messages import Open
from office import Launched, Office, UnavailableError
from policies.deadlines import SHANGHAI
from record import targets
from record.store import RecordUnavailableError
from rehearsal.scenarios import Scenario
from tests.endurance.house import House
from tests.endurance.plan import NOW, STARTS_AGAIN, Life, Plan, Said, falls_due_after

T = TypeVar("T")

PATIENCE = timedelta(seconds=8)
GIVEN_UP_SECONDS = 400.0
"""After so long without an answer something is wrong for good."""
_LIMIT = timedelta(hours=2)
_DRILLS_AT_ONCE = 6


class UnansweredError(Exception):
    """A message that nobody answered, however often it was sent."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An answer somebody got: to which message, and between which instants of the host's clock it was sent and came."""

    target: str
    message_id: str
    accepted: bool
    reason: str | None
    sent_at: datetime
    answered_at: datetime
    attempts: int
    drilled: bool = False


@dataclass
class Journal:
    """What was acknowledged, in order; a file beside it holds the same for whoever looks into a failure."""

    file: Path | None = None
    entries: list[Acknowledged] = field(default_factory=list)
    said: dict[str, list[Said]] = field(default_factory=dict)
    """By life: what was said as it was said."""
    first: dict[tuple[str, str], Acknowledged] = field(default_factory=dict)
    contradicted: list[str] = field(default_factory=list)
    attempts: int = 0
    slowest: float = 0.0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def acknowledged(self) -> int:
        """How many answers there are."""
        return len(self.entries)

    async def note(self, entry: Acknowledged) -> None:
        """Keep an answer; one that contradicts an earlier one to the same message is a fault by itself."""
        key = (entry.target, entry.message_id)
        first = self.first.setdefault(key, entry)
        if (first.accepted, first.reason) != (entry.accepted, entry.reason):
            self.contradicted.append(f"{key}: {first.accepted} {first.reason}, then {entry.accepted} {entry.reason}")
        self.entries.append(entry)
        self.attempts += entry.attempts
        self.slowest = max(self.slowest, (entry.answered_at - entry.sent_at).total_seconds())
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps([entry.target, entry.message_id, entry.accepted, str(entry.answered_at)]) + "\n")
        async with self._changed:
            self._changed.notify_all()

    async def reached(self, number: int, over: asyncio.Event | None = None, within: float | None = None) -> bool:
        """Wait for so many answers; False where it took too long, or everything is said."""
        try:
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(
                    lambda: self.acknowledged >= number or (over is not None and over.is_set())
                )
        except TimeoutError:
            return False
        return self.acknowledged >= number

    async def wake(self) -> None:
        """Let whoever waits look again."""
        async with self._changed:
            self._changed.notify_all()


class Gate:
    """Lets callers through until it is closed; whoever is through finishes first. A pause holds even these."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()
        self._going = asyncio.Event()
        self._going.set()
        self._inside = 0
        self._attempting = 0
        self._empty = asyncio.Condition()

    @asynccontextmanager
    async def through(self) -> AsyncIterator[None]:
        """Inside, a message is on its way."""
        await self._open.wait()
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
            async with self._empty:
                self._empty.notify_all()

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Inside, one attempt is made."""
        await self._going.wait()
        self._attempting += 1
        try:
            yield
        finally:
            self._attempting -= 1
            async with self._empty:
                self._empty.notify_all()

    async def close(self) -> None:
        """Let nobody in, and wait until everybody has his answer."""
        self._open.clear()
        async with self._empty:
            await self._empty.wait_for(lambda: self._inside == 0)

    def open(self) -> None:
        """Let everybody in."""
        self._open.set()

    async def pause(self) -> None:
        """Let nobody try, and wait until no attempt is under way."""
        self._going.clear()
        async with self._empty:
            await self._empty.wait_for(lambda: self._attempting == 0)

    def resume(self) -> None:
        """Let them try again."""
        self._going.set()


class Stream:
    """Everybody who speaks, `callers` at once."""

    def __init__(self, house: House, plan: Plan, journal: Journal, *, callers: int = 24) -> None:
        self.gate = Gate()
        self.over = asyncio.Event()
        self.drilled = asyncio.Event()
        self.give_up_after = GIVEN_UP_SECONDS
        self._house = house
        self._plan = plan
        self._journal = journal
        self._callers = callers
        self._office = Office(house.client, house.store, patience=PATIENCE)
        self._http = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{house.web_port}/api/v1", timeout=25)
        self._next = Counter[int]()
        self._turns = [asyncio.Lock() for _ in plan.lives]

    async def run(self) -> None:
        """Say everything there is to say."""
        waiting = iter(enumerate(self._plan.order))
        # Some faults come after the drills; something is left to be said then.
        any_after = any(trouble.fault in STARTS_AGAIN for trouble in self._plan.troubles)
        kept_back = len(self._plan.order) * 2 // 3 if any_after else len(self._plan.order)

        async def caller() -> None:
            for place_in_order, number in waiting:
                if place_in_order >= kept_back:
                    await self.drilled.wait()
                async with self._turns[number]:
                    place = self._next[number]
                    self._next[number] += 1
                    await self._say(self._plan.lives[number], place)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._callers):
                    group.create_task(caller())
                group.create_task(self._drills())
        finally:
            self.over.set()
            await self._journal.wake()
            await self._http.aclose()

    async def _say(self, life: Life, place: int) -> None:
        said = life.said[place]
        message = _as_of_now(said.message, life)
        # A repetition says the same again, also where it said what instant it was.
        earlier = self._journal.said.setdefault(life.name, [])
        again = next((one for one in earlier if one.message.message_id == message.message_id), None)
        if again is not None:
            message = again.message
        else:
            earlier.append(Said(said.target, message, said.web))
        web = said.web and not is_case(said.target)
        attempt: Callable[[], Awaitable[Outcome]] = (
            (lambda: self._over_the_web(said.target, message))  # type: ignore[arg-type]
            if web
            else (lambda: self._by_office(said.target, message))
        )
        message_id = self.message_id(Said(said.target, message, web))
        await self.answered(said.target, message_id, attempt)

    def message_id(self, said: Said) -> str:
        """Under which id the record knows the message: what comes over the interface has one made of person and key."""
        message = said.message
        if not said.web or is_case(said.target):
            return message.message_id
        from web.api.keys import _digest  # noqa: PLC0415 - as the interface makes it

        person, _ = self._house.tokens[str(message.by)]
        return f"api-{_digest(person, message.message_id)[:32]}"

    async def answered(
        self, target: str, message_id: str, attempt: Callable[[], Awaitable[Outcome]], *, drilled: bool = False
    ) -> Outcome:
        """Send until it is answered, and keep the answer."""
        async with self.gate.through():
            sent_at, began = datetime.now(UTC), time.monotonic()
            outcome, attempts = await self._counted(f"{target} {message_id}", attempt, began)
            answered_at = datetime.now(UTC)
            await self._journal.note(
                Acknowledged(
                    target, message_id, outcome.accepted, outcome.reason, sent_at, answered_at, attempts, drilled
                )
            )
        return outcome

    async def patiently(self, what: str, attempt: Callable[[], Awaitable[T]]) -> T:
        """Ask until there is an answer; `what` begins with the target."""
        return (await self._counted(what, attempt, time.monotonic()))[0]

    async def _counted(self, what: str, attempt: Callable[[], Awaitable[T]], began: float) -> tuple[T, int]:
        attempts = 0
        while True:
            attempts += 1
            try:
                async with self.gate.attempt():
                    return await attempt(), attempts
            except (UnavailableError, httpx2.HTTPError, RecordUnavailableError) as error:
                if time.monotonic() - began > self.give_up_after:
                    raise UnansweredError(f"{what}: {error} {await self._pending(what.partition(' ')[0])}") from error
            await asyncio.sleep(min(0.2 * attempts, 2.0))

    async def _pending(self, target: str) -> str:
        """What the server says of the workflow that does not answer."""
        with suppress(RPCError):
            seen = await self._house.client.get_workflow_handle(matter_workflow_id(target)).describe()
            task, status = seen.raw_description.pending_workflow_task, seen.status
            return f"[{status and status.name}, {seen.history_length} events, task {task}]"
        return "[the server does not answer]"

    async def _by_office(self, target: str, message: Registration | Open | Command) -> Outcome:
        if isinstance(message, Registration):
            return (await self._office.launch(target, message)).outcome
        if isinstance(message, Open):
            return (await self._office.open_proceeding(target, message)).outcome
        return await self._office.say(target, message)

    async def _over_the_web(self, target: str, message: Command) -> Outcome:
        kind = "proceedings" if is_proceeding(target) else "matters"
        said = message.model_dump(mode="json", exclude_none=True, exclude={"message_id", "by", "do", "voice"})
        _, token = self._house.tokens[str(message.by)]
        answer = await self._http.post(
            f"/{kind}/{target}/commands/{message.do}",
            json=said,
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": message.message_id},
        )
        told: dict[str, Any] = answer.json()
        if answer.status_code == httpx2.codes.OK:
            return Outcome(accepted=True, acts=tuple(told["acts"]))
        if answer.status_code == httpx2.codes.CONFLICT and "acts" in told:
            return Outcome(accepted=False, acts=tuple(told["acts"]), reason=told.get("reason") or told.get("detail"))
        if answer.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR:
            raise UnavailableError(f"{answer.status_code} {told}")
        raise AssertionError(f"{target} {message.do}: {answer.status_code} {told}")

    async def _drills(self) -> None:
        turns = asyncio.Semaphore(_DRILLS_AT_ONCE)

        async def drill(scenario: Scenario) -> None:
            async with turns:
                await give(scenario, _Drilled(self, self._house), self._waiting)

        async with asyncio.TaskGroup() as group:
            for scenario in self._plan.drills:
                group.create_task(drill(scenario))
        self.drilled.set()

    async def _waiting(self, families: list[str]) -> Waiting:
        def read() -> Waiting:
            with self._house.store.reading() as session:
                return targets.waiting(session, families)

        async def attempt() -> Waiting:
            return await asyncio.to_thread(read)

        return await self.patiently(families[0], attempt)


class _Drilled(Office):
    """An office that plays a scenario by its drill clock, and gives up nothing."""

    def __init__(self, stream: Stream, house: House) -> None:
        super().__init__(house.client, house.store, patience=PATIENCE)
        self._stream = stream

    async def launch(self, matter_id: str, registration: Registration, *, drill_at: datetime | None = None) -> Launched:
        async def attempt() -> Outcome:
            return (await super(_Drilled, self).launch(matter_id, registration, drill_at=drill_at)).outcome

        outcome = await self._stream.answered(matter_id, registration.message_id, attempt, drilled=True)
        return Launched(matter_id, outcome)

    async def say(self, target: str, command: Command, *, drill_at: datetime | None = None) -> Outcome:
        async def attempt() -> Outcome:
            return await super(_Drilled, self).say(target, command, drill_at=drill_at)

        return await self._stream.answered(target, command.message_id, attempt, drilled=True)

    async def strike(self, matter_id: str, at: datetime) -> Receipt | None:
        async def attempt() -> Receipt | None:
            return await super(_Drilled, self).strike(matter_id, at)

        async with self._stream.gate.through():
            return await self._stream.patiently(matter_id, attempt)


def _as_of_now(message: Registration | Open | Command, life: Life) -> Registration | Open | Command:
    """What is known only when it is said: when a matter was assigned on paper, at which hour a talk was held."""
    now = datetime.now(UTC).astimezone(SHANGHAI).replace(microsecond=0)
    if isinstance(message, Registration) and life.kind == "falls_due":
        return message.model_copy(update={"assigned_at": now - _LIMIT + falls_due_after(life)})
    if isinstance(message, Execute) and isinstance(message.evidence, dict) and message.evidence.get("time") == NOW:
        return message.model_copy(update={"evidence": {**message.evidence, "time": now.isoformat()}})
    return message
