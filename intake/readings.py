"""What does one cell of a ledger say: a date, a limit, a frequency, a list of organs?

Takes what offices write (docs/ledger.md) and gives the engine's terms, or says why not and what would be accepted.
Whether the answer fits the rest of the row is for ledger.py. Source: engine.md 2 and 7.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from intake.grid import Value, is_blank
from intake.problems import FaultKind, Words, folded, without_invisible
from models.matters import Urgency
from policies.limits import Limit, LimitError, parse_limit
from policies.registration import PERIOD_WORDS

BLANK_LIMIT = "15wd"
"""What a blank 办结时限 means: 按一般来文15个工作日 (engine.md 7)."""

NOT_REPEATED = "一次性"
PUBLIC, NOT_PUBLIC = "公开", "不公开"

DATE_ACCEPTED = Words(
    "2026/5/11、2026年5月11日、2026.05.11、2026-05-11 或日期格式的单元格,可再写时刻,如 2026-05-11 09:30",
    "2026/5/11, 2026年5月11日, 2026.05.11, 2026-05-11 or a date cell, with a time if wanted: 2026-05-11 09:30",
)
LIMIT_ACCEPTED = Words(
    "15个工作日、10日、2周、3个月、48小时、当日、半个工作日或日期;留空为15个工作日",
    "15个工作日 (working days), 10日 (days), 2周 (weeks), 3个月 (months), 48小时 (hours), 当日 (same day), "
    "半个工作日 (half a working day) or a date; blank means 15 working days",
)
FREQUENCY_ACCEPTED = Words(
    f"{'、'.join(PERIOD_WORDS)}、{NOT_REPEATED}或留空", f"{', '.join(PERIOD_WORDS)}, {NOT_REPEATED} (once) or blank"
)
URGENCY_ACCEPTED = Words(f"{'、'.join(Urgency)}或留空", f"{', '.join(Urgency)} or blank")
PUBLIC_ACCEPTED = Words(f"{PUBLIC}、{NOT_PUBLIC}或留空", f"{PUBLIC} (public), {NOT_PUBLIC} (not public) or blank")


class Unreadable(ValueError):
    """A cell that does not say what its column asks for."""

    def __init__(self, kind: FaultKind, why: Words, accepted: Words) -> None:
        super().__init__(str(why))
        self.kind = kind
        self.why = why
        self.accepted = accepted


@dataclass(frozen=True, slots=True)
class Moment:
    """A local date as written, and the time of day if one was given."""

    on: date
    at: time | None = None


_DATE = re.compile(
    r"([0-9]{4})(?:\s*年\s*([0-9]{1,2})\s*月\s*([0-9]{1,2})\s*日|\s*([-/.])\s*([0-9]{1,2})\s*\4\s*([0-9]{1,2}))"
    r"(?:(?:\s+|T|(?<=日))([0-9]{1,2})(?:\s*:\s*([0-9]{2})(?:\s*:\s*([0-9]{2}))?|\s*时(?:\s*([0-9]{1,2})\s*分)?))?",
    re.ASCII,
)
_NUMBER = "一二三四五六七八九"
_AMOUNT = re.compile(
    r"(?P<number>[0-9]{1,9}|[一二两三四五六七八九十]{1,3})(?:个?(?P<wd>工作日)|个?(?P<d>自然日)|(?P<d2>[日天])"
    r"|个?(?P<w>周|星期)|个(?P<mo>月)|个?(?P<h>小时))(?:以内|之内|内)?"
)
_NOT_POSITIVE = re.compile(r"[-−负].*|0+(?:\.0*)?[^0-9.].*")
_FRACTION = re.compile(r"[0-9]+\.[0-9]+[^0-9.].*|.*半.*")
_NEGATIVE = re.compile(r"[-−] *[0-9一二两三四五六七八九十]")
_SAME_DAY = frozenset({"当日", "当天"})
_HALF_DAY = frozenset({"半个工作日", "0.5个工作日", "0.5工作日"})
_SEPARATORS = re.compile(r"[、,，;；\r\n]+")


def read_moment(value: Value) -> Moment | None:
    """The date in a cell, with its time of day when one is written; None when blank. Local to Asia/Shanghai.

    Midnight counts as no time: it is what a date cell holds, and what a spreadsheet exports for it. Raises Unreadable
    for anything that is no date in one of the accepted styles, and for a day or time that does not exist.
    """
    if isinstance(value, datetime):
        # The time in a date cell is a fraction of a day and carries a rounding error.
        whole = (value + timedelta(milliseconds=500)).replace(microsecond=0) if value.year < date.max.year else value
        return Moment(whole.date(), whole.time() if whole.time() != time.min else None)
    if isinstance(value, date):
        return Moment(value)
    if not isinstance(value, str):
        raise _bad_date(Words("不是日期;单元格应设为日期格式", "not a date; give the cell a date format"))
    if is_blank(value):
        return None
    written = _as_date(value)
    if written is None:
        raise _bad_date(Words("日期读不懂", "not a date in an accepted style"))
    year, zh_month, zh_day, _, month, day, hour, minute, second, zh_minute = written.groups()
    try:
        on = date(int(year), int(zh_month or month), int(zh_day or day))
    except ValueError:
        raise _bad_date(Words("没有这一天", "there is no such day")) from None
    if hour is None:
        return Moment(on)
    try:
        at = time(int(hour), int(minute or zh_minute or 0), int(second or 0))
    except ValueError:
        raise _bad_date(Words("没有这个时刻", "there is no such time of day")) from None
    return Moment(on, at if at != time.min else None)


def read_limit(value: Value) -> Limit:
    """The limit in a cell; a blank cell means BLANK_LIMIT. Raises Unreadable, also below one and over ten years."""
    if isinstance(value, str):
        if is_blank(value):
            return parse_limit(BLANK_LIMIT)
        text = folded(value)
        if text in _SAME_DAY:
            return parse_limit("same-day")
        if text in _HALF_DAY:
            return parse_limit("0.5wd")
        if amount := _AMOUNT.fullmatch(text):
            return _checked(_engine_notation(amount))
    fixed = _fixed_date(value)
    if fixed is not None:
        return _checked(str(fixed))
    if not isinstance(value, str):
        raise _bad_limit(Words("数字没有单位,无法区分工作日和自然日", "a number without a unit: working days or days?"))
    return _checked_notation(text)


def is_negative_amount(text: str) -> bool:
    """Whether a limit starts with a minus and a number: a slip worth its own reason, not an attempt at a formula."""
    return _NEGATIVE.match(unicodedata.normalize("NFKC", text)) is not None


def read_frequency(text: str) -> str | None:
    """How often progress is reported, in the policy's words (weekly …); None for 一次性 or blank."""
    said = folded(text)
    if not said or said == NOT_REPEATED:
        return None
    if said not in PERIOD_WORDS:
        raise Unreadable(
            FaultKind.UNKNOWN_WORD, Words("反馈频次读不懂", "not a known reporting frequency"), FREQUENCY_ACCEPTED
        )
    return PERIOD_WORDS[said]


