"""The command line of the engine: `python starter.py --help` lists what it can do (engine.md 7).

Everything is in cli/; here a process begins and ends.
"""

import sys

from cli.app import run
from leaving import leave

if __name__ == "__main__":
    leave(run(sys.argv[1:]))
