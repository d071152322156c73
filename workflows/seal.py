"""How does a day get its seal? A schedule starts this once a day: seal, then look for what befell workflows."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from models.contract import MAKE_SEAL, REPORT_INCIDENTS, SEAL_WORKFLOW
    from models.evidence import Sealed, SealOrder

from workflows.apart import apart

_SEALING = timedelta(minutes=10)
_LOOKING = timedelta(minutes=10)
_UNSERVED = timedelta(minutes=10)
_RETRY = RetryPolicy(maximum_interval=timedelta(minutes=5))


@workflow.defn(name=SEAL_WORKFLOW)
class SealWorkflow:
    """One seal. Its result names the seal's hash: Temporal's history is a second witness of it."""

    @workflow.run
    async def run(self, order: SealOrder) -> Sealed:
        """The newest seal, made now where its day had none."""
        sealed: Sealed = await apart(
            MAKE_SEAL,
            order,
            unserved=_UNSERVED,
            result_type=Sealed,
            start_to_close_timeout=_SEALING,
            retry_policy=_RETRY,
            summary="封存当日记录",
        )
        incidents: int = await apart(
            REPORT_INCIDENTS,
            unserved=_UNSERVED,
            result_type=int,
            start_to_close_timeout=_LOOKING,
            retry_policy=_RETRY,
            summary="查看流程是否遭外部干预",
        )
        return sealed.model_copy(update={"incidents": incidents})
