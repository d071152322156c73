"""Which keys seal and open what is said to Temporal? Those of the record, remembered for a minute.

A process that remembers a key goes on opening histories for that long after it was destroyed by another one.
"""

import time
from typing import NamedTuple

from privacy.sealing import DataKey, ErasedError
from record import keys
from record.store import Store

REMEMBERED_SECONDS = 60.0
_MANY = 2_000


class _Known(NamedTuple):
    key: DataKey
    until: float


class RecordKeys:
    """The keys of a record, for privacy/codec.py. Raises ValueError for a store that keeps nothing sealed."""

    def __init__(self, store: Store, remembered: float = REMEMBERED_SECONDS) -> None:
        if store.vault is None:
            raise ValueError("the store keeps nothing sealed")
        self._store, self._vault, self._remembered = store, store.vault, remembered
        self._newest: dict[str, _Known] = {}
        self._versions: dict[tuple[str, int], _Known] = {}

    def known(self, subject: str, version: int | None = None) -> DataKey | None:
        """A key remembered, the newest one of the subject or that version."""
        found = self._newest.get(subject) if version is None else self._versions.get((subject, version))
        return found.key if found is not None and found.until > time.monotonic() else None

    def sealing(self, subject: str, *, make: bool) -> DataKey | None:
        """The newest key of the subject, made where there is none and `make` says so."""
        try:
            with self._store.reading() as session:
                key = keys.newest(session, self._vault, subject)
            if key is None and make:
                with self._store.writing() as session:
                    key = keys.sealing_key(session, self._vault, subject)
        except ErasedError:
            self.forget(subject)
            raise
        if key is not None:
            self._newest[subject] = self._remember(key)
        return key

    def opening(self, subject: str, version: int) -> DataKey:
        """That version of the subject's key."""
        try:
            with self._store.reading() as session:
                key = keys.opening_key(session, self._vault, subject, version)
        except ErasedError:
            self.forget(subject)
            raise
        self._remember(key)
        return key

    def forget(self, subject: str) -> None:
        """Remember nothing of the subject's keys."""
        self._newest.pop(subject, None)
        for known in [one for one in self._versions if one[0] == subject]:
            del self._versions[known]

    def _remember(self, key: DataKey) -> _Known:
        now = time.monotonic()
        if len(self._versions) > _MANY:
            self._versions = {name: one for name, one in self._versions.items() if one.until > now}
            self._newest = {name: one for name, one in self._newest.items() if one.until > now}
        found = _Known(key, now + self._remembered)
        self._versions[key.subject, key.version] = found
        return found
