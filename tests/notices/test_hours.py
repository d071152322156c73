"""What is not urgent waits for office hours or the post's digest: real durable timers, a server that skips time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkipper

from embedded import FOR_TESTS, EmbeddedServer
from models.calendar import CalendarNotice
from models.contacts import Contact, Hours
from models.contract import digest_workflow_id
from models.notices import Fate
from policies.deadlines import SHANGHAI
from record import calendars
from record.outbox import NoticeState
from tests.notices.offices import SendingOffice, by_mail, reached_by, replays, sending
from tests.notices.peers import Peer
from tests.workflows.cast import HANDLER, HEAD, a_matter
from tests.workflows.conftest import eventually
from worker import SEARCH_ATTRIBUTES

LONG = timedelta(days=14)

pytestmark = pytest.mark.either_database("timers of Temporal: when they fire")


@asynccontextmanager
async def closed_today(
    tmp_path: Path, database_url: str, contacts: dict[str, Contact], mail: Peer
) -> AsyncIterator[tuple[SendingOffice, TimeSkipper]]:
    """An office on two days off, whatever the day is on which the test runs."""
    skipping = {**FOR_TESTS, "frontend.WorkflowTimeSkippingEnabled": True}
    today = datetime.now(SHANGHAI).date()
    off = [day for day in (today, today + timedelta(days=1)) if day.year == today.year]
    async with EmbeddedServer(
        tmp_path, search_attributes=SEARCH_ATTRIBUTES, synchronous="NORMAL", dynamic_config=skipping
    ) as server:
        client = await Client.connect(server.address, data_converter=pydantic_data_converter)
        async with sending(server, database_url, contacts, mail, client=client) as live:
            notice = CalendarNotice(number="休假1号", date=today, year=today.year, days_off=tuple(off), workdays=())
            with live.store.writing() as session:
                calendars.add(session, notice, datetime.now(UTC))
            yield live, TimeSkipper(client)


def in_office_hours(at: datetime) -> bool:
    local = at.astimezone(SHANGHAI)
    return local.weekday() < 5 and (time(8, 30) <= local.time() < time(12) or time(14) <= local.time() < time(18))


async def test_an_ordinary_notice_waits_for_office_hours_and_an_urgent_one_does_not(
    tmp_path: Path, database_url: str, mail: Peer
) -> None:
    contacts = {HANDLER: reached_by(by_mail(), hours=Hours.OFFICE)}
    async with closed_today(tmp_path, database_url, contacts, mail) as (live, skipper):
        await live.office.launch("m1", a_matter(title="平常事项"))
        await live.office.launch("m2", a_matter(title="特急事项", urgency="特急"))

        async def urgent_one_is_there() -> bool:
            return bool(mail.arrived)

        await eventually(urgent_one_is_there)
        assert [one.subject.partition("(")[0] for one in mail.arrived] == ["【督办】交办:特急事项"]

        (waiting,) = [one for one in live.deliveries() if one.state is NoticeState.QUEUED]
        assert waiting.entry.target == "m1"
        assert waiting.due_at is not None
        assert in_office_hours(waiting.due_at)
        assert waiting.due_at.date() > datetime.now(SHANGHAI).date()

        handle = live.notice("m1", 2, HANDLER)
        await skipper.fast_forward(handle, waiting.due_at - datetime.now(UTC) - timedelta(minutes=5))
        assert len(mail.arrived) == 1
        await skipper.fast_forward(handle, timedelta(minutes=10))

        assert await handle.result() is Fate.DELIVERED
        assert len(mail.arrived) == 2


async def test_a_digest_is_one_mail_for_a_day_and_proves_every_notice_in_it(
    tmp_path: Path, database_url: str, mail: Peer
) -> None:
    contacts = {HANDLER: reached_by(by_mail(), digest_at=time(17)), HEAD: reached_by(by_mail("head@example.invalid"))}
    async with closed_today(tmp_path, database_url, contacts, mail) as (live, skipper):
        for number in range(3):
            await live.office.launch(f"m{number}", a_matter(title=f"事项{number}"))

        async def joined() -> bool:
            return sum(one.due_at is not None for one in live.deliveries(HANDLER)) == 3

        await eventually(joined)
        (due_at,) = {one.due_at for one in live.deliveries(HANDLER)}
        assert due_at is not None
        assert (due_at.hour, due_at.minute) == (17, 0)
        assert due_at.date() > datetime.now(SHANGHAI).date()

        digest = live.client.get_workflow_handle(digest_workflow_id(HANDLER, due_at, live.scope), result_type=int)
        await eventually(lambda: _exists(live, digest.id))
        await skipper.fast_forward(digest, LONG)

        assert await digest.result() == 1
        assert await replays(digest)
        (mail_to_handler,) = [one for one in mail.arrived if one.to == "jyj@example.invalid"]
        assert "3 条" in mail_to_handler.subject
        assert all(f"事项{number}" in mail_to_handler.text for number in range(3))
        for delivery in live.deliveries(HANDLER):
            assert delivery.state is NoticeState.DELIVERED
            assert delivery.provider_key == mail_to_handler.key
            assert delivery.receipt is not None
        assert sum(one.to == "head@example.invalid" for one in mail.arrived) == 3


async def _exists(live: SendingOffice, workflow_id: str) -> bool:
    return [one async for one in live.client.list_workflows(f'WorkflowId = "{workflow_id}"')] != []
