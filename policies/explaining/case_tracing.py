"""Which clock of a case did each recorded act rest on, and which did it set?

As tracing.py does for a matter: from the acts alone. The rules themselves are in policies/case_commands.py,
case_timers.py and case_reruling.py; how long execution and effect of a measure are is the ladder's to say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from models.acts import ActName
from models.cases import CaseClockKind, ReviewOutcome
from models.ladder import Ladder
from models.policy import Policy
from policies.case_reruling import SHOWN
from policies.case_timers import OVERDUE
from policies.explaining.tracing import Moment, Numbered, Run
from policies.explaining.vocabulary import AnyClock
from policies.ladder import effect_of, execution_limit

CASE_STRUCK = frozenset({*OVERDUE.values(), ActName.STATEMENT_LAPSED, ActName.CASE_LAPSED, ActName.EFFECT_ENDED})
"""The acts of a case that a clock of its own causes at the instant at which it runs out."""

# They run out without an act: nobody asked for a review, or what was said is still to be answered.
_SILENT = (CaseClockKind.WINDOW, CaseClockKind.REVIEW_WINDOW)
_KIND_OF = {act: kind for kind, act in OVERDUE.items()}


@dataclass
class _Tracer:
    policy: Policy | None
    ladder: Ladder
    running: dict[AnyClock, Run] = field(default_factory=dict)
    unanswered: bool = False
    filed: Numbered | None = None
    decided: Numbered | None = None
    served: bool = False
    executed: bool = False
    effect_ended: bool = False
    told: list[Moment] = field(default_factory=list)
    calendars: tuple[str, ...] = ()
    rests_on: Run | None = None
    due_at: datetime | None = None
    sets: tuple[Run, ...] = ()
    withdraws: int | None = None

    # --- clocks -------------------------------------------------------------------------------------------------------

    def begin(
        self, kind: CaseClockKind, one: Numbered, limit: str | None, due_at: datetime | None = None, round_: int = 1
    ) -> None:
        """Let a clock run from the act on; `limit` None: the version of the procedure is not kept, or has none."""
        self.running[kind] = Run(kind, one.act.at, one.seq, limit or "", due_at, round_)
        self.sets = (*self.sets, self.running[kind])

    def number(self, parameter: str) -> str | None:
        return getattr(self.policy, parameter, None)

    def stop(self, *kinds: CaseClockKind) -> None:
        for kind in kinds:
            self.running.pop(kind, None)

    def run_out(self, kind: CaseClockKind, one: Numbered) -> Run | None:
        """The clock that ran out at the instant of the act; None where none is known to have run."""
        self.rests_on, self.due_at = self.running.pop(kind, None), one.act.at
        return self.rests_on

    def decide_from(self, one: Numbered) -> None:
        """The subject has been heard: the panel's time begins."""
        self.begin(CaseClockKind.DECISION, one, self.number("case_decision"))

    def have_effect(self, one: Numbered, measure: str | None) -> None:
        """Let the effect period of a measure run, from the day of the decision that `one` is."""
        self.stop(CaseClockKind.EFFECT)
        length = effect_of(self.ladder, measure) if measure else None
        if length is not None:
            self.running[CaseClockKind.EFFECT] = Run(CaseClockKind.EFFECT, one.act.at, one.seq, length)

    # --- acts ---------------------------------------------------------------------------------------------------------

    def take(self, one: Numbered) -> Moment:
        act = one.act
        self.rests_on, self.due_at, self.sets, self.withdraws = None, None, (), None
        if act.ruling is not None and act.ruling.calendar and act.ruling.calendar not in self.calendars[-1:]:
            self.calendars = (*self.calendars, act.ruling.calendar)
        effect = _EFFECTS.get(act.act)
        if effect is not None:
            effect(self, one)
        over = [kind for kind in _SILENT if kind in self.running and _is_over(self.running[kind], act.at)]
        self.stop(*over)
        moment = Moment(
            one,
            self.rests_on,
            self.due_at,
            next(iter(self.sets), None),
            (),
            dict(self.running),
            "",
            self.calendars,
            self.withdraws,
            self.sets[1:],
        )
        self.told.append(moment)
        return moment

    def finding(self, name: str | None) -> Moment | None:
        """The last act of that name that stands; None where there is none."""
        taken = {moment.withdraws for moment in self.told}
        standing = (moment for moment in reversed(self.told) if moment.numbered.seq not in taken)
        return next((moment for moment in standing if moment.numbered.act.act == name), None)


