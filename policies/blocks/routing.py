"""Routing (分办、转办): who has to handle it, and who has it until somebody does?

Given to an organ, which accepts it or objects within the procedure's limit. The objection is decided: it stays, or goes
to another one. Whoever received it first keeps it until then (首问负责); once accepted it is not sent back. Silence
settles only where it lies: it stays with the organ it was given to. mechanisms.md B1, B2, B21, G1; 信访工作条例 22.
"""

from models.acts import ActName
from models.proceeding_messages import AcceptRouting, ObjectRouting, Route, UpholdRouting
from models.proceedings import Handing, StepClock, StepClockKind
from policies import parties
from policies.authority import Refused, given
from policies.proceeding_drafts import BlockRules, ProceedingDraft

_RULE = "routing"


def _begin(draft: ProceedingDraft) -> None:
    draft.keep(Handing())


def _route(draft: ProceedingDraft, command: Route) -> None:
    kept, directory = draft.kept(Handing), draft.facts.directory
    to = given(command.to, "承办单位 to", _RULE)
    if directory.find(to) is None:
        raise Refused(f"名录中没有该单位 unknown organ: {to}", _RULE)
    if kept.to is not None and not kept.objected:
        raise Refused(f"已交办,待其接收或提出异议 it was given to: {kept.to}", _RULE)
    if kept.objected:
        if to == kept.to:
            raise Refused(f"维持分办请用 uphold_routing 办理 it lies there already: {to}", _RULE)
        given(command.reason, "理由 reason", _RULE)
        _refuse_own_cause(draft, command.by)
    draft.met()
    draft.keep(Handing(to=to, objectors=kept.objectors))
    asked = parties.of_organ(to, directory)
    said = {"by": command.by, "subject": to, "reason": command.reason, "also": asked}
    if directory.serves(command.by, to):
        draft.say(ActName.ROUTED, **said)
        _has_it(draft, ActName.ROUTING_ACCEPTED, "accepted", command.by)
    elif to in kept.objectors:
        draft.say(ActName.ROUTED, **said)
        _has_it(draft, ActName.ROUTING_UPHELD, "upheld", command.by, "已提出过异议,不再退回 it has objected before")
    else:
        clock = draft.clock(StepClockKind.SIDE, draft.block.objection)
        draft.start(clock)
        draft.note_clock(ActName.ROUTED, clock, entry=draft.block.name, step=draft.block.name, **said)


def _accept(draft: ProceedingDraft, command: AcceptRouting) -> None:
    _has_it(draft, ActName.ROUTING_ACCEPTED, "accepted", command.by)


def _object(draft: ProceedingDraft, command: ObjectRouting) -> None:
    kept = draft.kept(Handing)
    if kept.objected:
        raise Refused("已提出异议,待裁定 it has objected already", _RULE)
    reason = given(command.reason, "理由 reason", _RULE)
    draft.met()
    draft.keep(kept.model_copy(update={"objected": True, "objectors": (*kept.objectors, str(kept.to))}))
    clock = draft.clock(StepClockKind.SIDE, draft.block.decision)
    draft.start(clock)
    draft.note_clock(
        ActName.ROUTING_OBJECTED, clock, entry=draft.block.name, step=draft.block.name, by=command.by,
        subject=kept.to, reason=reason,
    )  # fmt: skip


def _uphold(draft: ProceedingDraft, command: UpholdRouting) -> None:
    if not draft.kept(Handing).objected:
        raise Refused("没有待裁定的异议 nobody objects", _RULE)
    reason = given(command.reason, "理由 reason", _RULE)
    _refuse_own_cause(draft, command.by)
    _has_it(draft, ActName.ROUTING_UPHELD, "upheld", command.by, reason)


def _refuse_own_cause(draft: ProceedingDraft, by: str | None) -> None:
    if draft.facts.directory.serves(by, draft.kept(Handing).to):
        raise Refused("不得裁定本单位提出的异议 nobody decides what his own organ asks", "authority.own_cause")


def _has_it(
    draft: ProceedingDraft, act: ActName, outcome: str, by: str | None = None, reason: str | None = None
) -> None:
    """From now on it is with that organ, for good: the next step begins there."""
    kept, terms = draft.kept(Handing), draft.terms
    to = str(kept.to)
    draft.met()
    draft.keep(kept.model_copy(update={"objected": False, "accepted": True}))
    draft.change(terms=terms.model_copy(update={"lead": to, "co": tuple(co for co in terms.co if co != to)}))
    draft.say(act, by=by, subject=to, reason=reason)
    draft.take(outcome, by)


def _struck(draft: ProceedingDraft, clock: StepClock) -> None:
    """Nobody objected in time: it stays. Nobody decided in time: that is missed, as a step is."""
    if draft.kept(Handing).objected:
        draft.miss(clock)
    else:
        _has_it(draft, ActName.ROUTING_UPHELD, "upheld", reason="逾期未提出异议 nobody objected in time")


RULES = BlockRules(
    begin=_begin,
    heard={Route: _route, AcceptRouting: _accept, ObjectRouting: _object, UpholdRouting: _uphold},
    struck={StepClockKind.SIDE: _struck},
)
