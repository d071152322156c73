"""Which documents does an act issue, and what does each of them say?

Pure: the act, the matter or case as it stood at that act and what had happened before in, the facts of the document
out, in words. What only a case has to say is for policies/case_papers.py; the number comes from record/documents.py,
the page from the template.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from models.acts import Act, ActName
from models.cases import CaseClock, CaseClockKind, CaseStage, CaseState
from models.documents import (
    ISSUED,
    DocumentFacts,
    DocumentKind,
    DocumentOf,
    NamedText,
    Occasion,
    Reference,
    StoryLine,
)
from models.matters import Clock, ClockKind, MatterState, MatterTerms, Running
from models.policy import Policy, VerificationMethod
from models.proceedings import ProceedingState
from policies import case_papers
from policies.counting import standard_counting
from policies.deadlines import local_date
from policies.drafting import Facts
from policies.ladder import parts_of
from policies.limits import LimitError
from policies.machines import State
from policies.wording import RULES, act_words, chinese_date, chinese_moment, limit_words, moment

# What tells a reader nothing about how the matter was handled: the daily call to sign, lamps, what was turned away.
# And how a member of a panel voted, which stays on record.
_NOT_TOLD = frozenset({ActName.LIGHT_CHANGED, ActName.SIGN_REMINDED, ActName.REFUSED, ActName.VOTE_CAST})


_DECISIONS = {
    ActName.EXTENSION_GRANTED: "同意延期",
    ActName.EXTENSION_REFUSED: "不同意延期",
    ActName.EXTENSION_LAPSED: "至办结时限届满未作审批，申请失效",
}
_METHODS = {
    VerificationMethod.DOCUMENT.value: "书面核验",
    VerificationMethod.VISIT.value: "实地核查",
    VerificationMethod.CALL_BACK.value: "电话回访",
}
_EVIDENCE = {"persons": "核查人员", "place": "地点", "date": "日期", "text": "说明"}
_RESULTS = ("按期办结", "经督办后办结", "经责令限期整改后办结", "已建议启动问责，后经整改办结")

# Which parameter of the procedure gives a clock its length; the matter's own limit comes with the matter.
_PARAMETERS: dict[ClockKind | CaseClockKind, str] = {
    ClockKind.SUPERVISION: "supervision",
    ClockKind.RECTIFICATION: "rectification",
    ClockKind.RETURNED: "returned",
    ClockKind.VERIFICATION: "verification",
    ClockKind.SIGNING: "signing",
    ClockKind.ARCHIVE: "archive",
    CaseClockKind.INVESTIGATION: "case_investigation",
    CaseClockKind.WINDOW: "case_window",
    CaseClockKind.ANSWER: "case_answer",
    CaseClockKind.DECISION: "case_decision",
    CaseClockKind.SERVICE: "case_service",
    CaseClockKind.REVIEW_WINDOW: "case_review_request",
    CaseClockKind.REVIEW: "case_review",
    CaseClockKind.LAPSE: "case_longest_approved",
}
# Rules whose law changes with the date: the parameter that holds it.
_RULE_SOURCES = {"R3": "first_counted_day", "R4": "calendar_limit_roll"}


def called_for(act: Act, state: State, policy: Policy) -> tuple[DocumentKind, ...]:
    """The kinds of document that `act` issues under this policy, in the order of the procedure.

    None before a matter has terms or a case is proposed (one that was refused), and none for a proceeding: what it has
    to show is evidence of its steps.
    """
    if organ_of(state) is None or isinstance(state, ProceedingState):
        return ()
    of = DocumentOf.CASE if isinstance(state, CaseState) else DocumentOf.MATTER
    return tuple(
        kind for kind in policy.documents if kind.of is of and any(_is_occasion(one, act) for one in kind.issued_with)
    )


def _is_occasion(occasion: Occasion, act: Act) -> bool:
    if occasion.act is not act.act:
        return False
    return occasion.measures is None or not set(occasion.measures).isdisjoint(parts_of(act.measure or ""))


def organ_of(state: State) -> str | None:
    """The organ that issues the documents of a matter or case: its office; None where there is none yet."""
    if isinstance(state, CaseState):
        return state.office if state.stage is not CaseStage.BLANK else None
    return state.terms.office if state.terms is not None else None


def facts_of(
    kind: DocumentKind, number: str, act: Act, state: State, *, before: Sequence[Act], facts: Facts
) -> DocumentFacts:
    """What the document of this number says: `state` as it stood at `act`, `before` the target's earlier acts.

    Raises ValueError for a matter without terms, or a case that was never proposed.
    """
    organ = organ_of(state)
    if organ is None or isinstance(state, ProceedingState):
        raise ValueError(f"{state.id} is not registered")
    clock = _set_by(act, state)
    sources = _sources(kind, act, clock, facts.policy)
    if isinstance(state, CaseState):
        own = case_papers.said_of(act, state, before, facts)
        sources |= case_papers.sources_of(act, state, facts)
    else:
        own = _of_matter(act, state, before, facts)
    return DocumentFacts(
        number=number,
        title=kind.title,
        english=kind.english,
        organ=organ,
        issued_on=chinese_date(local_date(act.at)),
        issued_at=chinese_moment(act.at),
        source=kind.source,
        policy=act.ruling.policy if act.ruling else "",
        sources=tuple(NamedText(name=name, text=_in_chinese(text)) for name, text in sources.items()),
        act=act_words(act.act),
        by=act.by or "",
        reason=act.reason or "",
        text=_text(act),
        told="、".join(act.tell),
        **_clock(act, clock),
        **own,
        earlier=tuple(_earlier(before)),
        story=tuple(_line(one) for one in (*before, act) if one.act not in _NOT_TOLD),
    )


def _of_matter(act: Act, state: MatterState, before: Sequence[Act], facts: Facts) -> dict[str, Any]:
    terms = state.terms
    if terms is None:
        raise ValueError(f"{state.id} is not registered")
    lead, office = facts.directory.find(terms.lead), facts.directory.find(terms.office)
    return {
        "matter_id": state.id,
        **_terms(terms),
        "lead_head": lead.head if lead else "",
        "lead_handler": lead.handler if lead else "",
        "office_handler": office.handler if office else "",
        "assigned_on": chinese_date(local_date(state.assigned_at)) if state.assigned_at else "",
        "signed_on": chinese_date(local_date(state.signed_at)) if state.signed_at else "",
        "limit_now": _limit(state.limit.limit) if state.limit else "",
        "limit_due": chinese_moment(state.limit.due_at) if state.limit else "",
        "case_id": act.target if act.target != state.id else "",
        "subject": act.subject or "",
        "measure": act.measure or "",
        **_extension(act, before),
        **_closing(act, state, before),
    }


def _terms(terms: MatterTerms) -> dict[str, Any]:
    return {
        "matter": terms.title,
        "requirement": terms.requirement or "",
        "remark": terms.remark or "",
        "basis": terms.basis,
        "urgency": terms.urgency.value,
        "lead": terms.lead,
        "co": "、".join(terms.co),
        "office": terms.office,
        "leader": terms.leader,
        "limit": _limit(terms.limit),
    }


def _set_by(act: Act, state: State) -> Running | None:
    """The clock whose due instant the act tells: one started with it before one that was moved; None if it set none."""
    if act.due is None:
        return None
    told: list[Running] = [clock for clock in state.clocks.values() if clock.due_at == act.due]
    return min(told, key=lambda clock: clock.started_at != act.at, default=None)


def _clock(act: Act, clock: Running | None) -> dict[str, Any]:
    if act.due is None or clock is None:
        return {}
    on = local_date(clock.started_at)
    law = {value.name: value.source for value in standard_counting().sources(on)}
    rules = []
    for rule in clock.rules:
        source = law.get(_RULE_SOURCES.get(rule, ""))
        rules.append(NamedText(name=rule, text=RULES.get(rule, "") + (f"（{source}）" if source else "")))
    return {
        "due": chinese_moment(act.due),
        "clock_limit": _limit(clock.limit),
        "clock_from": chinese_moment(clock.started_at),
        "clock_rules": tuple(rules),
        "calendar": clock.calendar,
        "provisional": "所计日期含放假安排尚未公布的日子，为暂定，公布后重新认定。" if clock.provisional else "",
    }


def _sources(kind: DocumentKind, act: Act, clock: Running | None, policy: Policy) -> dict[str, str]:
    named = {"文书": kind.source}
    if act.ruling is not None and act.ruling.entry in policy.sources:
        named["事由"] = policy.sources[act.ruling.entry]
    parameter = _PARAMETERS.get(clock.kind) if isinstance(clock, Clock | CaseClock) else None
    if parameter in policy.sources:
        named["时限"] = policy.sources[parameter]
    return named


def _in_chinese(source: str) -> str:
    """A source as an office cites it, where the shipped procedure cites it in English."""
    cited = re.sub(r"order 733 art\. (\d+)", r"《政府督查工作条例》第\1条", source)
    cited = re.sub(r"seeds? (\d{3}(?:, \d{3})*)", r"本单位所存文本\1", cited)
    return cited.replace("house rule", "本单位办法").replace("; ", "；")


def _extension(act: Act, before: Sequence[Act]) -> dict[str, Any]:
    if act.act not in _DECISIONS:
        return {}
    asked = _last(before, ActName.EXTENSION_REQUESTED)
    if asked is None:
        return {"decision": _DECISIONS[act.act]}
    return {
        "extension_limit": _limit(str(asked.detail.get("limit", ""))),
        "extension_by": asked.by or "",
        "extension_on": chinese_moment(asked.at),
        "extension_reason": asked.reason or "",
        "decision": _DECISIONS[act.act],
    }


def _closing(act: Act, state: MatterState, before: Sequence[Act]) -> dict[str, Any]:
    if act.act is not ActName.CLOSED:
        return {}
    submitted, verified = _last(before, ActName.SUBMITTED), _last(before, ActName.VERIFIED)
    said: dict[str, Any] = {"result": _RESULTS[min(state.level, len(_RESULTS) - 1)]}
    if submitted is not None:
        said |= {
            "submitted_on": chinese_moment(submitted.at),
            "submitted_by": submitted.by or "",
            "submitted_text": _text(submitted),
        }
    if verified is not None:
        method = str(verified.detail.get("method", ""))
        said |= {
            "verified_on": chinese_moment(verified.at),
            "verified_by": verified.by or "",
            "method": _METHODS.get(method, method),
            "evidence": tuple(_evidence(verified.detail.get("evidence"))),
        }
    return said


def _evidence(evidence: object) -> Iterable[NamedText]:
    if isinstance(evidence, dict):
        for name, value in evidence.items():
            text = "、".join(str(one) for one in value) if isinstance(value, list) else str(value)
            yield NamedText(name=_EVIDENCE.get(name, str(name)), text=text)
    elif evidence:
        yield NamedText(name="说明", text=str(evidence))


def _earlier(before: Iterable[Act]) -> Iterable[Reference]:
    for act in before:
        for issued in act.detail.get(ISSUED, ()):
            on = chinese_date(local_date(act.at))
            yield Reference(number=issued["number"], title=issued["title"], on=on)


def _line(act: Act) -> StoryLine:
    parts = [
        act.subject or "",
        act.measure or "",
        f"还有{act.days_left}个工作日" if act.days_left is not None else "",
        _text(act),
        act.reason or "",
        f"限{moment(act.due)}" if act.due else "",
        *(issued["number"] for issued in act.detail.get(ISSUED, ())),
    ]
    said = "；".join(part.rstrip("。；") for part in parts if part)
    return StoryLine(at=moment(act.at), act=act_words(act.act), by=act.by or "", said=said)


def _limit(written: str) -> str:
    """A limit in words; as it was written where it is none, such as the instant until which a matter is suspended."""
    try:
        return limit_words(written)
    except LimitError:
        return written


def _last(acts: Sequence[Act], name: ActName) -> Act | None:
    return next((act for act in reversed(acts) if act.act is name), None)


def _text(act: Act) -> str:
    text = act.detail.get("text")
    return text if isinstance(text, str) else ""
