"""How does a long list come in pages that stay right while it grows?

Each page ends with the key of its last item and the next begins behind it; nothing is counted or skipped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from models.rows import aware

T = TypeVar("T")

LONGEST_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items in order; `next` is what to pass as `after` for the following page, None on the last one."""

    items: tuple[T, ...]
    next: str | None


def bounded(limit: int) -> int:
    """The limit, when it lies between 1 and LONGEST_PAGE; raises ValueError otherwise."""
    if not 1 <= limit <= LONGEST_PAGE:
        raise ValueError(f"limit: {limit}; 可接受 accepted: 1..{LONGEST_PAGE}")
    return limit


def instant_of(text: str) -> datetime:
    """The aware instant in a key, in UTC; raises ValueError for anything else, and for what UTC has no place for."""
    try:
        return aware(datetime.fromisoformat(text)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error


def cut(found: Sequence[T], limit: int, key: Callable[[T], str]) -> Page[T]:
    """The page of at most `limit` items, from a query that asked for one more to learn whether there are any."""
    items = tuple(found[:limit])
    return Page(items, key(items[-1]) if len(found) > limit else None)
