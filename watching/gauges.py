"""Which numbers of the office are told at a scrape? What stands on record then, the disk and the backups beside it.

Every label is one of a few words of the program: stages, lights, kinds. Where the record does not answer its numbers
are missing and `duban_record_up` says so; a scrape never fails for it.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from time import monotonic

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from backup.keeping import newest_at
from record.standing import Standing, standing
from record.store import RecordUnavailableError, Store

_KEPT_SECONDS = 5.0


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class _Read:
    until: float = 0.0
    standing: Standing | None = None


class Gauges(Collector):
    """The numbers of one record and of the directories beside it; read once for all scrapes within a few seconds."""

    def __init__(
        self, store: Store, data_dir: Path, backups: Path | None = None, clock: Callable[[], datetime] = _now
    ) -> None:
        self._store = store
        self._data_dir = data_dir
        self._backups = backups
        self._clock = clock
        self._reading = Lock()
        self._read = _Read()

    def describe(self) -> list[Metric]:
        """Nothing beforehand: to register it asks nobody."""
        return []

    @override
    def collect(self) -> Iterator[Metric]:
        """Every number, as of now."""
        at = self._clock()
        found = self._standing(at)
        yield _gauge("duban_record_up", "Whether the record answers.", float(found is not None))
        yield _gauge("duban_writers_waiting", "Threads of this process that wait to write.", self._store.waiting)
        yield CounterMetricFamily(
            "duban_commits", "Transactions of this process that were made durable.", value=self._store.commits
        )
        if found is not None:
            yield from _of_record(found, at)
        try:
            free = shutil.disk_usage(self._data_dir)
        except OSError:
            pass
        else:
            yield _gauge("duban_data_free_bytes", "Free space where the data directory is.", free.free)
            yield _gauge("duban_data_size_bytes", "Size of what the data directory is on.", free.total)
        if self._backups is not None:
            newest = newest_at(self._backups)
            yield _gauge("duban_backup_made", "Whether there is a whole backup.", float(newest is not None))
            if newest is not None:
                age = (at - newest).total_seconds()
                yield _gauge("duban_backup_age_seconds", "Since the newest whole backup was begun.", age)

    def _standing(self, at: datetime) -> Standing | None:
        with self._reading:
            if monotonic() >= self._read.until:
                try:
                    with self._store.reading() as session:
                        found = standing(session, at)
                except RecordUnavailableError:
                    found = None
                self._read = _Read(monotonic() + _KEPT_SECONDS, found)
            return self._read.standing


def _of_record(found: Standing, at: datetime) -> Iterator[Metric]:
    matters = GaugeMetricFamily("duban_matters", "Matters, by stage and light.", labels=["stage", "light"])
    for (stage, light), number in sorted(found.matters.items()):
        matters.add_metric([stage, light], number)
    yield matters
    yield _by("duban_overdue", "What is over its due instant now, by kind.", "kind", found.overdue)
    yield _by("duban_unseen", "What fell due minutes ago and was not worked off, by kind.", "kind", found.unseen)
    yield _by("duban_cases_open", "Cases that are open, by stage.", "stage", found.cases)
    yield _gauge("duban_outbox_waiting", "Notices that may leave the house and have not.", found.waiting)
    since = (at - found.waiting_since).total_seconds() if found.waiting_since is not None else 0.0
    yield _gauge("duban_outbox_age_seconds", "Since when the first of them may leave.", since)
    yield _gauge("duban_notices_undelivered", "Notices that nobody took on any channel.", found.undelivered)
    yield _gauge("duban_incidents_open", "Incidents that nobody has dealt with.", found.incidents)
    yield _gauge("duban_seal_made", "Whether the record has ever been sealed.", float(found.seal is not None))
    if found.seal is not None:
        age = (at - found.seal.made_at).total_seconds()
        yield _gauge("duban_seal_age_seconds", "Since the newest seal was made.", age)
        yield _gauge("duban_seal_disputed", "What contradicts the seal before the newest.", found.seal.disputed)


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def _by(name: str, words: str, label: str, values: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=[label])
    for word, number in sorted(values.items()):
        family.add_metric([word], number)
    return family
