"""`policy`: is a procedure file usable, and which numbers does a procedure rest on?"""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import Json, answer, end, facts, say, warn
from cli.problems import ExitCode, Problem
from cli.tables import table
from policies.documents import Document, DocumentError, Mistake
from policies.procedures import STANDARD, Procedure, load_text, shipped

__all__ = ["app"]

app = typer.Typer(
    help="督办程序文件:检查、查看。 Procedure files: check one, show one.", no_args_is_help=True, add_completion=False
)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="程序文件。 A procedure file.")], as_json: Json = False
) -> None:
    """检查程序文件:每处错误给出文件、行号、原因和可接受的写法,有错以 2 退出。

    Check a procedure file: every mistake with file, line, reason and what is accepted; exit 2 when there is one.
    """
    mistakes: tuple[Mistake, ...] = ()
    procedure = None
    try:
        procedure = load_text(file.read_text(encoding="utf-8-sig"), str(file))
    except DocumentError as error:
        mistakes = error.mistakes
    except UnicodeDecodeError:
        mistakes = (Mistake(str(file), 1, "document", "不是 UTF-8 文本 not UTF-8 text"),)
    except OSError as error:
        raise Problem(f"{file}: 无法读取 cannot be read: {error.strerror}") from error
    if as_json:
        answer(
            {
                "file": file,
                "usable": procedure is not None,
                "version": procedure and procedure.version,
                "mistakes": [
                    {"file": one.file, "line": one.line, "where": one.where, "why": one.why, "accepted": one.accepted}
                    for one in mistakes
                ],
            }
        )
    elif procedure is not None:
        say(f"{file}: 可用 usable, {procedure.version}")
    for one in mistakes:
        warn(str(one))
    end(ExitCode.DONE if procedure is not None else ExitCode.BAD_INPUT)


@app.command()
def show(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="程序名或文件。 A procedure's name or file.")
    ] = STANDARD,
    as_json: Json = False,
) -> None:
    """列出程序的全部参数:生效日期、取值、依据。 Every parameter of a procedure: from when, value and source."""
    procedure = _procedure(name)
    content = Document(procedure.text, procedure.file).content
    if as_json:
        answer({**content, "version": procedure.version})
        return
    facts({"程序 procedure": f"{content['title']} ({procedure.name})", "版本 version": procedure.version})
    rows = [
        (parameter, entry.get("from"), entry.get("until"), _value(entry["value"]), entry["source"])
        for parameter, entries in content["parameters"].items()
        for entry in entries
    ]
    table(("参数 parameter", "自 from", "至 until", "取值 value", "依据 source"), rows)
    steps = [(step["level"], step["act"], step["holder"], step["source"]) for step in content["escalation"]]
    table(("级 level#", "步骤 act", "责任 holder", "依据 source"), steps, "逐级升级 escalation")


def _procedure(name: str) -> Procedure:
    try:
        return shipped(name)
    except KeyError:
        pass
    try:
        return load_text(Path(name).read_text(encoding="utf-8-sig"), name)
    except DocumentError as error:
        raise Problem(str(error)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"没有这个程序 no such procedure: {name};可接受 accepted: {STANDARD}, 文件 a file") from error


def _value(value: Any) -> str | None:
    """A value on one line: lists with 、, mappings as `key: value`."""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_value(part)}" for key, part in value.items())
    if isinstance(value, list):
        return "、".join(str(part) for part in value)
    return value if value is None else str(value)
