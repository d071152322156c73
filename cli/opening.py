"""`open`: how does an office open a proceeding, a petition or a duty from the command line?

What was typed becomes a message here; whether it is admitted the rules say, and their answer is shown.
"""

import asyncio
import hashlib
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import uuid4

import typer
from pydantic import ValidationError

from cli.instants import now
from cli.kept import settings
from cli.live import in_words, live
from cli.output import Json, answer, answered, end, facts, say
from cli.problems import ExitCode, Problem
from cli.remote import outcome_of, site
from cli.voices import speaking
from intake.procedures import blocks_in
from models.messages import Outcome
from models.proceeding_messages import Open
from policies.block_procedures import shipped_blocks
from policies.documents import Document, DocumentError, decoded
from policies.wording import act_words, moment
from record import numbers
from rehearsal.scenarios import read_instant
from settings import Settings

__all__ = ["open_proceeding"]

T = TypeVar("T")

_OWN = ("message_id", "voice")
_INSTANTS = ("received_at",)


def open_proceeding(  # noqa: PLR0917 - one parameter for each option
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="一件的 YAML 文件(同推演方案)。 One as in a scenario, in YAML."),
    ] = None,
    procedure: Annotated[
        str | None, typer.Option("--procedure", help="程序 * the procedure (starter.py policy procedures)")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="名称 *")] = None,
    lead: Annotated[str | None, typer.Option("--lead", help="承办单位 * the organ that handles it")] = None,
    office: Annotated[str | None, typer.Option("--office", help="督办单位,默认承办单位 default: the lead")] = None,
    leader: Annotated[str | None, typer.Option("--leader", help="批准领导(岗位)")] = None,
    co: Annotated[list[str] | None, typer.Option("--co", help="协办单位,可多次。 May be repeated.")] = None,
    subject: Annotated[str | None, typer.Option("--subject", help="对象 what it is about")] = None,
    text: Annotated[str | None, typer.Option("--text", help="内容 what is asked for")] = None,
    event_on: Annotated[str | None, typer.Option("--event-on", help="所涉事件之日 2026-03-20")] = None,
    channel: Annotated[
        str | None, typer.Option("--channel", help="来源渠道(诉求) hotline, web, letter, visit, box")
    ] = None,
    panel: Annotated[list[str] | None, typer.Option("--panel", help="会议成员(岗位),可多次。 May be repeated.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="登记岗位。 The post that opens it.")] = None,
    key: Annotated[
        str | None,
        typer.Option("--key", help="幂等键:同键只开办一次。 The same key opens once (default: the file's content)."),
    ] = None,
    as_json: Json = False,
) -> None:
    """开办一件程序事项、群众诉求或经常性义务,输出编号;不予受理则说明理由并以 1 退出。带 * 的为必填。

    Open a proceeding, a petition or a duty and print its id; a refusal prints its reason and exits 1. * is required.
    """
    options = {
        "procedure": procedure, "title": title, "lead": lead, "office": office, "leader": leader, "co": co or None,
        "subject": subject, "text": text, "event_on": event_on, "channel": channel, "panel": panel or None, "by": by,
    }  # fmt: skip
    said = {name: value for name, value in options.items() if value is not None}
    if file is not None and said:
        raise Problem("请给出文件或选项,不要两者并用。 Give a file or options, not both.")
    if file is None and not said:
        raise Problem("请给出文件,或 --procedure --title --lead。 Give a file, or these options.")
    content, content_key = _from_file(file) if file is not None else (said, uuid4().hex)
    source = f"open:{key or content_key}"
    try:
        message = Open.model_validate({**content, "message_id": source})
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise Problem(f"{where}: 读不懂 not understood: {fault['msg']}") from error
    target, outcome, again = _opened(message, source)
    if as_json:
        answer({"id": target, "again": again, **answered(outcome)})
    else:
        _tell(target, outcome)
        if again:
            say("此前已开办,未重复。 Opened before; nothing was done twice.")
    end(ExitCode.DONE if outcome.accepted else ExitCode.REFUSED)


def _from_file(file: Path) -> tuple[dict[str, Any], str]:
    """The opening's fields in a YAML file, and a key made of its content. Raises Problem with every mistake."""
    try:
        text = decoded(file.read_bytes(), str(file))
        document = Document(text, str(file))
        if not isinstance(document.content, dict):
            accepted = ", ".join(name for name in Open.model_fields if name not in _OWN)
            raise Problem(str(document.mistake((), "应是一件 one of them is expected", accepted)))
        fields = {name: value for name, value in document.content.items() if value != "" and name not in ("id", "at")}
        for name in set(fields) & set(_OWN):
            raise Problem(str(document.mistake((name,), "未知的键 unknown key")))
        for name in set(fields) & set(_INSTANTS):
            try:
                fields[name] = read_instant(str(fields[name]))
            except ValueError as error:
                raise Problem(str(document.mistake((name,), "时刻读不懂 not an instant"))) from error
        document.read(Open, {**fields, "message_id": "file"})
    except OSError as error:
        raise Problem(f"{file}: 无法读取 cannot be read: {error.strerror}") from error
    except DocumentError as error:
        raise Problem(str(error)) from error
    return fields, hashlib.sha256(text.encode()).hexdigest()[:32]


def _run(work: Coroutine[Any, Any, T]) -> T:
    with in_words():
        return asyncio.run(work)


def _opened(message: Open, source: str) -> tuple[str, Outcome, bool]:
    chosen = settings()
    with site(chosen) as there:
        if there is None:
            return _run(_open(chosen, message, source))
        said = message.model_dump(mode="json", exclude={"message_id", "by", "voice"}, exclude_unset=True)
        status, document = there.post("/proceedings", said, hashlib.sha256(source.encode()).hexdigest())
        return document["id"], outcome_of(status, document), bool(document.get("again"))


async def _open(chosen: Settings, message: Open, source: str) -> tuple[str, Outcome, bool]:
    kind = _kind_named(chosen, message.procedure)
    async with live(chosen, write=True) as office:
        by, voice = await asyncio.to_thread(speaking, office.store, message.by, now())
        message = message.model_copy(update={"by": by, "voice": voice})
        target = await asyncio.to_thread(numbers.reserve_proceeding, office.store, source, kind, now().year)
        opened = await office.office.open_proceeding(target, message)
        return target, opened.outcome, opened.again


def _kind_named(chosen: Settings, procedure: str) -> str:
    """What a procedure of this name opens: `proceeding`, `petition` or `duty`. Raises Problem for an unknown one."""
    with in_words():
        own = {one.name: one for one in blocks_in(chosen.procedures_path)}
    try:
        return (own.get(procedure) or shipped_blocks(procedure)).of
    except KeyError as error:
        accepted = "starter.py policy procedures"
        raise Problem(f"没有这个程序 no such procedure: {procedure or '–'};可接受 accepted: {accepted}") from error


def _tell(target: str, outcome: Outcome) -> None:
    if outcome.accepted:
        facts(
            {
                "编号 id": target,
                "登记 recorded": "、".join(act_words(act) for act in outcome.acts),
                "到期 due": outcome.due and moment(outcome.due, weekday=True),
            }
        )
    else:
        say(f"{target} 未予受理 refused: {outcome.reason}" + (f" [{outcome.rule}]" if outcome.rule else ""))
