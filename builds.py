"""Which builds of the program serve the matters, and how does a newer one take over from an older one?

A build is a worker deployment version of Temporal; a matter takes its next step on the build that is current. What a
step does is for the workflows, how an operator says it for cli/versions.py (docs/decisions/0009-builds.md).
"""

import asyncio
import hashlib
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from random import uniform
from typing import TypeVar
from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.deployment.v1 import WorkerDeploymentInfo
from temporalio.api.enums.v1 import EventType, ResetReapplyExcludeType, RoutingConfigUpdateState, TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeWorkerDeploymentRequest,
    ResetWorkflowExecutionRequest,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import WorkerDeploymentConfig

from models.contract import RECORD_MOVED_SIGNAL, RENEW_SIGNAL, WORKFLOW_OF
from models.contract import TaskQueue as TaskQueueName

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent
UNVERSIONED = "unversioned"
"""What stands for the workers that belong to no deployment, where a build is asked for."""

_PROGRAM = ("models", "policies", "record", "documents", "activities", "workflows")
_DIGITS = 8
_UNDER_WAY = RoutingConfigUpdateState.ROUTING_CONFIG_UPDATE_STATE_IN_PROGRESS
_APPEARS_WITHIN = timedelta(seconds=10)
_LEARNT_WITHIN = timedelta(seconds=60)
_POLL_SECONDS = 0.1
_HURRY = timedelta(seconds=30)
_IN_FLIGHT = 8


class UnknownBuildError(Exception):
    """No worker of this build has ever been seen in the deployment; the message names those that have."""


@dataclass(frozen=True, slots=True)
class Build:
    """One build, whether it is the current one, and how many open matters took their last step on it."""

    build: str
    current: bool
    matters: int


@cache
def this_build() -> str:
    """The release and the beginning of a hash over the program that decides: `0.3.0-1f3a5c7e`.

    Two checkouts that could act differently have different builds, also where nobody thought of a new number.
    """
    digest = hashlib.sha256()
    for path in sorted(path for package in _PROGRAM for path in (ROOT / package).rglob("*")):
        if path.suffix in (".py", ".yaml"):
            digest.update(f"{path.relative_to(ROOT).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return f"{release}-{digest.hexdigest()[:_DIGITS]}"


def deployment_config(deployment: str, build: str) -> WorkerDeploymentConfig | None:
    """How a worker announces itself, on every task queue it serves; None where no deployment is named.

    Every workflow upgrades by itself: a matter lives longer than anybody wants to keep an old worker running.
    """
    if not deployment:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment, build or this_build()),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


async def current_build(client: Client, deployment: str) -> str | None:
    """The build on which matters take their next step; None where none was ever promoted (or unversioned workers)."""
    info = await _described(client, deployment)
    return info.routing_config.current_deployment_version.build_id or None if info else None


async def builds(client: Client, deployment: str) -> tuple[Build, ...]:
    """Every build the deployment knows, the newest first, then the unversioned workers where they have open matters."""
    info = await _described(client, deployment)
    current = info.routing_config.current_deployment_version.build_id if info else ""
    known = sorted(info.version_summaries, key=lambda one: -one.create_time.ToNanoseconds()) if info else []
    found = [
        Build(build, build == current, await _open_matters(client, deployment, build))
        for build in (one.deployment_version.build_id for one in known)
    ]
    aside = await _open_matters(client, deployment, UNVERSIONED)
    return (*found, *([Build(UNVERSIONED, not current, aside)] if aside or not found else ()))


