"""Which process runs matters, and from what is it put together?

The one place that wires settings, database, directory, clients and activities into a worker. Run as a program it serves
any Temporal address until it is told to stop; `starter.py up` runs the same worker beside an embedded server.
"""

import gc

if __name__ == "__main__":
    gc.disable()  # Until `stay`: what is loaded stays, and looking for garbage in it is a sixth of a start.

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import uvloop
from temporalio.client import Client
from temporalio.common import SearchAttributeIndexedValueType
from temporalio.worker import PollerBehaviorSimpleMaximum, UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

import logs
import tracing
from activities.calendars import Calendars
from activities.comparing import Comparing
from activities.dispatch import Dispatch
from activities.documents import Issuing
from activities.hooks import Hooks
from activities.notices import Lines, Notices
from activities.recording import Recording
from activities.sealing import Sealing
from activities.waking import Waking
from backup.problems import BackupError
from backup.restoring import mark_in, settle_mark
from builds import deployment_config, in_charge, take_on, this_build
from documents.problems import TemplateError
from documents.templates import Templates
from embedded import EmbeddedServerError, register_search_attributes
from evidence.problems import KeyFileError
from evidence.scheduling import ensure_daily
from evidence.signing import signer_or_new
from intake.contacts import read_contacts
from intake.directory import read_directory
from intake.problems import IntakeError
from intake.procedures import blocks_in
from leaving import leave
from models.contacts import Contacts
from models.contract import SearchAttribute, TaskQueue
from notices.signing import webhook_key
from office import Office, UnavailableError, connect, keep_sealed
from policies.block_procedures import BlockProcedure
from policies.directory import Directory
from policies.documents import DocumentError
from policies.procedures import Procedure
from reconciling import reconcile
from record.store import RecordUnavailableError, RecordUnsuitableError, Store
from schedules import keep_all_in_step
from settings import Runner, Serve, Settings, SettingsError, Temporal, load, load_temporal, secret
from watching import core
from watching.endpoint import watched
from watching.gauges import Gauges
from watching.readiness import Readiness
from workflows.calendar import CalendarWorkflow
from workflows.case import CaseWorkflow
from workflows.comparison import ComparisonWorkflow
from workflows.duty import DutyWorkflow
from workflows.matter import MatterWorkflow
from workflows.misdirected import MisdirectedWorkflow
from workflows.notices import DigestWorkflow, NoticeWorkflow
from workflows.petition import PetitionWorkflow
from workflows.proceeding import ProceedingWorkflow
from workflows.seal import SealWorkflow

log = logs.get(__name__)

_MOMENT_SECONDS = 2.0
_NOTICE_POLLERS = 5

WORKFLOWS = (
    MatterWorkflow,
    CaseWorkflow,
    ProceedingWorkflow,
    PetitionWorkflow,
    DutyWorkflow,
    CalendarWorkflow,
    MisdirectedWorkflow,
    ComparisonWorkflow,
)
NOTICE_WORKFLOWS = (NoticeWorkflow, DigestWorkflow)

SEARCH_ATTRIBUTES = {
    SearchAttribute.KIND.value: SearchAttributeIndexedValueType.KEYWORD,
    SearchAttribute.ORGAN.value: SearchAttributeIndexedValueType.KEYWORD,
    SearchAttribute.STAGE.value: SearchAttributeIndexedValueType.KEYWORD,
    SearchAttribute.LIGHT.value: SearchAttributeIndexedValueType.KEYWORD,
    SearchAttribute.LEVEL.value: SearchAttributeIndexedValueType.INT,
    SearchAttribute.DUE.value: SearchAttributeIndexedValueType.DATETIME,
}

# Pure modules that a workflow may share with the process: imported once instead of once per matter. The workflows
# themselves stay inside the sandbox, which finds what would not replay.
_PASSED_THROUGH = ("models", "policies", "pydantic", "pydantic_core", "annotated_types", "typing_extensions")


def workflow_runner(runner: Runner) -> SandboxedWorkflowRunner | UnsandboxedWorkflowRunner:
    """The runner named by the settings."""
    if runner is Runner.UNSANDBOXED:
        return UnsandboxedWorkflowRunner()
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*_PASSED_THROUGH))


