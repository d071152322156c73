"""Which instant is meant on a command line? Local time is Asia/Shanghai."""

from datetime import UTC, datetime

from cli.problems import Problem
from policies.deadlines import SHANGHAI
from rehearsal.scenarios import read_instant

ACCEPTED = "2026-09-15T10:00+08:00, 2026-09-15T10:00, 2026-09-15"


def now() -> datetime:
    """This second, in Asia/Shanghai."""
    return datetime.now(UTC).astimezone(SHANGHAI).replace(microsecond=0)


def instant(text: str, option: str) -> datetime:
    """The instant written in `text`; without an offset local time is meant, a bare date is 00:00. Raises Problem."""
    try:
        written = datetime.fromisoformat(text)
        return read_instant(text if written.tzinfo else written.replace(tzinfo=SHANGHAI).isoformat())
    except (ValueError, OverflowError) as error:
        raise Problem(f"{option} {text}: 时刻读不懂 not an instant;可接受 accepted: {ACCEPTED}") from error
