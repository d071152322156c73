import asyncio
import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import SearchAttributeIndexedValueType, SearchAttributeKey, SearchAttributePair
from temporalio.common import TypedSearchAttributes as Attributes

import embedded
import lifeline
from embedded import EmbeddedServer, EmbeddedServerError

STAGE = SearchAttributeKey.for_keyword("MatterStage")
ATTRIBUTES = {
    "MatterStage": SearchAttributeIndexedValueType.KEYWORD,
    "MatterLevel": SearchAttributeIndexedValueType.INT,
    "MatterDue": SearchAttributeIndexedValueType.DATETIME,
}
ROOT = Path(embedded.__file__).parent


def a_server(directory: Path, **said: Any) -> EmbeddedServer:
    return EmbeddedServer(directory, **{"stop_grace": timedelta(0), **said})


def gone(pid: int, within_seconds: float = 5.0) -> bool:
    """Whether the process has ended (one that nobody has waited for yet has ended, too)."""
    until = time.monotonic() + within_seconds
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


def answers(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) == 0


async def test_the_web_ui_is_told_where_sealed_payloads_are_opened(tmp_path: Path) -> None:
    async with (
        a_server(tmp_path, ui_port=0, ui_codec_endpoint="http://127.0.0.1:8080/codec") as server,
        httpx2.AsyncClient(trust_env=False) as browser,
    ):
        told = (await browser.get(f"{server.ui_url}/api/v1/settings")).json()
    assert told["Codec"]["Endpoint"] == "http://127.0.0.1:8080/codec"


async def test_a_started_server_knows_its_attributes_and_keeps_closed_matters_for_years(tmp_path: Path) -> None:
    async with a_server(tmp_path, search_attributes=ATTRIBUTES) as server:
        client = await Client.connect(server.address)
        known = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
        namespace = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))

        assert {name: known.custom_attributes[name] for name in ATTRIBUTES} == {
            n: int(k) for n, k in ATTRIBUTES.items()
        }
        kept = namespace.config.workflow_execution_retention_ttl.ToTimedelta()
        assert kept == embedded.DEFAULT_RETENTION >= timedelta(days=30 * 365)


async def test_an_attribute_can_be_used_as_soon_as_the_server_is_entered(tmp_path: Path) -> None:
    async with a_server(tmp_path, search_attributes=ATTRIBUTES) as server:
        client = await Client.connect(server.address)
        await client.start_workflow(
            "Nobody", id="m", task_queue="none", search_attributes=Attributes([SearchAttributePair(STAGE, "running")])
        )

        described = await client.get_workflow_handle("m").describe()
        assert described.typed_search_attributes[STAGE] == "running"


async def test_registering_attributes_again_changes_nothing(tmp_path: Path) -> None:
    async with a_server(tmp_path, search_attributes=ATTRIBUTES) as server:
        client = await Client.connect(server.address)

        assert await embedded.register_search_attributes(client, ATTRIBUTES) == ()
        added = {**ATTRIBUTES, "MatterLight": SearchAttributeIndexedValueType.KEYWORD}
        both = await asyncio.gather(*(embedded.register_search_attributes(client, added) for _ in range(2)))
        assert ("MatterLight",) in both
        assert await embedded.register_search_attributes(client, added) == ()


async def test_an_attribute_of_another_type_is_refused_by_name(tmp_path: Path) -> None:
    async with a_server(tmp_path, search_attributes=ATTRIBUTES) as server:
        client = await Client.connect(server.address)

        with pytest.raises(EmbeddedServerError, match=r"MatterLevel exists as INT, KEYWORD is needed"):
            await embedded.register_search_attributes(client, {"MatterLevel": SearchAttributeIndexedValueType.KEYWORD})


async def test_a_namespace_of_its_own_is_made_and_kept(tmp_path: Path) -> None:
    for _start in range(2):
        async with a_server(tmp_path, namespace="drill", search_attributes=ATTRIBUTES) as server:
            client = await Client.connect(server.address, namespace="drill")
            namespace = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="drill"))
            kept = namespace.config.workflow_execution_retention_ttl.ToTimedelta()
            assert kept == embedded.DEFAULT_RETENTION


