"""When does a limit end, when do its reminders fire, and how was that counted?

Pure arithmetic on a calendar and the counting values of a date; which clocks a matter has is for matter.py.
Local dates and times are those of Asia/Shanghai; instants come in aware. Source: R1–R18 (docs/sources.md).
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from policies.calendar import Calendar
from policies.counting import Closing, Counting, EffectEnd, LateReceipt, Roll, counting
from policies.limits import Limit, LimitError, Unit

__all__ = [
    "SHANGHAI", "Counting", "DayNote", "Due", "Stops", "add_months", "counted_after", "counting", "day_ends_at", "due",
    "effect_ends_at", "explain", "latest_day_before", "local_date", "next_opening", "nominal_end",
    "periods", "recurring_on", "reminders", "touching", "validity_end", "working_days_between",
]  # fmt: skip

SHANGHAI = ZoneInfo("Asia/Shanghai")

Stops = Sequence[tuple[datetime, datetime]]
"""Finished suspensions, each from the instant of the stop to the instant of the resumption."""

_Span = tuple[date, date]
_DAY = timedelta(days=1)

_RULES = {
    Unit.WORKING_DAYS: ("R3", "R6"),
    Unit.HALF_DAY: ("R11",),
    Unit.DAYS: ("R3", "R4", "R6"),
    Unit.WEEKS: ("R3", "R4", "R6", "R8"),
    Unit.MONTHS: ("R3", "R4", "R6", "R9"),
    Unit.HOURS: ("R10",),
    Unit.SAME_DAY: ("R10",),
    Unit.DATE: ("R4", "R6"),
}


class Due(NamedTuple):
    """When a clock runs out, and what the answer rests on.

    `at` is the due instant in Asia/Shanghai, `last_day` the last local date on which the thing can be done. `rules` are
    the counting rules that mattered, `calendar` the version counted with; `provisional` says that a counted day may
    still be changed by a notice.
    """

    at: datetime
    last_day: date
    provisional: bool
    rules: tuple[str, ...]
    calendar: str


@dataclass(frozen=True, slots=True)
class DayNote:
    """One day of a count: its running number, or None when it is not counted, and why, in Chinese and English."""

    date: date
    counted: int | None
    zh: str
    en: str
    provisional: bool = False


def local_date(instant: datetime) -> date:
    """The date of this instant in Asia/Shanghai (R2); raises ValueError for an instant without a zone."""
    return _local(instant).date()


def due(limit: Limit, started_at: datetime, calendar: Calendar, counting: Counting, stops: Stops = ()) -> Due:
    """When a clock of `limit` that started at `started_at` runs out.

    The local dates of a stop, both ends included, are not counted; an hour limit is lengthened by the time stopped. A
    stop that ended by `started_at` did not touch this clock. Raises CalendarError beyond the calendar, ValueError for
    an instant without a zone or a stop that ends before it begins.
    """
    started = _local(started_at)
    unit = limit.unit
    if unit is Unit.HOURS:
        return _hours_due(limit, started, calendar, stops)
    spans = _stopped_spans(stops, started) if stops else []
    start, stopped = started.date(), False
    if unit is Unit.SAME_DAY:
        last = _not_stopped(start, spans)
        return Due(_midnight_after(last), last, False, _rules(unit, False, last != start, False), calendar.version)
    if unit is Unit.HALF_DAY:
        return _half_day_due(started, calendar, counting, spans)
    received = counted_after(limit, started_at, calendar, counting)
    late, start = received != start, received
    first = start + _DAY
    if unit is Unit.WORKING_DAYS:
        last = calendar.nth_working_after(start, limit.number)
        if spans:
            counted = last
            last = _working_day_after_stops(limit.number, start, last, calendar, spans)
            stopped = last != counted
    else:
        nominal = nominal_end(limit, start)
        if unit is Unit.DATE:
            first = nominal
        last = calendar.next_working(nominal)
        if spans:
            rolled = last
            last = _rolled(_lengthened(start, nominal, spans), calendar, spans)
            stopped = last != rolled
    provisional = not calendar.all_official(first, last)
    return Due(
        day_ends_at(last, counting), last, provisional, _rules(unit, late, stopped, provisional), calendar.version
    )


def touching(limit: Limit, started_at: datetime, calendar: Calendar, counting: Counting, stops: Stops) -> Stops:
    """Those of the stops that touched a clock: not over by its start, and begun before its end as it was by then.

    One that begins on the last day, but after the due instant, stopped nothing. Raises what `due` raises.
    """
    if not stops:
        return ()
    found: list[tuple[datetime, datetime]] = []
    end = due(limit, started_at, calendar, counting)
    for stop in sorted(stops):
        if stop[0] >= end.at:
            break
        if stop[1] > started_at:
            found.append(stop)
            end = due(limit, started_at, calendar, counting, found)
    return tuple(found)


def reminders(
    due_at: datetime, last_day: date, lead_days: Sequence[int], calendar: Calendar, counting: Counting
) -> tuple[tuple[datetime, int], ...]:
    """The reminders of a clock, earliest first: the instant and the number of working days left then (R17).

    Each fires at the opening of the working day that lies so many working days before `last_day`, which is day 0; one
    that would not come before `due_at` is left out. Whether it is still ahead is for the caller. Raises ValueError for
    a negative number.
    """
    planned = []
    for days in sorted(set(lead_days), reverse=True):
        if days < 0:
            raise ValueError(f"提醒提前量不能为负 / a reminder lead is not negative: {days}")
        day = calendar.nth_working_before(last_day, days) if days else last_day
        at = datetime.combine(day, counting.opening, SHANGHAI)
        if at < due_at:
            planned.append((at, days))
    return tuple(planned)


def next_opening(after: datetime, calendar: Calendar, counting: Counting, stops: Stops = ()) -> datetime:
    """The first opening of an office day strictly later than `after`, not on a date inside one of `stops`."""
    local = _local(after)
    day = local.date() if local.time() < counting.opening else local.date() + _DAY
    spans = _merged(stops) if stops else []
    return datetime.combine(_rolled(day, calendar, spans), counting.opening, SHANGHAI)


def periods(every: Limit, k: int) -> Limit:
    """The length of the first k periods (k >= 1) of a series together: the k-th ends so long after the series began.

    Counting from its start keeps a monthly series on its day: 31 January, 28 February, 31 March. Raises LimitError for
    a length that does not repeat (half a day, same-day, a date) and ValueError for k < 1.
    """
    if every.unit in (Unit.HALF_DAY, Unit.SAME_DAY, Unit.DATE):
        raise LimitError(every.text, "不是可重复的周期 / not a length that repeats", "7d, 15d, 2w, 1mo, 3mo, 5wd, 48h")
    if k < 1:
        raise ValueError(f"期次从 1 起 / periods are numbered from 1: {k}")
    return Limit(every.unit, every.number * k)


def working_days_between(a: date, b: date, calendar: Calendar) -> int:
    """How many working days `b` lies after `a`: 3 on the day of reminder T-3, 0 on the same day, negative when past."""
    return calendar.working_days(a, b)


def latest_day_before(limit: Limit, event_on: date, calendar: Calendar) -> date:
    """The latest day that is still `limit` before the event, counted back from the day before it (R12).

    Calendar units do not roll: moving the day would shorten the notice. Raises LimitError for hours, half a day,
    same-day and dates.
    """
    match limit.unit:
        case Unit.WORKING_DAYS:
            return calendar.nth_working_before(event_on, limit.number)
        case Unit.DAYS:
            return event_on - limit.number * _DAY
        case Unit.WEEKS:
            return event_on - 7 * limit.number * _DAY
        case Unit.MONTHS:
            return add_months(event_on, -limit.number)
        case _:
            raise LimitError(limit.text, "不能向前倒计 / cannot be counted backwards", "5wd, 10d, 2w, 1mo")


def recurring_on(year: int, month: int, day: int, calendar: Calendar, counting: Counting) -> date:
    """The day of a duty 'by the `day`-th', that day included, moved off a day off as `counting` says (R16).

    A day the month does not have is its last day (R9). Raises ValueError for a day outside 1..31.
    """
    if not 1 <= day <= 31:
        raise ValueError(f"日应在 1 至 31 之间 / a day of the month lies from 1 to 31: {day}")
    on = date(year, month, min(day, monthrange(year, month)[1]))
    if counting.recurring_roll is Roll.PREVIOUS_WORKING_DAY:
        return calendar.previous_working(on)
    return calendar.next_working(on)


def validity_end(from_on: date, limit: Limit, calendar: Calendar) -> date:
    """The last day (until 24:00) of a validity or publicity window opened on `from_on`, which is not counted (R3, R15).

    Calendar windows do not roll. Raises LimitError for hours, half a day and same-day.
    """
    if limit.unit is Unit.WORKING_DAYS:
        return calendar.nth_working_after(from_on, limit.number)
    if limit.unit in (Unit.HOURS, Unit.HALF_DAY, Unit.SAME_DAY):
        raise LimitError(
            limit.text, "公示期、有效期以日计 / a window is counted in days", "5d, 3wd, 2w, 1mo, 2026-06-30"
        )
    return nominal_end(limit, from_on)


def window_end(from_on: date, limit: Limit, calendar: Calendar, stops: Stops) -> date:
    """The last day of a window as `validity_end` has it, later by the days on which it stood still (R13).

    The local dates of a stop that began inside the window, both ends included, are not counted; it does not roll.
    Raises what `validity_end` raises.
    """
    last = validity_end(from_on, limit, calendar)
    if limit.unit is Unit.DATE:
        return last
    for begun_at, over_at in sorted(stops):
        first, over = max(local_date(begun_at), from_on + _DAY), local_date(over_at)
        if first > last or over < first:
            continue
        dates = (first + number * _DAY for number in range((over - first).days + 1))
        if limit.unit is Unit.WORKING_DAYS:
            stopped = sum(calendar.is_working(on) for on in dates)
            last = calendar.nth_working_after(last, stopped) if stopped else last
        else:
            last += sum(1 for _ in dates) * _DAY
    return last


def effect_ends_at(from_on: date, limit: Limit, counting: Counting) -> datetime:
    """The instant at which an effect period that begins on `from_on` itself is over (R15).

    That is 24:00 of the day before the corresponding day, or of that day, as `counting` says; it does not roll. Raises
    LimitError unless the length is in days, weeks or months.
    """
    if limit.unit not in (Unit.DAYS, Unit.WEEKS, Unit.MONTHS):
        raise LimitError(
            limit.text, "影响期以月、周、日计 / an effect period is in months, weeks or days", "6mo, 12mo, 30d"
        )
    corresponding = nominal_end(limit, from_on)
    if counting.effect_end is EffectEnd.DAY_BEFORE:
        return datetime.combine(corresponding, time.min, SHANGHAI)
    return _midnight_after(corresponding)


def add_months(day: date, months: int) -> date:
    """The corresponding day so many months later (earlier when negative), or the month's last day (R9)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def explain(
    limit: Limit, started_at: datetime, calendar: Calendar, counting: Counting, stops: Stops = ()
) -> tuple[DayNote, ...]:
    """Every day from the start to the last day of `due`, counted or not, and why. Raises what `due` raises."""
    return tuple(_walk(limit, _local(started_at), calendar, counting, stops))


