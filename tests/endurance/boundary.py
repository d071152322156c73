"""A process that records one transition and dies at its commit: `python -m tests.endurance.boundary URL ORDER WHEN`.

WHEN is `before` (everything is written, nothing is committed) or `after` (committed, and nobody has been told). Ends by
SIGKILL, so that nothing is cleaned up; any other end is a mistake of the test.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session

from activities.recording import Recording
from models.contract import TransitionOrder
from policies.block_procedures import shipped_blocks
from record.store import Store
from tests.builders import sample_directory

BEFORE, AFTER = "before", "after"


class DyingStore(Store):
    """A record whose process is killed at the boundary of a commit."""

    dies = ""

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction at whose end the process is gone."""
        with super().writing() as session:
            yield session
            session.flush()
            if self.dies == BEFORE:
                os.kill(os.getpid(), signal.SIGKILL)
        if self.dies == AFTER:
            os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, order: str, when: str) -> None:
    """Record, and die."""
    store = DyingStore(url)
    store.dies = when
    Recording(store, sample_directory(), blocks=(shipped_blocks("leader_case"),)).record_transition(
        TransitionOrder.model_validate_json(order)
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
