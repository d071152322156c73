"""How long is signing in blocked after failures, for one account and from one address?

The block doubles with every further failure and ends by itself; a day without one begins anew. An account takes few
tries, an address more, for many people can share one. Source: GB/T 22239-2019 8.1.4.1 b (failed logins are handled).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

FORGOTTEN_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Patience:
    """How many failures are free, how long the first block is, and the longest."""

    free: int
    first: timedelta
    longest: timedelta


ACCOUNT = Patience(free=5, first=timedelta(minutes=1), longest=timedelta(minutes=30))
ADDRESS = Patience(free=30, first=timedelta(minutes=1), longest=timedelta(hours=1))


def counted(failures: int, last_at: datetime | None, at: datetime) -> int:
    """How many failures there are with one more at `at`; those a day ago or longer are forgotten."""
    if last_at is None or at - last_at >= FORGOTTEN_AFTER:
        return 1
    return failures + 1


def blocked_for(failures: int, patience: Patience) -> timedelta | None:
    """How long nothing is tried after that many failures; None while they are free."""
    beyond = failures - patience.free
    if beyond < 0:
        return None
    # No power beyond what the longest needs.
    times: int = 2 ** min(beyond, 16)
    return min(patience.first * times, patience.longest)