def _walk(limit: Limit, started: datetime, calendar: Calendar, counting: Counting, stops: Stops) -> Iterator[DayNote]:
    start = started.date()
    if limit.unit is Unit.HOURS:
        last = _hours_due(limit, started, calendar, stops).last_day
        for day in _days(start, last):
            yield DayNote(day, None, "按小时连续计算,昼夜、节假日不停", "hours run day and night, days off included")
        return
    spans = _stopped_spans(stops, started) if stops else []
    if limit.unit is Unit.SAME_DAY:
        yield from _walk_same_day(start, spans)
        return
    if limit.unit is Unit.HALF_DAY:
        yield from _walk_half_day(started, calendar, counting, spans)
        return
    received = counted_after(limit, started, calendar, counting)
    for day in _days(start, received - _DAY):
        yield DayNote(
            day,
            None,
            "下班后或休息日收到,视为下一工作日收到",
            "received out of hours, taken as received next working day",
        )
    start = received
    if limit.unit is Unit.DATE:
        start = min(start, nominal_end(limit, start))
    else:
        yield DayNote(start, None, "收到当日不计", "day of receipt, not counted")
    target = limit.number if limit.unit is Unit.WORKING_DAYS else (nominal_end(limit, start) - start).days
    yield from _walk_days(limit.unit, start, target, calendar, spans)


