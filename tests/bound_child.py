"""How does a server of the tests run without root's rights, and die with the test that started it?

Run as `python -I -S bound_child.py PARENT_PID UID GID DIRECTORY COMMAND…`. First the account, then the tie to the
parent, because changing the account would undo it. Uses the standard library only. Source: prctl(2).
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(parent: int, uid: int, gid: int, directory: str, command: list[str]) -> None:
    """Become `command`, in `directory`."""
    if os.geteuid() != uid:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)
    # The tests' own directory may be closed to the account.
    os.chdir(directory)
    os.execv(command[0], command)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5:])
