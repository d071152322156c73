from datetime import UTC, datetime, timedelta

import pytest

from policies.passwords import DISTINCT, LONGEST, SHORTEST, refuse_password
from policies.throttling import ACCOUNT, ADDRESS, FORGOTTEN_AFTER, Patience, blocked_for, counted

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize("patience", [ACCOUNT, ADDRESS])
def test_the_block_begins_after_the_free_failures_doubles_and_is_never_longer_than_the_longest(
    patience: Patience,
) -> None:
    assert blocked_for(patience.free - 1, patience) is None
    assert blocked_for(patience.free, patience) == patience.first
    assert blocked_for(patience.free + 1, patience) == 2 * patience.first
    spans = [blocked_for(number, patience) for number in range(patience.free, patience.free + 10_000)]
    assert all(span is not None and span <= patience.longest for span in spans)
    assert spans[-1] == patience.longest


def test_a_day_without_a_failure_begins_anew() -> None:
    assert counted(0, None, AT) == 1
    assert counted(7, AT, AT + FORGOTTEN_AFTER - timedelta(seconds=1)) == 8
    assert counted(7, AT, AT + FORGOTTEN_AFTER) == 1


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("abcde" + "a" * (SHORTEST - 5), True),
        ("abcde" + "a" * (SHORTEST - 6), False),
        ("abcde" + "a" * (LONGEST - 5), True),
        ("abcde" + "a" * (LONGEST - 4), False),
        ("a" * (SHORTEST - DISTINCT + 2) + "bcd", False),
        ("督办口令要足够长才可以用", True),
        ("my HEAD office password", False),
        ("a password\x00 with a zero", False),
    ],
)
def test_a_password_is_long_rather_than_contrived(password: str, good: bool) -> None:
    why = refuse_password(password, "head")
    assert (why is None) is good
    assert why is None or password not in why.reason
