"""How does a command speak? Answers on stdout, as lines for people or JSON for programs; all else on stderr."""

import json
import sys
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.problems import ExitCode

if TYPE_CHECKING:
    from models.messages import Outcome  # not needed to list the commands

Json = Annotated[bool, typer.Option("--json", help="只输出 JSON,供程序读取。 JSON only, for programs.")]


def say(text: str = "") -> None:
    """One line of the answer."""
    sys.stdout.write(f"{text}\n")


def warn(text: str) -> None:
    """One line beside the answer."""
    sys.stdout.flush()
    sys.stderr.write(f"{text}\n")


def as_json(value: Any) -> str:
    """`value` as one line of JSON: instants as ISO 8601 with offset, enum members by value, shapes by field."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def answer(value: Any) -> None:
    """The whole answer as one JSON document, at once: a program may wait for it while this one goes on."""
    say(as_json(value))
    sys.stdout.flush()


def answered(outcome: "Outcome") -> dict[str, Any]:
    """A recorded answer for programs, every field named."""
    return {
        "accepted": outcome.accepted,
        "acts": outcome.acts,
        "due": outcome.due,
        "reason": outcome.reason,
        "rule": outcome.rule,
    }


def end(code: ExitCode) -> None:
    """Leave the command with `code`; nothing for DONE, which is how a command ends by itself."""
    if code is not ExitCode.DONE:
        raise typer.Exit(int(code))


def facts(pairs: Mapping[str, object]) -> None:
    """Names and values, one line each; what is None or empty is left out."""
    for name, value in pairs.items():
        if value not in (None, "", ()):
            say(f"{name}: {value}")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"not JSON: {type(value).__name__}")
