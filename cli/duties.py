"""`duty`: recurring duties: open, list and show them, pause, go on, trigger, backfill, end.

What was typed becomes a message here; whether it is admitted the rules say, and their answer is shown.
"""

import asyncio
from collections.abc import Coroutine
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import uuid4

import typer
from pydantic import ValidationError
from sqlmodel import Session

from cli.instants import now
from cli.kept import record, settings
from cli.live import in_words, live
from cli.output import Json, answer, answered, end, facts, say
from cli.problems import ExitCode, Problem
from cli.tables import table
from cli.voices import speaking
from models.acts import ActName
from models.contract import is_proceeding, kind_of
from models.messages import Cancel, Command, Outcome
from models.proceeding_messages import Backfill, ContinueDuty, Open, PauseDuty, Trigger
from models.proceedings import Occurrences, ProceedingState, StepClockKind
from policies.deadlines import SHANGHAI
from policies.documents import Document, DocumentError, decoded
from policies.wording import act_words, moment
from record import ledger, targets
from record.store import Store
from schedules import recurrence_of

__all__ = ["app"]

T = TypeVar("T")

app = typer.Typer(
    help="经常性义务:开立、列出、暂停、继续、触发、补办、终止。 Recurring duties.",
    no_args_is_help=True,
    add_completion=False,
)

_KIND = "duty"
_OWN = ("message_id", "voice")
_NEWEST = 12

Name = Annotated[str, typer.Argument(metavar="DUTY", help="任务 duty/月报,或其名称。 duty/report, or its name.")]
By = Annotated[str | None, typer.Option("--by", help="以何岗位发出。 The post that speaks.")]
MessageId = Annotated[
    str | None, typer.Option("--id", help="消息编号:重发同一编号得到同一答复。 A repetition gets the first answer.")
]
Reason = Annotated[str | None, typer.Option("--reason", help="理由。 Why.")]


# --- read ------------------------------------------------------------------------------------------


@app.command("list")
def list_duties(as_json: Json = False) -> None:
    """列出全部经常性义务。 Every duty: what period, whether it is paused, when it begins next."""
    with record(settings()) as store:
        rows = [_row(store, state) for state in _duties(store)]
    if as_json:
        answer({"duties": rows})
        return
    columns = ("任务 duty", "名称 title", "牵头单位 lead", "周期 every", "状态 stage", "次数#", "下期 next")
    table(
        columns,
        [(one["id"], one["title"], one["lead"], one["every"], _stage(one), one["occurred"], _when(one["next"]))
         for one in rows],
    )  # fmt: skip


@app.command()
def show(duty: Name, as_json: Json = False) -> None:
    """一项任务的现状及最近各期。 Where a duty stands, and its newest occurrences."""
    target = _target(duty)
    with record(settings()) as store:
        with store.reading() as session:
            state = targets.seen(session, target)
            if not isinstance(state, ProceedingState):
                raise Problem(f"没有这项任务 no such duty: {target} (starter.py duty list)")
            occurrences = _occurrences(session, target)
        told = {**_row(store, state), "occurrences": occurrences[-_NEWEST:]}
    if as_json:
        answer(told)
        return
    facts(
        {
            "任务 duty": told["id"], "名称 title": told["title"], "程序 procedure": told["procedure"],
            "牵头单位 lead": told["lead"], "督办单位 office": told["office"], "周期 every": told["every"],
            "状态 stage": _stage(told), "次数 occurrences": told["occurred"], "下期 next": _when(told["next"]),
        }
    )  # fmt: skip
    table(
        ("期 period", "事项 matter", "到期 due", "阶段 stage"),
        [(one["period"], one["matter"], _when(one["due"]), one["stage"]) for one in told["occurrences"]],
    )


def _duties(store: Store) -> list[ProceedingState]:
    with store.reading() as session:
        known = [target for target in sorted(targets.stages(session)) if kind_of(target) == _KIND]
        states = [targets.seen(session, target) for target in known]
    return [state for state in states if isinstance(state, ProceedingState)]


def _row(store: Store, state: ProceedingState) -> dict[str, Any]:
    block, clock = recurrence_of(store, state), state.clocks.get(StepClockKind.OCCURRENCE)
    kept = state.kept if isinstance(state.kept, Occurrences) else Occurrences()
    terms = state.terms
    return {
        "id": state.id,
        "title": terms and terms.title,
        "procedure": terms and terms.procedure,
        "lead": terms and terms.lead,
        "office": terms and terms.office,
        "every": block and block.every,
        "within": block and block.within,
        "stage": state.stage.value,
        "paused": kept.paused,
        "occurred": kept.number,
        "next": clock.due_at.astimezone(SHANGHAI) if clock else None,
    }


