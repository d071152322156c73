"""How is a value sealed under a subject's key, so that it can be opened only where it was put?

AES-256-GCM with a fresh nonce; the associated data binds subject, key version and place, so that a box moved to another
act, another case or another field does not open. What is sealed is canonical JSON or bytes, compressed where that pays:
the first byte says how.
"""

import base64
import json
import secrets
import zlib
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privacy.words import WORDS

NONCE_BYTES = 12
# Deflated by itself, or on the dictionary of privacy/words.py.
_PLAIN, _DEFLATED, _ON_WORDS = b"\x00", b"\x01", b"\x02"
# A window of 4 KB (2**12) serves what is not longer, and is set up in a tenth of the time of the usual one.
_SMALL, _SMALL_WINDOW, _SMALL_MEMORY = 4096, 12, 4
_LEVEL = 6
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


def seal(key: DataKey, value: bytes, place: str, *, on_words: bool = False) -> bytes:
    """The box of `value` for this place; `on_words` for what says the same as every payload (privacy/words.py)."""
    packed = _on_words(value) if on_words and len(value) <= _SMALL else _deflated(value)
    content = packed if len(packed) <= len(value) else _PLAIN + value
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


def _deflated(value: bytes) -> bytes:
    if len(value) > _SMALL:
        return _DEFLATED + zlib.compress(value, _LEVEL)
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _SMALL_WINDOW, _SMALL_MEMORY)
    return _DEFLATED + packer.compress(value) + packer.flush()


def _on_words(value: bytes) -> bytes:
    # Without a header and a checksum of its own: what is sealed cannot be altered unseen.
    packer = zlib.compressobj(
        _LEVEL, zlib.DEFLATED, -_SMALL_WINDOW, _SMALL_MEMORY, zlib.Z_DEFAULT_STRATEGY, zdict=WORDS
    )
    return _ON_WORDS + packer.compress(value) + packer.flush()


def _inflated(content: bytes) -> bytes:
    if content[:1] == _PLAIN:
        return content[1:]
    if content[:1] == _DEFLATED:
        opener = zlib.decompressobj()
    elif content[:1] == _ON_WORDS:
        opener = zlib.decompressobj(-_SMALL_WINDOW, zdict=WORDS)
    else:
        raise ValueError("format")
    value = opener.decompress(content[1:], LONGEST)
    if not opener.eof:
        raise ValueError("too long")
    return value


def _bound(key: DataKey, place: str) -> bytes:
    return json.dumps([key.subject, key.version, place], ensure_ascii=False, separators=(",", ":")).encode()
