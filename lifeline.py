"""How does a child process die with its parent, and hold a file for itself as long as it lives?

Run as `python -I -S lifeline.py PARENT_PID LOCK_FILE COMMAND…`: it ties itself to the parent, takes the lock, and
becomes the command. Done here, after exec, because code between fork and exec is unsafe in a process with threads.
Uses the standard library only. Source: prctl(2), flock(2).
"""

import ctypes
import fcntl
import os
import signal
import sys
import time

LOCKED = 73
"""Exit code: another process holds the lock file."""

ORPHANED = 74
"""Exit code: the parent was gone before the child was tied to it."""

_PR_SET_PDEATHSIG = 1
_PATIENCE_SECONDS = 3.0


def main(parent: int, lock: str, command: list[str]) -> None:
    """Become `command`. Exits with LOCKED when `lock` stays taken, with ORPHANED when `parent` is gone."""
    if sys.platform == "linux":
        # The signal comes when the parent's *thread* that started us ends, so a server is started from a lasting one.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(ORPHANED)
    if lock:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        if not _locked(handle):
            sys.exit(LOCKED)
        # The lock belongs to the open file: kept over exec, it ends with the command, however that ends.
        os.set_inheritable(handle, True)
    os.execv(command[0], command)  # noqa: S606 - no shell is the point


def _locked(handle: int) -> bool:
    """Whether the lock could be had; a server that is just being killed gets a moment to go."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.05)
        else:
            return True


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
