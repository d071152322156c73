"""In what order is an office copied while it works, and when is a copy a backup?

Temporal's store first, the record after it, files last: what a history has seen is then in the record, and what the
record names is among the files (docs/decisions/0018-backup.md). Made aside, checked from the disk, and named last, so
that one that was broken off never looks like a backup.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from backup import manifest, postgresql, sqlite
from backup.checking import check
from backup.keys import seal
from backup.manifest import Copied, Manifest, RecordPart, TemporalPart
from backup.problems import BackupError
from record.census import Census, census
from record.store import Store

PART = ".part"
_LOCK = ".lock"
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sources:
    """What an office keeps, and where.

    `temporal` is the embedded server's store; None, or not there, where the server is another one's. `trees` and
    `files` are copied under their names, where they exist. `settings` and `versions` are written down as they are.
    """

    store: Store
    sqlite_file: Path | None
    temporal: Path | None
    keys: Path
    trees: Mapping[str, Path] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sealing:
    """Where the key files go, sealed, and under which passphrase."""

    target: Path
    passphrase: str = field(repr=False)


def take(
    sources: Sources,
    to: Path,
    sealing: Sealing | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> tuple[Path, Manifest]:
    """Make a backup in a new directory below `to`; its place and its manifest.

    Raises BackupError when another one is being made there, and OSError (no room); nothing that could be taken for a
    backup is left then.
    """
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(to):
        began_at = now()
        name = manifest.name_at(began_at.astimezone(UTC), secrets.token_hex(3))
        aside = to / f"{name}{PART}"
        aside.mkdir(mode=0o700)
        try:
            made = _copied(sources, aside, name, sealing, began_at=began_at, now=now)
            manifest.write(aside, made)
            _settle_all(aside)
            check(aside)
            aside.rename(to / name)
            manifest.settle(to)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
    return to / name, made


def _copied(
    sources: Sources,
    aside: Path,
    name: str,
    sealing: Sealing | None,
    *,
    began_at: datetime,
    now: Callable[[], datetime],
) -> Manifest:
    temporal = None
    if sources.temporal is not None and sources.temporal.is_file():
        temporal_began_at = now()
        sqlite.copy(sources.temporal, aside / manifest.TEMPORAL_FILE)
        temporal = TemporalPart(file=manifest.TEMPORAL_FILE, began_at=temporal_began_at, copied_at=now())
    record = _record(sources, aside, now)
    for tree, place in sources.trees.items():
        _copy_tree(place, aside / tree)
    for file, place in sources.files.items():
        if place.is_file():
            (aside / manifest.OFFICE_FILES).mkdir(exist_ok=True)
            _copy_file(place, aside / manifest.OFFICE_FILES / file)
    has_keys = sources.keys.is_dir() and any(sources.keys.iterdir())
    if sealing is not None:
        seal(sources.keys, sealing.target, sealing.passphrase)
    return Manifest(
        name=name,
        began_at=began_at,
        ended_at=now(),
        record=record,
        temporal=temporal,
        keys="sealed" if sealing is not None else "left_out" if has_keys else "none",
        settings=dict(sources.settings),
        versions=dict(sources.versions),
        files=tuple(_listed(aside)),
    ).sealed()


def _record(sources: Sources, aside: Path, now: Callable[[], datetime]) -> RecordPart:
    if sources.sqlite_file is None:
        held = postgresql.dump(sources.store, aside / manifest.DUMP_FILE)
        return RecordPart(kind="postgresql", file=manifest.DUMP_FILE, copied_at=now(), held=held)
    sqlite.copy(sources.sqlite_file, aside / manifest.SQLITE_FILE)
    return RecordPart(
        kind="sqlite", file=manifest.SQLITE_FILE, copied_at=now(), held=held_by(aside / manifest.SQLITE_FILE)
    )


def held_by(file: Path) -> Census:
    """What the record in an SQLite file that nobody uses holds; the file is left as it is."""
    store = Store(f"sqlite:///{file}", read_only=True)
    try:
        with store.reading() as session:
            return census(session)
    finally:
        store.close()


def clear_broken_off(to: Path) -> int:
    """Remove what backups and deletions that were broken off have left below `to`; how many. Only while alone there."""
    left = [place for place in to.glob(f"{manifest.PREFIX}*{PART}") if place.is_dir() and not place.is_symlink()]
    for place in left:
        shutil.rmtree(place)
    return len(left)


@contextmanager
def alone(to: Path) -> Iterator[None]:
    """Be the only one who makes or removes backups below `to`; what earlier ones left unfinished is removed.

    Raises BackupError when somebody else does.
    """
    handle = os.open(to / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(f"{to}: 另一个备份正在进行 another backup is being made here") from error
        clear_broken_off(to)
        yield
    finally:
        os.close(handle)


def _copy_tree(source: Path, target: Path) -> None:
    """Copy every ordinary file below `source`; hidden ones are unfinished, and links lead elsewhere."""
    for place, directories, names in os.walk(source):
        directories[:] = sorted(name for name in directories if not name.startswith("."))
        below = target / Path(place).relative_to(source)
        for name in sorted(names):
            file = Path(place) / name
            if not name.startswith(".") and file.is_file() and not file.is_symlink():
                below.mkdir(parents=True, exist_ok=True)
                try:
                    _copy_file(file, below / name)
                except FileNotFoundError:
                    # Removed meanwhile, which the record has not seen yet or has seen already.
                    continue


def _copy_file(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("xb") as written:
        while chunk := read.read(_CHUNK):
            written.write(chunk)


def _listed(aside: Path) -> Iterator[Copied]:
    for path in sorted(path for path in aside.rglob("*") if path.is_file()):
        size, digest = manifest.hashed(path)
        yield Copied(path=path.relative_to(aside).as_posix(), bytes=size, sha256=digest)


def _settle_all(aside: Path) -> None:
    for path in (aside, *aside.rglob("*")):
        if path.is_dir():
            manifest.settle(path)
        else:
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
