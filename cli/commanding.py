"""`launch` and `do`: how does an office speak to a matter from the command line?

What was typed becomes a message here; whether it is admitted the rules say, and their answer is shown.
"""

import asyncio
import hashlib
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args
from uuid import uuid4

import typer
import yaml
from pydantic import TypeAdapter, ValidationError

from cli.attaching import ATTACH, handed_in
from cli.instants import now
from cli.kept import settings
from cli.live import in_words, live
from cli.output import Json, answer, answered, end, facts, say, warn
from cli.problems import ExitCode, Problem
from cli.remote import Site, outcome_of, site, target_path
from cli.voices import speaking
from models.case_messages import CaseCommand
from models.messages import TITLES, Command, MatterCommand, Outcome, Registration
from models.proceeding_messages import PROCEEDING_TITLES, ProceedingCommand
from policies.attaching import FIELD
from policies.documents import Document, DocumentError
from policies.wording import act_words, moment
from record import numbers
from rehearsal.scenarios import read_instant

__all__ = ["do", "launch"]

T = TypeVar("T")

_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
_OFFERED = {
    str(shape.model_fields["do"].default): shape for shape in get_args(MatterCommand | CaseCommand | ProceedingCommand)
}
_SPOKEN = ("message_id", "by", "do", "voice", "sealed")
_OWN = ("message_id", "policy", "voice")


def launch(  # noqa: PLR0917 - one parameter for each option
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="一件事项的 YAML 文件(同推演方案中的事项)。 One matter as in a scenario, in YAML."
        ),
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="事项名称 *")] = None,
    lead: Annotated[str | None, typer.Option("--lead", help="牵头单位 *")] = None,
    office: Annotated[str | None, typer.Option("--office", help="督办单位 *")] = None,
    leader: Annotated[str | None, typer.Option("--leader", help="批准领导(岗位) * the post that approves")] = None,
    co: Annotated[
        list[str] | None, typer.Option("--co", help="协办单位,可多次。 A co-handler; may be repeated.")
    ] = None,
    limit: Annotated[str | None, typer.Option("--limit", help="时限 15wd, 10d, 3mo, 48h, 2026-06-30")] = None,
    basis: Annotated[str | None, typer.Option("--basis", help="事项来源,默认 default 会议决定")] = None,
    urgency: Annotated[str | None, typer.Option("--urgency", help="紧急程度 平件, 急件, 特急")] = None,
    severity: Annotated[str | None, typer.Option("--severity", help="minor, ordinary, serious, grave")] = None,
    report_every: Annotated[
        str | None, typer.Option("--report-every", help="反馈频次。 weekly, half-monthly, monthly, quarterly")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="登记岗位(默认督办单位承办岗)。 The post that registers.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option("--key", help="幂等键:同键只立项一次。 The same key launches once (default: the file's content)."),
    ] = None,
    as_json: Json = False,
) -> None:
    """立项一件督办事项,输出编号和到期时刻;不予受理则说明理由并以 1 退出。带 * 的为必填。

    Launch one matter and print its id and due instant; a refusal prints its reason and exits 1. * is required.
    """
    options = {
        "title": title, "lead": lead, "office": office, "leader": leader, "co": co or None, "limit": limit,
        "basis": basis, "urgency": urgency, "severity": severity, "report_every": report_every, "by": by,
    }  # fmt: skip
    said = {name: value for name, value in options.items() if value is not None}
    if file is not None and said:
        raise Problem("请给出文件或选项,不要两者并用。 Give a file or options, not both.")
    if file is None and not said:
        raise Problem("请给出文件,或 --title --lead --office --leader。 Give a file, or these options.")
    content, content_key = _from_file(file) if file is not None else (said, uuid4().hex)
    source = f"launch:{key or content_key}"
    try:
        registration = Registration.model_validate({**content, "message_id": source})
    except ValidationError as error:
        raise Problem(f"事项读不懂 not a matter: {error.errors()[0]['msg']}") from error
    matter_id, outcome, again = _launched(registration, source)
    if as_json:
        answer({"id": matter_id, "again": again, **answered(outcome)})
    else:
        _tell(matter_id, outcome)
        if again:
            say("此前已立项,未重复。 Launched before; nothing was done twice.")
    end(ExitCode.DONE if outcome.accepted else ExitCode.REFUSED)


