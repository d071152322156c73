"""Joint handling (联合办理): each co-handler gives its opinion in time, the lead concludes, the leader settles dissent.

Silence of a co-handler is consent only where a law says so (Yichun 2009, mechanisms.md 2.7); otherwise its head is told
and the opinion stays wanting. mechanisms.md C4, C12, B15, J9, A20, E5; A18 for dissent.
"""

from models.acts import ActName
from models.blocks import Joint, Then
from models.policy import Role
from models.proceeding_messages import Deny, Finish, Grant, Opine
from models.proceedings import Parts, ProceedingStage, StepClock, StepClockKind
from policies import parties
from policies.authority import Refused, given
from policies.proceeding_drafts import BlockRules, ProceedingDraft

_RULE = "joint"


def _opened(draft: ProceedingDraft, block: Joint) -> None:
    if len(draft.terms.co) < block.parts:
        raise Refused(
            f"联合办理至少须有 {block.parts} 个协办单位 co-handlers at least: {len(draft.terms.co)}/{block.parts}",
            _RULE,
        )


def _begin(draft: ProceedingDraft) -> None:
    clock = draft.clock(StepClockKind.SIDE, draft.block.opinion)
    draft.start(clock)
    draft.keep(Parts(said=dict.fromkeys(draft.terms.co), due_at=clock.due_at))
    asked = [
        post
        for role in (Role.CO_HEADS, Role.CO_HANDLERS)
        for post in parties.posts_of(role, draft.state, draft.facts.directory)
    ]
    draft.note_clock(
        ActName.NOTICE_SENT, clock, entry=draft.block.name, step=draft.block.name, value="征求意见",
        count=len(draft.terms.co), also=tuple(asked),
    )  # fmt: skip


def _silent(kept: Parts) -> list[str]:
    return [organ for organ, agreed in kept.said.items() if agreed is None]


def _opine(draft: ProceedingDraft, command: Opine) -> None:
    kept = draft.kept(Parts)
    own = [organ for organ in kept.said if draft.facts.directory.serves(command.by, organ)]
    organ = next((one for one in own if kept.said[one] is None), None)
    if organ is None:
        deemed = any(one in kept.deemed for one in own)
        why = (
            "逾期未提出意见,已视为同意 was deemed to agree"
            if deemed
            else "本单位已提出意见 its opinion was given already"
        )
        raise Refused(why, _RULE)
    if command.agreed is None:
        raise Refused("缺少意见 agreed must be true or false", _RULE)
    if not command.agreed:
        given(command.text, "不同意的理由 text", _RULE)
    kept = kept.model_copy(update={"said": {**kept.said, organ: command.agreed}})
    draft.keep(kept)
    if not _silent(kept):
        draft.stop(StepClockKind.SIDE)
    draft.say(
        ActName.OPINION_GIVEN, by=command.by, subject=organ, value="同意" if command.agreed else "不同意",
        count=len(_silent(kept)),
    )  # fmt: skip


def _silence(draft: ProceedingDraft) -> None:
    """Whoever has said nothing by the end of `opinion` agrees, by law; it is still for the lead to conclude."""
    kept, law = draft.kept(Parts), (draft.block.missed.law or "").strip()
    if not law or StepClockKind.SIDE in draft.state.clocks:
        return
    silent = _silent(kept)
    agreed = {**kept.said, **dict.fromkeys(silent, True)}
    draft.keep(kept.model_copy(update={"said": agreed, "deemed": (*kept.deemed, *silent)}))
    for organ in silent:
        draft.say(ActName.OPINION_DEEMED, subject=organ, value="同意", reason=law, also=_head_of(draft, organ))


def _opinions_due(draft: ProceedingDraft, clock: StepClock) -> None:
    if draft.block.missed.then is Then.CONSENT:
        _silence(draft)
        return
    for organ in _silent(draft.kept(Parts)):
        draft.say(ActName.CO_OVERDUE, subject=organ, rules=clock.rules, also=_head_of(draft, organ))


def _head_of(draft: ProceedingDraft, organ: str) -> tuple[str, ...]:
    found = draft.facts.directory.find(organ)
    return (found.head,) if found and found.head else ()


def _conclude(draft: ProceedingDraft, command: Finish) -> None:
    kept = draft.kept(Parts)
    if kept.lifted:
        raise Refused("已报领导决定,可接受 it is for the leader now, accepted: grant, deny", _RULE)
    text = given(command.text, "联合意见 text", _RULE)
    silent, against = _silent(kept), [organ for organ, agreed in kept.said.items() if agreed is False]
    if silent and StepClockKind.SIDE in draft.state.clocks:
        raise Refused(f"尚未提出意见且未到期 have time left for their opinion: {'、'.join(silent)}", _RULE)
    if silent or against:
        _lift(draft, command.by, [*against, *silent])
        return
    draft.say(ActName.STEP_DONE, by=command.by, value=_agreed(kept), reason=text)
    draft.take("agreed", command.by)


def _agreed(kept: Parts) -> str:
    return f"{sum(bool(agreed) for agreed in kept.said.values())}/{len(kept.said)}"


def _lift(draft: ProceedingDraft, by: str | None, apart: list[str]) -> None:
    """Not all agree: the decision is the leader's (A18), within a limit of its own where the procedure has one."""
    kept, block = draft.kept(Parts), draft.block
    draft.keep(kept.model_copy(update={"lifted": True}))
    draft.change(by=(Role.LEADER,), missed=0)
    due = None
    if block.decision is not None:
        clock = draft.clock(StepClockKind.STEP, block.decision)
        draft.stop(StepClockKind.AGAIN)
        draft.run(clock, block.reminders)
        draft.change(limit=clock)
        due = clock.due_at
    draft.say(
        ActName.ESCALATED, by=by, value=_agreed(kept), count=len(apart), reason="、".join(apart), due=due,
        also=(draft.terms.leader,),
    )  # fmt: skip


def _decided(draft: ProceedingDraft, command: Grant | Deny) -> None:
    kept = draft.kept(Parts)
    if not kept.lifted:
        raise Refused("由牵头单位汇总意见,可接受 it is for the lead to conclude, accepted: finish, opine", _RULE)
    if isinstance(command, Deny):
        reason = given(command.reason, "理由 reason", _RULE)
        draft.say(ActName.DENIED, by=command.by, reason=reason, value=_agreed(kept))
        draft.leave("denied", command.by)
        draft.end(ProceedingStage.DENIED, "denied", command.by)
        return
    draft.say(ActName.STEP_DONE, by=command.by, reason=given(command.text, "决定 text", _RULE), value=_agreed(kept))
    draft.take("decided", command.by)


RULES = BlockRules(
    opened=_opened,
    begin=_begin,
    heard={Opine: _opine, Finish: _conclude, Grant: _decided, Deny: _decided},
    struck={StepClockKind.SIDE: _opinions_due},
    silence=_silence,
)
