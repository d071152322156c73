"""How is a password kept and checked? As an argon2id hash with the library's own parameters (RFC 9106).

A check costs the same whether there is a password or not, and only a few run at once: each takes 64 MB.
"""

import threading
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_AT_ONCE = threading.BoundedSemaphore(4)
_HASHER = PasswordHasher()


def hashed(password: str) -> str:
    """The hash to keep, with its parameters and a salt of its own."""
    with _AT_ONCE:
        return _HASHER.hash(_normal(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is the one kept; with `kept` None it is not, at the same cost."""
    with _AT_ONCE:
        # Made before it is known whether it is needed: the first check of a process costs the same for everybody.
        nobodys = _nobodys()
        try:
            _HASHER.verify(kept or nobodys, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def outdated(kept: str) -> bool:
    """Whether the hash was made with other parameters than the library's present ones."""
    return _HASHER.check_needs_rehash(kept)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _HASHER.hash("nobody has this password")


def _normal(password: str) -> str:
    """One text for one password, however an input method composed it (RFC 8265)."""
    return unicodedata.normalize("NFC", password)
