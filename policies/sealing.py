"""Which day is to be sealed now, and how many days went without a seal?

A day is over for the seal at the hour the office has set, in Asia/Shanghai; every calendar day has one, working or not.
"""

from datetime import date, datetime, time, timedelta

from policies.deadlines import SHANGHAI


def day_to_seal(now: datetime, at: time) -> date:
    """The last local day whose sealing hour `at` has come by the aware instant `now`."""
    local = now.astimezone(SHANGHAI)
    return local.date() if local.time() >= at else local.date() - timedelta(days=1)


def days_missed(last: date | None, day: date) -> int:
    """How many days lie between the last sealed one and `day`, both excluded; 0 where nothing was ever sealed."""
    return 0 if last is None else max(0, (day - last).days - 1)
