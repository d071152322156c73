"""Who keeps the time of a target that another one's transaction has moved? Its workflow, started or woken here.

Called after the commit and before the transition's answer: until that answer is in a history the transition is tried
again, and with it every wake-up that may be missing. The record keeps who has not looked yet (record/families.py).
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from models.contract import (
    RECORD_MOVED_SIGNAL,
    Opening,
    fairness_key,
    matter_workflow_id,
    workflow_of,
)

_WAKE = timedelta(seconds=5)


class Waking:
    """Wakes the workflows of one record; made in the event loop in which its client lives.

    `queue` and `scope` are those of the workers that share the record.
    """

    def __init__(self, client: Client, *, queue: str, scope: str = "") -> None:
        self._client = client
        self._queue = queue
        self._scope = scope
        self._loop = asyncio.get_running_loop()

    def wake(self, openings: Sequence[Opening]) -> None:
        """Let the workflow of each look, and start it where there is none; called from a thread. Raises RPCError.

        One that has ended, or was ended from outside, stays as it is; `verify` reports the latter.
        """
        if openings:
            asyncio.run_coroutine_threadsafe(self._wake_all(openings), self._loop).result()

    async def _wake_all(self, openings: Sequence[Opening]) -> None:
        await asyncio.gather(*(self._wake(opening) for opening in openings))

    async def _wake(self, opening: Opening) -> None:
        try:
            await self._client.start_workflow(
                workflow_of(opening.matter_id),
                opening,
                id=matter_workflow_id(opening.matter_id, self._scope),
                task_queue=self._queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                priority=Priority(fairness_key=fairness_key(opening.organ)),
                start_signal=RECORD_MOVED_SIGNAL,
                static_summary=f"{opening.title} · {opening.organ}"[:180],
                rpc_timeout=_WAKE,
            )
        except WorkflowAlreadyStartedError:
            return
