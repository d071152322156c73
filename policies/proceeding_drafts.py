"""How does one transition of a proceeding, a petition or a duty come together?

A draft holds the state being worked on, the acts noted so far and what is to be said to others. Steps begin, are taken
and end here, and clocks are set and moved here and nowhere else; what a step is about is for policies/blocks/.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from models.acts import ActName
from models.base import Shape
from models.blocks import Block, CountedFrom, Plan, Then
from models.case_messages import OpenCase
from models.contract import launched_as
from models.matters import CaseBrief, Light, MatterTerms, Reminder, Running, Severity, Stop, Urgency
from models.messages import Registration, Relay, Relayed
from models.policy import Role
from models.proceedings import (
    PROCEEDING_OVER,
    Kept,
    ProceedingStage,
    ProceedingState,
    ProceedingTerms,
    StepClock,
    StepClockKind,
    StepKept,
    StepMark,
)
from policies import parties
from policies.deadlines import (
    SHANGHAI,
    Stops,
    day_ends_at,
    due,
    latest_day_before,
    local_date,
    reminders,
    touching,
    validity_end,
    window_end,
)
from policies.drafting import Drafting, Facts
from policies.limits import parse_limit

K = TypeVar("K", bound=Shape)

_RANK = {kind: rank for rank, kind in enumerate(StepClockKind)}
_AFTER_URGING = 2
# These are windows, which do not roll and end at midnight (R15).
_WINDOWS = frozenset({StepClockKind.NOTICE, StepClockKind.VALIDITY})
_RUNS_ON = frozenset({StepClockKind.PAUSE, StepClockKind.VALIDITY})


@dataclass(frozen=True, slots=True)
class StepDue:
    """The next thing that happens by itself: when, which clock, and whether it is only a reminder of it."""

    at: datetime
    kind: StepClockKind
    reminder: Reminder | None = None


def next_due(state: ProceedingState) -> StepDue | None:
    """What falls due next if nobody says anything; None when nothing will ever happen by itself.

    While it is paused only the end of the pause is due, and that of a validity, which no pause lengthens. Of clocks due
    at one instant the one that stands first in StepClockKind comes first, a reminder before any clock. A step whose
    limit had passed before it was set (counted from an earlier day, a pause that is over) is missed the moment it is.
    """
    found: list[tuple[datetime, int, StepDue]] = []
    for kind, clock in state.clocks.items():
        if state.paused and kind not in _RUNS_ON:
            continue
        if clock.reminders:
            first = clock.reminders[0]
            found.append((first.at, -1, StepDue(first.at, kind, first)))
        else:
            at = max(clock.due_at, clock.not_before or clock.due_at)
            found.append((at, _RANK[kind], StepDue(at, kind)))
    return min(found, key=lambda one: one[:2])[2] if found else None


class ProceedingDraft(Drafting[ProceedingState]):
    """One transition; `relays` are what it has to say to matters and cases.

    `now` is when a clock that ran out at `at` is worked off: later, where nobody was there to do it in time. `unsaid`
    are the fields of the message that are kept nowhere (a secret ballot).
    """

    def __init__(
        self, state: ProceedingState, at: datetime, facts: Facts, blocks: "Mapping[type[Block], BlockRules]"
    ) -> None:
        super().__init__(state, at, facts)
        self.blocks = blocks
        self.relays: list[Relayed] = []
        self.now = at
        self.unsaid: frozenset[str] = frozenset()

    @property
    def plan(self) -> Plan:
        """The procedure; asking for it where none was found is a programming error."""
        if self.facts.plan is None:
            raise ValueError(f"{self.state.id} has no procedure")
        return self.facts.plan

    @property
    def terms(self) -> ProceedingTerms:
        """The terms; asking for them before it was opened is a programming error."""
        if self.state.terms is None:
            raise ValueError(f"{self.state.id} is not opened")
        return self.state.terms

    @property
    def block(self) -> Any:
        """The block of the step under way."""
        return self.plan.steps[self.state.step]

    @property
    def stops(self) -> tuple[tuple[datetime, datetime], ...]:
        """The finished pauses."""
        return tuple((stop.from_at, stop.to_at) for stop in self.state.stops if stop.to_at is not None)

    # --- acts -------------------------------------------------------------------------------------------------------

    @property
    def _policy_key(self) -> str:
        return self.facts.plan.key if self.facts.plan else self.facts.policy.key

    def _roles_told(self, act: ActName) -> Sequence[Role]:
        if self.facts.plan is None:
            return ()
        return (*TELL.get(act, ()), *self.facts.plan.tell.get(act, ()))

    def _holders(self, role: Role, subject: str | None) -> Iterable[str]:
        return parties.posts_of(role, self.state, self.facts.directory, subject)

    def say(self, act: ActName, **fields: Any) -> None:
        """Note an act about the step under way; the rule it rests on is the step, unless `entry` says otherwise."""
        name = self.block.name
        self.note(act, **{"entry": name, "step": name, **fields})

    def relay(self, target: str, message: Relay) -> None:
        """Say something to another target, in the same transaction, about this instant."""
        self.relays.append(Relayed(at=self.at, target=target, message=message))

    def kept(self, shape: type[K]) -> K:
        """What the block keeps of its step, which is of this shape; a blank one where it keeps nothing yet."""
        kept = self.state.kept
        return kept if isinstance(kept, shape) else shape()

    def keep(self, kept: StepKept) -> None:
        """Put what the block keeps of its step in place of what it kept."""
        self.change(kept=kept)

    def show(self, light: Light) -> None:
        """Turn the light; a change is noted once, no change not at all."""
        if self.state.light is not light:
            self.change(light=light)
            self.note(ActName.LIGHT_CHANGED, light=light.value)

    # --- steps ------------------------------------------------------------------------------------------------------

    def begin(self, place: int, *, limit: str | None = None) -> None:
        """Begin the step at that place; `limit` in place of the block's own where it is done again."""
        block: Block = self.plan.steps[place]
        before = self.state.marks.get(block.name)
        self.change(
            step=place, begun_at=self.at, round=before.round + 1 if before else 1, missed=0, late=False, urged=False,
            kept=Kept(), extension=None, limit=None, by=block.by,
        )  # fmt: skip
        self.show(Light.GREEN)
        clock = self._step_clock(block, limit or block.limit)
        if clock is not None:
            self.change(limit=clock)
            self.run(clock, block.reminders)
            self.note_clock(ActName.STEP_BEGUN, clock, entry=block.name, step=block.name, also=self._asked(block))
        else:
            self.say(ActName.STEP_BEGUN, also=self._asked(block))
        self.blocks[type(self.block)].begin(self)

    def take(self, outcome: str = "done", by: str | None = None) -> None:
        """The step is taken: kept with its outcome, and the next one begins, or it is all done."""
        self.leave(outcome, by)
        if self.state.step + 1 < len(self.plan.steps):
            self.begin(self.state.step + 1)
        else:
            self.end(ProceedingStage.COMPLETED)

    def leave(self, outcome: str, by: str | None = None) -> None:
        """The step is over with that outcome; its clocks stop, but for a validity. What comes next is not begun."""
        state = self.state
        mark = StepMark(at=self.at, by=by, outcome=outcome, late=state.late, round=state.round, kept=state.kept)
        self.change(marks={**state.marks, self.block.name: mark})
        self.stop(*(kind for kind in StepClockKind if kind is not StepClockKind.VALIDITY))

    def again(self, step: str, limit: str | None = None) -> None:
        """Leave the step under way and do an earlier one again, as its next round."""
        self.leave("again")
        self.begin(self.plan.place(step), limit=limit)

    def end(self, stage: ProceedingStage, reason: str | None = None, by: str | None = None) -> None:
        """End it: every clock stops but that of a validity, and a running pause is over."""
        keep = {StepClockKind.VALIDITY} if stage is ProceedingStage.COMPLETED else set()
        self.stop(*(kind for kind in StepClockKind if kind not in keep))
        if self.state.paused:
            *before, last = self.state.stops
            self.change(stops=(*before, last.model_copy(update={"to_at": self.at})))
        self.change(stage=stage, ended_at=self.at)
        self.note(ActName.CONCLUDED, by=by, reason=reason or stage.value, entry="end")

    @property
    def ended(self) -> bool:
        """Whether it has ended by now."""
        return self.state.stage in PROCEEDING_OVER

    def _asked(self, block: Block) -> tuple[str, ...]:
        posts = [post for role in (*block.by, *block.tell) for post in self._holders(role, None)]
        return tuple(dict.fromkeys(posts))

    def above_step(self) -> tuple[str, ...]:
        """Who stands above those who owe the step, as far up as it was missed, beside the office."""
        roles = (Role.ABOVE_STEP, Role.OFFICE)
        return tuple(dict.fromkeys(post for role in roles for post in self._holders(role, None)))

    # --- clocks -----------------------------------------------------------------------------------------------------

    def start(self, clock: Running) -> None:
        """Let the clock run, in place of any of its kind; what is over already is missed now, never in the past."""
        super().start(clock.model_copy(update={"not_before": self.at if clock.due_at < self.at else None}))

    def _step_clock(self, block: Block, limit: str | None) -> StepClock | None:
        """The step's own clock; None without a limit, and for one counted from an event of which no day is known.

        A step done again is counted from then on.
        """
        if limit is None:
            return None
        start: datetime | None = self.at
        match block.counted:
            case CountedFrom.OPENING | CountedFrom.EVENT if self.state.round > 1:
                start = self.at
            case CountedFrom.OPENING:
                start = self.terms.received_at
            case CountedFrom.EVENT | CountedFrom.BEFORE_EVENT:
                on = self.terms.event_on
                start = datetime.combine(on, self.facts.counting.opening, SHANGHAI) if on else None
        if start is None:
            return None
        if block.counted is CountedFrom.BEFORE_EVENT:
            return self._before(block, limit, start)
        return self.clock(StepClockKind.STEP, limit, start)

    def _before(self, block: Block, limit: str, event: datetime) -> StepClock:
        return self.back(StepClockKind.STEP, block.name, limit, event)

    def back(self, kind: StepClockKind, step: str, limit: str, event: datetime) -> StepClock:
        """A clock that ends with the latest day that keeps the distance before the event (R12). Not running."""
        calendar = self.facts.calendar
        last = latest_day_before(parse_limit(limit), local_date(event), calendar)
        at = day_ends_at(last, self.facts.counting)
        return StepClock(
            kind=kind, step=step, started_at=self.at, limit=limit, due_at=at, last_day=last,
            provisional=not calendar.all_official(min(last, local_date(event)), local_date(event)),
            rules=("R12", "R6"), calendar=calendar.version,
        )  # fmt: skip

    def clock(
        self, kind: StepClockKind, limit: str, started_at: datetime | None = None, *, round_: int = 1
    ) -> StepClock:
        """A ruled clock of that kind for the step under way, counted from `started_at` (default: now). Not running."""
        start = started_at or self.at
        blank = StepClock(
            kind=kind, step=self.block.name, started_at=start, limit=limit, due_at=start, last_day=local_date(start),
            round=round_,
        )  # fmt: skip
        return self.ruled(blank)

    def ruled(self, clock: StepClock, stops: Stops | None = None) -> StepClock:
        """The clock as the calendar, the counting rules and the pauses before its end have it now."""
        calendar, counting, limit = self.facts.calendar, self.facts.counting, parse_limit(clock.limit)
        if clock.kind is StepClockKind.OCCURRENCE:
            # A period begins on its first day, a day off or not.
            return clock
        if "R12" in clock.rules and self.terms.event_on is not None:
            last = latest_day_before(limit, self.terms.event_on, calendar)
            at, provisional = day_ends_at(last, counting), not calendar.all_official(last, self.terms.event_on)
            return clock.model_copy(
                update={"due_at": at, "last_day": last, "provisional": provisional, "calendar": calendar.version}
            )
        if clock.kind in _WINDOWS:
            start = local_date(clock.started_at)
            touched = () if clock.kind is StepClockKind.VALIDITY else self.stops if stops is None else stops
            last = window_end(start, limit, calendar, touched)
            over_at = datetime.combine(last + timedelta(days=1), time.min, SHANGHAI)
            return clock.model_copy(
                update={
                    "due_at": over_at, "last_day": last,
                    "rules": ("R15", "R3") if last == validity_end(start, limit, calendar) else ("R15", "R3", "R13"),
                    "provisional": not calendar.all_official(start, last), "calendar": calendar.version,
                }
            )  # fmt: skip
        touched = touching(limit, clock.started_at, calendar, counting, self.stops if stops is None else stops)
        end = due(limit, clock.started_at, calendar, counting, touched)
        return clock.model_copy(
            update={
                "due_at": end.at, "last_day": end.last_day, "provisional": end.provisional, "rules": end.rules,
                "calendar": end.calendar,
            }
        )  # fmt: skip

    def run(self, clock: StepClock, lead_days: Sequence[int] = ()) -> None:
        """Let the clock run, with the reminders still ahead."""
        planned = reminders(clock.due_at, clock.last_day, lead_days, self.facts.calendar, self.facts.counting)
        ahead = tuple(Reminder(at=at, days_left=left) for at, left in planned if at > self.at)
        self.start(clock.model_copy(update={"reminders": ahead}))

    def pause(self, end: StepClock) -> None:
        """Stop every clock from now on; `end` says when somebody is told that it still stands."""
        self.change(stops=(*self.state.stops, Stop(from_at=self.at)))
        self.start(end)

    def met(self) -> None:
        """What was owed is done: nothing of the step runs any more. A clock of its own may be started after this."""
        self.stop(StepClockKind.STEP, StepClockKind.SIDE, StepClockKind.AGAIN)
        self.change(limit=None, extension=None)
        self.show(Light.GREEN)

    def miss(self, clock: StepClock) -> None:
        """A clock of the block's own ran out: red, and told as a missed step is; a later calendar can take it back."""
        self.change(limit=clock)
        self.show(Light.RED)
        self.overdue(clock)

    def overdue(self, clock: StepClock) -> None:
        """Say that it was not done in time, to one organ higher each time, and once what follows for the lead.

        Where the procedure says that a letter urges first, that letter comes next, and what follows only after it.
        Nothing follows for the lead from what somebody else owes meanwhile: a receipt, a leader's answer.
        """
        missed, first = self.block.missed, not self.state.late
        self.change(missed=self.state.missed + 1, late=True)
        self.say(ActName.STEP_OVERDUE, rules=clock.rules, count=self.state.missed)
        follows = first if missed.urge is None else self.state.urged and self.state.missed == _AFTER_URGING
        if follows and self.state.by == self.block.by:
            self._follow(clock)
        again = missed.urge if missed.urge is not None and not self.state.urged else missed.again
        if again is not None and missed.then is Then.WAIT:
            self.start(self.clock(StepClockKind.AGAIN, again, round_=clock.round + 1))

    def urge(self, clock: StepClock) -> None:
        """A letter urges who owes the step (催办函); `over` later it is told again, and what follows is proposed."""
        missed = self.block.missed
        self.change(urged=True)
        self.say(ActName.URGED, rules=clock.rules, subject=self.terms.lead, also=self._holders(Role.STEP, None))
        over = missed.over or missed.again
        if over is not None:
            self.start(self.clock(StepClockKind.AGAIN, over, round_=clock.round + 1))

    def _follow(self, clock: StepClock) -> None:
        missed = self.block.missed
        title = f"{self.terms.title}:{self.block.title}"
        if missed.supervise is not None:
            self.launch(missed.supervise, title)
        if missed.circulate == "leader":
            self.say(ActName.CIRCULATION_REQUESTED, subject=self.terms.lead, also=(self.terms.leader,))
        if missed.propose is not None:
            due = clock.due_at.isoformat(timespec="minutes")
            self.propose(missed.propose, missed.subject, f"{title}逾期未办 was due {due} and was not done")

    # --- matters and cases ------------------------------------------------------------------------------------------

    def launch(self, limit: str, title: str, requirement: str | None = None, lead: str | None = None) -> str:
        """Launch a supervised matter about this; its id. It is registered by the office in the same transaction."""
        terms = self.terms
        matter = launched_as(self.state.id, len(self.state.launched) + 1)
        self.change(launched=(*self.state.launched, matter))
        self.relay(
            matter,
            Registration(
                message_id=f"{self.state.id}:{matter}", title=title, lead=lead or terms.lead, office=terms.office,
                leader=terms.leader, limit=limit, requirement=requirement, public=terms.public, panel=terms.panel,
            ),
        )  # fmt: skip
        self.say(ActName.MATTER_LAUNCHED, reason=matter)
        return matter

    def propose(self, severity: Severity, subject: Role, facts: str) -> None:
        """Propose a case against who holds `subject`, unless one against him is open; it never decides anything."""
        posts = parties.posts_of(subject, self.state, self.facts.directory)
        open_ = {case.subject for case in self.state.cases if case.open}
        if not posts or posts[0] in open_:
            return
        organ = self.facts.directory.organ_of(posts[0])
        if organ is not None and organ.independent:
            return
        case = CaseBrief(id=f"{self.state.id}/case{len(self.state.cases) + 1}", subject=posts[0])
        self.change(cases=(*self.state.cases, case))
        self.say(ActName.ACCOUNTABILITY_PROPOSED, subject=posts[0])
        self.relay(
            case.id,
            OpenCase(
                message_id=f"{case.id}:open", matter_id=self.state.id, subject=posts[0], severity=severity,
                terms=self._as_matter(severity), facts=facts, recorded_overdue=True,
            ),
        )  # fmt: skip

    def _as_matter(self, severity: Severity) -> MatterTerms:
        terms = self.terms
        limit = self.state.limit.limit if self.state.limit else "15wd"
        return MatterTerms(
            title=terms.title, lead=terms.lead, office=terms.office, leader=terms.leader, co=terms.co, limit=limit,
            basis=self.plan.title, urgency=Urgency.PLAIN, severity=severity, panel=terms.panel,
        )  # fmt: skip


