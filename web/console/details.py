"""How is what an act of a case says besides its name shown? Line by line, with masks where the record gives masks.

Only laid out: who may read what was settled when the act was read (policies/masking.py, record/looks.py).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_SHOWN = (
    "facts", "text", "posts", "member", "choice", "criterion", "moved_from", "receipt", "evidence", "document", "to",
    "outcome", "names", "voters", "number", "reference", "cases", "revoked", "rested_on_by", "mitigation", "review",
    "appeal", "rights",
)  # fmt: skip
"""What is shown of the detail, in this order; what else a program keeps there is for programs."""
_SEPARATOR = "; "
_MASKED = "masked"
"""The member under which a mask stands in place of values by name (models/protection.py)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing an act says: the name of its field, and its words."""

    field: str
    words: str


def lines(detail: Mapping[str, Any], called: Callable[[str], str]) -> tuple[Line, ...]:
    """What a detail says, in order; the part `said` beside it fills in what the act does not tell itself.

    `called` gives the name under which a part of a value is shown.
    """
    said = detail.get("said")
    told = {**(said if isinstance(said, Mapping) else {}), **detail}
    found = ((name, _SEPARATOR.join(_words(told[name], called))) for name in _SHOWN if name in told)
    return tuple(Line(name, words) for name, words in found if words)


def _words(value: Any, called: Callable[[str], str]) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            words = "、".join(_words(inner, called))
            if words:
                yield words if name == _MASKED else f"{called(name)}: {words}"
    elif isinstance(value, list | tuple):
        yield from (word for one in value for word in _words(one, called))
    elif value is not None and value != "":
        yield str(value)
