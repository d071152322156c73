"""`petition`: taking petitions in, listing and showing them, linking repeats, who handed one in, following by a code.

Who turned to the office is read from a file, from standard input or asked for, never taken from an argument: arguments
stand in process lists and in the shell's history, where everybody on the machine reads them. So with the receipt code.
"""

import asyncio
import sys
from collections.abc import Coroutine, Sequence
from datetime import datetime
from getpass import getpass
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import uuid4

import typer
from pydantic import ValidationError

from cli.authority import allowed
from cli.instants import now
from cli.kept import organs, record, settings
from cli.live import in_words, live
from cli.output import Json, answer, answered, end, facts, say, warn
from cli.problems import ExitCode, Problem
from cli.tables import table
from cli.voices import speaker, speaking
from identity import receipts
from models.access import Scope, View
from models.contract import KINDS, is_proceeding
from models.messages import Outcome
from models.petitions import Identity
from models.proceeding_messages import Link, Open
from models.proceedings import Channel, ProceedingState
from policies import speakers
from policies.access import may_view
from policies.authority import Refused
from policies.documents import Document, DocumentError, decoded
from policies.relations import relations, scope
from policies.speakers import Speaker
from policies.wording import act_words, moment
from record import petitioners, proceeding_lists, proceedings
from record.looks import Looker, NoPurposeError
from record.proceeding_lists import ProceedingLine
from showing.petitions import receipt_document
from taking import Taken, Taker, candidates

__all__ = ["app"]

T = TypeVar("T")

app = typer.Typer(
    help="群众诉求:受理、列出、查看、身份、关联、凭码查询。 Petitions.", no_args_is_help=True, add_completion=False
)

_KIND = "petition"
_PAGE = 200

Number = Annotated[str, typer.Argument(metavar="PETITION", help="诉求编号 petition/2026-0007 或 or 2026-0007")]
By = Annotated[str | None, typer.Option("--by", help="以何岗位办理。 The post that speaks.")]


# --- read -------------------------------------------------------------------------------------------------------------


@app.command("list")
def list_petitions(as_json: Json = False) -> None:
    """列出群众诉求;不含身份。 Every petition, without who handed it in."""
    chosen = settings()
    with record(chosen) as store:
        asking = allowed(store, chosen, View.LIST)
        seen = Scope.everything() if asking.machine else scope(asking.post, organs(chosen), roles=asking.roles)
        rows: list[ProceedingLine] = []
        after: str | None = None
        more = True
        with store.reading() as session:
            while more:
                page = proceeding_lists.listed(
                    session, scope=seen, now=now(), kind=KINDS[_KIND], after=after, limit=_PAGE
                )
                rows += page.items
                after, more = page.next, page.next is not None
    if as_json:
        answer({"petitions": [
            {"id": one.id, "title": one.title, "channel": one.channel, "lead": one.lead, "office": one.office,
             "stage": one.stage, "step": one.step_title, "light": one.light, "due": one.due_at,
             "linked_to": one.linked_to}
            for one in rows
        ]})  # fmt: skip
        return
    table(
        ("诉求 petition", "名称 title", "渠道 channel", "承办 lead", "环节 step", "灯 light", "到期 due"),
        [(one.id, one.title, one.channel, one.lead, one.step_title or one.stage, one.light, _when(one.due_at))
         for one in rows],
    )  # fmt: skip


@app.command()
def show(petition: Number, as_json: Json = False) -> None:
    """一件诉求的现状和可能的重复件;不含身份。 Where it stands, and what may be the same one."""
    target, chosen = _target(petition), settings()
    with record(chosen) as store:
        asking = allowed(store, chosen, View.PROCEEDING, of=target)
        with store.reading() as session:
            state = proceedings.seen(session, target)
            step = proceeding_lists.step_title(session, target)
            kept = petitioners.receipt(session, target)
        if state is None or state.terms is None:
            raise Problem(f"没有这件诉求 no such petition: {target} (starter.py petition list)")
        alike = candidates(store, target, now()) if _of_the_office(asking, state, chosen) else []
    terms = state.terms
    told = {
        "id": target, "title": terms.title, "procedure": terms.procedure, "channel": terms.channel,
        "subject": terms.subject, "lead": terms.lead, "office": terms.office, "leader": terms.leader,
        "petitioner": kept and kept.ref, "anonymous": terms.anonymous,
        "prominent": terms.prominent, "urgent": terms.urgent,
        "received_at": terms.received_at, "stage": state.stage, "step": step, "light": state.light,
        "round": state.round, "source": terms.source, "linked_to": state.linked_to, "links": list(state.links),
        "candidates": [
            {"id": one.petition, "title": one.title, "why": list(one.why), "similarity": one.similarity,
             "over": one.over}
            for one in alike
        ],
    }  # fmt: skip
    if as_json:
        answer(told)
        return
    facts(
        {
            "诉求 petition": target, "名称 title": terms.title, "程序 procedure": terms.procedure,
            "渠道 channel": terms.channel, "承办单位 lead": terms.lead, "受理单位 office": terms.office,
            "匿名 anonymous": "是 yes" if terms.anonymous else None,
            "身份存于 identity kept as": kept and kept.ref and petitioners.subject_of(kept.ref),
            "收到 received": _when(terms.received_at),
            "环节 step": step, "阶段 stage": state.stage, "灯 light": state.light, "来源 source": terms.source,
            "关联到 goes on with": state.linked_to,
            "重复件 repeats": f"{len(state.links)}: {'、'.join(state.links)}" if state.links else None,
        }
    )  # fmt: skip
    if alike:
        say("可能的重复件(petition link 关联) may be the same:")
        table(("诉求 petition", "名称 title", "依据 why", "相近% alike#", "已办结 over"),
              [(one.petition, one.title, "、".join(_WHY[why] for why in one.why), one.similarity,
                "是" if one.over else "") for one in alike])  # fmt: skip


