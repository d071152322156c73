"""How is what an act of a case says besides its name shown? Line by line, with masks where the record gives masks.

Only laid out: who may read what was settled when the act was read (policies/masking.py, record/looks.py).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_SHOWN = (
    "facts", "text", "posts", "member", "choice", "criterion", "moved_from", "receipt", "evidence", "document", "to",
    "outcome", "names", "voters", "number", "reference", "cases", "revoked", "rested_on_by", "mitigation", "review",
    "appeal", "rights",
)  # fmt: skip
"""What is shown of the detail, in this order; what else a program keeps there is for programs."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing an act says: the name of its field, and its words."""

    field: str
    words: str


def lines(detail: Mapping[str, Any]) -> tuple[Line, ...]:
    """What a detail says, in order; the part `said` beside it fills in what the act does not tell itself."""
    said = detail.get("said")
    told = {**(said if isinstance(said, Mapping) else {}), **detail}
    return tuple(Line(name, "；".join(_words(told[name]))) for name in _SHOWN if told.get(name) not in (None, "", [], {}))


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            words = "；".join(_words(inner))
            if words:
                yield words if name == "masked" else f"{name}: {words}"
    elif isinstance(value, list | tuple):
        yield from (word for one in value for word in _words(one))
    elif value is True or value is False:
        yield "是 yes" if value else "否 no"
    elif value not in (None, ""):
        yield str(value)
