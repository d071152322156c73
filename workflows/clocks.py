"""Which instant is it for this matter, and when is the next one reached?

A real matter takes time from Temporal; a matter opened for a drill stands still until its clock is struck. The run loop
is the same for both (docs/decisions/0003-drill-clock.md).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from temporalio import workflow


class MatterClock(Protocol):
    """What the run loop needs of a clock."""

    def now(self) -> datetime:
        """The instant at which a message received now is received, in whole seconds."""

    async def reached(self, due: datetime | None, changed: Callable[[], bool], summary: str) -> bool:
        """Wait for `due` or for `changed`; True when the instant has come, False when something changed first."""


class RealClock:
    """Temporal's own clock: one durable timer for the next due instant."""

    def now(self) -> datetime:
        """The workflow's now, without fractions of a second."""
        return workflow.now().replace(microsecond=0)

    async def reached(self, due: datetime | None, changed: Callable[[], bool], summary: str) -> bool:
        """See MatterClock."""
        if due is None:
            await workflow.wait_condition(changed)
            return False
        left = due - workflow.now()
        if left.total_seconds() <= 0:
            return True
        try:
            await workflow.wait_condition(changed, timeout=left, timeout_summary=summary)
        except TimeoutError:
            return not changed()
        return False


class DrillClock:
    """A clock that only moves when it is struck; for matters whose input says that they are a drill."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """The instant last struck."""
        return self._at

    def strike(self, at: datetime) -> None:
        """Move on to `at`; a clock never goes back."""
        self._at = max(self._at, at)

    async def reached(self, due: datetime | None, changed: Callable[[], bool], summary: str) -> bool:  # noqa: ARG002
        """See MatterClock; `summary` names no timer here."""
        await workflow.wait_condition(lambda: changed() or (due is not None and self._at >= due))
        return not changed()
