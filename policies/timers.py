"""What happens when a clock runs out and nobody has spoken?

Reminding, warning, supervising, ordering rectification and proposing accountability; never deciding anything
(engine.md 3.2 to 3.8). Every act is about the due instant, however late it is worked off.
"""

from collections.abc import Callable

from models.acts import ActName
from models.case_messages import NoteFailure
from models.matters import Clock, ClockKind, ExtensionState, Light, Stage
from policies import cases, transfers
from policies.drafts import OVER, Draft, Due


def strike(draft: Draft, due: Due) -> None:
    """Work off one clock or reminder that is due; the draft stands at its instant."""
    clock = draft.state.clocks[due.kind]
    if due.reminder is not None:
        draft.start(clock.model_copy(update={"reminders": clock.reminders[1:]}))
        draft.note(ActName.REMINDED, days_left=due.reminder.days_left, entry="reminders", rules=("R17",))
        if draft.own_light is Light.GREEN:
            draft.show(Light.YELLOW)
        return
    strike_clock(draft, clock)


def strike_clock(draft: Draft, clock: Clock) -> None:
    """Work off a clock that has run out."""
    _STRIKES[clock.kind](draft, clock)


def _approval(draft: Draft, clock: Clock) -> None:
    draft.stop(ClockKind.APPROVAL)
    draft.note(ActName.APPROVAL_OVERDUE, entry="approval", rules=clock.rules)
    draft.find(ActName.APPROVAL_OVERDUE, clock)


def _limit(draft: Draft, clock: Clock) -> None:
    extension = draft.state.extension
    if extension is not None and extension.state is ExtensionState.PENDING:
        draft.change(extension=extension.model_copy(update={"state": ExtensionState.LAPSED}))
        draft.note(ActName.EXTENSION_LAPSED, entry="extension")
    miss_limit(draft, ActName.OVERDUE)


def miss_limit(draft: Draft, finding: ActName) -> None:
    """The limit has passed without submission: red, the finding, and the first step of the escalation."""
    limit = draft.state.limit
    if limit is None:
        raise ValueError(f"{draft.state.id} has no limit")
    draft.stop(ClockKind.LIMIT)
    draft.show(Light.RED)
    draft.note(finding, entry="limit", rules=limit.rules)
    draft.find(finding, limit)
    if finding is ActName.IMPORTED_OVERDUE:
        draft.stop(ClockKind.CO_PART)
    _escalate(draft, ActName.SUPERVISED)


def _independent(draft: Draft) -> bool:
    return draft.facts.directory.organ(draft.terms.lead).independent


def _escalate(draft: Draft, act: ActName, missed: Clock | None = None) -> None:
    """Take the next step of the escalation; an independent organ is asked to explain instead, again and again.

    `missed` is the clock whose end is the finding this step rests on, where no act of its own says so.
    """
    policy, kind, stage = draft.facts.policy, ClockKind.SUPERVISION, Stage.SUPERVISED
    step, limits = policy.step(ActName.SUPERVISED), policy.supervision
    if _independent(draft):
        act, kind, stage = ActName.EXPLANATION_ASKED, ClockKind.EXPLANATION, Stage.RUNNING
    elif act is ActName.RECTIFICATION_ORDERED:
        step, limits = policy.step(act), policy.rectification
        kind, stage = ClockKind.RECTIFICATION, Stage.RECTIFYING
    clock = draft.clock(kind, limits[draft.terms.urgency])
    if missed is not None:
        draft.find(act, missed)
    draft.change(stage=stage, level=max(draft.state.level, step.level))
    draft.start(clock)
    draft.note_clock(act, clock, entry=step.act.value)
    if act is ActName.RECTIFICATION_ORDERED:
        draft.conclude(act)


def _returned(draft: Draft, clock: Clock) -> None:
    draft.stop(ClockKind.RETURNED)
    draft.show(Light.RED)
    _escalate(draft, ActName.RECTIFICATION_ORDERED, clock)


def _supervision(draft: Draft, clock: Clock) -> None:
    draft.stop(ClockKind.SUPERVISION)
    _escalate(draft, ActName.RECTIFICATION_ORDERED, clock)


def _explanation(draft: Draft, clock: Clock) -> None:
    draft.stop(ClockKind.EXPLANATION)
    _escalate(draft, ActName.EXPLANATION_ASKED, clock)


def _rectification(draft: Draft, clock: Clock) -> None:
    draft.stop(ClockKind.RECTIFICATION)
    draft.note(ActName.RECTIFICATION_OVERDUE, entry=ActName.RECTIFICATION_ORDERED.value, rules=clock.rules)
    _propose(draft, clock)
    _escalate(draft, ActName.RECTIFICATION_ORDERED)


