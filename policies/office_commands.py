"""What else may an office do in a matter: urge, summon, circulate, raise, merge, praise, correct (engine.md 3.11)?

None of these decides anything against anybody: they press, tell, or set the record right, and each is an act.
"""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from models.acts import ActName
from models.matters import ClockKind, MatterTerms, Stage, Urgency
from models.messages import Approve, Circulate, Correct, Merge, Praise, RaiseUrgency, Summon, Urge
from policies.authority import Refused, given
from policies.drafts import ENDED, Draft
from policies.timers import archive_when_free

CORRECTABLE = frozenset({"title", "requirement", "remark", "public"})
"""The terms that a correction may change: none of them moves a clock or concerns another party."""

_PRESSING = frozenset({Stage.RUNNING, Stage.SUPERVISED, Stage.RECTIFYING, Stage.RETURNED})
_RISING = list(Urgency)

# --- who may say it, and when -----------------------------------------------------------------------------------------


def _offered(draft: Draft, command: Any) -> None:
    if command.do not in draft.facts.policy.office_commands:
        raise Refused(f"现行程序未开通此操作 this procedure does not offer: {command.do}", "procedure")


def _owing(draft: Draft) -> None:
    if draft.state.stage not in _PRESSING:
        raise Refused("牵头单位现无应办事项 the lead owes nothing now", "stage")


def _urge(draft: Draft, command: Urge) -> None:
    _owing(draft)


def _summon(draft: Draft, command: Summon) -> None:
    _owing(draft)
    lead = draft.facts.directory.organ(draft.terms.lead)
    if lead.independent:
        raise Refused(f"独立机关不约谈 an independent organ is asked, not summoned: {lead.name}", "independent")
    if command.post is not None and not draft.facts.directory.serves(command.post, lead.name):
        raise Refused(f"被约谈的不是牵头单位的岗位 not a post of the lead: {command.post}", "summons")


def _circulate(draft: Draft, command: Circulate) -> None:
    given(command.text or command.reason, "通报内容 text", "circulation")
    if draft.state.circulation is not None and command.by != draft.terms.leader:
        raise Refused("已有通报待批准 a circulation awaits approval", "circulation")


def _raise_urgency(draft: Draft, command: RaiseUrgency) -> None:
    rule = "urgency"
    if command.urgency not in set(Urgency):
        accepted = "、".join(Urgency)
        raise Refused(f"紧急程度读不懂 urgency not understood: {command.urgency};可接受 accepted: {accepted}", rule)
    if _RISING.index(Urgency(command.urgency)) <= _RISING.index(draft.terms.urgency):
        raise Refused(f"只能提高,现为 it can only be raised, it is: {draft.terms.urgency.value}", rule)


def _merge(draft: Draft, command: Merge) -> None:
    rule, terms = "merge", draft.terms
    if draft.state.open_children:
        raise Refused(f"子项尚未办结:{'、'.join(draft.state.open_children)} a child is open", rule)
    into = draft.facts.other(given(command.into, "并入事项编号 into", rule))
    if into is None or into.terms is None or into.stage in ENDED or into.id == draft.state.id:
        raise Refused(f"并入的不是另一件在办事项 not another open matter: {command.into}", rule)
    if (into.terms.lead, into.terms.office) != (terms.lead, terms.office):
        reason = f"只有牵头、督办单位相同的可以并案 only within the same lead and office: {terms.lead}, {terms.office}"
        raise Refused(reason, rule)


def _praise(draft: Draft, command: Praise) -> None:
    if command.organ is not None and command.organ not in (draft.terms.lead, *draft.terms.co):
        raise Refused(f"只能表扬牵头、协办单位 only the lead and the co-handlers: {command.organ}", "praise")


def _correct(draft: Draft, command: Correct) -> None:
    rule = "correction"
    given(command.text or command.reason, "更正内容 text", rule)
    corrected = entry_corrected(draft, command)
    fields = command.fields or {}
    if fields and corrected != 1:
        raise Refused("要素只能随立项登记更正 terms are corrected with the registration (entry 1)", rule)
    if unknown := sorted(fields.keys() - CORRECTABLE):
        accepted = ", ".join(sorted(CORRECTABLE))
        reason = f"不能以更正改变 not changed by a correction: {', '.join(unknown)};可接受 accepted: {accepted}"
        raise Refused(reason, rule)
    corrected_terms(draft, command)


def corrected_terms(draft: Draft, command: Correct) -> MatterTerms:
    """The terms of the matter with the corrected fields; refuses a value that a field cannot have."""
    fields = command.fields or {}
    try:
        terms = MatterTerms.model_validate({**draft.terms.model_dump(), **fields})
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise Refused(f"{name} 的值不可用 not a value for it: {fields.get(name)}", "correction") from error
    given(terms.title, "事项名称 title", "correction")
    return terms