def _is_over(run: Run, at: datetime) -> bool:
    return run.due_at is not None and run.due_at <= at


def trace_case(acts: Sequence[Numbered], policy: Policy | None, ladder: Ladder) -> tuple[Moment, ...]:
    """The acts of one case, in the order of its chain, each with its clocks; `ladder` is that of its proposal."""
    tracer = _Tracer(policy, ladder)
    return tuple(tracer.take(one) for one in acts)


# --- what each act does to the clocks ---------------------------------------------------------------------------------


def _proposed(tracer: _Tracer, one: Numbered) -> None:
    if limit := tracer.number("case_filing"):
        tracer.begin(CaseClockKind.FILING, one, limit)


def _filed(tracer: _Tracer, one: Numbered) -> None:
    tracer.filed = one
    tracer.stop(CaseClockKind.FILING)
    if one.act.due is not None:
        tracer.begin(CaseClockKind.INVESTIGATION, one, tracer.number("case_investigation"), one.act.due)
    tracer.begin(CaseClockKind.LAPSE, one, tracer.number("case_longest"))


def _prolonged(tracer: _Tracer, one: Numbered) -> None:
    since = tracer.filed or one
    tracer.begin(CaseClockKind.LAPSE, since, tracer.number("case_longest_approved"), one.act.due)


def _investigated(tracer: _Tracer, _one: Numbered) -> None:
    tracer.stop(CaseClockKind.INVESTIGATION)


def _notified(tracer: _Tracer, one: Numbered) -> None:
    tracer.stop(CaseClockKind.DECISION, CaseClockKind.INVESTIGATION)
    tracer.begin(CaseClockKind.WINDOW, one, tracer.number("case_window"), one.act.due)


def _stated(tracer: _Tracer, one: Numbered) -> None:
    tracer.unanswered = True
    tracer.begin(CaseClockKind.ANSWER, one, tracer.number("case_answer"), one.act.due)


def _waived(tracer: _Tracer, one: Numbered) -> None:
    tracer.stop(CaseClockKind.WINDOW)
    if not tracer.unanswered:
        tracer.decide_from(one)


def _lapsed_unheard(tracer: _Tracer, one: Numbered) -> None:
    tracer.run_out(CaseClockKind.WINDOW, one)
    tracer.decide_from(one)


def _answered(tracer: _Tracer, one: Numbered) -> None:
    tracer.unanswered = False
    tracer.stop(CaseClockKind.ANSWER, CaseClockKind.WINDOW)
    tracer.decide_from(one)


def _decided(tracer: _Tracer, one: Numbered) -> None:
    tracer.decided = one
    tracer.stop(CaseClockKind.DECISION, CaseClockKind.LAPSE)
    tracer.begin(CaseClockKind.SERVICE, one, tracer.number("case_service"), one.act.due)
    tracer.begin(CaseClockKind.RECORD, one, tracer.number("case_record"))
    tracer.have_effect(one, one.act.measure)


def _served(tracer: _Tracer, one: Numbered) -> None:
    tracer.served = True
    tracer.stop(CaseClockKind.SERVICE)
    tracer.begin(CaseClockKind.REVIEW_WINDOW, one, tracer.number("case_review_request"), one.act.due)
    if one.act.measure:
        tracer.begin(CaseClockKind.EXECUTION, one, execution_limit(tracer.ladder, one.act.measure))


def _executed(tracer: _Tracer, one: Numbered) -> None:
    tracer.executed = True
    tracer.stop(CaseClockKind.EXECUTION)
    if one.act.act is ActName.MEASURE_NOT_ADOPTED:
        tracer.stop(CaseClockKind.EFFECT)
        tracer.effect_ended = True


def _recorded(tracer: _Tracer, _one: Numbered) -> None:
    tracer.stop(CaseClockKind.RECORD)


def _review_requested(tracer: _Tracer, one: Numbered) -> None:
    tracer.stop(CaseClockKind.REVIEW_WINDOW)
    tracer.begin(CaseClockKind.REVIEW, one, tracer.number("case_review"), one.act.due)


