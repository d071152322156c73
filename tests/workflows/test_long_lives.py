"""A matter that outlives many runs of its workflow goes on as if it were one: nothing lost, nothing doubled."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from drill.player import play_through
from embedded import FOR_TESTS, EmbeddedServer
from models.access import Scope
from models.acts import ActName
from models.calendar import CalendarNotice
from models.contract import MATTER_WORKFLOW, RECORD_MOVED_SIGNAL, RENEW_SIGNAL, Opening, matter_workflow_id
from models.messages import ReportProgress, Sign, Submit
from office import Office
from record import ledger, views
from record.store import Store
from rehearsal.conductor import play
from rehearsal.printing import line
from settings import Runner, Settings
from tests.builders import sample_directory
from tests.workflows.cast import DIRECTORY, HANDLER, OFFICER, a_matter, message_id, this_second
from tests.workflows.conftest import LiveOffice, eventually
from tests.workflows.lives import RenewingOffice, ten_years, without_answer
from worker import SEARCH_ATTRIBUTES, WORKFLOWS, build_worker

on_the_shared_server = pytest.mark.asyncio(loop_scope="session")
of_histories = pytest.mark.either_database("histories of Temporal: their length, their runs, and their replay")

EVERYTHING = Scope.everything()

CALLERS, EACH, NOTICES = 9, 20, 3
QUEUE = "years"
"""Not the office's own: what is heavy is done there at once, and waits for no worker of another queue."""


@asynccontextmanager
async def short_histories(place: Path, **limits: int) -> AsyncIterator[Client]:
    """A server that finds histories long much earlier than usual."""
    async with EmbeddedServer(
        place, search_attributes=SEARCH_ATTRIBUTES, synchronous="NORMAL", dynamic_config={**FOR_TESTS, **limits}
    ) as server:
        yield await Client.connect(server.address, data_converter=pydantic_data_converter)


async def runs(client: Client, workflow_id: str) -> list[WorkflowHistory]:
    """The history of every run, the first one first."""
    found: list[WorkflowHistory] = []
    run_id: str | None = None
    while True:
        history = await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
        found.insert(0, history)
        run_id = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if not run_id:
            return found


def count(history: WorkflowHistory, kind: EventType.ValueType) -> int:
    return sum(event.event_type == kind for event in history.events)


@of_histories
async def test_ten_years_with_hundreds_of_commands_and_many_runs_give_the_acts_of_the_rehearsal(
    tmp_path: Path, database_url: str
) -> None:
    scenario, directory = ten_years(), sample_directory()
    rehearsed = [line(act) for act in play(scenario, directory).acts]
    store = Store(database_url, synchronous="NORMAL")
    store.migrate()
    settings = Settings(data_dir=tmp_path, workflow_pollers=5, shutdown_seconds=1, runner=Runner.SANDBOXED)
    async with short_histories(tmp_path, **{"limit.historyCount.suggestContinueAsNew": 800}) as client:
        async with build_worker(client, store, directory, settings, queue=QUEUE):
            office = RenewingOffice(client, store, queue=QUEUE)
            played = [line(act) for act in await play_through(scenario, office, store)]
        lived = await runs(client, matter_workflow_id("m1"))
        with store.reading() as session:
            chains = ledger.verify(session)
        replayer = Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter)
        for history in lived:
            await replayer.replay_workflow(history)
    store.close()

    assert played == rehearsed
    assert chains == []
    assert office.said >= 500
    assert office.repeated >= 50
    # Some asked for, the others because the server found the history long enough.
    assert office.renewals >= 10
    assert len(lived) > office.renewals + 3
    assert max(len(history.events) for history in lived) < 900


@of_histories
async def test_no_run_takes_more_updates_than_a_server_allows(tmp_path: Path, database_url: str) -> None:
    store = Store(database_url, synchronous="NORMAL")
    store.migrate()
    settings = Settings(data_dir=tmp_path, workflow_pollers=5, shutdown_seconds=1, runner=Runner.SANDBOXED)
    async with short_histories(tmp_path, **{"history.maxTotalUpdates": 40}) as client:
        async with build_worker(client, store, DIRECTORY, settings):
            office = Office(client, store)
            await office.launch("m1", a_matter())
            for number in range(130):
                said = ReportProgress(message_id=f"r{number}", by=HANDLER, text=str(number))
                assert (await office.say("m1", said)).accepted
        lived = await runs(client, matter_workflow_id("m1"))
    store.close()

    taken = [count(one, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED) for one in lived]
    assert sum(taken) == 130
    assert len(taken) >= 4
    assert max(taken) <= 40


