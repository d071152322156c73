"""How do new acts reach everybody who listens, with one reader of the ledger for all of them?

While somebody listens one task reads what was recorded after the last entry it has seen and hands it to every listener;
each judges for himself what he may see. A listener that does not keep up is let go, and comes back with the last id he
has seen: nothing is lost. On PostgreSQL an entry can become visible after a later one, so the reader waits a while for
numbers that are missing.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

import logs
from record import feeds
from record.feeds import Recorded
from record.store import RecordUnavailableError, Store

log = logs.get(__name__)

PAUSE = timedelta(seconds=0.5)
HOLE_PATIENCE = timedelta(seconds=10)
"""As long as a transaction waits for a lock (record/store.py): what is missing then was rolled back."""
BUFFERED = 1_000
PAGE = 500


class TooSlow(Exception):
    """The listener did not take what was recorded; it begins again behind the last id it has seen."""


@dataclass(eq=False, slots=True)
class Listener:
    """One who hears of what is recorded after `since`; holds at most BUFFERED entries."""

    since: int
    queue: "asyncio.Queue[Recorded | None]" = field(default_factory=lambda: asyncio.Queue(BUFFERED))
    dropped: bool = False

    def hand(self, one: Recorded) -> None:
        """Give it an entry, or let it go where it has no room."""
        if self.dropped or one.number <= self.since:
            return
        try:
            self.queue.put_nowait(one)
        except asyncio.QueueFull:
            self.dropped = True

    async def next(self, within: timedelta) -> Recorded | None:
        """The next entry, None when there is none within that time. Raises TooSlow."""
        if self.queue.empty() and self.dropped:
            raise TooSlow
        try:
            return await asyncio.wait_for(self.queue.get(), within.total_seconds())
        except TimeoutError:
            return None


class Feed:
    """The entries of a record as they come; the reader runs while somebody listens, in the loop of the listeners."""

    def __init__(self, store: Store, pause: timedelta = PAUSE, patience: timedelta = HOLE_PATIENCE) -> None:
        self._store = store
        self._pause = pause
        self._patience = patience
        self._listeners: set[Listener] = set()
        self._reader: asyncio.Task[None] | None = None
        self._beginning = asyncio.Lock()
        self._seen = 0
        self._waited = timedelta(0)

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    @asynccontextmanager
    async def listening(self, after: int | None, until: float) -> AsyncIterator[AsyncIterator[Recorded | None]]:
        """The entries recorded after the one numbered `after` (None: from now on), None now and then.

        Ends at `until` on the monotonic clock, not before what was recorded by now has been handed on.
        The iterator raises TooSlow where the listener fell behind, RecordUnavailableError where the past cannot be
        read.
        """
        async with self._beginning:
            if self._reader is None:
                self._seen = await asyncio.to_thread(self._last)
                self._reader = asyncio.create_task(self._read())
        listener = Listener(self._seen)
        self._listeners.add(listener)
        try:
            yield self._entries(listener, self._seen if after is None else after, until)
        finally:
            self._listeners.discard(listener)
            if not self._listeners and self._reader is not None:
                reader, self._reader = self._reader, None
                reader.cancel()
                with suppress(asyncio.CancelledError):
                    await reader

    async def _entries(self, listener: Listener, after: int, until: float) -> AsyncIterator[Recorded | None]:
        while after < listener.since:
            page = await asyncio.to_thread(self._page, after, listener.since)
            for one in page:
                yield one
            after = page[-1].number if len(page) == PAGE else listener.since
        while (left := until - time.monotonic()) > 0:
            yield await listener.next(min(HEARTBEAT, timedelta(seconds=left)))

    async def _read(self) -> None:
        while True:
            try:
                page = await asyncio.to_thread(self._page, self._seen, None)
            except RecordUnavailableError:
                log.warning("feed.unavailable")
                page = []
            for one in self._settled(page):
                self._seen = one.number
                for listener in self._listeners:
                    listener.hand(one)
            if len(page) < PAGE:
                await asyncio.sleep(self._pause.total_seconds())

    def _settled(self, page: list[Recorded]) -> list[Recorded]:
        """What can be handed on: up to the first number that is missing, unless that has been waited for."""
        numbers = [self._seen, *(one.number for one in page)]
        hole = next((place for place, (one, other) in enumerate(pairwise(numbers)) if other != one + 1), None)
        if hole is None or (hole == 0 and self._waited >= self._patience):
            self._waited = timedelta(0)
            following = numbers[1:]
            end = next((at for at, (one, other) in enumerate(pairwise(following), 1) if other != one + 1), len(page))
            return page[:end]
        self._waited = self._waited + self._pause if hole == 0 else timedelta(0)
        return page[:hole]

    def _last(self) -> int:
        with self._store.reading() as session:
            return feeds.last(session)

    def _page(self, after: int, until: int | None) -> list[Recorded]:
        with self._store.reading() as session:
            return feeds.after(session, after, until=until, limit=PAGE)


HEARTBEAT = timedelta(seconds=15)
"""How long a stream may be silent: what stands between keeps connections that long."""
