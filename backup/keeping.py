"""Which backups are there, and which of them may go?

Only whole ones count. The oldest go when there are more than are to be kept, never the newest whole one; what is
damaged is left for people to look at.
"""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backup import manifest
from backup.manifest import Manifest
from backup.problems import BackupError
from backup.taking import PART, alone


@dataclass(frozen=True, slots=True)
class Kept:
    """One backup: its place, and its manifest or why that cannot be trusted."""

    place: Path
    manifest: Manifest | None
    fault: str | None = None


def kept(to: Path) -> list[Kept]:
    """The backups below `to`, the oldest first. Files are counted and measured, not read: that is for `check`."""
    found = []
    for place in sorted(to.iterdir()) if to.is_dir() else ():
        if manifest.is_name(place.name) and place.is_dir() and not place.is_symlink():
            try:
                said = manifest.read(place)
                found.append(Kept(place, said, _missing(place, said)))
            except BackupError as error:
                found.append(Kept(place, None, str(error)))
    return found


def newest_at(to: Path) -> datetime | None:
    """When the newest whole backup below `to` was begun, by its name; None where there is none or nobody can look."""
    try:
        names = [place.name for place in to.iterdir() if manifest.is_name(place.name)]
    except OSError:
        return None
    return max((manifest.began_at(name) for name in names), default=None)


def prune(to: Path, keep: int, newest: Path) -> list[Path]:
    """Remove the oldest whole backups until `keep` are left; the places that are gone.

    `newest` has just been made and checked and is never removed, whatever the clock said then. Raises BackupError.
    """
    if keep < 1:
        raise BackupError("至少保留一份备份 at least one backup is kept")
    with alone(to):
        whole = [one.place for one in kept(to) if one.fault is None and one.place != newest]
        leaving = whole[: max(0, len(whole) - (keep - 1))]
        for place in leaving:
            # Renamed first: one whose removal is broken off no longer looks like a backup.
            aside = place.with_name(f"{place.name}{PART}")
            place.rename(aside)
            shutil.rmtree(aside)
    return leaving


def _missing(place: Path, said: Manifest) -> str | None:
    for one in said.files:
        try:
            size = (place / one.path).lstat().st_size
        except OSError:
            size = -1
        if size != one.bytes:
            return f"{one.path}: 缺失或大小不符 missing or of another size"
    return None
