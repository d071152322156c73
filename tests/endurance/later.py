"""A worker of a later build, whose matters take a beat before each command. `python -m tests.endurance.later`."""

from typing import Any

import uvloop

import worker
from leaving import leave
from tests.workflows.variants import LaterMatter
from workflows.matter import MatterWorkflow


def become_later() -> None:
    """Serve the later workflow in place of the one of today."""
    workflows = tuple(LaterMatter if one is MatterWorkflow else one for one in worker.WORKFLOWS)
    defaults: Any = worker.build_worker.__kwdefaults__
    defaults["workflows"] = workflows


if __name__ == "__main__":
    become_later()
    leave(uvloop.run(worker._main()))