def build_worker(
    client: Client,
    store: Store,
    directory: Directory,
    settings: Settings,
    *,
    queue: str = TaskQueue.PROCEDURE,
    scope: str = "",
    procedures: tuple[Procedure, ...] = (),
    blocks: tuple[BlockProcedure, ...] = (),
    workflows: tuple[type, ...] = WORKFLOWS,
    dispatch: Dispatch | None = None,
    sealing: Sealing | None = None,
) -> Worker:
    """A worker for matters on `queue`; enter it as a context to run it.

    `procedures` and `blocks`, those put together from building blocks, are offered beside the shipped ones.
    Without `dispatch` notices stay in the in-app inbox: a drill or a rehearsal has none, and no `sealing`. Raises
    TemplateError for a document template of the office's own that cannot be used.
    """
    templates = Templates(settings.templates_path)
    templates.check()
    office = directory.find(settings.office)
    waking = Waking(client, queue=queue, scope=scope)
    recording = Recording(
        store,
        directory,
        procedures,
        Issuing(templates),
        waking=waking,
        dispatch=dispatch,
        blocks=blocks,
        attachments_most=settings.attachments_per_message,
        tell=(office.head,) if office else (),
    )
    calendars = Calendars(store, client, scope)
    return Worker(
        client,
        task_queue=queue,
        workflows=[*workflows, *([SealWorkflow] if sealing else [])],
        activities=[
            recording.record_transition,
            calendars.store_calendar,
            # Work for the other queue that nobody there takes up, or that a workflow of an earlier release began here.
            *_apart(client, store, directory, sealing, scope),
        ],
        activity_executor=ThreadPoolExecutor(settings.activity_threads, thread_name_prefix="activity"),
        workflow_runner=workflow_runner(settings.runner),
        max_cached_workflows=settings.max_cached_workflows,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=settings.sticky_timeout_seconds),
        workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(settings.workflow_pollers),
        graceful_shutdown_timeout=timedelta(seconds=settings.shutdown_seconds),
        deployment_config=deployment_config(settings.deployment, settings.build),
    )


def _apart(
    client: Client, store: Store, directory: Directory, sealing: Sealing | None, scope: str = ""
) -> list[Callable[..., Any]]:
    """The heavy work that is no step of a matter (workflows/apart.py)."""
    # One processor stays free for the matters themselves.
    comparing = Comparing(store, directory, max(1, (os.cpu_count() or 1) - 1))
    sealed: list[Callable[..., Any]] = [sealing.make_seal, sealing.report_incidents] if sealing else []
    return [Calendars(store, client, scope).announce_calendar, comparing.compare_policies, *sealed]


def build_records_worker(
    client: Client, store: Store, directory: Directory, settings: Settings, sealing: Sealing | None
) -> Worker:
    """A worker for what is heavy and no step of a matter; enter it as a context to run it."""
    return Worker(
        client,
        task_queue=TaskQueue.RECORDS,
        activities=_apart(client, store, directory, sealing),
        activity_executor=ThreadPoolExecutor(settings.records_at_once, thread_name_prefix="records"),
        max_concurrent_activities=settings.records_at_once,
        max_task_queue_activities_per_second=settings.records_per_second or None,
        graceful_shutdown_timeout=timedelta(seconds=settings.shutdown_seconds),
        deployment_config=deployment_config(settings.deployment, settings.build),
    )


def build_notice_worker(
    client: Client,
    store: Store,
    directory: Directory,
    settings: Settings,
    lines: Lines,
    *,
    queue: str = TaskQueue.NOTICES,
    scope: str = "",
) -> Worker:
    """A worker that sends notices on `queue`; enter it as a context to run it."""
    notices = Notices(client, store, directory, lines, public_url=settings.public_url, queue=queue, scope=scope)
    at_once = min(settings.activity_threads, settings.notices_at_once)
    return Worker(
        client,
        task_queue=queue,
        workflows=NOTICE_WORKFLOWS,
        activities=[
            notices.plan_notice,
            notices.send_notice,
            notices.close_channel,
            notices.report_undelivered,
            notices.join_digest,
            notices.gather_digest,
        ],
        # They wait for peers most of the time, and for the database together with those of the procedure.
        activity_executor=ThreadPoolExecutor(at_once, thread_name_prefix="notice"),
        max_concurrent_activities=at_once,
        max_activities_per_second=settings.notices_per_second_each or None,
        max_task_queue_activities_per_second=settings.notices_per_second or None,
        # What the server hands out together with a workflow task passes by the pace of a process.
        disable_eager_activity_execution=bool(settings.notices_per_second_each),
        workflow_runner=workflow_runner(settings.runner),
        max_cached_workflows=settings.max_cached_workflows,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=settings.sticky_timeout_seconds),
        workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(min(settings.workflow_pollers, _NOTICE_POLLERS)),
        graceful_shutdown_timeout=timedelta(seconds=settings.shutdown_seconds),
        deployment_config=deployment_config(settings.deployment, settings.build),
    )


def _workers(client: Client, store: Store, directory: Directory, settings: Settings) -> list[Worker]:
    """The workers that this process is to run: notices leave only where there are contacts."""
    contacts = read_contacts(settings.contacts_path, directory) if settings.contacts_path else None
    hooks = Hooks(settings.webhooks, partial(webhook_key, settings), settings.notice_patience_seconds)
    if contacts is None and settings.webhooks:
        contacts = Contacts()
    dispatch = Dispatch(client, contacts, hooks=bool(settings.webhooks)) if contacts else None
    workers = []
    sealing = None if settings.serve is Serve.NOTICES else sealing_of(client, store, directory, settings)
    if settings.serve.procedure:
        blocks = blocks_in(settings.procedures_path)
        workers.append(
            build_worker(client, store, directory, settings, dispatch=dispatch, sealing=sealing, blocks=blocks)
        )
    if settings.serve.records:
        workers.append(build_records_worker(client, store, directory, settings, sealing))
    if settings.serve.notices and contacts is not None:
        lines = Lines(contacts, secret, settings.notice_patience_seconds, settings.notice_pause_seconds, hooks)
        workers.append(build_notice_worker(client, store, directory, settings, lines))
    return workers


