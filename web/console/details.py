"""How is what an act of a case says besides its name shown? Line by line, with masks where the record gives masks.

Only laid out: who may read what was settled when the act was read (policies/masking.py, record/looks.py).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.explanations import Words
from web.console.visits import Said

_SHOWN = (
    "facts", "text", "posts", "member", "choice", "criterion", "moved_from", "receipt", "evidence", "document", "to",
    "outcome", "names", "voters", "number", "reference", "cases", "revoked", "rested_on_by", "mitigation", "review",
    "appeal", "rights",
)  # fmt: skip
"""What is shown of the detail, in this order; what else a program keeps there is for programs."""
_VALUES: Mapping[str, Words] = {
    "signed": Words(zh="本人签收", en="signed for"),
    "left": Words(zh="留置送达", en="left before witnesses"),
    "public_notice": Words(zh="公告送达", en="public notice"),
    "proposed": Words(zh="同意所建议的", en="as proposed"),
    "dismiss": Words(zh="不予问责", en="dismiss"),
    "exempt": Words(zh="容错免责", en="exempt"),
    "upheld": Words(zh="维持", en="upheld"),
    "lighter": Words(zh="减轻", en="lighter"),
    "revoked": Words(zh="撤销", en="revoked"),
}
"""What the rules keep in a word of their own."""
_OF_THE_RULES = frozenset({"kind", "choice", "outcome"})
_SEPARATOR = "; "
_MASKED = "masked"
"""The member under which a mask stands in place of values by name (models/protection.py)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing an act says: the name of its field, and its words."""

    field: str
    words: str


def lines(detail: Mapping[str, Any], say: Said) -> tuple[Line, ...]:
    """What a detail says, in order; the part `said` beside it fills in what the act does not tell itself."""
    said = detail.get("said")
    told = {**(said if isinstance(said, Mapping) else {}), **detail}
    found = ((name, _SEPARATOR.join(_words(name, told[name], say))) for name in _SHOWN if name in told)
    return tuple(Line(name, words) for name, words in found if words)


def _words(field: str, value: Any, say: Said) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            words = "、".join(_words(name, inner, say))
            if words:
                yield words if name == _MASKED else f"{say.part(name)}: {words}"
    elif isinstance(value, list | tuple):
        yield from (word for one in value for word in _words(field, one, say))
    elif field in _OF_THE_RULES and value in _VALUES:
        yield say.words(_VALUES[value])
    elif value is not None and value != "":
        yield str(value)
