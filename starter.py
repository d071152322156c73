"""The command line of the engine: `python starter.py --help` lists what it can do (engine.md 7).

Everything is in cli/; here a process begins and ends.
"""

import os
import sys
from contextlib import suppress
from typing import NoReturn

from cli.app import run


def main() -> NoReturn:
    """Run the command given on the command line and end the process with its exit code."""
    code = run(sys.argv[1:])
    if "temporalio" not in sys.modules:
        sys.exit(code)
    # Threads of Temporal's native core may still run, and bring an interpreter down that is being taken apart
    # (platform.md, finding 9): everything is written and closed by now, so the process ends without that.
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