async def promote(client: Client, deployment: str, build: str) -> bool:
    """Let matters take their next step on `build`; harmless when they do already.

    Waits a minute at most until every queue of the server has learnt of it, and says whether all have: the rest do so
    later. Raises UnknownBuildError when no worker of it shows itself within a few seconds.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + _APPEARS_WITHIN.total_seconds()
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace,
        deployment_name=deployment,
        build_id="" if build == UNVERSIONED else build,
        identity=client.identity,
    )
    while True:
        try:
            await _unhurried(lambda: client.workflow_service.set_worker_deployment_current_version(request))
        except RPCError as error:
            # Not known yet, or without its task queues yet: a worker that has just started shows itself in a moment.
            if error.status not in (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION):
                raise
            if loop.time() > until:
                known = ", ".join(one.build for one in await builds(client, deployment))
                raise UnknownBuildError(
                    f"部署 {deployment} 中没有构建 {build} 的工作进程,可接受: {known}。 "
                    f"No worker of build {build} is seen in the deployment {deployment} ({error}); accepted: {known}"
                ) from error
        else:
            break
        await asyncio.sleep(_POLL_SECONDS)
    # Its task queues learn of it one by one; until then a matter may still be served by the build before. That is the
    # server's to carry out: one whose own timers wait (docs/operations.md) is not waited for without end.
    until = loop.time() + _LEARNT_WITHIN.total_seconds()
    while await _under_way(client, deployment):
        if loop.time() > until:
            return False
        await asyncio.sleep(_POLL_SECONDS)
    return True


async def _under_way(client: Client, deployment: str) -> bool:
    info = await _described(client, deployment)
    return info is not None and info.routing_config_update_state == _UNDER_WAY


async def take_on(client: Client, deployment: str, build: str) -> bool:
    """Promote `build` where nobody serves the deployment yet; whether it is the current one afterwards.

    Without it the very first worker of a deployment would wait for an operator, and all matters with it.
    """
    if await current_build(client, deployment) is None:
        await promote(client, deployment, build)
    return await current_build(client, deployment) == build


async def take_over(client: Client, deployment: str, build: str) -> None:
    """Put the only worker of a server in charge, whatever was in charge before; an empty `deployment`: unversioned."""
    if deployment:
        await promote(client, deployment, build)
    elif (other := await in_charge(client)) is not None:
        await promote(client, other, UNVERSIONED)


async def in_charge(client: Client) -> str | None:
    """The deployment whose current build serves the matters; None where unversioned workers do."""
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=TaskQueueName.PROCEDURE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
    )
    return described.versioning_info.current_deployment_version.deployment_name or None


async def left_on(client: Client, deployment: str, build: str) -> AsyncIterator[str]:
    """The workflow ids of the open matters whose last step was on `build`."""
    async for one in client.list_workflows(_query(deployment, build)):
        yield one.id


async def renew_all(client: Client, deployment: str, build: str, *, patience: timedelta) -> tuple[str, ...]:
    """Let every open matter still on `build` go on in a new run, on the current build; those that did not come over.

    A matter does not come over while its history cannot be replayed by the current build, or no worker of it runs:
    waiting ends when none has come over for as long as `patience`.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + patience.total_seconds()
    asked: set[str] = set()
    fewest: int | None = None
    while left := [one async for one in left_on(client, deployment, build)]:
        await _each([one for one in left if one not in asked], lambda one: _signal(client, one, RENEW_SIGNAL))
        asked |= set(left)
        if fewest is None or len(left) < fewest:
            fewest, until = len(left), loop.time() + patience.total_seconds()
        elif loop.time() > until:
            return tuple(left)
        await asyncio.sleep(_POLL_SECONDS)
    return ()


async def rebuild_all(client: Client, workflow_ids: tuple[str, ...]) -> None:
    """Begin the current run of each of these matters again, on the current build, from what is on record.

    For histories that the current build cannot replay. Nothing is decided twice: whatever the run had recorded is
    found in the record under its message id, and the record tells the run everything it has not seen.
    """
    await _each(workflow_ids, lambda one: _rebuild(client, one))


async def _rebuild(client: Client, workflow_id: str) -> None:
    handle = client.get_workflow_handle(workflow_id)
    run_id = (await handle.describe()).run_id
    first = await _first_task(client, workflow_id, run_id)
    await client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
            reason="历史不能在当前构建下重放 cannot be replayed by the current build",
            workflow_task_finish_event_id=first,
            request_id=uuid4().hex,
            # What was answered is on record; what was not is sent again by whoever waits for it.
            reset_reapply_exclude_types=[ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE],
            identity=client.identity,
        )
    )
    await _signal(client, workflow_id, RECORD_MOVED_SIGNAL)


async def _first_task(client: Client, workflow_id: str, run_id: str) -> int:
    async for event in client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history_events():
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            return event.event_id
    raise RuntimeError(f"{workflow_id}: no step was ever taken in the run {run_id}")


async def _signal(client: Client, workflow_id: str, signal: str) -> None:
    try:
        await client.get_workflow_handle(workflow_id).signal(signal)
    except RPCError as error:
        # Ended in the meantime.
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


async def _each(workflow_ids: Iterable[str], act: Callable[[str], Awaitable[None]]) -> None:
    gate = asyncio.Semaphore(_IN_FLIGHT)

    async def one(workflow_id: str) -> None:
        async with gate:
            await act(workflow_id)

    await asyncio.gather(*(one(workflow_id) for workflow_id in workflow_ids))


async def _unhurried(call: Callable[[], Awaitable[T]]) -> T:
    """The answer, also where several workers that start together ask more often than the server likes."""
    loop = asyncio.get_running_loop()
    until, pause = loop.time() + _HURRY.total_seconds(), _POLL_SECONDS
    while True:
        try:
            return await call()
        except RPCError as error:
            if error.status is not RPCStatusCode.RESOURCE_EXHAUSTED or loop.time() > until:
                raise
        pause = min(pause * 2, 2.0)
        # By chance, or all of them would ask again together.
        await asyncio.sleep(pause * uniform(0.5, 1.5))  # noqa: S311 - nothing here is secret


async def _described(client: Client, deployment: str) -> WorkerDeploymentInfo | None:
    request = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=deployment)
    try:
        found = await _unhurried(lambda: client.workflow_service.describe_worker_deployment(request))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return found.worker_deployment_info


async def _open_matters(client: Client, deployment: str, build: str) -> int:
    return (await client.count_workflows(_query(deployment, build))).count


def _query(deployment: str, build: str) -> str:
    on = "IS NULL" if build == UNVERSIONED else f"= '{deployment}:{build}'"
    names = ", ".join(f"'{name}'" for name in WORKFLOW_OF.values())
    return f"WorkflowType IN ({names}) AND ExecutionStatus = 'Running' AND TemporalWorkerDeploymentVersion {on}"
