"""Which days are working days, who said so, and may the answer still change?

Holiday notices in, one immutable table of days out; unpublished years have the statutory days and stay unofficial.
Limits and hours are for deadlines.py; when a notice is loaded, for the record. Source: the yearly 放假通知 (R3, R18).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from itertools import accumulate, compress
from types import MappingProxyType
from typing import NoReturn

from models.calendar import CalendarNotice
from policies.documents import Document, DocumentError, Path

SATURDAY, SUNDAY = 5, 6
WEEK_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
WEEK_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

NAMES_EN = MappingProxyType(
    {
        "元旦": "New Year's Day",
        "春节": "Spring Festival",
        "清明节": "Tomb-sweeping Day",
        "劳动节": "Labour Day",
        "端午节": "Dragon Boat Festival",
        "中秋节": "Mid-autumn Festival",
        "国庆节": "National Day",
        "抗战胜利纪念日": "Victory Day",
        "春节延长假期": "extended Spring Festival",
    }
)

OFFICIAL_UNTIL = (12, 24)
"""The last day of a year that a notice for the next year has never changed; later ones wait for that notice (R18)."""

_SPAN = "2026-10-01, 2026-10-01..2026-10-07"


class CalendarError(ValueError):
    """A day no calendar covers, or a notice that cannot be right: `field` of the notice, `why`, what is `accepted`."""

    def __init__(self, why: str, field: str = "", accepted: str = "") -> None:
        tail = f";可接受 accepted: {accepted}" if accepted else ""
        super().__init__(f"{field}: {why}{tail}" if field else f"{why}{tail}")
        self.field = field
        self.why = why
        self.accepted = accepted


class DayKind(StrEnum):
    """Why a day is a working day or not."""

    WORKDAY = "workday"
    MAKE_UP = "make_up"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Day:
    """One day as the calendar sees it.

    `zh` and `en` say why it is what it is, for example 春节 / Spring Festival. `notice` is the number of the notice
    that set the day, None where no notice mentions it. `official` is False while a notice may still change it.
    """

    date: date
    kind: DayKind
    official: bool
    zh: str
    en: str
    notice: str | None = None

    @property
    def working(self) -> bool:
        """Whether offices work on this day."""
        return self.kind in (DayKind.WORKDAY, DayKind.MAKE_UP)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a notice said of one day."""

    working: bool
    name: str
    number: str


