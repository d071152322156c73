"""Under which master key are the data keys wrapped, and where does it come from?

A master wraps and unwraps; the key itself stays with it: in a file that only this account may read, or in a service
(privacy/kms.py). Several versions are kept, one of them wraps. Without the master nothing sealed can be read again.
"""

import base64
import json
import os
import secrets
import stat
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
_FORMAT = "duban-keys-1"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class MasterError(Exception):
    """The master key cannot be used as it is; the message says why and what to do, Chinese first. No key is in it."""


class MasterMissingError(MasterError):
    """The master key, or the version asked for, is not there: what it wrapped cannot be read."""


class MasterUnavailableError(MasterError):
    """The service that holds the master key does not answer now; trying again may help."""


@dataclass(frozen=True, slots=True)
class MasterVersion:
    """One version of a master key: its id and, where the master knows it, since when."""

    id: str
    created_at: datetime | None


class Master(Protocol):
    """Who wraps data keys. Every call may raise MasterError."""

    @property
    def kind(self) -> str:
        """What it is called in a list: file, kms."""

    def prepare(self) -> None:
        """Make the first version where there is none at all; harmless otherwise."""

    def versions(self) -> list[MasterVersion]:
        """The versions there are, oldest first; the last one wraps. Empty before `prepare`."""

    def rotate(self) -> MasterVersion:
        """Add a version, which wraps from now on; the others go on unwrapping."""

    def wrap(self, key: bytes, bound: bytes) -> tuple[str, str]:
        """The id of the version that wrapped, and the wrapped key as text; `bound` is needed to unwrap it."""

    def unwrap(self, version: str, wrapped: str, bound: bytes) -> bytes:
        """The key again. Raises MasterMissingError for an unknown version, MasterError for what was altered."""


class FileMaster:
    """A master key in a file: JSON, mode 0600 in a directory of mode 0700, written aside and moved into place.

    Keep a copy of it apart from the copies of the record: whoever loses it loses everything sealed, whoever has both
    reads it.
    """

    kind = "file"

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._read_at: tuple[int, int] | None = None
        self._keys: dict[str, tuple[bytes, datetime]] = {}

    @property
    def file(self) -> Path:
        """Where it is."""
        return self._file

    def prepare(self) -> None:
        """Make the file with one key where there is none. Raises MasterError where that cannot be done."""
        if self._file.exists():
            self._known()
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write({"k1": (secrets.token_bytes(KEY_BYTES), _now())}, first=True)
        except FileExistsError:
            # Another process was quicker: its key is the key.
            pass
        except OSError as error:
            raise MasterError(f"密钥文件 {self._file} 无法写入 cannot be written: {error.strerror}") from error
        self._known()

    def versions(self) -> list[MasterVersion]:
        """Those in the file; empty where there is none."""
        if not self._file.exists():
            return []
        return [MasterVersion(name, at) for name, (_, at) in self._known().items()]

    def rotate(self) -> MasterVersion:
        """Add a key to the file."""
        with self._lock:
            keys = dict(self._known())
            name = f"k{max(int(known[1:]) for known in keys) + 1}"
            keys[name] = (secrets.token_bytes(KEY_BYTES), _now())
            try:
                self._write(keys, first=False)
            except OSError as error:
                raise MasterError(f"密钥文件 {self._file} 无法写入 cannot be written: {error.strerror}") from error
            return MasterVersion(name, keys[name][1])

    def wrap(self, key: bytes, bound: bytes) -> tuple[str, str]:
        """AES-256-GCM under the newest key."""
        version, (master, _) = list(self._known().items())[-1]
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return version, base64.b64encode(nonce + AESGCM(master).encrypt(nonce, key, bound)).decode()

    def unwrap(self, version: str, wrapped: str, bound: bytes) -> bytes:
        """The key again."""
        known = self._known().get(version)
        if known is None:
            raise MasterMissingError(
                f"密钥文件 {self._file} 中没有主密钥 {version}，所封内容无法打开；请放回原文件（DUBAN_KEY_FILE）。 "
                f"The key file has no master key {version}: put the right file back (DUBAN_KEY_FILE)."
            )
        return opened_with(known[0], wrapped, bound)

    def _known(self) -> dict[str, tuple[bytes, datetime]]:
        """The keys, oldest first; read again when the file has changed. Raises MasterError."""
        try:
            status = self._file.stat()
            if status.st_mode & _OTHERS and os.name == "posix":
                raise MasterError(
                    f"密钥文件 {self._file} 他人可读（{stat.filemode(status.st_mode)}），请改为 0600。 "
                    "Others may read the key file: chmod 600"
                )
            seen = status.st_mtime_ns, status.st_ino
            if seen != self._read_at:
                self._keys, self._read_at = _parsed(self._file.read_text(encoding="utf-8")), seen
        except FileNotFoundError:
            raise MasterMissingError(
                f"没有密钥文件 {self._file}，已封内容无法打开；请放回原文件或设 DUBAN_KEY_FILE。 "
                f"The key file {self._file} is missing: put it back, or set DUBAN_KEY_FILE."
            ) from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            why = type(error).__name__
            raise MasterError(f"密钥文件 {self._file} 读不懂 the key file cannot be read: {why}") from None
        return self._keys

    def _write(self, keys: dict[str, tuple[bytes, datetime]], *, first: bool) -> None:
        text = json.dumps(
            {
                "format": _FORMAT,
                "keys": [
                    {"id": name, "created_at": at.isoformat(), "key": base64.b64encode(key).decode()}
                    for name, (key, at) in keys.items()
                ],
            },
            indent=1,
        )
        aside = self._file.with_name(f".{self._file.name}.{secrets.token_hex(8)}")
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            if first:
                # A link never replaces a file that is there already.
                os.link(aside, self._file)
            else:
                aside.replace(self._file)
        finally:
            aside.unlink(missing_ok=True)
        if os.name == "posix":
            directory = os.open(self._file.parent, os.O_RDONLY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)


def opened_with(key: bytes, wrapped: str, bound: bytes) -> bytes:
    """What was wrapped with that key; raises MasterError for what was altered or belongs elsewhere."""
    try:
        packed = base64.b64decode(wrapped, validate=True)
        return AESGCM(key).decrypt(packed[:_NONCE_BYTES], packed[_NONCE_BYTES:], bound)
    except (InvalidTag, ValueError):
        raise MasterError("数据密钥与主密钥不符，或已被改动 a wrapped key was altered, or is another's") from None


def _parsed(text: str) -> dict[str, tuple[bytes, datetime]]:
    written = json.loads(text)
    if written["format"] != _FORMAT or not written["keys"]:
        raise ValueError("format")
    keys = {}
    for one in written["keys"]:
        key = base64.b64decode(one["key"], validate=True)
        if len(key) != KEY_BYTES or not one["id"].startswith("k"):
            raise ValueError("key")
        keys[one["id"]] = key, datetime.fromisoformat(one["created_at"])
    return keys


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
