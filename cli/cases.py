"""`show` of a case: where does it stand, who has a seat in it, and did every clock that fell due fire?"""

from collections.abc import Mapping
from typing import Any

from cli.output import facts
from cli.problems import Problem
from cli.remote import instant
from cli.tables import table
from models.cases import CaseClockKind, CaseStage
from models.matters import Severity
from policies.watchdog import Watch
from policies.wording import CASE_CLOCKS, CASE_STAGES, moment

_WATCH_WORDS = {
    Watch.FIRED: "已触发 fired",
    Watch.RUNNING: "在走 running",
    Watch.STOPPED: "已停 stopped",
    Watch.MISSED: "未触发 missed",
}


def show_case(case: Mapping[str, Any]) -> None:
    """The case (showing/cases.py) for people, with a line for every clock that ever ran in it."""
    stage, proposed, ended = CaseStage(case["stage"]), instant(case["proposed_at"]), instant(case["ended_at"])
    facts(
        {
            "编号 id": case["id"],
            "事项 matter": case["title"],
            "环节 stage": f"{CASE_STAGES[stage]} {stage.value}",
            "对象 subject": case["subject"],
            "来源 source": case["source_words"],
            "所依案件 rests on": case["rests_on_words"],
            "情节 severity": Severity(case["severity"]).value,
            "拟定措施 measure proposed": case["measure_words"],
            "生效措施 measure standing": case["standing_words"],
            "十二个月内第几次 count": case["count"],
            "提出 proposed": proposed and f"{moment(proposed, weekday=True)} {case['proposer'] or ''}",
            "督办 office": case["office"],
            "领导 leader": case["leader"],
            "会议成员 panel": "、".join(case["panel"]),
            "复核 reviewers": "、".join(case["reviewers"]),
            "回避 recused": "、".join(case["recused"]),
            "了结 ended": ended and moment(ended, weekday=True),
            "程序 policy": case["policy"],
            "所列事实 allegation": case["allegation"],
            "所告知事实 facts": case["facts"],
            "陈述申辩 statements": "\n".join(case["statements"]),
        }
    )
    rows = [_row(one) for one in case["clocks"]]
    if rows:
        table(
            ("时限 clock", "到期 due", "结果 watch", "缘由 why", "次 fired#", "送达 told"), rows, "全部时限 all clocks"
        )


def unknown_case(case_id: str) -> Problem:
    """What is said of a case nobody has proposed."""
    return Problem(f"没有这个案件 no such case: {case_id} (starter.py list)")


def _row(one: Mapping[str, Any]) -> tuple[object, ...]:
    due = instant(one["due"])
    return (
        f"{CASE_CLOCKS[CaseClockKind(one['clock'])]}{one['mark']}",
        due and moment(due, weekday=True),
        _WATCH_WORDS[Watch(one["watch"])],
        one["why"],
        one["fired"] or None,
        "、".join(one["told"]),
    )
