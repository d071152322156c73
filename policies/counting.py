"""How are days and hours counted on a given date: office hours, last moment, rolling, late receipt?

The dated values of R1–R18 with their sources; what they do to a limit is for deadlines.py. A rule that is law rather
than choice has one accepted value, so that no file can contradict the code. Source: parameters/counting.yaml.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from policies.calendar import OFFICIAL_UNTIL
from policies.documents import Document, DocumentError, Mistake, Path


class Closing(StrEnum):
    """The last moment of a last day (R6)."""

    CLOSE_OF_BUSINESS = "close_of_business"
    MIDNIGHT = "24:00"


class LateReceipt(StrEnum):
    """Which day counts as the day of receipt after office hours or on a day off (R7)."""

    KEEP_DATE = "keep_date"
    NEXT_WORKING_DAY = "next_working_day"


class EffectEnd(StrEnum):
    """When an effect period ends: 24:00 of the day before the corresponding day, or of that day (R15)."""

    DAY_BEFORE = "day_before_corresponding_day"
    CORRESPONDING_DAY = "corresponding_day"


class Roll(StrEnum):
    """Where a recurring date goes that falls on a day off (R16)."""

    NEXT_WORKING_DAY = "next_working_day"
    PREVIOUS_WORKING_DAY = "previous_working_day"


@dataclass(frozen=True, slots=True)
class Counting:
    """The values in force on one date that the functions of deadlines.py read; times are local to Asia/Shanghai.

    `key` names the day from which this set of values applies.
    """

    key: str
    opening: time
    noon: time
    afternoon: time
    close: time
    closing: Closing
    late_receipt: LateReceipt
    effect_end: EffectEnd
    recurring_roll: Roll


@dataclass(frozen=True, slots=True)
class CountingValue:
    """One dated value: in force from `from_on` up to but not including `until` (None: open)."""

    name: str
    rule: str
    unit: str
    from_on: date
    until: date | None
    value: str
    source: str


def _clock_time(text: str) -> time:
    hours, _, minutes = text.partition(":")
    return time(int(hours), int(minutes))


_CHOICES: MappingProxyType[str, Callable[[str], Any]] = MappingProxyType(
    {
        "opening": _clock_time,
        "noon": _clock_time,
        "afternoon": _clock_time,
        "close": _clock_time,
        "closing": Closing,
        "late_receipt": LateReceipt,
        "effect_end": EffectEnd,
        "recurring_roll": Roll,
    }
)

_LAW = MappingProxyType(
    {
        "unit_of_a_day": "as_written",
        "time_zone": "Asia/Shanghai",
        "first_counted_day": "day_after_receipt",
        "calendar_limit_roll": "next_working_day",
        "working_day_limit_roll": "none",
        "week": "7d",
        "half_month": "15d",
        "missing_day_of_month": "month_end",
        "hours_run": "day_and_night",
        "same_day_ends": "24:00",
        "half_day_session": "by_noon_same_day_else_next_noon",
        "backward_from": "day_before_event",
        "stopped_days": "stop_day_to_resume_day",
        "extension_from": "original_start",
        "window_roll": "none",
        "recurring_day": "included",
        "reminder_unit": "wd",
        "reminder_time": "opening",
        "changing_from": f"{OFFICIAL_UNTIL[0]:02}-{OFFICIAL_UNTIL[1] + 1:02}",
    }
)
"""What the functions do and no file can switch; the file carries the same values with their sources."""


class CountingTable:
    """A checked file of counting values."""

    def __init__(self, text: str, file: str) -> None:
        """Raises DocumentError with every mistake: unknown or missing names, bad values, overlaps and gaps."""
        document = Document(text, file)
        self.file = file
        mistakes: list[Mistake] = []
        self.values: tuple[CountingValue, ...] = tuple(_values(document, mistakes))
        if mistakes:
            raise DocumentError(mistakes)
        self._from = sorted({value.from_on for value in self.values})
        first = max(min(v.from_on for v in self.values if v.name == name) for name in (*_CHOICES, *_LAW))
        self._from = [day for day in self._from if day >= first]
        self._sets = [self._flat(day, document) for day in self._from]

    def in_force(self, on: date) -> Counting:
        """The values of the local date `on`; raises LookupError before the first day on which all have one."""
        index = bisect_right(self._from, on) - 1
        if index < 0:
            raise LookupError(f"{self.file}: {on} 尚无计算规则 / no counting rules in force before {self._from[0]}")
        return self._sets[index]

    def sources(self, on: date) -> tuple[CountingValue, ...]:
        """Every value in force on `on`, rule by rule, with its source."""
        return tuple(value for value in self.values if _covers(value, on))

    def _flat(self, on: date, document: Document) -> Counting:
        chosen = {value.name: value.value for value in self.sources(on)}
        counting = Counting(key=str(on), **{name: read(chosen[name]) for name, read in _CHOICES.items()})
        if not counting.opening < counting.noon <= counting.afternoon < counting.close:
            why = f"{on} 起的办公时间次序不对 / office hours out of order from {on}"
            raise DocumentError(
                [document.mistake(("parameters", "opening"), why, "opening < noon <= afternoon < close")]
            )
        return counting


@lru_cache(maxsize=1)
def standard_counting() -> CountingTable:
    """The counting values the project ships. Raises DocumentError when the file is broken."""
    name = "counting.yaml"
    text = (resources.files("policies") / "parameters" / name).read_text(encoding="utf-8")
    return CountingTable(text, f"policies/parameters/{name}")


def counting(on: date) -> Counting:
    """The shipped values in force on the local date `on`; raises LookupError before the first."""
    return standard_counting().in_force(on)


def _values(document: Document, mistakes: list[Mistake]) -> list[CountingValue]:
    found: list[CountingValue] = []
    parameters = document.content.get("parameters", {}) if isinstance(document.content, dict) else {}
    missing = sorted((_CHOICES.keys() | _LAW.keys()) - parameters.keys())
    mistakes += [document.mistake(("parameters",), f"缺少 missing: {name}") for name in missing]
    for name, parameter in parameters.items():
        at: Path = ("parameters", name)
        if name not in _CHOICES and name not in _LAW:
            mistakes.append(document.mistake(at, "未知的参数 unknown parameter", ", ".join((*_CHOICES, *_LAW))))
            continue
        if not isinstance(parameter, dict) or not parameter.get("values"):
            mistakes.append(document.mistake(at, "没有任何取值 no value at all", "{rule, unit, values: [...]}"))
            continue
        own: list[CountingValue] = []
        for index in range(len(parameter["values"])):
            value = _value(document, name, parameter, index, mistakes)
            if value is not None:
                mistakes += _not_contiguous(document, own[-1] if own else None, value, (*at, "values", index))
                own.append(value)
        if own and own[-1].until is not None:
            mistakes.append(document.mistake(at, "最后一条应无截止日期 / the last value has no end", "no until"))
        found.extend(own)
    return found


def _value(
    document: Document, name: str, parameter: dict[str, Any], index: int, mistakes: list[Mistake]
) -> CountingValue | None:
    entry: dict[str, str] = parameter["values"][index]
    at: Path = ("parameters", name, "values", index)
    wrong = [
        document.mistake((*at, key), "缺少必填项 required but missing")
        for key in ("from", "value", "source")
        if not entry.get(key)
    ]
    wrong += [
        document.mistake((*at, key), "未知的键 unknown key", "from, until, value, source")
        for key in entry.keys() - {"from", "until", "value", "source"}
    ]
    if not wrong and name in _LAW and entry["value"] != _LAW[name]:
        wrong.append(document.mistake((*at, "value"), "此规则不可更改 / this rule cannot be switched", _LAW[name]))
    if not wrong and name in _CHOICES:
        try:
            _CHOICES[name](entry["value"])
        except ValueError:
            wrong.append(document.mistake((*at, "value"), "未知的值 unknown value", _accepted(name)))
    try:
        from_on = date.fromisoformat(entry.get("from", ""))
        until = date.fromisoformat(entry["until"]) if "until" in entry else None
    except ValueError:
        wrong.append(document.mistake(at, "起止不是日期 / from or until is not a date", "YYYY-MM-DD"))
    if wrong:
        mistakes += wrong
        return None
    return CountingValue(
        name, parameter.get("rule", ""), parameter.get("unit", ""), from_on, until, entry["value"], entry["source"]
    )


def _not_contiguous(document: Document, before: CountingValue | None, value: CountingValue, at: Path) -> list[Mistake]:
    if value.until is not None and value.until <= value.from_on:
        return [document.mistake(at, "截止不晚于起始 / ends before it begins", f"until later than {value.from_on}")]
    if before is None or before.until == value.from_on:
        return []
    if before.until is None or value.from_on < before.until:
        why = f"与上一条有效期重叠 / overlaps the value in force from {before.from_on}"
    else:
        why = f"与上一条之间有空档 / leaves a gap after {before.until}"
    return [
        document.mistake(at, why, f"the value before ends (until, exclusive) where this one begins: {value.from_on}")
    ]


def _covers(value: CountingValue, on: date) -> bool:
    return value.from_on <= on and (value.until is None or on < value.until)


def _accepted(name: str) -> str:
    read = _CHOICES[name]
    return ", ".join(read) if isinstance(read, type) and issubclass(read, StrEnum) else "HH:MM"
