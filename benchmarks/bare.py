"""`python -m benchmarks.bare ADDRESS CACHED POLLERS STICKY`: the same matter as a bare Temporal workflow, in a worker.

The same messages as updates, the same timer moved by the same messages, the same shape of code (one turn after the
other, one timer for the next due instant) and the same worker settings; no record, no rules, no search attributes, no
sealing, no summaries, no sandbox: no effects at all. What the engine costs above this is what its promises cost.
"""

import asyncio
import sys
from collections.abc import Callable
from datetime import datetime, timedelta

import uvloop
from temporalio import workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import PollerBehaviorSimpleMaximum, UnsandboxedWorkflowRunner, Worker

with workflow.unsafe.imports_passed_through():
    from models.messages import Outcome, ReportProgress, Sign, Submit, Verify

QUEUE = "bare"
_NEXT = timedelta(days=15)


@workflow.defn(name="BareMatter")
class BareMatter:
    """One matter that remembers where it stands, and nothing else."""

    def __init__(self) -> None:
        self._due: datetime | None = None
        self._turn = asyncio.Lock()
        self._seq = 0
        self._overdue = False
        self._ended = False

    @workflow.run
    async def run(self, due: datetime | None) -> int:
        """Wait for messages and for what falls due, until it is verified."""
        self._due = due or workflow.now() + _NEXT
        while not (self._ended and workflow.all_handlers_finished()):
            left = self._due - workflow.now() if self._due is not None else None
            try:
                await workflow.wait_condition(self._moved(self._due), timeout=left)
            except TimeoutError:
                self._due, self._overdue = None, True
        return self._seq

    def _moved(self, due: datetime | None) -> Callable[[], bool]:
        return lambda: self._due != due or self._ended

    @workflow.update
    async def register(self) -> Outcome:
        """立项: whoever launches it hears that it stands."""
        return await self._answer(moved=False)

    @workflow.update
    async def sign(self, command: Sign) -> Outcome:
        """签收: it moves the timer."""
        return await self._answer(moved=True)

    @workflow.update
    async def report_progress(self, command: ReportProgress) -> Outcome:
        """报告进展: it leaves the timer alone."""
        return await self._answer(moved=False)

    @workflow.update
    async def submit(self, command: Submit) -> Outcome:
        """报结: it moves the timer."""
        return await self._answer(moved=True)

    @workflow.update
    async def verify(self, command: Verify) -> Outcome:
        """核验: it ends the matter."""
        outcome = await self._answer(moved=False)
        self._ended = True
        return outcome

    async def _answer(self, *, moved: bool) -> Outcome:
        async with self._turn:
            self._seq += 1
            if moved:
                self._due = workflow.now() + _NEXT
            return Outcome(accepted=True)


async def serve(address: str, cached: str, pollers: str, sticky_seconds: str) -> None:
    """Serve matters of the server at `address` until the process is ended, with the settings of an engine's worker."""
    client = await Client.connect(address, data_converter=pydantic_data_converter)
    worker = Worker(
        client,
        task_queue=QUEUE,
        workflows=[BareMatter],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=int(cached),
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=float(sticky_seconds)),
        workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(int(pollers)),
    )
    await worker.run()


if __name__ == "__main__":
    uvloop.run(serve(*sys.argv[1:]))
