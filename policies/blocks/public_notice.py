"""Public notice (公示): made public for a length of time that does not roll; what is said against it is answered.

It is over by itself at 24:00 of the last day (R15), once every objection raised within it is answered; one that holds
ends it as denied, or has an earlier step done again. mechanisms.md D13, L2, L4, M6.
"""

from models.acts import ActName
from models.proceeding_messages import AnswerObjection, Publish, RaiseObjection
from models.proceedings import Objections, ProceedingStage, StepClock, StepClockKind
from policies.authority import Refused, given
from policies.proceeding_drafts import BlockRules, ProceedingDraft

_RULE = "public_notice"


def _begin(draft: ProceedingDraft) -> None:
    draft.keep(Objections())


def _publish(draft: ProceedingDraft, command: Publish) -> None:
    if draft.kept(Objections).posted_at is not None:
        raise Refused("已公示 it is public already", _RULE)
    medium = given(command.medium, "公示载体 medium", _RULE)
    draft.met()
    draft.keep(Objections(posted_at=draft.at))
    clock = draft.clock(StepClockKind.NOTICE, draft.block.length)
    draft.start(clock)
    draft.note_clock(
        ActName.NOTICE_POSTED, clock, entry=draft.block.name, step=draft.block.name, by=command.by, reason=medium,
        value=draft.block.length,
    )  # fmt: skip


def _raise(draft: ProceedingDraft, command: RaiseObjection) -> None:
    kept = draft.kept(Objections)
    if kept.posted_at is None:
        raise Refused("尚未公示 it is not public yet", _RULE)
    if kept.over:
        raise Refused("公示期已满 its time is over", _RULE)
    given(command.text, "异议内容 text", _RULE)
    number = command.number or str(len(kept.raised) + 1)
    if number in kept.raised:
        raise Refused(f"异议编号重复 the number is taken: {number}", _RULE)
    draft.keep(
        kept.model_copy(
            update={"raised": {**kept.raised, number: None}, "raised_at": {**kept.raised_at, number: draft.at}}
        )
    )
    clock = draft.clock(StepClockKind.SIDE, draft.block.answer)
    if StepClockKind.SIDE not in draft.state.clocks and StepClockKind.AGAIN not in draft.state.clocks:
        draft.start(clock)
    draft.note_clock(
        ActName.OBJECTION_RAISED, clock, entry=draft.block.name, step=draft.block.name, by=command.by, value=number
    )


def _answer(draft: ProceedingDraft, command: AnswerObjection) -> None:
    kept = draft.kept(Objections)
    number = given(command.number, "异议编号 number", _RULE)
    if number not in kept.raised:
        known = "、".join(kept.raised) or "无 none"
        raise Refused(f"没有这一异议 unknown objection: {number};可接受 accepted: {known}", _RULE)
    if kept.raised[number] is not None:
        raise Refused(f"该异议已答复 it is answered: {number}", _RULE)
    if command.upheld is None:
        raise Refused("缺少核查结论 upheld is required", _RULE)
    reason = given(command.reason, "理由 reason", _RULE)
    raised = {**kept.raised, number: command.upheld}
    draft.keep(kept.model_copy(update={"raised": raised}))
    draft.met()
    draft.say(
        ActName.OBJECTION_ANSWERED, by=command.by, value=number, reason=reason,
        subject="upheld" if command.upheld else "not_upheld",
    )  # fmt: skip
    open_ = _unanswered(draft)
    if open_:
        draft.start(draft.clock(StepClockKind.SIDE, draft.block.answer, kept.raised_at[open_[0]]))
    elif any(raised.values()):
        _holds(draft, command.by)
    elif kept.over:
        draft.take("no_objection_holds", command.by)


def _unanswered(draft: ProceedingDraft) -> list[str]:
    """Objections without an answer, the longest waiting first."""
    return [number for number, upheld in draft.kept(Objections).raised.items() if upheld is None]


def _holds(draft: ProceedingDraft, by: str | None) -> None:
    redo = draft.block.redo
    if redo is None:
        draft.leave("upheld", by)
        draft.end(ProceedingStage.DENIED, "objection_upheld", by)
        return
    done = draft.state.marks[redo].round if redo in draft.state.marks else 0
    draft.say(ActName.REDONE, by=by, count=done + 1, value=redo)
    draft.again(redo)


def _ended(draft: ProceedingDraft, clock: StepClock) -> None:
    """24:00 of the last day: nothing can be raised any more; what was raised is still answered first."""
    draft.keep(draft.kept(Objections).model_copy(update={"over": True}))
    open_ = _unanswered(draft)
    draft.say(ActName.NOTICE_ENDED, rules=clock.rules, count=len(open_))
    if not open_:
        draft.take("no_objection_holds" if draft.kept(Objections).raised else "no_objection")


def _not_answered(draft: ProceedingDraft, clock: StepClock) -> None:
    draft.miss(clock)


RULES = BlockRules(
    begin=_begin,
    heard={Publish: _publish, RaiseObjection: _raise, AnswerObjection: _answer},
    struck={StepClockKind.NOTICE: _ended, StepClockKind.SIDE: _not_answered},
)
