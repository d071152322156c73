"""`show` of a case: where does it stand, who has a seat in it, and did every clock that fell due fire?"""

from datetime import datetime
from typing import Any

from cli.output import facts
from cli.problems import Problem
from cli.tables import table
from models.cases import CaseState
from policies.watchdog import Watch, Watched, watch
from policies.wording import CASE_CLOCKS, CASE_STAGES, moment

_WATCH_WORDS = {
    Watch.FIRED: "已触发 fired",
    Watch.RUNNING: "在走 running",
    Watch.STOPPED: "已停 stopped",
    Watch.MISSED: "未触发 missed",
}


def case_details(case: CaseState, at: datetime) -> dict[str, Any]:
    """The case for programs; the rest of what people wrote in it is for `timeline`."""
    return {
        "id": case.id,
        "matter_id": case.matter_id,
        "stage": case.stage,
        "subject": case.subject,
        "severity": case.severity,
        "measure": case.measure,
        "standing": case.standing,
        "count": case.count,
        "proposer": case.proposer,
        "office": case.office,
        "leader": case.leader,
        "panel": case.panel,
        "reviewers": case.reviewers,
        "recused": case.recused,
        "ballot": case.ballot,
        "proposed_at": case.proposed_at,
        "ended_at": case.ended_at,
        "policy": case.policy,
        **_materials(case),
        "clocks": [
            {"clock": one.kind, "due": one.due_at, "watch": one.watch, "why": one.why, "fired": one.fired,
             "told": one.told}
            for one in watch(case, at)
        ],
    }  # fmt: skip


def show_case(case: CaseState, at: datetime) -> None:
    """The case for people, with a line for every clock that ever ran in it."""
    facts(
        {
            "编号 id": case.id,
            "事项 matter": case.title,
            "环节 stage": f"{CASE_STAGES[case.stage]} {case.stage.value}",
            "对象 subject": case.subject,
            "情节 severity": case.severity.value,
            "拟定措施 measure proposed": case.measure,
            "生效措施 measure standing": case.standing,
            "十二个月内第几次 count": case.count,
            "提出 proposed": case.proposed_at and f"{moment(case.proposed_at, weekday=True)} {case.proposer or ''}",
            "督办 office": case.office,
            "领导 leader": case.leader,
            "会议成员 panel": "、".join(case.panel),
            "复核 reviewers": "、".join(case.reviewers),
            "回避 recused": "、".join(case.recused),
            "了结 ended": case.ended_at and moment(case.ended_at, weekday=True),
            "程序 policy": case.policy,
            "所列事实 allegation": case.allegation,
            "所告知事实 facts": case.facts and case.facts.text,
            "陈述申辩 statements": "\n".join(one.text for one in case.statements),
        }
    )
    rows = [_row(one) for one in watch(case, at)]
    if rows:
        table(
            ("时限 clock", "到期 due", "结果 watch", "缘由 why", "次 fired#", "送达 told"), rows, "全部时限 all clocks"
        )


def _materials(case: CaseState) -> dict[str, Any]:
    return {
        "allegation": case.allegation,
        "facts": case.facts and case.facts.text,
        "statements": [one.text for one in case.statements],
    }


def unknown_case(case_id: str) -> Problem:
    """What is said of a case nobody has proposed."""
    return Problem(f"没有这个案件 no such case: {case_id} (starter.py list)")


def _row(one: Watched) -> tuple[object, ...]:
    due = moment(one.due_at, weekday=True)
    return CASE_CLOCKS[one.kind], due, _WATCH_WORDS[one.watch], one.why, one.fired or None, "、".join(one.told)