def do(  # noqa: PLR0917 - one parameter for each option
    target: Annotated[
        str, typer.Argument(metavar="ID", help="事项、案件或程序事项编号。 A matter, a case, a proceeding.")
    ],
    command: Annotated[str, typer.Argument(metavar="COMMAND", help="命令 command: " + ", ".join(_OFFERED))],
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY=VALUE]...", help="命令的内容,同推演方案。 What it says, as in a scenario."),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="以何岗位发出(或 by=岗位)。 The post that speaks.")] = None,
    message_id: Annotated[
        str | None, typer.Option("--id", help="消息编号:重发同一编号得到同一答复。 A repetition gets the first answer.")
    ] = None,
    as_json: Json = False,
) -> None:
    """对事项发出一条命令,输出所登记的答复;被拒绝则说明理由并以 1 退出。

    Give a matter a command and show the recorded answer; a refusal shows its reason and exits 1. For example:
    do 2026-0001 sign --by 区教育局承办岗
    附件:attach=文件,可多次。 Files: attach=FILE, may be repeated.
    """
    chosen = settings()
    with site(chosen) as there:
        files, told = _attached(command, values or [])
        said = _spoken(command, told, by or (None if there is None else _post_of(there)), message_id)
        if files:
            named = (*said.attachments, *handed_in(chosen, there, target, said.by or "", files))  # type: ignore[union-attr]
            said = said.model_copy(update={"attachments": named})
        said_as, outcome = (said.message_id, _run(_say(target, said))) if there is None else _said(there, target, said)
    if as_json:
        answer({"id": target, "message_id": said_as, **answered(outcome)})
    else:
        _tell(target, outcome)
    end(ExitCode.DONE if outcome.accepted else ExitCode.REFUSED)


# --- what was typed ---------------------------------------------------------------------------------------------------


def _from_file(file: Path) -> tuple[dict[str, Any], str]:
    """The registration's fields in a YAML file, and a key made of its content. Raises Problem with every mistake."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        document = Document(text, str(file))
        if not isinstance(document.content, dict):
            accepted = ", ".join(name for name in Registration.model_fields if name not in _OWN)
            raise Problem(str(document.mistake((), "应是一件事项 one matter is expected", accepted)))
        fields = {name: value for name, value in document.content.items() if value != ""}
        if fields.pop("id", None):
            warn(f"{file}: 文件中的 id 不用作编号,编号由登记时给出。 The id is given at registration, not by the file.")
        if isinstance(fields.get("co"), str):
            fields["co"] = [fields["co"]]
        own = sorted(set(fields) & set(_OWN))
        if own:
            raise Problem(str(document.mistake((own[0],), "未知的键 unknown key")))
        if "assigned_at" in fields:
            fields["assigned_at"] = _instant(document, str(fields["assigned_at"]))
        document.read(Registration, {**fields, "message_id": "file"})
    except UnicodeDecodeError as error:
        raise Problem(f"{file}: 不是 UTF-8 文本 not UTF-8 text") from error
    except OSError as error:
        raise Problem(f"{file}: 无法读取 cannot be read: {error.strerror}") from error
    except DocumentError as error:
        raise Problem(str(error)) from error
    return fields, hashlib.sha256(text.encode()).hexdigest()[:32]


def _instant(document: Document, text: str) -> Any:
    try:
        return read_instant(text)
    except ValueError as error:
        accepted = "2026-03-02T09:00+08:00, 2026-03-02"
        mistake = document.mistake(("assigned_at",), f"时刻读不懂 not an instant: {text}", accepted)
        raise Problem(str(mistake)) from error


def _spoken(name: str, values: list[str], by: str | None, message_id: str | None) -> Command:
    """The command as typed. Raises Problem saying what is accepted."""
    if name not in TITLES and name not in PROCEEDING_TITLES:
        more = " (节假日安排请用 for notices use: calendar load)" if name == "load_calendar" else ""
        raise Problem(f"{name}: 没有这条命令 unknown command{more};可接受 accepted: {', '.join(_OFFERED)}")
    fields: dict[str, Any] = {}
    for pair in values:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise Problem(f"{pair}: 应写作 key=value expected;可接受 accepted: {_accepted(name)}")
        if key in fields:
            raise Problem(f"{key}: 写了两次 given twice")
        fields[key] = _value(key, value)
    if by is not None and fields.setdefault("by", by) != by:
        raise Problem(f"--by {by} 与 and by={fields['by']} 不一致 differ")
    if not fields.get("by"):
        raise Problem("请写明以何岗位发出:--by 岗位。 Say through which post: --by POST.")
    if {"message_id", "id", "do"} & fields.keys():
        raise Problem(f"消息编号请用 --id;可接受 the message id goes into --id; accepted: {_accepted(name)}")
    if own := sorted({"voice", "sealed"} & fields.keys()):
        raise Problem(f"{own[0]}: {name} 没有这个键 has no such key;可接受 accepted: {_accepted(name)}")
    try:
        return _COMMAND.validate_python({**fields, "do": name, "message_id": message_id or uuid4().hex})
    except ValidationError as error:
        raise Problem("\n".join(_mistake(name, fault) for fault in error.errors())) from error


def _attached(name: str, values: list[str]) -> tuple[list[str], list[str]]:
    """The files to be handed in, and the rest of what was typed. Raises Problem for a command that carries none."""
    files = [value.partition("=")[2] for value in values if value.startswith(f"{ATTACH}=")]
    if files and name in _OFFERED and FIELD not in _OFFERED[name].model_fields:
        raise Problem(f"{ATTACH}: {name} 不带附件 carries no files;可接受 accepted: {_accepted(name)}")
    return files, [value for value in values if not value.startswith(f"{ATTACH}=")]


def _value(key: str, text: str) -> Any:
    """A text, or what a YAML list or mapping says."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - builds texts, lists and mappings only
    except yaml.YAMLError as error:
        raise Problem(f"{key}={text}: 不是有效的 YAML not valid YAML") from error


