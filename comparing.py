"""What would a draft have done with the matters of the past? The pages of a history lived twice, put together in order.

rehearsal/comparison.py compares; here the pages are spread over processors, and a record is read page by page. Used by
the command line and by the worker, for the policy room. Nothing is written.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from itertools import islice
from typing import Protocol

from models.calendar import CalendarNotice
from models.directory import Organ
from policies.deadlines import SHANGHAI
from policies.directory import Directory
from policies.procedures import Procedure, load_text
from record import calendars, lives
from record.sealed import for_the_rules
from record.store import Store
from rehearsal.comparison import Comparison, Question, compare
from rehearsal.retracing import Recorded, World, loaded

PAGE = 50
"""Families of a page: enough to be worth sending to another process, few enough to share a small history."""

_MANY_PAGES = 20
_AHEAD = 4

Notice = tuple[CalendarNotice, datetime]
Family = tuple[str, list[Recorded]]
"""A matter's id, and every act of it, of its children at every depth and of their cases, in the order of recording."""


@dataclass(frozen=True, slots=True)
class Around:
    """What concerns every matter: loaded notices in order, measures decided, the instant up to which acts are known.

    `named` are the numbers of notices that acts name, with the first instant at which they do.
    """

    notices: tuple[Notice, ...]
    measures: tuple[tuple[str, datetime], ...]
    until: datetime
    named: dict[str, datetime]


class Page(Protocol):
    """Some families; reading them needs nothing but the page, so it can be sent to another process."""

    def families(self) -> Iterator[Family]:
        """Each family, in the order of the ids."""


@dataclass(frozen=True, slots=True)
class Read:
    """A page that was read already."""

    read: tuple[Family, ...]

    def families(self) -> Iterator[Family]:
        """Each family, in the order of the ids."""
        return iter(self.read)


@dataclass(frozen=True, slots=True)
class Work:
    """What every page is compared under; made of plain values, so that it can be sent to another process."""

    old: tuple[str, str]
    new: tuple[str, str]
    new_on: date
    organs: tuple[Organ, ...]
    around: Around
    since: datetime | None
    before: datetime | None

    def question(self) -> Question:
        """What is asked of every family."""
        old = load_text(*self.old)
        new = load_text(*self.new).in_force(self.new_on)
        world = World(Directory(self.organs), loaded(self.around.notices), self._measures_decided)
        return Question(
            cache(old.in_force), lambda _on: new, old.name, world, self.around.until, self.since, self.before
        )

    def on(self, page: Page) -> Comparison:
        """The comparison over the families of one page."""
        return compare(page.families(), self.question())

    def _measures_decided(self, subject: str, since: datetime, until: datetime) -> int:
        return sum(one == subject and since <= at < until for one, at in self.around.measures)


def work(
    old: Procedure,
    new: Procedure,
    new_on: date,
    *,
    around: Around,
    directory: Directory,
    bounds: tuple[datetime | None, datetime | None],
) -> Work:
    """What two procedures are compared under: the new one by its values of `new_on`; `bounds` as `instants` gives."""
    return Work((old.text, old.file), (new.text, new.file), new_on, directory.organs, around, *bounds)


def instants(since: date | None, until: date | None) -> tuple[datetime | None, datetime | None]:
    """From the beginning of the one local day to the end of the other; None is no bound."""
    return (
        None if since is None else datetime.combine(since, time.min, SHANGHAI),
        None if until is None else datetime.combine(until, time.max, SHANGHAI),
    )


def worked(work: Work, pages: Iterator[Page], processors: int | None = None) -> Iterator[Comparison]:
    """The parts in the order of the pages; a short history is not worth another process.

    `processors` is how many other processes work on a long one; None: as many as there are processors, and none beside
    this one where there is only one.
    """
    first = list(islice(pages, _MANY_PAGES))
    alone = processors is None and os.cpu_count() in (None, 1)
    processors = processors or os.cpu_count() or 1
    if len(first) < _MANY_PAGES or alone:
        yield from (work.on(page) for part in (first, pages) for page in part)
        return
    # Not forked: a copy of this process would share its database connections.
    with ProcessPoolExecutor(processors, multiprocessing.get_context("spawn")) as pool:
        ahead: deque[Future[Comparison]] = deque()
        for part in (first, pages):
            for page in part:
                ahead.append(pool.submit(work.on, page))
                if len(ahead) > _AHEAD * processors:
                    yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


# --- a record that is open --------------------------------------------------------------------------------------------


def around_record(store: Store) -> Around | None:
    """What concerns every matter of this record, as of one moment; None where it holds no act."""
    with store.reading() as session:
        until = lives.last_act_at(session)
        if until is None:
            return None
        return Around(tuple(calendars.loaded(session)), tuple(lives.measures(session)), until, {})


def families(store: Store, ids: Sequence[str]) -> list[Family]:
    """These families of the record with their acts, as they were said, for the rules alone."""
    with store.reading() as session:
        for_the_rules(session)
        found = lives.lives(session, ids)
    return [
        (family, [Recorded(entry.act, entry.message_id) for entry in entries]) for family, entries in found.items()
    ]  # fmt: skip


def over_record(
    store: Store, work: Work, on_page: Callable[[int], None], processors: int | None = None
) -> Comparison:  # fmt: skip
    """The comparison over this record, the same however many processors; `on_page` hears how many families are done."""
    counts: deque[int] = deque()

    def pages() -> Iterator[Page]:
        after: str | None = None
        while True:
            with store.reading() as session:
                page = lives.registered(session, since=work.since, until=work.before, after=after, limit=PAGE)
            if page.items:
                counts.append(len(page.items))
                yield Read(tuple(families(store, page.items)))
            if page.next is None:
                return
            after = page.next

    found, done = Comparison(), 0
    for part in worked(work, pages(), processors):
        found.include(part)
        done += counts.popleft()
        on_page(done)
    return found
