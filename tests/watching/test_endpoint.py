"""Probes and scrapes: who may ask, what is answered, and what a process that cannot work says."""

import json
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from temporalio.client import Client

from record.store import Store
from settings import Settings, SettingsError
from tests.databases import Databases
from watching.endpoint import watched
from watching.gauges import Gauges
from watching.readiness import Readiness

pytestmark = pytest.mark.either_database("who may ask a process how it is; the record is only reached or not")

TOKEN = "t0ken-of-a-scraper"  # noqa: S105 - looked for where it must not be


@pytest.fixture
def store(tmp_path: Path, databases: Databases, database_url: str) -> Store:
    store = Store(database_url)
    databases.migrate(store)
    return store


async def nobody() -> Client | None:
    return None


@pytest.fixture
async def asking(store: Store, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    (tmp_path / "token").write_text(TOKEN)
    settings = Settings(data_dir=tmp_path, metrics_port=0, metrics_token=f"file:{tmp_path / 'token'}")
    async with (
        watched(settings, Readiness(store, nobody), Gauges(store, tmp_path)) as address,
        httpx2.AsyncClient(base_url=str(address), trust_env=False) as client,
    ):
        yield client
    store.close()


async def test_a_scraper_shows_its_token_and_probes_need_none(asking: httpx2.AsyncClient) -> None:
    shown = {"Authorization": f"Bearer {TOKEN}"}

    assert (await asking.get("/healthz")).json() == {"status": "ok"}
    assert (await asking.get("/metrics")).status_code == 401
    assert (await asking.get("/metrics", headers={"Authorization": "Bearer other"})).status_code == 401
    scraped = await asking.get("/metrics", headers=shown)
    assert scraped.status_code == 200
    assert "duban_record_up 1.0" in scraped.text
    assert TOKEN not in scraped.text
    assert (await asking.post("/metrics", headers=shown)).status_code == 405
    assert (await asking.get("/../etc/passwd", headers=shown)).status_code == 404


async def test_a_process_without_its_server_is_not_ready_and_says_what_is_missing(asking: httpx2.AsyncClient) -> None:
    answer = await asking.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"record": True, "migrated": True, "temporal": False}


async def test_without_a_port_nothing_listens(store: Store, tmp_path: Path) -> None:
    async with watched(Settings(data_dir=tmp_path), Readiness(store, nobody), Gauges(store, tmp_path)) as address:
        assert address is None
    store.close()


async def test_a_port_that_is_taken_and_a_token_that_is_missing_are_one_line(store: Store, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for said in ({"metrics_port": taken.getsockname()[1]}, {"metrics_port": 0, "metrics_token": "env:NO_SUCH"}):
            settings = Settings(data_dir=tmp_path, **said)
            with pytest.raises(SettingsError, match="metrics_") as caught:
                async with watched(settings, Readiness(store, nobody), Gauges(store, tmp_path)):
                    pass
            assert len(str(caught.value).splitlines()) == 1
    store.close()


async def test_an_absent_record_makes_no_probe_hang_or_fail() -> None:
    nowhere = Store("postgresql+psycopg://nobody@127.0.0.1:9/none", patience=timedelta(seconds=1))

    ready = await Readiness(nowhere, nobody)()
    nowhere.close()

    assert not ready
    assert json.dumps([ready.record, ready.migrated, ready.temporal]) == "[false, false, false]"
