"""With what numbers, names and addresses does this process run?

One frozen object, built by `load` in the entry points only and handed on. Values come from the environment (DUBAN_*),
then a .env file, then duban.toml, then the defaults; where the Temporal server is, from Temporal's own settings
(TEMPORAL_*, its profile file). Task queues and wire names are in models/contract.py. Source: engine.md 7.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Self, TypedDict

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, PositiveFloat, PositiveInt, ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from typing_extensions import override

from logs import LogFormat, LogLevel

ROOT = Path(__file__).resolve().parent
"""The checkout: where the shipped data lies, whatever the current directory is."""

ENV_PREFIX = "DUBAN_"
ENV_FILE = ".env"
TOML_FILE = "duban.toml"


class SettingsError(Exception):
    """The process cannot start as set up; the message has one line per bad setting, Chinese first."""


class Runner(StrEnum):
    """Whether workflow code runs inside Temporal's sandbox, which finds non-determinism but costs time and memory."""

    SANDBOXED = "sandboxed"
    UNSANDBOXED = "unsandboxed"


class Synchronous(StrEnum):
    """SQLite's `synchronous`: FULL loses nothing when the power fails, NORMAL may lose the last commits."""

    EXTRA = "EXTRA"
    FULL = "FULL"
    NORMAL = "NORMAL"


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _database_url(text: str) -> str:
    try:
        url = make_url(text)
    except ArgumentError:
        raise ValueError("not a database URL") from None
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ValueError("neither sqlite nor postgresql")
    return text


def _filled(text: str) -> str:
    if not text.strip():
        raise ValueError("empty")
    return text.strip()


class RecordArguments(TypedDict):
    """What record.store.Store is made with."""

    url: str
    synchronous: str
    pool_size: int
    patience: timedelta
    statement_limit: timedelta


FilePath = Annotated[Path, AfterValidator(_absolute)]
Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """Everything a process is told from outside. `description` says what is accepted; it is shown for a bad value."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, frozen=True, extra="forbid", validate_default=True)

    data_dir: FilePath = Field(Path("var"), description="目录路径 a directory path")
    database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        default_factory=lambda given: f"sqlite:///{given['data_dir'] / 'duban.db' if 'data_dir' in given else ''}",
        description="sqlite:///… 或 or postgresql+psycopg://…",
        repr=False,
    )
    directory_path: FilePath = Field(
        ROOT / "data" / "directory.csv", description="单位名录文件 path of a directory file"
    )
    office: Annotated[str, AfterValidator(_filled)] = Field("区政府督查室", description="单位名称 the name of an organ")
    ui_port: Port = Field(8233, description="0–65535，0 为任意空闲端口 0 takes a free one")
    temporal_port: Port = Field(7233, description="0–65535，0 为任意空闲端口 0 takes a free one")
    retention_years: PositiveInt = Field(30, le=100, description="1–100（年 years）")
    sqlite_synchronous: Synchronous = Field(Synchronous.FULL, description="EXTRA, FULL, NORMAL")
    log_format: LogFormat = Field(LogFormat.CONSOLE, description="json, console")
    log_level: LogLevel = Field(LogLevel.INFO, description="debug, info, warning, error")
    runner: Runner = Field(Runner.SANDBOXED, description="sandboxed, unsandboxed")
    max_cached_workflows: PositiveInt = Field(1000, description="正整数 a whole number from 1")
    workflow_pollers: PositiveInt = Field(20, le=200, description="1–200")
    activity_threads: PositiveInt = Field(16, le=500, description="1–500")
    database_pool: PositiveInt = Field(20, le=500, description="1–500，不少于 not less than activity_threads")
    database_patience_seconds: PositiveFloat = Field(
        10.0, le=300, description="大于 0 至 300（秒）above 0 to 300 seconds"
    )
    database_statement_seconds: PositiveFloat = Field(
        60.0, le=3600, description="大于 0 至 3600（秒）above 0 to 3600 seconds"
    )
    sticky_timeout_seconds: PositiveFloat = Field(2.0, le=60, description="大于 0 至 60（秒）above 0 to 60 seconds")
    rpc_timeout_seconds: PositiveFloat = Field(10.0, le=300, description="大于 0 至 300（秒）above 0 to 300 seconds")
    shutdown_seconds: PositiveFloat = Field(10.0, le=600, description="大于 0 至 600（秒）above 0 to 600 seconds")

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is handed in: `load` asks the sources one by one, so that it can say where a bad value came from.

        It also means that `Settings(data_dir=…)` in a test is not changed by the machine it runs on.
        """
        return (init_settings,)

    @property
    def record(self) -> RecordArguments:
        """Where the record is and how patiently it is spoken to: the arguments of record.store.Store."""
        return {
            "url": self.database_url,
            "synchronous": self.sqlite_synchronous.value,
            "pool_size": self.database_pool,
            "patience": timedelta(seconds=self.database_patience_seconds),
            "statement_limit": timedelta(seconds=self.database_statement_seconds),
        }

    @property
    def database_shown(self) -> str:
        """The database's address without its password."""
        return make_url(self.database_url).render_as_string(hide_password=True)

    @property
    def sqlite_file(self) -> Path | None:
        """The file the record is kept in; None for PostgreSQL."""
        url = make_url(self.database_url)
        return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None

    @property
    def temporal_database(self) -> Path:
        """Where the embedded Temporal server keeps its store."""
        return self.data_dir / "temporal.db"


