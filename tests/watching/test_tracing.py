"""One request is followed from the caller to the transaction, and no word of what was said goes along."""

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

import tracing
from embedded import EmbeddedServer, register_search_attributes
from models.contract import matter_workflow_id
from models.messages import Sign
from office import Office
from record.store import Store
from settings import Runner, Settings
from tests.databases import Databases
from tests.workflows.cast import DIRECTORY, HANDLER, a_matter
from worker import SEARCH_ATTRIBUTES, WORKFLOWS, build_worker, workflow_runner

pytestmark = [
    pytest.mark.either_database("what a trace holds, whatever the database"),
    pytest.mark.asyncio(loop_scope="session"),
]


class Kept(SpanExporter):
    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.spans += spans
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        pass


async def test_a_command_is_one_trace_down_to_its_transaction_and_a_replay_adds_nothing(
    temporal_server: EmbeddedServer, databases: Databases, database_url: str, tmp_path: Path
) -> None:
    kept, scope = Kept(), f"test-{uuid4().hex[:12]}"
    store = Store(database_url)
    databases.migrate(store)
    settings = Settings(data_dir=tmp_path, workflow_pollers=5, shutdown_seconds=1)
    with tracing.tracing_to(kept, "duban-test"):
        client = await Client.connect(
            temporal_server.address,
            data_converter=pydantic_data_converter,
            interceptors=tracing.interceptors(),
        )
        await register_search_attributes(client, SEARCH_ATTRIBUTES)
        async with build_worker(client, store, DIRECTORY, settings, queue=scope, scope=scope):
            office = Office(client, store, queue=scope, scope=scope)
            await office.launch("m1", a_matter(title="校舍加固"))
            with tracing.span("web.request", request_id="r1", secret="王某") as note:  # noqa: S106 - must not leave
                note("http.route", "/matters/{number}")
                assert (await office.say("m1", Sign(message_id="s1", by=HANDLER))).accepted
        history = await client.get_workflow_handle(matter_workflow_id("m1", scope)).fetch_history()
        replayer = Replayer(
            workflows=WORKFLOWS,
            data_converter=pydantic_data_converter,
            interceptors=tracing.interceptors(),
            workflow_runner=workflow_runner(Runner.SANDBOXED),
        )
    lived = len(kept.spans)
    kept.spans, before = [], kept.spans
    with tracing.tracing_to(kept, "duban-test"):
        await replayer.replay_workflow(history)
    store.close()

    assert lived
    assert kept.spans == []
    request = next(one for one in before if one.name == "web.request")
    trace = [one for one in before if one.context.trace_id == request.context.trace_id]
    names = {one.name.partition(":")[0] for one in trace}
    assert {"web.request", "StartWorkflowUpdate", "HandleUpdate", "RunActivity", "record.transaction"} <= names
    assert dict(request.attributes or {}) == {"request_id": "r1", "http.route": "/matters/{number}"}
    said = "".join(one.to_json() for one in before)
    for word in ("校舍加固", "王某", HANDLER, scope, "temporalWorkflowID"):
        assert word not in said
    assert not any(one.events for one in before)


async def test_a_failure_leaves_as_a_status_without_its_words() -> None:
    kept = Kept()
    with tracing.tracing_to(kept, "duban-test"), pytest.raises(ValueError, match="李某"), tracing.span("command"):
        raise ValueError("李某的诉求")

    assert [one.status.is_ok for one in kept.spans] == [False]
    assert "李某" not in kept.spans[0].to_json()


async def test_nothing_of_it_is_imported_while_nobody_traces() -> None:
    assert tracing.interceptors() == []
    with tracing.span("web.request", request_id="r1") as note:
        note("http.route", "/")
