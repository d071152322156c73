"""Of what stretches does the life of a clock consist: running, suspended, moved on?

The stretches add up to the time from its start to its end, and what is counted in them to its limit: a suspension
takes nothing away and gives nothing (engine.md 2; R13). When a clock ends is for deadlines.py.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

from models.explanations import Segment, SegmentKind
from policies.calendar import Calendar
from policies.counting import Counting
from policies.deadlines import SHANGHAI, Stops, counted_after, day_ends_at, local_date, nominal_end, touching
from policies.limits import Limit, Unit

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)

_Stretch = tuple[SegmentKind, datetime, datetime]


def segments_of(  # noqa: PLR0917 - what due() takes, and the instant it came to
    limit: Limit,
    started_at: datetime,
    ends_at: datetime,
    calendar: Calendar,
    counting: Counting,
    stops: Stops = (),
    *,
    standing: bool = False,
) -> tuple[Segment, ...]:
    """The stretches from `started_at` to `ends_at` in order, each beginning where the one before it ends.

    `ends_at` is the recorded due instant, whatever it came of; a `standing` clock has stood still since then. A stop
    that was over by the start or began at the end or later touches nothing. What is counted is never more than the
    limit: where the last day is moved off days off, or the end is that of another clock or another calendar, the rest
    is `moved`. Empty where the clock has not begun before `ends_at`. Raises what `due` raises.
    """
    stops = [(a.astimezone(SHANGHAI), b.astimezone(SHANGHAI)) for a, b in stops if b > started_at and a < ends_at]
    stretches = _stretches(started_at.astimezone(SHANGHAI), ends_at.astimezone(SHANGHAI), stops)
    now = [(ends_at, ends_at)] if standing else []
    touched = touching(limit, started_at, calendar, counting, [*stops, *now])
    owed, use = _owed(limit, started_at, calendar, counting, touched)
    found: list[Segment] = []
    used_up = False
    for kind, from_at, to_at in stretches:
        counted, runs_until = 0, from_at
        if kind is SegmentKind.SUSPENDED:
            found.append(Segment(kind=kind, from_at=from_at, to_at=to_at, counted=0))
            continue
        if not used_up:
            counted, over_at = use(from_at, to_at, owed)
            owed, used_up = owed - counted, counted == owed
            runs_until = min(over_at, to_at) if used_up else to_at
            found.append(Segment(kind=kind, from_at=from_at, to_at=runs_until, counted=counted))
        if to_at > runs_until:
            found.append(Segment(kind=SegmentKind.MOVED, from_at=runs_until, to_at=to_at, counted=0))
    return tuple(found)


def _stretches(at: datetime, ends_at: datetime, stops: Stops) -> Iterator[_Stretch]:
    """Running and standing still by turns, without what a suspension moves on to."""
    for stopped_at, resumed_at in sorted(stops):
        stopped_at, resumed_at = max(stopped_at, at), min(resumed_at, ends_at)
        if resumed_at < stopped_at:
            continue
        if stopped_at > at:
            yield SegmentKind.RUNNING, at, stopped_at
        yield SegmentKind.SUSPENDED, stopped_at, resumed_at
        at = resumed_at
    if at < ends_at:
        yield SegmentKind.RUNNING, at, ends_at


_Use = Callable[[datetime, datetime, int], tuple[int, datetime]]


def _owed(limit: Limit, started_at: datetime, calendar: Calendar, counting: Counting, stops: Stops) -> tuple[int, _Use]:
    """What the limit comes to, and how much of what is left of it a running stretch uses up, until when."""
    if limit.unit is Unit.HOURS:
        return limit.number * 3600, _seconds_used
    owed, counts, day_ends = _days_of(limit, started_at, calendar, counting)
    stopped = [(local_date(a), local_date(b)) for a, b in stops]

    def days_used(from_at: datetime, to_at: datetime, left: int) -> tuple[int, datetime]:
        day, last, counted = local_date(from_at), local_date(to_at - _INSTANT), 0
        over_at = to_at if left else day_ends(day)
        while day <= last and counted < left:
            if counts(day) and not any(first <= day <= until for first, until in stopped):
                counted, over_at = counted + 1, day_ends(day)
            day += _DAY
        return counted, over_at

    return owed, days_used


def _seconds_used(from_at: datetime, to_at: datetime, left: int) -> tuple[int, datetime]:
    counted = min(int((to_at - from_at).total_seconds()), left)
    return counted, from_at + timedelta(seconds=counted)


def _days_of(
    limit: Limit, started_at: datetime, calendar: Calendar, counting: Counting
) -> tuple[int, Callable[[date], bool], Callable[[date], datetime]]:
    """How many days a limit is, which days count towards it, and when a day that counted is over."""
    started = started_at.astimezone(SHANGHAI)
    on = started.date()
    if limit.unit is Unit.SAME_DAY:
        return 1, lambda day: day >= on, lambda day: datetime.combine(day + _DAY, time.min, SHANGHAI)
    if limit.unit is Unit.HALF_DAY:
        first = on if started.time() <= counting.noon else on + _DAY
        return (
            1,
            lambda day: day >= first and calendar.is_working(day),
            lambda day: datetime.combine(day, counting.close if day == on else counting.noon, SHANGHAI),
        )
    received = counted_after(limit, started_at, calendar, counting)
    working = limit.unit is Unit.WORKING_DAYS
    owed = limit.number if working else max((nominal_end(limit, received) - received).days, 0)
    return (
        owed,
        lambda day: day > received and (not working or calendar.is_working(day)),
        lambda day: day_ends_at(day, counting),
    )
