"""What of due process stands on record in a case, what is missing, and until when?

Read off the state, step by step in the order of the procedure; nothing is decided here. engine.md 4 (W1, W2).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.acts import ActName
from models.cases import OPEN, CaseClockKind, CaseStage, CaseState
from policies import panel, seats
from policies.directory import Directory


class Step(StrEnum):
    """The steps that a measure has to have behind it, and those that follow it."""

    PROPOSED = "proposed"
    FILED = "filed"
    INVESTIGATED = "investigated"
    NOTIFIED = "notified"
    HEARD = "heard"
    ANSWERED = "answered"
    VOTED = "voted"
    DECIDED = "decided"
    SERVED = "served"
    REVIEWED = "reviewed"
    EXECUTED = "executed"
    RECORDED = "recorded"


class Came(StrEnum):
    """What has become of a step.

    `due` is owed now, `open` may be used now and need not be, `ahead` comes later, `needless` is not needed here, and
    `never` will not be taken any more, for the case has ended before it.
    """

    DONE = "done"
    DUE = "due"
    OPEN = "open"
    AHEAD = "ahead"
    NEEDLESS = "needless"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Standing:
    """One step: `at` is when it was taken, `due_at` until when it is owed or may be used; `late` that it has run out.

    `number` and `of` count what the step is made of, where it is made of several: votes and the quorum, answers.
    """

    step: Step
    came: Came
    at: datetime | None = None
    due_at: datetime | None = None
    late: bool = False
    number: int | None = None
    of: int | None = None


_CLOCKS: Mapping[Step, CaseClockKind] = {
    Step.FILED: CaseClockKind.FILING,
    Step.INVESTIGATED: CaseClockKind.INVESTIGATION,
    Step.HEARD: CaseClockKind.WINDOW,
    Step.ANSWERED: CaseClockKind.ANSWER,
    Step.VOTED: CaseClockKind.DECISION,
    Step.DECIDED: CaseClockKind.DECISION,
    Step.SERVED: CaseClockKind.SERVICE,
    Step.REVIEWED: CaseClockKind.REVIEW_WINDOW,
    Step.EXECUTED: CaseClockKind.EXECUTION,
    Step.RECORDED: CaseClockKind.RECORD,
}


def checklist(state: CaseState, directory: Directory) -> tuple[Standing, ...]:
    """Every step of the case as it stands; empty where nothing was proposed."""
    return () if state.stage is CaseStage.BLANK else tuple(_of(step, state, directory) for step in Step)


def _of(step: Step, state: CaseState, directory: Directory) -> Standing:
    if step is Step.ANSWERED:
        return _answered(state)
    if step is Step.VOTED:
        return _voted(state, directory)
    if step is Step.REVIEWED:
        return _reviewed(state)
    at = _TAKEN[step](state)
    if at is not None:
        return Standing(step, Came.DONE, at)
    if step is Step.INVESTIGATED and (state.recorded_overdue or state.facts is not None):
        return Standing(step, Came.NEEDLESS)
    return _missing(step, state)


def _heard_at(state: CaseState) -> datetime | None:
    return state.window.at if state.window else None


_TAKEN: Mapping[Step, Callable[[CaseState], datetime | None]] = {
    Step.PROPOSED: lambda one: one.proposed_at,
    Step.FILED: lambda one: one.filing.at if one.filing else None,
    Step.INVESTIGATED: lambda one: one.investigation.at if one.investigation else None,
    Step.NOTIFIED: lambda one: one.facts.at if one.facts else None,
    Step.HEARD: _heard_at,
    Step.DECIDED: lambda one: one.decision.at if one.decision else None,
    Step.SERVED: lambda one: one.service.at if one.service else None,
    Step.EXECUTED: lambda one: one.execution.at if one.execution else None,
    Step.RECORDED: lambda one: one.recorded.at if one.recorded else None,
}


def _missing(step: Step, state: CaseState, number: int | None = None, of: int | None = None) -> Standing:
    """A step that has not been taken: owed while its clock runs, later or never otherwise."""
    clock = state.clocks.get(_CLOCKS[step]) if step in _CLOCKS else None
    late = _CLOCKS.get(step) in state.climbed
    if clock is not None:
        came = Came.OPEN if step in (Step.HEARD, Step.REVIEWED) else Came.DUE
        return Standing(step, came, due_at=clock.due_at, late=late, number=number, of=of)
    if step is Step.NOTIFIED and state.stage in (CaseStage.FILED, CaseStage.INVESTIGATED):
        filed = state.stage is CaseStage.INVESTIGATED or state.recorded_overdue
        lapse = state.clocks.get(CaseClockKind.LAPSE)
        return Standing(step, Came.DUE if filed else Came.AHEAD, due_at=lapse.due_at if lapse and filed else None)
    after = step in (Step.SERVED, Step.EXECUTED, Step.RECORDED, Step.REVIEWED)
    ahead = state.stage in OPEN or (after and state.stage in (CaseStage.DECIDED, CaseStage.NOT_ADOPTED))
    return Standing(step, Came.AHEAD if ahead else Came.NEVER, late=late, number=number, of=of)


def _answered(state: CaseState) -> Standing:
    """Every statement answered, point by point; needless where the subject has said nothing."""
    said = len(state.statements)
    if not said:
        silent = state.window is not None or state.waived
        return Standing(Step.ANSWERED, Came.NEEDLESS) if silent else _missing(Step.ANSWERED, state)
    answers = [one.answered_at for one in state.statements if one.answered_at is not None]
    if len(answers) == said:
        return Standing(Step.ANSWERED, Came.DONE, max(answers), number=said, of=said)
    return _missing(Step.ANSWERED, state, number=len(answers), of=said)


def _voted(state: CaseState, directory: Directory) -> Standing:
    """A ballot with its quorum; needless where the organ above decides itself."""
    decision = state.decision
    if decision is not None:
        # Of a panel no more is known here than who took part; the organ above asks nobody.
        if not decision.voters:
            return Standing(Step.VOTED, Came.NEEDLESS)
        return Standing(Step.VOTED, Came.DONE, decision.at, number=len(decision.voters))
    if state.window is None or state.stage not in OPEN:
        ended = state.stage not in OPEN and bool(state.votes)
        return Standing(Step.VOTED, Came.DONE, state.ended_at) if ended else _missing(Step.VOTED, state)
    if not seats.panel_decides(state, directory):
        return Standing(Step.VOTED, Came.NEEDLESS)
    tally = panel.tally(state, directory)
    if tally.verdict is panel.Verdict.CHOSEN:
        last = max(vote.at for vote in state.votes)
        return Standing(Step.VOTED, Came.DONE, last, number=tally.votes, of=tally.needed)
    return _missing(Step.VOTED, state, number=tally.votes, of=tally.needed)


def _reviewed(state: CaseState) -> Standing:
    """The time to ask for a review, and the review that was asked for."""
    review, clock = state.review, state.clocks.get(CaseClockKind.REVIEW)
    if review is not None and review.decided_at is not None:
        return Standing(Step.REVIEWED, Came.DONE, review.decided_at)
    if clock is not None:
        return Standing(
            Step.REVIEWED, Came.DUE, due_at=clock.due_at, late=CaseClockKind.REVIEW in state.climbed
        )  # fmt: skip
    over = state.service is not None and CaseClockKind.REVIEW_WINDOW not in state.clocks
    return Standing(Step.REVIEWED, Came.NEEDLESS) if over and review is None else _missing(Step.REVIEWED, state)


HEARD_BY: Mapping[ActName, str] = {
    ActName.STATEMENT_ANSWERED: "answered",
    ActName.STATEMENT_WAIVED: "waived",
    ActName.STATEMENT_LAPSED: "lapsed",
}
"""How the statement window closed, by the act that closed it."""
