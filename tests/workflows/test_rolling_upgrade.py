"""A newer build takes open matters over while commands flow, and gives them back: nothing lost, doubled or changed."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer

import builds
from drill.player import play_through
from embedded import FOR_TESTS, EmbeddedServer
from models.acts import ActName
from models.cases import CaseStage
from models.contract import WORKFLOW_OF, matter_workflow_id
from models.matters import Stage
from models.messages import Command, Outcome, Registration, ReportProgress, Sign
from models.proceedings import ProceedingStage
from office import Office, UnavailableError
from record import ledger, targets
from record.store import Store
from rehearsal.conductor import play
from rehearsal.printing import line
from tests.builders import sample_directory
from tests.sealing import sealed_client, sealed_store
from tests.warm import Warm
from tests.workflows.lives import HANDLER, LEAD, LEADER, OFFICE, SPOKEN_TO, STAGES_REACHED, at_every_stage
from tests.workflows.serving import workflows_with
from witnesses import witnesses_of
from worker import SEARCH_ATTRIBUTES

DEPLOYMENT = "duban"
FIRST, LATER, CARELESS = "MatterWorkflow", "LaterMatter", "CarelessMatter"
FLOWING = 3
STAGES: set[targets.AnyStage] = {
    Stage.AWAITING_APPROVAL, Stage.RUNNING, Stage.SUPERVISED, Stage.RECTIFYING, Stage.SUBMITTED, Stage.RETURNED,
    Stage.CLOSED, CaseStage.PROPOSED, CaseStage.FILED, CaseStage.INVESTIGATED, CaseStage.NOTIFIED, CaseStage.DECIDING,
    CaseStage.DECIDED, ProceedingStage.UNDER_WAY,
}  # fmt: skip

pytestmark = pytest.mark.either_database("builds of the worker: whom Temporal hands a matter, and what replays")


class StagedOffice(Office):
    """An office that does something else after so many commands, before it goes on with the next one."""

    def __init__(self, *given: Any, meanwhile: dict[int, Callable[[], Awaitable[None]]], **named: Any) -> None:
        super().__init__(*given, **named)
        self.said, self._meanwhile = 0, meanwhile

    async def say(self, target: str, command: Command, *, drill_at: datetime | None = None) -> Outcome:
        outcome = await super().say(target, command, drill_at=drill_at)
        self.said += 1
        if self.said in self._meanwhile:
            await self._meanwhile[self.said]()
        return outcome


@dataclass
class Site:
    """A server, a record, and worker processes of several builds."""

    place: Path
    database_url: str
    server: EmbeddedServer
    client: Client
    store: Store
    workers: dict[str, Warm] = field(default_factory=dict)

    def start(self, build: str) -> None:
        """A worker process of that build; the builds are called after their workflows."""
        environment = {
            **os.environ,
            "TEMPORAL_ADDRESS": self.server.address,
            "DUBAN_DATA_DIR": str(self.place),
            "DUBAN_DATABASE_URL": self.database_url,
            "DUBAN_LOG_LEVEL": "error",
            "DUBAN_DEPLOYMENT": DEPLOYMENT,
            "DUBAN_BUILD": build,
            "DUBAN_WORKFLOW_POLLERS": "5",
        }
        with open(os.devnull, "ab") as nowhere:  # noqa: PTH123 - a device
            self.workers[build] = Warm(
                "tests.workflows.serving", build, env=environment, module=True, errors=nowhere.fileno()
            )

    def stop(self, build: str) -> int:
        """Tell a worker to finish what is under way and end; its exit code."""
        process = self.workers.pop(build)
        process.terminate()
        return process.wait(timeout=30)

    def office(self, patience: float = 60) -> Office:
        return Office(self.client, self.store, patience=timedelta(seconds=patience))

    async def matters_on(self, build: str) -> int:
        return {one.build: one.matters for one in await builds.builds(self.client, DEPLOYMENT)}[build]

    async def histories(self) -> list[WorkflowHistory]:
        """Every run of all whose time is kept that the server has."""
        names = ", ".join(f"'{name}'" for name in WORKFLOW_OF.values())
        found = self.client.list_workflows(f"WorkflowType IN ({names})")
        return [await self.client.get_workflow_handle(one.id, run_id=one.run_id).fetch_history() async for one in found]


@asynccontextmanager
async def a_site(place: Path, database_url: str) -> AsyncIterator[Site]:
    """A site on which the first build serves."""
    async with EmbeddedServer(
        place, search_attributes=SEARCH_ATTRIBUTES, synchronous="NORMAL", dynamic_config=FOR_TESTS
    ) as server:
        store = sealed_store(database_url, place)
        client = await sealed_client(server.address, store)
        site = Site(place, database_url, server, client, store)
        try:
            site.start(FIRST)
            assert await builds.take_on(client, DEPLOYMENT, FIRST)
            yield site
        finally:
            for process in site.workers.values():
                process.kill()
                process.wait()
            store.close()


@dataclass
class Flow:
    """Progress reports to matters in real time, one after the other, until it is told to end."""

    site: Site
    sent: list[tuple[str, str]] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, number: int) -> None:
        office, matter = self.site.office(), f"f{number}"
        registration = Registration(
            message_id=f"{matter}-r", title=f"不断 {number}", lead=LEAD, office=OFFICE, leader=LEADER, limit="15wd"
        )
        assert (await office.launch(matter, registration)).outcome.accepted
        assert (await office.say(matter, Sign(message_id=f"{matter}-s", by=HANDLER))).accepted
        while not self.over.is_set():
            message_id = f"{matter}-{len(self.sent)}"
            self.sent.append((matter, message_id))
            said = ReportProgress(message_id=message_id, by=HANDLER, text="进展")
            assert (await office.say(matter, said)).accepted
            await asyncio.sleep(0.1)


async def lived_through(site: Site, meanwhile: dict[int, Callable[[], Awaitable[None]]]) -> None:
    """Play matters at every stage while others are spoken to, and hold all of it against an undisturbed rehearsal."""
    scenario, directory = at_every_stage(), sample_directory()
    flow = Flow(site)
    flowing = [asyncio.create_task(flow.run(number)) for number in range(FLOWING)]
    office = StagedOffice(site.client, site.store, meanwhile=meanwhile, patience=timedelta(seconds=60))
    acts = await play_through(scenario, office, site.store)
    flow.over.set()
    await asyncio.gather(*flowing)

    assert office.said > max(meanwhile)
    flowed = {f"f{number}" for number in range(FLOWING)}
    played = [line(act) for act in acts if act.target not in flowed]
    assert played == [line(act) for act in play(scenario, directory).acts]
    with site.store.reading() as session:
        assert ledger.verify(session) == []
        witnessed = [
            seen
            for matter_id in {*flowed, *(act.target for act in acts)}
            async for seen in witnesses_of(site.client, matter_id)
        ]
        assert ledger.compare(session, witnessed) == []
        reported = Counter(
            (entry.target, entry.message_id or "")
            for number in range(FLOWING)
            for entry in ledger.entries(session, f"f{number}")
            if entry.act.act is ActName.PROGRESS_REPORTED
        )
    assert reported == Counter(flow.sent)
    assert len(flow.sent) > 20


async def replayed(client: Client, histories: list[WorkflowHistory], build: str) -> list[str]:
    """The workflow ids of the histories that this build cannot replay."""
    replayer = Replayer(workflows=workflows_with(build), data_converter=client.data_converter)
    failed = []
    for history in histories:
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        if result.replay_failure is not None:
            failed.append(history.workflow_id)
    return failed


async def test_a_newer_build_takes_over_open_matters_while_commands_flow(tmp_path: Path, database_url: str) -> None:
    async with a_site(tmp_path, database_url) as site:

        async def upgrade() -> None:
            with site.store.reading() as session:
                assert set(targets.stages(session).values()) >= STAGES
            site.start(LATER)
            await builds.promote(site.client, DEPLOYMENT, LATER)

        async def retire() -> None:
            assert await builds.renew_all(site.client, DEPLOYMENT, FIRST, patience=timedelta(seconds=20)) == ()
            assert site.stop(FIRST) == 0

        await lived_through(site, {STAGES_REACHED: upgrade, SPOKEN_TO: retire})

        histories = await site.histories()
        on_first, on_later = await site.matters_on(FIRST), await site.matters_on(LATER)
    assert on_first == 0
    assert on_later >= FLOWING
    assert await replayed(site.client, histories, LATER) == []
    # Both ways of living are among them: runs that began under the first build, and runs that the first cannot replay.
    assert 0 < len(await replayed(site.client, histories, FIRST)) < len(histories)


async def test_an_older_build_takes_matters_back_from_a_newer_one(tmp_path: Path, database_url: str) -> None:
    async with a_site(tmp_path, database_url) as site:

        async def upgrade() -> None:
            site.start(LATER)
            await builds.promote(site.client, DEPLOYMENT, LATER)

        async def roll_back() -> None:
            await builds.promote(site.client, DEPLOYMENT, FIRST)
            left = await builds.renew_all(site.client, DEPLOYMENT, LATER, patience=timedelta(seconds=3))
            assert left
            await builds.rebuild_all(site.client, left)
            assert await builds.renew_all(site.client, DEPLOYMENT, LATER, patience=timedelta(seconds=20)) == ()
            assert site.stop(LATER) == 0

        await lived_through(site, {STAGES_REACHED: upgrade, SPOKEN_TO: roll_back})

        assert await site.matters_on(LATER) == 0
        assert await site.matters_on(FIRST) >= FLOWING


async def test_a_build_that_cannot_replay_open_matters_is_noticed_before_and_harms_nothing(
    tmp_path: Path, database_url: str
) -> None:
    async with a_site(tmp_path, database_url) as site:
        office = site.office()
        registration = Registration(
            message_id="0", title="未打补丁", lead=LEAD, office=OFFICE, leader=LEADER, limit="15wd"
        )
        await office.launch("m1", registration)
        assert (await office.say("m1", Sign(message_id="s", by=HANDLER))).accepted
        report = ReportProgress(message_id="r", by=HANDLER, text="进展")

        assert await replayed(site.client, await site.histories(), CARELESS) == [matter_workflow_id("m1")]
        assert await replayed(site.client, await site.histories(), LATER) == []

        site.start(CARELESS)
        await builds.promote(site.client, DEPLOYMENT, CARELESS)
        with pytest.raises(UnavailableError):
            await site.office(patience=3).say("m1", report)
        assert await builds.renew_all(site.client, DEPLOYMENT, FIRST, patience=timedelta(seconds=2)) == (
            matter_workflow_id("m1"),
        )
        await builds.promote(site.client, DEPLOYMENT, FIRST)
        assert (await office.say("m1", report)).accepted
        with site.store.reading() as session:
            acts = [entry.act.act for entry in ledger.entries(session, "m1")]
    assert acts == [ActName.REGISTERED, ActName.ASSIGNED, ActName.SIGNED, ActName.PROGRESS_REPORTED]