def sealing_of(client: Client, store: Store, directory: Directory, settings: Settings) -> Sealing:
    """What seals this record, with the key that is there or is made now; the office's head learns of incidents.

    A process that seals only where nobody else does makes no key: on another machine it would be another one. Raises
    KeyFileError.
    """
    if settings.serve.records:
        signer_or_new(settings.signing_key)
    office = directory.find(settings.office)
    return Sealing(
        store,
        client,
        key_file=settings.signing_key,
        at=settings.sealing_hour,
        lines=settings.seals_path,
        tell=(office.head,) if office else (),
        makes_key=settings.serve.records,
    )


def stay() -> None:
    """Let the collector look from now on, and pass over what has been loaded: it stays for the life of the process.

    Called once, when a process that serves has started.
    """
    gc.collect()
    gc.freeze()
    gc.enable()


@asynccontextmanager
async def running(client: Client, store: Store, directory: Directory, settings: Settings) -> AsyncIterator[Office]:
    """A running worker that has caught up with the record, and an office that speaks through it.

    What is under way when the block is left is finished first, within the settings' shutdown time and a moment. A
    database that does not answer is tried for ever: that is left to the next start, which begins it again.
    """
    keep_sealed(client, store)
    workers = _workers(client, store, directory, settings)
    for worker in workers:
        await worker.__aenter__()
    try:
        office = Office(client, store)
        told = 0
        if settings.serve.procedure:
            await _take_on(client, settings)
            await ensure_daily(client, settings.sealing_hour, TaskQueue.PROCEDURE)
            await keep_all_in_step(client, store, TaskQueue.PROCEDURE)
            told = await office.catch_up()
            await _reconciled(client, store, settings)
        log.info("worker.started", namespace=client.namespace, caught_up=told)
        yield office
    finally:
        leaving = asyncio.ensure_future(asyncio.gather(*(worker.__aexit__(*sys.exc_info()) for worker in workers)))
        done, _ = await asyncio.wait({leaving}, timeout=settings.shutdown_seconds + _MOMENT_SECONDS)
        if done:
            leaving.result()
        else:
            log.warning("worker.left_unfinished")


async def _reconciled(client: Client, store: Store, settings: Settings) -> None:
    """In a data directory that was restored, let everything look at the record again before anybody speaks to it."""
    mark = mark_in(settings.data_dir)
    if mark is None:
        return
    queue = TaskQueue.NOTICES if settings.contacts_path else None
    await reconcile(client, store, mark.since, notices_queue=queue)
    settle_mark(settings.data_dir, mark)


async def _take_on(client: Client, settings: Settings) -> None:
    """Take the next steps of matters where nobody does yet; otherwise say in the log who does."""
    if not settings.deployment:
        if (other := await in_charge(client)) is not None:
            log.warning("worker.unversioned_beside", deployment=other)
        return
    build = settings.build or this_build()
    if await take_on(client, settings.deployment, build):
        log.info("worker.current", deployment=settings.deployment, build=build)
    else:
        log.warning("worker.not_current", deployment=settings.deployment, build=build)


async def serve(settings: Settings, temporal: Temporal, stop: asyncio.Event) -> None:
    """Serve matters until `stop` is set; what is under way is finished first.

    Raises UnavailableError, and SettingsError where probes cannot be answered at the address that the settings name.
    """
    store = Store(**settings.record)
    try:
        store.migrate()
        directory = Directory(read_directory(settings.directory_path))
        with tracing.traced(settings.otlp_endpoint, "duban-worker"):
            client = await connect(temporal)
            await register_search_attributes(client, SEARCH_ATTRIBUTES)
            async with watched_by(settings, store, client), running(client, store, directory, settings):
                stay()
                await stop.wait()
        log.info("worker.stopped")
    finally:
        store.close()


def watched_by(settings: Settings, store: Store, client: Client) -> AbstractAsyncContextManager[str | None]:
    """Probes and numbers of a process that works on this record with this client, where the settings ask for them."""

    async def reaching() -> Client | None:
        return client

    gauges = Gauges(store, settings.data_dir, settings.backups_path)
    return watched(settings, Readiness(store, reaching), gauges)


def stop_on_signals() -> asyncio.Event:
    """An event that SIGINT and SIGTERM set, instead of interrupting what is under way."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _main() -> int:
    try:
        settings, temporal = load(), load_temporal()
        logs.configure(settings.log_format, settings.log_level)
        if settings.metrics_port is not None:
            core.count()
        if temporal.embedded:
            temporal = temporal.at(f"127.0.0.1:{settings.temporal_port}")
        await serve(settings, temporal, stop_on_signals())
    except (
        SettingsError,
        IntakeError,
        TemplateError,
        BackupError,
        RecordUnsuitableError,
        OSError,
        KeyFileError,
        DocumentError,
    ) as error:
        print(error, file=sys.stderr)
        return 2
    except (UnavailableError, RecordUnavailableError, EmbeddedServerError) as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    leave(uvloop.run(_main()))
