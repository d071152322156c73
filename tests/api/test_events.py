"""The stream tells each listener what he may see, in order, goes on after a break, and lets go of whoever sleeps."""

import asyncio
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from identity.administration import Administration
from models.acts import Act, ActName
from models.identity import SiteRole, TokenScope
from models.rows import ActRow, table
from record import feeds, ledger
from record.store import Store
from tests.api.conftest import World
from tests.workflows.cast import CO, DIRECTORY
from web.api import events as streams
from web.api.feed import BUFFERED, Feed, TooSlow


def _events(world: World, who: str, *, after: int | None = None, wait: int = 0) -> Iterator[dict[str, Any]]:
    headers = {"Last-Event-ID": str(after)} if after is not None else {}
    with world.as_(who).stream("GET", "/events", params={"wait": wait}, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        number = None
        for line in answer.iter_lines():
            if line.startswith("id: "):
                number = int(line.removeprefix("id: "))
            elif line.startswith("data: ") and number is not None:
                yield {"number": number, **json.loads(line.removeprefix("data: "))}


def test_what_is_recorded_while_one_listens_comes_at_once(world: World) -> None:
    stream = _events(world, "officer", after=0, wait=20)
    matter = world.launch().json()["id"]
    seen = []
    for event in stream:
        if event["target"] == matter:
            seen.append(event["act"])
        if len(seen) == 2:
            break
    assert seen == ["registered", "assigned"]


def test_a_stream_begins_where_a_page_says_that_it_was_made(world: World) -> None:
    before = world.launch().json()["id"]
    with world.store.reading() as session:
        made_at = feeds.last(session)
    since = world.launch().json()["id"]
    told = []
    with world.as_("officer").stream("GET", "/events", params={"wait": 0, "after": made_at}) as answer:
        told = [json.loads(line.removeprefix("data: ")) for line in answer.iter_lines() if line.startswith("data: ")]
    assert since in {one["target"] for one in told}
    assert before not in {one["target"] for one in told}


def test_a_stream_goes_on_behind_the_last_id_and_misses_nothing(world: World) -> None:
    matter = world.launch().json()["id"]
    everything = list(_events(world, "officer", after=0))
    numbers = [event["number"] for event in everything]
    assert numbers == sorted(set(numbers))
    middle = next(event for event in everything if event["target"] == matter)
    assert [one["number"] for one in _events(world, "officer", after=middle["number"])] == [
        number for number in numbers if number > middle["number"]
    ]


def test_each_hears_of_what_he_may_see_and_of_no_word_that_people_wrote(world: World) -> None:
    matter = world.launch(co=[CO]).json()["id"]
    assert world.do("lead", matter, "report_progress", text="机密内容").status_code == 200
    heard = {who: list(_events(world, who, after=0)) for who in ("stranger", "co-handler", "lead", "officer")}
    assert matter not in {one["target"] for one in heard["stranger"]}
    assert {"signed", "progress_reported"} <= {one["act"] for one in heard["officer"] if one["target"] == matter}
    assert {one["target"] for one in heard["co-handler"]} >= {matter}
    assert world.case not in {one["target"] for one in heard["co-handler"]}
    for events in heard.values():
        assert "机密内容" not in json.dumps(events, ensure_ascii=False)
        assert {"detail", "reason", "subject", "by", "person"}.isdisjoint({name for one in events for name in one})


@pytest.mark.parametrize("who", ["administrator", "operator"])
def test_whoever_sees_no_content_has_no_stream(world: World, who: str) -> None:
    assert world.as_(who).get("/events", params={"wait": 0}).status_code == 403


# --- the reader -------------------------------------------------------------------------------------------------------


def _append(store: Store, number: int) -> None:
    with store.writing() as session:
        act = Act(at=datetime(2026, 3, 2, tzinfo=UTC), target=f"m{number}", act=ActName.SIGNED)
        ledger.append(session, [act], message_id=None, processed_at=datetime.now(UTC))


async def test_one_reader_serves_everybody_and_ends_with_the_last(database_url: str) -> None:
    with closing(Store(database_url)) as store:
        store.migrate()
        feed = Feed(store, timedelta(milliseconds=20))
        until = time.monotonic() + 10
        async with feed.listening(0, until) as one, feed.listening(0, until) as other:
            _append(store, 1)
            _append(store, 2)
            for entries in (one, other):
                assert [(await anext(entries)).entry.target for _ in range(2)] == ["m1", "m2"]  # type: ignore[union-attr]
            assert feed.listeners == 2
        assert feed.listeners == 0
        assert feed._reader is None


async def test_a_listener_that_does_not_keep_up_is_let_go_and_loses_nothing(database_url: str) -> None:
    with closing(Store(database_url)) as store:
        store.migrate()
        feed = Feed(store, timedelta(milliseconds=20))
        async with feed.listening(None, time.monotonic() + 30) as entries:
            with store.writing() as session:
                at = datetime(2026, 3, 2, tzinfo=UTC)
                acts = [Act(at=at, target="m", act=ActName.SIGN_REMINDED) for _ in range(BUFFERED + 10)]
                ledger.append(session, acts, message_id=None, processed_at=at)
            while not any(one.dropped for one in feed._listeners):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.02)
            heard = []
            try:
                async for one in entries:
                    assert one is not None
                    heard.append(one.number)
                pytest.fail("nobody let it go")
            except TooSlow:
                pass
        assert len(heard) == BUFFERED
        async with feed.listening(heard[-1], time.monotonic() + 0.2) as entries:
            rest = [one.number async for one in entries if one is not None]
        assert rest == list(range(heard[-1] + 1, heard[-1] + 11))