@dataclass(frozen=True, slots=True)
class Temporal:
    """Where the Temporal server is. `address` is None when nobody named one: then the embedded server is meant.

    `connect` holds the arguments for `Client.connect`, certificates and keys included; it is never printed.
    """

    address: str | None
    namespace: str
    connect: ClientConnectConfig = field(repr=False)

    @property
    def embedded(self) -> bool:
        """Whether this process is to start a server of its own."""
        return self.address is None

    def at(self, address: str) -> Self:
        """The same settings, for the embedded server that answers at `address` (loopback)."""
        return type(self)(address, self.namespace, {**self.connect, "target_host": address, "tls": False})


@dataclass(frozen=True, slots=True)
class _Given:
    """One value as someone gave it, and where."""

    value: Any
    where: str


def load(directory: Path | None = None) -> Settings:
    """The settings of this process; `directory` (default: the current one) is where .env and duban.toml are looked for.

    Raises SettingsError naming every bad or unknown setting, where it came from and what is accepted.
    """
    given, complaints = _gathered(directory or Path.cwd())
    try:
        settings = Settings(**{name: one.value for name, one in given.items()})
    except ValidationError as error:
        complaints += [_complaint(str(mistake["loc"][0]), given) for mistake in error.errors()]
        raise SettingsError("\n".join(dict.fromkeys(complaints))) from None
    if complaints:
        raise SettingsError("\n".join(complaints))
    return settings


def load_temporal(directory: Path | None = None) -> Temporal:
    """Where the Temporal server is, by Temporal's own settings (environment, .env, profile file).

    Raises SettingsError when they cannot be read, or when they would send plain text to another machine.
    """
    told = {**_dotenv((directory or Path.cwd()) / ENV_FILE), **os.environ}
    try:
        connect = ClientConfig.load_client_connect_config(override_env_vars=told)
    except (RuntimeError, OSError, ValueError) as error:
        raise SettingsError(
            f"Temporal 连接设置（TEMPORAL_*）无法读取 Temporal's settings (TEMPORAL_*) cannot be read: {error}"
        ) from None
    address = connect.get("target_host")
    if address is not None and not connect.get("tls") and not is_loopback(address):
        raise SettingsError(
            f"拒绝以明文连接 {address}：本机以外须用 TLS（设 TEMPORAL_TLS=true 或证书）。 "
            f"Refusing plain text to {address}: off this machine TLS is required (TEMPORAL_TLS=true or certificates)."
        )
    return Temporal(address, connect.get("namespace") or "default", connect)


def is_loopback(address: str) -> bool:
    """Whether `host:port` is this machine itself, by its name or number; no name is looked up."""
    host = address.rsplit(":", 1)[0] if address.count(":") == 1 or address.startswith("[") else address
    host = host.strip("[]")
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _gathered(directory: Path) -> tuple[dict[str, _Given], list[str]]:
    """What was given by setting name, the strongest source last, and a complaint for each name nobody knows."""
    toml, env_file = directory / TOML_FILE, directory / ENV_FILE
    given: dict[str, _Given] = {}
    complaints: list[str] = []

    def unknown(name: str, where: str) -> None:
        near = get_close_matches(name.lower().removeprefix(ENV_PREFIX.lower()), Settings.model_fields, n=1)
        accepted = near[0] if near else ", ".join(Settings.model_fields)
        complaints.append(
            f"没有名为 {name} 的设置（来自 {where}），可用：{accepted}。 "
            f"No setting is called {name} (from {where}); accepted: {accepted}"
        )

    try:
        table = TomlConfigSettingsSource(Settings, toml_file=toml)()
    except (ValueError, OSError) as error:
        table = {}
        complaints.append(f"文件无法读取 file cannot be read: {toml}: {error}")
    for name, value in table.items():
        if name in Settings.model_fields:
            given[name] = _Given(value, f"{toml}")
        else:
            unknown(name, f"{toml}")

    for where, source, names in (
        (f"{env_file}", DotEnvSettingsSource(Settings, env_file=env_file), _dotenv(env_file)),
        ("环境变量 environment", EnvSettingsSource(Settings), os.environ),
    ):
        for name, value in source().items():
            if name in Settings.model_fields:
                given[name] = _Given(value, f"{where} {ENV_PREFIX}{name.upper()}")
        for variable in names:
            name = variable.lower().removeprefix(ENV_PREFIX.lower())
            if variable.upper().startswith(ENV_PREFIX) and name not in Settings.model_fields:
                unknown(variable, where)
    return given, complaints


def _dotenv(path: Path) -> dict[str, str]:
    return {key: value for key, value in dotenv_values(path).items() if value is not None} if path.is_file() else {}


def _complaint(name: str, given: Mapping[str, _Given]) -> str:
    one = given.get(name, _Given(None, "默认值 default"))
    accepted = Settings.model_fields[name].description
    # A database address can hold a password.
    value = "…" if name == "database_url" else f"{one.value!r}"
    return (
        f"设置 {name} 的值 {value} 不可用（来自 {one.where}），可用：{accepted}。 "
        f"Setting {name} cannot be {value} (from {one.where}); accepted: {accepted}"
    )