# --- what a block adds ------------------------------------------------------------------------------------------------


def _nothing(draft: ProceedingDraft) -> None:
    """A block that adds nothing."""


def _nothing_of(draft: ProceedingDraft, block: Any) -> None:
    """A block that asks nothing of what is opened."""


@dataclass(frozen=True, slots=True)
class BlockRules:
    """What a block does beside beginning, being missed and being left: a rule for every message, a strike for clocks.

    `opened` is asked of every block of the procedure, in order, when a proceeding is opened and before its first step
    begins: it refuses what could never be taken, or ends what has to go no further. `begin` is asked once the step has
    begun and its clock runs. `heard` are the commands the step takes, by type; a
    rule refuses by raising Refused and otherwise notes what happened, and takes the step where that was the last of
    it. `struck` are the clocks of its own. `silence` is what happens at the end of the limit where `missed.then` is
    CONSENT, `missed` what else does where it is WAIT.
    """

    opened: Callable[[ProceedingDraft, Any], None] = _nothing_of
    begin: Callable[[ProceedingDraft], None] = _nothing
    heard: Mapping[type, Callable[[ProceedingDraft, Any], None]] = field(default_factory=dict)
    struck: Mapping[StepClockKind, Callable[[ProceedingDraft, StepClock], None]] = field(default_factory=dict)
    silence: Callable[[ProceedingDraft], None] | None = None
    missed: Callable[[ProceedingDraft], None] = _nothing


