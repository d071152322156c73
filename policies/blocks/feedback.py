"""Feedback (闭环回访): is whoever asked satisfied, and what if not?

Called back; dissatisfied, an earlier step is done again with a clock of its own; after the procedure's rounds a leader
answers in person. Who cannot be reached on several days is not waited for, with that said. mechanisms.md G1, A7.
"""

from typing import Any

from models.acts import ActName
from models.policy import Role
from models.proceeding_messages import CallBack, Finish
from models.proceedings import Calls, Satisfaction, StepClockKind
from policies import parties
from policies.authority import Refused, given
from policies.deadlines import local_date
from policies.proceeding_drafts import BlockRules, ProceedingDraft

_RULE = "feedback"


def _begin(draft: ProceedingDraft) -> None:
    draft.keep(Calls())


def _call_back(draft: ProceedingDraft, command: CallBack) -> None:
    kept = draft.kept(Calls)
    if kept.climbed and not kept.answered:
        raise Refused("待领导当面答复后再回访 the leader answers in person first", _RULE)
    if command.satisfied is None:
        _not_reached(draft, command)
        return
    if command.satisfied:
        _called(draft, command, Satisfaction.SATISFIED)
        draft.take(Satisfaction.SATISFIED, command.by)
        return
    reason = given(command.text, "不满意的原因 text", _RULE)
    _called(draft, command, Satisfaction.DISSATISFIED)
    if kept.answered:
        draft.take(Satisfaction.DISSATISFIED, command.by)
    elif draft.state.round >= (1 if draft.terms.prominent else draft.block.rounds):
        _climb(draft, command.by, reason)
    else:
        redo = draft.block.redo
        done = draft.state.marks[redo].round if redo in draft.state.marks else 0
        draft.say(ActName.REDONE, by=command.by, count=done + 1, reason=reason, value=redo)
        draft.again(redo, draft.block.redo_limit)


def _not_reached(draft: ProceedingDraft, command: CallBack) -> None:
    """Tried today; several tries on one day are one, so that nobody is given up within the hour."""
    kept, today = draft.kept(Calls), local_date(draft.at)
    if kept.tried_on == today:
        raise Refused("同一日的多次拨打计一次,请改日再拨 tried today already, try another day", _RULE)
    tries = kept.unreachable + 1
    draft.keep(kept.model_copy(update={"unreachable": tries, "tried_on": today}))
    if tries >= draft.block.unreachable:
        _called(draft, command, Satisfaction.UNREACHABLE, tries)
        draft.take(Satisfaction.UNREACHABLE, command.by)
        return
    due = _owed(draft, draft.block.by, draft.block.limit)
    _called(draft, command, Satisfaction.UNREACHABLE, tries, **due)


def _called(
    draft: ProceedingDraft, command: CallBack, came_to: Satisfaction, tries: int | None = None, **fields: Any
) -> None:
    count = draft.state.round if tries is None else tries
    draft.say(ActName.CALLED_BACK, by=command.by, value=came_to.value, count=count, **fields)


def _climb(draft: ProceedingDraft, by: str | None, reason: str) -> None:
    """It is with a leader in person now, who has a clock of his own."""
    block = draft.block
    draft.keep(draft.kept(Calls).model_copy(update={"climbed": True}))
    due = _owed(draft, (block.climb,), block.climb_limit or block.limit)
    leader = parties.posts_of(block.climb, draft.state, draft.facts.directory)
    draft.say(ActName.ESCALATED, by=by, subject=leader[0] if leader else None, count=draft.state.round, reason=reason,
              **due)  # fmt: skip


def _answered(draft: ProceedingDraft, command: Finish) -> None:
    kept = draft.kept(Calls)
    if not kept.climbed or kept.answered:
        raise Refused("本环节以回访办结 this step ends with the call back: call_back", _RULE)
    given(command.text, "答复 text", _RULE)
    draft.keep(kept.model_copy(update={"answered": True, "tried_on": None, "unreachable": 0}))
    due = _owed(draft, draft.block.by, draft.block.limit)
    draft.say(ActName.STEP_DONE, by=command.by, **due)


def _owed(draft: ProceedingDraft, by: tuple[Role, ...], limit: str | None) -> dict[str, Any]:
    """Let somebody owe what is left of the step, within the limit from now on; its due instant, to be said."""
    draft.met()
    draft.change(by=by, missed=0)
    if limit is None:
        return {}
    clock = draft.clock(StepClockKind.STEP, limit)
    draft.change(limit=clock)
    draft.run(clock)
    return {"due": clock.due_at, "rules": clock.rules, "provisional": True if clock.provisional else None}


RULES = BlockRules(begin=_begin, heard={CallBack: _call_back, Finish: _answered})
