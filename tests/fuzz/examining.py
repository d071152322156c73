"""What may come of handing a file in? A value, or the reader's own error in words that are safe to show. Nothing else.

Within bounded time (of this process, so that a busy machine changes nothing) and memory.
"""

import re
import resource
import signal
import sys
import traceback
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

from intake.problems import CellFault, looks_like_formula
from tests.fuzz.mutations import Mutation, bytes_mutated

CPU_SECONDS = 15.0
MEMORY_BYTES = 1_500_000_000
LINE_LONGEST = 2_000
LINES_MOST = 20_000
_TAG = re.compile(r"<[A-Za-z/!?]")
_INVISIBLE = frozenset("\u061c\u200b\u200e\u200f\u2028\u2029\ufeff") | {
    chr(code) for first, last in ((0x202A, 0x202E), (0x2066, 0x2069)) for code in range(first, last + 1)
}


class TookTooLongError(BaseException):
    """The reader used more time than one file may cost; no reader can catch it by mistake."""


@dataclass(frozen=True)
class Reader:
    """Something that reads what was handed in: its errors, valid samples, what becomes of them, and what it then says.

    `said` gives every text of a value that repeats something of the file in a report.
    """

    name: str
    read: Callable[[bytes], Any]
    errors: tuple[type[Exception], ...]
    samples: tuple[bytes, ...]
    mutations: tuple[Mutation, ...]
    said: Callable[[Any], Iterable[str | CellFault]] = lambda _: ()

    def mutated(self, random: Random) -> bytes:
        """One file that comes of a valid one: changed in what it means, in its bytes, or in both."""
        data = random.choice(self.mutations)(random, random.choice(self.samples))
        return bytes_mutated(random, data) if random.randint(0, 5) == 0 else data


class FoundError(AssertionError):
    """What a reader must never do; `kind` is the same for the same fault."""

    def __init__(self, reader: str, kind: str, example: object = "") -> None:
        super().__init__(f"{reader}: {kind}: {str(example)[:300]!r}")
        self.kind = f"{reader}: {kind}"


def examine(reader: Reader, data: bytes) -> bool:
    """Whether the file was taken for a good one. Raises FoundError for anything but a value or the reader's error."""
    try:
        with bounded():
            try:
                value = reader.read(data)
                said: list[str | CellFault] = list(reader.said(value))
                taken = True
            except reader.errors as error:
                said, taken = [str(error), *_of(error)], False
    except TookTooLongError as error:
        raise FoundError(reader.name, f"took more than {CPU_SECONDS:g} s") from error
    except MemoryError as error:
        raise FoundError(reader.name, f"took more than {MEMORY_BYTES} bytes") from error
    except Exception as error:
        raise FoundError(reader.name, f"{type(error).__name__} in {_place(error)}", error) from error
    if not taken and not said[0]:
        raise FoundError(reader.name, "an error without words")
    for one in said:
        _check(reader.name, one)
    return taken


def _place(error: Exception) -> str:
    """The innermost function of ours in which it was raised."""
    places = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    return f"{Path(places[-1].filename).name} {places[-1].name}"


def _of(error: Exception) -> list[str | CellFault]:
    """The parts of an error that quote the file."""
    faults: Iterable[CellFault] = getattr(error, "faults", ())
    mistakes = getattr(error, "mistakes", ())
    parts: list[str | CellFault] = list(faults)
    for one in mistakes:
        parts += [one] if isinstance(one, str) else [one.where, one.why, one.accepted]
    return parts


def _check(name: str, said: str | CellFault) -> None:
    if isinstance(said, CellFault):
        if looks_like_formula(said.value):
            raise FoundError(name, "a formula is repeated", said.value)
        said = str(said)
    lines = said.split("\n")
    if len(lines) > LINES_MOST or any(len(line) > LINE_LONGEST for line in lines):
        raise FoundError(name, "its words have no end", lines[0])
    for line in lines:
        if line and looks_like_formula(line):
            raise FoundError(name, "a formula is repeated", line)
        if _TAG.search(line):
            raise FoundError(name, "markup is repeated", line)
        bad = next((char for char in line if unicodedata.category(char) in ("Cc", "Cs") or char in _INVISIBLE), None)
        if bad is not None:
            raise FoundError(name, "a control character is repeated", line)


@contextmanager
def bounded() -> Iterator[None]:
    """Let the block take CPU_SECONDS and MEMORY_BYTES more than there is now. Only in a process's main thread."""

    def strike(_number: int, _frame: FrameType | None) -> None:
        raise TookTooLongError

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    before = signal.signal(signal.SIGPROF, strike)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY_BYTES, hard))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