class Calendar:
    """The working days of a span of whole years, immutable.

    All days are local dates of Asia/Shanghai. Any question about a day outside `first`..`last` raises CalendarError.
    """

    __slots__ = ("_base", "_by_day", "_flags", "_provisional", "_rank", "_size", "_unofficial", "_workdays",
                 "first", "last", "notices", "published", "version")  # fmt: skip

    first: date
    last: date
    notices: tuple[CalendarNotice, ...]
    published: frozenset[int]
    version: str

    def __init__(
        self, notices: Iterable[CalendarNotice], provisional: Mapping[int, Mapping[date, str]] | None = None
    ) -> None:
        """A calendar from `notices` in loading order; `provisional` names the statutory days off of each further year.

        Raises CalendarError when a notice cannot be right, a number comes twice, or the years have a gap.
        """
        self._provisional = {year: dict(days) for year, days in (provisional or {}).items()}
        self._by_day: dict[date, _Said] = {}
        self.notices = ()
        self.published = frozenset()
        self.version = f"0-{_digest('', repr(sorted((y, sorted(d)) for y, d in self._provisional.items())))}"
        for notice in notices:
            self._load(notice)
        self._index()

    def with_notice(self, notice: CalendarNotice) -> "Calendar":
        """This calendar after `notice`.

        The first notice of a year makes that year official and replaces its provisional days; a later one amends it day
        by day. Raises CalendarError when the notice cannot be right, its number is already loaded, or its year lies
        outside the calendar.
        """
        return _with_notice(self, notice.model_dump_json())

    def with_all(self, notices: Iterable[CalendarNotice]) -> "Calendar":
        """This calendar after those of `notices` that it does not have yet, in their order.

        A release ships what an office has loaded before. Raises CalendarError as `with_notice` does.
        """
        calendar = self
        for notice in notices:
            calendar = calendar if calendar.has(notice.number) else calendar.with_notice(notice)
        return calendar

    def _amended(self, notice: CalendarNotice) -> "Calendar":
        if not self.first.year <= notice.year <= self.last.year:
            raise CalendarError(
                f"日历不含 {notice.year} 年 / the calendar does not cover {notice.year}",
                "year",
                f"{self.first.year}..{self.last.year}",
            )
        amended = Calendar.__new__(Calendar)
        amended._provisional = self._provisional
        amended._by_day = dict(self._by_day)
        amended.notices = self.notices
        amended.published = self.published
        amended.version = self.version
        amended._load(notice)
        amended._index()
        return amended

    def has(self, number: str) -> bool:
        """Whether a notice of this number is loaded."""
        return any(notice.number == number for notice in self.notices)

    def is_working(self, on: date) -> bool:
        """Whether offices work on this day; a make-up Saturday is a working day (R3, R4)."""
        return bool(self._flags[self._at(on)])

    def is_official(self, on: date) -> bool:
        """Whether no further yearly notice is expected to change this day (R18).

        False in a year without a notice, and from 25 December of a year whose next year has no notice yet.
        """
        at = self._at(on)
        return self._unofficial[at + 1] == self._unofficial[at]

    def all_official(self, first: date, last: date) -> bool:
        """Whether every day from `first` to `last`, both included, is official; True when there is none."""
        return last < first or self._unofficial[self._at(last) + 1] == self._unofficial[self._at(first)]

    def why(self, on: date) -> Day:
        """What kind of day this is and why, in Chinese and English."""
        official = self.is_official(on)
        said = self._by_day.get(on)
        if said is not None:
            zh, en = said.name, in_english(said.name)
            if said.working and on.weekday() >= SATURDAY:
                return Day(
                    on, DayKind.MAKE_UP, official, _of("调休上班", zh), _of("make-up working day", en), said.number
                )
            if said.working:
                return Day(on, DayKind.WORKDAY, official, _of("恢复上班", zh), _of("working again", en), said.number)
            return Day(on, DayKind.HOLIDAY, official, zh or "放假", en or "day off by notice", said.number)
        statutory = self._provisional.get(on.year, {}).get(on) if on.year not in self.published else None
        if statutory is not None:
            return Day(on, DayKind.HOLIDAY, official, f"{statutory}(推定)", f"{in_english(statutory)} (estimated)")
        if on.weekday() >= SATURDAY:
            return Day(on, DayKind.WEEKEND, official, WEEK_ZH[on.weekday()], WEEK_EN[on.weekday()])
        return Day(on, DayKind.WORKDAY, official, "工作日", "working day")

    def next_working(self, on: date) -> date:
        """The first working day on or after this day."""
        at = self._at(on)
        if self._flags[at]:
            return on
        return self._nth(self._rank[at], on)

    def previous_working(self, on: date) -> date:
        """The last working day on or before this day."""
        return self._nth(self._rank[self._at(on)] - 1, on)

    def nth_working_after(self, day: date, n: int) -> date:
        """The n-th working day after `day` (n >= 1), `day` itself not counted."""
        return self._nth(self._rank[self._at(day)] + n - 1, day)

    def nth_working_before(self, day: date, n: int) -> date:
        """The n-th working day before `day` (n >= 1), `day` itself not counted."""
        at = self._at(day)
        return self._nth(self._rank[at] - self._flags[at] - n, day)

    def working_days(self, after: date, until: date) -> int:
        """How many working days lie after `after` up to and including `until`; negative when `until` is earlier."""
        return self._rank[self._at(until)] - self._rank[self._at(after)]

    def _nth(self, index: int, asked: date) -> date:
        if not 0 <= index < len(self._workdays):
            self._outside(asked)
        return date.fromordinal(self._workdays[index])

    def _at(self, on: date) -> int:
        at = on.toordinal() - self._base
        if not 0 <= at < self._size:
            self._outside(on)
        return at

    def _outside(self, on: date) -> NoReturn:
        raise CalendarError(
            f"日历不足以推算 {on} / the calendar does not reach far enough to count from {on}",
            accepted=f"{self.first}..{self.last}",
        )

    def _load(self, notice: CalendarNotice) -> None:
        if self.has(notice.number):
            raise CalendarError(f"通知已装载 / already loaded: {notice.number}", "number")
        check_notice(notice, self._off_by_notice() if notice.year in self.published else frozenset())
        for day in notice.days_off:
            self._by_day[day] = _Said(False, notice.names.get(day, ""), notice.number)
        for day in notice.workdays:
            self._by_day[day] = _Said(True, notice.names.get(day, ""), notice.number)
        self.notices = (*self.notices, notice)
        self.published = self.published | {notice.year}
        told = (notice.number, str(notice.date), notice.year, sorted(notice.days_off), sorted(notice.workdays))
        self.version = f"{len(self.notices)}-{_digest(self.version, repr(told))}"

    def _off_by_notice(self) -> frozenset[date]:
        return frozenset(day for day, said in self._by_day.items() if not said.working)

    def _index(self) -> None:
        years = sorted(self.published | self._provisional.keys())
        if not years or years != list(range(years[0], years[-1] + 1)):
            raise CalendarError(f"年份不连续 / the years have a gap: {years}", "year")
        self.first, self.last = date(years[0], 1, 1), date(years[-1], 12, 31)
        base = self._base = self.first.toordinal()
        size = self._size = self.last.toordinal() - base + 1
        week = bytes((self.first.weekday() + day) % 7 < SATURDAY for day in range(7))
        flags = bytearray(week * (size // 7 + 1))[:size]
        changing = bytearray(size)
        for year in years:
            tail = date(year, *OFFICIAL_UNTIL).toordinal() + 1 - base
            end = date(year, 12, 31).toordinal() + 1 - base
            if year not in self.published:
                start = date(year, 1, 1).toordinal() - base
                changing[start:end] = b"\1" * (end - start)
                for day in self._provisional[year]:
                    flags[day.toordinal() - base] = 0
            elif year + 1 not in self.published:
                changing[tail:end] = b"\1" * (end - tail)
        for day, said in self._by_day.items():
            at = day.toordinal() - base
            if 0 <= at < size:
                flags[at] = said.working
        self._flags = bytes(flags)
        self._rank = list(accumulate(flags))
        self._workdays = list(compress(range(base, base + size), flags))
        self._unofficial = list(accumulate(changing, initial=0))


@lru_cache(maxsize=16)
def _with_notice(calendar: Calendar, notice: str) -> Calendar:
    # Rehearsals load the same notice on the same calendar thousands of times; building the table takes a millisecond.
    return calendar._amended(CalendarNotice.model_validate_json(notice))


def check_notice(notice: CalendarNotice, off_before: frozenset[date] = frozenset()) -> None:
    """Raises CalendarError naming the field, the reason and what is accepted when the notice cannot be right.

    `off_before` are weekdays an earlier notice declared off: an amendment may declare those working again.
    """
    if not notice.days_off and not notice.workdays:
        raise CalendarError("通知中没有任何日期 / the notice names no day", "days_off", "at least one day")
    both = sorted(set(notice.days_off) & set(notice.workdays))
    if both:
        raise CalendarError(f"{both[0]} 既放假又上班 / both off and working", "workdays", "each day in one list only")
    first, last = date(notice.year - 1, 12, 25), date(notice.year + 1, 1, 10)
    for field, days in (("days_off", notice.days_off), ("workdays", notice.workdays), ("names", tuple(notice.names))):
        for day in days:
            if not first <= day <= last:
                raise CalendarError(
                    f"{day} 不属于 {notice.year} 年的通知 / not a day of the notice for {notice.year}",
                    field,
                    f"{first}..{last}",
                )
    for day in notice.workdays:
        if day.weekday() < SATURDAY and day not in off_before:
            raise CalendarError(
                f"{day} 是{WEEK_ZH[day.weekday()]},本来就上班 / a {WEEK_EN[day.weekday()]} is a working day anyway",
                "workdays",
                "a Saturday or Sunday, or a day an earlier notice declared off",
            )
    unknown = sorted(notice.names.keys() - set(notice.days_off) - set(notice.workdays))
    if unknown:
        raise CalendarError(
            f"{unknown[0]} 有名称但未列为放假或上班 / is named but neither off nor working",
            "names",
            "days listed in days_off or workdays",
        )


def in_english(name: str) -> str:
    """The name of a holiday in English, also of two joined by 、; a name not known stays as it is."""
    return " and ".join(NAMES_EN.get(part, part) for part in name.split("、"))


def days_of(span: str) -> tuple[date, ...]:
    """Every day of `2026-10-01` or of `2026-10-01..2026-10-07`, both ends included; raises CalendarError otherwise."""
    first, dots, last = span.partition("..")
    try:
        start = date.fromisoformat(first)
        end = date.fromisoformat(last) if dots else start
    except ValueError:
        raise CalendarError(f"不是日期 / not a date: {span[:40]}", accepted=_SPAN) from None
    if not 0 <= (end - start).days <= 366:
        raise CalendarError(f"起止颠倒或超过一年 / backwards or longer than a year: {span[:40]}", accepted=_SPAN)
    return tuple(date.fromordinal(day) for day in range(start.toordinal(), end.toordinal() + 1))


@lru_cache(maxsize=1)
def standard_calendar() -> Calendar:
    """The calendar the project ships: the notices of 2004–2026 with their amendments, estimated days after that."""
    return Calendar(shipped_notices(), shipped_provisional())


@lru_cache(maxsize=1)
def shipped_notices() -> tuple[CalendarNotice, ...]:
    """The shipped notices in loading order. Raises DocumentError naming file and line when the data is broken."""
    document = _shipped("notices.yaml")
    notices = []
    for index, record in enumerate(document.content["notices"]):
        names: dict[date, str] = {}
        days: dict[str, list[date]] = {}
        for field in ("days_off", "workdays"):
            days[field] = []
            for name, spans in record.get(field, {}).items():
                for day in _expanded(document, spans, ("notices", index, field, name)):
                    days[field].append(day)
                    names[day] = name
        fields = {key: value for key, value in record.items() if key not in days}
        notices.append(document.read(CalendarNotice, {**fields, **days, "names": names}, ("notices", index)))
    return tuple(notices)


@lru_cache(maxsize=1)
def shipped_provisional() -> Mapping[int, Mapping[date, str]]:
    """The statutory days off, substitutes included, of each year that no shipped notice covers."""
    document = _shipped("provisional.yaml")
    return MappingProxyType(
        {
            int(year): {
                day: name for name, spans in record.items() for day in _expanded(document, spans, ("years", year, name))
            }
            for year, record in document.content["years"].items()
        }
    )


def _shipped(name: str) -> Document:
    text = (resources.files("policies") / "parameters" / "calendar" / name).read_text(encoding="utf-8")
    return Document(text, f"policies/parameters/calendar/{name}")


def _expanded(document: Document, spans: Iterable[str], path: Path) -> Iterator[date]:
    for span in spans:
        try:
            yield from days_of(span)
        except CalendarError as error:
            raise DocumentError([document.mistake(path, error.why, error.accepted)]) from error


def _of(what: str, name: str) -> str:
    return f"{what} ({name})" if name else what


def _digest(previous: str, told: str) -> str:
    return hashlib.sha256(f"{previous}\n{told}".encode()).hexdigest()[:10]
