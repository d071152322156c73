"""What does a newly loaded calendar notice change for one matter?

Open clocks are ruled again: a later date moves them, an earlier one does not (policy switch). Findings that the new
calendar denies are withdrawn with whatever was proposed on them (engine.md 2, W7; mechanisms.md 3.3).
"""

from datetime import datetime

from models.acts import ActName
from models.matters import Clock, ClockKind, Finding, Light, Stage
from policies.drafts import ENDED, Draft
from policies.timers import archive_when_free, strike_clock

_LATE = (ActName.OVERDUE, ActName.IMPORTED_OVERDUE)
_CHAIN = (*_LATE, ActName.RECTIFICATION_ORDERED, ActName.EXPLANATION_ASKED, ActName.RECTIFICATION_OVERDUE)
SHOWN_CLOCKS = (
    ClockKind.LIMIT,
    ClockKind.RETURNED,
    ClockKind.SUPERVISION,
    ClockKind.RECTIFICATION,
    ClockKind.EXPLANATION,
    ClockKind.VERIFICATION,
)
_STAGE_OF = {
    ClockKind.LIMIT: (Stage.RUNNING, 0),
    ClockKind.RETURNED: (Stage.RETURNED, 0),
    ClockKind.SUPERVISION: (Stage.SUPERVISED, 1),
    ClockKind.EXPLANATION: (Stage.RUNNING, 1),
    ClockKind.RECTIFICATION: (Stage.RECTIFYING, 2),
}


def shown_clock(draft: Draft) -> Clock | None:
    """The clock whose due instant is the matter's: the limit, what follows it, or the verification."""
    return next((draft.state.clocks[kind] for kind in SHOWN_CLOCKS if kind in draft.state.clocks), None)


def rule_again(draft: Draft) -> None:
    """Bring a matter under the calendar in `draft.facts`; notes nothing where nothing changed for it."""
    if draft.state.stage in (Stage.REFUSED, Stage.ARCHIVED):
        return
    before = shown_clock(draft)
    _rule_limit_again(draft)
    if not draft.state.suspended:
        for kind, clock in draft.state.clocks.items():
            if kind not in (ClockKind.LIMIT, ClockKind.SUSPENSION):
                draft.start(_moved(draft, clock))
    denied, clock = _denied_chain(draft)
    if clock is not None:
        _set_back(draft, clock)
    after = shown_clock(draft)
    if before is not None and after is not None and draft.state.stage not in ENDED and _differs(before, after):
        draft.note_clock(ActName.CALENDAR_RECOMPUTED, after, entry="calendar")
        if after.due_at > before.due_at and draft.state.light is Light.YELLOW:
            draft.show(Light.GREEN)
    if clock is not None:
        _withdraw_chain(draft, denied, clock)
    _withdraw_others(draft)
    archive_when_free(draft)


def _differs(before: Clock, after: Clock) -> bool:
    return (before.kind, before.due_at, before.provisional) != (after.kind, after.due_at, after.provisional)


def _moved(draft: Draft, clock: Clock) -> Clock:
    """The clock under the new calendar; one that would end earlier keeps its instant, unless the policy says strict."""
    if clock.kind is ClockKind.RETURNED and draft.state.limit is not None:
        clock = clock.model_copy(update={"not_before": draft.state.limit.due_at})
    new = draft.ruled(clock)
    if new.due_at > clock.due_at:
        return new
    # A notice makes nobody late in hindsight: an instant already past is not moved to.
    if draft.facts.policy.earlier_calendar_moves and new.due_at > draft.at:
        return new
    return clock.model_copy(update={"provisional": new.provisional, "calendar": new.calendar})


def _rule_limit_again(draft: Draft) -> None:
    limit, running = draft.state.limit, draft.state.clocks.get(ClockKind.LIMIT)
    if limit is None:
        return
    if draft.state.suspended:
        return
    moved = _moved(draft, limit)
    if running is None:
        draft.change(limit=moved)
    elif moved.due_at != limit.due_at:
        draft.run_limit(moved)
    else:
        draft.change(limit=moved)
        draft.start(moved.model_copy(update={"reminders": running.reminders}))


def _later(draft: Draft, finding: Finding) -> Clock | None:
    """The missed clock as the new calendar has it, if it runs longer than it did when the finding was made."""
    new = draft.ruled(finding.clock)
    return new if new.due_at > finding.clock.due_at else None


