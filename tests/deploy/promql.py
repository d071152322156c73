"""Is an expression in PromQL readable, balanced, and of metrics that somebody tells?

Less than a parser: what the files in deploy/ use, read word by word; whoever has promtool asks it besides.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

_TOKEN = re.compile(
    r"""(?P<space>\s+) | (?P<string>"(?:[^"\\]|\\.)*") | (?P<range>\[\s*\d+[smhdw]\s*\])
    | (?P<duration>\d+[smhdw]\b) | (?P<number>\d+(?:\.\d+)?) | (?P<word>[a-zA-Z_:][a-zA-Z0-9_:]*)
    | (?P<match>=~|!~|!=|=(?!=)) | (?P<compare>==|>=|<=|>|<) | (?P<sign>[-+*/%^,])
    | (?P<open>[({]) | (?P<close>[)}])""",
    re.VERBOSE,
)
_CALLED = frozenset(
    {"sum", "min", "max", "avg", "count", "rate", "increase", "histogram_quantile", "absent", "changes", "delta"}
)
_GROUPING = frozenset({"by", "without", "on", "ignoring"})
_WORDS = _GROUPING | {"or", "and", "unless", "offset", "bool"}
_LABELS = frozenset(
    {"job", "instance", "serve", "le", "kind", "stage", "light", "outcome", "status", "method", "route"}
    | {"task_queue", "poller_type", "worker_type", "failure_reason"}
)
_PAIRS = {"(": ")", "{": "}"}
_END = ("end", "")

Token = tuple[str, str]


@dataclass
class _Reading:
    """How far an expression has been read: which brackets are open, and what has been named."""

    metrics: frozenset[str]
    open: list[tuple[str, bool]] = field(default_factory=list)
    grouping: bool = False
    named: int = 0

    @property
    def in_labels(self) -> bool:
        return bool(self.open) and self.open[-1][1]

    def read(self, token: Token, after: str) -> str | None:
        """What is wrong with the next word, if anything."""
        kind, word = token
        if kind == "open":
            self.open.append((_PAIRS[word], word == "{" or self.grouping))
        elif kind == "close":
            if not self.open or self.open.pop()[0] != word:
                return f"unbalanced {word}"
        elif kind == "word":
            return self._word(word, after)
        elif (kind == "compare") is self.in_labels and kind in ("compare", "match"):
            return f"misplaced {word}"
        return None

    def _word(self, word: str, after: str) -> str | None:
        self.grouping = word in _GROUPING
        if self.in_labels:
            return None if word in _LABELS else f"no label: {word}"
        if word in _CALLED:
            return None if after in ("(", "by", "without") else f"not called: {word}"
        if word in _WORDS:
            return None
        self.named += 1
        return None if word in self.metrics else f"nobody tells {word}"


def query_faults(query: str, metrics: frozenset[str]) -> Iterator[str]:
    """What is wrong with an expression: unreadable, unbalanced, or of a metric that is not among `metrics`."""
    tokens: list[Token] = []
    place = 0
    while place < len(query):
        match = _TOKEN.match(query, place)
        if match is None:
            yield f"unreadable at {query[place : place + 20]!r}"
            return
        if match.lastgroup != "space":
            tokens.append((str(match.lastgroup), match[0]))
        place = match.end()
    reading = _Reading(metrics)
    for token, (_, after) in pairwise([*tokens, _END]):
        fault = reading.read(token, after)
        if fault is not None:
            yield fault
    if reading.open:
        yield f"unbalanced {reading.open[-1][0]}"
    if not reading.named:
        yield "asks for nothing"
    for (first, _), (second, _) in pairwise([("compare", ""), *tokens, _END]):
        if first in ("compare", "sign", "match") and second in ("compare", "match", "end"):
            yield "an operator without a side"
