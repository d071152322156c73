"""A record that is ahead of Temporal's store, as after a restore: every history catches up with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.contrib.pydantic import pydantic_data_converter

from backup import sqlite
from embedded import FOR_TESTS, EmbeddedServer
from models.acts import ActName
from models.calendar import CalendarNotice
from models.contract import digest_workflow_id, matter_workflow_id, notice_workflow_id
from models.messages import Cancel, Outcome, ReportProgress, Sign
from models.notices import NoticeOrder
from models.rows import SHANGHAI
from office import Office
from reconciling import Reconciled, reconcile
from record import deliveries, ledger, targets
from record.store import Store
from settings import Runner, Settings
from tests.databases import Databases
from tests.record.builders import an_act
from tests.workflows.cast import DIRECTORY, HANDLER, LEADER, a_matter, message_id
from tests.workflows.conftest import eventually
from witnesses import witnesses_of
from worker import SEARCH_ATTRIBUTES, build_worker

NOTICE = CalendarNotice(
    number="演练〔2031〕1号",
    date=date(2030, 11, 1),
    year=2031,
    days_off=(date(2031, 1, 1),),
    source="https://www.gov.cn/",
)


@asynccontextmanager
async def an_office(directory: Path, url: str) -> AsyncIterator[tuple[Client, Store, Office]]:
    async with EmbeddedServer(
        directory, search_attributes=SEARCH_ATTRIBUTES, synchronous="NORMAL", dynamic_config=FOR_TESTS
    ) as server:
        client = await Client.connect(server.address, data_converter=pydantic_data_converter)
        store = Store(url)
        store.migrate()
        try:
            async with build_worker(
                client, store, DIRECTORY, Settings(data_dir=directory, database_url=url, runner=Runner.SANDBOXED)
            ):
                yield client, store, Office(client, store)
        finally:
            store.close()


async def faults(client: Client, store: Store) -> list[object]:
    """What chains and histories say against the record: nothing, once all have caught up."""
    with store.reading() as session:
        known = list(targets.stages(session))
    witnessed = [seen for target in known for seen in [one async for one in witnesses_of(client, target)] if seen.seq]
    missing = set(known) - {seen.target for seen in witnessed}
    with store.reading() as session:
        return [*ledger.verify(session), *ledger.compare(session, witnessed), *missing]


async def in_order(client: Client, store: Store) -> bool:
    return not await faults(client, store)


async def status(client: Client, target: str) -> WorkflowExecutionStatus | None:
    return (await client.get_workflow_handle(matter_workflow_id(target)).describe()).status


async def test_histories_older_than_the_record_catch_up_with_it(
    tmp_path: Path, database_url: str, databases: Databases
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    after.mkdir()
    signed = Sign(message_id=message_id(), by=HANDLER)
    reported = ReportProgress(message_id=message_id(), by=HANDLER, text="进展")
    answers: dict[str, Outcome] = {}
    async with an_office(before, database_url) as (client, store, office):
        for matter in ("old", "gone"):
            assert (await office.launch(matter, a_matter())).outcome.accepted
        answers["signed"] = await office.say("old", signed)
        refused = await office.launch("refused", a_matter(lead="不存在的单位"))
        assert not refused.outcome.accepted
        began_at = datetime.now(UTC)
        await asyncio.to_thread(sqlite.copy, before / "temporal.db", after / "temporal.db")
        # From here on only the record knows: a report, a new matter and its signing, an end, a refusal, a notice.
        answers["reported"] = await office.say("old", reported)
        late = a_matter()
        assert (await office.launch("late", late)).outcome.accepted
        await office.say("late", Sign(message_id=message_id(), by=HANDLER))
        cancelled = await office.say("gone", Cancel(message_id=message_id(), by=LEADER, reason="重复"))
        await office.launch("refused-late", a_matter(lead="不存在的单位"))
        assert await office.load_calendar(NOTICE) is not None
        copy = databases.copy(database_url)

    async with an_office(after, copy) as (client, store, office):
        assert not await in_order(client, store)
        done = await reconcile(client, store, began_at, notices_queue=None)
        await eventually(lambda: in_order(client, store))

        assert (done.started, done.cut_off, done.calendars) == (2, 0, 1)
        assert done.looked >= 2
        assert await status(client, "late") is WorkflowExecutionStatus.RUNNING
        assert await office.say("old", signed) == answers["signed"]
        assert await office.say("old", reported) == answers["reported"]
        assert (await office.launch("late", late)).again
        assert (await office.say("late", ReportProgress(message_id=message_id(), by=HANDLER, text="又"))).accepted
        with store.reading() as session:
            acts = [entry.act.act for entry in ledger.entries(session, "old")]
        assert acts.count(ActName.PROGRESS_REPORTED) == 1
        assert cancelled.accepted

        # Doing it once more changes nothing.
        again = await reconcile(client, store, began_at, notices_queue=None)
        await eventually(lambda: in_order(client, store))
        assert replace(again, looked=0, left=0) == Reconciled(0, 0, 0, 0, notices=0, calendars=1)


async def test_a_store_that_is_lost_is_made_anew_from_the_record(
    tmp_path: Path, database_url: str, databases: Databases
) -> None:
    async with an_office(tmp_path / "before", database_url) as (_, store, office):
        for number in range(20):
            await office.launch(f"m{number}", a_matter())
        copy = databases.copy(database_url)

    async with an_office(tmp_path / "after", copy) as (client, store, office):
        done = await reconcile(client, store, None, notices_queue=None)
        await eventually(lambda: in_order(client, store))

        assert done == Reconciled(0, 20, 0, 0, notices=0, calendars=0)
        assert (await office.say("m7", Sign(message_id=message_id(), by=HANDLER))).accepted


async def test_a_workflow_ended_from_outside_is_left_to_be_reported(
    tmp_path: Path, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with an_office(tmp_path, database_url) as (client, store, office):
        await office.launch("m1", a_matter())
        await client.get_workflow_handle(matter_workflow_id("m1")).terminate("from outside")

        done = await reconcile(client, store, datetime.now(UTC), notices_queue=None)

        assert (done.looked, done.started, done.cut_off) == (0, 0, 1)
        assert await status(client, "m1") is WorkflowExecutionStatus.TERMINATED


async def test_notices_and_digests_on_their_way_get_their_workflows_back(
    temporal_server: EmbeddedServer, database_url: str
) -> None:
    client = await Client.connect(temporal_server.address, data_converter=pydantic_data_converter)
    store = Store(database_url)
    store.migrate()
    scope, now = f"rec-{message_id()[:6]}", datetime.now(UTC).replace(microsecond=0)
    try:
        with store.writing() as session:
            act = an_act(tell=("区教育局长", "区教育局承办岗"))
            entries = ledger.append(session, [act], message_id=None, processed_at=now)
            deliveries.queue(session, entries, lambda _: ("mail",))
            digested = NoticeOrder(target="m1", seq=1, recipient="区教育局承办岗")
            deliveries.postpone(session, digested, now)
            assert deliveries.gather(session, digested.recipient, now) is not None

        for _ in range(2):
            done = await reconcile(client, store, None, scope=scope, notices_queue=f"{scope}-nobody")
            assert done.notices == 2
    finally:
        store.close()
    for workflow_id in (
        notice_workflow_id("m1", 1, "区教育局长", scope),
        digest_workflow_id("区教育局承办岗", now.astimezone(SHANGHAI), scope),
    ):
        described = await client.get_workflow_handle(workflow_id).describe()
        assert described.status is WorkflowExecutionStatus.RUNNING
        await client.get_workflow_handle(workflow_id).terminate()
