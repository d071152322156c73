"""Checklist (一次性告知): what has to be there, item by item; everything missing is told at once, and only once.

After acceptance nothing more may be asked for. mechanisms.md B3, B4; 行政许可法 32.
"""

from models.acts import ActName
from models.proceeding_messages import CheckItems, Reject, Supplement
from models.proceedings import Items, ProceedingStage
from policies.authority import Refused, given
from policies.proceeding_drafts import BlockRules, ProceedingDraft

_RULE = "checklist"


def _begin(draft: ProceedingDraft) -> None:
    draft.keep(Items())


def _check(draft: ProceedingDraft, command: CheckItems) -> None:
    kept = draft.kept(Items)
    unknown = [item for item in command.missing if item not in draft.block.items]
    if unknown:
        accepted = "、".join(draft.block.items)
        raise Refused(f"不在材料目录内 not on the list: {'、'.join(unknown)};可接受 accepted: {accepted}", _RULE)
    if command.missing and kept.told:
        raise Refused("已一次性告知，不得再次要求补正 everything missing was to be told at once", _RULE)
    if not command.missing:
        _accept(draft, ActName.ACCEPTED, command.by)
        return
    draft.keep(Items(missing=command.missing, told=True))
    # Time is the applicant's now, and the file counts as accepted the moment it is complete (R13): nobody is late.
    draft.met()
    draft.say(ActName.ITEMS_MISSING, by=command.by, count=len(command.missing), reason="、".join(command.missing))


def _supplement(draft: ProceedingDraft, command: Supplement) -> None:
    kept = draft.kept(Items)
    if not kept.told:
        raise Refused("尚未告知需补正的材料 nothing was asked for", _RULE)
    if not command.items:
        raise Refused("缺少补正的材料 items is required", _RULE)
    unknown = [item for item in command.items if item not in kept.missing]
    if unknown:
        accepted = "、".join(kept.missing)
        raise Refused(f"不是需补正的材料 was not asked for: {'、'.join(unknown)};可接受 accepted: {accepted}", _RULE)
    left = tuple(item for item in kept.missing if item not in command.items)
    draft.keep(kept.model_copy(update={"missing": left}))
    draft.say(ActName.SUPPLEMENTED, by=command.by, count=len(left), reason="、".join(command.items))
    if not left:
        _accept(draft, ActName.ACCEPTED, command.by)


def _reject(draft: ProceedingDraft, command: Reject) -> None:
    reason = given(command.reason, "理由 reason", _RULE)
    if command.refer_to is not None and draft.facts.directory.find(command.refer_to) is None:
        raise Refused(f"名录中没有该单位 unknown organ: {command.refer_to}", _RULE)
    draft.say(ActName.REJECTED, by=command.by, reason=reason, subject=command.refer_to)
    draft.leave("rejected", command.by)
    draft.end(ProceedingStage.DENIED, "rejected", command.by)


def _accept(draft: ProceedingDraft, act: ActName, by: str | None = None) -> None:
    draft.say(act, by=by)
    draft.take("accepted", by)


def _silence(draft: ProceedingDraft) -> None:
    _accept(draft, ActName.ACCEPTANCE_DEEMED)


RULES = BlockRules(begin=_begin, heard={CheckItems: _check, Supplement: _supplement, Reject: _reject}, silence=_silence)
