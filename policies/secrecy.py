"""Does this bear the marking of a state secret, so that it must not be taken in at all?

The marking is 密级★保密期限, or ★ a date or condition of declassification: 保守国家秘密法 (levels, the duty to mark),
国家秘密定密管理暂行规定 (its form), GB/T 9704-2012 (where it stands, arabic numerals). Ordinary words are none:
商业秘密, 保密教育, 工作秘密, 泄露秘密. What is refused is repeated nowhere. engine.md 3 (refusals).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from policies.authority import Refused

RULE: Final = "secrecy"
EXPLANATION: Final = (
    "内容带有国家秘密标志(密级★保密期限),本系统不是涉密网络,不受理,所写内容未留存;请改用涉密网络办理,并报告本单位保密机构。"
    "确非国家秘密的,去掉标志后重新提交 "
    "this bears the marking of a state secret: it is not taken in here and nothing of it is kept. Use the classified "
    "network and tell your secrecy officer; what is no state secret may be sent again without the marking"
)
"""What is said to whoever hands in a state secret: what to do, and nothing of what it says."""

OPEN_LEVELS: Final = frozenset({
    "", "-", "—", "/", "无", "公开", "内部", "内部公开", "内部使用", "内部资料",
    "普通", "一般", "非密", "非涉密", "不涉密", "未定密",
})  # fmt: skip
"""What a 密级 field may say here; every other word is taken for a level, understood or not."""

LEVEL_FIELDS: Final = frozenset({
    "密级", "涉密等级", "保密等级", "保密级别", "涉密级别", "密级和保密期限", "密级及保密期限",
    "国家秘密等级", "定密", "定密等级", "秘密等级",
    "classification", "security_level", "secrecy",
})  # fmt: skip
"""Names of fields and columns that state a level."""

_LEVEL = r"[绝絕机機秘]\s*密"
_NUMBER = r"(?:[0-9]{1,4}|[〇零一二三四五六七八九十]{1,4}|[xX×]{1,2})"
_TERM = rf"(?:{_NUMBER}\s*(?:年|个?\s*月|日|天)|[0-9]{{4}}[-./][0-9]{{1,2}}|长期|长\s*期|永久|启用|公布前|公开前|解密)"
_STAR = r"[★☆✩✪✭✮✯⭐🌟]"
_ORDINARY = r"(?<!商业)(?<!技术)(?<!个人)(?<!工作)(?<!军工)(?<!行业)(?<!企业)(?<!公司)"
_MARKINGS = re.compile(
    "|".join(
        (
            # 机密★10年, 绝密★, 秘密★2030年1月1日; a row of stars is a rating
            rf"{_ORDINARY}{_LEVEL}\s*{_STAR}(?!\s*{_STAR})",
            # 机密*10年: typed with what the keyboard has
            rf"{_ORDINARY}{_LEVEL}\s*[*·•]\s*{_TERM}",
            # 机密10年, 秘密(5年): standing alone, not within a sentence
            rf"(?<![\w一-鿿]){_LEVEL}\s*[(\[【〔]?\s*{_TERM}\s*[)\]】〕]?(?![\w一-鿿])",
            # 密级:机密, 密级为秘密
            rf"密\s*级\s*(?:和保密期限|及保密期限)?\s*(?:[:为是])\s*[\[【〔(]?\s*{_LEVEL}(?!\s*[、,和或级])",
            # 【机密】, [绝密], and a line of nothing but the level; 秘密 alone is a word, unless it heads a text
            rf"[\[【〔]\s*{_LEVEL}\s*[\]】〕]",
            r"(?m:^[^\S\n]*[绝絕机機]\s*密[^\S\n]*$)",
            r"\A\s*秘\s*密[^\S\n]*\n\s*\S",
        )
    )
)
_INVISIBLE = dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF, 0xAD, 0xFE0E, 0xFE0F))
_MOST = 20_000

M = TypeVar("M", bound=BaseModel)


def marked(text: str) -> bool:
    """Whether the text bears the marking of a state secret, however wide, spaced or invisible its characters are."""
    if "密" not in text:
        return False
    plain = unicodedata.normalize("NFKC", text.translate(_INVISIBLE))
    return _MARKINGS.search(plain) is not None


@lru_cache(maxsize=512)
def states_level(name: str) -> bool:
    """Whether a field or column of this name states a level of secrecy."""
    return _plain(name).casefold().strip("*:") in LEVEL_FIELDS


def secret_level(value: object) -> bool:
    """Whether what a 密级 field says is anything but that there is no state secret; blank and None are none."""
    return value is not None and _plain(str(value)) not in OPEN_LEVELS


def secret_in(value: object, name: str = "") -> bool:
    """Whether anything within a value as messages carry them (texts, lists, mappings, shapes) bears a marking.

    `name` is the field it stands in. Mappings are read by key and by value; what is nested without end is refused.
    """
    if isinstance(value, BaseModel) and all(_silent(one) for one in value.__dict__.values()):
        return False
    ahead: list[tuple[str, object]] = [(name, value)]
    for _ in range(_MOST):
        if not ahead:
            return False
        field, one = ahead.pop()
        if field and states_level(field) and not isinstance(one, Mapping | list | tuple) and secret_level(one):
            return True
        if isinstance(one, str):
            if marked(one):
                return True
        else:
            ahead += _within(field, one)
    return True


def _silent(value: object) -> bool:
    """Whether this says nothing that could be marked, at a glance: most of what is said is nothing but plain words."""
    return value is None or (type(value) is str and "密" not in value) or value is False or value is True or value == ()


def _within(field: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, BaseModel):
        yield from ((name, getattr(value, name)) for name in type(value).model_fields)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield "", str(key)
            yield str(key), one
    elif isinstance(value, list | tuple | set | frozenset):
        yield from ((field, one) for one in value)


def refuse_secrets(*values: object) -> None:
    """Refuse what bears the marking of a state secret: texts, names of files, whole messages. Nothing is repeated."""
    if any(secret_in(value) for value in values):
        raise Refused(EXPLANATION, RULE)


def emptied(message: M) -> M:
    """The message with nothing left of what it says but that it was marked, to be refused on record in its place.

    Its id, command, post and person stay where they are unmarked. What is sent on instead of the message leaves no
    trace of the text in histories.
    """
    kept: dict[str, Any] = {
        name: value
        for name in ("message_id", "do", "voice", "by")
        if (value := getattr(message, name, None)) is not None and not secret_in(value)
    }
    field = next(name for name in _SPEAKING if name in type(message).model_fields)
    return type(message).model_validate({"message_id": _NAMELESS, **kept, field: _BARE})


_SPEAKING = ("reason", "text", "title", "number", "receipt", "by")
_BARE = "秘密★"
_NAMELESS = "secrecy"


def unmarked(names: Iterable[str]) -> list[str]:
    """Those of the names that bear no marking: for lists of files and petitions, before anything is kept."""
    return [name for name in names if not marked(name)]


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).split())