async def test_an_open_workflow_outlives_kill_9_of_the_server(tmp_path: Path) -> None:
    first = a_server(tmp_path, search_attributes=ATTRIBUTES)
    async with first:
        client = await Client.connect(first.address)
        started = await client.start_workflow(
            "Nobody", id="m", task_queue="none", search_attributes=Attributes([SearchAttributePair(STAGE, "running")])
        )
        os.kill(first.pid, signal.SIGKILL)
        assert await first.ended() == -signal.SIGKILL

    async with a_server(tmp_path, search_attributes=ATTRIBUTES) as second:
        client = await Client.connect(second.address)
        described = await client.get_workflow_handle("m").describe()
        assert described.run_id == started.first_execution_run_id
        assert described.status is WorkflowExecutionStatus.RUNNING
        listed = [one.id async for one in client.list_workflows("MatterStage = 'running'")]
        assert listed == ["m"]


async def test_the_store_is_written_ahead(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        with contextlib.closing(sqlite3.connect(server.database_path)) as database:
            assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_the_server_listens_on_loopback_only(tmp_path: Path) -> None:
    async with a_server(tmp_path, ui_port=0) as server:
        sockets = {
            str(handle.readlink()).removeprefix("socket:[").removesuffix("]")
            for handle in Path(f"/proc/{server.pid}/fd").iterdir()
        }
        listening = [
            fields[1].partition(":")[0]
            for table in ("tcp", "tcp6")
            for fields in map(str.split, Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:])
            if fields[9] in sockets and fields[3] == "0A"
        ]
        assert set(listening) == {"0100007F"}
        assert server.ui_url is not None
        until = time.monotonic() + 5
        while not answers(server.ui_url):
            assert time.monotonic() < until, "the UI does not answer"
            await asyncio.sleep(0.05)


async def test_two_servers_never_share_a_directory(tmp_path: Path) -> None:
    async with a_server(tmp_path) as first:
        with pytest.raises(EmbeddedServerError, match="Another server uses"):
            await a_server(tmp_path).start()
        assert await (await Client.connect(first.address)).service_client.check_health()


async def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(EmbeddedServerError, match=f"Port {port} cannot be had"):
            await a_server(tmp_path, port=port).start()
        with pytest.raises(EmbeddedServerError, match=f"Port {port} cannot be had"):
            await a_server(tmp_path, ui_port=port).start()


async def test_a_port_that_was_picked_and_then_lost_is_picked_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_server(tmp_path / "first") as first:
        taken, free = int(first.address.rpartition(":")[2]), embedded._free_port()
        picked = iter([taken, free])
        monkeypatch.setattr(embedded, "_free_port", lambda: next(picked))

        async with a_server(tmp_path / "second") as second:
            assert second.address == f"127.0.0.1:{free}"


async def test_a_given_port_is_had_again_right_after_a_stop(tmp_path: Path) -> None:
    port = embedded._free_port()
    for _start in range(2):
        async with a_server(tmp_path, port=port, stop_grace=timedelta(seconds=5)) as server:
            assert server.address == f"127.0.0.1:{port}"
            await Client.connect(server.address)


async def test_what_the_server_complained_about_is_said(tmp_path: Path) -> None:
    (tmp_path / "temporal.db").write_bytes(b"not a database" * 1000)

    with pytest.raises(EmbeddedServerError, match="did not start"):
        await a_server(tmp_path).start()


async def test_a_server_not_ready_in_time_is_given_up_and_ended(tmp_path: Path) -> None:
    server = a_server(tmp_path, ready_within=timedelta(milliseconds=1))

    with pytest.raises(EmbeddedServerError, match="not ready in time"):
        await server.start()
    with pytest.raises(EmbeddedServerError, match="has not been started"):
        _ = server.pid


async def test_settings_of_temporals_own_tools_do_not_disturb_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "192.0.2.1:1")
    monkeypatch.setenv("TEMPORAL_PROFILE", "nowhere")

    async with a_server(tmp_path) as server:
        assert server.address.startswith("127.0.0.1:")


def test_the_server_dies_with_its_parent(tmp_path: Path) -> None:
    script = (
        "import asyncio, pathlib, sys\n"
        "from embedded import EmbeddedServer\n"
        "async def main():\n"
        "    async with EmbeddedServer(pathlib.Path(sys.argv[1])) as server:\n"
        "        print(server.pid, flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        server = int(parent.stdout.readline())
        assert not gone(server, within_seconds=0.2)

        parent.kill()
        parent.wait()

        assert gone(server)


def test_a_server_whose_parent_is_already_gone_does_not_start(tmp_path: Path) -> None:
    mark = tmp_path / "started"
    line = [sys.executable, "-I", "-S", str(ROOT / "lifeline.py"), "1", "", "/usr/bin/touch", str(mark)]

    done = subprocess.run(line, check=False)

    assert done.returncode == lifeline.ORPHANED
    assert not mark.exists()
