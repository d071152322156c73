"""How does one transition of a matter come together?

A draft holds the state being worked on and the acts noted so far; clocks are set and moved here and nowhere else.
Which step follows which is for policies/commands.py, timers.py and reruling.py.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from models.acts import ActName
from models.matters import (
    CaseBrief,
    Clock,
    ClockKind,
    Conclusion,
    Finding,
    Light,
    MatterState,
    MatterTerms,
    Reminder,
    Stage,
    Stop,
)
from models.messages import Relay, Relayed
from models.policy import Role
from policies.deadlines import SHANGHAI, Stops, counted_after, due, next_opening, periods, reminders, touching
from policies.drafting import Drafting
from policies.drafting import Facts as Facts  # noqa: PLC0414 - the facts of a matter are asked for here
from policies.limits import Unit, parse_limit

# Ended, and not yet archived.
OVER = frozenset({Stage.CLOSED, Stage.CANCELLED, Stage.MERGED})
ENDED = OVER | {Stage.REFUSED, Stage.ARCHIVED}
# What can still be owed to somebody when the matter itself has ended.
_OUTLASTING = frozenset({ClockKind.OBJECTION, ClockKind.CIRCULATION})
_RANK = {kind: rank for rank, kind in enumerate(ClockKind)}
_WORSE = list(Light).index
_NEVER = datetime.max.replace(tzinfo=UTC)


class Due(NamedTuple):
    """The next thing that happens by itself: when, which clock, and whether it is only a reminder of it."""

    at: datetime
    kind: ClockKind
    reminder: Reminder | None = None


def next_due(state: MatterState) -> Due | None:
    """What falls due next if nobody says anything; None when nothing will ever happen by itself.

    While the matter is suspended only the end of the suspension is due. Of clocks due at one instant the one that
    stands first in ClockKind comes first, a reminder before any clock.
    """
    clocks: Iterable[Clock] = state.clocks.values()
    if state.suspended:
        clocks = [clock for clock in clocks if clock.kind is ClockKind.SUSPENSION]
    first: Clock | None = None
    at, rank = _NEVER, 0
    for clock in clocks:
        ahead = clock.reminders
        then = ahead[0].at if ahead else clock.due_at
        if first is None or then <= at:
            its = -1 if ahead else _RANK[clock.kind]
            if first is None or then < at or its < rank:
                first, at, rank = clock, then, its
    if first is None:
        return None
    return Due(at, first.kind, first.reminders[0] if first.reminders else None)


class Draft(Drafting[MatterState]):
    """One transition of a matter; `relays` are what it has to say to its parent, its children or its cases."""

    def __init__(self, state: MatterState, at: datetime, facts: Facts) -> None:
        super().__init__(state, at, facts)
        self.relays: list[Relayed] = []

    @property
    def terms(self) -> MatterTerms:
        """The terms of the matter; asking for them before it is registered is a programming error."""
        if self.state.terms is None:
            raise ValueError(f"{self.state.id} is not registered")
        return self.state.terms

    @property
    def stops(self) -> tuple[tuple[datetime, datetime], ...]:
        """The finished suspensions."""
        return tuple((stop.from_at, stop.to_at) for stop in self.state.stops if stop.to_at is not None)

    # --- whom to tell ---------------------------------------------------------------------------------------------

    def _holders(self, role: Role, subject: str | None) -> Iterable[str]:
        directory, terms = self.facts.directory, self.state.terms
        if terms is None:
            return ()
        match role:
            case Role.LEAD_HEAD:
                return (directory.organ(terms.lead).head,)
            case Role.LEAD_HANDLER:
                return (directory.organ(terms.lead).handler,)
            case Role.CO_HEADS:
                return (directory.organ(name).head for name in terms.co)
            case Role.CO_HANDLERS:
                return (directory.organ(name).handler for name in terms.co)
            case Role.OFFICE:
                return (directory.organ(terms.office).handler,)
            case Role.OFFICE_HEAD:
                return (directory.organ(terms.office).head,)
            case Role.LEADER:
                return (terms.leader,)
            case Role.ABOVE_LEADER:
                above = directory.climb(terms.leader, 1)
            case Role.ESCALATED:
                above = directory.climb(terms.leader, self.escalation_round)
            case Role.SUBJECT_ORGAN_HEAD:
                above = directory.find(subject)
            case Role.SUBJECT_ORGAN_HANDLER:
                organ = directory.find(subject)
                return (organ.handler,) if organ else ()
            case _:
                # A role that only a case has.
                return ()
        return (above.head,) if above else ()

    @property
    def escalation_round(self) -> int:
        """How many organs above the leader an unverified report has climbed."""
        clock = self.state.clocks.get(ClockKind.VERIFICATION)
        # Round 2 runs after the leader himself was told, round 3 after the organ above him was.
        return max(clock.round - 2, 0) if clock else 0

    # --- lights and levels ----------------------------------------------------------------------------------------

    @property
    def own_light(self) -> Light:
        """The matter's light without its children's."""
        return self.state.own_light or self.state.light

    def show(self, light: Light) -> None:
        """Turn the matter's own light; what is shown is the worst of it and its open children's (engine.md 3.10).

        A change is noted once, no change not at all.
        """
        if self.state.children:
            self.change(own_light=light)
            open_ = [child.light for child in self.state.children.values() if child.open]
            light = max([light, *open_], key=_WORSE)
        if self.state.light is not light:
            self.change(light=light)
            self.note(ActName.LIGHT_CHANGED, light=light.value)

    def relay(self, target: str, message: Relay) -> None:
        """Say something to another target, in the same transaction, about this instant."""
        self.relays.append(Relayed(at=self.at, target=target, message=message))

    # --- clocks ---------------------------------------------------------------------------------------------------

    def ruled(self, clock: Clock) -> Clock:
        """The clock as the calendar, the counting rules and the suspensions that began before its end have it now."""
        return self._ruled(clock, self.stops)

    def _ruled(self, clock: Clock, stops: Stops) -> Clock:
        calendar = self.facts.calendar
        if clock.kind is ClockKind.SIGN_REMINDER:
            stops = tuple(stop for stop in stops if stop[1] > clock.started_at)
            at = next_opening(clock.started_at, calendar, self.facts.counting, stops)
            return clock.model_copy(update={"due_at": at, "last_day": at.date(), "calendar": calendar.version})
        limit, counting = parse_limit(clock.limit), self.facts.counting
        if clock.kind is ClockKind.PROGRESS:
            limit = periods(limit, clock.round)
        stops = touching(limit, clock.started_at, calendar, counting, stops)
        end = due(limit, clock.started_at, calendar, counting, stops)
        ruled = {
            "due_at": end.at,
            "last_day": end.last_day,
            "provisional": end.provisional,
            "rules": end.rules,
            "calendar": end.calendar,
            "kept": False,
        }
        deciding = self.state.limit
        if clock.not_before is not None and clock.not_before > end.at and deciding is not None:
            ruled |= {
                "due_at": clock.not_before,
                "last_day": deciding.last_day,
                "provisional": deciding.provisional,
                "rules": deciding.rules,
            }
        return clock.model_copy(update=ruled)

    def clock(self, kind: ClockKind, limit: str, started_at: datetime | None = None, **fields: Any) -> Clock:
        """A ruled clock of that kind, counted from `started_at` (default: now). It is not running yet."""
        start = started_at or self.at
        blank = Clock(kind=kind, started_at=start, limit=limit, due_at=start, last_day=start.date(), **fields)
        return self._ruled(blank, self.stops)

    def ruled_on(self, clock: Clock, resumed: tuple[datetime, datetime] | None = None) -> Clock:
        """The clock ruled again; what has been told stands where another calendar would now end it earlier.

        `resumed` is the suspension that has just ended: an instant kept in this way is later by what it stopped.
        """
        if clock.kind is ClockKind.SIGN_REMINDER:
            return self.reminding_on(clock)
        new, told = self.ruled(clock), clock
        if resumed is not None and self._is_kept(clock, resumed):
            told = self._lengthened(clock, resumed)
        if new.due_at >= told.due_at:
            return new
        return new.model_copy(update={"due_at": told.due_at, "last_day": told.last_day, "kept": True})

    def sooner(self, one: Clock, other: Clock) -> Clock:
        """The clock that ends first, `one` where both do; while the clocks stand still, if they ran again from now."""
        if not self.state.suspended:
            return min(one, other, key=lambda clock: clock.due_at)
        stops = (*self.stops, (self.state.stops[-1].from_at, self.at))
        return min(one, other, key=lambda clock: self._ruled(clock, stops).due_at)

    def _is_kept(self, clock: Clock, resumed: tuple[datetime, datetime]) -> bool:
        """Whether the clock, when it was stopped, ran to an instant later than it was counted to."""
        if clock.kept or clock.calendar != self.facts.calendar.version:
            return clock.kept
        # Told before clocks said so themselves.
        before = tuple(stop for stop in self.stops if stop != resumed)
        return self._ruled(clock, before).due_at < clock.due_at

    def _lengthened(self, clock: Clock, resumed: tuple[datetime, datetime]) -> Clock:
        """What was told, with the days that the suspension stopped: working days of a limit in those, else dates."""
        calendar, counting, limit = self.facts.calendar, self.facts.counting, parse_limit(clock.limit)
        told = parse_limit(clock.last_day.isoformat())
        if limit.unit in (Unit.WORKING_DAYS, Unit.HALF_DAY):
            received = counted_after(limit, clock.started_at, calendar, counting)
            told = parse_limit(f"{max(calendar.working_days(received, clock.last_day), 1)}wd")
        last = due(told, clock.started_at, calendar, counting, (resumed,)).last_day
        if last <= clock.last_day:
            return clock
        at = datetime.combine(last, clock.due_at.astimezone(SHANGHAI).time(), SHANGHAI)
        return clock.model_copy(update={"due_at": at, "last_day": last})

    def reminding_on(self, clock: Clock) -> Clock:
        """The daily reminder to sign, from now on: it is no deadline, so that nothing told stands in its way."""
        new = self.ruled(clock)
        return new if new.due_at > self.at else self.clock(ClockKind.SIGN_REMINDER, "", round=clock.round)

    def run_limit(self, clock: Clock) -> None:
        """Let the limit run to `clock`'s due instant with the reminders still ahead, for lead and open co-parts."""
        days = self.facts.policy.reminders[self.terms.urgency]
        ahead = tuple(
            Reminder(at=at, days_left=left)
            for at, left in reminders(clock.due_at, clock.last_day, days, self.facts.calendar, self.facts.counting)
            if at > self.at
        )
        running = clock.model_copy(update={"reminders": ahead})
        self.change(limit=clock)
        self.start(running)
        if self.open_parts():
            self.start(clock.model_copy(update={"kind": ClockKind.CO_PART}))

    def open_parts(self) -> tuple[str, ...]:
        """The co-handlers whose part is not finished, in the order of the terms."""
        return tuple(organ for organ in self.terms.co if organ not in self.state.co_done)

    def run_progress(self, ended: Clock | None = None) -> None:
        """Start the report period running now, after `ended` if given; nothing for a matter without a frequency."""
        every, assigned_at = self.terms.report_every, self.state.assigned_at
        if every is None or assigned_at is None:
            return
        round_ = ended.round + 1 if ended else 1
        # While the clocks stand still, the period running is the one in which they were stopped.
        now = self.state.stops[-1].from_at if self.state.suspended else self.at
        while (clock := self.clock(ClockKind.PROGRESS, every, assigned_at, round=round_)).due_at <= now:
            round_ += 1
        self.run_period(clock)

    def run_period(self, clock: Clock) -> None:
        """Start a report period; it runs from the end of the one before it, the first from assignment."""
        period_from = clock.started_at
        if clock.round > 1:
            period_from = self.ruled(clock.model_copy(update={"round": clock.round - 1})).due_at
        self.change(period_from=period_from)
        self.start(clock)

    def end(self, stage: Stage) -> None:
        """End the matter: what the lead owed stops, and the clock to the archive starts."""
        self.stop(*(kind for kind in ClockKind if kind not in _OUTLASTING))
        if self.state.suspended:
            *before, last = self.state.stops
            self.change(stops=(*before, last.model_copy(update={"to_at": self.at})))
            for clock in self.state.clocks.values():
                self.start(self.ruled_on(clock, (last.from_at, self.at)))
        self.change(stage=stage, ended_at=self.at, contested_at=None, transfer=None)
        self.start(self.clock(ClockKind.ARCHIVE, self.facts.policy.archive))

    def suspend(self, end: Clock) -> None:
        """Stop every clock of the matter from now on."""
        self.change(stops=(*self.state.stops, Stop(from_at=self.at)))
        self.start(end)

    # --- findings and cases ---------------------------------------------------------------------------------------

    def find(self, act: ActName, clock: Clock, *, case: str | None = None, subject: str | None = None) -> None:
        """Keep that `clock` was missed, so that a later notice can deny it."""
        finding = Finding(act=act, at=self.at, clock=clock, case=case, subject=subject)
        self.change(findings=(*self.state.findings, finding))

    def conclude(self, act: ActName, by: str | None = None) -> None:
        """Keep that a conclusion was come to now, so that the lead can object to it."""
        self.change(conclusions={**self.state.conclusions, act: Conclusion(act=act, at=self.at, by=by)})

    def open_case(self, subject: str) -> CaseBrief | None:
        """The open case about this matter and that subject, if there is one."""
        return next((case for case in self.state.cases if case.open and case.subject == subject), None)
