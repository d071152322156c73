"""How does the host's clock jump for one process, and for nothing else on this machine?

libfaketime reaches what asks the C library; the Temporal server is a Go program that asks the kernel's vDSO by itself.
So the vDSO is what is changed, in the one process, as a debugger sets a breakpoint: its clock_gettime first asks the
kernel and then adds what is written behind it. CLOCK_REALTIME alone, as when somebody sets the host's clock. Linux on
x86-64, by whoever may trace the process.
"""

import os
import platform
import signal
import struct
import time
from contextlib import suppress
from pathlib import Path

_AT_SYSINFO_EHDR = 33
_CAVE = 0x100
"""So far before the end of the vDSO's last page, which is empty there."""

# clock_gettime(clock, at): the system call of that name, then *at += offset where the clock is CLOCK_REALTIME (0).
_CODE = bytes.fromhex(
    "57"  # push rdi
    "56"  # push rsi
    "b8e4000000"  # mov eax, 228
    "0f05"  # syscall
    "5e"  # pop rsi
    "5f"  # pop rdi
    "85ff"  # test edi, edi
    "750a"  # jnz +10
    "488b0d04000000"  # mov rcx, [rip+4]: what stands behind the code
    "48010e"  # add [rsi], rcx
    "c3"  # ret
)
_OFFSET = len(_CODE)


def can_jump() -> bool:
    """Whether clocks can be made to jump here."""
    return platform.system() == "Linux" and platform.machine() == "x86_64" and os.geteuid() == 0


def jump(pid: int, seconds: int) -> None:
    """Let the process, all its threads and what it forks from now on, read a clock that is so far from the host's.

    Absolute: 0 gives it the host's own again. Raises OSError where the process is gone or may not be traced.
    """
    os.kill(pid, signal.SIGSTOP)
    try:
        _write(pid, seconds)
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def _write(pid: int, seconds: int) -> None:
    _wait_until_stopped(pid)
    first, end = _vdso(pid)
    with Path(f"/proc/{pid}/mem").open("r+b", buffering=0) as memory:
        entry = first + _entry(memory, first, end)
        cave = end - _CAVE
        offset = struct.pack("<q", seconds)
        memory.seek(cave)
        if memory.read(len(_CODE)) != _CODE:
            memory.seek(cave)
            memory.write(_CODE + offset)
            memory.seek(entry)
            # The whole way at once; who is further inside the old function finishes it unharmed.
            memory.write(b"\xe9" + struct.pack("<i", cave - (entry + 5)))
        else:
            memory.seek(cave + _OFFSET)
            memory.write(offset)


def _wait_until_stopped(pid: int) -> None:
    for _ in range(200):
        states = [
            task.read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            for task in Path(f"/proc/{pid}/task").glob("*/stat")
        ]
        if all(state in "Tt" for state in states):
            return
        time.sleep(0.005)
    raise OSError(f"process {pid} does not stop")


def _vdso(pid: int) -> tuple[int, int]:
    for line in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines():
        if line.endswith("[vdso]"):
            first, _, end = line.split()[0].partition("-")
            return int(first, 16), int(end, 16)
    raise OSError(f"process {pid} has no vDSO")


def _entry(memory: object, first: int, end: int) -> int:
    """Where `__vdso_clock_gettime` begins, from the beginning of the image."""
    memory.seek(first)  # type: ignore[attr-defined]
    image: bytes = memory.read(end - first)  # type: ignore[attr-defined]
    (sections_at,) = struct.unpack_from("<Q", image, 40)
    (number,) = struct.unpack_from("<H", image, 60)
    sections = [struct.unpack_from("<IIQQQQIIQQ", image, sections_at + 64 * place) for place in range(number)]
    symbols = next(one for one in sections if one[1] == 11)  # SHT_DYNSYM
    names_at = sections[symbols[6]][4]
    for place in range(symbols[4], symbols[4] + symbols[5], 24):
        name, _, _, _, value, _ = struct.unpack_from("<IBBHQQ", image, place)
        text = image[names_at + name : image.index(b"\0", names_at + name)]
        if text == b"__vdso_clock_gettime":
            return int(value)
    raise OSError("the vDSO has no clock_gettime")
