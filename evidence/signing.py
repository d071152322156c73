"""Which key signs the seals, where does it lie, and how is one replaced?

Ed25519 (RFC 8032). The private key lies in a file that only its owner can read, made at the first start; what it
signs is always said with its purpose in front, so that no signature of one thing passes for one of another.
"""

import hashlib
import os
import stat
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from evidence.problems import KeyFileError
from models.evidence import SigningKey

SEAL = b"duban-seal-v1\n"
KEY = b"duban-key-v1\n"
PACKAGE = b"duban-package-v1\n"

_ID_DIGITS = 16


def key_id(public: bytes) -> str:
    """How a public key is named: the beginning of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:_ID_DIGITS]


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key at hand; it never shows itself."""

    _private: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self._private.public_key().public_bytes_raw()

    @property
    def id(self) -> str:
        """The id of the public key."""
        return key_id(self.public)

    def sign(self, purpose: bytes, message: bytes) -> str:
        """The signature over purpose and message, in hexadecimal."""
        return self._private.sign(purpose + message).hex()


def signed_by(public: bytes, signature: str, purpose: bytes, message: bytes) -> bool:
    """Whether the signature (hexadecimal) is this key's over purpose and message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(signature), purpose + message)
    except (InvalidSignature, ValueError):
        return False
    return True


def signer(file: Path) -> Signer:
    """The key in the file. Raises KeyFileError: missing, readable by others, or no key."""
    try:
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        raise KeyFileError(f"签名密钥文件无法读取 the signing key cannot be read: {file}: {error.strerror}") from error
    with os.fdopen(handle, "rb") as opened:
        if os.name == "posix" and stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & 0o077:
            raise KeyFileError(f"签名密钥文件他人可读,请 chmod 600 others can read the signing key: {file}")
        written = opened.read(200).strip()
    try:
        return Signer(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(written.decode("ascii"))))
    except ValueError:
        raise KeyFileError(f"不是签名密钥文件 not a signing key: {file}") from None


def signer_or_new(file: Path) -> Signer:
    """The key in the file; a new one where there is none yet. Raises KeyFileError."""
    if not file.exists():
        new_key(file)
    return signer(file)


def new_key(file: Path) -> None:
    """Put a new key into a file that is not there yet; another process may be first. Raises KeyFileError."""
    private = Ed25519PrivateKey.generate().private_bytes_raw().hex()
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as opened:
            opened.write(f"{private}\n")
            opened.flush()
            os.fsync(opened.fileno())
        try:
            # Never over a key that is there: a link is refused where a rename would replace.
            os.link(aside, file)
        except FileExistsError:
            return
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise KeyFileError(
            f"签名密钥文件无法写入 the signing key cannot be written: {file}: {error.strerror}"
        ) from error


def described(one: Signer, at: datetime, before: Signer | None = None) -> SigningKey:
    """The public side of a key, added at `at` (aware); signed by the key before it, where there was one."""
    told = SigningKey(id=one.id, public=one.public.hex(), added_at=at)
    if before is None:
        return told
    return told.model_copy(update={"endorsed_by": before.id, "endorsement": before.sign(KEY, endorsed(told))})


def endorsed(key: SigningKey) -> bytes:
    """What the key before signs of a new one."""
    return f"{key.id} {key.public}".encode()
