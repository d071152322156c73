"""`why`: why does a matter stand as it does, or why did one act happen? Read from the record; no server is asked."""

from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from cli.explained import markdown, plain, show
from cli.kept import record, settings
from cli.looking import OPEN_AT_THE_MACHINE, Open, reading
from cli.output import Json, answer, say
from cli.problems import ExitCode, Problem
from cli.remote import site, target_path
from models.contract import matter_of
from models.explanations import Explanation
from settings import Settings
from showing.why import UnknownActError, UnknownTargetError, explained

__all__ = ["why"]

ACCEPTED_FILES = (".md", ".txt")


def why(  # noqa: PLR0917 - one parameter for each option
    target: Annotated[str, typer.Argument(metavar="ID", help="事项或案件编号。 The id of a matter or a case.")],
    act: Annotated[
        str | None,
        typer.Argument(
            metavar="[ACT]",
            help="记录:序号,或名称(取最后一条)。 An act: its number in the chain, or its name (the last of it).",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="写成可打印的文件。 A file to print: .md, .txt")
    ] = None,
    opened: Open = None,
    full: Annotated[bool, typer.Option("--full", help="连同各岗所写的内容。 With what people wrote.")] = False,
    as_json: Json = False,
) -> None:
    """为什么:一条记录(提醒、升级、不予受理、建议等)或事项现状的依据、事实、逐日计算、通知送达、谁可在何时前阻止。

    Why? The rule and its version, the facts, the clock day by day, notices with proof of delivery, and who could have
    stopped it until when: of one act, or of where the matter or case stands now.
    """
    if output is not None and output.suffix not in ACCEPTED_FILES:
        raise Problem(
            f"--output {output}: 不支持的文件类型 not a kind of file;可接受 accepted: {', '.join(ACCEPTED_FILES)}"
        )
    found = _asked(settings(), target, act, opened, full=full)
    if output is not None:
        _write(output, found)
    if as_json:
        answer(found.model_dump(mode="json"))
    elif output is not None:
        say(f"已写入 written: {output}")
    else:
        show(found)


def _asked(chosen: Settings, target: str, act: str | None, opened: str | None, *, full: bool) -> Explanation:
    with site(chosen) as there:
        if there is not None and full:
            raise Problem("--full: 不能经接口取得 not over DUBAN_API_URL")
        if there is not None and opened is not None:
            raise Problem(OPEN_AT_THE_MACHINE)
        if there is not None:
            return Explanation.model_validate(there.get(f"{target_path(target)}/why", act=act))
        with record(chosen) as store, reading(store, opened, lambda _: [target, matter_of(target)]) as session:
            return _found(session, target, act, full=full)


def _found(session: Session, target: str, act: str | None, *, full: bool) -> Explanation:
    try:
        return explained(session, target, act, full=full)
    except UnknownTargetError:
        raise unknown_target(target) from None
    except UnknownActError as error:
        raise Problem(str(error), ExitCode.REFUSED if error.absent else ExitCode.BAD_INPUT) from error


def unknown_target(target: str) -> Problem:
    """What is said of an id under which nothing is recorded."""
    return Problem(f"没有这个事项或案件 no such matter or case: {target} (starter.py list)", ExitCode.REFUSED)


def _write(file: Path, found: Explanation) -> None:
    text = markdown(found) if file.suffix == ".md" else plain(found)
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Problem(f"--output {file}: 无法写入 cannot be written: {error.strerror}") from error
