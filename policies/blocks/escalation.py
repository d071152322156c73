"""Escalation (逐级上报、领导包案): who has to act now, and who if he does not?

Each level acts within its limit or the next has to; the last is told again and again, one organ higher each time, and
nothing ends by silence. A level may hand it up with reasons, never down or aside. mechanisms.md A18, A19, F1, G5, G6.
"""

from models.acts import ActName
from models.proceeding_messages import Finish, Route
from models.proceedings import Rung, StepClockKind
from policies import parties
from policies.authority import Refused, given
from policies.blocks.deadline import shown
from policies.proceeding_drafts import BlockRules, ProceedingDraft

_RULE = "escalation"


def _level(draft: ProceedingDraft) -> int:
    return draft.state.kept.level if isinstance(draft.state.kept, Rung) else 0


def _begin(draft: ProceedingDraft) -> None:
    draft.keep(Rung())
    if not parties.holders(draft.state, draft.facts.directory):
        _rise(draft, reason="该级岗位空缺 nobody holds the first level")


def _finish(draft: ProceedingDraft, command: Finish) -> None:
    shown(command.evidence, draft.block.shown, draft.block.name)
    draft.say(ActName.STEP_DONE, by=command.by, count=_level(draft) + 1)
    draft.take(by=command.by)


def _hand_up(draft: ProceedingDraft, command: Route) -> None:
    if command.to is not None:
        raise Refused("只能报上一级,不得下卸或旁推 only upwards, to nobody by name", _RULE)
    reason = given(command.reason, "理由 reason", _RULE)
    if _level(draft) + 1 >= len(draft.block.levels):
        raise Refused("已在最后一级,须在本级解决 the last level decides", _RULE)
    _rise(draft, command.by, reason)


def _missed(draft: ProceedingDraft) -> None:
    draft.stop(StepClockKind.AGAIN)
    if _level(draft) + 1 < len(draft.block.levels):
        _rise(draft)
        return
    clock = draft.clock(StepClockKind.STEP, draft.block.levels[-1].limit)
    draft.change(limit=clock)
    draft.run(clock)
    draft.note_clock(
        ActName.ESCALATED, clock, entry=draft.block.name, step=draft.block.name,
        count=len(draft.block.levels) + draft.state.missed,
    )  # fmt: skip


def _rise(draft: ProceedingDraft, by: str | None = None, reason: str | None = None) -> None:
    """The next level that somebody holds has to act, within its own limit from now on."""
    levels, directory = draft.block.levels, draft.facts.directory
    level = _level(draft)
    while level + 1 < len(levels):
        level += 1
        if parties.posts_of(levels[level].holder, draft.state, directory):
            break
    draft.met()
    draft.keep(Rung(level=level))
    draft.change(by=(levels[level].holder,), missed=0)
    clock = draft.clock(StepClockKind.STEP, levels[level].limit)
    draft.change(limit=clock)
    draft.run(clock)
    holders = parties.holders(draft.state, directory)
    draft.note_clock(
        ActName.ESCALATED, clock, entry=draft.block.name, step=draft.block.name, by=by, count=level + 1, reason=reason,
        subject=holders[0] if holders else None,
    )  # fmt: skip


RULES = BlockRules(begin=_begin, heard={Finish: _finish, Route: _hand_up}, missed=_missed)
