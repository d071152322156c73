"""How does a command reach the record and the running matters?

Settings, database and server as one-shot commands and `up` use them; every way in which they can be missing becomes a
Problem with one line that says what to do (engine.md 7).
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.util import CommandError
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlmodel import Session
from temporalio.client import Client
from temporalio.service import RPCError

import logs
from cli.problems import ExitCode, Problem
from embedded import EmbeddedServerError
from intake.directory import read_directory
from intake.problems import IntakeError
from office import Office, UnavailableError, connect
from policies.calendar import Calendar, standard_calendar
from policies.directory import Directory
from record import calendars
from record.store import RecordUnavailableError, Store
from settings import Settings, SettingsError, Temporal, load, load_temporal

CONNECT_SECONDS = 10.0
SERVER_FILE = "up.json"
"""In the data directory while `up` runs there: where its server answers, so that commands find that one."""


def settings() -> Settings:
    """The settings of this process, its log set up by them: warnings only, unless a level was set."""
    with in_words():
        read = load()
    level = read.log_level if "log_level" in read.model_fields_set else logs.LogLevel.WARNING
    logs.configure(read.log_format, level)
    return read


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what can be missing or wrong around the engine into Problems."""
    try:
        yield
    except SettingsError as error:
        raise Problem(str(error)) from error
    except IntakeError as error:
        raise Problem(str(error)) from error
    except (UnavailableError, EmbeddedServerError, RecordUnavailableError) as error:
        raise Problem(_one_line(error), ExitCode.UNAVAILABLE) from error
    except CommandError as error:
        text = f"数据库版本高于本程序 the database is newer than this program: {_one_line(error)}"
        raise Problem(text, ExitCode.UNAVAILABLE) from error
    except RPCError as error:
        text = f"Temporal 服务拒绝了请求 the Temporal server refused a request: {_one_line(error)}"
        raise Problem(text, ExitCode.UNAVAILABLE) from error
    except DatabaseError as error:
        text = f"数据库无法读取 the database cannot be read: {_one_line(error.orig or error)}"
        raise Problem(text, ExitCode.UNAVAILABLE) from error


def organs(chosen: Settings) -> Directory:
    """The office's directory; raises Problem naming every bad cell."""
    with in_words():
        return Directory(read_directory(chosen.directory_path))


# --- the record -------------------------------------------------------------------------------------------------------


@contextmanager
def record(chosen: Settings, *, write: bool = False) -> Iterator[Store]:
    """The database of the record. A command that only reads does not make one: Problem where there is none."""
    if not write and not exists(chosen):
        raise Problem(
            f"还没有数据库 {_file(chosen)},请先运行 starter.py up 或 import(或设 DUBAN_DATA_DIR)。 "
            f"No database at {_file(chosen)} yet: run `starter.py up` or `import`, or set DUBAN_DATA_DIR.",
            ExitCode.UNAVAILABLE,
        )
    with in_words():
        store = Store(chosen.database_url, synchronous=chosen.sqlite_synchronous.value)
        try:
            if write:
                store.migrate()
            yield store
        finally:
            store.close()


def exists(chosen: Settings) -> bool:
    """Whether there is a database to read; one on a database server is taken to be there."""
    file = _file(chosen)
    return file is None or file.is_file()


def _file(chosen: Settings) -> Path | None:
    scheme, _, path = chosen.database_url.partition(":///")
    return Path(path) if scheme.startswith("sqlite") else None


def calendar(session: Session) -> Calendar:
    """The working-day calendar of this record: the shipped one with the notices loaded into it."""
    current = standard_calendar()
    for notice in calendars.notices(session):
        current = current.with_notice(notice)
    return current


def calendar_in_force() -> Calendar:
    """The calendar of the record these settings name; the shipped one where there is no record yet."""
    chosen = settings()
    if not exists(chosen):
        return standard_calendar()
    try:
        with record(chosen) as store, store.reading() as session:
            return calendar(session)
    except Problem as problem:
        if isinstance(problem.__cause__, OperationalError):
            # A file without tables: nothing was ever loaded into it.
            return standard_calendar()
        raise


# --- the server -------------------------------------------------------------------------------------------------------


def temporal(chosen: Settings) -> Temporal:
    """Where the server is: as TEMPORAL_* says, else where `up` runs on this data directory, else the usual port."""
    with in_words():
        named = load_temporal()
    if not named.embedded:
        return named
    running = running_server(chosen.data_dir)
    return named.at(running or f"127.0.0.1:{chosen.temporal_port or 7233}")


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


async def client_of(place: Temporal) -> Client:
    """A client of that server. Raises UnavailableError, also when it does not answer within CONNECT_SECONDS."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            return await connect(place)
    except TimeoutError as error:
        raise UnavailableError(
            f"Temporal 服务 {place.address} 没有应答。 The Temporal server at {place.address} does not answer."
        ) from error


@dataclass(frozen=True, slots=True)
class Live:
    """What a command needs to speak to running matters."""

    settings: Settings
    store: Store
    client: Client
    office: Office


@asynccontextmanager
async def live(chosen: Settings) -> AsyncIterator[Live]:
    """The office on its server, with its record. Raises Problem."""
    with in_words():
        # The server first: where there is none, no database is made.
        client = await client_of(temporal(chosen))
        with record(chosen, write=True) as store:
            yield Live(chosen, store, client, Office(client, store))


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
