"""Real durable timers, a server that skips time, and silence: the same acts as on the virtual clock of a rehearsal."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkipper

from embedded import FOR_TESTS, EmbeddedServer
from models.acts import ActName
from models.messages import Registration
from office import Office
from policies.procedures import shipped
from record import ledger
from record.store import Store
from rehearsal.conductor import Conductor
from rehearsal.printing import line
from settings import Runner, Settings
from tests.workflows.cast import DIRECTORY, a_matter
from tests.workflows.conftest import eventually
from worker import SEARCH_ATTRIBUTES, build_worker

SILENCE = timedelta(days=45)


def rehearsed(registration: Registration, start: datetime) -> list[str]:
    conductor = Conductor(shipped("standard"), DIRECTORY, start)
    conductor.register("m1", registration)
    return [line(act) for act in conductor.play(start + SILENCE).acts]


@pytest.mark.either_database("timers of Temporal: when they fire")
@pytest.mark.parametrize("urgency", ["平件", "特急"])
async def test_silence_under_real_timers_gives_the_acts_of_the_rehearsal(
    tmp_path: Path, database_url: str, urgency: str
) -> None:
    registration = a_matter(limit="5wd", urgency=urgency, report_every="weekly", co=["财政局"])
    skipping = {**FOR_TESTS, "frontend.WorkflowTimeSkippingEnabled": True}
    store = Store(database_url)
    store.migrate()
    async with EmbeddedServer(
        tmp_path, search_attributes=SEARCH_ATTRIBUTES, synchronous="NORMAL", dynamic_config=skipping
    ) as server:
        client = await Client.connect(server.address, data_converter=pydantic_data_converter)
        skipper = TimeSkipper(client)
        office = Office(skipper.client, store)
        settings = Settings(data_dir=tmp_path, workflow_pollers=5, shutdown_seconds=1, runner=Runner.SANDBOXED)
        async with build_worker(client, store, DIRECTORY, settings):
            with skipper.with_time_skipping_disabled():
                await office.launch("m1", registration)
            await skipper.fast_forward(office.handle("m1"), SILENCE)
            with store.reading() as session:
                start = ledger.entries(session, "m1")[0].act.at
            expected = rehearsed(registration, start)

            async def complete() -> bool:
                with store.reading() as session:
                    return len(list(ledger.recorded(session))) >= len(expected)

            await eventually(complete)
    with store.reading() as session:
        recorded = [entry.act for entry in ledger.recorded(session)]
    store.close()

    assert sorted(line(act) for act in recorded if act.at <= start + SILENCE) == sorted(expected)
    assert ActName.CASE_PROPOSED in {act.act for act in recorded}
    assert start > datetime(2026, 1, 1, tzinfo=UTC)
