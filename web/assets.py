"""Under which address does a page ask for a file that comes with it?

The address names the content, so that a browser keeps the file for good and asks anew for another one. All sheets of a
page are then at hand alike: none is shown while one that goes with it is still asked after.
"""

import hashlib
from pathlib import Path

STATIC = Path(__file__).parent / "static"
PATH = "/static/"

_ADDRESSES = {
    (name := one.relative_to(STATIC).as_posix()): f"{PATH}{name}?v={hashlib.sha256(one.read_bytes()).hexdigest()[:16]}"
    for one in sorted(STATIC.rglob("*"))
    if one.is_file()
}
_OURS = frozenset(_ADDRESSES.values())


def asset(name: str) -> str:
    """The address of the file of this name in web/static. Raises KeyError."""
    return _ADDRESSES[name]


def names_its_content(address: str) -> bool:
    """Whether what is asked for under this path and query is always the same."""
    return address in _OURS