def _walk_days(unit: Unit, start: date, target: int, calendar: Calendar, spans: list[_Span]) -> Iterator[DayNote]:
    working_only = unit is Unit.WORKING_DAYS
    day, counted = start, 0
    if unit is Unit.DATE:
        yield DayNote(day, None, "起始之日", "the day it starts", not calendar.is_official(day))
    while counted < target:
        day += _DAY
        seen = calendar.why(day)
        if _is_stopped(day, spans):
            yield DayNote(day, None, "中止期间,不计", "suspended, not counted", not seen.official)
        elif working_only and not seen.working:
            yield DayNote(day, None, seen.zh, seen.en, not seen.official)
        else:
            counted += 1
            yield DayNote(day, counted, seen.zh, seen.en, not seen.official)
    while _is_stopped(day, spans) or not calendar.is_working(day):
        day += _DAY
        seen = calendar.why(day)
        zh, en = ("中止期间", "suspended") if _is_stopped(day, spans) else (seen.zh, seen.en)
        yield DayNote(day, None, f"{zh},顺延至此", f"{en}, moved on to", not seen.official)


def _walk_same_day(start: date, spans: list[_Span]) -> Iterator[DayNote]:
    last = _not_stopped(start, spans)
    for day in _days(start, last - _DAY):
        yield DayNote(day, None, "中止期间,不计", "suspended, not counted")
    yield DayNote(last, 1, "当日办结,至 24:00", "the day itself, until 24:00")


