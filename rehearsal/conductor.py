"""What happens, act by act, when a scenario is played on virtual time?

Drives the pure core exactly to the second, with no server: the earliest due instant or command next, timers before
commands (engine.md 6, Order). Deciding anything is for policies/.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from models.acts import Act, ActName
from models.blocks import Plan
from models.cases import CaseState, Cited
from models.matters import MatterState
from models.messages import CalendarPublished, Outcome, Registration
from models.proceedings import ProceedingState
from policies.block_procedures import BlockProcedure
from policies.calendar import Calendar, standard_calendar
from policies.counting import counting
from policies.deadlines import local_date
from policies.directory import Directory
from policies.drafting import Facts
from policies.drafts import ENDED
from policies.machines import AnyStep, Message, State, known
from policies.procedures import Procedure
from policies.proceeding import about
from rehearsal.scenarios import PlannedCommand, PlannedNotice, PlannedOpening, Scenario
from rehearsal.targets import Targets

_GRANTS = frozenset({ActName.GRANTED, ActName.CONSENT_DEEMED})

Responder = Callable[[MatterState, Sequence[Act]], Iterable[PlannedCommand]]


@dataclass(frozen=True)
class Played:
    """What a rehearsal came to: every act in printing order, and the matters and cases as they stand at its end.

    `recorded` are the same acts in the order in which a record would have them.
    """

    acts: tuple[Act, ...]
    recorded: tuple[Act, ...]
    states: dict[str, MatterState]
    cases: dict[str, CaseState]
    proceedings: dict[str, ProceedingState]


class Conductor:
    """A small world of matters on virtual time.

    `responder`, if given, is shown every matter after each step and may answer with commands of its own; that is how a
    stream of replies and silences is played.
    """

    def __init__(
        self,
        procedure: Procedure,
        directory: Directory,
        start: datetime,
        *,
        calendar: Calendar | None = None,
        responder: Responder | None = None,
        procedures: Iterable[BlockProcedure] = (),
    ) -> None:
        self._start = start
        self._responder = responder
        self._namesakes: dict[tuple[str | None, str | None], list[str]] = {}
        self._acts: list[Act] = []
        self._decided: list[Act] = []
        self._answers: dict[tuple[str, str], Outcome] = {}
        self._planned: list[tuple[datetime, int, PlannedCommand | PlannedNotice | PlannedOpening]] = []
        self._number = 0
        on = local_date(start)
        facts = Facts(
            policy=procedure.in_force(on),
            calendar=calendar or standard_calendar(),
            counting=counting(on),
            directory=directory,
            measures_decided=self._measures_decided,
            other=self._other,
            twin=self._twin_of,
            recorded=self._recorded,
            cited=self._cited,
            open_against=lambda subject: [one for one in self._cases() if one.open and one.subject == subject],
            resting_on=lambda case: [one for one in self._cases() if one.rests_on(case)],
            same_subject=self._same_subject,
            offences=self._offences,
            other_proceeding=self._other_proceeding,
            granted=self._granted,
        )
        self._procedures = {one.name: one for one in procedures}
        self._targets = Targets(facts, procedure.in_force, self._noted, self._plan_on)

    def register(self, matter_id: str, registration: Registration) -> None:
        """Register a matter at the start of the rehearsal."""
        self._hear(matter_id, registration, self._start)

    def plan(self, items: Iterable[PlannedCommand | PlannedNotice]) -> None:
        """Add commands and notices; those of one instant keep the order in which they are added."""
        for item in items:
            self._number += 1
            heapq.heappush(self._planned, (item.at, self._number, item))

    def open(self, opening: PlannedOpening) -> None:
        """Let a proceeding, a petition or a duty be opened at its instant."""
        self._number += 1
        heapq.heappush(self._planned, (opening.at, self._number, opening))

    def play(self, until: datetime) -> Played:
        """Let time pass until `until` (inclusive)."""
        while True:
            planned = self._planned[0] if self._planned else None
            if self._targets.strike_next(until if planned is None else min(planned[0], until)):
                continue
            if planned is None or planned[0] > until:
                break
            heapq.heappop(self._planned)
            self._take(planned[2])
        order = self._targets.order
        acts = sorted(self._acts, key=lambda act: (act.at, order[act.target]))
        stand = self._targets.states.items()
        matters = {target: state for target, state in stand if isinstance(state, MatterState)}
        cases = {target: state for target, state in stand if isinstance(state, CaseState)}
        proceedings = {target: state for target, state in stand if isinstance(state, ProceedingState)}
        return Played(tuple(acts), tuple(self._acts), matters, cases, proceedings)

    def _take(self, item: PlannedCommand | PlannedNotice | PlannedOpening) -> None:
        if isinstance(item, PlannedOpening):
            self._hear(item.target, item.message, item.at)
        elif isinstance(item, PlannedCommand):
            self._hear(item.target, item.command, item.at)
        elif not self._targets.calendar.has(item.notice.number):
            self._targets.calendar = self._targets.calendar.with_notice(item.notice)
            published = CalendarPublished(message_id=f"calendar:{item.notice.number}", notice=item.notice)
            for target in list(self._targets.states):
                self._hear(target, published, item.at)

    def _hear(self, target: str, message: Message, at: datetime) -> None:
        if (target, message.message_id) in self._answers:
            return
        twin = None
        if isinstance(message, Registration):
            twin = self._twin_of(message.lead, message.title, besides=target)
        outcome = self._targets.hear(target, message, at, twin)
        if outcome is not None:
            self._answers[target, message.message_id] = outcome

    def _noted(self, target: str, before: State, result: AnyStep) -> None:
        self._acts += result.acts
        self._decided += [act for act in result.acts if act.act is ActName.MEASURE_DECIDED]
        state = result.state
        if not isinstance(state, MatterState) or state.terms is None:
            return
        if not known(before):
            self._namesakes.setdefault((state.terms.lead, state.terms.title), []).append(target)
        if self._responder is not None:
            self.plan(self._responder(state, result.acts))

    def _other(self, target: str) -> MatterState | None:
        state = self._targets.states.get(target)
        return state if isinstance(state, MatterState) else None

    def _other_proceeding(self, target: str) -> ProceedingState | None:
        state = self._targets.states.get(target)
        return state if isinstance(state, ProceedingState) else None

    def _plan_on(self, name: str, on: date) -> Plan | None:
        procedure = self._procedures.get(name)
        return procedure.in_force(on) if procedure else None

    def _same_subject(self, procedure: str, subject: str) -> list[str]:
        return [target for target, state in sorted(self._targets.states.items())
                if isinstance(state, ProceedingState) and about(state, procedure, subject)]  # fmt: skip

    def _offences(self, procedure: str, subject: str, since: datetime, until: datetime) -> int:
        states = [one for one in self._targets.states.values() if isinstance(one, ProceedingState)]
        named = {one.id for one in states if one.terms and one.terms.procedure == procedure}
        return sum(
            act.act is ActName.OFFENCE_REGISTERED
            and act.target in named
            and act.subject == subject
            and since <= act.at < until
            for act in self._acts
        )

    def _granted(self, procedure: str, subject: str, since: datetime, until: datetime) -> list[str]:
        states = [one for one in self._targets.states.values() if isinstance(one, ProceedingState)]
        about_it = {
            one.id for one in states if one.terms and (one.terms.procedure, one.terms.subject) == (procedure, subject)
        }
        granted = {act.target for act in self._acts if act.act in _GRANTS and since <= act.at < until}
        return sorted(granted & about_it)

    def _cases(self) -> list[CaseState]:
        states = self._targets.states
        return [state for _, state in sorted(states.items()) if isinstance(state, CaseState)]

    def _cited(self, case: str) -> Cited | None:
        state = self._targets.states.get(case)
        return state.cited if isinstance(state, CaseState) else None

    def _twin_of(self, lead: str | None, title: str | None, besides: str | None = None) -> str | None:
        states = self._targets.states
        namesakes = self._namesakes.get((lead, title), ())
        return next((other for other in namesakes if other != besides and states[other].stage not in ENDED), None)

    def _recorded(self, target: str) -> list[ActName]:
        return [act.act for act in self._acts if act.target == target]

    def _measures_decided(self, subject: str, since: datetime, until: datetime) -> int:
        revoked = {act.target for act in self._acts if act.act is ActName.RESTORED}
        counted = (act for act in self._decided if act.target not in revoked)
        return sum(act.subject == subject and since <= act.at < until for act in counted)


def play(scenario: Scenario, directory: Directory, *, calendar: Calendar | None = None) -> Played:
    """Play a scenario; `directory` is the office's, the scenario's own posts are added to it."""
    conductor = Conductor(
        scenario.procedure,
        directory.with_organs(scenario.organs),
        scenario.start,
        calendar=calendar,
        procedures=scenario.procedures,
    )
    for matter_id, registration in scenario.matters:
        conductor.register(matter_id, registration)
    for opening in scenario.openings:
        conductor.open(opening)
    conductor.plan(scenario.planned)
    return conductor.play(scenario.until)
