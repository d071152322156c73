"""What does a written limit (`15wd`, `3mo`, `same-day`, `2026-06-30`) say, and how far may it be extended?

The day it ends on is for deadlines.py; which limit a matter gets is for the procedure.
Source: the units of R1; the extension of R14 (docs/sources.md).
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache


class Unit(StrEnum):
    """What a limit is counted in. The unit is always written out, never guessed from 日 (R1)."""

    WORKING_DAYS = "wd"
    HALF_DAY = "0.5wd"
    DAYS = "d"
    WEEKS = "w"
    MONTHS = "mo"
    HOURS = "h"
    SAME_DAY = "same-day"
    DATE = "date"


WITHIN_A_DAY = frozenset({Unit.HOURS, Unit.HALF_DAY, Unit.SAME_DAY})
"""What is not counted in whole days: no window has such a length."""

ACCEPTED = "15wd, 0.5wd, 10d, 2w, 3mo, 48h, same-day, 2026-06-30"

LONGEST = {
    Unit.WORKING_DAYS: 2500,
    Unit.HALF_DAY: 1,
    Unit.DAYS: 3653,
    Unit.WEEKS: 521,
    Unit.MONTHS: 120,
    Unit.HOURS: 87_672,
    Unit.SAME_DAY: 1,
}
"""Ten years in each unit: nothing supervised runs longer, so a larger number is a slip of the pen."""

FIRST_YEAR, LAST_YEAR = 1949, 2200

_NUMBERED = re.compile(r"([0-9]+)(wd|d|w|mo|h)", re.ASCII)
_DATED = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)


class LimitError(ValueError):
    """A limit that cannot be read or granted: `text` as written, `why` in Chinese and English, what is `accepted`."""

    def __init__(self, text: str, why: str, accepted: str = ACCEPTED) -> None:
        super().__init__(f"{text}: {why}")
        self.text = text
        self.why = why
        self.accepted = accepted


@dataclass(frozen=True, slots=True)
class Limit:
    """A length of time in one unit, or a fixed date.

    `number` counts units (1 for half a day and for same-day, 0 for a date); `on` is the fixed date, None otherwise.
    """

    unit: Unit
    number: int
    on: date | None = None

    @property
    def text(self) -> str:
        """The limit as it is written, for example `15wd`, `0.5wd`, `same-day` or `2026-06-30`."""
        match self.unit:
            case Unit.DATE:
                return str(self.on)
            case Unit.HALF_DAY | Unit.SAME_DAY:
                return self.unit.value
            case _:
                return f"{self.number}{self.unit.value}"


@lru_cache(maxsize=4096)
def parse_limit(text: str) -> Limit:
    """The limit that `text` says, in exactly the forms of ACCEPTED.

    Raises LimitError for any other form, for zero, for more than ten years and for a date that does not exist.
    """
    if text == Unit.SAME_DAY:
        return Limit(Unit.SAME_DAY, 1)
    if text == Unit.HALF_DAY:
        return Limit(Unit.HALF_DAY, 1)
    if dated := _DATED.fullmatch(text):
        return Limit(Unit.DATE, 0, _date(text, *(int(part) for part in dated.groups())))
    numbered = _NUMBERED.fullmatch(text)
    if numbered is None:
        raise LimitError(text, f"不是可识别的时限 / not a limit; accepted: {ACCEPTED}")
    digits, unit = numbered[1], Unit(numbered[2])
    if digits.startswith("0"):
        raise LimitError(text, "时限应为不带前导零的正整数 / a limit is a positive whole number without leading zeros")
    longest = LONGEST[unit]
    if len(digits) > len(str(longest)) or int(digits) > longest:
        raise LimitError(
            text,
            f"时限超过十年,最长 {longest}{unit} / longer than ten years, at most {longest}{unit}",
            f"1{unit}..{longest}{unit}",
        )
    return Limit(unit, int(digits))


def extended(original: Limit, by: Limit, assigned_on: date) -> Limit:
    """The limit after an extension by `by`, to be counted from the original start (R14).

    For a fixed date `by` is the new date: later than the old one, by at most as many days as the original ran from
    `assigned_on` (the local date of the assignment). Raises LimitError when `by` has another unit, is longer than the
    original, makes more than ten years, or when the original is same-day, which ends with its day.
    """
    if by.unit is not original.unit:
        raise LimitError(
            by.text,
            f"延期应与原时限 {original.text} 使用同一单位 / an extension has the unit of the original {original.text}",
            _extension_accepted(original, assigned_on),
        )
    if original.unit is Unit.SAME_DAY:
        raise LimitError(
            by.text, "当日办结的事项不能延期 / a same-day limit ends with its day and cannot be extended", ""
        )
    if original.on is not None and by.on is not None:
        return _postponed(original, by, original.on, by.on, assigned_on)
    if by.number > original.number:
        raise LimitError(
            by.text,
            f"延期不得长于原时限 {original.text} / an extension is not longer than the original {original.text}",
            _extension_accepted(original, assigned_on),
        )
    if original.unit is Unit.HALF_DAY:
        return Limit(Unit.WORKING_DAYS, 1)
    total, longest = original.number + by.number, LONGEST[original.unit]
    if total > longest:
        raise LimitError(
            by.text,
            f"延期后合计 {total}{original.unit},超过十年 / {total}{original.unit} in all, longer than ten years",
            _extension_accepted(original, assigned_on),
        )
    return Limit(original.unit, total)


def _postponed(original: Limit, by: Limit, old: date, new: date, assigned_on: date) -> Limit:
    accepted = _extension_accepted(original, assigned_on)
    if new <= old:
        raise LimitError(by.text, f"新日期应晚于原日期 {old} / the new date is later than the original {old}", accepted)
    ran = max((old - assigned_on).days, 0)
    if (new - old).days > ran:
        raise LimitError(
            by.text,
            f"延期不得长于原时限的 {ran} 天 / an extension is not longer than the {ran} days the original ran",
            accepted,
        )
    return by


def _extension_accepted(original: Limit, assigned_on: date) -> str:
    """Which extensions of `original` would be granted in form, in the notation of a limit; empty when none."""
    if original.on is not None:
        ran = max((original.on - assigned_on).days, 0)
        first, last = original.on.toordinal() + 1, original.on.toordinal() + ran
        return f"{date.fromordinal(first)}..{date.fromordinal(last)}" if ran else ""
    if original.unit is Unit.SAME_DAY:
        return ""
    if original.unit is Unit.HALF_DAY:
        return original.text
    most = min(original.number, LONGEST[original.unit] - original.number)
    return f"1{original.unit}..{most}{original.unit}" if most else ""


def _date(text: str, year: int, month: int, day: int) -> date:
    try:
        on = date(year, month, day)
    except ValueError as impossible:
        raise LimitError(text, "没有这一天 / there is no such day") from impossible
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise LimitError(
            text,
            f"年份应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间 / the year lies from {FIRST_YEAR} to {LAST_YEAR}",
            f"{FIRST_YEAR}-01-01..{LAST_YEAR}-12-31",
        )
    return on
