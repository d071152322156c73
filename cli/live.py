"""How does a command reach the running matters?

The server and the office on it; every way in which they can be missing becomes a Problem with one line that says what
to do (engine.md 7).
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError

import tracing
from backup.problems import BackupError
from cli import kept
from cli.kept import at_the_machine, one_line, record
from cli.problems import ExitCode, Problem
from embedded import EmbeddedServerError
from office import Office, UnavailableError, connect, keep_sealed
from privacy.codec import PayloadKeys
from record.store import Store
from settings import Settings, Temporal, load_temporal

CONNECT_SECONDS = 10.0
SERVER_FILE = "up.json"
"""In the data directory while `up` runs there: where its server answers, so that commands find that one."""


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what can be wrong with the server, and with everything below it, into Problems."""
    try:
        with kept.in_words():
            yield
    except (UnavailableError, EmbeddedServerError) as error:
        raise Problem(one_line(error), ExitCode.UNAVAILABLE) from error
    except BackupError as error:
        raise Problem(str(error), ExitCode.REFUSED) from error
    except RPCError as error:
        text = f"Temporal 服务拒绝了请求 the Temporal server refused a request: {one_line(error)}"
        raise Problem(text, ExitCode.UNAVAILABLE) from error


def temporal(chosen: Settings) -> Temporal:
    """Where the server is: as TEMPORAL_* says, else where `up` runs on this data directory, else the port set for it.

    Raises Problem where `up` takes any free port and does not run.
    """
    with in_words():
        named = load_temporal()
    if not named.embedded:
        return named
    running = running_server(chosen.data_dir)
    if running is None and not chosen.temporal_port:
        raise Problem(
            f"数据目录 {chosen.data_dir} 上没有运行中的服务,请先运行 starter.py up 或设 TEMPORAL_ADDRESS。 "
            f"No server runs on {chosen.data_dir}: run `starter.py up`, or set TEMPORAL_ADDRESS.",
            ExitCode.UNAVAILABLE,
        )
    return named.at(running or f"127.0.0.1:{chosen.temporal_port}")


def running_server(data_dir: Path) -> str | None:
    """The address of the server that `up` runs on this data directory, or None when none does."""
    try:
        told = json.loads((data_dir / SERVER_FILE).read_text(encoding="utf-8"))
        os.kill(int(told["pid"]), 0)
        return str(told["temporal"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def announced(data_dir: Path, told: dict[str, Any]) -> Iterator[None]:
    """Let other commands know, for as long as the block lasts, where the server of this data directory answers."""
    file = data_dir / SERVER_FILE
    file.write_text(json.dumps({**told, "pid": os.getpid()}), encoding="utf-8")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


async def client_of(place: Temporal, keys: PayloadKeys | None = None) -> Client:
    """A client of that server, sealing with `keys` or those it is given later (office.py `keep_sealed`).

    Raises UnavailableError, also when it does not answer within CONNECT_SECONDS.
    """
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            return await connect(place, keys)
    except TimeoutError as error:
        raise UnavailableError(
            f"Temporal 服务 {place.address} 没有应答。 The Temporal server at {place.address} does not answer."
        ) from error


async def sealed_client(chosen: Settings, store: Store) -> Client:
    """A client of the server that the settings name, sealing with the keys of that record. Raises UnavailableError."""
    client = await client_of(temporal(chosen))
    keep_sealed(client, store)
    return client


@dataclass(frozen=True, slots=True)
class Live:
    """What a command needs to speak to running matters."""

    settings: Settings
    store: Store
    client: Client
    office: Office


@asynccontextmanager
async def live(chosen: Settings, *, write: bool = False) -> AsyncIterator[Live]:
    """The office on its server, with its record; `write` for a command that gives out numbers. Raises Problem."""
    at_the_machine(chosen)
    with in_words(), tracing.traced(chosen.otlp_endpoint, "duban-command"), tracing.span("command"):
        # The server first: where there is none, no database is made.
        client = await client_of(temporal(chosen))
        with record(chosen, write=write) as store:
            keep_sealed(client, store)
            yield Live(chosen, store, client, Office(client, store))