def _review_decided(tracer: _Tracer, one: Numbered) -> None:
    """The lighter measure has its own period, and, where nothing was executed yet, its own time for that."""
    tracer.stop(CaseClockKind.REVIEW)
    if one.act.detail.get("outcome") != ReviewOutcome.LIGHTER or not one.act.measure:
        return
    if not tracer.effect_ended and tracer.decided is not None:
        tracer.have_effect(tracer.decided, one.act.measure)
    if tracer.served and not tracer.executed:
        tracer.begin(CaseClockKind.EXECUTION, one, execution_limit(tracer.ladder, one.act.measure))


def _effect_ended(tracer: _Tracer, one: Numbered) -> None:
    tracer.effect_ended = True
    tracer.run_out(CaseClockKind.EFFECT, one)
    before = tracer.told[-1].numbered.act if tracer.told else None
    if before is not None and before.act is ActName.REVIEW_DECIDED and before.at == one.act.at:
        # The period of the lighter measure was over already when the review made it so.
        tracer.due_at = None


def _overdue(tracer: _Tracer, one: Numbered) -> None:
    kind = _KIND_OF[one.act.act]
    missed = tracer.run_out(kind, one)
    if missed is not None:
        tracer.begin(kind, one, missed.limit, round_=missed.round + 1)


def _lapsed(tracer: _Tracer, one: Numbered) -> None:
    tracer.run_out(CaseClockKind.LAPSE, one)
    tracer.stop(*CaseClockKind)


def _ended(tracer: _Tracer, _one: Numbered) -> None:
    tracer.stop(*CaseClockKind)


def _recomputed(tracer: _Tracer, one: Numbered) -> None:
    """The clock people look at has the due instant told here; of the others no act says what became of them."""
    shown = next((kind for kind in SHOWN if kind in tracer.running), None)
    for kind, run in tracer.running.items():
        tracer.running[kind] = replace(run, due_at=one.act.due if kind is shown else None)
    if shown is not None:
        tracer.sets = (tracer.running[shown],)


def _finding_withdrawn(tracer: _Tracer, one: Numbered) -> None:
    """The step has its time again, by the new calendar."""
    finding = tracer.finding(one.act.reason)
    if finding is None or finding.rests_on is None:
        return
    if finding.numbered.act.act is ActName.STATEMENT_LAPSED:
        tracer.stop(CaseClockKind.DECISION)
    again = replace(finding.rests_on, due_at=None)
    tracer.running[again.kind] = again
    tracer.rests_on, tracer.sets, tracer.withdraws = finding.rests_on, (again,), finding.numbered.seq


_EFFECTS: dict[ActName, Callable[[_Tracer, Numbered], None]] = {
    **dict.fromkeys(OVERDUE.values(), _overdue),
    ActName.CASE_PROPOSED: _proposed,
    ActName.CASE_FILED: _filed,
    ActName.EXTENSION_GRANTED: _prolonged,
    ActName.INVESTIGATED: _investigated,
    ActName.FACTS_NOTIFIED: _notified,
    ActName.STATEMENT_GIVEN: _stated,
    ActName.STATEMENT_WAIVED: _waived,
    ActName.STATEMENT_LAPSED: _lapsed_unheard,
    ActName.STATEMENT_ANSWERED: _answered,
    ActName.MEASURE_DECIDED: _decided,
    ActName.DECISION_SERVED: _served,
    ActName.MEASURE_EXECUTED: _executed,
    ActName.MEASURE_NOT_ADOPTED: _executed,
    ActName.CASE_RECORDED: _recorded,
    ActName.REVIEW_REQUESTED: _review_requested,
    ActName.REVIEW_DECIDED: _review_decided,
    ActName.EFFECT_ENDED: _effect_ended,
    ActName.CASE_LAPSED: _lapsed,
    ActName.CASE_DECLINED: _ended,
    ActName.CASE_DISMISSED: _ended,
    ActName.CASE_EXEMPTED: _ended,
    ActName.CASE_WITHDRAWN: _ended,
    ActName.RESTORED: _ended,
    ActName.CALENDAR_RECOMPUTED: _recomputed,
    ActName.FINDING_WITHDRAWN: _finding_withdrawn,
}
