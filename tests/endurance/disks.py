"""What can happen to a disk? A file system of its own in a file, so that nothing else on the machine is touched.

ext4 on a loop device: it can be filled, held still (fsfreeze), mounted read-only, and shut down as by a power failure,
when everything that was not flushed is gone (EXT4_IOC_SHUTDOWN, as xfstests uses it). Needs root on Linux.
"""

import fcntl
import os
import shutil
import struct
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

_FREEZE, _THAW = 0xC0045877, 0xC0045878
_SHUTDOWN, _NOTHING_FLUSHED = 0x8004587D, 2
_BALLAST = "ballast"


def can_mount() -> bool:
    """Whether disks can be made here; else all files lie side by side, and nothing happens to a disk."""
    return os.geteuid() == 0 and all(map(shutil.which, ("mkfs.ext4", "mount", "umount", "losetup")))


class Disk:
    """A disk of `megabytes`, mounted at `place` from entering the context to leaving it."""

    def __init__(self, place: Path, megabytes: int) -> None:
        self.place = place
        self._image = place.with_suffix(".img")
        self._megabytes = megabytes
        self._frozen = False

    def __enter__(self) -> Self:
        self.place.mkdir(parents=True)
        with self._image.open("wb") as image:
            image.truncate(self._megabytes << 20)
        _run("mkfs.ext4", "-q", "-E", "lazy_itable_init=1,lazy_journal_init=1", "-m", "0", str(self._image))
        self.mount()
        # Whoever runs PostgreSQL has to pass through.
        self.place.chmod(0o755)
        return self

    def __exit__(self, *_: object) -> None:
        self.thaw()
        with suppress(subprocess.CalledProcessError):
            self.unmount()
        self._image.unlink(missing_ok=True)

    def mount(self, *, read_only: bool = False) -> None:
        """Put it where its files are looked for."""
        _run("mount", "-o", "loop,ro" if read_only else "loop", str(self._image), str(self.place))

    def unmount(self, within: float = 15) -> None:
        """Take it away; whoever has a file of it open is waited for. Raises CalledProcessError."""
        until = time.monotonic() + within
        while True:
            try:
                _run("umount", str(self.place))
            except subprocess.CalledProcessError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
            else:
                return

    def fill(self) -> None:
        """Leave no block free."""
        descriptor = os.open(self.place / _BALLAST, os.O_CREAT | os.O_WRONLY)
        try:
            size = os.fstat(descriptor).st_size
            for step in (1 << 24, 1 << 20, 1 << 12):
                with suppress(OSError):
                    while True:
                        os.posix_fallocate(descriptor, size, step)
                        size += step
        finally:
            os.close(descriptor)

    def clear(self) -> None:
        """Give the room back."""
        (self.place / _BALLAST).unlink(missing_ok=True)

    def freeze(self) -> None:
        """Let everything that writes wait."""
        self._frozen = True
        self._control(_FREEZE, 0)

    def thaw(self) -> None:
        """Let it go on."""
        if self._frozen:
            self._frozen = False
            with suppress(OSError):
                self._control(_THAW, 0)

    def cut(self) -> None:
        """The power fails: from now on every access fails, and what was not flushed is gone."""
        self._control(_SHUTDOWN, struct.pack("I", _NOTHING_FLUSHED))

    def _control(self, request: int, argument: int | bytes) -> None:
        descriptor = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, request, argument)
        finally:
            os.close(descriptor)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
