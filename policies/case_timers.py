"""What happens to a case when a clock runs out and nobody has spoken?

It is told to the organ above, again and one organ higher each time, so that it stays visible; the subject's silence
closes the window. Silence never sanctions and never approves: no measure comes from here (engine.md 4, W8).
"""

from collections.abc import Callable, Mapping

from models.acts import ActName
from models.cases import CaseClock, CaseClockKind, CaseStage
from policies.case_commands import close, end_effect
from policies.case_drafts import CaseDraft

Strike = Callable[[CaseDraft, CaseClock], None]

OVERDUE: dict[CaseClockKind, ActName] = {
    CaseClockKind.FILING: ActName.FILING_OVERDUE,
    CaseClockKind.INVESTIGATION: ActName.INVESTIGATION_OVERDUE,
    CaseClockKind.ANSWER: ActName.ANSWER_OVERDUE,
    CaseClockKind.DECISION: ActName.DECISION_OVERDUE,
    CaseClockKind.SERVICE: ActName.SERVICE_OVERDUE,
    CaseClockKind.EXECUTION: ActName.EXECUTION_OVERDUE,
    CaseClockKind.RECORD: ActName.RECORD_OVERDUE,
    CaseClockKind.REVIEW: ActName.REVIEW_OVERDUE,
}
"""The steps that somebody owes, and how it is said that they ran out."""


def strike(draft: CaseDraft, clock: CaseClock, strikes: Mapping[CaseClockKind, Strike]) -> None:
    """Work off a clock that has run out; the draft stands at its instant."""
    before = len(draft.acts)
    draft.step = clock.kind
    draft.fire(clock)
    strikes[clock.kind](draft, clock)
    draft.step = None
    for act in draft.acts[before : before + 1]:
        draft.tell_of(clock.kind, act.act, act.tell)


def _overdue(draft: CaseDraft, clock: CaseClock) -> None:
    """Tell the organ above, which may act itself from now on; then again, one organ higher, until the step is taken."""
    draft.change(climbed={**draft.state.climbed, clock.kind: clock.round})
    draft.note(OVERDUE[clock.kind], entry=clock.kind.value, rules=clock.rules)
    draft.find(OVERDUE[clock.kind], clock)
    draft.run(draft.clock(clock.kind, clock.limit, round_=clock.round + 1))


def _window(draft: CaseDraft, clock: CaseClock) -> None:
    """The subject's time is over: without a word the window lapses, what was said is still answered first."""
    if draft.state.unanswered:
        return
    draft.note(ActName.STATEMENT_LAPSED, subject=draft.state.subject, entry="window", rules=clock.rules)
    draft.find(ActName.STATEMENT_LAPSED, clock)
    close(draft, ActName.STATEMENT_LAPSED)


def _review_window(draft: CaseDraft, clock: CaseClock) -> None:
    """Nobody asked for a review; that is no act of anybody."""


def _effect(draft: CaseDraft, clock: CaseClock) -> None:
    end_effect(draft, clock)


def _lapse(draft: CaseDraft, clock: CaseClock) -> None:
    draft.step = CaseClockKind.DECISION
    draft.end(CaseStage.LAPSED)
    draft.note(ActName.CASE_LAPSED, subject=draft.state.subject, entry="lapse", rules=clock.rules)
    draft.conclude(ActName.CASE_LAPSED)


def archive_when_free(draft: CaseDraft) -> None:
    """Archive a case on which nothing is owed, in effect or open to review any more (engine.md 4, step 11)."""
    state = draft.state
    done = state.stage is CaseStage.NOT_ADOPTED or (state.stage is CaseStage.DECIDED and state.execution is not None)
    if done and state.recorded is not None and not state.clocks:
        draft.change(stage=CaseStage.ARCHIVED, ended_at=draft.at, findings={})
        draft.note(ActName.CASE_ARCHIVED, entry="archive")


STRIKES: dict[CaseClockKind, Strike] = {
    **dict.fromkeys(OVERDUE, _overdue),
    CaseClockKind.WINDOW: _window,
    CaseClockKind.REVIEW_WINDOW: _review_window,
    CaseClockKind.EFFECT: _effect,
    CaseClockKind.LAPSE: _lapse,
}
