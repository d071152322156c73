"""How do organs rank by what they finished in a period? By the share in time, then by mean net time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from models.access import Scope
from models.bulletins import RankedMatter
from policies.bulletins import ever_late, merit, placed, time_in_hand
from policies.calendar import Calendar, CalendarError
from record import bulletins, finished
from record.finished import Closed, Sum
from showing.weeks import begins

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """An organ's place: how many matters it finished, how many in time, and their mean net working days, to a tenth."""

    place: int
    organ: str
    finished: int
    in_time: int
    mean_net: float


def rankings(session: Session, first: date, last: date, *, scope: Scope, calendar: Calendar) -> tuple[Place, ...]:
    """The places of the leads of what was closed from `first` to `last`, both included, as far as the reader sees it.

    As a bulletin of that period ranks them, but for a calendar that was published since a matter was closed.
    """
    since, before = begins(first), begins(last + _DAY)
    found = {one.lead: one for one in finished.sums(session, since, before, scope=scope)}
    for one in _measured(session, since, before, scope, calendar):
        known = found.get(one.lead, Sum(one.lead, 0, 0, 0))
        in_time = known.in_time + (not one.late)
        found[one.lead] = Sum(one.lead, known.finished + 1, in_time, known.net + one.time.net)
    means = {lead: round(one.net / one.finished, 1) for lead, one in found.items()}
    merits = {lead: merit(one.finished, one.in_time, means[lead]) for lead, one in found.items()}
    return tuple(
        Place(place, organ, found[organ].finished, found[organ].in_time, means[organ])
        for place, organ in placed(merits)
    )


def finished_by(
    session: Session, organ: str, first: date, last: date, *, scope: Scope, calendar: Calendar
) -> tuple[RankedMatter, ...]:
    """The matters behind an organ's place, by number."""
    since, before = begins(first), begins(last + _DAY)
    measured = (one for one in _measured(session, since, before, scope, calendar) if one.lead == organ)
    found = [*finished.closed(session, since, before, organ, scope=scope), *measured]
    return tuple(
        RankedMatter(target=one.matter, time=one.time, in_time=not one.late)
        for one in sorted(found, key=lambda one: one.matter)
    )


def _measured(
    session: Session, since: datetime, before: datetime, scope: Scope, calendar: Calendar
) -> Iterator[Closed]:
    """What was closed before times were noted, measured now; nothing of what nobody can count."""
    for matter, lead, closed_at in finished.unnoted(session, since, before, scope=scope):
        acts = list(bulletins.happened_to(session, matter))
        try:
            time = time_in_hand(acts, closed_at, calendar)
        except CalendarError:
            continue
        if time is not None:
            yield Closed(matter, lead, closed_at, time, ever_late(acts, closed_at))