def _accepted(name: str) -> str:
    fields = _OFFERED[name].model_fields if name in _OFFERED else {}
    keys = [ATTACH if key == FIELD else key for key in fields if key not in _SPOKEN]
    return ", ".join(f"{key}=" for key in keys) or "(无 nothing)"


def _mistake(name: str, fault: Any) -> str:
    key = ".".join(str(part) for part in fault["loc"][1:])
    if fault["type"] == "extra_forbidden":
        return f"{key}: {name} 没有这个键 has no such key;可接受 accepted: {_accepted(name)}"
    return f"{key}={fault['input']}: 读不懂 not understood ({fault['msg']})"


# --- what is answered -------------------------------------------------------------------------------------------------


def _run(work: Coroutine[Any, Any, T]) -> T:
    with in_words():
        return asyncio.run(work)


def _launched(registration: Registration, source: str) -> tuple[str, Outcome, bool]:
    with site(settings()) as there:
        if there is None:
            return _run(_launch(registration, source))
        _check_post(there, registration.by)
        said = registration.model_dump(mode="json", exclude={"message_id", "by", "voice", "policy"}, exclude_none=True)
        key = hashlib.sha256(source.encode()).hexdigest()
        status, answered_ = there.post("/matters", said, key)
        return answered_["id"], outcome_of(status, answered_), bool(answered_.get("again"))


def _said(there: Site, target: str, command: Command) -> tuple[str, Outcome]:
    """The message id and the recorded answer; the key is what the command line calls the message's id."""
    _check_post(there, command.by)
    said = command.model_dump(mode="json", exclude={"message_id", "by", "voice", "do"}, exclude_unset=True)
    status, answered_ = there.post(f"{target_path(target)}/commands/{command.do}", said, command.message_id)
    return answered_["message_id"], outcome_of(status, answered_)


def _post_of(there: Site) -> str | None:
    post: str | None = there.get("/me")["post"]
    return post


def _check_post(there: Site, by: str | None) -> None:
    """Raise Problem where the token speaks through another post than `by`."""
    if by is not None and by != (post := _post_of(there)):
        text = f"DUBAN_TOKEN 的岗位是 {post or '–'},不是 {by}。 The token speaks through {post or '–'}, not {by}."
        raise Problem(text, ExitCode.REFUSED)


async def _launch(registration: Registration, source: str) -> tuple[str, Outcome, bool]:
    async with live(settings(), write=True) as office:
        by, voice = await asyncio.to_thread(speaking, office.store, registration.by, now())
        registration = registration.model_copy(update={"by": by, "voice": voice})
        matter_id = await asyncio.to_thread(numbers.reserve, office.store, source, now().year)
        launched = await office.office.launch(matter_id, registration)
        return matter_id, launched.outcome, launched.again


async def _say(target: str, command: Command) -> Outcome:
    async with live(settings()) as office:
        _, voice = await asyncio.to_thread(speaking, office.store, command.by, now())
        return await office.office.say(target, command.model_copy(update={"voice": voice}))


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
