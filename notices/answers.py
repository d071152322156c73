"""What came of an attempt to reach somebody, in words that hold neither addresses nor secrets?"""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What is known of one attempt.

    DELIVERED: the peer has taken it over. REFUSED: it never will. NOT_NOW: it has not, and may do so later. UNKNOWN: it
    may have.
    """

    DELIVERED = "delivered"
    REFUSED = "refused"
    NOT_NOW = "not_now"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict, and in `words` what the peer answered: the proof of delivery, or the class of the failure."""

    verdict: Verdict
    words: str


class ChannelError(ValueError):
    """A route that leads nowhere as it is written down; says why, never which URL."""
