"""A worker of a build with a mistake: its rules raise for one message. `python -m tests.endurance.poisoned PROGRAM`.

PROGRAM is the worker that has the mistake: today's, or the later one.
"""

import sys
from typing import Any

import uvloop

import worker
from activities import recording
from leaving import leave
from policies.machines import step
from tests.endurance.later import become_later

WORD = "毒"


def poisoned(state: Any, message: Any, *given: Any, **named: Any) -> Any:
    """The rules, but for what they were never tried with."""
    if WORD in (getattr(message, "text", None) or ""):
        raise ZeroDivisionError("a mistake in the rules")
    return step(state, message, *given, **named)


if __name__ == "__main__":
    if sys.argv[1].endswith("later"):
        become_later()
    vars(recording)["step"] = poisoned
    leave(uvloop.run(worker._main()))
