"""What can happen to the line between a program and its database? A relay on loopback that is told how to behave."""

import asyncio
import socket
from contextlib import suppress
from enum import StrEnum
from typing import Self

_CHUNK = 1 << 16


class Weather(StrEnum):
    """How the line is."""

    FAIR = "fair"
    SLOW = "slow"
    """Everything said takes `Line.delay` seconds longer."""
    SILENT = "silent"
    """Connections stand and are taken, and nothing comes through: a half-open line."""
    BROKEN = "broken"
    """Connections are broken and none is taken."""


class Line:
    """A relay to `host`:`port`, from entering the context to leaving it; `port` of its own afterwards."""

    def __init__(self, to: int, *, host: str = "127.0.0.1") -> None:
        self._to = (host, to)
        self._fair = asyncio.Event()
        self._fair.set()
        self._passing = set[asyncio.Task[None]]()
        self._writers = set[asyncio.StreamWriter]()
        self._server: asyncio.Server | None = None
        self.weather = Weather.FAIR
        self.delay = 0.0
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._taken, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self.become(Weather.BROKEN)
        self._server.close()
        for task in list(self._passing):
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    def become(self, weather: Weather, delay: float = 0.0) -> None:
        """Change at once, for connections that stand too."""
        self.weather, self.delay = weather, delay
        if weather is Weather.SILENT:
            self._fair.clear()
        else:
            self._fair.set()
        if weather is Weather.BROKEN:
            for writer in list(self._writers):
                writer.transport.abort()

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        self._writers.add(writer)
        try:
            if self.weather is Weather.BROKEN:
                return
            there, here = await asyncio.open_connection(*self._to)
            self._writers.add(here)
            try:
                await asyncio.gather(self._pass(reader, here), self._pass(there, writer))
            finally:
                self._writers.discard(here)
                here.transport.abort()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            self._passing.discard(task)
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.read(_CHUNK):
            await self._fair.wait()
            if self.delay:
                await asyncio.sleep(self.delay)
            writer.write(said)
            await writer.drain()
        with suppress(OSError, RuntimeError):
            writer.write_eof()


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
