"""How do key files leave the house without being readable?

All files of the key directory sealed into one file under a passphrase: scrypt makes the key, AES-256-GCM seals, and
the header is authenticated with it. What the keys open is for whoever uses them. Sources: RFC 7914, NIST SP 800-38D.
"""

import base64
import binascii
import json
import os
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backup.manifest import is_inside, settle
from backup.problems import BackupError

SHORTEST_PASSPHRASE = 12
_MAGIC = b"DUBAN-KEYS 1\n"
_HEADER_LONGEST = 1024
_LARGEST = 16 * 1024 * 1024
_FILES = 1000
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32
# 128 MB and about half a second for each guess.
_LOG_N, _R, _P = 17, 8, 1


class _Header(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    salt: str = Field(pattern=r"^[0-9a-f]{32}$")
    nonce: str = Field(pattern=r"^[0-9a-f]{24}$")


def check_passphrase(passphrase: str) -> None:
    """Raise BackupError for a passphrase that is too short to protect keys."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BackupError(f"口令太短,至少 {SHORTEST_PASSPHRASE} 个字符。 It needs {SHORTEST_PASSPHRASE} characters.")


def seal(directory: Path, target: Path, passphrase: str) -> int:
    """Seal every file below `directory` into the new file `target`; how many there were. Raises BackupError."""
    check_passphrase(passphrase)
    contents = {
        path.relative_to(directory).as_posix(): base64.b64encode(_read(path)).decode() for path in _files(directory)
    }
    if not contents:
        raise BackupError(f"{directory}: 没有密钥文件 holds no key files")
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    header = _Header(salt=salt.hex(), nonce=nonce.hex()).model_dump_json().encode() + b"\n"
    plain = json.dumps(contents, sort_keys=True).encode()
    sealed = AESGCM(_derived(passphrase, salt)).encrypt(nonce, plain, _MAGIC + header)
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_MAGIC + header + sealed)
            file.flush()
            os.fsync(file.fileno())
        # Linked, not moved: an older file under that name may be the last copy of keys.
        os.link(part, target)
    except FileExistsError as error:
        raise BackupError(f"{target}: 已存在,请另取文件名 exists already; choose another name") from error
    finally:
        part.unlink(missing_ok=True)
    settle(target.parent)
    return len(contents)


def opened(sealed: Path, passphrase: str) -> dict[str, bytes]:
    """The key files in a sealed file, by their paths. Raises BackupError for a wrong passphrase or an altered file."""
    try:
        with sealed.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise BackupError(f"{sealed}: 无法读取 cannot be read: {error.strerror}") from error
    end = data.find(b"\n", len(_MAGIC), len(_MAGIC) + _HEADER_LONGEST) + 1
    if len(data) > _LARGEST or not data.startswith(_MAGIC) or not end:
        raise BackupError(f"{sealed}: 不是密钥备份 is no backup of keys")
    try:
        header = _Header.model_validate_json(data[len(_MAGIC) : end])
        key = _derived(passphrase, bytes.fromhex(header.salt))
        plain = AESGCM(key).decrypt(bytes.fromhex(header.nonce), data[end:], data[:end])
    except (ValidationError, InvalidTag) as error:
        raise BackupError(f"{sealed}: 口令不对或文件被改动 wrong passphrase, or the file has been altered") from error
    try:
        contents = {str(name): base64.b64decode(value, validate=True) for name, value in json.loads(plain).items()}
    except (ValueError, AttributeError, TypeError, binascii.Error) as error:
        raise BackupError(f"{sealed}: 内容无效 unusable content") from error
    if not all(is_inside(name) for name in contents):
        raise BackupError(f"{sealed}: 含有越界的路径 holds a path that leads elsewhere")
    return contents


def put(contents: dict[str, bytes], directory: Path) -> None:
    """Write key files below a new `directory`, for their owner's eyes only. Raises BackupError, OSError."""
    directory.mkdir(mode=0o700)
    for name, content in contents.items():
        path = directory / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _files(directory: Path) -> list[Path]:
    try:
        found = sorted(path for path in directory.rglob("*") if not path.is_dir() or path.is_symlink())
    except OSError as error:
        raise BackupError(f"{directory}: 无法读取 cannot be read: {error.strerror}") from error
    if len(found) > _FILES:
        raise BackupError(f"{directory}: 文件过多 too many files for a directory of keys")
    return found


def _read(path: Path) -> bytes:
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise BackupError(f"{path}: 不是普通文件 is no ordinary file")
            return file.read(_LARGEST)
    except OSError as error:
        raise BackupError(f"{path}: 无法读取 cannot be read: {error.strerror}") from error


def _derived(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=_KEY_BYTES, n=2**_LOG_N, r=_R, p=_P).derive(passphrase.encode())
