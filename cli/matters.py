"""`list`, `show`, `timeline`, `inbox`: what does the record say? Read from record.views; no server is asked."""

from datetime import datetime
from typing import Annotated, Any

import typer

from cli.cases import show_case, unknown_case
from cli.instants import now
from cli.kept import calendar, organs, record, settings
from cli.output import Json, answer, facts, say
from cli.problems import Problem
from cli.tables import table
from models.contract import is_case
from models.matters import ClockKind, Light, Stage
from policies.calendar import Calendar
from policies.wording import CLOCKS, LIGHTS, STAGES, act_words, moment
from record import cases, views
from record.ledger import Entry
from record.outbox import Notice
from record.views import MatterCard
from settings import Settings
from showing.cases import case_document
from showing.matters import card_document, due_words, how_far, line_document, notice_document, recorded, told

__all__ = ["inbox", "list_matters", "show", "timeline"]

_STAGE_WORDS = {words: stage for stage, words in STAGES.items()}
_LIGHT_WORDS = {words: light for light, words in LIGHTS.items()}


def list_matters(  # noqa: PLR0917 - one parameter for each option
    organ: Annotated[str | None, typer.Option("--organ", help="牵头单位。 The lead.")] = None,
    office: Annotated[str | None, typer.Option("--office", help="督办单位。 The office.")] = None,
    stage: Annotated[
        str | None, typer.Option("--stage", help=f"环节 stage: {', '.join(Stage)} (或中文 or in Chinese)")
    ] = None,
    light: Annotated[str | None, typer.Option("--light", help="灯 light: green, yellow, red, 绿灯, 黄灯, 红灯")] = None,
    overdue: Annotated[
        bool | None,
        typer.Option("--overdue/--not-overdue", help="超期的,或未超期的。 Overdue or not."),
    ] = None,
    text: Annotated[str | None, typer.Option("--text", help="标题或编号中的文字。 Text in title or id.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="每页件数。 Matters on a page.")] = 50,
    after: Annotated[
        str | None, typer.Option("--after", help="接上页:上页末尾所示。 The next page: as the last one said.")
    ] = None,
    as_json: Json = False,
) -> None:
    """列出督办事项:环节、灯、到期日及距今工作日。 List matters: stage, light, due, and how far that is."""
    chosen, at = settings(), now()
    with record(chosen) as store, store.reading() as session:
        working = calendar(session)
        try:
            page = views.matters(
                session,
                now=at,
                lead=organ,
                office=office,
                stage=_one_of(stage, Stage, _STAGE_WORDS, "--stage"),
                light=_one_of(light, Light, _LIGHT_WORDS, "--light"),
                overdue=overdue,
                text=text,
                after=after,
                limit=limit,
            )
        except ValueError as error:
            raise Problem(f"--after {after}: 不是上一页给出的值 not what a page before said") from error
    if as_json:
        answer({"matters": [line_document(line, at, working) for line in page.items], "next": page.next})
        return
    rows = [
        (
            line.id,
            LIGHTS[line.light],
            STAGES[line.stage],
            line.title,
            line.lead,
            moment(line.due_at) if line.due_at else None,
            due_words(line, how_far(line, at, working)),
        )
        for line in page.items
    ]
    table(("编号 id", "灯", "环节 stage", "事项 matter", "牵头 lead", "到期 due", "距今"), rows)
    if page.next:
        say(f"还有更多 more: --after '{page.next}'")
    elif not rows:
        say("没有符合条件的事项。 No matter fits.")


def show(
    matter_id: Annotated[str, typer.Argument(metavar="ID", help="事项或案件编号。 The id of a matter or a case.")],
    as_json: Json = False,
) -> None:
    """一件事项的现状:环节、灯、到期、在走的时限、案件和通知;一个案件的现状:环节、对象、措施、各项时限是否按时触发。

    Where one matter stands: stage, light, due, running clocks, cases and notices. Or one case: stage, subject, measure,
    and whether every clock fired when it fell due.
    """
    chosen, at = settings(), now()
    if is_case(matter_id):
        _case(chosen, matter_id, at, as_json=as_json)
        return
    with record(chosen) as store, store.reading() as session:
        card = views.card(session, matter_id, at)
        working = calendar(session)
        entries = views.timeline(session, matter_id)
    if card is None:
        raise _unknown(matter_id)
    if as_json:
        answer(card_document(card, entries, at, working))
    else:
        _show(card, entries, at, working)


def _case(chosen: Settings, case_id: str, at: datetime, *, as_json: bool) -> None:
    with record(chosen) as store, store.reading() as session:
        case = cases.seen(session, case_id)
    if case is None:
        raise unknown_case(case_id)
    if as_json:
        answer(case_document(case, at))
    else:
        show_case(case, at)


def timeline(
    matter_id: Annotated[str, typer.Argument(metavar="ID", help="事项或案件编号。 The id of a matter or a case.")],
    as_json: Json = False,
) -> None:
    """一件事项(连同其案件)的全部记录,按登记次序。 Every act of a matter and its cases, in the order of recording."""
    chosen = settings()
    with record(chosen) as store, store.reading() as session:
        entries = views.timeline(session, matter_id)
    if not entries:
        raise _unknown(matter_id)
    if as_json:
        answer([recorded(entry) for entry in entries])
        return
    several = len({entry.target for entry in entries}) > 1
    rows = [
        (
            entry.seq,
            moment(entry.act.at, weekday=True),
            *((entry.target,) if several else ()),
            told(entry),
            entry.act.by,
            moment(entry.act.due) + ("(暂定)" if entry.act.provisional else "") if entry.act.due else None,
            entry.act.ruling.label if entry.act.ruling else None,
        )
        for entry in entries
    ]
    targets = ("事项或案件",) if several else ()
    table(("序#", "时刻 at", *targets, "记录 act", "何岗 by", "限 due", "依据 rule"), rows)


def inbox(
    post: Annotated[str, typer.Argument(metavar="POST", help="岗位。 The post.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="每页条数。 Notices on a page.")] = 50,
    after: Annotated[str | None, typer.Option("--after", help="接上页。 The next page.")] = None,
    as_json: Json = False,
) -> None:
    """一个岗位收到的通知,新者在前。 What a post has been told, newest first."""
    chosen = settings()
    with record(chosen) as store, store.reading() as session:
        try:
            page = views.inbox(session, post, after=after, limit=limit)
        except ValueError as error:
            raise Problem(f"--after {after}: 不是上一页给出的值 not what a page before said") from error
    if not page.items and not organs(chosen).has_post(post):
        raise Problem(f"名录中没有该岗位 unknown post: {post}")
    if as_json:
        notices = [notice_document(one) for one in page.items]
        answer({"post": post, "notices": notices, "next": page.next})
        return
    rows = [(moment(one.entry.act.at, weekday=True), one.matter_id, one.title, _told_or_not(one)) for one in page.items]
    table(("时刻 at", "事项 id", "标题 title", "通知 notice"), rows)
    if page.next:
        say(f"还有更多 more: --after {page.next}")


# --- words ------------------------------------------------------------------------------------------------------------


def _told_or_not(notice: Notice) -> str:
    if notice.unreached:
        return f"未能送达 undelivered: {'、'.join(notice.unreached)} ({told(notice.entry)})"
    return told(notice.entry)


def _show(card: MatterCard, entries: list[Entry], at: datetime, working: Calendar) -> None:
    line, terms = card.line, card.state.terms
    far = due_words(line, how_far(line, at, working))
    due = f"{moment(line.due_at, weekday=True)} {far or ''}".strip() if line.due_at else None
    provisional = card.state.limit is not None and card.state.limit.provisional
    facts(
        {
            "编号 id": line.id,
            "事项 matter": line.title,
            "环节 stage": f"{STAGES[line.stage]} {line.stage.value}",
            "灯 light": f"{LIGHTS[line.light]} {line.light.value}",
            "到期 due": f"{due}(暂定 provisional)" if due and provisional else due,
            "牵头 lead": line.lead,
            "协办 co-handlers": "、".join(terms.co) if terms else None,
            "督办 office": line.office,
            "批准领导 leader": line.leader,
            "紧急 urgency": line.urgency and line.urgency.value,
            "来源 basis": terms and terms.basis,
            "时限 limit": terms and terms.limit,
            "反馈 reports": terms and terms.report_every,
            "办理要求 requirement": terms and terms.requirement,
            "交办 assigned": line.assigned_at and moment(line.assigned_at, weekday=True),
            "办结 ended": line.closed_at and moment(line.closed_at, weekday=True),
            "最近 last": f"{moment(line.last_act_at)} {act_words(line.last_act)}",
            "程序 policy": line.policy,
        }
    )
    clocks = sorted(card.state.clocks.items(), key=lambda item: (item[1].due_at, list(ClockKind).index(item[0])))
    if clocks:
        rows = [(CLOCKS[kind], clock.limit, moment(clock.due_at, weekday=True)) for kind, clock in clocks]
        table(("时限 clock", "", "到期 due"), rows, "在走的时限 running clocks")
    if card.cases:
        proposed = [
            (one.id, one.subject, one.measure, "在办 open" if one.open else "了结 ended", moment(one.proposed_at))
            for one in card.cases
        ]
        table(("案件 case", "对象 subject", "措施 measure", "", "提出 proposed"), proposed, "问责案件 cases")
    sent = [(moment(entry.act.at), told(entry), "、".join(entry.act.tell)) for entry in entries if entry.act.tell]
    if sent:
        table(
            ("时刻 at", "通知 notice", "送达 to"), sent[-10:], f"通知 notices (共 {len(sent)},最近 10 条 the last 10)"
        )


def _unknown(matter_id: str) -> Problem:
    return Problem(f"没有这个事项 no such matter: {matter_id} (starter.py list)")


def _one_of(given: str | None, kind: type[Any], words: dict[str, Any], option: str) -> Any:
    if given is None:
        return None
    try:
        return words.get(given) or kind(given)
    except ValueError as error:
        accepted = ", ".join([*(member.value for member in kind), *words])
        raise Problem(f"{option} {given}: 未知 unknown;可接受 accepted: {accepted}") from error