_WHY = {"same_person": "同一诉求人", "similar": "标题相近"}


@app.command()
def identity(
    petition: Number,
    reason: Annotated[str, typer.Option("--reason", help="为何查看,记录在案。 Why; it goes on record. *")],
    as_json: Json = False,
) -> None:
    """查看诉求人身份:须登录(DUBAN_TOKEN)、说明理由,每次都是一条记录;承办单位无权。

    Who handed it in: with a token, for a reason, on record. The lead never may, nor the machine by itself.
    """
    target, chosen = _target(petition), settings()
    with record(chosen) as store:
        asking = speaker(store, None, now(), acts=False)
        with store.reading() as session:
            state = proceedings.seen(session, target)
        if state is None:
            raise Problem(f"没有这件诉求 no such petition: {target} (starter.py petition list)")
        why = None
        try:
            speakers.check(View.PROTECTED_IDENTITY.value, asking, organs(chosen), state)
        except Refused as refused:
            why = refused.reason
        voice = asking.voice
        looker = Looker("cli", asking.post, voice.person if voice else None, voice.principal if voice else None)
        try:
            with store.writing() as session:
                told = petitioners.look(session, target, looker, reason, at=now(), allowed=why is None)
        except NoPurposeError as error:
            raise Problem(f"--reason: {error}") from error
    if why is not None:
        raise Problem(f"{why};此次请求已记录 that you asked is on record", ExitCode.REFUSED)
    shown = {name: (told or {}).get(name) for name in Identity.model_fields}
    if as_json:
        answer({"id": target, "anonymous": told is None, **shown})
    elif told is None:
        say("匿名 anonymous")
    else:
        facts({_FIELDS[name]: value for name, value in shown.items()})


@app.command()
def status(
    petition: Number,
    code_file: Annotated[
        Path | None,
        typer.Option("--code-file", help="凭证码文件;不给则询问。 A file with the code; asked for without."),
    ] = None,
    as_json: Json = False,
) -> None:
    """凭受理凭证码查询进度和答复,如诉求人所见。 Progress and answers by the receipt code, as its holder sees."""
    target = _target(petition)
    code = _read(code_file).strip() if code_file is not None else _asked("受理凭证码 receipt code: ", hidden=True)
    with record(settings()) as store:
        held = receipts.held(store, target, code, "command line", now())
        if not isinstance(held, receipts.Held):
            why = "没有此件,或凭证码不对 no such petition, or another code"
            if isinstance(held, receipts.Blocked):
                why = f"尝试过多,请稍后再试 too many tries until {moment(held.until)}"
            raise Problem(why, ExitCode.REFUSED)
        with store.reading() as session:
            told = receipt_document(session, target, now())
    if told is None:
        raise Problem("尚未登记完成 not opened yet", ExitCode.UNAVAILABLE)
    if as_json:
        answer(told)
        return
    facts({"诉求 petition": target, "名称 title": told["title"], "环节 step": told["step"], "阶段 stage": told["stage"],
           "到期 due": _when(told["due_at"]), "并入 goes on with": told["goes_on_with"]})  # fmt: skip
    table(
        ("时间 at", "记录 act", "内容 what"),
        [(_when(one["at"]), one["words"], _content(one)) for one in told["history"]],
    )


# --- say --------------------------------------------------------------------------------------------------------------


