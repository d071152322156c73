"""What is counted while it happens, for whoever watches this process?

Held in memory and handed out by watching/endpoint.py. A label is one of a few words that the program knows: never a
name, a post, a title or a number of a matter. What stands on record is not counted here but asked there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]  # when a counter began is for nobody here, and a third of what is told

REGISTRY = CollectorRegistry(auto_describe=True)
"""Everything this process counts."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_TRANSITION_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_REQUEST_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Outcome(StrEnum):
    """What a transition came to. CLOCK: nothing was said, at most time had passed; FAILED: nothing was recorded."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    CLOCK = "clock"
    FAILED = "failed"


transitions = Counter(
    "duban_transitions", "Transitions decided and recorded, by what they came to.", ["outcome"], registry=REGISTRY
)
transition_seconds = Histogram(
    "duban_transition_seconds",
    "From the call of a transition to its commit, in seconds.",
    buckets=_TRANSITION_SECONDS,
    registry=REGISTRY,
)
requests = Counter(
    "duban_web_requests", "Requests answered by the site, by route and class of status.", ["route", "status"],
    registry=REGISTRY,
)  # fmt: skip
request_seconds = Histogram(
    "duban_web_request_seconds",
    "From a request to its answer, in seconds.",
    ["method"],
    buckets=_REQUEST_SECONDS,
    registry=REGISTRY,
)
for _outcome in Outcome:
    # There from the start: what appears with its first failure has no rate then.
    transitions.labels(_outcome.value)


@dataclass(slots=True)
class Transition:
    """One transition under way; `outcome` is set by whoever decides it."""

    outcome: Outcome = Outcome.FAILED


@contextmanager
def transition() -> Iterator[Transition]:
    """Count what happens in the block as one transition."""
    one, began = Transition(), perf_counter()
    try:
        yield one
    finally:
        transitions.labels(one.outcome.value).inc()
        transition_seconds.observe(perf_counter() - began)


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request; `route` is the pattern of the application's own, never the path that was asked for."""
    requests.labels(route, f"{status // 100}xx").inc()
    request_seconds.labels(method if method in _METHODS else "other").observe(seconds)
