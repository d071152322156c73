"""What does a newly loaded calendar notice change for one matter?

Open clocks are ruled again: a later date moves them, an earlier one does not (policy switch). Findings that the new
calendar denies are withdrawn with whatever was proposed on them (engine.md 2, W7; mechanisms.md 3.3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.acts import ActName
from models.matters import Clock, ClockKind, Finding, Light, Stage
from policies import cases
from policies.drafts import ENDED, Draft
from policies.timers import archive_when_free, miss_limit, strike_clock

_LATE = (ActName.OVERDUE, ActName.IMPORTED_OVERDUE)
_ESCALATING = (Stage.RUNNING, Stage.SUPERVISED, Stage.RECTIFYING)
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
    ClockKind.LIMIT: Stage.RUNNING,
    ClockKind.RETURNED: Stage.RETURNED,
    ClockKind.SUPERVISION: Stage.SUPERVISED,
    ClockKind.EXPLANATION: Stage.RUNNING,
    ClockKind.RECTIFICATION: Stage.RECTIFYING,
}
_STEP_OF = {
    ClockKind.SUPERVISION: ActName.SUPERVISED,
    ClockKind.EXPLANATION: ActName.SUPERVISED,
    ClockKind.RECTIFICATION: ActName.RECTIFICATION_ORDERED,
}


@dataclass(frozen=True, slots=True)
class _Denial:
    """What the new calendar denies: a finding with all that was built on it, and its clock as it is ruled now.

    `runs_on` says that the matter still stands where these findings brought it, so that the clock can run again.
    """

    findings: tuple[Finding, ...]
    clock: Clock
    runs_on: bool


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
    denials = _denials(draft)
    for denial in denials:
        if denial.runs_on:
            set_back(draft, denial.findings, denial.clock)
    others = _other_denials(draft)
    for finding, clock in others:
        if _cured_at(draft, finding) is None and draft.state.stage not in ENDED and not draft.state.suspended:
            _run_on(draft, clock)
    after = shown_clock(draft)
    if before is not None and after is not None and draft.state.stage not in ENDED and _differs(before, after):
        notice = draft.facts.calendar.notices[-1].number
        draft.note_clock(ActName.CALENDAR_RECOMPUTED, after, entry="calendar", reason=notice)
        moved = after.due_at > before.due_at and after.kind in (ClockKind.LIMIT, ClockKind.RETURNED)
        if moved and draft.own_light is Light.YELLOW:
            draft.show(Light.GREEN)
    for denial in denials:
        _withdraw(draft, denial)
    for finding, _ in others:
        draft.change(findings=tuple(other for other in draft.state.findings if other is not finding))
        act, subject = finding.act.value, finding.subject
        draft.note(ActName.FINDING_WITHDRAWN, reason=act, subject=subject, entry="calendar", rules=("R18",))
    archive_when_free(draft)


def _differs(before: Clock, after: Clock) -> bool:
    return (before.due_at, before.provisional) != (after.due_at, after.provisional)


def _moved(draft: Draft, clock: Clock) -> Clock:
    """The clock under the new calendar; one that would end earlier keeps its instant, unless the policy says strict."""
    if clock.kind is ClockKind.SIGN_REMINDER:
        return draft.reminding_on(clock)
    new = draft.ruled(_leaning(draft, clock))
    if new.due_at > clock.due_at:
        return new
    # A notice makes nobody late in hindsight: an instant already past is not moved to.
    if draft.facts.policy.earlier_calendar_moves and new.due_at > draft.at:
        return new
    return clock.model_copy(
        update={
            "provisional": new.provisional,
            "rules": new.rules,
            "calendar": new.calendar,
            "not_before": new.not_before,
            "kept": new.due_at < clock.due_at,
        }
    )


def _leaning(draft: Draft, clock: Clock) -> Clock:
    """A clock that was not to end before the limit does not, wherever that has moved to."""
    if clock.not_before is None or draft.state.limit is None:
        return clock
    return clock.model_copy(update={"not_before": draft.state.limit.due_at})


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
    new = draft.ruled(_leaning(draft, finding.clock))
    return new if new.due_at > finding.clock.due_at else None


def chains(findings: Sequence[Finding]) -> list[list[Finding]]:
    """The findings of the escalation, each list built one on the other; the last list is the one that runs now.

    One made on a returned clock begins anew, not built on those before it.
    """
    found: list[list[Finding]] = [[]]
    for finding in findings:
        if finding.act in _CHAIN:
            if finding.clock.kind is ClockKind.RETURNED:
                found.append([])
            found[-1].append(finding)
    return found


def _denials(draft: Draft) -> list[_Denial]:
    """The denied findings of the escalation."""
    all_chains = chains(draft.state.findings)
    denials = []
    for chain in all_chains:
        for index, finding in enumerate(chain):
            clock = _later(draft, finding)
            if clock is not None:
                runs_on = chain is all_chains[-1] and draft.state.stage in _ESCALATING
                denials.append(_Denial(tuple(chain[index:]), clock, runs_on))
                break
    return denials


def set_back(draft: Draft, findings: Sequence[Finding], clock: Clock) -> None:
    """Let the wrongly missed `clock` run on, without `findings`; a case that stays open keeps the matter's level."""
    policy = draft.facts.policy
    draft.stop(ClockKind.SUPERVISION, ClockKind.RECTIFICATION, ClockKind.EXPLANATION)
    withdrawn = {finding.case for finding in findings}
    steps = [_STEP_OF[clock.kind]] if clock.kind in _STEP_OF else []
    if any(case.open and case.id not in withdrawn for case in draft.state.cases):
        steps.append(ActName.ACCOUNTABILITY_PROPOSED)
    level = max((policy.step(act).level for act in steps), default=0)
    draft.change(stage=_STAGE_OF[clock.kind], level=level)
    if clock.kind is not ClockKind.LIMIT:
        draft.start(clock)
    elif clock.due_at > draft.at:
        draft.run_limit(clock)
    else:
        # Missed again on the spot: a co-handler's clock is not started into the past.
        draft.change(limit=clock)
        draft.start(clock)