@app.command()
def take(  # noqa: PLR0917 - one parameter for each option
    channel: Annotated[str | None, typer.Option("--channel", help="渠道 hotline, web, letter, visit, box *")] = None,
    title: Annotated[str | None, typer.Option("--title", help="名称,勿含身份。 Without the identity. *")] = None,
    text_file: Annotated[
        Path | None, typer.Option("--text-file", help="诉求内容的文件;不给则询问。 A file with what is asked for.")
    ] = None,
    office: Annotated[str | None, typer.Option("--office", help="受理单位 *")] = None,
    lead: Annotated[str | None, typer.Option("--lead", help="承办单位,默认受理单位。 Default: the office.")] = None,
    leader: Annotated[str | None, typer.Option("--leader", help="批准领导(岗位)")] = None,
    procedure: Annotated[str, typer.Option("--procedure", help="程序 such as hotline")] = "petition",
    subject: Annotated[str | None, typer.Option("--subject", help="反映的对象。 What it is about.")] = None,
    identity_file: Annotated[
        Path | None,
        typer.Option(
            "--identity-file",
            help="身份的 YAML 文件(- 为标准输入):name, phone, address, id_number, employer。 A YAML file, - for stdin.",
        ),
    ] = None,
    anonymous: Annotated[bool, typer.Option("--anonymous", help="匿名。 Nobody says who he is.")] = False,
    urgent: Annotated[bool, typer.Option("--urgent", help="紧急")] = False,
    prominent: Annotated[
        bool, typer.Option("--prominent", help="突出诉求,报领导。 Climbs to a leader in person.")
    ] = False,
    repeats: Annotated[
        str | None, typer.Option("--repeats", help="所重复的诉求:在办即关联,已办结作来源。 The petition it repeats.")
    ] = None,
    by: By = None,
    key: Annotated[
        str | None, typer.Option("--key", help="幂等键:同键只受理一次,凭证码换新。 Once under a key; the code is new.")
    ] = None,
    as_json: Json = False,
) -> None:
    """受理一件群众诉求,输出编号和受理凭证码(只显示这一次);身份另行封存。带 * 的未给出时询问。

    Take a petition in and print its number and receipt code, shown this once. The identity comes from a file, from
    standard input or is asked for, never from an argument. What has a * is asked for where it is not given.
    """
    if anonymous and identity_file is not None:
        raise Problem("匿名与身份文件不可并用。 Anonymous or an identity, not both.")
    fields: dict[str, Any] = {
        "procedure": procedure,
        "channel": channel or _asked(f"渠道 channel ({', '.join(Channel)}): "),
        "title": title or _asked("名称 title: "),
        "text": _read(text_file) if text_file is not None else _asked("诉求内容 text: "),
        "office": office or _asked("受理单位 office: "),
        "lead": lead, "leader": leader, "subject": subject, "urgent": urgent, "prominent": prominent,
    }  # fmt: skip
    who = Identity() if anonymous else _identity(identity_file)
    told = {name: value for name, value in fields.items() if value is not None}
    try:
        message = Open.model_validate({**told, "message_id": f"take:{key or uuid4().hex}", "by": by})
    except ValidationError as error:
        fault = error.errors()[0]
        accepted = f";可接受 accepted: {', '.join(Channel)}" if "channel" in fault["loc"] else ""
        raise Problem(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}{accepted}") from error
    taken, alike = _run(_take(message, who, _target(repeats) if repeats else None))
    _tell(taken, alike, as_json)


@app.command()
def link(
    petition: Number,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="在办的那一件。 The one it goes on with.")],
    reason: Annotated[str | None, typer.Option("--reason", help="理由。 Why.")] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """关联重复件:此后随那一件办理,计入其重复件。 It goes on with the other one, and is counted there."""
    if not by:
        raise Problem("请写明以何岗位发出:--by 岗位。 Say through which post: --by POST.")
    target = _target(petition)
    outcome = _run(_link(target, Link(message_id=uuid4().hex, by=by, to=_target(other), reason=reason)))
    if as_json:
        answer({"id": target, **answered(outcome)})
    else:
        say(_words(target, outcome))
    end(ExitCode.DONE if outcome.accepted else ExitCode.REFUSED)


async def _take(message: Open, who: Identity, repeats: str | None) -> tuple[Taken, list[Any]]:
    async with live(settings(), write=True) as office:
        at = now()
        by, voice = await asyncio.to_thread(speaking, office.store, message.by, at)
        said = message.model_copy(update={"by": by, "voice": voice})
        if repeats is not None and by is None:
            # Without a post it would be said by whoever asked, who has shown no code here.
            raise Problem("关联须写明以何岗位办理:--by 岗位。 To link it, say through which post: --by POST.")
        try:
            taken = await Taker(office.office, office.store).take(said, who, at, repeats=repeats)
        except Refused as refused:
            raise Problem(refused.reason, ExitCode.REFUSED) from refused
        alike = await asyncio.to_thread(candidates, office.store, taken.petition, at) if taken.code else []
        return taken, alike