def _occurrences(session: Session, target: str) -> list[dict[str, Any]]:
    """Every occurrence, oldest first, and where its matter stands."""
    found = []
    for entry in ledger.entries(session, target):
        act = entry.act
        if act.act is not ActName.OCCURRED or act.reason is None:
            continue
        stage = targets.stages(session, act.reason).get(act.reason)
        due = act.due.astimezone(SHANGHAI) if act.due else None
        found.append({"period": act.value, "matter": act.reason, "due": due, "stage": stage and stage.value})
    return found


def _stage(row: dict[str, Any]) -> str:
    return "paused" if row["paused"] and row["stage"] == "under_way" else str(row["stage"])


def _when(at: datetime | None) -> str | None:
    return moment(at, weekday=True) if at else None


# --- say ------------------------------------------------------------------------------------------


@app.command()
def create(  # noqa: PLR0917 - one parameter for each option
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="一项任务的 YAML 文件(同推演方案)。 One duty as in a scenario, in YAML."),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="任务名称,duty/ 之后。 What follows duty/. *")] = None,
    procedure: Annotated[str | None, typer.Option("--procedure", help="程序 * such as monthly_report")] = None,
    title: Annotated[str | None, typer.Option("--title", help="名称 *")] = None,
    lead: Annotated[str | None, typer.Option("--lead", help="牵头单位 *")] = None,
    office: Annotated[str | None, typer.Option("--office", help="督办单位 *")] = None,
    leader: Annotated[str | None, typer.Option("--leader", help="批准领导(岗位)")] = None,
    co: Annotated[
        list[str] | None, typer.Option("--co", help="协办单位,可多次。 A co-handler; may be repeated.")
    ] = None,
    event_on: Annotated[
        str | None, typer.Option("--from", help="多年周期自何年起算。 The day from whose year several years count.")
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """开立一项任务;不予受理则说明理由并以 1 退出。带 * 的为必填。

    Open a duty and print when it begins next; a refusal prints its reason and exits 1. * is required.
    """
    options = {
        "procedure": procedure, "title": title, "lead": lead, "office": office, "leader": leader, "co": co or None,
        "event_on": _day(event_on, "--from"),
    }  # fmt: skip
    said = {key: value for key, value in options.items() if value is not None}
    if file is not None and said:
        raise Problem("请给出文件或选项,不要两者并用。 Give a file or options, not both.")
    if file is None and not (said and name):
        raise Problem("请给出文件,或 --name --procedure --title --lead --office。 Give a file, or these options.")
    fields = _from_file(file) if file is not None else said
    target = _target(name or str(fields.pop("id", "")))
    fields.pop("id", None)
    try:
        # The same duty opened again gets the first answer; another one under its name is refused.
        message = Open.model_validate({**fields, "by": by or fields.get("by"), "message_id": f"open:{target}"})
    except ValidationError as error:
        raise Problem(f"任务读不懂 not a duty: {error.errors()[0]['msg']}") from error
    outcome, again = _run(_open(target, message))
    _tell(target, outcome, as_json, again=again)


@app.command()
def pause(
    duty: Name, reason: Reason = None, by: By = None, message_id: MessageId = None, as_json: Json = False
) -> None:
    """暂停:其间开始的各期不产生。 Pause it: periods that begin meanwhile are not opened."""
    _say(duty, PauseDuty(message_id=message_id or uuid4().hex, by=_post(by), reason=reason), as_json)


@app.command()
def resume(duty: Name, by: By = None, message_id: MessageId = None, as_json: Json = False) -> None:
    """继续。 Let it go on with the next period."""
    _say(duty, ContinueDuty(message_id=message_id or uuid4().hex, by=_post(by)), as_json)


@app.command()
def trigger(  # noqa: PLR0917 - one parameter for each option
    duty: Name,
    reason: Annotated[str | None, typer.Option("--reason", help="事件(决定、诉求)。 What happened.")] = None,
    on: Annotated[str | None, typer.Option("--on", help="事件日期,默认今天。 Its day, today by default.")] = None,
    by: By = None,
    message_id: MessageId = None,
    as_json: Json = False,
) -> None:
    """触发:发生了一件应办的事,或本期加办一次。 Something happened, or once more in this period."""
    told = Trigger(message_id=message_id or uuid4().hex, by=_post(by), on=_day(on, "--on"), reason=reason)
    _say(duty, told, as_json)


@app.command()
def backfill(  # noqa: PLR0917 - one parameter for each option
    duty: Name,
    since: Annotated[str, typer.Argument(metavar="SINCE", help="起始日期 2026-01-01")],
    until: Annotated[str, typer.Argument(metavar="UNTIL", help="截止日期,不晚于今天。 Not later than today.")],
    reason: Reason = None,
    by: By = None,
    message_id: MessageId = None,
    as_json: Json = False,
) -> None:
    """补办:从未产生的各期,只补一次。 Open the periods that never were, once."""
    told = Backfill(
        message_id=message_id or uuid4().hex, by=_post(by), since=_day(since, "SINCE"), until=_day(until, "UNTIL"),
        reason=reason,
    )  # fmt: skip
    _say(duty, told, as_json)


@app.command()
def cancel(
    duty: Name, reason: Reason = None, by: By = None, message_id: MessageId = None, as_json: Json = False
) -> None:
    """终止:不再产生,已产生的照办。 End it; what it has opened goes on."""
    _say(duty, Cancel(message_id=message_id or uuid4().hex, by=_post(by), reason=reason), as_json)


def _target(name: str) -> str:
    target = name if name.startswith(f"{_KIND}/") else f"{_KIND}/{name}"
    if not is_proceeding(target):
        raise Problem(f"{name}: 不是任务名称 not the name of a duty;可接受 accepted: duty/yuebao, yuebao")
    return target


def _post(by: str | None) -> str:
    if not by:
        raise Problem("请写明以何岗位发出:--by 岗位。 Say through which post: --by POST.")
    return by


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Problem(f"{option} {text}: 日期读不懂 not a date;可接受 accepted: 2026-05-12") from error


def _from_file(file: Path) -> dict[str, Any]:
    """The fields of a duty in a YAML file. Raises Problem with every mistake."""
    try:
        document = Document(decoded(file.read_bytes(), str(file)), str(file))
        if not isinstance(document.content, dict):
            accepted = ", ".join(name for name in Open.model_fields if name not in _OWN)
            raise Problem(str(document.mistake((), "应是一项任务 one duty is expected", accepted)))
        fields = {name: value for name, value in document.content.items() if value != ""}
        for own in _OWN:
            if own in fields:
                raise Problem(str(document.mistake((own,), "未知的键 unknown key")))
        read = {name: value for name, value in fields.items() if name != "id"}
        document.read(Open, {**read, "message_id": "file"})
    except OSError as error:
        raise Problem(f"{file}: 无法读取 cannot be read: {error.strerror}") from error
    except DocumentError as error:
        raise Problem(str(error)) from error
    return fields


def _say(duty: str, command: Command, as_json: bool) -> None:
    target = _target(duty)
    _tell(target, _run(_said(target, command)), as_json)


async def _said(target: str, command: Command) -> Outcome:
    async with live(settings()) as office:
        _, voice = await asyncio.to_thread(speaking, office.store, command.by, now())
        return await office.office.say(target, command.model_copy(update={"voice": voice}))


async def _open(target: str, message: Open) -> tuple[Outcome, bool]:
    async with live(settings(), write=True) as office:
        by, voice = await asyncio.to_thread(speaking, office.store, message.by, now())
        opened = await office.office.open_proceeding(target, message.model_copy(update={"by": by, "voice": voice}))
        return opened.outcome, opened.again


def _run(work: Coroutine[Any, Any, T]) -> T:
    with in_words():
        return asyncio.run(work)


def _tell(target: str, outcome: Outcome, as_json: bool, *, again: bool | None = None) -> None:
    if as_json:
        more = {} if again is None else {"again": again}
        answer({"id": target, **more, **answered(outcome)})
    elif outcome.accepted:
        facts(
            {
                "任务 duty": target,
                "登记 recorded": "、".join(act_words(act) for act in outcome.acts),
                "下期 next": _when(outcome.due),
            }
        )
        if again:
            say("此前已开立,未重复。 Opened before; nothing was done twice.")
    else:
        say(f"{target} 未予受理 refused: {outcome.reason}" + (f" [{outcome.rule}]" if outcome.rule else ""))
    end(ExitCode.DONE if outcome.accepted else ExitCode.REFUSED)
