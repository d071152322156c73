"""A record that cannot be written for a while delays a command and loses nothing; afterwards the matter goes on."""

import asyncio
import threading
from itertools import pairwise

import pytest

from models.acts import ActName
from models.messages import Sign, Submit
from record import ledger
from record.store import Store, hold
from tests.workflows.cast import HANDLER, a_matter, message_id
from tests.workflows.conftest import LiveOffice

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Longer than one attempt at recording may take, so that the attempt is given up while its thread still waits.
BUSY_SECONDS = 13


def hold_the_lock(url: str, held: threading.Event, seconds: float) -> None:
    """Be another process that writes to the same matter, and takes its time."""
    other = Store(url)
    with other.writing() as session:
        hold(session, "m1")
        held.set()
        threading.Event().wait(seconds)
    other.close()


async def workflow_tasks_left_unfinished(live: LiveOffice) -> list[int]:
    """Those that Temporal completed while a transition was under way, only to begin another at once, by their event.

    After a kill in such a second one the history could not be replayed (docs/decisions/0032-endurance.md).
    """
    events = (await live.office.handle("m1").fetch_history()).events
    completed = [place for place, one in enumerate(events) if one.HasField("workflow_task_completed_event_attributes")]
    led_to = [events[place + 1 : upto] for place, upto in pairwise([*completed, len(events)])]
    return [
        events[place].event_id
        for place, following in zip(completed, led_to, strict=True)
        if not any(one.HasField("marker_recorded_event_attributes") for one in following)
    ]


async def test_a_command_given_while_the_database_is_locked_is_recorded_once_it_is_free(
    live: LiveOffice, database_url: str
) -> None:
    await live.office.launch("m1", a_matter())
    held = threading.Event()
    locking = asyncio.create_task(asyncio.to_thread(hold_the_lock, database_url, held, BUSY_SECONDS))
    await asyncio.to_thread(held.wait)

    signed = await live.office.say("m1", Sign(message_id=message_id(), by=HANDLER))
    submitted = await live.office.say("m1", Submit(message_id=message_id(), by=HANDLER, text="办结"))

    await locking
    assert signed.accepted
    assert submitted.accepted
    with live.store.reading() as session:
        acts = [entry.act.act for entry in ledger.entries(session, "m1")]
    assert await workflow_tasks_left_unfinished(live) == []
    assert acts == [ActName.REGISTERED, ActName.ASSIGNED, ActName.SIGNED, ActName.SUBMITTED]
