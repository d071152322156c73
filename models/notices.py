"""What is said over Temporal about one notice on its way: keys and instants, never an address or a text."""

from datetime import datetime
from enum import StrEnum

from models.base import Compact


class Fate(StrEnum):
    """What became of a notice on one channel.

    UNCONFIRMED: it may have arrived, and the channel could not tell a repetition, so that it was not sent again.
    """

    DELIVERED = "delivered"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"


class NoticeOrder(Compact):
    """One notice: of the act `seq` of `target` to the post `recipient`."""

    target: str
    seq: int
    recipient: str


class DigestOrder(Compact):
    """The collected notices of one post that leave together at `at`."""

    recipient: str
    at: datetime


class PlanQuestion(Compact):
    """May this notice leave at `at` (the workflow's now)?"""

    notice: NoticeOrder
    at: datetime


class NoticePlan(Compact):
    """When and how a notice leaves, as the rules have it at the instant of asking.

    `wait_until` is None when it may leave now; `digest_at` is the instant of the digest it joins instead. `channels`
    are tried in this order, each at most `attempts` times, the first two `pause_seconds` apart; none are left when
    everything is settled. `attempt_seconds` is longer than a channel waits for its peer: only an attempt whose worker
    is gone runs into it. `parcel` is the key under which the notice leaves.
    """

    parcel: str = ""
    channels: tuple[str, ...] = ()
    attempts: int = 1
    pause_seconds: float = 5.0
    attempt_seconds: float = 60.0
    wait_until: datetime | None = None
    digest_at: datetime | None = None


class SendOrder(Compact):
    """A parcel is to leave over one channel. A parcel is one notice or one digest."""

    parcel: str
    recipient: str
    channel: str
