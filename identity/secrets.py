"""How are the long random texts made that prove a session or a token, and how are they kept? By their hash only."""

import hashlib
import hmac
import secrets

TOKEN_PREFIX = "duban_"  # noqa: S105 - how a token begins, so that scanners of leaked secrets know one
_BYTES = 32


def new_secret(prefix: str = "") -> str:
    """A text nobody can guess (256 bits), safe in a URL, a cookie and a header."""
    return prefix + secrets.token_urlsafe(_BYTES)


def kept(secret: str) -> str:
    """What is kept of it. It is long and random, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def csrf_token(session_secret: str) -> str:
    """What a page of that session proves itself by: made from the session's secret, which no other site knows."""
    return hmac.new(session_secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether both are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
