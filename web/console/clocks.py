"""The clocks of whatever a page shows, each with what has happened on its days and what will come of itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from models.explanations import Counted
from models.matters import ClockKind, Reminder
from policies.deadlines import local_date
from policies.explaining.words import ends
from record.ledger import Entry
from web.console import drawing
from web.console.drawing import DrawnMonth, Event
from web.console.visits import Said


@dataclass(frozen=True, slots=True)
class Drawn:
    """A clock and its months."""

    clock: Counted
    months: tuple[DrawnMonth, ...]


def drawn(
    say: Said,
    clocks: Iterable[Counted],
    entries: Iterable[Entry],
    at: datetime,
    *,
    reminders: Mapping[str, Iterable[Reminder]] | None = None,
    stopped_on: date | None = None,
    shown: datetime | None = None,
) -> tuple[Drawn, ...]:
    """The clocks as of the aware instant `at`; first the one that ends at `shown`, which people look at.

    `reminders` are those still to come, by kind of clock; where it ends stands what follows if nobody acts.
    `stopped_on` is the day since which all stand still but for the suspension's own.
    """
    happened: dict[date, list[Event]] = {}
    for entry in entries:
        happened.setdefault(local_date(entry.act.at), []).append(Event(say.act(entry.act.act), ahead=False))
    found: list[Drawn] = []
    for clock in clocks:
        own = {day: list(known) for day, known in happened.items()}
        for one in (reminders or {}).get(clock.kind, ()) if stopped_on is None else ():
            words = say.text("clock.reminder", days=one.days_left)
            own.setdefault(local_date(one.at), []).append(Event(words, ahead=True))
        if clock.due_at is not None and clock.due_at > at and stopped_on is None:
            words = say.text("clock.ends", words=say.words(ends(clock.kind)))
            own.setdefault(local_date(clock.due_at), []).append(Event(words, ahead=True))
        stands = stopped_on if clock.kind != ClockKind.SUSPENSION else None
        found.append(Drawn(clock, drawing.drawn(clock, own, local_date(at), stands)))
    return tuple(sorted(found, key=lambda one: one.clock.due_at != shown))
