"""How is a clock drawn? As months of weeks, each day with what it was to the clock and what happens on it.

Only laid out here: which day counts and when a clock ends was found by the rules (policies/explaining/counted.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from models.explanations import Counted, CountedDay, SegmentKind
from models.matters import Clock
from models.proceedings import StepClock
from policies.deadlines import local_date

C = TypeVar("C", Clock, StepClock)

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens on a day: its words, and whether it is still to come."""

    words: str
    ahead: bool


@dataclass(frozen=True, slots=True)
class DrawnDay:
    """One day of a week; `note` is None where it lies outside of the clock."""

    on: date
    note: CountedDay | None
    paused: bool
    started: bool
    due: bool
    today: bool
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class DrawnMonth:
    """A month by its first day; its weeks from Monday to Sunday, None for days of other months."""

    first: date
    weeks: tuple[tuple[DrawnDay | None, ...], ...]


def drawn(
    clock: Counted, events: Mapping[date, Iterable[Event]], today: date, stopped_on: date | None = None
) -> tuple[DrawnMonth, ...]:
    """The months that the clock touches; empty where its days are not counted one by one.

    From `stopped_on` on it stands still: what comes of the days after that nobody knows yet, nor which is the last.
    """
    if not clock.days:
        return ()
    notes = {day.date: day for day in clock.days if stopped_on is None or day.date < stopped_on}
    paused = [
        (local_date(one.from_at), local_date(one.to_at)) for one in clock.segments if one.kind is SegmentKind.SUSPENDED
    ]
    due_at = clock.due_at or clock.derived_at
    due = local_date(due_at) if due_at and stopped_on is None else None
    if stopped_on is not None:
        paused.append((stopped_on, max(today, stopped_on)))
    begun = local_date(clock.started_at)

    def of(day: date) -> DrawnDay:
        return DrawnDay(
            day,
            notes.get(day),
            paused=any(since <= day <= until for since, until in paused),
            started=day == begun,
            due=day == due,
            today=day == today,
            events=tuple(events.get(day, ())),
        )

    touched = (begun, *notes, *(until for _, until in paused))
    first, last = min(touched), max(*touched, due or begun)
    months: list[DrawnMonth] = []
    month = first.replace(day=1)
    while month <= last:
        following = (month + 31 * _DAY).replace(day=1)
        days: list[DrawnDay | None] = [None] * month.weekday()
        days += [of(month + _DAY * number) for number in range((following - month).days)]
        days += [None] * (-len(days) % 7)
        months.append(DrawnMonth(month, tuple(tuple(days[at : at + 7]) for at in range(0, len(days), 7))))
        month = following
    return tuple(months)


def reminders(clocks: Iterable[C]) -> list[tuple[C, date, int]]:
    """The reminders still to come, the earliest first: of which clock, on which day, so many working days before."""
    found = [(clock, local_date(one.at), one.days_left) for clock in clocks for one in clock.reminders]
    return sorted(found, key=lambda one: one[1])
