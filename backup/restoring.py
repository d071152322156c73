"""How does a backup become an office's data again?

Checked first, copied aside with every byte compared once more, and put in place as a whole: what was there before is
refused, or moved out of the way when that was asked for, never deleted. A mark tells the next start to let everything
look at the record again.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, ValidationError

from backup import keys, manifest, postgresql
from backup.checking import check
from backup.manifest import Copied, Manifest
from backup.problems import BackupError
from backup.taking import held_by
from models.base import Shape
from record.census import census
from record.store import Store

MARK = "restored.json"
DATABASE, TEMPORAL, KEYS = "duban.db", "temporal.db", "keys"
"""Where the parts lie in a data directory, as settings.py has it."""

_CHUNK = 1024 * 1024


class Mark(Shape):
    """That a data directory was restored, from which backup, and since when histories may lack what is on record.

    `since` None: there are no histories at all.
    """

    backup: str
    sha256: str
    restored_at: AwareDatetime
    since: AwareDatetime | None


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and where what was there before has gone (None: nothing was)."""

    manifest: Manifest
    keys: int
    moved_to: Path | None


def restore(
    place: Path,
    data_dir: Path,
    at: datetime,
    *,
    database: Store | None = None,
    database_url: str = "",
    key_files: dict[str, bytes] | None = None,
    replace: bool = False,
) -> Restored:
    """Bring the backup at `place` back into `data_dir`, restored at the aware instant `at`.

    A record on PostgreSQL goes into the empty database of `database` and `database_url`. Raises BackupError (what is
    damaged, what is in use, what is not empty) and OSError; nothing has changed then.
    """
    said = check(place)
    data_dir = data_dir.absolute()
    _refuse_inside(place, data_dir)
    if data_dir.exists() and not data_dir.is_dir():
        raise BackupError(f"{data_dir}: 不是目录 is no directory")
    occupied = data_dir.is_dir() and any(data_dir.iterdir())
    if occupied and not replace:
        raise BackupError(
            f"{data_dir}: 不是空目录;确要恢复到这里,请加 --replace(原有内容会移到旁边,不删除)。 "
            "It is not empty; with --replace what is there is moved aside, not deleted."
        )
    if said.record.kind == "postgresql":
        _refuse_unready(database)
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    with _unused(data_dir):
        aside = data_dir.with_name(f".{data_dir.name}.restoring-{secrets.token_hex(3)}")
        aside.mkdir(mode=0o700)
        try:
            _fill(place, said, aside, at, key_files)
            if said.record.kind == "postgresql":
                _load(said, place, database, database_url)
            moved_to = _swapped(data_dir, aside, at, occupied=occupied)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
    return Restored(said, len(key_files or {}), moved_to)


def mark_in(data_dir: Path) -> Mark | None:
    """The mark of a restored data directory whose matters have not looked again yet; None elsewhere.

    Raises BackupError for one that cannot be read.
    """
    try:
        return Mark.model_validate_json((data_dir / MARK).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise BackupError(f"{data_dir / MARK}: 无法读取 cannot be read") from error


def settle_mark(data_dir: Path, mark: Mark) -> None:
    """Everything has looked again: keep the mark under a name that only tells of it."""
    with suppress(FileNotFoundError):  # another worker was quicker
        (data_dir / MARK).replace(data_dir / f"restored-{mark.restored_at:%Y%m%dT%H%M%S}.json")


def _fill(place: Path, said: Manifest, aside: Path, at: datetime, key_files: dict[str, bytes] | None) -> None:
    moved = {said.record.file: DATABASE}
    if said.temporal is not None:
        moved[said.temporal.file] = TEMPORAL
    for one in said.files:
        if one.path == manifest.DUMP_FILE:
            continue
        target = aside / moved.get(one.path, one.path)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _copy(place / one.path, target, one)
    if said.record.kind == "sqlite" and held_by(aside / DATABASE) != said.record.held:
        raise BackupError(f"{place}: 记录与清单不符 the record is not what the manifest says it held")
    if key_files:
        keys.put(key_files, aside / KEYS)
    since = said.temporal.began_at if said.temporal is not None else None
    mark = Mark(backup=said.name, sha256=said.sha256, restored_at=at, since=since)
    with (aside / MARK).open("xb") as file:
        file.write(mark.model_dump_json().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    for directory in (aside, *(path for path in aside.rglob("*") if path.is_dir())):
        manifest.settle(directory)


def _copy(source: Path, target: Path, said: Copied) -> None:
    """Copy one file and compare what was copied: it may have changed since it was checked."""
    digest = hashlib.sha256()
    with os.fdopen(os.open(source, os.O_RDONLY | os.O_NOFOLLOW), "rb") as read, target.open("xb") as written:
        target.chmod(0o600)
        while chunk := read.read(_CHUNK):
            digest.update(chunk)
            written.write(chunk)
        written.flush()
        os.fsync(written.fileno())
    if digest.hexdigest() != said.sha256:
        raise BackupError(f"{said.path}: 复制时内容不符 differed while it was copied")


def _load(said: Manifest, place: Path, database: Store | None, url: str) -> None:
    if database is None:
        raise BackupError("没有数据库地址 no address of a database")
    postgresql.load(url, place / said.record.file)
    with database.reading() as session:
        held = census(session)
    if held != said.record.held:
        raise BackupError(f"{place}: 恢复后的记录与清单不符 the restored record is not what the manifest says")


def _swapped(data_dir: Path, aside: Path, at: datetime, *, occupied: bool) -> Path | None:
    moved_to = None
    if occupied:
        moved_to = data_dir.with_name(f"{data_dir.name}.before-{at:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}")
        data_dir.rename(moved_to)
    elif data_dir.is_dir():
        data_dir.rmdir()
    try:
        aside.rename(data_dir)
    except OSError:
        if moved_to is not None:
            moved_to.rename(data_dir)
        raise
    manifest.settle(data_dir.parent)
    return moved_to


def _refuse_inside(place: Path, data_dir: Path) -> None:
    if data_dir.resolve() == place.resolve() or data_dir.resolve().is_relative_to(place.resolve()):
        raise BackupError(f"{data_dir}: 在备份之内 lies within the backup")


def _refuse_unready(database: Store | None) -> None:
    if database is None:
        raise BackupError(
            "这份备份的记录在 PostgreSQL 上,请把 DUBAN_DATABASE_URL 设为一个空库。 "
            "Its record is PostgreSQL's: set DUBAN_DATABASE_URL to an empty database."
        )
    if not postgresql.is_empty(database):
        raise BackupError(
            "DUBAN_DATABASE_URL 所指的库不是空的,请新建一个。 "
            "The database of DUBAN_DATABASE_URL is not empty: create a new one."
        )


@contextmanager
def _unused(data_dir: Path) -> Iterator[None]:
    """Hold the lock of the embedded server of this place, so that none starts. Raises BackupError where one runs."""
    lock = data_dir / "temporal.lock"
    if not lock.exists():
        yield
        return
    handle = os.open(lock, os.O_RDWR)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(f"{data_dir}: 正在使用,请先停止服务 is in use; stop the engine first") from error
        yield
    finally:
        os.close(handle)
