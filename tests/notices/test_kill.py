"""kill -9 of the worker while a notice is on its way: nothing is lost, nothing doubled that nobody could tell."""

import asyncio
import os
import random
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from embedded import FOR_TESTS, EmbeddedServer
from models.messages import Registration, ReportProgress, Sign
from office import Office
from record import deliveries
from record.deliveries import Delivery
from record.outbox import NoticeState
from record.store import Store
from tests.notices.offices import SETTLED
from tests.notices.peers import Mood, Peer
from tests.sealing import sealed_client, sealed_store
from tests.warm import Warm
from tests.workflows.cast import a_matter
from tests.workflows.conftest import eventually
from worker import SEARCH_ATTRIBUTES

HANDLER, HEAD, OFFICER = "区教育局承办岗", "区教育局长", "区政府督查室承办岗"
WITHIN = timedelta(seconds=60)
MATTERS, KILLS, SEED = 6, 3, 20261125

CONTACTS = """
mail: env:TEST_MAIL_URL
posts:
  区教育局承办岗: {hours: any, channels: [{name: im, url: env:TEST_IM_URL}, {name: mail, to: handler@example.invalid}]}
  区教育局长: {hours: any, channels: [{name: mail, to: head@example.invalid}]}
  区政府督查室承办岗: {hours: any, channels: [{name: mail, to: officer@example.invalid}]}
"""


class Worker:
    """The worker as it is deployed, its channels leading to the peers of the test."""

    def __init__(self, address: str, data_dir: Path, database_url: str, mail: Peer, im: Peer, **settings: str) -> None:
        contacts = data_dir / "contacts.yaml"
        contacts.write_text(CONTACTS, encoding="utf-8")
        self._environment = {
            **os.environ,
            "TEMPORAL_ADDRESS": address,
            "DUBAN_DATA_DIR": str(data_dir),
            "DUBAN_DATABASE_URL": database_url,
            "DUBAN_CONTACTS_PATH": str(contacts),
            "DUBAN_NOTICE_PATIENCE_SECONDS": "1",
            "DUBAN_NOTICE_PAUSE_SECONDS": "0.2",
            "DUBAN_LOG_LEVEL": "error",
            "TEST_MAIL_URL": f"mailto://127.0.0.1:{mail.port}?from=duban@example.invalid&to=x@example.invalid",
            "TEST_IM_URL": f"mmost://127.0.0.1:{im.port}/abcdefghijklmnopqrstuvwxyz",
            **settings,
        }
        self._process = self._started()

    def _started(self) -> Warm:
        return Warm("worker.py", env=self._environment)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def kill_and_start(self) -> None:
        self.kill()
        self._process = self._started()


def all_of(store: Store) -> list[Delivery]:
    with store.reading() as session:
        return list(deliveries.deliveries(session, limit=1000).items)


async def settled(store: Store, at_least: int) -> list[Delivery]:
    async def ask() -> list[Delivery] | None:
        found = all_of(store)
        return found if len(found) >= at_least and all(one.state in SETTLED for one in found) else None

    return await eventually(ask, WITHIN)


def registration(title: str) -> Registration:
    return a_matter(title=title, lead="区教育局", office="区政府督查室")


async def test_a_worker_killed_in_the_middle_of_sending_doubles_nothing_unseen(
    tmp_path: Path, database_url: str, mail: Peer, web: Peer
) -> None:
    async with EmbeddedServer(tmp_path, search_attributes=SEARCH_ATTRIBUTES, dynamic_config=FOR_TESTS) as server:
        store = sealed_store(database_url, tmp_path)
        client = await sealed_client(server.address, store)
        mail.moods, web.moods = [Mood.LATE, Mood.LATE], [Mood.LATE]
        running = Worker(server.address, tmp_path, database_url, mail, web)
        try:
            await Office(client, store).launch("m1", registration("校舍加固"))

            async def taken() -> bool:
                return len(mail.arrived) >= 2 and len(web.arrived) >= 1

            # Taken by every peer, and not yet on record: the worst moment.
            await eventually(taken)
            running.kill_and_start()
            found = await settled(store, 4)
        finally:
            running.kill()
            store.close()

    by = {(one.recipient, one.channel): one for one in found}
    assert by[HANDLER, "im"].state is NoticeState.UNCONFIRMED
    assert len(web.arrived) == 1
    for recipient, copies in ((HEAD, 2), (OFFICER, 2), (HANDLER, 1)):
        told = by[recipient, "mail"]
        assert told.state is NoticeState.DELIVERED
        assert mail.keys[str(told.provider_key)] == copies
    assert len(mail.keys) == 3