async def _link(target: str, command: Link) -> Outcome:
    async with live(settings()) as office:
        _, voice = await asyncio.to_thread(speaking, office.store, command.by, now())
        return await office.office.say(target, command.model_copy(update={"voice": voice}))


def _run(work: Coroutine[Any, Any, T]) -> T:
    with in_words():
        return asyncio.run(work)


# --- what was typed ---------------------------------------------------------------------------------------------------

_FIELDS = {
    "name": "姓名 name",
    "phone": "电话 phone",
    "address": "地址 address",
    "id_number": "证件号码 id number",
    "employer": "单位 employer",
}


def _target(name: str) -> str:
    target = name if name.startswith(f"{_KIND}/") else f"{_KIND}/{name}"
    if not is_proceeding(target):
        raise Problem(
            f"{name}: 不是诉求编号 not the number of a petition;可接受 accepted: petition/2026-0007, 2026-0007"
        )
    return target


def _asked(words: str, *, hidden: bool = False) -> str:
    """What is typed at the terminal; raises Problem where there is none, or nothing was typed."""
    if not sys.stdin.isatty():
        raise Problem(f"{words.rstrip(': ')}: 缺少,且没有终端可询问 missing, and there is no terminal to ask at")
    text = getpass(words) if hidden else input(words)
    if not text.strip():
        raise Problem(f"{words.rstrip(': ')}: 缺少 missing")
    return text.strip()


def _identity(file: Path | None) -> Identity:
    """Who hands it in, from the file or from standard input, else asked for field by field; empty answers are none."""
    if file is None:
        if not sys.stdin.isatty():
            raise Problem("请给出 --identity-file(- 为标准输入)或 --anonymous。 Give either; - stands for stdin.")
        warn("诉求人身份,另行封存;可留空。 Who hands it in, sealed apart; may be left empty.")
        return Identity.model_validate({name: getpass(f"{words}: ") or None for name, words in _FIELDS.items()})
    name = "标准输入 stdin" if str(file) == "-" else str(file)
    try:
        content = sys.stdin.read() if str(file) == "-" else _read(file)
        return Document(decoded(content.encode(), name), name).read(Identity)
    except DocumentError as error:
        # What stands there is not repeated: it is the identity.
        accepted = ", ".join(_FIELDS)
        raise Problem(f"{name}: 身份文件读不懂 not an identity;可接受 accepted: {accepted}") from error


def _read(file: Path) -> str:
    try:
        return decoded(file.read_bytes(), str(file))
    except OSError as error:
        raise Problem(f"{file}: 无法读取 cannot be read: {error.strerror}") from error
    except DocumentError as error:
        raise Problem(str(error)) from error


# --- what is answered -------------------------------------------------------------------------------------------------


def _of_the_office(asking: Speaker, state: ProceedingState, chosen: Any) -> bool:
    """Whether other petitions may be named to whoever asks: at the machine, the office that took it in, its leader."""
    held = relations(asking.post, state, organs(chosen), roles=asking.roles)
    return asking.machine or may_view(View.PROTECTED_IDENTITY, held)


def _tell(taken: Taken, alike: Sequence[Any], as_json: bool) -> None:
    outcome = taken.outcome
    if as_json:
        answer(
            {
                "id": taken.petition, "code": taken.code, "again": taken.again, **answered(outcome),
                "linked": taken.linked.accepted if taken.linked else None,
                "candidates": [
                    {"id": one.petition, "title": one.title, "why": list(one.why), "similarity": one.similarity,
                     "over": one.over}
                    for one in alike
                ],
            }
        )  # fmt: skip
    elif taken.code is None:
        say(_words(taken.petition, outcome))
    else:
        facts({"诉求 petition": taken.petition, "受理凭证码 receipt code": taken.code, "到期 due": _when(outcome.due)})
        say("凭证码只显示这一次,请交给诉求人。 The code is shown this once: hand it to the petitioner.")
        if taken.linked is not None:
            say(_words(taken.petition, taken.linked))
        for one in alike:
            say(f"可能重复 may be the same: {one.petition} {one.title} ({'、'.join(_WHY[why] for why in one.why)})")
    end(ExitCode.DONE if outcome.accepted else ExitCode.REFUSED)


def _words(target: str, outcome: Outcome) -> str:
    if outcome.accepted:
        return f"{target} 登记 recorded: {'、'.join(act_words(act) for act in outcome.acts)}"
    return f"{target} 未予受理 refused: {outcome.reason}" + (f" [{outcome.rule}]" if outcome.rule else "")


def _content(one: dict[str, Any]) -> str:
    parts = [one["organ"], one["value"], one["reason"], one["refer_to"], "、".join(one["missing"]), one["text"]]
    parts += [f"{name}:{value}" for name, value in one["answers"].items()]
    return " ".join(part for part in parts if part)


def _when(at: datetime | None) -> str | None:
    return moment(at, weekday=True) if at else None