def _withdraw(draft: Draft, denial: _Denial) -> None:
    clock, first = denial.clock, denial.findings[0]
    withdraw_findings(draft, denial.findings, "calendar", ("R18",))
    if denial.runs_on and clock.due_at > draft.at:
        if clock.kind in (ClockKind.LIMIT, ClockKind.RETURNED):
            draft.show(Light.GREEN)
    elif denial.runs_on and first.act is ActName.IMPORTED_OVERDUE:
        miss_limit(draft, first.act)
    elif denial.runs_on:
        strike_clock(draft, draft.state.clocks[clock.kind])
    elif clock.kind in (ClockKind.LIMIT, ClockKind.RETURNED):
        _settle(draft, clock, first.act)


def withdraw_findings(draft: Draft, findings: Sequence[Finding], entry: str, rules: tuple[str, ...] = ()) -> None:
    """Withdraw findings, with the open cases proposed on them; `entry` and `rules` say by which rule."""
    draft.change(findings=tuple(finding for finding in draft.state.findings if finding not in findings))
    for finding in findings:
        draft.note(ActName.FINDING_WITHDRAWN, reason=finding.act.value, entry=entry, rules=rules)
        if finding.case is not None:
            cases.take_back(draft, finding.case)


def _settle(draft: Draft, clock: Clock, act: ActName) -> None:
    """A matter already reported or ended: in time after all, or late all the same but by the new date."""
    done_at = draft.state.submitted_at or draft.state.ended_at
    if done_at is not None and done_at > clock.due_at:
        if clock.kind is ClockKind.LIMIT:
            draft.note(act, entry="limit", rules=clock.rules)
            draft.find(act, clock)
    elif not any(finding.act in _CHAIN for finding in draft.state.findings):
        draft.show(Light.GREEN)


def _other_denials(draft: Draft) -> list[tuple[Finding, Clock]]:
    """Findings outside the escalation for which there is time again, or which were made good by the new date."""
    denied = []
    for finding in draft.state.findings:
        clock = _later(draft, finding) if finding.act not in _CHAIN else None
        if clock is None:
            continue
        cured_at = _cured_at(draft, finding)
        if clock.due_at > draft.at or (cured_at is not None and cured_at <= clock.due_at):
            denied.append((finding, clock))
    return denied


def _cured_at(draft: Draft, finding: Finding) -> datetime | None:
    """When what was missed was done after all; None while it is not done, or where it was done too late to matter."""
    state = draft.state
    match finding.act:
        case ActName.SIGN_OVERDUE if state.lead_since is not None and finding.clock.started_at < state.lead_since:
            # The former lead's: it owed its signature until the matter passed to another.
            return state.lead_since
        case ActName.SIGN_OVERDUE:
            return state.signed_at
        case ActName.CO_OVERDUE:
            return state.co_done.get(finding.subject or "")
        case ActName.APPROVAL_OVERDUE:
            return state.assigned_at
        case ActName.VERIFICATION_OVERDUE:
            return _verified_at(draft, finding)
        case ActName.PROGRESS_OVERDUE:
            reported = state.last_report_at
            return reported if reported is not None and reported > finding.at else None
        case _:
            return None


def _verified_at(draft: Draft, finding: Finding) -> datetime | None:
    """When the report behind this finding was verified, or the instant by which it must have been; None if not."""
    state = draft.state
    if state.submitted_at != finding.clock.started_at:
        return state.submitted_at
    returned = state.clocks.get(ClockKind.RETURNED)
    return state.ended_at or (returned.started_at if returned else None)


def _run_on(draft: Draft, clock: Clock) -> None:
    """Let a signing, approval, co-part, report or verification clock run on to its new due instant."""
    match clock.kind:
        case ClockKind.SIGNING:
            draft.stop(ClockKind.SIGN_REMINDER)
            draft.start(clock)
        case ClockKind.VERIFICATION if draft.state.stage is not Stage.SUBMITTED:
            return
        case ClockKind.PROGRESS if draft.state.stage is Stage.SUBMITTED:
            return
        case ClockKind.PROGRESS:
            draft.run_period(clock)
        case _:
            draft.start(clock)