TELL: Mapping[ActName, tuple[Role, ...]] = {
    ActName.OPENED: (Role.LEAD_HANDLER, Role.OFFICE),
    ActName.STEP_OVERDUE: (Role.STEP, Role.ABOVE_STEP, Role.OFFICE),
    ActName.REMINDED: (Role.STEP,),
    ActName.EXTENSION_GRANTED: (Role.STEP, Role.OFFICE),
    ActName.EXTENSION_REFUSED: (Role.STEP,),
    ActName.EXTENSION_LAPSED: (Role.STEP, Role.LEADER),
    ActName.SUSPENDED: (Role.OFFICE, Role.LEADER),
    ActName.RESUMED: (Role.STEP,),
    ActName.CALENDAR_RECOMPUTED: (Role.STEP, Role.OFFICE),
    ActName.ACCOUNTABILITY_PROPOSED: (Role.LEADER, Role.OFFICE_HEAD),
    ActName.ACCOUNTABILITY_CONCLUDED: (Role.OFFICE,),
    ActName.MATTER_LAUNCHED: (Role.OFFICE,),
    ActName.OCCURRENCE_SKIPPED: (Role.OFFICE,),
    ActName.DUTY_PAUSED: (Role.LEAD_HANDLER, Role.OFFICE, Role.LEADER),
    ActName.DUTY_CONTINUED: (Role.LEAD_HANDLER, Role.OFFICE, Role.LEADER),
    ActName.DUPLICATE_WARNED: (Role.LEAD_HANDLER, Role.OFFICE),
    ActName.GRANTED: (Role.LEAD_HANDLER, Role.OFFICE),
    ActName.DENIED: (Role.LEAD_HANDLER, Role.OFFICE),
    ActName.CONSENT_DEEMED: (Role.STEP, Role.LEAD_HANDLER, Role.OFFICE, Role.LEADER),
    ActName.PERMIT_EXPIRED: (Role.LEAD_HANDLER, Role.OFFICE),
    ActName.OPINION_GIVEN: (Role.STEP,),
    ActName.OPINION_DEEMED: (Role.STEP, Role.OFFICE),
    ActName.CO_OVERDUE: (Role.STEP, Role.OFFICE),
    ActName.MEETING_POSTPONED: (Role.STEP, Role.OFFICE, Role.PANEL),
    ActName.MEETING_HELD: (Role.OFFICE,),
    ActName.RECUSED: (Role.CHAIR,),
    ActName.VOTE_PASSED: (Role.LEAD_HANDLER, Role.OFFICE, Role.PANEL),
    ActName.VOTE_FAILED: (Role.LEAD_HANDLER, Role.OFFICE, Role.PANEL),
    ActName.PUBLISHED: (Role.OFFICE,),
    ActName.CONCLUDED: (Role.LEAD_HANDLER, Role.OFFICE),
    ActName.ROUTED: (Role.LEAD_HANDLER, Role.OFFICE),
    ActName.ROUTING_OBJECTED: (Role.STEP, Role.OFFICE),
    ActName.ROUTING_ACCEPTED: (Role.LEAD_HANDLER, Role.OFFICE),
    ActName.ROUTING_UPHELD: (Role.LEAD_HANDLER, Role.LEAD_HEAD, Role.OFFICE),
    ActName.URGED: (Role.STEP, Role.OFFICE),
    ActName.CALLED_BACK: (Role.OFFICE,),
    ActName.REDONE: (Role.LEAD_HANDLER, Role.LEAD_HEAD, Role.OFFICE),
    ActName.ESCALATED: (Role.STEP, Role.ABOVE_STEP, Role.OFFICE),
    ActName.OBJECTION_RAISED: (Role.STEP, Role.OFFICE),
    ActName.PAPER_SENT: (Role.RECEIVERS,),
    ActName.RECEIPT_GIVEN: (Role.LEAD_HANDLER, Role.OFFICE),
    ActName.RECEIPT_REFUSED: (Role.RECEIVERS, Role.LEAD_HANDLER, Role.OFFICE),
    ActName.LINKED: (Role.OFFICE, Role.LEAD_HANDLER),
    ActName.FOLLOWED_UP: (Role.STEP, Role.LEAD_HANDLER, Role.OFFICE),
    ActName.RATED: (Role.STEP, Role.LEAD_HANDLER, Role.OFFICE),
}
"""Who learns of what happens in every procedure; its file adds to this."""
