"""With what numbers, names and addresses does this process run?

One frozen object, built by `load` in the entry points only and handed on. Values come from the environment (DUBAN_*),
then a .env file, then duban.toml, then the defaults; where the Temporal server is, from Temporal's own settings
(TEMPORAL_*, its profile file). Task queues and wire names are in models/contract.py. Source: engine.md 7.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from difflib import get_close_matches
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Self, TypedDict
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, PositiveFloat, PositiveInt, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from sqlalchemy.engine import make_url
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from typing_extensions import override

import addresses
from logs import LogFormat, LogLevel
from privacy.masters import FileMaster, Master
from privacy.vault import Vault

ROOT = Path(__file__).resolve().parent
"""The checkout: where the shipped data lies, whatever the current directory is."""

ENV_PREFIX = "DUBAN_"
_CONTRADICTION = "contradiction"
# A database address can hold a password.
_SECRET = frozenset({"database_url", "kms_token", "metrics_token", "oidc_secret", "webhook_key"})
# Where Temporal's own programs keep their profiles on Linux, unless TEMPORAL_CONFIG_FILE names another file.
_PROFILE_FILE = Path("~/.config/temporalio/temporal.toml")
ENV_FILE = ".env"
TOKEN_VARIABLE = "DUBAN_TOKEN"  # noqa: S105 - the name of the variable
TOML_FILE = "duban.toml"


class SettingsError(Exception):
    """The process cannot start as set up; the message has one line per bad setting, Chinese first."""


class Runner(StrEnum):
    """Whether workflow code runs inside Temporal's sandbox, which finds non-determinism but costs time and memory.

    Tests run inside it, offices outside (docs/decisions/0028).
    """

    SANDBOXED = "sandboxed"
    UNSANDBOXED = "unsandboxed"


class Serve(StrEnum):
    """Which task queues a worker process serves; each can have processes of its own."""

    ALL = "all"
    PROCEDURE = "procedure"
    RECORDS = "records"
    NOTICES = "notices"

    @property
    def procedure(self) -> bool:
        """Whether the process keeps the time of matters."""
        return self in (Serve.ALL, Serve.PROCEDURE)

    @property
    def records(self) -> bool:
        """Whether the process seals, announces and compares."""
        return self in (Serve.ALL, Serve.RECORDS)

    @property
    def notices(self) -> bool:
        """Whether the process sends notices."""
        return self in (Serve.ALL, Serve.NOTICES)


class SignIn(StrEnum):
    """How people sign in: with passwords kept here, through an outside provider (OpenID Connect), or either way."""

    LOCAL = "local"
    OIDC = "oidc"
    BOTH = "both"


class Synchronous(StrEnum):
    """SQLite's `synchronous`: FULL loses nothing when the power fails, NORMAL may lose the last commits."""

    EXTRA = "EXTRA"
    FULL = "FULL"
    NORMAL = "NORMAL"


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _name_on_the_server(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]?|[A-Za-z0-9][A-Za-z0-9._-]{0,98}[A-Za-z0-9]", text):
        raise ValueError("not a plain name")
    return text


def _deployment(text: str) -> str:
    if "." in _name_on_the_server(text):
        raise ValueError("a dot")
    return text


def _filled(text: str) -> str:
    if not text.strip():
        raise ValueError("empty")
    return text.strip()


def _web_address(text: str) -> str:
    if not text.startswith(("https://", "http://")) or len(text.split()) != 1:
        raise ValueError("not a web address")
    return text


def _origin_of_pages(text: str) -> str:
    parts = urlsplit(_web_address(text))
    if not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("not an origin")
    # As a browser names it: without the port that goes without saying.
    usual = {"https": ":443", "http": ":80"}[parts.scheme]
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual)}"


