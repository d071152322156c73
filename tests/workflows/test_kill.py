"""kill -9 of the worker and of the server in the middle of a live run loses nothing and records nothing twice."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client

import worker
from embedded import FOR_TESTS, EmbeddedServer
from intake.directory import read_directory
from models.acts import ActName
from models.case_messages import (
    AnswerStatement,
    CaseCommand,
    Decide,
    Execute,
    File,
    GiveStatement,
    Investigate,
    NotifyFacts,
    Propose,
    Record,
    Serve,
    Vote,
)
from models.messages import Command, Registration, ReportProgress, Sign, Submit, Verify
from office import Office
from record import ledger
from record.ledger import ChainFault, Entry
from record.store import Store
from tests.sealing import sealed_client, sealed_store
from tests.warm import Warm
from tests.workflows.cast import this_second
from witnesses import witnesses_of
from worker import SEARCH_ATTRIBUTES

ROOT = Path(worker.__file__).parent
MATTERS, REPORTS, KILLS, SEED = 12, 6, 5, 20261122


class WorkerProcess:
    """The worker as it is deployed: a process of its own, started again whenever it has been killed."""

    def __init__(self, address: str, data_dir: Path, database_url: str) -> None:
        self._environment = {
            **os.environ,
            "TEMPORAL_ADDRESS": address,
            "DUBAN_DATA_DIR": str(data_dir),
            "DUBAN_DATABASE_URL": database_url,
            "DUBAN_LOG_LEVEL": "error",
        }
        self._process = self._started()

    def _started(self) -> Warm:
        return Warm("worker.py", env=self._environment)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def start(self) -> None:
        self._process = self._started()

    def kill_and_start(self) -> None:
        self.kill()
        self.start()


def a_life(number: int) -> tuple[Registration, list[Command]]:
    organs = [organ for organ in read_directory(ROOT / "data" / "directory.csv") if organ.tier == "区直部门"]
    lead, office = organs[number % 10], "区政府督查室"
    said = f"kill-{number}"
    registration = Registration(
        message_id=said, title=f"断电演练 {number}", lead=lead.name, office=office, leader="区长", limit="15wd"
    )
    reports = [
        ReportProgress(message_id=f"{said}-r{index}", by=lead.handler, text=f"进展 {index}") for index in range(REPORTS)
    ]
    commands: list[Command] = [
        Sign(message_id=f"{said}-sign", by=lead.handler),
        *reports,
        Submit(message_id=f"{said}-submit", by=lead.handler, text="办结"),
        Verify(message_id=f"{said}-verify", by="区政府督查室承办岗", passed=True, method="document"),
    ]
    return registration, commands


async def live_through(office: Office, number: int, pace: random.Random) -> None:
    registration, commands = a_life(number)
    launched = await office.launch(f"k{number}", registration)
    assert launched.outcome.accepted, launched.outcome
    for command in commands:
        await asyncio.sleep(pace.uniform(0, 1.2))
        outcome = await office.say(f"k{number}", command)
        assert outcome.accepted, outcome


async def disturb(server: EmbeddedServer, running: WorkerProcess, chance: random.Random) -> None:
    for kill in range(KILLS):
        await asyncio.sleep(chance.uniform(0.5, 1.5))
        if kill % 2:
            os.kill(server.pid, 9)
            await server.ended()
            await server.stop()
            await server.start()
        else:
            running.kill_and_start()


CASE = "inspection/kill1"


def a_case() -> list[CaseCommand]:
    """One case with every step of due process, from its proposal to its record."""
    officer, subject, leader, panel = "区政府督查室承办岗", "区教育局长", "区长", ("区长", "区监委主任")
    talk = {"kind": "talk_record", "persons": [leader, subject], "place": "区政府会议室", "content": "诫勉谈话内容"}
    return [
        Propose(message_id="c-propose", by=officer, subject=subject, facts="检查发现", panel=panel),
        File(message_id="c-file", by=leader),
        Investigate(message_id="c-investigate", by="区审计局长", posts=("区审计局长", "区财政局长"), text="属实"),
        NotifyFacts(message_id="c-notify", by=officer, text="未在期限内报结", receipt="本人签收"),
        GiveStatement(message_id="c-statement", by=subject, text="材料供应延误"),
        AnswerStatement(message_id="c-answer", by=officer, text="已核实,不影响认定"),
        *(Vote(message_id=f"c-vote-{member}", by=member, choice="proposed") for member in panel),
        Decide(message_id="c-decide", by=leader),
        Serve(message_id="c-serve", by=officer, receipt="签收回执"),
        Execute(message_id="c-execute", by=officer, evidence={**talk, "time": this_second()}),
        Record(message_id="c-record", by=officer),
    ]


@pytest.mark.either_database("kills of worker and server; those of PostgreSQL besides are in test_lost_database.py")
async def test_a_case_lives_through_a_kill_at_every_step(
    temporal_server: EmbeddedServer, tmp_path: Path, database_url: str
) -> None:
    running = WorkerProcess(temporal_server.address, tmp_path, database_url)

    async def kill() -> None:
        running.kill_and_start()

    store = sealed_store(database_url, tmp_path)
    try:
        await live_through_case(temporal_server, store, kill)
    finally:
        running.kill()
        store.close()


async def live_through_case(server: EmbeddedServer, store: Store, kill: Callable[[], Awaitable[None]]) -> None:
    """Give every command of a case while `kill` does its work, and see what is on record of it."""
    chance = random.Random(SEED)  # noqa: S311 - a seeded choice of instants
    client = await sealed_client(server.address, store)
    office = Office(client, store, patience=timedelta(seconds=90))
    for command in a_case():
        saying = asyncio.create_task(office.say(CASE, command))
        await asyncio.sleep(chance.uniform(0, 0.1))
        await kill()
        outcome = await saying
        assert outcome.accepted, (command.do, outcome)
    witnessed = [seen async for seen in witnesses_of(client, CASE)]
    with store.reading() as session:
        faults = [*ledger.verify(session), *ledger.compare(session, witnessed)]
        acts = [entry.act.act for entry in ledger.entries(session, CASE)]

    assert (faults, acts) == (
        [],
        [
            ActName.CASE_PROPOSED,
            ActName.CASE_FILED,
            ActName.INVESTIGATED,
            ActName.FACTS_NOTIFIED,
            ActName.STATEMENT_GIVEN,
            ActName.STATEMENT_ANSWERED,
            *[ActName.VOTE_CAST] * 2,
            ActName.MEASURE_DECIDED,
            ActName.DECISION_SERVED,
            ActName.MEASURE_EXECUTED,
            ActName.CASE_RECORDED,
        ],
    )


@pytest.mark.either_database("kills of worker and server; those of PostgreSQL besides are in test_lost_database.py")
async def test_kills_of_worker_and_server_lose_nothing_and_double_nothing(tmp_path: Path, database_url: str) -> None:
    chance = random.Random(SEED)  # noqa: S311 - a seeded choice of instants
    port = 7300 + os.getpid() % 500
    async with EmbeddedServer(
        tmp_path, port=port, search_attributes=SEARCH_ATTRIBUTES, dynamic_config=FOR_TESTS
    ) as server:
        running = WorkerProcess(server.address, tmp_path, database_url)
        store = sealed_store(database_url, tmp_path)
        try:
            client = await sealed_client(server.address, store)
            office = Office(client, store, patience=timedelta(seconds=90))
            lives = [live_through(office, number, random.Random(number)) for number in range(MATTERS)]  # noqa: S311
            await asyncio.gather(disturb(server, running, chance), *lives)

            found = await recorded(client, store)
        finally:
            running.kill()
            store.close()

    assert_whole(found)


@dataclass(frozen=True)
class Found:
    """What the record and the histories hold when every life is over."""

    entries: list[Entry]
    faults: list[ChainFault]
    witnessed: int


async def recorded(client: Client, store: Store) -> Found:
    witnessed = [seen for number in range(MATTERS) async for seen in witnesses_of(client, f"k{number}")]
    with store.reading() as session:
        faults = [*ledger.verify(session), *ledger.compare(session, witnessed)]
        return Found(list(ledger.recorded(session)), faults, len(witnessed))


def assert_whole(found: Found) -> None:
    """Every life is on record from beginning to end, each step once, and the histories saw the same."""
    assert found.faults == []
    assert found.witnessed >= MATTERS
    answered = Counter((entry.target, entry.message_id, entry.act.act) for entry in found.entries)
    assert set(answered.values()) == {1}
    for number in range(MATTERS):
        acts = [entry.act.act for entry in found.entries if entry.target == f"k{number}"]
        assert acts == [
            ActName.REGISTERED,
            ActName.ASSIGNED,
            ActName.SIGNED,
            *[ActName.PROGRESS_REPORTED] * REPORTS,
            ActName.SUBMITTED,
            ActName.VERIFIED,
            ActName.CLOSED,
        ]
