"""How does a sample office come by a year that it has lived?

Its matters, cases, proceedings and petitions are played on virtual time up to the present instant and put on record by
the same rules as live ones, in one transaction: the record holds all of it or nothing. Who keeps the time of what is
open is not for here: `reconcile` starts it from the record (docs/decisions/0024).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from activities.recording import Recording
from models.messages import Outcome, Registration
from policies.calendar import standard_calendar
from policies.directory import Directory
from record.ledger import Entry
from record.store import Store
from rehearsal.streams import PROMPT
from sample.days import Days
from sample.letters import Letters
from sample.people import People
from sample.player import Clock, Player, Said
from sample.stories import Author, known_to, read

__all__ = ["SEED", "Past", "known_to", "sample_past"]

SEED = 2026
YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Past:
    """What was put on record: how many matters and acts, and the receipt code of each petition, kept nowhere else."""

    matters: int
    acts: int
    codes: Mapping[str, str]


def sample_past(
    store: Store,
    directory: Directory,
    until: datetime,
    seed: int = SEED,
    *,
    ordinary: int | None = None,
    passed: Callable[[datetime], None] = lambda _: None,
) -> Past:
    """Put about a year before the aware instant `until` on record, relative to its day, and say what came of it.

    The same seed, directory and day give the same acts, but for the opaque references of petitioners. `directory` has
    to know the organs of the sample (`known_to`), and nothing may have been recorded yet. `ordinary`: only the first so
    many of the ordinary matters, for a smaller office with every story. `passed` hears of each instant that was played;
    what it raises breaks off, and nothing is kept. Raises RecordUnavailableError.
    """
    until = until.replace(microsecond=0)
    clock = Clock(until - YEAR)
    file, calendar = read(), standard_calendar()
    with store.writing() as session:
        days = Days(calendar, until)
        stories = Author(session, directory, days, until, seed).write(ordinary=ordinary)
        people = People(
            seed,
            directory,
            manners={file.office: PROMPT},
            silent=stories.told,
            carried_out=stories.carried_out,
            routes=stories.routes,
        )
        rng = Random(f"{seed}/letters")  # noqa: S311 - a sample, not a secret
        letters = Letters(session, directory, calendar, file.channels, file.office, until, rng)
        counted = _Counted(clock, letters, passed)
        player = Player(session, Recording(store, directory, clock=clock), clock, people, counted)
        player.plan(stories.said)
        player.play(until)
    return Past(counted.matters, counted.acts, stories.codes)


class _Counted:
    """Counts what is recorded, and lets its notices leave."""

    def __init__(self, clock: Clock, letters: Letters, passed: Callable[[datetime], None]) -> None:
        self.matters = 0
        self.acts = 0
        self._clock = clock
        self._letters = letters
        self._passed = passed

    def __call__(self, said: Said | None, outcome: Outcome | None, entries: Sequence[Entry]) -> None:
        self.acts += len(entries)
        if said is not None and isinstance(said.message, Registration):
            self.matters += outcome is not None and outcome.accepted
        self._letters.send(entries)
        self._passed(self._clock.at)
