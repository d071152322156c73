"""`notices`: what has left the house, what has not, and why; and a test notice to one post."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import uuid4

import typer

from cli.kept import in_words, organs, record, settings
from cli.output import Json, answer, end, say
from cli.problems import ExitCode, Problem
from cli.states import STATES
from cli.tables import table
from intake.contacts import read_contacts
from models.contacts import Contacts, Route
from notices.answers import Answer, ChannelError, Verdict
from notices.channels import open_channel
from notices.wording import Message, shipped
from policies.wording import moment
from record import deliveries
from record.deliveries import Delivery
from record.outbox import NoticeState
from settings import Settings, secret
from showing.matters import told

__all__ = ["app"]

VERDICTS: dict[Verdict, str] = {
    Verdict.DELIVERED: "已送达 delivered",
    Verdict.REFUSED: "被拒绝 refused",
    Verdict.NOT_NOW: "暂不可达 not now",
    Verdict.UNKNOWN: "未确认 unconfirmed",
}

app = typer.Typer(
    help="通知送达情况与测试。 What has left the house, and a test notice.",
    invoke_without_command=True,
    add_completion=False,
)


@app.callback()
def list_notices(  # noqa: PLR0917 - one parameter for each option
    context: typer.Context,
    state: Annotated[
        str | None, typer.Option("--state", help=f"状态 state: {', '.join(NoticeState)} (或中文 or in Chinese)")
    ] = None,
    post: Annotated[str | None, typer.Option("--post", help="岗位。 The recipient.")] = None,
    matter: Annotated[str | None, typer.Option("--matter", help="事项编号。 The matter's id.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="每页条数。 Notices on a page.")] = 50,
    after: Annotated[str | None, typer.Option("--after", help="接上页。 The next page.")] = None,
    as_json: Json = False,
) -> None:
    """对外通知的送达情况:每个记录、岗位、渠道一行,附送达凭证或失败原因。

    Notices that leave the house, one line for each act, post and channel: the proof of delivery, or why there is none.
    """
    if context.invoked_subcommand is not None:
        return
    chosen = settings()
    with record(chosen) as store, store.reading() as session:
        try:
            page = deliveries.deliveries(
                session, states=_states(state), post=post, matter_id=matter, after=after, limit=limit
            )
        except ValueError as error:
            raise Problem(f"--after {after}: 不是上一页给出的值 not what a page before said") from error
    if as_json:
        answer({"notices": [_line(one) for one in page.items], "next": page.next})
        return
    rows = [
        (
            one.matter_id,
            told(one.entry),
            one.recipient,
            one.channel,
            STATES[one.state],
            one.attempts or None,
            _when(one),
            one.receipt if one.state is NoticeState.DELIVERED else one.failure,
        )
        for one in page.items
    ]
    table(
        ("事项 id", "记录 act", "岗位 post", "渠道 channel", "状态 state", "次数#", "时刻", "凭证或原因 proof or why"),
        rows,
    )
    if page.next:
        say(f"还有更多 more: --after '{page.next}'")
    elif not rows:
        say("没有符合条件的通知。 No notice fits.")


@app.command("test")
def send_test(
    post: Annotated[str, typer.Argument(metavar="POST", help="岗位。 The post.")],
    as_json: Json = False,
) -> None:
    """经该岗位的每个渠道各发一条测试通知,并说明结果;不写入记录。

    Send a test notice over every channel of the post and say what happened; nothing is put on record.
    """
    chosen = settings()
    contacts = _contacts(chosen)
    contact = contacts.find(post)
    if contact is None:
        raise Problem(f"该岗位没有站外渠道,只用站内收件箱 no channel but the in-app inbox: {post}")
    message = shipped().test(post)
    answers = {route.name: _tried(route, contacts, message, chosen) for route in contact.routes}
    if as_json:
        answer(
            {
                "post": post,
                "channels": [
                    {"channel": name, "verdict": one.verdict, "answer": one.words} for name, one in answers.items()
                ],
            }
        )
    else:
        rows = [(name, VERDICTS[one.verdict], one.words) for name, one in answers.items()]
        table(("渠道 channel", "结果 verdict", "答复 answer"), rows)
    delivered = all(one.verdict is Verdict.DELIVERED for one in answers.values())
    end(ExitCode.DONE if delivered else ExitCode.REFUSED)


def _tried(route: Route, contacts: Contacts, message: Message, chosen: Settings) -> Answer:
    try:
        channel = open_channel(route, contacts, secret, chosen.notice_patience_seconds)
    except ChannelError as error:
        return Answer(Verdict.REFUSED, str(error))
    return channel.send(message, uuid4().hex)


def _contacts(chosen: Settings) -> Contacts:
    if chosen.contacts_path is None:
        raise Problem(
            "没有设置通知渠道文件,通知只进站内收件箱;见 data/contacts.yaml。 "
            "No contacts file is set (DUBAN_CONTACTS_PATH), notices stay in the in-app inbox; see data/contacts.yaml."
        )
    with in_words():
        return read_contacts(chosen.contacts_path, organs(chosen))


def _states(said: str | None) -> tuple[NoticeState, ...]:
    if said is None:
        return ()
    words = {text: state for state, text in STATES.items()}
    if said in words:
        return (words[said],)
    try:
        return (NoticeState(said),)
    except ValueError as error:
        raise Problem(f"--state {said}: 可接受 accepted: {', '.join(NoticeState)}") from error


def _when(one: Delivery) -> str | None:
    if one.delivered_at is not None:
        return moment(one.delivered_at)
    if one.attempted_at is not None:
        return moment(one.attempted_at)
    return f"不早于 from {moment(one.due_at)}" if one.due_at else None


def _line(one: Delivery) -> dict[str, Any]:
    kept = asdict(one)
    for name in ("entry", "number", "parcel"):
        del kept[name]
    return {
        "matter": kept.pop("matter_id"),
        "target": one.entry.target,
        "seq": one.entry.seq,
        "act": one.entry.act.act,
        "words": told(one.entry),
        **kept,
    }
