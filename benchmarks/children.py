"""How does a benchmark run a system in a process of its own, so that its processor time is its own, and speak to it?

One JSON object a line each way: the child reads orders from its input and answers each in turn. The child is killed
when the thread that started it ends, however that ends.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import lifeline
from settings import ROOT

Answer = dict[str, Any]
Handlers = Mapping[str, Callable[..., Awaitable[Answer]]]

_LINE = 1 << 24
_STOP_SECONDS = 15.0
_ERRORS = 2
_QUIET = {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore"}


class Child:
    """A process of this project's Python; `arguments` follow the interpreter's name.

    One that does not `speak` says what it has to say to whoever reads the benchmark's own errors.
    """

    def __init__(
        self, *arguments: str, directory: Path, environment: Mapping[str, str] | None = None, speaks: bool = True
    ) -> None:
        self._arguments = arguments
        self._speaks = speaks
        self._directory = directory
        self._environment = {**plain_environment(), **_QUIET, **(environment or {})}
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Its process id; raises RuntimeError when it has not been started."""
        return self._running.pid

    async def start(self) -> None:
        """Start it, once more when it has ended."""
        tied = [sys.executable, "-I", "-S", lifeline.__file__, str(os.getpid()), ""]
        self._process = await asyncio.create_subprocess_exec(
            *(*tied, sys.executable, *self._arguments),
            cwd=self._directory,
            env={**self._environment, "PYTHONPATH": str(ROOT)},
            stdin=asyncio.subprocess.PIPE if self._speaks else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE if self._speaks else _ERRORS,
            limit=_LINE,
        )

    async def ask(self, do: str, **said: Any) -> Answer:
        """Give an order and wait for its answer; raises RuntimeError when the child has ended instead."""
        process = self._running
        assert process.stdin is not None
        process.stdin.write(json.dumps({"do": do, **said}).encode() + b"\n")
        await process.stdin.drain()
        return await self.told()

    async def told(self) -> Answer:
        """The next thing it says."""
        process = self._running
        assert process.stdout is not None
        line = await process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._arguments}: ended with {await process.wait()}")
        answer: Answer = json.loads(line)
        return answer

    async def kill(self) -> None:
        """End it between two instructions."""
        await self._end(0)

    async def stop(self) -> None:
        """Ask it to end, and kill it when it has not done so after a while; nothing when it does not run."""
        if self._process is not None:
            await self._end(_STOP_SECONDS)

    def check(self) -> None:
        """Raise RuntimeError when it has ended by itself."""
        if self._running.returncode is not None:
            raise RuntimeError(f"{self._arguments}: ended with {self._running.returncode}")

    async def _end(self, patience: float) -> None:
        process = self._running
        with contextlib.suppress(ProcessLookupError):
            if patience:
                process.terminate()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), patience)
            if process.returncode is None:
                process.kill()
        await process.wait()

    @property
    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise RuntimeError("not started")
        return self._process


@asynccontextmanager
async def ready(child: Child) -> AsyncIterator[Child]:
    """A child that speaks, started and ready; it is gone when the block is left."""
    await child.start()
    try:
        await child.told()
        yield child
    finally:
        await child.stop()


def plain_environment() -> dict[str, str]:
    """This process's environment without what would set an office or a server up."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("DUBAN_", "TEMPORAL_"))}


async def serve(handlers: Handlers) -> None:
    """In the child: answer orders until the input ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    tell({"ready": True})
    while line := await reader.readline():
        order = json.loads(line)
        tell(await handlers[order.pop("do")](**order))


def tell(answer: Answer) -> None:
    """In the child: say something to whoever started it."""
    print(json.dumps(answer), flush=True)