async def test_kills_at_any_moment_lose_no_notice(tmp_path: Path, database_url: str, mail: Peer, web: Peer) -> None:
    chance = random.Random(SEED)  # noqa: S311 - a seeded choice of instants
    async with EmbeddedServer(tmp_path, search_attributes=SEARCH_ATTRIBUTES, dynamic_config=FOR_TESTS) as server:
        store = sealed_store(database_url, tmp_path)
        client = await sealed_client(server.address, store)
        office = Office(client, store)
        running = Worker(server.address, tmp_path, database_url, mail, web)

        async def live_through(number: int) -> None:
            target = f"k{number}"
            await office.launch(target, registration(f"断电演练 {number}"))
            await asyncio.sleep(chance.uniform(0, 1))
            await office.say(target, Sign(message_id=f"{target}-s", by=HANDLER))
            await asyncio.sleep(chance.uniform(0, 1))
            await office.say(target, ReportProgress(message_id=f"{target}-r", by=HANDLER, text="进展"))

        async def disturb() -> None:
            for _ in range(KILLS):
                await asyncio.sleep(chance.uniform(0.8, 1.8))
                running.kill_and_start()

        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(disturb())
                for number in range(MATTERS):
                    group.create_task(live_through(number))
            # Registered and signed and reported to the office, assigned to the lead's two posts (one has two channels).
            found = await settled(store, MATTERS * 6)
        finally:
            running.kill()
            store.close()

    assert len(found) == MATTERS * 6
    told = {(one.entry.target, one.entry.seq, one.recipient) for one in found}
    assert len(told) == MATTERS * 5
    reached = {(one.entry.target, one.entry.seq, one.recipient) for one in found if one.state is NoticeState.DELIVERED}
    assert reached == told
    by_mail = [one for one in found if one.channel == "mail" and one.state is NoticeState.DELIVERED]
    assert {str(one.provider_key) for one in by_mail} <= set(mail.keys)
    subjects = Counter(one.text for one in web.arrived)
    assert set(subjects.values()) == {1}


@pytest.mark.parametrize("deployment", ["", "duban"])
async def test_matters_and_notices_may_have_processes_of_their_own(
    tmp_path: Path, database_url: str, mail: Peer, web: Peer, deployment: str
) -> None:
    async with EmbeddedServer(tmp_path, search_attributes=SEARCH_ATTRIBUTES, dynamic_config=FOR_TESTS) as server:
        store = sealed_store(database_url, tmp_path)
        client = await sealed_client(server.address, store)
        place = server.address, tmp_path, database_url, mail, web
        procedure = Worker(*place, DUBAN_SERVE="procedure", DUBAN_DEPLOYMENT=deployment)
        notices = None
        try:
            await Office(client, store).launch("m1", registration("校舍加固"))
            waiting = {one.state for one in all_of(store)}
            notices = Worker(*place, DUBAN_SERVE="notices", DUBAN_DEPLOYMENT=deployment)
            found = await settled(store, 4)
        finally:
            for process in (procedure, notices):
                if process is not None:
                    process.kill()
            store.close()

    assert waiting == {NoticeState.QUEUED}
    assert {one.state for one in found} == {NoticeState.DELIVERED, NoticeState.UNNEEDED}
    assert len(mail.arrived) == 2
    assert len(web.arrived) == 1