def _hour(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError("not an hour and minute")
    return text


def _host_names(text: str) -> str:
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    if not all(re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", name) for name in names):
        raise ValueError("not a host name")
    return ",".join(names)


def _webhook_hosts(text: str) -> str:
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    if not all(re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?", name) for name in names):
        raise ValueError("not a host name")
    return ",".join(names)


def _proxies(text: str) -> str:
    found = [one.strip() for one in text.split(",") if one.strip()]
    for one in found:
        ip_network(one)
    return ",".join(found)


def _claim(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,63}", text):
        raise ValueError("not a plain name")
    return text


class RecordArguments(TypedDict):
    """What record.store.Store is made with."""

    url: str
    synchronous: str
    pool_size: int
    patience: timedelta
    statement_limit: timedelta
    vault: Vault


FilePath = Annotated[Path, AfterValidator(_absolute)]
Port = Annotated[int, Field(ge=0, le=65535)]
Rate = Annotated[float, Field(ge=0, le=1_000_000)]


class Settings(BaseSettings):
    """Everything a process is told from outside. `description` says what is accepted; it is shown for a bad value."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, frozen=True, extra="forbid", validate_default=True)

    data_dir: FilePath = Field(Path("var"), description="目录路径 a directory path")
    key_file: FilePath = Field(
        default_factory=lambda given: given["data_dir"] / "keys" / "master.json" if "data_dir" in given else Path("k"),
        description="主密钥文件 path of the master key's file",
    )
    kms_url: Annotated[str, AfterValidator(_web_address)] | None = Field(
        None, description="https://…/v1/transit，代替密钥文件 a key service in place of the file"
    )
    kms_key: Annotated[str, AfterValidator(_name_on_the_server)] = Field(
        "duban", description="密钥服务中主密钥的名称 the master key's name in the key service"
    )
    codec_url: Annotated[str, AfterValidator(_web_address)] | None = Field(
        None, description="https://…/codec，网页解密端点 where the Temporal UI has payloads opened"
    )
    temporal_ui: Annotated[str, AfterValidator(_origin_of_pages)] | None = Field(
        None, description="https://主机名 Temporal 网页的来源 the origin of the Temporal UI, without a path"
    )
    kms_token: str | None = Field(None, description="env:名称 or file:路径", repr=False)
    templates_path: FilePath = Field(
        default_factory=lambda given: given["data_dir"] / "templates" if "data_dir" in given else Path("templates"),
        description="本单位文书模板目录 path of a directory of document templates",
    )
    procedures_path: FilePath = Field(
        default_factory=lambda given: given["data_dir"] / "procedures" if "data_dir" in given else Path("procedures"),
        description="本单位程序文件目录 path of a directory of procedures put together from building blocks",
    )
    signing_key: FilePath = Field(
        default_factory=lambda given: (
            given["data_dir"] / "keys" / "signing.key" if "data_dir" in given else Path("signing.key")
        ),
        description="签名密钥文件 path of the file with the signing key",
    )
    database_url: Annotated[str, AfterValidator(addresses.database_url)] = Field(
        default_factory=lambda given: f"sqlite:///{given['data_dir'] / 'duban.db' if 'data_dir' in given else ''}",
        description="sqlite:///文件 file; postgresql://用户:口令@主机/库名 user:password@host/database",
        repr=False,
    )
    directory_path: FilePath = Field(
        ROOT / "data" / "directory.csv", description="单位名录文件 path of a directory file"
    )
    office: Annotated[str, AfterValidator(_filled)] = Field("区政府督查室", description="单位名称 the name of an organ")
    ui_port: Port = Field(8233, description="0–65535，0 为任意空闲端口 0 takes a free one")
    temporal_port: Port = Field(7233, description="0–65535，0 为任意空闲端口 0 takes a free one")
    seal_at: Annotated[str, AfterValidator(_hour)] = Field("20:00", description="HH:MM（北京时间 Asia/Shanghai）")
    retention_years: PositiveInt = Field(30, le=100, description="1–100（年 years）")
    sqlite_synchronous: Synchronous = Field(Synchronous.FULL, description="EXTRA, FULL, NORMAL")
    log_format: LogFormat = Field(LogFormat.CONSOLE, description="json, console")
    log_level: LogLevel = Field(LogLevel.INFO, description="debug, info, warning, error")
    runner: Runner = Field(Runner.UNSANDBOXED, description="sandboxed, unsandboxed")
    max_cached_workflows: PositiveInt = Field(1000, description="正整数 a whole number from 1")
    workflow_pollers: PositiveInt = Field(20, le=200, description="1–200")
    import_in_flight: PositiveInt = Field(8, le=200, description="1–200")
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
    deployment: Annotated[str, AfterValidator(_deployment)] = Field(
        "", description="字母、数字、-、_，空为不分版本 letters, digits, -, _; empty: unversioned workers"
    )
    build: Annotated[str, AfterValidator(_name_on_the_server)] = Field(
        "", description="字母、数字、.、-、_，空为由程序算出 letters, digits, ., -, _; empty: made from the program"
    )
    contacts_path: FilePath | None = Field(
        None, description="通知渠道文件 path of a contacts file; 不设则只用站内收件箱 without it the in-app inbox only"
    )
    public_url: Annotated[str, AfterValidator(_web_address)] | None = Field(
        None, description="https://… 通知中的链接 begins the links in notices"
    )
    serve: Serve = Field(Serve.ALL, description="all, procedure, records, notices")
    records_at_once: PositiveInt = Field(2, le=100, description="1–100（每个进程同时 at once in one process）")
    records_per_second: Rate = Field(0.0, description="0 不限；全体进程每秒 of all processes a second; 0: no limit")
    notices_at_once: PositiveInt = Field(8, le=500, description="1–500（每个进程同时 at once in one process）")
    notices_per_second: Rate = Field(0.0, description="0 不限；全体进程每秒 of all processes a second; 0: no limit")
    notices_per_second_each: Rate = Field(0.0, description="0 不限；每个进程每秒 of each process a second; 0: no limit")
    metrics_port: Port | None = Field(
        None, description="0–65535，不设则关闭 0 takes a free one; without it no metrics and probes"
    )
    metrics_host: Annotated[str, AfterValidator(_filled)] = Field(
        "127.0.0.1",
        description="本机地址；其他地址须设证书与 metrics_token loopback, else certificate and metrics_token",
    )
    metrics_token: str | None = Field(
        None,
        repr=False,
        description="env:变量名 NAME, file:路径 PATH；抓取指标所需的令牌 the bearer token of a scraper",
    )
    backups_path: FilePath | None = Field(
        None, description="备份所在目录，用于监测备份的新旧 where backups lie, to watch how old the newest is"
    )
    otlp_endpoint: Annotated[str, AfterValidator(_web_address)] | None = Field(
        None, description="https://…/v1/traces，不设则不追踪 where traces go; without it there are none"
    )
    notice_patience_seconds: PositiveFloat = Field(
        15.0, le=120, description="大于 0 至 120（秒）above 0 to 120 seconds"
    )
    notice_pause_seconds: PositiveFloat = Field(5.0, le=300, description="大于 0 至 300（秒）above 0 to 300 seconds")
    attachment_megabytes: PositiveInt = Field(20, le=50, description="1–50（MB，每个附件 each attachment）")
    attachments_per_message: PositiveInt = Field(10, le=50, description="1–50（每次办理 with one message）")
    attachment_scanner: str | None = Field(
        None,
        description="病毒扫描命令，后接文件路径；0 无毒，1 有毒 a command that gets the file's path; 0 clean, 1 found",
    )
    attachment_scan_seconds: PositiveFloat = Field(
        60.0, le=600, description="大于 0 至 600（秒）above 0 to 600 seconds"
    )
    api_requests_per_minute: PositiveInt = Field(600, le=1_000_000, description="每人每分钟 per person and minute")
    public_intake: int = Field(
        0,
        ge=0,
        le=1_000_000,
        description="0 为不对公众受理；每地址每分钟件数 petitions per address and minute; 0: none",
    )
    api_url: Annotated[str, AfterValidator(_web_address)] | None = Field(
        None, description="http://127.0.0.1:8080 命令行改用该接口 the command line asks there"
    )
    webhook_hosts: Annotated[str, AfterValidator(_webhook_hosts)] = Field(
        "", description="可订阅的主机 host, host:port，以逗号分隔；空为不用 by commas; empty: no webhooks"
    )
    webhook_key: str | None = Field(
        None,
        repr=False,
        description="env:变量名 NAME, file:路径 PATH；不设则存于数据目录 default: in data_dir",
    )
    web_host: Annotated[str, AfterValidator(_filled)] = Field(
        "127.0.0.1", description="本机地址；其他地址须设证书 loopback, or another address with a certificate"
    )
    web_port: Port = Field(8080, description="0–65535，0 为任意空闲端口 0 takes a free one")
    web_certificate: FilePath | None = Field(None, description="证书文件（PEM）path of a certificate chain")
    web_key: FilePath | None = Field(None, description="私钥文件（PEM）path of the certificate's private key")
    web_names: Annotated[str, AfterValidator(_host_names)] = Field(
        "", description="主机名，以逗号分隔 host names the site answers for besides public_url's, by commas"
    )
    web_proxy: Annotated[str, AfterValidator(_proxies)] = Field(
        "", description="反向代理的地址，以逗号分隔 addresses of reverse proxies whose X-Forwarded-For is believed"
    )
    session_idle_minutes: PositiveInt = Field(30, le=1440, description="1–1440（分钟 minutes）")
    session_hours: PositiveInt = Field(12, le=168, description="1–168（小时 hours）")
    sign_in: SignIn = Field(SignIn.LOCAL, description="local, oidc, both")
    oidc_issuer: Annotated[str, AfterValidator(_web_address)] | None = Field(
        None, description="https://… 身份提供方 the provider of identity"
    )
    oidc_client: str | None = Field(None, description="在身份提供方登记的客户端编号 the client id registered there")
    oidc_secret: str | None = Field(
        None, repr=False, description="env:变量名 NAME, file:路径 PATH；不设则为公开客户端 without it: a public client"
    )
    oidc_claim: Annotated[str, AfterValidator(_claim)] = Field(
        "sub", description="与登录名对应的声明 the claim that names a person's login"
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if found := contradictions(self):
            raise PydanticCustomError(_CONTRADICTION, "settings contradict each other", {"found": found})
        return self

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
            "vault": Vault(self.master),
        }

    @property
    def master(self) -> Master:
        """Where the master key is: in the key service where one is named, else in the file."""
        if self.kms_url is None:
            return FileMaster(self.key_file)
        # A file needs no client for a service.
        from privacy.kms import KmsMaster  # noqa: PLC0415

        return KmsMaster(self.kms_url, self.kms_key, lambda: secret(self.kms_token or ""))

    @property
    def database_shown(self) -> str:
        """The database's address without its password."""
        shown = make_url(self.database_url).difference_update_query(["password"])
        return shown.render_as_string(hide_password=True)

    @property
    def sqlite_file(self) -> Path | None:
        """The file the record is kept in; None for PostgreSQL."""
        url = make_url(self.database_url)
        return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None

    @property
    def sealing_hour(self) -> time:
        """The local hour at which a day is sealed."""
        return time.fromisoformat(self.seal_at)

    @property
    def seals_path(self) -> Path:
        """Where the lines of the seals are written for whoever keeps them outside."""
        return self.data_dir / "seals"

    @property
    def web_secure(self) -> bool:
        """Whether browsers reach the site over https: by its own certificate, or one before it (public_url)."""
        return self.web_certificate is not None or (self.public_url or "").startswith("https://")

    @property
    def web_hosts(self) -> frozenset[str]:
        """The names, without port, that the site answers for."""
        own = {"localhost", "127.0.0.1", "::1"} if addresses.is_loopback(self.web_host) else set()
        public = urlsplit(self.public_url).hostname if self.public_url else None
        named = {name for name in self.web_names.split(",") if name}
        return frozenset(own | named | ({public} if public else set()))

    @property
    def codec_endpoint(self) -> str | None:
        """Where the embedded server's UI has payloads opened: `codec_url`, else this machine's site on a fixed port.

        None where the port is any free one, or browsers reach the site over https: then `codec_url` says where.
        """
        if self.codec_url is not None:
            return self.codec_url
        plain = self.web_port and not self.web_secure and self.web_host in ("127.0.0.1", "localhost")
        return f"http://127.0.0.1:{self.web_port}/codec" if plain else None

    @property
    def webhooks(self) -> frozenset[str]:
        """The hosts to which webhooks may be sent; none: there are no webhooks."""
        return frozenset(name for name in self.webhook_hosts.split(",") if name)

    @property
    def documents_path(self) -> Path:
        """Where printed documents are kept."""
        return self.data_dir / "documents"

    @property
    def attachments_path(self) -> Path:
        """Where files are kept that were handed in beside what was said."""
        return self.data_dir / "attachments"

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


class Source(StrEnum):
    """What a value was given by, the weakest first."""

    DEFAULT = "default"
    TOML = TOML_FILE
    PROFILE = "profile"
    ENV_FILE = ENV_FILE
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from: a variable of the environment, a file (and the variable in it), or nowhere."""

    source: Source = Source.DEFAULT
    file: Path | None = None
    variable: str | None = None

    def __str__(self) -> str:
        """In words, Chinese first."""
        if self.source is Source.DEFAULT:
            return "默认值 default"
        first = "环境变量 environment" if self.file is None else str(self.file)
        return first if self.variable is None else f"{first} {self.variable}"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Settings that are each well-formed and cannot hold together; `words` say why, Chinese first."""

    names: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class _Given:
    """One value as someone gave it, and where."""

    value: Any
    origin: Origin


@dataclass(frozen=True, slots=True)
class InForce:
    """The settings of a process and, by name, where each of them came from."""

    settings: Settings
    origins: Mapping[str, Origin]


def load(directory: Path | None = None) -> Settings:
    """The settings of this process; `directory` (default: the current one) is where .env and duban.toml are looked for.

    Raises SettingsError naming every bad or unknown setting, where it came from and what is accepted, or those that
    contradict each other.
    """
    return in_force(directory).settings


def in_force(directory: Path | None = None) -> InForce:
    """As `load`, with the origin of every value."""
    given, complaints = _gathered(directory or Path.cwd())
    try:
        settings = Settings(**{name: one.value for name, one in given.items()})
    except ValidationError as error:
        for mistake in error.errors():
            if mistake["type"] == _CONTRADICTION:
                complaints += [_contradicted(one, given) for one in mistake["ctx"]["found"]]
            else:
                why = str(mistake["ctx"]["error"]) if mistake["type"] == "value_error" else ""
                complaints.append(_complaint(str(mistake["loc"][0]), given, why))
        raise SettingsError("\n".join(dict.fromkeys(complaints))) from None
    if complaints:
        raise SettingsError("\n".join(complaints))
    return InForce(settings, {name: _origin(name, given) for name in Settings.model_fields})


def contradictions(settings: Settings) -> list[Contradiction]:
    """The settings that cannot hold together; empty when all can."""
    found = []
    if settings.ui_port == settings.temporal_port != 0:
        words = f"同为端口 {settings.ui_port} both are port {settings.ui_port}"
        found.append(Contradiction(("ui_port", "temporal_port"), words))
    if settings.sqlite_file == settings.temporal_database:
        words = "记录与 Temporal 不能用同一文件 the record and Temporal cannot share a file"
        found.append(Contradiction(("database_url", "data_dir"), words))
    if settings.sqlite_file is None and settings.database_pool < settings.activity_threads:
        words = (
            f"{settings.database_pool} 个连接不够 {settings.activity_threads} 个线程用 "
            f"{settings.database_pool} connections are too few for {settings.activity_threads} threads"
        )
        found.append(Contradiction(("database_pool", "activity_threads"), words))
    if settings.database_statement_seconds < settings.database_patience_seconds:
        words = "语句的时限短于等锁的时限 a statement would be given up before its wait for a lock is"
        found.append(Contradiction(("database_statement_seconds", "database_patience_seconds"), words))
    if (settings.kms_url is None) != (settings.kms_token is None):
        words = "密钥服务须同时有地址和凭证 a key service needs an address and a token"
        found.append(Contradiction(("kms_url", "kms_token"), words))
    if settings.kms_url is not None and not settings.kms_url.startswith("https://"):
        host = settings.kms_url.removeprefix("http://").partition("/")[0].rpartition("@")[2]
        if not addresses.is_loopback(host):
            words = "本机以外的密钥服务须用 TLS off this machine a key service is reached over TLS"
            found.append(Contradiction(("kms_url",), words))
    if settings.serve is Serve.NOTICES and settings.contacts_path is None and not settings.webhooks:
        words = "没有通知渠道文件就无通知可送 without contacts there is nothing to send"
        found.append(Contradiction(("serve", "contacts_path"), words))
    return [*found, *_web_contradictions(settings), *_watching_contradictions(settings)]


def _web_contradictions(settings: Settings) -> Iterator[Contradiction]:
    ports = {settings.ui_port: "ui_port", settings.temporal_port: "temporal_port"}
    if settings.web_port and settings.web_port in ports:
        words = f"同为端口 {settings.web_port} both are port {settings.web_port}"
        yield Contradiction(("web_port", ports[settings.web_port]), words)
    if (settings.web_certificate is None) != (settings.web_key is None):
        words = "证书与私钥须同时设定 a certificate and its key go together"
        yield Contradiction(("web_certificate", "web_key"), words)
    if settings.web_certificate is None and not addresses.is_loopback(settings.web_host):
        words = "本机以外须设证书，否则口令以明文传送 off this machine passwords would travel in plain text"
        yield Contradiction(("web_host", "web_certificate"), words)
    if not settings.web_hosts:
        words = "没有网站的主机名 no host name the site answers for"
        yield Contradiction(("web_host", "web_names"), words)
    yield from _codec_contradictions(settings)
    if settings.session_idle_minutes > settings.session_hours * 60:
        words = "空闲时限长于会话时限 a session would end before it is idle"
        yield Contradiction(("session_idle_minutes", "session_hours"), words)
    yield from _sign_in_contradictions(settings)


def _watching_contradictions(settings: Settings) -> Iterator[Contradiction]:
    """Who may scrape and probe, and where traces go: this machine, or over encryption and with a token."""
    if settings.metrics_port is not None and not addresses.is_loopback(settings.metrics_host):
        if settings.web_certificate is None:
            words = "本机以外须设证书 off this machine a certificate is needed"
            yield Contradiction(("metrics_host", "web_certificate"), words)
        if settings.metrics_token is None:
            words = "本机以外须凭令牌抓取 off this machine a scraper shows a token"
            yield Contradiction(("metrics_host", "metrics_token"), words)
    if settings.metrics_port and settings.metrics_port in (
        taken := {settings.web_port: "web_port", settings.ui_port: "ui_port", settings.temporal_port: "temporal_port"}
    ):
        words = f"同为端口 {settings.metrics_port} both are port {settings.metrics_port}"
        yield Contradiction(("metrics_port", taken[settings.metrics_port]), words)
    endpoint = urlsplit(settings.otlp_endpoint or "")
    if endpoint.scheme == "http" and not addresses.is_loopback(endpoint.netloc.rpartition("@")[2]):
        words = "本机以外须用 https off this machine https is required"
        yield Contradiction(("otlp_endpoint",), words)
    if "@" in endpoint.netloc:
        words = "地址中不放口令 no password in an address"
        yield Contradiction(("otlp_endpoint",), words)


def _codec_contradictions(settings: Settings) -> Iterator[Contradiction]:
    """Where the Temporal UI is, and where it is to have payloads opened: on this site, by its readers' sessions."""
    ui, codec = urlsplit(settings.temporal_ui or ""), urlsplit(settings.codec_url or "")
    if ui.scheme == "http" and not addresses.is_loopback(ui.netloc):
        words = "本机以外的 Temporal 网页须用 https off this machine the Temporal UI has to be reached over https"
        yield Contradiction(("temporal_ui",), words)
    if codec.scheme and (codec.hostname not in settings.web_hosts or not codec.path.rstrip("/").endswith("/codec")):
        words = "解密端点是本网站的 /codec the endpoint is /codec of this site, under a name that it answers for"
        yield Contradiction(("codec_url", "web_names"), words)
    if (ui.scheme, codec.scheme) == ("https", "http"):
        words = "https 网页不能向 http 解密 a page over https cannot ask an endpoint over http"
        yield Contradiction(("temporal_ui", "codec_url"), words)
    elif settings.temporal_ui and not any(addresses.same_site(settings.temporal_ui, one) for one in _sites(settings)):
        words = (
            "须同协议、同主机或同一注册域名，否则浏览器不送会话 "
            "neither one host nor under one registered name over one scheme: a browser would send no session"
        )
        yield Contradiction(("temporal_ui", "codec_url" if codec.scheme else "public_url"), words)


def _sites(settings: Settings) -> Iterator[str]:
    """Under which origins, without ports, the Temporal UI may ask this site to open payloads."""
    if settings.codec_url is not None:
        yield settings.codec_url
    else:
        yield from (f"{'https' if settings.web_secure else 'http'}://{host}" for host in settings.web_hosts)


def _sign_in_contradictions(settings: Settings) -> Iterator[Contradiction]:
    outside = settings.sign_in is not SignIn.LOCAL
    for name in ("oidc_issuer", "oidc_client"):
        if outside and getattr(settings, name) is None:
            yield Contradiction(("sign_in", name), "没有身份提供方的设置 the provider of identity is not set up")
        elif not outside and getattr(settings, name) is not None:
            yield Contradiction(("sign_in", name), "已设身份提供方而不用 a provider is set up and not used")
    if outside and settings.public_url is None:
        words = "身份提供方须知返回的地址 the provider has to know where to send people back"
        yield Contradiction(("sign_in", "public_url"), words)
    issuer = settings.oidc_issuer or ""
    if issuer.startswith("http://") and not addresses.is_loopback(urlsplit(issuer).netloc):
        words = "本机以外须用 https off this machine https is required"
        yield Contradiction(("oidc_issuer",), words)


def load_temporal(directory: Path | None = None) -> Temporal:
    """Where the Temporal server is, by Temporal's own settings (environment, .env, profile file).

    Raises SettingsError when they cannot be read, name no address beside a key or certificate, or would send plain text
    to another machine, or a key in plain text at all.
    """
    told = _told_to_temporal(directory or Path.cwd())
    try:
        connect = ClientConfig.load_client_connect_config(override_env_vars=told)
    except (RuntimeError, OSError, ValueError) as error:
        raise SettingsError(
            f"Temporal 连接设置（TEMPORAL_*）无法读取 Temporal's settings (TEMPORAL_*) cannot be read: {error}"
        ) from None
    address = connect.get("target_host")
    if address is None and (connect.get("api_key") or connect.get("tls")):
        raise SettingsError(
            "设有 Temporal 的密钥或证书，却没有 TEMPORAL_ADDRESS；内置服务不用这些。 "
            "TEMPORAL_ADDRESS is missing beside a key or certificate for it; the embedded server uses neither."
        )
    if connect.get("api_key") and not connect.get("tls"):
        raise SettingsError(
            f"TEMPORAL_API_KEY 与 TEMPORAL_TLS=false 矛盾：密钥会以明文发往 {address}。 "
            f"TEMPORAL_API_KEY contradicts TEMPORAL_TLS=false: the key would go to {address} in plain text."
        )
    if address is not None and not connect.get("tls") and not addresses.is_loopback(address):
        raise SettingsError(
            f"拒绝以明文连接 {address}：本机以外须用 TLS（设 TEMPORAL_TLS=true 或证书）。 "
            f"Refusing plain text to {address}: off this machine TLS is required (TEMPORAL_TLS=true or certificates)."
        )
    return Temporal(address, connect.get("namespace") or "default", connect)


def temporal_origins(directory: Path | None = None) -> dict[str, Origin]:
    """Where each of Temporal's settings came from: address, namespace, api_key, tls (the strongest of its parts).

    What no variable gives and yet is there, was in the profile file; raises SettingsError as load_temporal.
    """
    place = directory or Path.cwd()
    connect = load_temporal(place).connect
    env_file = place / ENV_FILE
    written = _dotenv(env_file)
    profile = _told_to_temporal(place).get("TEMPORAL_CONFIG_FILE")
    origins: dict[str, Origin] = {}
    for name, key in (("address", "target_host"), ("namespace", "namespace"), ("api_key", "api_key"), ("tls", "tls")):
        begins = f"TEMPORAL_{name.upper()}"
        by_variable = [
            Origin(source, file, variable)
            for source, file, variables in (
                (Source.ENVIRONMENT, None, os.environ),
                (Source.ENV_FILE, env_file, written),
            )
            for variable in sorted(variables)
            if variable == begins or (name == "tls" and variable.startswith(f"{begins}_"))
        ]
        if by_variable:
            origins[name] = by_variable[0]
        elif name == "tls" and connect.get("api_key") and connect.get("tls") is True:
            # A key alone switches encryption on.
            origins[name] = origins["api_key"]
        elif key in connect:
            origins[name] = Origin(Source.PROFILE, Path(profile) if profile else _PROFILE_FILE)
        else:
            origins[name] = Origin()
    return origins


def _told_to_temporal(directory: Path) -> dict[str, str]:
    return {**_dotenv(directory / ENV_FILE), **os.environ}


def secret(reference: str) -> str:
    """What stands behind `env:NAME` or `file:PATH`; anything else is the secret itself.

    Raises LookupError, which names the variable or the file, for one that is not there or empty.
    """
    kind, _, place = reference.partition(":")
    if kind == "env":
        found = os.environ.get(place, "").strip()
        if not found:
            raise LookupError(f"环境变量未设置 environment variable not set: {place}")
        return found
    if kind == "file" and not place.startswith("//"):
        try:
            found = Path(place).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            found = ""
        if not found:
            raise LookupError(f"文件无法读取或为空 file unreadable or empty: {place}")
        return found
    return reference


def load_token(directory: Path | None = None) -> str | None:
    """The personal access token of whoever runs this command (DUBAN_TOKEN, or in .env); None where there is none.

    It is no setting of the site: it says who somebody is, and is never shown.
    """
    told = {**_dotenv((directory or Path.cwd()) / ENV_FILE), **os.environ}
    return told.get(TOKEN_VARIABLE, "").strip() or None


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
            given[name] = _Given(value, Origin(Source.TOML, toml))
        else:
            unknown(name, f"{toml}")

    for origin, values, names in (
        (Origin(Source.ENV_FILE, env_file), DotEnvSettingsSource(Settings, env_file=env_file), _dotenv(env_file)),
        (Origin(Source.ENVIRONMENT), EnvSettingsSource(Settings), os.environ),
    ):
        for name, value in values().items():
            if name in Settings.model_fields:
                given[name] = _Given(value, replace(origin, variable=f"{ENV_PREFIX}{name.upper()}"))
        for variable in names:
            if variable.upper() == TOKEN_VARIABLE:
                continue
            name = variable.lower().removeprefix(ENV_PREFIX.lower())
            if variable.upper().startswith(ENV_PREFIX) and name not in Settings.model_fields:
                unknown(variable, str(origin))
    return given, complaints


def _dotenv(path: Path) -> dict[str, str]:
    return {key: value for key, value in dotenv_values(path).items() if value is not None} if path.is_file() else {}


def _origin(name: str, given: Mapping[str, _Given]) -> Origin:
    return given[name].origin if name in given else Origin()


def _complaint(name: str, given: Mapping[str, _Given], why: str) -> str:
    origin = _origin(name, given)
    accepted = Settings.model_fields[name].description
    value = "…" if name in _SECRET or name not in given else f"{given[name].value!r}"
    because = f" [{why}]" if why else ""
    return (
        f"设置 {name} 的值 {value} 不可用（来自 {origin}），可用：{accepted}。 "
        f"Setting {name} cannot be {value} (from {origin}); accepted: {accepted}{because}"
    )


def _contradicted(found: Contradiction, given: Mapping[str, _Given]) -> str:
    named = [f"{name} ({_origin(name, given)})" for name in found.names]
    return f"设置互相矛盾 settings contradict each other: {'; '.join(named)}: {found.words}"


HIDDEN = "***"
"""What stands in the place of a secret."""


def shown_settings(settings: Settings) -> dict[str, str]:
    """Every setting in force, as it may be shown to anybody."""
    return {name: str(shown(settings, name)) for name in Settings.model_fields}


def shown(settings: Settings, name: str) -> object:
    """The value of a setting for everybody's eyes. A field that keeps out of its own repr holds a secret."""
    if name == "database_url":
        return settings.database_shown
    value = getattr(settings, name)
    if not Settings.model_fields[name].repr:
        return HIDDEN if value else None
    return value