async def test_a_number_that_is_late_comes_in_its_place_and_one_that_never_comes_holds_nobody_up(
    database_url: str,
) -> None:
    with closing(Store(database_url)) as store:
        store.migrate()
        feed = Feed(store, timedelta(milliseconds=20), patience=timedelta(milliseconds=400))
        _append(store, 1)
        async with feed.listening(None, time.monotonic() + 10) as entries:
            _put(store, 3)
            await asyncio.sleep(0.1)
            _put(store, 2)
            first = [await anext(entries) for _ in range(2)]
            assert [one.number for one in first if one] == [2, 3]
            _put(store, 9)
            late = await anext(entries)
            assert late is not None
            assert late.number == 9


def _put(store: Store, number: int) -> None:
    """An entry under a number of its own, as a transaction that took its number earlier writes it."""
    with store.writing() as session:
        at = datetime(2026, 3, 2, tzinfo=UTC)
        act = Act(at=at, target=f"m{number}", act=ActName.SIGNED)
        session.execute(
            insert(table(ActRow)).values(
                id=number,
                target=act.target,
                seq=1,
                act=act.act.value,
                at=at,
                processed_at=at,
                body=ledger.canonical(act.model_dump(mode="json", exclude_none=True)),
                previous="",
                hash=str(number),
            )
        )


def test_a_stream_that_is_never_silent_ends_with_its_session_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT", timedelta(0))
    at = Administration(world.store, DIRECTORY, datetime.now(UTC))
    assert at.register("listener").accepted
    assert at.give_role("listener", SiteRole.AUDITOR).accepted
    secret = at.issue_token("listener", "tests", TokenScope.ACT, None, timedelta(days=1)).secret
    assert secret is not None
    world.tokens["listener"] = secret
    stream = _events(world, "listener", wait=20)
    later: list[str] = []
    with ThreadPoolExecutor(1) as aside:
        # The first event comes only when something is recorded, so somebody else has to record it meanwhile.
        first = aside.submit(next, stream)
        while not first.done():
            world.launch()
        assert at.lock("listener").accepted
        later.append(world.launch().json()["id"])
        rest = aside.submit(list, stream).result(15)
    assert later[0] not in {one["target"] for one in rest}