def _denied_chain(draft: Draft) -> tuple[list[Finding], Clock | None]:
    """The earliest denied finding of the escalation with all that was built on it, and its clock as it is ruled now."""
    chain = [finding for finding in draft.state.findings if finding.act in _CHAIN]
    for index, finding in enumerate(chain):
        clock = _later(draft, finding)
        if clock is not None:
            return chain[index:], clock
    return [], None


def _set_back(draft: Draft, clock: Clock) -> None:
    """Let the wrongly missed clock run on, if it still can."""
    if draft.state.stage is Stage.SUBMITTED or draft.state.stage in ENDED or draft.state.suspended:
        return
    draft.stop(ClockKind.RETURNED, ClockKind.SUPERVISION, ClockKind.RECTIFICATION, ClockKind.EXPLANATION)
    stage, level = _STAGE_OF[clock.kind]
    draft.change(stage=stage, level=level)
    if clock.kind is ClockKind.LIMIT:
        draft.run_limit(clock)
    else:
        draft.start(clock)


def _withdraw_chain(draft: Draft, denied: list[Finding], clock: Clock) -> None:
    draft.change(findings=tuple(finding for finding in draft.state.findings if finding not in denied))
    for finding in denied:
        draft.note(ActName.FINDING_WITHDRAWN, reason=finding.act.value, entry="calendar", rules=("R18",))
        _withdraw_case(draft, finding)
    runs = clock.kind in draft.state.clocks
    if runs and clock.due_at <= draft.at:
        strike_clock(draft, draft.state.clocks[clock.kind])
    elif runs and clock.kind in (ClockKind.LIMIT, ClockKind.RETURNED):
        draft.show(Light.GREEN)
    elif not runs and clock.kind is ClockKind.LIMIT:
        _settle(draft, clock, denied[0].act)


def _settle(draft: Draft, clock: Clock, act: ActName) -> None:
    """A matter already submitted: in time after all, or late all the same but by the new date."""
    submitted_at = draft.state.submitted_at
    if submitted_at is None or submitted_at <= clock.due_at:
        draft.show(Light.GREEN)
    else:
        draft.note(act, entry="limit", rules=clock.rules)
        draft.find(act, clock)


def _withdraw_case(draft: Draft, finding: Finding) -> None:
    for case in draft.state.cases:
        if case.id == finding.case and case.open:
            closed = case.model_copy(update={"open": False})
            draft.change(cases=tuple(closed if other.id == case.id else other for other in draft.state.cases))
            draft.note(ActName.CASE_WITHDRAWN, target=case.id, subject=case.subject, reason="finding_withdrawn")
            draft.note(ActName.ACCOUNTABILITY_CONCLUDED, subject=case.subject, reason="case_withdrawn")


def _withdraw_others(draft: Draft) -> None:
    for finding in draft.state.findings:
        if finding.act in _CHAIN:
            continue
        clock = _later(draft, finding)
        cured_at = _cured_at(draft, finding)
        if clock is None or not (clock.due_at > draft.at or (cured_at is not None and cured_at <= clock.due_at)):
            continue
        draft.change(findings=tuple(other for other in draft.state.findings if other is not finding))
        draft.note(
            ActName.FINDING_WITHDRAWN,
            reason=finding.act.value,
            subject=finding.subject,
            entry="calendar",
            rules=("R18",),
        )
        if cured_at is None and draft.state.stage not in ENDED and not draft.state.suspended:
            _run_on(draft, clock)


def _cured_at(draft: Draft, finding: Finding) -> datetime | None:
    match finding.act:
        case ActName.SIGN_OVERDUE:
            return draft.state.signed_at
        case ActName.CO_OVERDUE:
            return draft.state.co_done.get(finding.subject or "")
        case ActName.APPROVAL_OVERDUE:
            return draft.state.assigned_at
        case ActName.PROGRESS_OVERDUE:
            reported = draft.state.last_report_at
            return reported if reported is not None and reported > finding.at else None
        case _:
            return None


def _run_on(draft: Draft, clock: Clock) -> None:
    """Let a signing, approval, co-part, report or verification clock run on to its new due instant."""
    match clock.kind:
        case ClockKind.SIGNING:
            draft.stop(ClockKind.SIGN_REMINDER)
        case ClockKind.VERIFICATION if draft.state.stage is not Stage.SUBMITTED:
            return
        case ClockKind.APPROVAL if draft.state.stage is not Stage.AWAITING_APPROVAL:
            return
        case ClockKind.PROGRESS:
            draft.change(period_from=draft.state.last_report_at or draft.state.assigned_at)
        case _:
            pass
    draft.start(clock)


