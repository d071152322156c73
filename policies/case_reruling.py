"""What does a newly loaded calendar notice change for one case?

Clocks still running are ruled again: a later date moves them, an earlier one does not (policy switch). What was found
late, and is not by the new date, is withdrawn, and the step has its time again (engine.md 2, W7).
"""

from models.acts import ActName
from models.cases import CaseClock, CaseClockKind, CaseFinding, CaseStage
from policies.case_drafts import CaseDraft

SHOWN = (
    CaseClockKind.FILING,
    CaseClockKind.INVESTIGATION,
    CaseClockKind.WINDOW,
    CaseClockKind.ANSWER,
    CaseClockKind.DECISION,
    CaseClockKind.SERVICE,
    CaseClockKind.EXECUTION,
    CaseClockKind.REVIEW,
    CaseClockKind.RECORD,
)


def shown_clock(clocks: dict[CaseClockKind, CaseClock]) -> CaseClock | None:
    """The clock whose due instant people look at: of the step that is owed now; None where none is owed."""
    return next((clocks[kind] for kind in SHOWN if kind in clocks), None)


def rule_again(draft: CaseDraft) -> None:
    """Bring a case under the calendar in `draft.facts`; notes nothing where nothing changed for it."""
    before = shown_clock(draft.state.clocks)
    for clock in draft.state.clocks.values():
        moved = _moved(draft, clock)
        if moved != clock:
            draft.run(moved)
    denied = [finding for finding in draft.state.findings.values() if _denied(draft, finding)]
    for finding in denied:
        _withdraw(draft, finding)
    after = shown_clock(draft.state.clocks)
    if before is None or after is None:
        return
    if (before.due_at, before.provisional) != (after.due_at, after.provisional):
        notice = draft.facts.calendar.notices[-1].number
        draft.note_clock(ActName.CALENDAR_RECOMPUTED, after, entry="calendar", reason=notice)


def _moved(draft: CaseDraft, clock: CaseClock) -> CaseClock:
    """The clock as the new calendar has it; what was told stands where it would now end earlier, unless strict."""
    new = draft.ruled(clock)
    if new.due_at >= clock.due_at:
        return new
    if draft.facts.policy.earlier_calendar_moves and new.due_at > draft.at:
        return new
    return new.model_copy(update={"due_at": clock.due_at, "last_day": clock.last_day})


def _denied(draft: CaseDraft, finding: CaseFinding) -> bool:
    """Whether there is time again by the new calendar, and the step is still open."""
    state, kind = draft.state, finding.clock.kind
    if draft.ruled(finding.clock).due_at <= draft.at:
        return False
    if kind is CaseClockKind.WINDOW:
        window = state.window
        return state.stage is CaseStage.DECIDING and window is not None and window.how is ActName.STATEMENT_LAPSED
    return kind in state.clocks


def _withdraw(draft: CaseDraft, finding: CaseFinding) -> None:
    clock = draft.ruled(finding.clock)
    state = draft.state
    findings = {kind: other for kind, other in state.findings.items() if kind is not clock.kind}
    draft.change(findings=findings)
    if clock.kind is CaseClockKind.WINDOW:
        draft.halt(CaseClockKind.DECISION)
        draft.change(stage=CaseStage.NOTIFIED, window=None, ballot=1, votes=())
    else:
        draft.change(climbed={**state.climbed, clock.kind: clock.round - 1})
    draft.run(clock)
    draft.note(ActName.FINDING_WITHDRAWN, reason=finding.act.value, entry="calendar", rules=("R18",))
