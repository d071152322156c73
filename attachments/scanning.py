"""What does the office's scanner for malware say of a file?

A command of the office's own, given the path of the file: 0 clean, 1 found; anything else, or no answer in time, is no
answer, and then nothing is taken. It is started without a shell and without this program's environment.
"""

import os
import shlex
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import logs

log = logs.get(__name__)

CLEAN, FOUND = 0, 1
_ENVIRONMENT = {"PATH": f"{os.defpath}:/usr/local/bin", "LANG": "C.UTF-8"}


class FoundError(ValueError):
    """The scanner has found something; what, its own log says."""

    def __init__(self) -> None:
        super().__init__("病毒扫描未通过,不予接收 the scanner has found something in it: it is not taken")


class ScannerUnavailableError(RuntimeError):
    """The scanner gives no answer: nothing is taken without one."""

    def __init__(self) -> None:
        super().__init__("病毒扫描暂不可用,请稍后再试 the scanner gives no answer; try again later")


@dataclass(frozen=True, slots=True)
class Scanner:
    """The command, as its words; None: this office has none. `seconds` is how long it may take."""

    command: tuple[str, ...] | None
    seconds: float

    @classmethod
    def of(cls, command: str | None, seconds: float) -> "Scanner":
        """The scanner as settings name it."""
        return cls(tuple(shlex.split(command)) if command else None, seconds)

    def agree(self, content: bytes, directory: Path) -> None:
        """Return where the file may be taken; it is written aside below `directory` while the scanner looks.

        Raises FoundError, ScannerUnavailableError, OSError.
        """
        if self.command is None:
            return
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=directory, prefix=".", suffix=".scan")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            code = self._run(aside)
        finally:
            Path(aside).unlink(missing_ok=True)
        if code == FOUND:
            log.warning("attachment.found")
            raise FoundError
        if code != CLEAN:
            log.warning("attachment.unscanned", code=code)
            raise ScannerUnavailableError

    def _run(self, path: str) -> int | None:
        """The exit code; None where it did not end by itself in time, or could not be started."""
        try:
            done = subprocess.run(  # noqa: S603 - the office's own command, without a shell
                [*(self.command or ()), path],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                timeout=self.seconds,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.returncode
