"""A record that cannot be written for a while delays a command and loses nothing; afterwards the matter goes on."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from models.acts import ActName
from models.messages import Sign, Submit
from record import ledger
from tests.workflows.cast import HANDLER, a_matter, message_id
from tests.workflows.conftest import LiveOffice

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Longer than one attempt at recording may take, so that the attempt is given up while its thread still waits.
BUSY_SECONDS = 13


def hold_the_write_lock(path: str, held: threading.Event, seconds: float) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    held.set()
    threading.Event().wait(seconds)
    other.execute("ROLLBACK")
    other.close()


async def test_a_command_given_while_the_database_is_locked_is_recorded_once_it_is_free(live: LiveOffice) -> None:
    await live.office.launch("m1", a_matter())
    path = str(live.store.url.database)
    assert Path(path).exists()
    held = threading.Event()
    locking = asyncio.create_task(asyncio.to_thread(hold_the_write_lock, path, held, BUSY_SECONDS))
    await asyncio.to_thread(held.wait)

    signed = await live.office.say("m1", Sign(message_id=message_id(), by=HANDLER))
    submitted = await live.office.say("m1", Submit(message_id=message_id(), by=HANDLER, text="办结"))

    await locking
    assert signed.accepted
    assert submitted.accepted
    with live.store.reading() as session:
        acts = [entry.act.act for entry in ledger.entries(session, "m1")]
    assert acts == [ActName.REGISTERED, ActName.ASSIGNED, ActName.SIGNED, ActName.SUBMITTED]
