"""How is the application served? By uvicorn inside the loop that is running already, until the block is left.

Its log lines go through ours, nothing is said of the server in an answer, and whose word about a caller's address is
believed is set by name. Signals stay with whoever started the process.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI
from typing_extensions import override

from settings import Settings

_STARTING_SECONDS = 30.0
_KEEP_ALIVE_SECONDS = 15
_AT_ONCE = 500


class PortTakenError(Exception):
    """Somebody else serves at this address, or it is none of this machine."""


class _Server(uvicorn.Server):
    @contextmanager
    @override
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: FastAPI, settings: Settings) -> AsyncIterator[str]:
    """Serve the application for as long as the block lasts; its address. Raises PortTakenError."""
    listening = _listening(settings)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=bool(settings.web_proxy),
        forwarded_allow_ips=settings.web_proxy,
        limit_concurrency=_AT_ONCE,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=int(settings.shutdown_seconds) or 1,
        ssl_certfile=settings.web_certificate,
        ssl_keyfile=settings.web_key,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await _started(server, running)
        yield _address(settings, listening)
    finally:
        server.should_exit = True
        await asyncio.wait({running})
        listening.close()
    # What broke while it served is not silent.
    running.result()


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.web_host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.web_host, settings.web_port))
    except OSError as error:
        listening.close()
        raise PortTakenError(
            f"设置 web_host、web_port:{settings.web_host}:{settings.web_port} 不可用({error.strerror})。 "
            f"Settings web_host, web_port: {settings.web_host}:{settings.web_port} cannot be used ({error.strerror})"
        ) from error
    return listening


async def _started(server: uvicorn.Server, running: "asyncio.Task[None]") -> None:
    async with asyncio.timeout(_STARTING_SECONDS):
        while not server.started:
            if running.done():
                running.result()
                raise RuntimeError("the web server ended before it began")
            await asyncio.sleep(0.01)


def _address(settings: Settings, listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    scheme = "https" if settings.web_certificate else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
