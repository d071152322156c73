"""How does a command end that cannot do what was asked? With an exit code and words for it (engine.md 7)."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a program can tell from a command's end."""

    DONE = 0
    REFUSED = 1
    BAD_INPUT = 2
    UNAVAILABLE = 3


class Problem(Exception):
    """Why a command ends without having done its work; the text is shown as it is, Chinese first."""

    def __init__(self, text: str, code: ExitCode = ExitCode.BAD_INPUT) -> None:
        super().__init__(text)
        self.code = code
