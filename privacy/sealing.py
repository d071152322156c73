"""How is a value sealed under a subject's key, so that it can be opened only where it was put?

AES-256-GCM with a fresh nonce; the associated data binds subject, key version and place, so that a box moved to another
act, another case or another field does not open. What is sealed is canonical JSON or bytes, compressed where that pays.
"""

import base64
import json
import secrets
import zlib
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
_PLAIN, _DEFLATED = b"\x00", b"\x01"
# What a box may come to when it is opened: more than any act or page has, less than a machine's memory.
LONGEST = 64 * 1024 * 1024


class SealError(ValueError):
    """A sealed value was altered, was moved from its place, or was sealed under another key."""

    def __init__(self, place: str) -> None:
        super().__init__(f"{place}: 密封内容被改动或不在原处 what is sealed here was altered or moved")
        self.place = place


class ErasedError(ValueError):
    """The subject's keys were destroyed: what was sealed under them cannot be read by anybody."""

    def __init__(self, subject: str) -> None:
        super().__init__(f"{subject}: 已销毁 erased")
        self.subject = subject


@dataclass(frozen=True, slots=True)
class DataKey:
    """One version of a subject's key."""

    subject: str
    version: int
    secret: bytes = field(repr=False)


def seal(key: DataKey, value: bytes, place: str) -> bytes:
    """The box of `value` for this place."""
    packed = zlib.compress(value, 6)
    content = _DEFLATED + packed if len(packed) < len(value) else _PLAIN + value
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key.secret).encrypt(nonce, content, _bound(key, place))


def unseal(key: DataKey, box: bytes, place: str) -> bytes:
    """The value again. Raises SealError."""
    try:
        content = AESGCM(key.secret).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], _bound(key, place))
        return _inflated(content)
    except (InvalidTag, ValueError, zlib.error):
        raise SealError(place) from None


def seal_json(key: DataKey, value: Any, place: str) -> str:
    """The box of a JSON value, as text."""
    written = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return base64.b64encode(seal(key, written, place)).decode()


def unseal_json(key: DataKey, box: str, place: str) -> Any:
    """The JSON value again. Raises SealError."""
    try:
        return json.loads(unseal(key, base64.b64decode(box, validate=True), place))
    except SealError:
        raise
    except ValueError:
        raise SealError(place) from None


def _inflated(content: bytes) -> bytes:
    if content[:1] == _PLAIN:
        return content[1:]
    if content[:1] != _DEFLATED:
        raise ValueError("format")
    opener = zlib.decompressobj()
    value = opener.decompress(content[1:], LONGEST)
    if not opener.eof:
        raise ValueError("too long")
    return value


def _bound(key: DataKey, place: str) -> bytes:
    return json.dumps([key.subject, key.version, place], ensure_ascii=False, separators=(",", ":")).encode()
