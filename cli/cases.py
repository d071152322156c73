"""`show` of a case: where does it stand, who has a seat in it, and did every clock that fell due fire?"""

from datetime import datetime

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
        }
    )
    rows = [_row(one) for one in watch(case, at)]
    if rows:
        table(
            ("时限 clock", "到期 due", "结果 watch", "缘由 why", "次 fired#", "送达 told"), rows, "全部时限 all clocks"
        )


def unknown_case(case_id: str) -> Problem:
    """What is said of a case nobody has proposed."""
    return Problem(f"没有这个案件 no such case: {case_id} (starter.py list)")


def _row(one: Watched) -> tuple[object, ...]:
    due = moment(one.due_at, weekday=True)
    return CASE_CLOCKS[one.kind], due, _WATCH_WORDS[one.watch], one.why, one.fired or None, "、".join(one.told)
