"""Backup while commands arrive, kill -9 of everything, restore elsewhere: it goes on where it was."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, count
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from models.acts import ActName
from models.messages import Outcome, Registration, ReportProgress, Sign
from office import Office
from privacy.codec import Codec, converter
from record import ledger, matters
from record.payload_keys import RecordKeys
from record.store import Store
from settings import Settings
from tests.cli.conftest import ROOT, STARTER, Engine, Said, environment
from tests.databases import Databases
from tests.postgresql import installed_programs
from tests.workflows.conftest import eventually

Command = Callable[..., Said]
HANDLER = "区教育局承办岗"
LIVES = 4
SOON = timedelta(seconds=15)


@pytest.fixture
def engines(tmp_path: Path, databases: Databases) -> Iterator[Callable[[str], Engine]]:
    """Engines of the test's own, each on a data directory and a record of its own."""
    made: list[Engine] = []

    def engine(name: str) -> Engine:
        path = f"{installed_programs()}:{os.environ['PATH']}"
        made.append(Engine(tmp_path / name, databases.new(), {"DUBAN_SHUTDOWN_SECONDS": "1", "PATH": path}))
        return made[-1]

    yield engine
    for one in made:
        if one.process is not None:
            one.process.kill()
            one.process.wait()
            one.closed()


@dataclass(frozen=True)
class Answered:
    """Something that was said, and the answer to it."""

    target: str
    command: ReportProgress
    outcome: Outcome


def a_registration(title: str, **said: Any) -> Registration:
    return Registration.model_validate(
        {
            "message_id": f"registration:{title}",
            "title": title,
            "lead": "区教育局",
            "office": "区政府督查室",
            "leader": "区长",
            "limit": "15wd",
            **said,
        }
    )


def record_of(engine: Engine) -> Store:
    """The engine's own record, with its keys."""
    return Store(**Settings(data_dir=engine.data_dir, database_url=engine.settings["DUBAN_DATABASE_URL"]).record)


async def an_office(engine: Engine, store: Store) -> Office:
    client = await Client.connect(engine.told["temporal"], data_converter=converter(Codec(RecordKeys(store))))
    return Office(client, store)


async def traffic(office: Office, number: int, said: dict[str, Answered], stop: asyncio.Event) -> None:
    """One matter to which something is said all the time, until told to stop; every answer is noted as it comes."""
    target = f"busy{number}"
    for report in count():
        if stop.is_set():
            return
        command = ReportProgress(message_id=f"{target}-{report}", by=HANDLER, text=f"进展 {report}")
        outcome = await office.say(target, command)
        said[command.message_id] = Answered(target, command, outcome)
        await asyncio.sleep(0.1)


async def said_again(office: Office, number: int, said: dict[str, Answered]) -> dict[str, Outcome]:
    """Everything that was said to that matter once more, in its order; the answers by message id."""
    of = [one for one in said.values() if one.target == f"busy{number}"]
    return {one.command.message_id: await office.say(one.target, one.command) for one in of}


async def started(engine: Engine, *arguments: object) -> Said:
    """A command as a process of its own, beside what goes on in this one."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(STARTER),
        *map(str, arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        cwd=ROOT,
        env=environment(engine.settings),
    )
    out, err = await process.communicate()
    return Said(process.returncode or 0, out.decode(), err.decode())


async def test_after_kill_9_of_everything_a_restored_office_goes_on_where_the_backup_was(
    tmp_path: Path, engines: Callable[[str], Engine]
) -> None:
    first, second = engines("first"), engines("second")
    passphrase, kept_keys = tmp_path / "passphrase", tmp_path / "office.keys"
    passphrase.write_text("样例口令 a passphrase of this test", encoding="utf-8")
    passphrase.chmod(0o600)
    sealed_keys = ("--keys-to", kept_keys, "--passphrase-file", passphrase)
    first.up("--no-sample")
    said: dict[str, Answered] = {}
    stop = asyncio.Event()
    store = record_of(first)
    try:
        office = await an_office(first, store)
        for number in range(LIVES):
            assert (await office.launch(f"busy{number}", a_registration(f"忙 {number}"))).outcome.accepted
            await office.say(f"busy{number}", Sign(message_id=f"sign{number}", by=HANDLER))
        now = datetime.now(UTC).replace(microsecond=0)
        due_at = now + SOON
        soon = a_registration("快到期", limit="48h", assigned_at=due_at - timedelta(hours=48))
        assert (await office.launch("soon", soon)).outcome.accepted
        talking = [asyncio.create_task(traffic(office, number, said, stop)) for number in range(LIVES)]
        await asyncio.sleep(1)

        acknowledged = dict(said)
        taken = await started(first, "backup", "--to", tmp_path / "backups", *sealed_keys, "--json")
        assert taken.code == 0, taken.err
        made = json.loads(taken.out)
        await asyncio.sleep(0.5)
        stop.set()
        await asyncio.gather(*talking)
    finally:
        store.close()
    assert first.process is not None
    # The embedded server dies with its parent.
    first.process.kill()
    first.process.wait()
    first.closed()
    assert len(acknowledged) >= LIVES
    assert len(said) > len(acknowledged)

    # The settings of an SQLite record point into the data directory that is restored.
    if first.database_url.startswith("sqlite"):
        second.settings["DUBAN_DATABASE_URL"] = f"sqlite:///{second.data_dir / 'duban.db'}"
    with_keys = ("--keys-from", kept_keys, "--passphrase-file", passphrase)
    restored = await started(second, "restore", made["place"], "--into", second.data_dir, *with_keys, "--json")
    assert restored.code == 0, restored.err
    verified = await started(second, "verify", "--offline", "--json")
    assert (verified.code, json.loads(verified.out)["findings"]) == (0, [])

    second.up("--no-sample")
    store = record_of(second)
    try:
        office = await an_office(second, store)
        with store.reading() as session:
            kept = {name: matters.answered(session, one.target, name) for name, one in said.items()}
        assert [message_id for message_id in acknowledged if kept[message_id] is None] == []
        # What came too late for the backup is taken in now; all else gets the answer that it got then.
        again = await asyncio.gather(*(said_again(office, number, said) for number in range(LIVES)))
        for name, outcome in chain.from_iterable(life.items() for life in again):
            assert outcome.accepted
            assert kept[name] is None or outcome == said[name].outcome

        async def fired() -> bool:
            with store.reading() as session:
                acts = [entry.act for entry in ledger.entries(session, "soon")]
            return any(act.act is ActName.SUPERVISED and act.at == due_at for act in acts)

        await eventually(fired, SOON * 3)
    finally:
        store.close()

    async def in_order() -> bool:
        return (await started(second, "verify")).code == 0

    await eventually(in_order, timedelta(seconds=30))
    assert not (second.data_dir / "restored.json").exists()
    assert list(second.data_dir.glob("restored-*.json"))
    assert second.down() == 0
