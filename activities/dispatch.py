"""How do recorded acts become notices on their way? One workflow for each act and recipient, started once.

Called after the commit and before the transition's answer: until that answer is in the matter's history the transition
is tried again, and with it every start that may be missing.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from models.contacts import Contacts
from models.contract import NOTICE_WORKFLOW, TaskQueue, fairness_key, notice_workflow_id
from models.notices import NoticeOrder

_START = timedelta(seconds=5)
_STARTS_SECONDS = 8.0


class Dispatch:
    """Starts notices for the office of these contacts; made in the event loop in which its client lives.

    `queue` and `scope` are those of the notices' workers; `hooks` says that there may be subscriptions by webhook.
    """

    def __init__(
        self,
        client: Client,
        contacts: Contacts,
        *,
        hooks: bool = False,
        queue: str = TaskQueue.NOTICES,
        scope: str = "",
    ) -> None:
        self.contacts = contacts
        self.hooks = hooks
        self._client = client
        self._queue = queue
        self._scope = scope
        self._loop = asyncio.get_running_loop()

    def start(self, orders: Sequence[NoticeOrder]) -> None:
        """Start a workflow for each notice that has none yet; called from a thread. Raises when one may be missing."""
        if orders:
            asyncio.run_coroutine_threadsafe(self._start_all(orders), self._loop).result(_STARTS_SECONDS)

    async def _start_all(self, orders: Sequence[NoticeOrder]) -> None:
        await asyncio.gather(*(self._start(order) for order in orders))

    async def _start(self, order: NoticeOrder) -> None:
        try:
            await self._client.start_workflow(
                NOTICE_WORKFLOW,
                order,
                id=notice_workflow_id(order.target, order.seq, order.recipient, self._scope),
                task_queue=self._queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                priority=Priority(fairness_key=fairness_key(order.recipient)),
                static_summary=f"通知 {order.target} #{order.seq} · {order.recipient}"[:180],
                rpc_timeout=_START,
            )
        except WorkflowAlreadyStartedError:
            return
