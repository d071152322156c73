"""How much history and how many commits does each step cost on a real server, against its budget?

One worker inside this process, one message at a time, so that every event and every COMMIT belongs to a known step.
Budgets: at most 8 events and one workflow task for a command, 9 when it moves a search attribute too, 7 for a timer
that fires and for a registration, one commit each; nothing for a repetition (docs/performance.md).
"""

import asyncio
import sqlite3
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, event
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from benchmarks.cast import DIRECTORY, LEAD, OFFICER, a_matter, life, this_second
from benchmarks.figures import Budget, Figure, Goal
from benchmarks.plan import Plan
from models.acts import ActName
from models.contract import matter_workflow_id
from models.messages import Command, Resume, Sign, Suspend
from office import Office
from record import ledger
from record.store import Store
from settings import Settings
from worker import build_worker

SECTION = "历史与提交 history and commits"
LIFE_SECTION = "一件事项的全程 a whole life"
SCOPE = "budget"

_HANDLER = DIRECTORY.organ(LEAD).handler
_SCHEDULED, _COMPLETED, _FIRED = (
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    EventType.EVENT_TYPE_TIMER_FIRED,
)
_STARTED, _UPSERT = (
    EventType.EVENT_TYPE_TIMER_STARTED,
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
)
_UNTIL_DUE = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of step, with what one may cost, and whether it sets a timer and shows a search attribute.

    A step that does otherwise is not of this kind: measuring it would say nothing about the budget.
    """

    name: str
    events: int
    tasks: int = 1
    commits: int = 1
    timer: bool = False
    attribute: bool = False


REGISTRATION = Kind("立项登记 registration", 7, timer=True, attribute=True)
STILL = Kind("不动计时器的命令 command, timer unmoved", 8)
MOVING = Kind("移动计时器的命令 command, timer moved", 8, timer=True)
SHOWING = Kind("移动计时器和检索属性 timer and search attribute moved", 9, timer=True, attribute=True)
REFUSED = Kind("被拒绝的命令 refused command", 8)
REPEATED = Kind("重复的命令 same command again", 0, 0, 0)
FIRED = Kind("到期的计时器 timer fired", 7, timer=True, attribute=True)
KINDS = (REGISTRATION, STILL, MOVING, SHOWING, REFUSED, REPEATED, FIRED)


@dataclass(frozen=True, slots=True)
class Cost:
    """Events, workflow tasks and commits of one step."""

    events: int
    tasks: int
    commits: int


@contextmanager
def counted_commits() -> Iterator[list[str]]:
    """A list to which every COMMIT is added that this process gives to SQLite, as SQLite itself reports it."""
    commits: list[str] = []

    def note(statement: str) -> None:
        if statement.strip().rstrip(";").upper() == "COMMIT":
            commits.append(statement)

    def watch(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_trace_callback(note)

    event.listen(Engine, "connect", watch)
    try:
        yield commits
    finally:
        event.remove(Engine, "connect", watch)


async def measured(plan: Plan, client: Client, place: Path) -> list[Figure]:
    """The cost of every kind of step, and of two whole lives, on the server of `client`."""
    with counted_commits() as commits:
        store = Store(f"sqlite:///{place / 'budget.db'}")
        store.migrate()
        try:
            settings = Settings(data_dir=place)
            async with build_worker(client, store, DIRECTORY, settings, queue=SCOPE, scope=SCOPE):
                office = Office(client, store, queue=SCOPE, scope=SCOPE)
                return await _Bench(client, store, office, commits).figures(plan)
        finally:
            store.close()


class _Bench:
    def __init__(self, client: Client, store: Store, office: Office, commits: list[str]) -> None:
        self._client = client
        self._store = store
        self._office = office
        self._commits = commits
        self._costs: dict[Kind, list[Cost]] = defaultdict(list)

    async def figures(self, plan: Plan) -> list[Figure]:
        for number in range(plan.budget_rounds):
            await self._steps(f"steps-{number}")
        for number in range(plan.timer_rounds):
            await self._timer(f"timer-{number}")
        # Nothing is counted per process here, so these may run side by side.
        ordinary, with_timers = await asyncio.gather(
            asyncio.gather(*(self._ordinary(f"life-{number}") for number in range(plan.budget_rounds))),
            asyncio.gather(*(self._with_timers(f"two-{number}") for number in range(plan.timer_rounds))),
        )
        return [
            *(figure for kind in KINDS for figure in _figures(kind, self._costs[kind])),
            *_life_figures(
                "立项、三个命令、两个计时器 registered, 3 commands, 2 timers", with_timers, Goal(32), Goal(5 * 1024)
            ),
            *_life_figures("签收、三次报告、报结、核验 sign, 3 reports, submit, verify", ordinary),
        ]

    async def _steps(self, name: str) -> None:
        async def launch() -> None:
            await self._accepted_launch(name)

        await self._step(REGISTRATION, name, launch)
        sign, report, submit, _verify = life(name)
        stranger = Sign(message_id=f"x-{name}", by=OFFICER)
        await self._said(MOVING, name, sign)
        await self._said(STILL, name, report)
        await self._said(REFUSED, name, stranger, accepted=False)
        await self._said(REPEATED, name, stranger, accepted=False)
        await self._said(REPEATED, name, report)
        await self._said(SHOWING, name, submit)

    async def _timer(self, name: str) -> None:
        await self._accepted_launch(name, limit="1h", assigned_at=_an_hour_before_due())
        await self._office.say(name, life(name)[0])
        await self._step(FIRED, name, lambda: self._recorded(name, ActName.OVERDUE))

    async def _ordinary(self, name: str) -> Sequence[HistoryEvent]:
        await self._accepted_launch(name)
        for command in life(name, reports=3):
            await self._accepted(name, command)
        return await self._history(name)

    async def _with_timers(self, name: str) -> Sequence[HistoryEvent]:
        """Sign, suspend until in a moment (first timer), resume, and let the limit run out (second timer)."""
        await self._accepted_launch(name, limit="1h", assigned_at=_an_hour_before_due())
        await self._accepted(name, life(name)[0])
        until = (this_second() + timedelta(seconds=2)).isoformat()
        await self._accepted(name, Suspend(message_id=f"u-{name}", by=OFFICER, reason="等待外部结论", until=until))
        await self._recorded(name, ActName.SUSPENSION_OVERDUE)
        await self._accepted(name, Resume(message_id=f"c-{name}", by=OFFICER, reason="结论已到"))
        await self._recorded(name, ActName.OVERDUE)
        events = await self._history(name)
        fired = sum(one.event_type == _FIRED for one in events)
        if fired != 2:
            raise RuntimeError(f"{fired} timers fired, 2 were meant to")
        return events

    # --- one step -------------------------------------------------------------------------------------------------

    async def _said(self, kind: Kind, name: str, command: Command, *, accepted: bool = True) -> None:
        async def say() -> None:
            await self._accepted(name, command, accepted=accepted)

        await self._step(kind, name, say)

    async def _step(self, kind: Kind, name: str, taken: Callable[[], Awaitable[None]]) -> None:
        before = [] if kind is REGISTRATION else await self._history(name)
        commits = len(self._commits)
        await taken()
        after = await self._history(name)
        new = after[len(before) :]
        kinds = {one.event_type for one in new}
        if (_STARTED in kinds, _UPSERT in kinds) != (kind.timer, kind.attribute):
            raise RuntimeError(f"not a step of this kind: {kind.name}: {sorted(map(EventType.Name, kinds))}")
        tasks = sum(one.event_type == _SCHEDULED for one in new)
        self._costs[kind].append(Cost(len(new), tasks, len(self._commits) - commits))

    async def _accepted_launch(self, name: str, *, limit: str = "15wd", assigned_at: datetime | None = None) -> None:
        launched = await self._office.launch(name, a_matter(name, limit=limit, assigned_at=assigned_at))
        if not launched.outcome.accepted:
            raise RuntimeError(f"{name}: {launched.outcome.reason}")

    async def _accepted(self, name: str, command: Command, *, accepted: bool = True) -> None:
        outcome = await self._office.say(name, command)
        if outcome.accepted is not accepted:
            raise RuntimeError(f"{name}: {command}: {outcome.reason}")

    async def _recorded(self, name: str, act: ActName) -> None:
        """Wait for an act. It is looked for in the record: asking the workflow would cost it a task."""
        async with asyncio.timeout(20):
            while True:
                with self._store.reading() as session:
                    if any(entry.act.act is act for entry in ledger.entries(session, name)):
                        return
                await asyncio.sleep(0.05)

    async def _history(self, name: str) -> Sequence[HistoryEvent]:
        """Every event of the matter, as soon as no workflow task is under way."""
        handle = self._client.get_workflow_handle(matter_workflow_id(name, SCOPE))
        async with asyncio.timeout(20):
            while True:
                events = (await handle.fetch_history()).events
                kinds = [one.event_type for one in events]
                if _COMPLETED in kinds and kinds[::-1].index(_COMPLETED) < kinds[::-1].index(_SCHEDULED):
                    return events
                await asyncio.sleep(0.02)


def _an_hour_before_due() -> datetime:
    return this_second() - timedelta(hours=1) + _UNTIL_DUE


def _figures(kind: Kind, costs: Sequence[Cost]) -> Iterator[Figure]:
    rows = (
        ("事件 events", [cost.events for cost in costs], kind.events),
        ("任务 tasks", [cost.tasks for cost in costs], kind.tasks),
        ("提交 commits", [cost.commits for cost in costs], kind.commits),
    )
    for unit, samples, at_most in rows:
        yield Figure(SECTION, kind.name, unit, tuple(samples), Budget(at_most))


def _life_figures(
    name: str,
    lives: Sequence[Sequence[HistoryEvent]],
    events: Goal | None = None,
    size: Goal | None = None,
) -> Iterator[Figure]:
    yield Figure(LIFE_SECTION, name, "事件 events", tuple(len(one) for one in lives), events)
    sizes = tuple(sum(one.ByteSize() for one in history) for history in lives)
    yield Figure(LIFE_SECTION, name, "B", sizes, size)
