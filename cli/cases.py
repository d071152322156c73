"""`show` of a case: where does it stand, who has a seat in it, and did every clock that fell due fire?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cli.output import facts
from cli.problems import Problem
from cli.tables import table
from models.cases import CaseClockKind, CaseSource, CaseState
from models.ladder import Ladder
from policies.deadlines import local_date
from policies.ladder import mark_of, measures_of, standard_ladder
from policies.watchdog import Watch, Watched, watch
from policies.wording import CASE_CLOCKS, CASE_SOURCES, CASE_STAGES, moment, source_words

_WATCH_WORDS = {
    Watch.FIRED: "已触发 fired",
    Watch.RUNNING: "在走 running",
    Watch.STOPPED: "已停 stopped",
    Watch.MISSED: "未触发 missed",
}


def case_details(case: CaseState, at: datetime, cited: Mapping[str, CaseState]) -> dict[str, Any]:
    """The case for programs; what people wrote in it is for `timeline`. `cited` are the cases it rests on."""
    source = case.source
    return {
        "id": case.id,
        "matter_id": case.matter_id,
        "stage": case.stage,
        "subject": case.subject,
        "source": source and {
            "kind": source.kind,
            "reference": source.reference,
            "cases": [{"id": one, "stage": cited[one].stage, "standing": cited[one].standing}
                      for one in source.cases if one in cited],
        },
        "severity": case.severity,
        "measure": case.measure,
        "standing": case.standing,
        "unverified": _unverified(case),
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
        "clocks": [
            {"clock": one.kind, "due": one.due_at, "watch": one.watch, "why": one.why, "fired": one.fired,
             "told": one.told, "unverified": bool(_mark(case, one))}
            for one in watch(case, at)
        ],
    }  # fmt: skip


def show_case(case: CaseState, at: datetime, cited: Mapping[str, CaseState]) -> None:
    """The case for people, with a line for every clock that ever ran in it; `cited` are the cases it rests on."""
    facts(
        {
            "编号 id": case.id,
            "事项 matter": case.title,
            "环节 stage": f"{CASE_STAGES[case.stage]} {case.stage.value}",
            "对象 subject": case.subject,
            "来源 source": _source(case),
            "所依案件 rests on": "、".join(f"{one} {_standing(state)}" for one, state in cited.items()),
            "情节 severity": case.severity.value,
            "拟定措施 measure proposed": _labels(case, case.measure),
            "生效措施 measure standing": _labels(case, case.standing),
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
    rows = [_row(case, one) for one in watch(case, at)]
    if rows:
        table(
            ("时限 clock", "到期 due", "结果 watch", "缘由 why", "次 fired#", "送达 told"), rows, "全部时限 all clocks"
        )


def unknown_case(case_id: str) -> Problem:
    """What is said of a case nobody has proposed."""
    return Problem(f"没有这个案件 no such case: {case_id} (starter.py list)")


def _row(case: CaseState, one: Watched) -> tuple[object, ...]:
    due, name = moment(one.due_at, weekday=True), f"{CASE_CLOCKS[one.kind]}{_mark(case, one)}"
    return name, due, _WATCH_WORDS[one.watch], one.why, one.fired or None, "、".join(one.told)


def _source(case: CaseState) -> str:
    if case.source is not None:
        return f"{source_words(case.source)} {case.source.kind.value}"
    # Kept since cases say where they come from; before that the matter was the only source on record.
    return f"{CASE_SOURCES[CaseSource.MATTER]} matter" if case.matter_id else "未写明 not said"


def _standing(state: CaseState) -> str:
    return f"{CASE_STAGES[state.stage]}{f' {state.standing}' if state.standing else ''}"


def _ladder(case: CaseState) -> Ladder | None:
    """The ladder of the day on which the case was proposed; None before that."""
    return standard_ladder().in_force(local_date(case.proposed_at)) if case.proposed_at else None


def _labels(case: CaseState, measure: str | None) -> str:
    """A measure in words, with the mark of what nobody has checked."""
    ladder = _ladder(case)
    return "、".join(one.label for one in measures_of(ladder, measure)) if ladder and measure else ""


def _unverified(case: CaseState) -> dict[str, tuple[str, ...]]:
    """Of the measures shown, by code, the values that nobody has checked."""
    ladder = _ladder(case)
    shown = [measure for measure in (case.measure, case.standing) if measure] if ladder else []
    entries = (one for measure in shown if ladder for one in measures_of(ladder, measure))
    return {one.code: one.unverified for one in entries if one.unverified}


def _mark(case: CaseState, one: Watched) -> str:
    """The mark beside a clock whose length in the ladder nobody has checked; empty for any other."""
    ladder, decided = _ladder(case), case.standing or (case.decision.measure if case.decision else None)
    if ladder is None or decided is None or one.kind not in (CaseClockKind.EXECUTION, CaseClockKind.EFFECT):
        return ""
    return mark_of(ladder, decided, one.kind.value)
