"""`list`, `show`, `timeline`, `inbox`: what does the record say? Read from record.views; no server is asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import typer

from cli import proceedings
from cli.cases import show_case, unknown_case
from cli.instants import now
from cli.kept import calendar, organs, record, settings
from cli.looking import OPEN_AT_THE_MACHINE, Open, reading
from cli.output import Json, answer, facts, say
from cli.problems import Problem
from cli.remote import LONGEST_PAGE, Site, entry_of, instant, site, target_path
from cli.tables import table
from models.access import Scope
from models.acts import ActName
from models.contract import is_case, is_proceeding
from models.matters import ClockKind, Light, Stage
from models.proceedings import ProceedingStage
from policies.wording import CLOCKS, LIGHTS, STAGES, act_words, moment, speaker
from record import cases, views
from record.looks import with_cases
from settings import Settings
from showing.cases import case_document
from showing.matters import card_document, line_document, notice_document, recorded, told

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
    kind: Annotated[
        str | None,
        typer.Option("--kind", help="类别 kind: matter, proceeding, petition, duty (或中文 or in Chinese)"),
    ] = None,
    procedure: Annotated[
        str | None, typer.Option("--procedure", help="程序(非督办事项)。 The procedure, of what is no matter.")
    ] = None,
    text: Annotated[str | None, typer.Option("--text", help="标题或编号中的文字。 Text in title or id.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="每页件数。 Matters on a page.")] = 50,
    after: Annotated[
        str | None, typer.Option("--after", help="接上页:上页末尾所示。 The next page: as the last one said.")
    ] = None,
    as_json: Json = False,
) -> None:
    """列出督办事项:环节、灯、到期日及距今工作日;其后为在办的程序事项、诉求、义务(--kind 只列一类)。

    List matters: stage, light, due, and how far that is; after them the proceedings, petitions and duties under way.
    """
    chosen = settings()
    of = proceedings.kinds(kind)
    if of not in (None, "matter") or procedure is not None:
        more = {
            "kind": of, "procedure": procedure, "lead": organ, "office": office, "overdue": overdue, "text": text,
            "stage": _one_of(stage, ProceedingStage, proceedings.STAGE_WORDS, "--stage"),
            "light": _one_of(light, Light, _LIGHT_WORDS, "--light"), "after": after, "limit": limit,
        }  # fmt: skip
        with site(chosen) as there:
            _only_proceedings(chosen, there, more, as_json=as_json)
        return
    asked: dict[str, Any] = {
        "lead": organ,
        "office": office,
        "stage": _one_of(stage, Stage, _STAGE_WORDS, "--stage"),
        "light": _one_of(light, Light, _LIGHT_WORDS, "--light"),
        "overdue": overdue,
        "text": text,
        "after": after,
        "limit": limit,
    }
    with site(chosen) as there:
        lines, following = _here(chosen, asked) if there is None else _there(there, asked)
        beside: list[dict[str, Any]] = []
        if of is None and stage is None and after is None:
            more = {name: asked[name] for name in ("lead", "office", "light", "overdue", "text", "limit")}
            beside, _ = proceedings.listed(chosen, there, {**more, "stage": ProceedingStage.UNDER_WAY})
    if as_json:
        answer({"matters": lines, "next": following, "proceedings": beside})
        return
    rows = [
        (
            line["id"],
            LIGHTS[Light(line["light"])],
            STAGES[Stage(line["stage"])],
            line["title"],
            line["lead"],
            _moment(line["due_at"]),
            line["words"],
        )
        for line in lines
    ]
    table(("编号 id", "灯", "环节 stage", "事项 matter", "牵头 lead", "到期 due", "距今"), rows)
    if following:
        say(f"还有更多 more: --after '{following}'")
    elif not rows:
        say("没有符合条件的事项。 No matter fits.")
    if beside:
        proceedings.table_of(beside, "在办的程序事项、群众诉求、经常性义务 proceedings, petitions and duties under way")


def _only_proceedings(chosen: Settings, there: Site | None, asked: dict[str, Any], *, as_json: bool) -> None:
    """A page of them; a cursor no page gave fits nothing after it."""
    lines, following = proceedings.listed(chosen, there, asked)
    if as_json:
        answer({"proceedings": lines, "next": following})
        return
    proceedings.table_of(lines)
    if following:
        say(f"还有更多 more: --after '{following}'")
    elif not lines:
        say("没有符合条件的。 None fits.")


def _here(chosen: Settings, asked: dict[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
    at = now()
    with record(chosen) as store, store.reading() as session:
        working = calendar(session)
        try:
            page = views.matters(session, scope=Scope.everything(), now=at, **asked)
        except ValueError as error:
            raise Problem(f"--after {asked['after']}: 不是上一页给出的值 not what a page before said") from error
    return [line_document(line, at, working) for line in page.items], page.next


def _there(there: Site, asked: dict[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
    overdue = asked["overdue"]
    said = {**asked, "limit": min(asked["limit"], LONGEST_PAGE)}
    page = there.get("/matters", **said | {"overdue": None if overdue is None else str(overdue).lower()})
    return page["items"], page["next"]


def show(
    matter_id: Annotated[str, typer.Argument(metavar="ID", help="事项或案件编号。 The id of a matter or a case.")],
    opened: Open = None,
    as_json: Json = False,
) -> None:
    """一件事项的现状:环节、灯、到期、在走的时限、案件和通知;一个案件的现状:环节、对象、措施、各项时限是否按时触发。

    Where one matter stands: stage, light, due, running clocks, cases and notices. Or one case: stage, subject, measure,
    and whether every clock fired when it fell due.
    """
    chosen, at = settings(), now()
    with site(chosen) as there:
        if there is not None:
            _only_here(opened)
            document = there.get(target_path(matter_id))
        elif is_proceeding(matter_id):
            document = proceedings.shown(chosen, matter_id, at, opened)
        elif is_case(matter_id):
            document = _case(chosen, matter_id, at, opened)
        else:
            document = _matter(chosen, matter_id, at, opened)
    if as_json:
        answer(document)
    elif is_proceeding(matter_id):
        proceedings.show_document(document)
    elif is_case(matter_id):
        show_case(document)
    else:
        _show(document)


def _only_here(opened: str | None) -> None:
    if opened is not None:
        raise Problem(OPEN_AT_THE_MACHINE)


def _matter(chosen: Settings, matter_id: str, at: datetime, opened: str | None) -> dict[str, Any]:
    with record(chosen) as store, reading(store, opened, lambda one: with_cases(one, matter_id)) as session:
        card = views.card(session, matter_id, at, scope=Scope.everything())
        working = calendar(session)
        entries = views.timeline(session, matter_id, scope=Scope.everything())
    if card is None:
        raise _unknown(matter_id)
    return card_document(card, entries, at, working)


def _case(chosen: Settings, case_id: str, at: datetime, opened: str | None) -> dict[str, Any]:
    with record(chosen) as store, reading(store, opened, lambda _: [case_id]) as session:
        case = cases.seen(session, case_id)
        cited = cases.cited_by(session, case) if case else {}
    if case is None:
        raise unknown_case(case_id)
    return case_document(case, at, cited)


def timeline(
    matter_id: Annotated[str, typer.Argument(metavar="ID", help="事项或案件编号。 The id of a matter or a case.")],
    opened: Open = None,
    as_json: Json = False,
) -> None:
    """一件事项(连同其案件)的全部记录,按登记次序。 Every act of a matter and its cases, in the order of recording."""
    chosen = settings()
    with site(chosen) as there:
        if there is not None:
            _only_here(opened)
            entries = [entry_of(one) for one in there.get(f"{target_path(matter_id)}/timeline")["items"]]
        else:
            with record(chosen) as store, reading(store, opened, lambda one: with_cases(one, matter_id)) as session:
                entries = views.timeline(session, matter_id, scope=Scope.everything())
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
            speaker(entry.act),
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
    with site(chosen) as there:
        if there is not None:
            found = there.get("/inbox", post=post, after=after, limit=min(limit, LONGEST_PAGE))
            notices, following = found["items"], found["next"]
        else:
            notices, following = _inbox(chosen, post, after, limit)
    if as_json:
        answer({"post": post, "notices": notices, "next": following})
        return
    rows = [(_moment(one["at"], weekday=True), one["matter"], one["title"], _told_or_not(one)) for one in notices]
    table(("时刻 at", "事项 id", "标题 title", "通知 notice"), rows)
    if following:
        say(f"还有更多 more: --after {following}")


def _inbox(chosen: Settings, post: str, after: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    with record(chosen) as store, store.reading() as session:
        try:
            page = views.inbox(session, post, after=after, limit=limit)
        except ValueError as error:
            raise Problem(f"--after {after}: 不是上一页给出的值 not what a page before said") from error
    if not page.items and not organs(chosen).has_post(post):
        raise Problem(f"名录中没有该岗位 unknown post: {post}")
    return [notice_document(one) for one in page.items], page.next


# --- words ------------------------------------------------------------------------------------------------------------


def _moment(text: str | datetime | None, *, weekday: bool = False) -> str | None:
    at = instant(text)
    return None if at is None else moment(at, weekday=weekday)


def _told_or_not(notice: Mapping[str, Any]) -> str:
    words: str = notice["words"]
    return f"未能送达 undelivered: {'、'.join(notice['unreached'])} ({words})" if notice["unreached"] else words


def _show(line: Mapping[str, Any]) -> None:
    """A matter (showing/matters.py) for people; where only a part is his, what he sees of it."""
    terms: Mapping[str, Any] = line.get("terms") or line.get("part") or {}
    due = f"{_moment(line['due_at'], weekday=True)} {line['words'] or ''}".strip() if line["due_at"] else None
    clocks = sorted(line["clocks"], key=lambda one: (instant(one["due"]), list(ClockKind).index(one["clock"])))
    provisional = any(one["provisional"] for one in clocks if one["clock"] == ClockKind.LIMIT)
    stage, light, last = Stage(line["stage"]), Light(line["light"]), line["last_act"]
    facts(
        {
            "编号 id": line["id"],
            "事项 matter": line["title"],
            "环节 stage": f"{STAGES[stage]} {stage.value}",
            "灯 light": f"{LIGHTS[light]} {light.value}",
            "到期 due": f"{due}(暂定 provisional)" if due and provisional else due,
            "牵头 lead": line["lead"],
            "协办 co-handlers": "、".join(terms.get("co", ())),
            "督办 office": line["office"],
            "批准领导 leader": line["leader"],
            "紧急 urgency": line["urgency"],
            "来源 basis": terms.get("basis"),
            "时限 limit": terms.get("limit"),
            "反馈 reports": terms.get("report_every"),
            "办理要求 requirement": terms.get("requirement"),
            "交办 assigned": _moment(line["assigned_at"], weekday=True),
            "办结 ended": _moment(line["closed_at"], weekday=True),
            "最近 last": last and f"{_moment(line['last_act_at'])} {act_words(ActName(last))}",
            "程序 policy": line["policy"],
        }
    )
    if clocks:
        rows = [(CLOCKS[ClockKind(one["clock"])], one["limit"], _moment(one["due"], weekday=True)) for one in clocks]
        table(("时限 clock", "", "到期 due"), rows, "在走的时限 running clocks")
    if line["cases"]:
        proposed = [
            (one["id"], one["subject"], one["measure"], "在办 open" if one["open"] else "了结 ended",
             _moment(one["proposed_at"]))
            for one in line["cases"]
        ]  # fmt: skip
        table(("案件 case", "对象 subject", "措施 measure", "", "提出 proposed"), proposed, "问责案件 cases")
    sent = [(_moment(one["at"]), one["words"], "、".join(one["to"])) for one in line["notices"]]
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
