"""How does a process end that may have used Temporal?

Threads of Temporal's native core may still run, and bring an interpreter down that is being taken apart (exit code 134
in one run of four). Everything is written and closed by now, so the process ends without that.
"""

import os
import sys
from contextlib import suppress
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """End this process with `code`, at once where Temporal's client was loaded, in the ordinary way otherwise."""
    if "temporalio" not in sys.modules:
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
