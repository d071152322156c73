"""How does the engine write its log, and what may never be in it?

One line per event, JSON or console, silent while a workflow replays, with the workflow or activity it came from.
An event is a fixed phrase with keys; what people wrote, and who they are, stays in the record. Which events are
worth a line is for the callers.
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum, StrEnum
from pathlib import PurePath
from typing import TextIO, cast
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger
from temporalio import activity, workflow
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

__all__ = ["LogFormat", "LogLevel", "bound", "configure", "forward_core", "get"]

bound = bound_contextvars
"""`with logs.bound(matter_id=…):` adds these keys to every line written inside, also by threads started from there."""

Json = None | bool | int | float | str | list["Json"]

_ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "logger", "exception", "error", "error_at", "withheld", "stack",
        "workflow_id", "workflow_type", "workflow_now", "run_id", "update", "update_id",
        "activity", "activity_id", "attempt", "local", "task_queue", "namespace", "build_id", "build", "deployment",
        "matter_id", "case_id", "target", "act", "acts", "seq", "message_id", "command", "rule", "stage", "light",
        "clock", "calendar", "policy", "notice", "scenario", "revision", "channel",
        "address", "ui_url", "directory", "file", "setting", "signal", "version", "format", "runner", "organ", "office",
        "search_attribute", "method", "route", "request_id",
    }
)  # fmt: skip
_DENIED = frozenset(
    {
        "actor", "answer", "args", "body", "by", "cell", "comment", "contact", "content", "cookie", "description",
        "detail", "details", "document", "email", "evidence", "fact", "facts", "handler", "head", "holder", "idcard",
        "input", "ip", "mail", "member", "message", "name", "names", "number", "panel", "param", "params", "password",
        "payload", "person", "persons", "phone", "place", "post", "posts", "query", "reason", "receipt", "recipient",
        "recipients", "remark", "requirement", "result", "reviewers", "row", "said", "secret", "sql", "state",
        "statement", "story", "subject", "summary", "tel", "tell", "text", "title", "token", "value", "values", "words",
    }
)  # fmt: skip
_PHRASE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_QUOTED = re.compile("'[^']*'|\"[^\"]*\"|“[^”]*”|‘[^’]*’|「[^」]*」|《[^》]*》")
_NUMBERED = re.compile(r"(?<![\w-])(\d{17}[\dXx]|\d{11})(?!\w)")  # identity cards, mobile telephones
_LONGEST = 300
_CORE_LOGGER = "temporalio.core"


def _nothing_before_configure(_logger: WrappedLogger, _method: str, _event: EventDict) -> EventDict:
    raise structlog.DropEvent


# structlog's own default prints every key, to standard output: neither may happen where `configure` was not called.
if not structlog.is_configured():
    structlog.configure(processors=[_nothing_before_configure])


class LogFormat(StrEnum):
    """For programs one JSON object a line, for people an aligned line."""

    JSON = "json"
    CONSOLE = "console"


class LogLevel(StrEnum):
    """From which level on a line is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def get(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of the module `name`; it may be asked for before `configure` ran and is silent until then."""
    return cast(structlog.stdlib.BoundLogger, structlog.get_logger(name))


def configure(
    format: LogFormat | str = LogFormat.JSON,  # noqa: A002 - the settings call it log_format, the flag --format
    level: LogLevel | str = LogLevel.INFO,
    stream: TextIO | None = None,
) -> None:
    """Send every log line of this process, the libraries' too, to `stream` (default: standard error).

    May be called again; the last call counts. Temporal's own loggers speak from WARNING on unless `level` is debug.
    Raises ValueError for an unknown format or level.
    """
    chosen, threshold = LogFormat(format), LogLevel(level).upper()
    out = stream or sys.stderr
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            _drop_on_replay,
            merge_contextvars,
            *_common_processors(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = _Handler(out)
    handler.addFilter(_not_replaying)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_common_processors(),
            processors=[_keep_what_is_safe, _renderer(chosen, colours=out.isatty())],
        )
    )
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if isinstance(one, _Handler)]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(threshold)
    libraries = threshold if threshold == "DEBUG" else max(logging.WARNING, root.level)
    for noisy in ("temporalio", "sqlalchemy", "alembic", "asyncio", "authlib", "httpx2", "httpcore2", "uvicorn"):
        logging.getLogger(noisy).setLevel(libraries)
    # Who and where is bound as keys below; without this, temporalio writes it into the message a second time.
    workflow.logger.workflow_info_on_message = False
    activity.logger.activity_info_on_message = False


def forward_core(metrics: PrometheusConfig | None = None) -> None:
    """Route the lines of Temporal's native core through this log too; call before the first Client is made.

    Without it they go to standard error in a format of their own. Their extra fields are left out, since they can
    hold a failure's text. With `metrics` it also tells what it counts. Raises ValueError where that cannot be served.
    """
    Runtime.set_default(
        Runtime(
            telemetry=TelemetryConfig(
                metrics=metrics,
                logging=LoggingConfig(
                    filter=TelemetryFilter(core_level="WARN", other_level="ERROR"),
                    forwarding=LogForwardingConfig(
                        logger=logging.getLogger(_CORE_LOGGER),
                        append_target_to_name=False,
                        append_log_fields_to_message=False,
                    ),
                ),
            )
        ),
        error_if_already_set=False,
    )


class _Handler(logging.StreamHandler[TextIO]):
    """The one handler of this module, recognisable among those of others (pytest has its own)."""


def _common_processors() -> list[Processor]:
    return [
        _bind_temporal,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _renderer(format_: LogFormat, *, colours: bool) -> Processor:
    match format_:
        case LogFormat.JSON:
            return structlog.processors.JSONRenderer(ensure_ascii=False)
        case LogFormat.CONSOLE:
            return structlog.dev.ConsoleRenderer(colors=colours, sort_keys=False)


def _replaying() -> bool:
    return (
        workflow.in_workflow() and workflow.unsafe.is_replaying_history_events() and not workflow.unsafe.is_read_only()
    )


def _drop_on_replay(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if _replaying():
        raise structlog.DropEvent
    return event


def _not_replaying(_record: logging.LogRecord) -> bool:
    return not _replaying()


def _bind_temporal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Say which workflow or activity is speaking; a key given by the caller wins."""
    if workflow.in_workflow():
        running = workflow.info()
        event.setdefault("workflow_id", running.workflow_id)
        event.setdefault("run_id", running.run_id)
        event.setdefault("workflow_now", workflow.now())
        update = workflow.current_update_info()
        if update is not None:
            event.setdefault("update", update.name)
            event.setdefault("update_id", update.id)
    elif activity.in_activity():
        called = activity.info()
        event.setdefault("workflow_id", called.workflow_id)
        event.setdefault("run_id", called.workflow_run_id)
        event.setdefault("activity", called.activity_type)
        event.setdefault("attempt", called.attempt)
    return event


def _keep_what_is_safe(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The line as it may be written.

    An allowed key keeps its value; a key with a denied word in it is dropped; any other key stays only when its value
    cannot hold words (numbers, dates, enum members, ids). What was dropped is listed by key under `withheld`.
    """
    ours = bool(event.pop("_from_structlog", False))
    record = cast(logging.LogRecord, event.pop("_record"))
    error = _exception(event.pop("exc_info", None))
    if event.pop("stack_info", None):
        event["stack"] = "asked for, not written"
    phrase = str(event.pop("event", ""))
    line: EventDict = {
        "timestamp": event.pop("timestamp"),
        "level": event.pop("level"),
        "event": _phrase(phrase, ours=ours),
        "logger": event.pop("logger", record.name),
    }
    withheld = []
    for key, value in event.items():
        plain = _plain(key, value)
        if plain is None and value is not None:
            withheld.append(key)
        else:
            line[key] = plain
    if error is not None:
        line.update(_told(error, record))
    if withheld:
        line["withheld"] = sorted(withheld)
    return line


def _phrase(phrase: str, *, ours: bool) -> str:
    if not ours:
        return _unquoted(phrase)
    return phrase if _PHRASE.fullmatch(phrase) else "event.withheld"


def _plain(key: str, value: object) -> Json:
    """The value as it may be written, or None when it may not."""
    if key in _ALLOWED:
        return _written(value, words=True)
    if _DENIED.intersection(key.lower().split("_")):
        return None
    return _written(value, words=False)


def _written(value: object, *, words: bool) -> Json:
    match value:
        case Enum():
            return _written(value.value, words=True)
        case bool() | int() | float():
            return value
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case UUID():
            return str(value)
        case str() | PurePath() if words:
            return _short(str(value))
        case list() | tuple() | set() | frozenset():
            items = [_written(item, words=words) for item in value]
            return None if None in items else items
        case _:
            return None


def _short(text: str) -> str:
    first = text.split("\n", 1)[0]
    return first if len(first) <= _LONGEST else f"{first[: _LONGEST - 1]}…"


def _exception(exc_info: object) -> BaseException | None:
    match exc_info:
        case None | False:
            return None
        case BaseException():
            return exc_info
        case (_, BaseException() as error, _):
            return error
        case True:
            return sys.exc_info()[1]
        case _:
            return None


def _told(error: BaseException, record: logging.LogRecord) -> Mapping[str, str]:
    """A retried local activity in one line; anything else with its traceback.

    While a database is away every matter retries every few seconds: a traceback each would bury the log.
    """
    if record.levelno < logging.ERROR and activity.in_activity() and activity.info().is_local:
        return {"error": _one_line(error), "error_at": _raised_at(error)}
    return {"error": _one_line(error), "exception": "\n".join(_traceback_lines(error))}


def _one_line(error: BaseException) -> str:
    """Class and first line: what follows the first line of a database or validation error quotes the values."""
    text = _short(str(error)) if isinstance(error, OSError) else _unquoted(str(error))
    return f"{type(error).__qualname__}: {text}" if text else type(error).__qualname__


def _unquoted(text: str) -> str:
    """The first line without what it quotes: Python quotes the values it complains about."""
    return _NUMBERED.sub("…", _QUOTED.sub("…", _short(text)))


def _raised_at(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "site-packages" not in frame.filename] or list(frames)
    return f"{PurePath(own[-1].filename).name}:{own[-1].lineno} {own[-1].name}" if own else ""


def _traceback_lines(error: BaseException, told: frozenset[int] = frozenset()) -> Iterator[str]:
    if id(error) in told:  # an error can be its own context
        return
    told |= {id(error)}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _traceback_lines(cause, told)
        yield "— which led to —"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}"
    yield _one_line(error)
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield from _traceback_lines(member, told)
