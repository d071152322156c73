"""What `list` and `show` say of proceedings, petitions and duties; their stories are those of matters. Reads only."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from cli.instants import now
from cli.kept import calendar, record
from cli.looking import reading
from cli.output import facts, say
from cli.problems import ExitCode, Problem
from cli.remote import LONGEST_PAGE, Site, instant
from cli.tables import table
from models.access import Scope
from models.acts import ActName
from models.contract import KINDS, PROCEEDING_KINDS, kind_of
from models.matters import Light
from models.proceedings import ProceedingStage
from policies.proceeding_wording import PROCEEDING_STAGES
from policies.wording import LIGHTS, act_words, moment
from record import proceeding_lists, views
from settings import Settings
from showing.proceedings import line_document, proceeding_document
from showing.why import procedure_of

__all__ = ["STAGE_WORDS", "kinds", "listed", "show_document", "shown", "table_of", "unknown"]

STAGE_WORDS = {words: stage for stage, words in PROCEEDING_STAGES.items()}


# --- lists ------------------------------------------------------------------------------------------------------------


def listed(chosen: Settings, there: Site | None, asked: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
    """Those that fit, a page of them, and the cursor of the next. Raises Problem for a cursor no page gave."""
    if there is not None:
        flat = {name: str(value).lower() if isinstance(value, bool) else value for name, value in asked.items()}
        page = there.get("/proceedings", **{**flat, "limit": min(asked["limit"], LONGEST_PAGE)})
        return page["items"], page["next"]
    at = now()
    with record(chosen) as store, store.reading() as session:
        working = calendar(session)
        kind = asked.get("kind")
        fits = {**asked, "kind": KINDS[kind] if kind else None}
        found = proceeding_lists.listed(session, scope=Scope.everything(), now=at, **fits)
    return [line_document(line, at, working) for line in found.items], found.next


def table_of(lines: list[dict[str, Any]], caption: str | None = None) -> None:
    """The lines as a table."""
    rows = [
        (
            line["id"],
            LIGHTS[Light(line["light"])],
            PROCEEDING_STAGES[ProceedingStage(line["stage"])],
            line["title"],
            line["lead"],
            line["step_title"],
            _moment(line["due_at"]),
            line["words"],
        )
        for line in lines
    ]
    columns = ("编号 id", "灯", "状态 stage", "名称 title", "承办 lead", "环节 step", "到期 due", "距今")
    table(columns, rows, *([caption] if caption else []))


# --- one of them ------------------------------------------------------------------------------------------------------


def shown(chosen: Settings, target: str, at: datetime, opened: str | None) -> dict[str, Any]:
    """Where it stands, for programs. Raises Problem for an unknown one."""
    with record(chosen) as store, reading(store, opened, lambda _: [target]) as session:
        found = document(session, target, at)
    if found is None:
        raise unknown(target)
    return found


def document(session: Session, target: str, at: datetime) -> dict[str, Any] | None:
    """The same of whoever may see everything; None for an unknown one."""
    card = proceeding_lists.card(session, target, at, scope=Scope.everything())
    if card is None:
        return None
    procedure = procedure_of(session, card.state.policy)
    plan = procedure.in_force(date.fromisoformat(card.state.policy.partition("/")[2])) if procedure else None
    entries = views.timeline(session, target, scope=Scope.everything())
    return proceeding_document(card, plan, entries, at, calendar(session))


def unknown(target: str) -> Problem:
    """What is said of an id under which nothing was opened."""
    return Problem(f"没有这件 no such one: {target} (starter.py list --kind {kind_of(target)})", ExitCode.REFUSED)


_STATES = {"done": "已办", "under_way": "办理中", "ahead": "未到"}


def show_document(line: Mapping[str, Any]) -> None:
    """One of them (showing/proceedings.py) for people."""
    due = f"{_moment(line['due_at'], weekday=True)} {line['words'] or ''}".strip() if line["due_at"] else None
    terms: Mapping[str, Any] = line.get("terms") or {}
    stage, light, last = ProceedingStage(line["stage"]), Light(line["light"]), line["last_act"]
    facts(
        {
            "编号 id": line["id"],
            "类别 kind": line["kind"],
            "名称 title": line["title"],
            "程序 procedure": line["procedure"],
            "状态 stage": f"{PROCEEDING_STAGES[stage]} {stage.value}",
            "环节 step": f"{line['step_title']} {line['step']}" if line["step"] and not line["ended_at"] else None,
            "灯 light": f"{LIGHTS[light]} {light.value}",
            "到期 due": due,
            "有效至 valid until": _moment(line["valid_until"]),
            "承办 lead": line["lead"],
            "协办 co-handlers": "、".join(terms.get("co", ())),
            "督办 office": line["office"],
            "批准领导 leader": line["leader"],
            "对象 subject": line["subject"],
            "渠道 channel": line.get("channel_words"),
            "登记 opened": _moment(line["opened_at"], weekday=True),
            "终结 ended": _moment(line["ended_at"], weekday=True),
            "并入 linked to": line["linked_to"],
            "启动的督办 launched": "、".join(line.get("launched", ())),
            "最近 last": last and f"{_moment(line['last_act_at'])} {act_words(ActName(last))}",
        }
    )
    steps = [
        (
            one["title"],
            _STATES[one["state"]],
            one["outcome"],
            _moment(one["at"]),
            one["by"],
            "超期" if one["late"] else "",
        )
        for one in line.get("steps", ())
    ]
    if steps:
        table(("环节 step", "", "结果 outcome", "时刻 at", "何岗 by", ""), steps, "环节 steps")
    clocks = [(one["words"], one["limit"], _moment(one["due"], weekday=True)) for one in line.get("clocks", ())]
    if clocks:
        table(("时限 clock", "", "到期 due"), clocks, "在走的时限 running clocks")
    cases = [(one["id"], one["subject"], one["measure"], "在办 open" if one["open"] else "了结 ended")
             for one in line.get("cases", ())]  # fmt: skip
    if cases:
        table(("案件 case", "对象 subject", "措施 measure", ""), cases, "问责案件 cases")
    say(f"依据和逐日计算 why and counted how: starter.py why {line['id']}")


def _moment(text: str | datetime | None, *, weekday: bool = False) -> str | None:
    at = instant(text)
    return None if at is None else moment(at, weekday=weekday)


def kinds(given: str | None) -> str | None:
    """A kind as typed: `matter`, or one of PROCEEDING_KINDS, in Chinese or in English. Raises Problem."""
    named = {"matter": "matter", KINDS["matter"]: "matter"}
    for kind in PROCEEDING_KINDS:
        named |= {kind: kind, KINDS[kind]: kind}
    if given is None:
        return None
    if given not in named:
        raise Problem(f"--kind {given}: 未知 unknown;可接受 accepted: {', '.join(named)}")
    return named[given]
