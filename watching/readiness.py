"""Can this process work? Asked of what it cannot do without, at most once a second whoever asks.

That the day's seal is missing, or a backup is old, is no reason to take a site away: it is a number and an alert.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic

from temporalio.client import Client
from temporalio.service import RPCError

import logs
from record.store import RecordUnavailableError, Store

log = logs.get(__name__)

_KEPT_SECONDS = 1.0
_PATIENCE_SECONDS = 3.0

Reaching = Callable[[], Awaitable[Client | None]]
"""The client of the Temporal server; None while nobody could connect."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Whether the record answers, its tables are as new as the program, and Temporal answers."""

    record: bool
    migrated: bool
    temporal: bool

    def __bool__(self) -> bool:
        """Whether the process can work."""
        return self.record and self.migrated and self.temporal


class Readiness:
    """Looks at a record and a server; one look answers everybody who asks within a second."""

    def __init__(self, store: Store, reaching: Reaching) -> None:
        self._store = store
        self._reaching = reaching
        self._looking = asyncio.Lock()
        self._until = 0.0
        self._found = Ready(record=False, migrated=False, temporal=False)

    async def __call__(self) -> Ready:
        """Whether the process can work; never raises for what is away."""
        async with self._looking:
            if monotonic() >= self._until:
                (record, migrated), temporal = await asyncio.gather(self._record(), self._temporal())
                self._found = Ready(record, migrated, temporal)
                self._until = monotonic() + _KEPT_SECONDS
                if not self._found:
                    log.warning("process.not_ready", database=record, migrated=migrated, server=temporal)
        return self._found

    async def _record(self) -> tuple[bool, bool]:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                behind = await asyncio.to_thread(self._store.behind)
        except (RecordUnavailableError, TimeoutError):
            return False, False
        return True, not behind

    async def _temporal(self) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                client = await self._reaching()
                return client is not None and await client.service_client.check_health()
        except (RPCError, RuntimeError, TimeoutError):
            return False