def _walk_half_day(started: datetime, calendar: Calendar, counting: Counting, spans: list[_Span]) -> Iterator[DayNote]:
    day = started.date()
    morning = started.time() <= counting.noon
    while True:
        seen = calendar.why(day)
        provisional = not seen.official
        if _is_stopped(day, spans):
            yield DayNote(day, None, "中止期间,不计", "suspended, not counted", provisional)
        elif not seen.working:
            yield DayNote(day, None, seen.zh, seen.en, provisional)
        elif day == started.date() and not morning:
            yield DayNote(day, None, "午后收到,当日不计", "received after noon, not counted", provisional)
        elif day == started.date():
            yield DayNote(day, 1, "上午收到,至当日下班", "received by noon, until the close of that day", provisional)
            return
        else:
            yield DayNote(day, 1, f"{seen.zh},至中午", f"{seen.en}, until noon", provisional)
            return
        day += _DAY


def _local(instant: datetime) -> datetime:
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise ValueError(f"时刻缺少时区 / an instant without a time zone: {instant.isoformat()}")
    return instant.astimezone(SHANGHAI)


def day_ends_at(day: date, counting: Counting) -> datetime:
    """The last moment of a counted day (R6): the close of business in Asia/Shanghai, or 24:00, as `counting` says."""
    if counting.closing is Closing.MIDNIGHT:
        return _midnight_after(day)
    return datetime.combine(day, counting.close, SHANGHAI)


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + _DAY, time.min, SHANGHAI)


def counted_after(limit: Limit, started_at: datetime, calendar: Calendar, counting: Counting) -> date:
    """The local day of receipt, which is not counted (R3); one out of hours is moved as `counting` says (R7).

    For limits in days of any kind. Raises ValueError for an instant without a zone.
    """
    started = _local(started_at)
    day = started.date()
    if counting.late_receipt is LateReceipt.KEEP_DATE or limit.unit is Unit.DATE:
        return day
    return calendar.next_working(day if started.time() <= counting.close else day + _DAY)