def read_urgency(text: str) -> Urgency | None:
    """The urgency; None when blank, which leaves it to the policy."""
    said = folded(text)
    if not said:
        return None
    try:
        return Urgency(said)
    except ValueError:
        raise Unreadable(
            FaultKind.UNKNOWN_WORD, Words("紧急程度读不懂", "not a known urgency"), URGENCY_ACCEPTED
        ) from None


def read_public(text: str) -> bool | None:
    """Whether the matter may be published; None when the office did not say."""
    said = folded(text)
    if not said:
        return None
    if said not in (PUBLIC, NOT_PUBLIC):
        raise Unreadable(
            FaultKind.UNKNOWN_WORD, Words("公开属性读不懂", "neither public nor not public"), PUBLIC_ACCEPTED
        )
    return said == PUBLIC


def split_names(text: str) -> tuple[str, ...]:
    """The names in a cell, separated by 、 , ; or line breaks, each once, in the order written."""
    return tuple(dict.fromkeys(name for part in _SEPARATORS.split(text) if (name := part.strip())))


def _as_date(value: Value) -> re.Match[str] | None:
    """The parts of a text that has the form of a date, whether or not there is such a day."""
    if not isinstance(value, str):
        return None
    return _DATE.fullmatch(unicodedata.normalize("NFKC", without_invisible(value)).strip())


def _fixed_date(value: Value) -> date | None:
    """The date that is a limit; None when the cell holds no date at all."""
    try:
        moment = read_moment(value)
    except Unreadable as error:
        if _as_date(value) is None:
            return None
        raise _bad_limit(error.why) from error
    if moment is None:
        return None
    if moment.at is not None:
        raise _bad_limit(
            Words("时限日期不写时刻,当日下班时截止", "a date as a limit has no time: it ends at close of business")
        )
    return moment.on


def _checked_notation(text: str) -> Limit:
    """A limit in the engine's own notation, for example 15wd; raises Unreadable with the most helpful reason."""
    try:
        return parse_limit(text)
    except LimitError as error:
        if _NOT_POSITIVE.fullmatch(text):
            why = Words("时限必须大于零", "a limit is more than zero")
        elif _FRACTION.fullmatch(text):
            why = Words(
                "时限须为整数,只有半个工作日除外", "a limit is a whole number; the only fraction is half a working day"
            )
        elif text.endswith("前"):
            why = Words(
                "“前”是否含当日不明确,请只写日期,当日计算在内",
                "'before' a date is unclear; write the date, which is included",
            )
        else:
            why = Words("时限读不懂", "not a limit in an accepted form")
        raise _bad_limit(why) from error


def _checked(notation: str) -> Limit:
    try:
        return parse_limit(notation)
    except LimitError as error:
        if notation.startswith("0") and not notation[1:2].isdigit():
            raise _bad_limit(Words("时限必须大于零", "a limit is more than zero")) from error
        zh, _, en = error.why.partition(" / ")
        raise _bad_limit(Words(zh, en)) from error


def _engine_notation(amount: re.Match[str]) -> str:
    said = amount.groupdict()
    unit = next(unit for unit in ("wd", "d", "d2", "w", "mo", "h") if said[unit])
    written = said["number"]
    number = int(written) if written.isascii() else _chinese_number(written)
    return f"{number}{'d' if unit == 'd2' else unit}"


def _chinese_number(text: str) -> int:
    """一 to 九十九 (两 is 二); 0 for characters that do not make a number, such as 二三."""
    tens, ten, ones = text.replace("两", "二").rpartition("十")
    if len(tens) > 1 or len(ones) > 1 or not (tens + ten + ones) or "十" in tens:
        return 0
    high = _NUMBER.index(tens) + 1 if tens else 1
    low = _NUMBER.index(ones) + 1 if ones else 0
    return high * 10 + low if ten else low


def _bad_date(why: Words) -> Unreadable:
    return Unreadable(FaultKind.BAD_DATE, why, DATE_ACCEPTED)


def _bad_limit(why: Words) -> Unreadable:
    return Unreadable(FaultKind.BAD_LIMIT, why, LIMIT_ACCEPTED)
