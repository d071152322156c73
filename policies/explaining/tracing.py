"""Which clock did each recorded act rest on, and which did it set?

The clocks of a matter as its acts tell them: what set them going, the limit counted, the due instant on record. The
recorded instant is never replaced; what days come to is for counted.py. The rules themselves are in policies/timers.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from models.acts import Act, ActName
from models.case_messages import CaseCommand
from models.matters import ClockKind, MatterTerms, Urgency
from models.messages import MatterCommand, Registration
from models.policy import Policy
from policies import saying
from policies.deadlines import local_date
from policies.explaining.vocabulary import AnyClock
from policies.limits import LimitError, extended, parse_limit
from policies.reruling import SHOWN_CLOCKS

_OWED = (
    ClockKind.LIMIT,
    ClockKind.RETURNED,
    ClockKind.SUPERVISION,
    ClockKind.RECTIFICATION,
    ClockKind.EXPLANATION,
    ClockKind.PROGRESS,
)
_ESCALATION = (ClockKind.SUPERVISION, ClockKind.RECTIFICATION, ClockKind.EXPLANATION)
_OUTLASTING = frozenset({ClockKind.OBJECTION, ClockKind.CIRCULATION})
# Acts that are findings only where they follow from these clocks; elsewhere an act beside them is the finding.
_FINDS: dict[ActName, tuple[ClockKind, ...]] = {
    ActName.RECTIFICATION_ORDERED: (ClockKind.SUPERVISION, ClockKind.RETURNED),
    ActName.EXPLANATION_ASKED: (ClockKind.EXPLANATION, ClockKind.RETURNED),
}
# The findings whose clock runs on when they are withdrawn, and which is no clock of the escalation.
_APART = frozenset(
    {
        ActName.SIGN_OVERDUE,
        ActName.APPROVAL_OVERDUE,
        ActName.VERIFICATION_OVERDUE,
        ActName.CO_OVERDUE,
        ActName.PROGRESS_OVERDUE,
    }
)


@dataclass(frozen=True, slots=True)
class Numbered:
    """An act with its number in the chain of its target."""

    seq: int
    act: Act


@dataclass(frozen=True, slots=True)
class Run:
    """A clock as the acts tell it: what set it going, the limit that is counted, and the due instant on record.

    `limit` is "" where nothing is counted, `due_at` None where no act says it, `round` 0 where no act says that: the
    report periods are one run. `sooner` are clocks of which the
    earliest end counts, `leans_on` is one that this one does not end before.
    """

    kind: AnyClock
    started_at: datetime
    started_by: int
    limit: str
    due_at: datetime | None = None
    round: int = 1
    sooner: tuple["Run", ...] = ()
    leans_on: "Run | None" = None


Stops = tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """One act with the clock it rests on, the clock it set or moved, and how things stood then.

    `due_at` is when the clock it rests on had run out by the record: the act's instant, or what was told before; None
    where the record does not say. `running` are the clocks after the act, `calendars` the versions ruled by up to it.
    `withdraws` is the number of the act that this one takes back, `beside` are clocks set besides `sets`.
    """

    numbered: Numbered
    rests_on: Run | None
    due_at: datetime | None
    sets: Run | None
    stops: Stops
    running: dict[AnyClock, Run]
    lead: str
    calendars: tuple[str, ...]
    withdraws: int | None = None
    beside: tuple[Run, ...] = ()

    @property
    def is_finding(self) -> bool:
        """Whether the act says itself that its clock was missed, and does not only follow from such a one."""
        known = _FINDS.get(self.numbered.act.act)
        return known is None or (self.rests_on is not None and self.rests_on.kind in known)


@dataclass
class _Tracer:
    policy: Policy | None
    terms: MatterTerms | None
    running: dict[AnyClock, Run] = field(default_factory=dict)
    last: dict[AnyClock, Run] = field(default_factory=dict)
    limit: Run | None = None
    stops: Stops = ()
    stopped_at: datetime | None = None
    lead: str = ""
    urgency: Urgency = Urgency.PLAIN
    assigned_at: datetime | None = None
    asked: str | None = None
    contested: bool = False
    open_parts: frozenset[str] = frozenset()
    told: list[Moment] = field(default_factory=list)
    calendars: tuple[str, ...] = ()
    rests_on: Run | None = None
    sets: Run | None = None
    withdraws: int | None = None
    rest: Sequence[Numbered] = ()

    # --- clocks -------------------------------------------------------------------------------------------------------

    def start(self, run: Run) -> None:
        self.running[run.kind] = self.last[run.kind] = self.sets = run

    def stop(self, *kinds: ClockKind) -> None:
        for kind in kinds:
            self.running.pop(kind, None)

    def number(self, parameter: str) -> str:
        """The limit text of a parameter of the procedure, "" where the version is not kept or has none."""
        value = getattr(self.policy, parameter, None)
        if isinstance(value, dict):
            value = value.get(self.urgency)
        return value if isinstance(value, str) else ""

    def begin(
        self,
        kind: ClockKind,
        one: Numbered,
        parameter: str,
        *,
        due_at: datetime | None = None,
        round_: int = 1,
        leans_on: Run | None = None,
    ) -> None:
        """Let a clock run from the act on, as long as that number of the procedure says."""
        limit = self.number(parameter)
        self.start(Run(kind, one.act.at, one.seq, limit, due_at, round_, leans_on=leans_on))

    def run_limit(self, run: Run) -> None:
        self.limit = run
        if self.open_parts:
            self.running[ClockKind.CO_PART] = self.last[ClockKind.CO_PART] = replace(run, kind=ClockKind.CO_PART)
        self.start(run)

    def run_progress(self) -> None:
        """The report periods of a matter that is in hand again run on, counted from assignment as before."""
        if ClockKind.PROGRESS in self.last:
            self.running[ClockKind.PROGRESS] = self.last[ClockKind.PROGRESS]

    def resume(self, at: datetime) -> None:
        if self.stopped_at is not None:
            self.stops = (*self.stops, (self.stopped_at, at))
        self.stopped_at = None

    def rest_on(self, *kinds: ClockKind) -> Run | None:
        """The first of these clocks that runs; it has run out."""
        for kind in kinds:
            if kind in self.running:
                self.rests_on = self.running.pop(kind)
                return self.rests_on
        return None

    def finding(self, withdrawal: Numbered) -> Moment | None:
        """The finding that a withdrawal takes back; None where none of its name stands.

        Findings of one name that are withdrawn at one instant are the last ones that stand, in their order.
        """
        reason, subject, at = withdrawal.act.reason, withdrawal.act.subject, withdrawal.act.at
        taken = {moment.withdraws for moment in self.told}
        standing = [
            moment
            for moment in self.told
            if moment.numbered.act.act == reason
            and moment.numbered.seq not in taken
            and moment.is_finding
            and (subject is None or moment.numbered.act.subject == subject)
        ]
        with_it = 1 + sum(
            other.act.act is ActName.FINDING_WITHDRAWN
            and (other.act.at, other.act.reason, other.act.subject) == (at, reason, subject)
            for other in self.rest
            if other.seq > withdrawal.seq
        )
        return standing[-with_it] if with_it <= len(standing) else None

    # --- acts ---------------------------------------------------------------------------------------------------------

    def take(self, one: Numbered, rest: Sequence[Numbered]) -> Moment:
        act = one.act
        self.rests_on = self.sets = self.withdraws = None
        self.rest = rest
        if act.ruling is not None and act.ruling.calendar and act.ruling.calendar not in self.calendars[-1:]:
            self.calendars = (*self.calendars, act.ruling.calendar)
        effect = _EFFECTS.get(act.act)
        if effect is not None:
            effect(self, one)
        moment = Moment(
            one,
            self.rests_on,
            self._due(act),
            self.sets,
            self.stops,
            dict(self.running),
            self.lead,
            self.calendars,
            self.withdraws,
        )
        self.told.append(moment)
        return moment

    def _due(self, act: Act) -> datetime | None:
        """When the clock the act rests on had run out, by the record."""
        if self.rests_on is None:
            return None
        if (act.act in STRUCK or act.act is ActName.FINDING_WITHDRAWN) and self._by_a_notice(act):
            # The notice moved the due instant to one that no act tells.
            return None
        for moment in reversed(self.told):
            if moment.rests_on is self.rests_on and moment.numbered.act.act in RAN_OUT:
                return moment.due_at
        return act.at if act.act in STRUCK else self.rests_on.due_at

    def _by_a_notice(self, act: Act) -> bool:
        """Whether a calendar notice, and no clock, caused what is recorded at this instant."""
        together = [act]
        for moment in reversed(self.told):
            if moment.numbered.act.at != act.at:
                break
            together.append(moment.numbered.act)
        return any(one.ruling is not None and one.ruling.entry == "calendar" for one in together)


STRUCK = frozenset(
    {
        ActName.APPROVAL_OVERDUE,
        ActName.OVERDUE,
        ActName.EXTENSION_LAPSED,
        ActName.SIGN_OVERDUE,
        ActName.SUPERVISED,
        ActName.RECTIFICATION_ORDERED,
        ActName.RECTIFICATION_OVERDUE,
        ActName.ACCOUNTABILITY_PROPOSED,
        ActName.EXPLANATION_ASKED,
        ActName.VERIFICATION_OVERDUE,
        ActName.VERIFICATION_ESCALATED,
        ActName.CO_OVERDUE,
        ActName.PROGRESS_OVERDUE,
        ActName.TRANSFER_LAPSED,
        ActName.OBJECTION_OVERDUE,
        ActName.SUSPENSION_OVERDUE,
    }
)
"""The acts that a clock causes at the instant at which it runs out."""

RAN_OUT = STRUCK | {ActName.IMPORTED_OVERDUE}
"""The acts that say when the clock they rest on had run out."""


def trace(acts: Sequence[Numbered], terms: MatterTerms | None, policy: Policy | None) -> tuple[Moment, ...]:
    """The acts of one matter, in the order of its chain, each with its clocks; `terms` are those it has now."""
    tracer = _Tracer(policy, terms)
    if terms is not None:
        tracer.urgency, tracer.open_parts = terms.urgency, frozenset(terms.co)
        first = acts[0].act.detail.get(saying.SAID, {}) if acts else {}
        tracer.lead = first.get("lead") or terms.lead
        if policy is not None:
            tracer.urgency = Urgency(first.get("urgency") or (policy.default_urgency if first else terms.urgency))
    return tuple(tracer.take(one, acts[place + 1 :]) for place, one in enumerate(acts))


def heard(act: Act) -> Registration | MatterCommand | CaseCommand | None:
    """What was said that the act came of; None where it is not kept, or cannot be read."""
    try:
        message = saying.said(act, "recorded")
    except ValueError:
        return None
    return message if isinstance(message, Registration | MatterCommand | CaseCommand) else None


# --- what each act does to the clocks -------------------------------------------------------------------------------


def _registered(tracer: _Tracer, one: Numbered) -> None:
    terms, policy = tracer.terms, tracer.policy
    if terms is None or policy is None:
        return
    imported = any(other.act.act is ActName.IMPORTED for other in tracer.rest[:1])
    if terms.basis not in policy.bases_without_approval and not imported:
        tracer.begin(ClockKind.APPROVAL, one, "approval")


def _approved(tracer: _Tracer, _one: Numbered) -> None:
    tracer.stop(ClockKind.APPROVAL)


def _assigned(tracer: _Tracer, one: Numbered) -> None:
    begun = one.act.at
    if one.act.act is ActName.IMPORTED:
        first = tracer.told[0].numbered.act if tracer.told else one.act
        said = heard(first)
        begun = (said.assigned_at if isinstance(said, Registration) else None) or begun
    tracer.assigned_at = begun
    if tracer.terms is None:
        return
    tracer.begin(ClockKind.SIGNING, one, "signing")
    every = tracer.terms.report_every
    if every:
        tracer.start(Run(ClockKind.PROGRESS, begun, one.seq, every, round=0))
    tracer.run_limit(Run(ClockKind.LIMIT, begun, one.seq, tracer.terms.limit, due_at=one.act.due))


def _signed(tracer: _Tracer, _one: Numbered) -> None:
    tracer.stop(ClockKind.SIGNING, ClockKind.SIGN_REMINDER, ClockKind.ASSIGNMENT_OBJECTION)
    tracer.contested = False


def _sign_overdue(tracer: _Tracer, one: Numbered) -> None:
    missed = tracer.rest_on(ClockKind.SIGNING)
    if missed is not None:
        tracer.last[ClockKind.SIGNING] = missed
    tracer.running[ClockKind.SIGN_REMINDER] = Run(ClockKind.SIGN_REMINDER, one.act.at, one.seq, "")


def _sign_reminded(tracer: _Tracer, _one: Numbered) -> None:
    tracer.rests_on = tracer.last.get(ClockKind.SIGNING)


def _reminded(tracer: _Tracer, _one: Numbered) -> None:
    tracer.rests_on = tracer.running.get(ClockKind.LIMIT)


def _progress_reported(tracer: _Tracer, one: Numbered) -> None:
    tracer.open_parts -= frozenset(one.act.detail.get("finished", ()))
    if not tracer.open_parts:
        tracer.stop(ClockKind.CO_PART)


def _extension_requested(tracer: _Tracer, one: Numbered) -> None:
    tracer.asked = one.act.detail.get("limit")
    tracer.rests_on = tracer.running.get(ClockKind.LIMIT)


def _extension_granted(tracer: _Tracer, one: Numbered) -> None:
    if tracer.limit is None or tracer.assigned_at is None or not tracer.asked or tracer.terms is None:
        return
    try:
        longer = extended(
            parse_limit(tracer.terms.limit), parse_limit(tracer.asked), local_date(tracer.assigned_at)
        ).text
    except LimitError:
        longer = ""
    tracer.run_limit(replace(tracer.limit, limit=longer, due_at=one.act.due))


def _extension_lapsed(tracer: _Tracer, _one: Numbered) -> None:
    tracer.rests_on = tracer.running.get(ClockKind.LIMIT)


def _suspended(tracer: _Tracer, one: Numbered) -> None:
    said = heard(one.act)
    until = getattr(said, "until", None) or ""
    try:
        limit = parse_limit(until).text
    except LimitError:
        limit = ""
    tracer.stopped_at = one.act.at
    tracer.start(Run(ClockKind.SUSPENSION, one.act.at, one.seq, limit, due_at=one.act.due))


def _resumed(tracer: _Tracer, one: Numbered) -> None:
    tracer.stop(ClockKind.SUSPENSION)
    tracer.resume(one.act.at)
    for kind, run in tracer.running.items():
        if kind in (ClockKind.LIMIT, ClockKind.CO_PART):
            continue
        tracer.running[kind] = replace(run, due_at=None)
    stood = tracer.running.get(ClockKind.LIMIT) or tracer.running.get(ClockKind.RETURNED)
    if stood is None:
        return
    moved = replace(stood, due_at=one.act.due)
    if moved.kind is ClockKind.LIMIT:
        tracer.run_limit(moved)
    else:
        tracer.start(moved)


def _suspension_overdue(tracer: _Tracer, _one: Numbered) -> None:
    tracer.rest_on(ClockKind.SUSPENSION)


def _submitted(tracer: _Tracer, one: Numbered) -> None:
    tracer.rests_on = next((tracer.running[kind] for kind in SHOWN_CLOCKS if kind in tracer.running), None)
    tracer.stop(*_OWED, ClockKind.TRANSFER)
    tracer.begin(ClockKind.VERIFICATION, one, "verification")


def _verified(tracer: _Tracer, _one: Numbered) -> None:
    tracer.rests_on = tracer.running.get(ClockKind.VERIFICATION)


def _verification_overdue(tracer: _Tracer, one: Numbered) -> None:
    missed = tracer.rest_on(ClockKind.VERIFICATION)
    rounds = missed.round if missed else 1
    tracer.begin(ClockKind.VERIFICATION, one, "verification_escalation", round_=rounds + 1)


def _returned(tracer: _Tracer, one: Numbered) -> None:
    tracer.stop(ClockKind.VERIFICATION)
    anew = _by_objection(one.act)
    leans_on = None if anew else tracer.limit
    tracer.begin(ClockKind.RETURNED, one, "returned", due_at=one.act.due, leans_on=leans_on)
    if not anew:
        tracer.run_progress()


def _reopened(tracer: _Tracer, one: Numbered) -> None:
    tracer.stop(ClockKind.ARCHIVE)
    tracer.begin(ClockKind.RETURNED, one, "reopened", due_at=one.act.due)
    tracer.run_progress()


def _limit_missed(tracer: _Tracer, one: Numbered) -> None:
    tracer.rest_on(ClockKind.LIMIT)
    if tracer.rests_on is None:
        # Late all the same by the new date of a calendar notice.
        tracer.rests_on = tracer.limit
    if one.act.act is ActName.IMPORTED_OVERDUE:
        tracer.stop(ClockKind.CO_PART)


def _by_objection(act: Act) -> bool:
    return act.ruling is not None and act.ruling.entry == "objection"


def _escalated(kind: ClockKind, parameter: str, *missed: ClockKind) -> "_Effect":
    def effect(tracer: _Tracer, one: Numbered) -> None:
        before = tracer.rest_on(*missed)
        if before is None and not _by_objection(one.act):
            tracer.rests_on = _same_instant(tracer, one)
        known = tracer.last.get(kind)
        tracer.stop(*_ESCALATION)
        tracer.begin(kind, one, parameter, due_at=one.act.due)
        if _by_objection(one.act) and known is not None:
            # What runs anew has the length it had, whatever the urgency is now.
            tracer.start(replace(tracer.running[kind], limit=known.limit))

    return effect


def _same_instant(tracer: _Tracer, one: Numbered) -> Run | None:
    """The missed clock of the finding noted just before, at the same instant."""
    for moment in reversed(tracer.told):
        if moment.numbered.act.at != one.act.at:
            return None
        if moment.rests_on is not None:
            return moment.rests_on
    return None


def _rectification_overdue(tracer: _Tracer, _one: Numbered) -> None:
    tracer.rest_on(ClockKind.RECTIFICATION)


def _proposed(tracer: _Tracer, one: Numbered) -> None:
    tracer.rests_on = _same_instant(tracer, one)


def _co_overdue(tracer: _Tracer, one: Numbered) -> None:
    tracer.rest_on(ClockKind.CO_PART)
    if tracer.rests_on is None:
        tracer.rests_on = _same_instant(tracer, one)


def _progress_overdue(tracer: _Tracer, _one: Numbered) -> None:
    run = tracer.running.get(ClockKind.PROGRESS)
    # One run for the whole series: of each period its own copy has run out.
    tracer.rests_on = replace(run) if run is not None else None


def _assignment_objected(tracer: _Tracer, one: Numbered) -> None:
    tracer.contested = True
    tracer.begin(ClockKind.ASSIGNMENT_OBJECTION, one, "assignment_decision")


def _assignment_upheld(tracer: _Tracer, _one: Numbered) -> None:
    tracer.contested = False
    tracer.stop(ClockKind.ASSIGNMENT_OBJECTION)


def _transfer_requested(tracer: _Tracer, one: Numbered) -> None:
    tracer.stop(ClockKind.ASSIGNMENT_OBJECTION)
    tracer.begin(ClockKind.TRANSFER, one, "transfer")


def _transfer_accepted(tracer: _Tracer, one: Numbered) -> None:
    tracer.rests_on = tracer.running.get(ClockKind.TRANSFER)
    tracer.stop(ClockKind.TRANSFER, ClockKind.SIGN_REMINDER)
    tracer.contested = False
    tracer.lead = one.act.subject or tracer.lead
    tracer.begin(ClockKind.SIGNING, one, "signing")


def _transfer_failed(tracer: _Tracer, one: Numbered) -> None:
    tracer.rest_on(ClockKind.TRANSFER)
    if tracer.contested:
        tracer.begin(ClockKind.ASSIGNMENT_OBJECTION, one, "assignment_decision")


def _objection_lodged(tracer: _Tracer, one: Numbered) -> None:
    tracer.begin(ClockKind.OBJECTION, one, "objection_decision")


def _objection_decided(tracer: _Tracer, _one: Numbered) -> None:
    tracer.rests_on = tracer.running.get(ClockKind.OBJECTION)
    tracer.stop(ClockKind.OBJECTION)


def _objection_overdue(tracer: _Tracer, one: Numbered) -> None:
    by_lead = one.act.ruling is None or one.act.ruling.entry == "objection"
    tracer.rest_on(ClockKind.OBJECTION if by_lead else ClockKind.ASSIGNMENT_OBJECTION)


def _circulation_requested(tracer: _Tracer, one: Numbered) -> None:
    tracer.begin(ClockKind.CIRCULATION, one, "approval")


def _circulated(tracer: _Tracer, _one: Numbered) -> None:
    tracer.stop(ClockKind.CIRCULATION)


def _approval_overdue(tracer: _Tracer, one: Numbered) -> None:
    circulation = one.act.ruling is not None and one.act.ruling.entry == "circulation"
    tracer.rest_on(ClockKind.CIRCULATION if circulation else ClockKind.APPROVAL)


def _urgency_raised(tracer: _Tracer, one: Numbered) -> None:
    tracer.urgency = Urgency(one.act.detail.get("urgency", tracer.urgency))
    signing = tracer.running.get(ClockKind.SIGNING)
    if signing is not None:
        sooner = Run(ClockKind.SIGNING, one.act.at, one.seq, tracer.number("signing"))
        tracer.start(replace(signing, sooner=(*signing.sooner, sooner)))
    tracer.sets = tracer.running.get(ClockKind.LIMIT)


def _recomputed(tracer: _Tracer, one: Numbered) -> None:
    """The clock people look at was ruled again: the one running, or that of a finding withdrawn at once after this."""
    run = next((tracer.running[kind] for kind in SHOWN_CLOCKS if kind in tracer.running), None)
    denied = _denied_with(tracer, one)
    if denied is not None:
        tracer.stop(*_ESCALATION)
        run = denied
    if run is None:
        return
    moved = replace(run, due_at=one.act.due)
    if moved.kind is ClockKind.LIMIT:
        tracer.run_limit(moved)
    else:
        tracer.start(moved)
    tracer.running.update(
        {kind: replace(other, due_at=None) for kind, other in tracer.running.items() if kind not in _told_kinds(moved)}
    )


def _told_kinds(moved: Run) -> frozenset[AnyClock]:
    return frozenset({moved.kind, ClockKind.CO_PART}) if moved.kind is ClockKind.LIMIT else frozenset({moved.kind})


def _denied_with(tracer: _Tracer, one: Numbered) -> Run | None:
    """The clock that runs on because findings are withdrawn at this instant: of the first of the last chain."""
    found: Run | None = None
    for other in tracer.rest:
        if other.act.at != one.act.at:
            break
        if other.act.act is not ActName.FINDING_WITHDRAWN:
            continue
        finding = tracer.finding(other)
        if finding is None or finding.rests_on is None:
            continue
        if finding.numbered.act.act in _APART:
            awaited = finding.rests_on.kind is ClockKind.VERIFICATION and ClockKind.VERIFICATION in tracer.running
            found = finding.rests_on if awaited else found
        elif found is None or finding.rests_on.kind is ClockKind.RETURNED:
            # A finding on a returned clock begins a chain of its own.
            found = finding.rests_on
    return found


def _finding_withdrawn(tracer: _Tracer, one: Numbered) -> None:
    finding = ActName(one.act.reason or "")
    taken_back = tracer.finding(one)
    if taken_back is not None:
        tracer.rests_on, tracer.withdraws = taken_back.rests_on, taken_back.numbered.seq
    if _by_objection(one.act):
        if finding is ActName.RETURNED:
            tracer.stop(ClockKind.RETURNED, *_ESCALATION, ClockKind.PROGRESS)
            tracer.begin(ClockKind.VERIFICATION, one, "verification")
        return
    # What has been done meanwhile need not be done again.
    open_ = {
        ActName.SIGN_OVERDUE: ClockKind.SIGN_REMINDER in tracer.running,
        ActName.APPROVAL_OVERDUE: tracer.assigned_at is None,
        ActName.VERIFICATION_OVERDUE: ClockKind.VERIFICATION in tracer.running,
        ActName.CO_OVERDUE: bool(tracer.open_parts),
    }
    if tracer.rests_on is not None and open_.get(finding):
        tracer.start(replace(tracer.rests_on, due_at=None))
        if finding is ActName.SIGN_OVERDUE:
            tracer.stop(ClockKind.SIGN_REMINDER)


def _ended(tracer: _Tracer, one: Numbered) -> None:
    tracer.stop(*(kind for kind in ClockKind if kind not in _OUTLASTING))
    tracer.resume(one.act.at)
    tracer.begin(ClockKind.ARCHIVE, one, "archive")


def _archived(tracer: _Tracer, one: Numbered) -> None:
    run = tracer.rest_on(ClockKind.ARCHIVE)
    if run is not None:
        tracer.rests_on = replace(run, due_at=None)


_Effect = Callable[[_Tracer, Numbered], None]

_EFFECTS: dict[ActName, _Effect] = {
    ActName.REGISTERED: _registered,
    ActName.APPROVED: _approved,
    ActName.APPROVAL_OVERDUE: _approval_overdue,
    ActName.ASSIGNED: _assigned,
    ActName.IMPORTED: _assigned,
    ActName.IMPORTED_OVERDUE: _limit_missed,
    ActName.SIGNED: _signed,
    ActName.SIGN_OVERDUE: _sign_overdue,
    ActName.SIGN_REMINDED: _sign_reminded,
    ActName.REMINDED: _reminded,
    ActName.PROGRESS_REPORTED: _progress_reported,
    ActName.PROGRESS_OVERDUE: _progress_overdue,
    ActName.CO_OVERDUE: _co_overdue,
    ActName.EXTENSION_REQUESTED: _extension_requested,
    ActName.EXTENSION_GRANTED: _extension_granted,
    ActName.EXTENSION_LAPSED: _extension_lapsed,
    ActName.SUSPENDED: _suspended,
    ActName.RESUMED: _resumed,
    ActName.SUSPENSION_OVERDUE: _suspension_overdue,
    ActName.SUBMITTED: _submitted,
    ActName.VERIFIED: _verified,
    ActName.VERIFICATION_OVERDUE: _verification_overdue,
    ActName.VERIFICATION_ESCALATED: _verification_overdue,
    ActName.RETURNED: _returned,
    ActName.REOPENED: _reopened,
    ActName.OVERDUE: _limit_missed,
    ActName.SUPERVISED: _escalated(ClockKind.SUPERVISION, "supervision"),
    ActName.RECTIFICATION_ORDERED: _escalated(
        ClockKind.RECTIFICATION, "rectification", ClockKind.SUPERVISION, ClockKind.RETURNED
    ),
    ActName.EXPLANATION_ASKED: _escalated(
        ClockKind.EXPLANATION, "supervision", ClockKind.EXPLANATION, ClockKind.RETURNED
    ),
    ActName.RECTIFICATION_OVERDUE: _rectification_overdue,
    ActName.ACCOUNTABILITY_PROPOSED: _proposed,
    ActName.ASSIGNMENT_OBJECTED: _assignment_objected,
    ActName.ASSIGNMENT_UPHELD: _assignment_upheld,
    ActName.TRANSFER_REQUESTED: _transfer_requested,
    ActName.TRANSFER_ACCEPTED: _transfer_accepted,
    ActName.TRANSFER_REFUSED: _transfer_failed,
    ActName.TRANSFER_LAPSED: _transfer_failed,
    ActName.OBJECTION_LODGED: _objection_lodged,
    ActName.OBJECTION_DECIDED: _objection_decided,
    ActName.OBJECTION_OVERDUE: _objection_overdue,
    ActName.CIRCULATION_REQUESTED: _circulation_requested,
    ActName.CIRCULATION_REFUSED: _circulated,
    ActName.CIRCULATED: _circulated,
    ActName.URGENCY_RAISED: _urgency_raised,
    ActName.CALENDAR_RECOMPUTED: _recomputed,
    ActName.FINDING_WITHDRAWN: _finding_withdrawn,
    ActName.CLOSED: _ended,
    ActName.CANCELLED: _ended,
    ActName.MERGED: _ended,
    ActName.ARCHIVED: _archived,
}
