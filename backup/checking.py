"""Is a backup whole, file by file, and nothing else?"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from backup import manifest
from backup.manifest import Copied, Manifest
from backup.problems import BackupError, DamagedBackupError

_FAULTS_SHOWN = 20


def check(place: Path) -> Manifest:
    """The manifest of the backup at `place`, after every file has been read and compared with it.

    Raises BackupError where there is no manifest to trust, DamagedBackupError naming every file that is missing,
    different, no ordinary file, or not in the manifest.
    """
    said = manifest.read(place)
    faults = list(_faults(place, said))
    if faults:
        more = len(faults) - _FAULTS_SHOWN
        raise DamagedBackupError((*faults[:_FAULTS_SHOWN], *([f"… +{more}"] if more > 0 else [])))
    return said


def _faults(place: Path, said: Manifest) -> Iterator[str]:
    listed = {one.path for one in said.files}
    for path in _found(place):
        if path not in listed and path != manifest.MANIFEST:
            yield f"{path[:200]!r}: 不在清单中 not in the manifest"
    for one in said.files:
        fault = differing(place, one)
        if fault:
            yield f"{one.path}: {fault}"


def differing(place: Path, one: Copied) -> str | None:
    """How a file of a backup differs from what its manifest says; None when it does not."""
    path = place / one.path
    try:
        if any(parent.is_symlink() for parent in path.parents if parent.is_relative_to(place)):
            return "符号链接 behind a symbolic link"
        if not stat.S_ISREG(path.lstat().st_mode):
            return "不是普通文件 no ordinary file"
        size, digest = manifest.hashed(path)
    except FileNotFoundError:
        return "缺失 missing"
    except OSError as error:
        return f"无法读取 cannot be read: {error.strerror}"
    if size != one.bytes:
        return f"大小不符 {size} bytes instead of {one.bytes}"
    return None if digest == one.sha256 else "内容不符 its content differs"


def _found(place: Path) -> Iterator[str]:
    def stop(error: OSError) -> None:
        raise BackupError(f"{place}: 无法读取 cannot be read: {error.strerror}") from error

    for directory, below, names in os.walk(place, onerror=stop):
        links = [name for name in below if (Path(directory) / name).is_symlink()]
        for name in (*names, *links):
            yield (Path(directory) / name).relative_to(place).as_posix()
