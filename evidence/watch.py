"""What has been done to the workflows of matters, cases and proceedings from outside, and which stand still?

Nobody ends a matter but its own rules: a run that was terminated, cancelled, failed or timed out, one that was reset,
and a target that should have a workflow and has none, are incidents. So is a run that no worker can replay: it is not
over, but nobody keeps its time. Keeping them is for record/incidents.py.
"""

from collections.abc import AsyncIterator, Iterable

from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHistory

from models.contract import WORKFLOW_OF, matter_workflow_id, target_of
from models.evidence import IncidentKind
from record.incidents import Incident

_CUT_OFF = {
    WorkflowExecutionStatus.TERMINATED: IncidentKind.TERMINATED,
    WorkflowExecutionStatus.CANCELED: IncidentKind.CANCELED,
    WorkflowExecutionStatus.TIMED_OUT: IncidentKind.TIMED_OUT,
    WorkflowExecutionStatus.FAILED: IncidentKind.FAILED,
}
_WORDS = {
    IncidentKind.TERMINATED: "流程被从外部终止,无人计时 its workflow was terminated from outside",
    IncidentKind.CANCELED: "流程被从外部取消,无人计时 its workflow was cancelled from outside",
    IncidentKind.TIMED_OUT: "流程超时结束,无人计时 its workflow was timed out",
    IncidentKind.FAILED: "流程异常结束,无人计时 its workflow has failed",
    IncidentKind.RESET: "流程被从外部重置 its workflow was reset from outside",
    IncidentKind.UNREPLAYABLE: "流程历史无法重放,无人计时 no worker can replay the history of its workflow",
    IncidentKind.DELETED: "服务器上已无其流程,无人计时 the server has no workflow of it any more",
}
_KINDS = ", ".join(f"'{name}'" for name in WORKFLOW_OF.values())
_OURS = f"WorkflowType IN ({_KINDS})"
_UNREPLAYABLE = "TemporalReportedProblems = 'cause=WorkflowTaskFailedCauseNonDeterministicError'"


async def befallen(client: Client, scope: str = "") -> AsyncIterator[Incident]:
    """Every run of a target's workflow that did not end by its own rules, or cannot go on. Raises RPCError."""
    statuses = "'Terminated', 'Canceled', 'TimedOut', 'Failed'"
    async for one in client.list_workflows(f"{_OURS} AND ExecutionStatus IN ({statuses})"):
        target = target_of(one.id, scope)
        kind = None if one.status is None else _CUT_OFF.get(one.status)
        if kind is not None and target is not None:  # the rest: of another record, a drill's
            yield incident(target, kind, one.run_id, scope)
    async for found in unreplayable(client, scope):
        yield found


async def unreplayable(client: Client, scope: str = "") -> AsyncIterator[Incident]:
    """Every run that goes on but that no worker can replay: the server says so after five failures in a row.

    None where the server cannot tell (before 1.30). Raises RPCError.
    """
    asked = DescribeNamespaceRequest(namespace=client.namespace)
    server = (await client.workflow_service.describe_namespace(asked)).namespace_info.capabilities
    if not server.reported_problems_search_attribute:
        return
    async for one in client.list_workflows(f"{_OURS} AND ExecutionStatus = 'Running' AND {_UNREPLAYABLE}"):
        target = target_of(one.id, scope)
        if target is not None:
            yield incident(target, IncidentKind.UNREPLAYABLE, one.run_id, scope)


def resets_in(target: str, run_id: str, history: WorkflowHistory, scope: str = "") -> Iterable[Incident]:
    """The resets that a run's history shows: it began with another run's events."""
    for event in history.events:
        failed = event.workflow_task_failed_event_attributes
        if failed.cause == WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW:
            yield incident(target, IncidentKind.RESET, failed.new_run_id or run_id, scope)


def incident(target: str, kind: IncidentKind, run_id: str, scope: str = "") -> Incident:
    """What befell a run, in words."""
    words = f"{target}: {_WORDS[kind]}"
    return Incident(target, matter_workflow_id(target, scope), run_id, kind, words)
