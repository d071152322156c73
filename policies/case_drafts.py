"""How does one transition of a case come together?

A draft holds the case being worked on, the acts noted so far and what is to be told to the case's matter; clocks are
set, moved and stopped here and nowhere else, each leaving its rung for the watchdog.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models.acts import ActName
from models.cases import CaseClock, CaseClockKind, CaseFinding, CaseStage, CaseState, Rung, RungState
from models.ladder import Ladder
from models.messages import CaseConcluded, Relayed
from models.policy import Role
from policies import seats
from policies.deadlines import due, effect_ends_at, local_date
from policies.drafting import Drafting, Facts
from policies.limits import parse_limit

_RANK = {kind: rank for rank, kind in enumerate(CaseClockKind)}


@dataclass(frozen=True, slots=True)
class CaseDue:
    """The next thing that happens to a case by itself: when, and which clock."""

    at: datetime
    kind: CaseClockKind


def next_due(state: CaseState) -> CaseDue | None:
    """What falls due next if nobody says anything; None when nothing will ever happen by itself.

    Of clocks due at one instant the one that stands first in CaseClockKind comes first.
    """
    if not state.clocks:
        return None
    first = min(state.clocks.values(), key=lambda clock: (clock.due_at, _RANK[clock.kind]))
    return CaseDue(first.due_at, first.kind)


class CaseDraft(Drafting[CaseState]):
    """One transition of a case. `step` is the step whose clock has run out, for telling the organ above it."""

    def __init__(self, state: CaseState, at: datetime, facts: Facts) -> None:
        super().__init__(state, at, facts)
        self.relays: list[Relayed] = []
        self.step: CaseClockKind | None = None

    @property
    def ladder(self) -> Ladder:
        """The ladder of the day on which the case was proposed."""
        return self.facts.ladder.in_force(local_date(self.state.proposed_at or self.at))

    # --- whom to tell ---------------------------------------------------------------------------------------------

    def _holders(self, role: Role, subject: str | None) -> Iterable[str]:
        return seats.posts_of(role, self.state, self.facts.directory, subject, self.step)

    # --- clocks ---------------------------------------------------------------------------------------------------

    def clock(self, kind: CaseClockKind, limit: str, started_at: datetime | None = None, round_: int = 1) -> CaseClock:
        """A ruled clock of that kind, counted from `started_at` (default: now). It is not running yet."""
        start = started_at or self.at
        blank = CaseClock(
            kind=kind, started_at=start, limit=limit, due_at=start, last_day=local_date(start), round=round_
        )
        return self.ruled(blank)

    def ruled(self, clock: CaseClock) -> CaseClock:
        """The clock as the calendar and the counting rules have it now; an effect period knows no day off (R15)."""
        calendar, counting, limit = self.facts.calendar, self.facts.counting, parse_limit(clock.limit)
        if clock.kind is CaseClockKind.EFFECT:
            ends_at = effect_ends_at(local_date(clock.started_at), limit, counting)
            ruled = {"due_at": ends_at, "last_day": local_date(ends_at), "rules": ("R15",)}
        else:
            end = due(limit, clock.started_at, calendar, counting)
            ruled = {
                "due_at": end.at,
                "last_day": end.last_day,
                "provisional": end.provisional,
                "rules": end.rules,
            }
        return clock.model_copy(update={**ruled, "calendar": calendar.version})

    def run(self, clock: CaseClock) -> None:
        """Let the clock run, and keep its rung."""
        self.start(clock)
        kept = self.state.rungs.get(clock.kind)
        rung = Rung(kind=clock.kind, due_at=clock.due_at, at=self.at)
        if kept is not None:
            rung = rung.model_copy(update={"fired": kept.fired, "told": kept.told, "by": kept.by})
        self._keep(rung)

    def halt(self, *kinds: CaseClockKind) -> None:
        """Let clocks of these kinds run no longer, because their step was taken or is no longer to be taken."""
        for kind in kinds:
            if kind in self.state.clocks:
                self._keep(self.state.rungs[kind].model_copy(update={"state": RungState.STOPPED, "at": self.at}))
        self.stop(*kinds)

    def fire(self, clock: CaseClock) -> None:
        """The clock has run out: it runs no longer, and its rung says so."""
        rung = self.state.rungs[clock.kind]
        self._keep(rung.model_copy(update={"state": RungState.FIRED, "at": self.at, "fired": rung.fired + 1}))
        self.stop(clock.kind)

    def tell_of(self, kind: CaseClockKind, act: ActName, told: tuple[str, ...]) -> None:
        """Keep on the rung of a clock that ran out which act said so, and to whom."""
        self._keep(self.state.rungs[kind].model_copy(update={"by": act, "told": told}))

    def _keep(self, rung: Rung) -> None:
        self.change(rungs={**self.state.rungs, rung.kind: rung})

    # --- findings, the end ----------------------------------------------------------------------------------------

    def find(self, act: ActName, clock: CaseClock) -> None:
        """Keep that `clock` ran out, so that a later calendar notice can deny it."""
        finding = CaseFinding(act=act, at=self.at, clock=clock)
        self.change(findings={**self.state.findings, clock.kind: finding})

    def end(self, stage: CaseStage) -> None:
        """End the case: every clock stops."""
        self.halt(*CaseClockKind)
        self.change(stage=stage, ended_at=self.at, findings={})

    def conclude(self, how: ActName, reason: str | None = None) -> None:
        """Tell the matter what the case came to; a case without a matter has nobody to tell."""
        if self.state.matter_id is None:
            return
        told = CaseConcluded(
            message_id=f"{self.state.id}:{how.value}",
            case=self.state.id,
            subject=self.state.subject,
            how=how,
            reason=reason,
        )
        self.relays.append(Relayed(at=self.at, target=self.state.matter_id, message=told))