def nominal_end(limit: Limit, start: date) -> date:
    """The last day of a limit in days, weeks or months, or of a date, before stops and rolling (R8, R9)."""
    match limit.unit:
        case Unit.DAYS:
            return start + limit.number * _DAY
        case Unit.WEEKS:
            return start + 7 * limit.number * _DAY
        case Unit.MONTHS:
            return add_months(start, limit.number)
        case _:
            return limit.on or start


def _hours_due(limit: Limit, started: datetime, calendar: Calendar, stops: Stops) -> Due:
    planned = end = started + timedelta(hours=limit.number)
    reached = started
    for from_at, to_at in sorted((_local(a), _local(b)) for a, b in stops):
        _check_order(from_at, to_at)
        from_at = max(from_at, reached)
        if from_at >= end:
            break
        if to_at > from_at:
            end += to_at - from_at
            reached = to_at
    return Due(end, end.date(), False, _rules(Unit.HOURS, False, end != planned, False), calendar.version)


def _half_day_due(started: datetime, calendar: Calendar, counting: Counting, spans: list[_Span]) -> Due:
    start = started.date()
    in_time = started.time() <= counting.noon and calendar.is_working(start)
    if in_time and not _is_stopped(start, spans):
        last, at, stopped = start, datetime.combine(start, counting.close, SHANGHAI), False
    else:
        last = _rolled(start + _DAY, calendar, spans)
        at = datetime.combine(last, counting.noon, SHANGHAI)
        stopped = bool(spans) and (in_time or last != calendar.next_working(start + _DAY))
    provisional = not calendar.all_official(start, last)
    return Due(at, last, provisional, _rules(Unit.HALF_DAY, False, stopped, provisional), calendar.version)


def _stopped_spans(stops: Stops, started: datetime) -> list[_Span]:
    """The stopped dates that touch a clock started at `started`, merged and in order."""
    return _merged([(from_at, to_at) for from_at, to_at in stops if _local(to_at) > started])


def _merged(stops: Stops) -> list[_Span]:
    merged: list[_Span] = []
    for from_at, to_at in sorted((_local(a), _local(b)) for a, b in stops):
        _check_order(from_at, to_at)
        first, last = from_at.date(), to_at.date()
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def _check_order(from_at: datetime, to_at: datetime) -> None:
    if to_at < from_at:
        raise ValueError(f"恢复早于中止 / a stop ends before it begins: {from_at.isoformat()} {to_at.isoformat()}")


def _is_stopped(day: date, spans: list[_Span]) -> bool:
    return any(first <= day <= last for first, last in spans)


def _not_stopped(day: date, spans: list[_Span]) -> date:
    for first, last in spans:
        if first <= day <= last:
            day = last + _DAY
    return day


def _rolled(day: date, calendar: Calendar, spans: list[_Span]) -> date:
    """The first working day on or after `day` that is not stopped."""
    while True:
        working = calendar.next_working(day)
        free = _not_stopped(working, spans)
        if free == working:
            return working
        day = free


def _working_day_after_stops(number: int, start: date, last: date, calendar: Calendar, spans: list[_Span]) -> date:
    skipped = 0
    for first, until in spans:
        if first > last:
            break
        before = max(first - _DAY, start)
        if until > before:
            skipped += calendar.working_days(before, until)
            last = calendar.nth_working_after(start, number + skipped)
    return last


def _lengthened(start: date, last: date, spans: list[_Span]) -> date:
    """`last`, later by every stopped date after `start` and up to the end as it moves."""
    for first, until in spans:
        first = max(first, start + _DAY)
        if first > last:
            break
        if until >= first:
            last += until - first + _DAY
    return last


def _days(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)


@lru_cache(maxsize=64)
def _rules(unit: Unit, late: bool, stopped: bool, provisional: bool) -> tuple[str, ...]:
    extra = [rule for rule, mattered in (("R7", late), ("R13", stopped), ("R18", provisional)) if mattered]
    return tuple(sorted({*_RULES[unit], *extra}, key=lambda rule: int(rule[1:])))
