"""Where is a process probed and scraped? At an address of its own, on this machine unless the settings say otherwise.

`/healthz` and `/readyz` answer everybody who reaches it, `/metrics` whoever shows the token where one is set. Off this
machine the settings ask for a certificate and a token (settings.py). Nothing here names anybody.
"""

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import uvicorn
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.types import Receive, Scope, Send
from typing_extensions import override

import addresses
import logs
import meters
from settings import Settings, SettingsError, secret
from watching import core
from watching.gauges import Gauges
from watching.readiness import Readiness

log = logs.get(__name__)

_AT_ONCE = 20
_STARTING_SECONDS = 30.0
_CORE_SECONDS = 3.0
_BEARER = b"Bearer "
# Never through a proxy of the environment: it is this process itself.
_here = build_opener(ProxyHandler({}))

Answer = tuple[HTTPStatus, str, bytes]


class Endpoint:
    """The application: three addresses, read only. `token` None lets everybody scrape who reaches it."""

    def __init__(
        self, readiness: Readiness, gauges: Gauges, token: str | None = None, core_port: int | None = None
    ) -> None:
        self._readiness = readiness
        self._own = CollectorRegistry(auto_describe=False)
        self._own.register(gauges)
        self._token = token
        self._core_port = core_port
        self._routes: dict[str, Callable[[], Awaitable[Answer]]] = {
            "/healthz": self._health,
            "/readyz": self._ready,
            "/metrics": self._metrics,
        }

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """One request; its body is not read."""
        if scope["type"] != "http":
            return
        status, kind, body = await self._answer(scope)
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()),
                   (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]  # fmt: skip
        await send({"type": "http.response.start", "status": status.value, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _answer(self, scope: Scope) -> Answer:
        route = self._routes.get(scope["path"])
        if route is None:
            return _told(HTTPStatus.NOT_FOUND, {"status": "not found"})
        if scope["method"] not in ("GET", "HEAD"):
            return _told(HTTPStatus.METHOD_NOT_ALLOWED, {"status": "read only"})
        if scope["path"] == "/metrics" and not self._may_scrape(scope):
            return _told(HTTPStatus.UNAUTHORIZED, {"status": "token"})
        return await route()

    def _may_scrape(self, scope: Scope) -> bool:
        if self._token is None:
            return True
        shown = [value for name, value in scope["headers"] if name == b"authorization"]
        return len(shown) == 1 and secrets.compare_digest(shown[0], _BEARER + self._token.encode())

    async def _health(self) -> Answer:
        return _told(HTTPStatus.OK, {"status": "ok"})

    async def _ready(self) -> Answer:
        ready = await self._readiness()
        told = {"record": ready.record, "migrated": ready.migrated, "temporal": ready.temporal}
        return _told(HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE, told)

    async def _metrics(self) -> Answer:
        own, of_core = await asyncio.gather(asyncio.to_thread(self._counted), asyncio.to_thread(self._of_core))
        return HTTPStatus.OK, CONTENT_TYPE_PLAIN_0_0_4, own + of_core

    def _counted(self) -> bytes:
        return generate_latest(meters.REGISTRY) + generate_latest(self._own)

    def _of_core(self) -> bytes:
        """What the SDK counts, from its own endpoint on this machine."""
        if self._core_port is None:
            return b""
        try:
            with _here.open(f"http://127.0.0.1:{self._core_port}/metrics", timeout=_CORE_SECONDS) as answer:
                read: bytes = answer.read()
        except (URLError, OSError):
            log.warning("metrics.core_silent")
            return b""
        return read


class _Server(uvicorn.Server):
    @contextmanager
    @override
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def watched(settings: Settings, readiness: Readiness, gauges: Gauges) -> AsyncIterator[str | None]:
    """Answer probes and scrapes for as long as the block lasts; the address, None where the settings ask for none.

    Raises SettingsError for an address that cannot be used or a token that is not there.
    """
    if settings.metrics_port is None:
        yield None
        return
    try:
        token = secret(settings.metrics_token) if settings.metrics_token is not None else None
    except LookupError as error:
        raise SettingsError(f"metrics_token: {error.args[0]}") from error
    secure = not addresses.is_loopback(settings.metrics_host)
    family = socket.AF_INET6 if ":" in settings.metrics_host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        try:
            listening.bind((settings.metrics_host, settings.metrics_port))
        except OSError as error:
            place = f"{settings.metrics_host}:{settings.metrics_port}"
            raise SettingsError(
                f"设置 metrics_host、metrics_port：{place} 不可用（{error.strerror}）。 "
                f"Settings metrics_host, metrics_port: {place} cannot be used ({error.strerror})"
            ) from error
        config = uvicorn.Config(
            Endpoint(readiness, gauges, token, core.port()),
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            limit_concurrency=_AT_ONCE,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=1,
            ssl_certfile=settings.web_certificate if secure else None,
            ssl_keyfile=settings.web_key if secure else None,
        )
        server = _Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            async with asyncio.timeout(_STARTING_SECONDS):
                while not server.started and not running.done():  # noqa: ASYNC110 - uvicorn has no event for it
                    await asyncio.sleep(0.01)
            host, port = listening.getsockname()[:2]
            address = f"{'https' if secure else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
            log.info("process.watched", address=address)
            yield address
        finally:
            server.should_exit = True
            await asyncio.wait({running})
        running.result()
    finally:
        listening.close()


def _told(status: HTTPStatus, words: Mapping[str, object]) -> Answer:
    return status, "application/json", json.dumps(words).encode()