def _propose(draft: Draft, clock: Clock) -> None:
    """Propose a case against the holder of the responsible post, or note the failure on the one that is open (W5)."""
    terms, policy = draft.terms, draft.facts.policy
    subject = terms.responsible or draft.facts.directory.organ(terms.lead).head
    case = draft.open_case(subject)
    if case is not None:
        noted = case.model_copy(update={"failures": case.failures + 1})
        draft.change(cases=tuple(noted if other.id == case.id else other for other in draft.state.cases))
        draft.find(ActName.RECTIFICATION_OVERDUE, clock, subject=subject)
        draft.relay(case.id, NoteFailure(message_id=f"{case.id}:failure{noted.failures}", subject=subject))
        return
    step = policy.step(ActName.ACCOUNTABILITY_PROPOSED)
    opened = cases.brief(draft, subject)
    draft.change(level=max(draft.state.level, step.level))
    draft.find(ActName.RECTIFICATION_OVERDUE, clock, case=opened.id, subject=subject)
    draft.note(ActName.ACCOUNTABILITY_PROPOSED, subject=subject, entry=step.act.value)
    lapsed = draft.state.extension is not None and draft.state.extension.state is ExtensionState.LAPSED
    cases.open_case(
        draft,
        opened,
        facts=f"整改期限届满未报结 rectification due {clock.due_at.isoformat(timespec='minutes')} was missed",
        mitigation="延期申请逾期未批 an extension request lapsed undecided" if lapsed else None,
    )


def _verification(draft: Draft, clock: Clock) -> None:
    """Nobody verified: the office's leader is told, then one organ higher each time (engine.md 3.7)."""
    again = draft.clock(ClockKind.VERIFICATION, draft.facts.policy.verification_escalation, round=clock.round + 1)
    draft.start(again)
    act = ActName.VERIFICATION_OVERDUE if clock.round == 1 else ActName.VERIFICATION_ESCALATED
    draft.note(act, entry="verification", rules=clock.rules)
    if clock.round == 1:
        draft.find(act, clock)


def _co_part(draft: Draft, clock: Clock) -> None:
    draft.stop(ClockKind.CO_PART)
    for organ in draft.open_parts():
        draft.note(ActName.CO_OVERDUE, subject=organ, entry="limit", rules=clock.rules)
        draft.find(ActName.CO_OVERDUE, clock, subject=organ)


def _signing(draft: Draft, clock: Clock) -> None:
    draft.stop(ClockKind.SIGNING)
    draft.note(ActName.SIGN_OVERDUE, entry="signing", rules=clock.rules)
    draft.find(ActName.SIGN_OVERDUE, clock)
    draft.start(draft.clock(ClockKind.SIGN_REMINDER, ""))


def _sign_reminder(draft: Draft, clock: Clock) -> None:
    draft.note(ActName.SIGN_REMINDED, entry="signing")
    draft.start(draft.clock(ClockKind.SIGN_REMINDER, "", round=clock.round + 1))


def _progress(draft: Draft, clock: Clock) -> None:
    reported, period_from = draft.state.last_report_at, draft.state.period_from
    if reported is None or (period_from is not None and reported < period_from):
        draft.note(ActName.PROGRESS_OVERDUE, entry="report_every", rules=clock.rules)
        draft.find(ActName.PROGRESS_OVERDUE, clock)
    draft.run_progress(clock)


def _transfer(draft: Draft, clock: Clock) -> None:
    transfers.fall_back(draft, ActName.TRANSFER_LAPSED)


def _objection(draft: Draft, clock: Clock) -> None:
    draft.stop(clock.kind)
    entry = "objection" if clock.kind is ClockKind.OBJECTION else "assignment"
    draft.note(ActName.OBJECTION_OVERDUE, entry=entry, rules=clock.rules)


def _circulation(draft: Draft, clock: Clock) -> None:
    draft.stop(ClockKind.CIRCULATION)
    draft.note(ActName.APPROVAL_OVERDUE, entry="circulation", rules=clock.rules)


def _suspension(draft: Draft, clock: Clock) -> None:
    draft.stop(ClockKind.SUSPENSION)
    draft.note(ActName.SUSPENSION_OVERDUE, entry="suspension", rules=clock.rules)


def _archive(draft: Draft, clock: Clock) -> None:
    draft.stop(ClockKind.ARCHIVE)
    archive_when_free(draft)


def archive_when_free(draft: Draft) -> None:
    """Archive an ended matter whose waiting time is over, with no case, objection or circulation open about it."""
    state = draft.state
    open_ = state.objection is not None or state.circulation is not None or any(case.open for case in state.cases)
    if state.stage in OVER and ClockKind.ARCHIVE not in state.clocks and not open_:
        draft.change(stage=Stage.ARCHIVED)
        draft.note(ActName.ARCHIVED, entry="archive")


_STRIKES: dict[ClockKind, Callable[[Draft, Clock], None]] = {
    ClockKind.APPROVAL: _approval,
    ClockKind.LIMIT: _limit,
    ClockKind.RETURNED: _returned,
    ClockKind.SUPERVISION: _supervision,
    ClockKind.RECTIFICATION: _rectification,
    ClockKind.EXPLANATION: _explanation,
    ClockKind.VERIFICATION: _verification,
    ClockKind.CO_PART: _co_part,
    ClockKind.SIGNING: _signing,
    ClockKind.SIGN_REMINDER: _sign_reminder,
    ClockKind.PROGRESS: _progress,
    ClockKind.TRANSFER: _transfer,
    ClockKind.ASSIGNMENT_OBJECTION: _objection,
    ClockKind.OBJECTION: _objection,
    ClockKind.CIRCULATION: _circulation,
    ClockKind.SUSPENSION: _suspension,
    ClockKind.ARCHIVE: _archive,
}