@on_the_shared_server
async def test_messages_at_the_very_moment_of_a_new_run_are_neither_lost_nor_doubled(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())
    await live.office.say("m1", Sign(message_id="sign", by=HANDLER))
    handle = live.office.handle("m1")
    over = asyncio.Event()

    async def calling(caller: int) -> None:
        for number in range(EACH):
            said = ReportProgress(message_id=f"c{caller}-{number}", by=HANDLER, text="进展")
            assert (await live.office.say("m1", said)).accepted

    async def renewing() -> None:
        while not over.is_set():
            await handle.signal(RENEW_SIGNAL)
            await handle.signal(RECORD_MOVED_SIGNAL)
            await asyncio.sleep(0.01)

    off: list[date] = []

    async def publishing() -> None:
        """Notices, each of which also makes the day a day off on which the limit ends by then."""
        for number in range(1, NOTICES + 1):
            with live.store.reading() as session:
                card = views.card(session, "m1", this_second(), scope=EVERYTHING)
            assert card is not None
            assert card.line.due_at is not None
            off.append(card.line.due_at.date())
            notice = CalendarNotice(
                number=f"演练{number}号", date=this_second().date(), year=off[0].year, days_off=tuple(off)
            )
            await live.office.load_calendar(notice)
            await eventually(recomputed)

    async def recomputed() -> bool:
        with live.store.reading() as session:
            acts = [entry.act.act for entry in ledger.entries(session, "m1")]
        return acts.count(ActName.CALENDAR_RECOMPUTED) >= len(off)

    disturbing = asyncio.create_task(renewing())
    await asyncio.gather(publishing(), *(calling(caller) for caller in range(CALLERS)))
    over.set()
    await disturbing

    lived = await runs(live.client, matter_workflow_id("m1", live.scope))
    with live.store.reading() as session:
        entries = ledger.entries(session, "m1")
        assert ledger.verify(session) == []
    reported = Counter(entry.message_id for entry in entries if entry.act.act is ActName.PROGRESS_REPORTED)
    assert reported == Counter(f"c{caller}-{number}" for caller in range(CALLERS) for number in range(EACH))
    assert [entry.act.act for entry in entries].count(ActName.CALENDAR_RECOMPUTED) == NOTICES
    assert len(lived) >= 5


@on_the_shared_server
async def test_a_new_run_costs_five_events_and_shows_what_the_last_one_showed(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter(title="十年规划"))
    await live.office.say("m1", Sign(message_id=message_id(), by=HANDLER))
    handle = live.office.handle("m1")
    before, standing = await handle.describe(), await live.office.standing("m1")

    await handle.signal(RENEW_SIGNAL)

    async def renewed() -> bool:
        return (await handle.describe()).run_id != before.run_id

    await eventually(renewed)
    assert without_answer(await live.office.standing("m1")) == without_answer(standing)
    assert (await live.events("m1")) == [
        "WORKFLOW_EXECUTION_STARTED",
        "WORKFLOW_TASK_SCHEDULED",
        "WORKFLOW_TASK_STARTED",
        "WORKFLOW_TASK_COMPLETED",
        "TIMER_STARTED",
    ]
    after = await handle.describe()
    named = {pair.key.name: pair.value for pair in after.typed_search_attributes if pair.key.name.startswith("Matter")}
    assert named == {
        pair.key.name: pair.value for pair in before.typed_search_attributes if pair.key.name.startswith("Matter")
    }
    assert len(named) == 6
    details = str(await handle.query("__temporal_workflow_metadata"))
    assert "十年规划 · 教育局" in details
    assert "签收" in details
    submitted = await live.office.say("m1", Submit(message_id=message_id(), by=HANDLER, text="办结"))
    assert submitted.accepted
    assert {pair.key.name: pair.value for pair in (await handle.describe()).typed_search_attributes}[
        "MatterStage"
    ] == "submitted"


@on_the_shared_server
async def test_a_run_continued_by_the_first_release_goes_on(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())
    sign = Sign(message_id=message_id(), by=HANDLER)
    signed = await live.office.say("m1", sign)
    standing = await live.office.standing("m1")
    assert standing is not None
    await live.office.handle("m1").terminate()

    # Release 0.1.0 said no more than this about the run before.
    opening = Opening(matter_id="m1", title="校舍加固", organ="教育局", seq=standing.seq, head=standing.head)
    await live.client.start_workflow(
        MATTER_WORKFLOW, opening, id=matter_workflow_id("m1", live.scope), task_queue=live.scope
    )

    assert await live.office.say("m1", sign) == signed
    assert without_answer(await live.office.standing("m1")) == without_answer(standing)
    assert (await live.office.say("m1", Submit(message_id=message_id(), by=HANDLER, text="办结"))).accepted
    assert not (await live.office.say("m1", Submit(message_id=message_id(), by=OFFICER, text="办结"))).accepted
