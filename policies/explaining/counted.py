"""What do the days of a recorded clock come to, each counted or skipped by name, and is that what was recorded?

Derived for people, under the calendar version of the ruling; the recorded instant stands whatever comes out here.
Counting itself is policies/deadlines.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from models.calendar import CalendarNotice
from models.cases import CaseClockKind
from models.explanations import Counted, CountedDay, Segment, Words
from models.matters import Clock, ClockKind, Running
from policies.calendar import Calendar, CalendarError, standard_calendar
from policies.counting import Counting
from policies.deadlines import DayNote, Due, due, effect_ends_at, explain, local_date, periods, touching
from policies.explaining.tracing import Run, Stops
from policies.explaining.vocabulary import AnyClock
from policies.explaining.words import CLOCK_NAMES
from policies.limits import Limit, LimitError, Unit, parse_limit
from policies.segments import segments_of
from policies.wording import moment

# Periods of many months, ended by the corresponding day: half a year of days listed would show nothing more.
_BY_THE_MONTH = (CaseClockKind.EFFECT, CaseClockKind.LAPSE)
# A series that is longer than this many periods is not looked through for the one that ended.
_PERIODS = 600


def versions(notices: Iterable[CalendarNotice]) -> dict[str, Calendar]:
    """Every calendar that rulings of this record can have been made under, by version, the latest last.

    The shipped calendar with none, the first, the first two … of the loaded notices, in the order of loading.
    """
    calendar = standard_calendar()
    found = {calendar.version: calendar}
    for notice in notices:
        if not calendar.has(notice.number):
            calendar = calendar.with_notice(notice)
            found[calendar.version] = calendar
    return found


def counted(  # noqa: PLR0917 - what is recorded of a clock, and what it was counted with
    run: Run,
    due_at: datetime | None,
    stops: Stops,
    named: Sequence[str],
    calendars: Mapping[str, Calendar],
    counting: Counting,
    stopped_at: datetime | None = None,
) -> Counted:
    """The days of a clock that ran to the recorded `due_at` (None: not on record).

    `named` are the calendar versions that rulings up to then named, the one of the act last. The last one that gives
    the recorded instant is shown, for an instant that was told is kept where a later calendar would end it earlier. A
    clock that stands still since `stopped_at` has its stretches up to then.
    """
    known = [version for version in reversed(named) if version in calendars]
    shown = known[:1] or list(calendars)[-1:]
    best = _under(run, due_at, stops, calendars[shown[0]], counting, stopped_at)
    note = None
    if not known:
        note = Words(
            zh=f"认定所用日历版本 {', '.join(named[-1:]) or '未记载'} 已无从重现,以下按 {shown[0]} 推算,以记录为准。",
            en=f"The calendar of the ruling is not at hand; days are shown under {shown[0]}. The record stands.",
        )
    for version in known[1:]:
        if best.due_at is None or best.agrees is not False:
            break
        other = _under(run, due_at, stops, calendars[version], counting, stopped_at)
        if other.agrees:
            ends = moment(best.derived_at) if best.derived_at else "–"
            note = Words(
                zh=f"按日历 {shown[0]} 为 {ends};已告知的期限不因日历变动而缩短,仍按 {version}。",
                en=f"Under {shown[0]} the days would end {ends}; what had been told under {version} is kept.",
            )
            best = other
    if best.agrees is False:
        note = _differs(best)
    return best.model_copy(update={"note": best.note or note})


def counted_clock(  # noqa: PLR0917 - as above
    kind: AnyClock,
    clock: Running,
    stops: Stops,
    calendars: Mapping[str, Calendar],
    counting: Counting,
    stopped_at: datetime | None = None,
) -> Counted:
    """The days of a clock of the snapshot, which holds everything its ruling rested on.

    A clock that stands still since `stopped_at` has its stretches up to then: what it had used up is kept.
    """
    leans_on = None
    if isinstance(clock, Clock) and clock.not_before is not None:
        leans_on = Run(ClockKind.LIMIT, clock.started_at, 0, "", due_at=clock.not_before)
    run = Run(kind, clock.started_at, 0, clock.limit, due_at=clock.due_at, round=clock.round, leans_on=leans_on)
    known = list(calendars)
    named = known[: known.index(clock.calendar) + 1] if clock.calendar in calendars else [clock.calendar]
    return counted(run, clock.due_at, stops, named, calendars, counting, stopped_at)


def _differs(found: Counted) -> Words:
    derived = moment(found.derived_at) if found.derived_at else "–"
    recorded = moment(found.due_at) if found.due_at else "–"
    return Words(
        zh=f"逐日推算为 {derived},记录为 {recorded}。认定一经作出不再重算,以记录为准。",
        en=f"The days come to {derived}, the record says {recorded}. A ruling is not made again: the record stands.",
    )


def _under(  # noqa: PLR0917 - as above
    run: Run,
    due_at: datetime | None,
    stops: Stops,
    calendar: Calendar,
    counting: Counting,
    stopped_at: datetime | None,
) -> Counted:
    ends = [(one, _end(one, due_at, stops, calendar, counting)) for one in (run, *run.sooner)]
    known = [(one, end) for one, end in ends if end is not None]
    blank = Counted(
        kind=run.kind,
        name=CLOCK_NAMES[run.kind],
        started_at=run.started_at,
        started_by=run.started_by or None,
        limit=run.limit,
        due_at=due_at,
        derived_at=None,
        calendar=calendar.version,
    )
    if not known:
        return blank
    chosen, (limit, end, stopped) = min(known, key=lambda pair: pair[1][1].at)
    derived, note = end.at, None
    floor = _floor(run, stops, calendar, counting)
    if floor is not None and floor > end.at:
        derived = floor
        note = Words(
            zh=f"逐日计至 {moment(end.at)};不早于办结时限 {moment(floor)},取较晚者。",
            en=f"Counted to {moment(end.at)}; not earlier than the limit, {moment(floor)}: the later one.",
        )
    days: Sequence[DayNote] = ()
    segments: tuple[Segment, ...] = ()
    if run.kind not in _BY_THE_MONTH:
        days = explain(limit, chosen.started_at, calendar, counting, stopped)
        ends_at, standing = stopped_at or due_at or derived, stopped_at is not None
        segments = segments_of(limit, chosen.started_at, ends_at, calendar, counting, stops, standing=standing)
    return blank.model_copy(
        update={
            "started_at": chosen.started_at,
            "started_by": chosen.started_by or None,
            "limit": chosen.limit,
            "derived_at": derived,
            "rules": end.rules,
            "days": tuple(
                CountedDay(date=day.date, counted=day.counted, zh=day.zh, en=day.en, provisional=day.provisional)
                for day in days
            ),
            "segments": segments,
            "note": note,
        }
    )


def _floor(run: Run, stops: Stops, calendar: Calendar, counting: Counting) -> datetime | None:
    """The instant before which the clock does not end: of the limit it leans on, as it was told or as it counts now."""
    if run.leans_on is None:
        return None
    leant = _end(run.leans_on, run.leans_on.due_at, stops, calendar, counting)
    known = [at for at in (run.leans_on.due_at, leant[1].at if leant else None) if at is not None]
    return max(known, default=None)


def _end(
    run: Run, due_at: datetime | None, stops: Stops, calendar: Calendar, counting: Counting
) -> tuple[Limit, Due, Stops] | None:
    """What the run comes to; None where nothing is counted or the calendar does not reach."""
    if not run.limit:
        return None
    try:
        limit = parse_limit(run.limit)
        if run.kind is ClockKind.PROGRESS:
            return _period(limit, run, due_at, stops, calendar, counting)
        return limit, *_ended(limit, run, stops, calendar, counting)
    except (CalendarError, LimitError):
        return None


def _ended(limit: Limit, run: Run, stops: Stops, calendar: Calendar, counting: Counting) -> tuple[Due, Stops]:
    """The end, and the suspensions that touched it."""
    if run.kind is CaseClockKind.EFFECT:
        ends_at = effect_ends_at(local_date(run.started_at), limit, counting)
        return Due(ends_at, local_date(ends_at), False, ("R15",), calendar.version), ()
    touched = touching(limit, run.started_at, calendar, counting, stops)
    return due(limit, run.started_at, calendar, counting, touched), tuple(touched)


def _period(  # noqa: PLR0917 - as above
    every: Limit, run: Run, due_at: datetime | None, stops: Stops, calendar: Calendar, counting: Counting
) -> tuple[Limit, Due, Stops] | None:
    """The period of `round`, or where that is not told the last one over by `due_at`, from the start of the series."""
    if every.unit not in (Unit.DAYS, Unit.WEEKS, Unit.MONTHS, Unit.WORKING_DAYS, Unit.HOURS):
        return None
    found = None
    for number in range(run.round or 1, run.round + 1 if run.round else _PERIODS):
        limit = periods(every, number)
        end, before = _ended(limit, run, stops, calendar, counting)
        if found is not None and due_at is not None and end.at > due_at:
            break
        found = limit, end, before
        if due_at is None or end.at >= due_at:
            break
    return found
