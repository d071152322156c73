"""What does a paper of an accountability case say of the case?

Pure: the act, the case as it stood at that act and what had happened before in, the facts a template may name out, in
words. Which votes were cast is said by number only; whose they were stays on record. Which act issues which paper, and
what every document says, is for policies/issuing.py.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from models.acts import Act, ActName
from models.cases import CaseClockKind, CaseSource, CaseState, Receipt, ReceiptKind, ReviewOutcome, Statement
from models.contract import matter_of
from models.documents import ISSUED, MeasureLine, NamedText, StatementLine
from models.ladder import Ladder, Measure
from models.matters import Severity
from policies import evidence, ladder, panel, seats
from policies.deadlines import effect_ends_at, local_date
from policies.directory import Directory
from policies.drafting import Facts
from policies.limits import parse_limit
from policies.wording import chinese_date, chinese_moment, limit_words, source_words

_SEVERITIES = {
    Severity.MINOR: "轻微",
    Severity.ORDINARY: "一般",
    Severity.SERIOUS: "严重",
    Severity.GRAVE: "特别严重",
}
_RECEIPTS = {
    ReceiptKind.SIGNED: "本人签收",
    ReceiptKind.LEFT: "留置送达",
    ReceiptKind.PUBLIC_NOTICE: "公告送达",
}
_HEARD = {
    ActName.STATEMENT_WAIVED: "被问责人放弃陈述申辩",
    ActName.STATEMENT_LAPSED: "被问责人在期限内未提出陈述申辩",
    ActName.STATEMENT_ANSWERED: "已听取陈述申辩并逐项答复",
}
_OUTCOMES = {
    ReviewOutcome.UPHELD: "维持原问责决定",
    ReviewOutcome.LIGHTER: "变更为较轻的问责方式",
    ReviewOutcome.REVOKED: "撤销原问责决定",
}
_CHOICES = {panel.DISMISS: "不予问责", panel.EXEMPT: "容错免责"}
_MOVED = {ActName.MITIGATED: "从轻", ActName.AGGRAVATED: "从重"}
_VALUES = {
    "decides": "决定机关",
    "competent": "主管机关",
    "evidence": "执行凭证",
    "execution": "执行期限",
    "effect": "影响期",
    "combines": "合并使用",
}

# The act whose paper a receipt proves the service of: a notice of facts is served as it is issued.
_SERVED = {ActName.FACTS_NOTIFIED: ActName.FACTS_NOTIFIED, ActName.DECISION_SERVED: ActName.MEASURE_DECIDED}
_SERVED_TITLES = {ActName.FACTS_NOTIFIED: "事实告知书", ActName.DECISION_SERVED: "问责决定书"}
# The names under which the proof of a measure shows one thing; the ladder accepts any of them.
_SHOWN = {
    "persons": ("persons",),
    "recorder": ("recorder",),
    "place": ("place",),
    "medium": ("medium",),
    "done_on": ("time", "date"),
    "content": ("content", "signed_text", "text"),
}
_INSTANT = timedelta(seconds=1)
# The ladder's mark, as a paper prints it.
_MARK = "（未核实 unverified）"


def said_of(act: Act, state: CaseState, before: Sequence[Act], facts: Facts) -> dict[str, Any]:
    """The facts of a document about a case, by the name of their field; `state` as it stood at `act`."""
    rules = facts.ladder.in_force(local_date(state.proposed_at or act.at))
    office = facts.directory.find(state.office)
    measure = _measure(act, state)
    return {
        "matter_id": state.matter_id or matter_of(state.id),
        "matter": state.title or "",
        "case_id": state.id,
        "lead": state.lead or "",
        "office": state.office,
        "office_handler": office.handler if office else "",
        "leader": state.leader,
        "subject": state.subject,
        "organs": "、".join(organ for organ in state.organs if organ != state.subject),
        "severity": _SEVERITIES[state.severity],
        "count": str(state.count),
        "allegation": state.allegation or "",
        "opened_from": _opened_from(state),
        "measure": _named(rules, measure) if measure else "",
        "measures": tuple(_line(entry) for entry in ladder.measures_of(rules, measure)) if measure else (),
        "review_limit": limit_words(facts.policy.case_review_request) if facts.policy.case_review_request else "",
        **_procedure(state, before, rules),
        **_notified(state, before),
        **_decision(state, before, facts, rules, measure),
        **_review(state, rules),
        **_service(act, state, before),
        **_execution(act),
    }


def _opened_from(state: CaseState) -> str:
    """The source in words; empty for the matter, which a paper names anyway, and where none is known."""
    return source_words(state.source) if state.source and state.source.kind is not CaseSource.MATTER else ""


def sources_of(act: Act, state: CaseState, facts: Facts) -> dict[str, str]:
    """What the measure of the document rests on, by what it is about; marked where nobody has checked it."""
    rules = facts.ladder.in_force(local_date(state.proposed_at or act.at))
    measure = _measure(act, state)
    entries = ladder.measures_of(rules, measure) if measure else ()
    said = {}
    for entry in entries:
        said[f"问责方式 {entry.code}"] = entry.source
        values = (
            ("决定权限", entry.decides),
            ("凭证", entry.evidence),
            ("执行期限", entry.execution),
            ("影响期", entry.effect),
        )
        for name, value in values:
            said[f"{entry.code} {name}"] = f"{value.source}{_MARK if value.unverified else ''}"
    return said


def _named(rules: Ladder, measure: str) -> str:
    """A measure in words, each part with its code: 公开道歉（P4）、取消当年评优评先资格（P2）."""
    return "、".join(f"{entry.zh}（{entry.code}）" for entry in ladder.measures_of(rules, measure))


def _measure(act: Act, state: CaseState) -> str | None:
    """The measure a document is about: that of the act, else the one decided, else the one proposed; None after none.

    A revoked measure is no longer what the document of its review is about. What a referral names is a track that takes
    the subject over, no measure of this case.
    """
    if act.measure is not None and act.act is not ActName.REFERRED:
        return act.measure
    if state.review is not None and state.review.outcome is ReviewOutcome.REVOKED:
        return None
    if state.decision is not None:
        return state.decision.measure
    return state.facts.measure if state.facts is not None else state.measure or None


def _line(entry: Measure) -> MeasureLine:
    unverified = "、".join(_VALUES[name] for name in entry.unverified)
    return MeasureLine(
        code=entry.code,
        name=entry.zh,
        english=entry.en,
        decides=entry.decides.value,
        effect=limit_words(entry.effect.value) if entry.effect.value else "",
        source=entry.source,
        unverified=f"{unverified}未核实 unverified" if unverified else "",
    )


# --- up to the decision -----------------------------------------------------------------------------------------------


def _procedure(state: CaseState, before: Sequence[Act], rules: Ladder) -> dict[str, Any]:
    found = state.investigation
    answer = _last(before, ActName.STATEMENT_ANSWERED)
    return {
        "filed_on": chinese_date(local_date(state.filing.at)) if state.filing else "",
        "investigated_on": chinese_date(local_date(found.at)) if found else "",
        "investigators": "、".join(found.posts) if found else "",
        "statements": tuple(_statement(one) for one in state.statements),
        "answer": _text(answer) if answer else "",
        "circumstances": tuple(_circumstances(state, rules)),
    }


def _statement(one: Statement) -> StatementLine:
    answered = chinese_moment(one.answered_at) if one.answered_at else ""
    return StatementLine(at=chinese_moment(one.at), by=one.by, text=one.text, answered=answered)


def _circumstances(state: CaseState, rules: Ladder) -> Iterable[NamedText]:
    words = {one.code: f"{one.zh}{_MARK if one.unverified else ''}" for one in rules.criteria}
    for one in state.circumstances:
        found = words.get(one.criterion or "", "")
        yield NamedText(
            name=_MOVED[one.act], text="：".join(dict.fromkeys(part for part in (found, one.reason) if part))
        )


def _notified(state: CaseState, before: Sequence[Act]) -> dict[str, Any]:
    if state.facts is None:
        return {}
    window = state.clocks.get(CaseClockKind.WINDOW)
    return {
        "found": state.facts.text,
        "notified_on": chinese_date(local_date(state.facts.at)),
        "notice_number": _issued_with(before, ActName.FACTS_NOTIFIED)[0],
        "window_due": chinese_moment(window.due_at) if window else "",
    }


# --- the decision and its review --------------------------------------------------------------------------------------


def _decision(
    state: CaseState, before: Sequence[Act], facts: Facts, rules: Ladder, measure: str | None
) -> dict[str, Any]:
    decision = state.decision
    if decision is None:
        return {}
    closed = decision.window
    return {
        "decided_on": chinese_date(local_date(decision.at)),
        "decision_number": _issued_with(before, ActName.MEASURE_DECIDED)[0],
        "heard": f"{_HEARD[closed.how]}（{chinese_date(local_date(closed.at))}）",
        **_votes(state, facts.directory, rules),
        **_effect(state, facts, rules, measure),
    }


def _votes(state: CaseState, directory: Directory, rules: Ladder) -> dict[str, Any]:
    """How the panel came to it, in numbers; where an organ above decided, only that it did."""
    decision = state.decision
    if decision is None or not decision.voters:
        return {"manner": "由上一级机关决定"}
    ballot = panel.tally(state, directory)
    members = seats.eligible(state, directory)
    counted = Counter(vote.choice for vote in state.votes if vote.member in members)
    again = "，为第二次表决" if state.ballot == panel.LAST_BALLOT else ""
    return {
        "manner": f"经集体研究并表决{again}",
        "members": str(len(members)),
        "needed": str(ballot.needed),
        "voted": str(ballot.votes),
        "tally": tuple(
            NamedText(name=_CHOICES.get(choice) or _named(rules, choice), text=str(number))
            for choice, number in sorted(counted.items(), key=lambda one: (-one[1], one[0]))
        ),
    }


def _effect(state: CaseState, facts: Facts, rules: Ladder, measure: str | None) -> dict[str, Any]:
    """How long the measure has effect, from the day of the decision, whenever it became lighter; how long to do it."""
    if measure is None or state.decision is None:
        return {}
    limit = ladder.execution_limit(rules, measure)
    said = {"execution_limit": f"{limit_words(limit)}{_mark(rules, measure, 'execution')}"}
    months = ladder.effect_of(rules, measure)
    if months is None:
        return said
    from_on = local_date(state.decision.at)
    last_day = local_date(effect_ends_at(from_on, parse_limit(months), facts.counting) - _INSTANT)
    return {
        **said,
        "effect": f"{limit_words(months)}{_mark(rules, measure, 'effect')}",
        "effect_from": chinese_date(from_on),
        "effect_until": f"{chinese_date(last_day)}24时",
    }


def _mark(rules: Ladder, measure: str, name: str) -> str:
    return _MARK if ladder.mark_of(rules, measure, name) else ""


def _review(state: CaseState, rules: Ladder) -> dict[str, Any]:
    review = state.review
    if review is None:
        return {}
    return {
        "review_requested_on": chinese_date(local_date(review.requested_at)),
        "review_text": review.text,
        "outcome": _OUTCOMES[review.outcome] if review.outcome else "",
        "before": _named(rules, review.before),
    }


# --- service, execution -----------------------------------------------------------------------------------------------


def _service(act: Act, state: CaseState, before: Sequence[Act]) -> dict[str, Any]:
    """How the paper of this act was served, and which paper it was."""
    paper = _SERVED.get(act.act)
    receipt = _receipt(act, state)
    if paper is None or receipt is None:
        return {}
    served = (act,) if paper is act.act else before
    number, title = _issued_with(served, paper)
    return {
        "receipt": _RECEIPTS[receipt.kind],
        "receipt_text": receipt.text,
        "witnesses": "、".join(receipt.witnesses),
        "medium": receipt.medium or "",
        "done_on": _when(receipt.date),
        "served_number": number,
        "served_title": title or _SERVED_TITLES[act.act],
    }


def _receipt(act: Act, state: CaseState) -> Receipt | None:
    if act.act is ActName.FACTS_NOTIFIED:
        return state.facts.receipt if state.facts else None
    return state.service.receipt if state.service else None


def _execution(act: Act) -> dict[str, Any]:
    """What was shown: of a measure carried out what a template names by itself, and the rest in lines."""
    if act.act not in (ActName.FACTS_NOTIFIED, ActName.MEASURE_EXECUTED):
        return {}
    shown = evidence.shown_parts(act.detail.get("evidence"))
    if act.act is ActName.FACTS_NOTIFIED:
        return {"evidence": _lines(shown)}
    named_parts = {
        field: next((_words(shown[name]) for name in names if shown.get(name)), "") for field, names in _SHOWN.items()
    }
    told = {"kind", *(name for names in _SHOWN.values() for name in names)}
    rest = {name: value for name, value in shown.items() if name not in told}
    return {**named_parts, "done_on": _when(named_parts["done_on"]), "evidence": _lines(rest)}


def _when(written: str | None) -> str:
    """A date as an official document has it; what is no plain date, as it was written."""
    text = (written or "").strip()
    on = evidence.day_of(text)
    return chinese_date(on) if on is not None and text == on.isoformat() else text


_PARTS = {"content": "证据", "receipt": "收件回执", "entry": "考核记载", "letter": "函件", "reply": "答复"}
"""The parts of what is shown that have a name of their own in Chinese; a bare text of evidence is its content."""


def _lines(shown: Mapping[str, Any]) -> tuple[NamedText, ...]:
    return tuple(NamedText(name=_PARTS.get(name, name), text=_words(value)) for name, value in shown.items())


def _words(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "、".join(_words(one) for one in value)
    if isinstance(value, Mapping):
        return "；".join(f"{name}：{_words(one)}" for name, one in value.items())
    return str(value)


# --- what went before -------------------------------------------------------------------------------------------------


def _issued_with(acts: Sequence[Act], name: ActName) -> tuple[str, str]:
    """Number and title of the first document issued with the last act of that name; both empty where there is none."""
    act = _last(acts, name)
    issued = act.detail.get(ISSUED) if act is not None else None
    return (issued[0]["number"], issued[0]["title"]) if issued else ("", "")


def _last(acts: Sequence[Act], name: ActName) -> Act | None:
    return next((act for act in reversed(acts) if act.act is name), None)


def _text(act: Act) -> str:
    text = act.detail.get("text")
    return text if isinstance(text, str) else ""