def entry_corrected(draft: Draft, command: Correct) -> int:
    """The number of the act that is corrected; refuses one that the chain does not have."""
    recorded = list(draft.facts.recorded(draft.state.id))
    named = [number for number, act in enumerate(recorded, 1) if act is command.act]
    number = command.entry if command.entry is not None else next(reversed(named), None)
    if number is None or not 1 <= number <= len(recorded):
        accepted = f"entry: 1..{len(recorded)},或 or act"
        raise Refused(f"没有可更正的这条记录 no such act to correct;可接受 accepted: {accepted}", "correction")
    return number


BEFORE: dict[type, Callable[[Draft, Any], None]] = dict.fromkeys(
    (Urge, Summon, Circulate, RaiseUrgency, Merge, Praise, Correct), _offered
)
"""What is asked before the right to speak."""

CHECKS: dict[type, Callable[[Draft, Any], None]] = {
    Urge: _urge,
    Summon: _summon,
    Circulate: _circulate,
    RaiseUrgency: _raise_urgency,
    Merge: _merge,
    Praise: _praise,
    Correct: _correct,
}

# --- what it does -----------------------------------------------------------------------------------------------------


def _said(command: Urge | Summon | Circulate | Praise | Correct, **more: object) -> dict[str, object]:
    """What was said, for the act's detail."""
    return {name: value for name, value in {"text": command.text, **more}.items() if value is not None}


def _urged(draft: Draft, command: Urge) -> None:
    draft.note(ActName.URGED, by=command.by, reason=command.reason, detail=_said(command), entry="urging")


def _summoned(draft: Draft, command: Summon) -> None:
    post = command.post or draft.facts.directory.organ(draft.terms.lead).head
    said = _said(command)
    draft.note(ActName.SUMMONED, by=command.by, reason=command.reason, subject=post, detail=said, entry="summons")


def _circulated(draft: Draft, command: Circulate) -> None:
    text = command.text or command.reason or ""
    if command.by == draft.terms.leader:
        draft.note(ActName.CIRCULATED, by=command.by, detail=_said(command, text=text), entry="circulation")
        return
    draft.change(circulation=text)
    draft.start(draft.clock(ClockKind.CIRCULATION, draft.facts.policy.approval))
    draft.note(ActName.CIRCULATION_REQUESTED, by=command.by, detail=_said(command, text=text), entry="circulation")


def decide_circulation(draft: Draft, command: Approve) -> None:
    """The leader's answer to a circulation that the office has asked for."""
    denied = command.granted is False
    act = ActName.CIRCULATION_REFUSED if denied else ActName.CIRCULATED
    detail = {} if denied else {"text": draft.state.circulation}
    draft.stop(ClockKind.CIRCULATION)
    draft.change(circulation=None)
    draft.note(act, by=command.by, reason=command.reason, detail=detail, entry="circulation")
    archive_when_free(draft)


def _urgency_raised(draft: Draft, command: RaiseUrgency) -> None:
    """The limit stays; what is still to come – reminders, signing, supervision – follows the new urgency."""
    urgency, policy, state = Urgency(command.urgency or ""), draft.facts.policy, draft.state
    draft.change(terms=draft.terms.model_copy(update={"urgency": urgency}))
    detail = {"urgency": urgency.value}
    draft.note(ActName.URGENCY_RAISED, by=command.by, reason=command.reason, detail=detail, entry="urgency")
    signing = state.clocks.get(ClockKind.SIGNING)
    if state.limit is not None and ClockKind.LIMIT in state.clocks:
        draft.run_limit(state.limit)
    if signing is not None:
        sooner = draft.clock(ClockKind.SIGNING, policy.signing[urgency])
        draft.start(min(signing, sooner, key=lambda clock: clock.due_at))


def _merged(draft: Draft, command: Merge) -> None:
    draft.end(Stage.MERGED)
    draft.change(merged_into=command.into)
    draft.note(ActName.MERGED, by=command.by, reason=command.reason, detail={"into": command.into}, entry="merge")


def _praised(draft: Draft, command: Praise) -> None:
    organ, said = command.organ or draft.terms.lead, _said(command)
    draft.note(ActName.PRAISED, by=command.by, reason=command.reason, subject=organ, detail=said, entry="praise")


def _corrected(draft: Draft, command: Correct) -> None:
    fields = command.fields or {}
    detail = _said(command, entry=entry_corrected(draft, command), fields=fields or None)
    draft.note(ActName.CORRECTED, by=command.by, reason=command.reason, detail=detail, entry="correction")
    if fields:
        draft.change(terms=corrected_terms(draft, command))


EFFECTS: dict[type, Callable[[Draft, Any], None]] = {
    Urge: _urged,
    Summon: _summoned,
    Circulate: _circulated,
    RaiseUrgency: _urgency_raised,
    Merge: _merged,
    Praise: _praised,
    Correct: _corrected,
}
