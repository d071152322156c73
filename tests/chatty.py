"""A workflow and activities that say something at every turn, for the tests of the log."""

from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    import logs

log = logs.get("tests.chatty")

IN_FIVE_SECONDS = timedelta(seconds=5)
AT_ONCE = RetryPolicy(initial_interval=timedelta(milliseconds=1), maximum_attempts=3)


@activity.defn
def stumble() -> str:
    """Fail twice, naming somebody, then succeed."""
    log.info("chatty.stumbling", matter_id="2026-0001")
    if activity.info().attempt < 3:
        raise ApplicationError("cannot read '张三'")
    return "done"


@workflow.defn
class Chatty:
    """Speaks, runs a local and an ordinary activity, takes one update, and ends."""

    def __init__(self) -> None:
        self._nudged = False

    @workflow.run
    async def run(self) -> None:
        """Speak before and after every step."""
        log.info("chatty.started", matter_id="2026-0001")
        workflow.logger.warning("spoken through the standard library")
        await workflow.execute_local_activity(stumble, start_to_close_timeout=IN_FIVE_SECONDS, retry_policy=AT_ONCE)
        log.info("chatty.halfway")
        await workflow.execute_activity(stumble, start_to_close_timeout=IN_FIVE_SECONDS, retry_policy=AT_ONCE)
        await workflow.wait_condition(lambda: self._nudged)
        log.info("chatty.ended")

    @workflow.update
    async def nudge(self) -> str:
        """Let the workflow end."""
        log.info("chatty.nudged")
        self._nudged = True
        return workflow.info().run_id

    @workflow.query
    def nudged(self) -> bool:
        """Whether it was nudged."""
        log.info("chatty.asked")
        return self._nudged


@workflow.defn
class Broken:
    """Fails its workflow task for ever."""

    @workflow.run
    async def run(self) -> None:
        """Fail, naming somebody."""
        raise RuntimeError("cannot read '张三'")
