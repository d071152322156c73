"""How does a test start the engine's processes again and again without loading their modules each time?

One process of this test run loads the modules once and waits (`python -m tests.warm FD`); each `Warm` is forked from it
and then runs a program as `python PROGRAM ARGUMENTS…` or `python -m MODULE …` would: with its own environment, working
directory, output and process id, to be signalled and killed like any other. The waiting process has no thread, no
connection and no event loop that a fork could tear apart, and ends with the tests. A claim about how a process starts
uses a cold one.
"""

import atexit
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent


class Warm:
    """A process that runs `program`, a file, or with `module` a module by its name; as subprocess.Popen has it.

    What it says goes to `output` and `errors`, file descriptors of the caller's own; None: nowhere, and to the test's.
    """

    def __init__(
        self,
        program: str,
        *arguments: str,
        env: Mapping[str, str],
        module: bool = False,
        output: int | None = None,
        errors: int | None = None,
    ) -> None:
        said = json.dumps({"argv": [program, *arguments], "module": module, "env": dict(env)}).encode()
        self._told, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, open(os.devnull, "ab") as nowhere:  # noqa: PTH123 - a device
            out = nowhere.fileno() if output is None else output
            _waiting().ask(said, [theirs.fileno(), out, 2 if errors is None else errors])
        self.pid = int(self._line())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            self._ended()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code once it has ended. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            self._ended()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal; nothing where it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Tell it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it between two instructions."""
        self.send_signal(signal.SIGKILL)

    def _ended(self) -> None:
        self.returncode = int(self._line())
        self._told.close()

    def _line(self) -> bytes:
        """A line from the process that waits for this one; nothing else comes with it."""
        line = self._told.recv(100)
        assert line, "the process that starts the others is gone"
        return line


class _Waiting:
    """The process from which the others are forked."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._one_at_a_time = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.warm", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def ask(self, said: bytes, descriptors: Sequence[int]) -> None:
        """Have a process started; its id, and its exit code later, come over the first descriptor."""
        with self._one_at_a_time:
            socket.send_fds(self._control, [said], list(descriptors))

    def end(self) -> None:
        """Let it end: it does when nobody can ask any more."""
        self._control.close()
        self._process.wait()


@cache
def _waiting() -> _Waiting:
    waiting = _Waiting()
    atexit.register(waiting.end)
    return waiting


# --- in the process that waits ----------------------------------------------------------------------------------------


def serve(control: socket.socket) -> None:
    """Fork whoever is asked for and tell how each ended, until nobody can ask any more."""
    woken, waking = os.pipe()
    os.set_blocking(waking, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waking)
    told: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([control.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _tell_ends(told)
        if control.fileno() in ready:
            said, descriptors, _, _ = socket.recv_fds(control, 1 << 20, 3)
            if not said:
                return
            status, out, errors = descriptors
            pid = os.fork()
            if pid == 0:
                for mine in (control.detach(), woken, waking, status, *told.values()):
                    os.close(mine)
                _run(json.loads(said), out, errors)
            told[pid] = status
            os.write(status, f"{pid}\n".encode())
            os.close(out)
            os.close(errors)


def _tell_ends(told: dict[int, int]) -> None:
    while told:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        descriptor = told.pop(pid)
        try:
            os.write(descriptor, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        except BrokenPipeError:
            """Whoever started it does not ask any more."""
        os.close(descriptor)


def _run(asked: dict[str, object], out: int, errors: int) -> NoReturn:
    """Become the program; never comes back."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for theirs, mine in ((out, 1), (errors, 2)):
            os.dup2(theirs, mine)
            os.close(theirs)
        # Made anew: the old ones remember what kind of file they wrote to.
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)
        os.environ.clear()
        os.environ.update(asked["env"])  # type: ignore[call-overload]  # as written by Warm
        sys.argv = list(asked["argv"])  # type: ignore[call-overload]
        gc.enable()
        if asked["module"]:
            runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(sys.argv[0], run_name="__main__")
        code = 0
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does at its end
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main(descriptor: int) -> None:
    """Load what the engine's processes load, and wait to be asked."""
    gc.disable()
    import cli.serving  # noqa: PLC0415 - only here, not where tests ask
    import worker  # noqa: F401, PLC0415

    del cli
    # Shared with all that are forked: nothing of it is garbage.
    gc.freeze()
    assert len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 - names are enough
    serve(socket.socket(fileno=descriptor))


if __name__ == "__main__":
    main(int(sys.argv[1]))
