"""What does a backup say of itself?

Its manifest names every file with size and SHA-256, when each part was copied, and what the record held. Names in it
come from outside when a backup is read: one that leads anywhere but into the backup is refused before it is used.
"""

import hashlib
import json
import os
import re
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import AwareDatetime, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from backup.problems import BackupError
from models.base import Shape
from record.census import Census

MANIFEST = "manifest.json"
TEMPORAL_FILE = "temporal.db"
SQLITE_FILE = "record.db"
DUMP_FILE = "record.dump"
DOCUMENTS, TEMPLATES, SEALS, OFFICE_FILES = "documents", "templates", "seals", "office"
ATTACHMENTS = "attachments"
"""Directories of a backup: printed documents, the office's own templates, its directory and contacts, attachments."""

# Nothing else is ever restored: keys above all come from where they are kept apart.
_PLACES = frozenset({TEMPORAL_FILE, SQLITE_FILE, DUMP_FILE, DOCUMENTS, TEMPLATES, SEALS, OFFICE_FILES, ATTACHMENTS})

PREFIX = "duban-"
_NAME = re.compile(r"duban-\d{8}T\d{6}Z-[0-9a-f]{6}", re.ASCII)
_PATH_LONGEST = 500
_MANIFEST_LARGEST = 256 * 1024 * 1024
_CHUNK = 1024 * 1024
_DIGEST = r"^[0-9a-f]{64}$"


class Copied(Shape):
    """One file of a backup: its path within it, with slashes, its size and its SHA-256."""

    path: str = Field(max_length=_PATH_LONGEST)
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=_DIGEST)

    @field_validator("path")
    @classmethod
    def _within(cls, path: str) -> str:
        if not is_inside(path) or PurePosixPath(path).parts[0] not in _PLACES:
            raise PydanticCustomError("path", "not a path within the backup")
        return path


class RecordPart(Shape):
    """The copy of the record: on which kind of database it goes, and what it held then."""

    kind: Literal["sqlite", "postgresql"]
    file: str
    copied_at: AwareDatetime
    held: Census


class TemporalPart(Shape):
    """The copy of the embedded Temporal server's store. Nothing recorded before `began_at` is unknown to it."""

    file: str
    began_at: AwareDatetime
    copied_at: AwareDatetime


class Manifest(Shape):
    """A whole backup.

    `temporal` is None where the server is another one's to back up; `keys` says whether key files were sealed beside
    it. `settings` are those in force, without secrets; `sha256` is of the manifest without it.
    """

    format: Literal[1] = 1
    name: str
    began_at: AwareDatetime
    ended_at: AwareDatetime
    record: RecordPart
    temporal: TemporalPart | None
    keys: Literal["none", "left_out", "sealed"]
    settings: dict[str, str]
    versions: dict[str, str]
    files: tuple[Copied, ...]
    sha256: str = Field("", pattern=rf"{_DIGEST}|^$")

    @model_validator(mode="after")
    def _agrees(self) -> "Manifest":
        paths = [one.path for one in self.files]
        if len({path.casefold() for path in paths}) != len(paths):
            raise PydanticCustomError("paths", "a path occurs twice")
        needed = {self.record.file} | ({self.temporal.file} if self.temporal else set())
        if not needed <= set(paths):
            raise PydanticCustomError("paths", "a part is not among the files")
        return self

    def sealed(self) -> "Manifest":
        """The same, with the digest over all the rest."""
        return self.model_copy(update={"sha256": self._digest()})

    @property
    def intact(self) -> bool:
        """Whether the manifest is as it was written."""
        return self.sha256 == self._digest()

    def _digest(self) -> str:
        rest = self.model_dump(mode="json", exclude={"sha256"})
        return hashlib.sha256(json.dumps(rest, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def is_inside(path: str) -> bool:
    """Whether the path names a file below the place it is joined to, on any system, and is no manifest."""
    pure = PurePosixPath(path)
    plain = path == str(pure) and all(char.isprintable() and char not in '\\:*?"<>|' for char in path)
    return (
        plain
        and bool(pure.parts)
        and not pure.is_absolute()
        and all(part not in (".", "..") and not part.endswith((" ", ".")) for part in pure.parts)
        and pure.parts[0] != MANIFEST
    )


def is_name(name: str) -> bool:
    """Whether a directory of this name may be a whole backup; one under way is called otherwise."""
    return _NAME.fullmatch(name) is not None


def began_at(name: str) -> datetime:
    """The instant that a backup of this name names (`is_name`)."""
    return datetime.strptime(f"{name.removeprefix(PREFIX)[:16]}+0000", "%Y%m%dT%H%M%SZ%z")


def name_at(at: datetime, distinct: str) -> str:
    """The name of a backup begun at that UTC instant; `distinct` is six hexadecimal digits of chance."""
    return f"{PREFIX}{at:%Y%m%dT%H%M%SZ}-{distinct}"


def read(place: Path) -> Manifest:
    """The manifest of the backup at `place`. Raises BackupError where there is none or it cannot be trusted."""
    file = place / MANIFEST
    try:
        if place.is_symlink() or file.is_symlink() or not file.is_file():
            raise BackupError(f"{place}: 不是备份 is not a backup (没有 no {MANIFEST})")
        if file.stat().st_size > _MANIFEST_LARGEST:
            raise BackupError(f"{file}: 过大 too large")
        manifest = Manifest.model_validate_json(file.read_bytes())
    except OSError as error:
        raise BackupError(f"{file}: 无法读取 cannot be read: {error.strerror}") from error
    except ValidationError as error:
        fault = error.errors(include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in fault["loc"])[:100]
        raise BackupError(f"{file}: 内容无效 not a usable manifest: {where} {fault['msg'][:200]}") from None
    if not manifest.intact:
        raise BackupError(f"{file}: 散列不符,清单被改动 has been altered: its digest does not fit")
    return manifest


def write(place: Path, manifest: Manifest) -> None:
    """Put the sealed manifest into the backup, durably: the last thing before it gets its name."""
    with (place / MANIFEST).open("xb") as file:
        file.write(manifest.model_dump_json(indent=1).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def hashed(file: Path) -> tuple[int, str]:
    """Size and SHA-256 of a file. Raises OSError; a symbolic link is not followed."""
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), "rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()


def settle(directory: Path) -> None:
    """Make names in a directory durable."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
