"""Whose clock strikes next, and what do targets say to each other, on virtual time?

Holds matters and cases as they stand and moves each by its own pure machine, exact to the second; what one says to
another is delivered at once. What is said from outside, and when, is for the conductor and for retracing.py.
"""

import heapq
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from models.blocks import Plan
from models.messages import Outcome, Relay
from models.policy import Policy
from models.proceeding_messages import Open
from models.proceedings import ProceedingState
from policies.calendar import Calendar
from policies.counting import counting
from policies.deadlines import local_date
from policies.drafting import Facts
from policies.machines import AnyDue, AnyStep, Message, State, began_at, blank, known, next_due, step

PolicyOn = Callable[[date], Policy]
"""The policy for a matter registered on that local date; raises LookupError where there is none."""

PlanOn = Callable[[str, date], Plan | None]
"""The block procedure of that name for what is opened on that local date; None where there is none."""

Noted = Callable[[str, State, AnyStep], None]
"""Is told of every step, before what it says to others is delivered: the target, how it stood, what it came to."""


class Targets:
    """Targets on virtual time, by id, in the order in which they were created.

    `facts` are what the rules rely on, but for the policy and the counting: a target has those of its day of
    registration.
    """

    def __init__(
        self, facts: Facts, policy_on: PolicyOn, noted: Noted, plan_on: PlanOn = lambda _name, _on: None
    ) -> None:
        self.states: dict[str, State] = {}
        self.order: dict[str, int] = {}
        self._facts = facts
        self._policy_on = policy_on
        self._noted = noted
        self._plan_on = plan_on
        self._by_day: dict[date, Facts] = {}
        self._due: list[tuple[datetime, int, str]] = []
        self._next: dict[str, AnyDue | None] = {}

    @property
    def calendar(self) -> Calendar:
        """The calendar in force."""
        return self._facts.calendar

    @calendar.setter
    def calendar(self, calendar: Calendar) -> None:
        self._facts = replace(self._facts, calendar=calendar)
        self._by_day.clear()

    def strike_next(self, by: datetime) -> bool:
        """Let the next clock due by then (inclusive) strike; False where none is. Equal instants: oldest target first.

        Raises CalendarError for a clock beyond the calendar.
        """
        while self._due and self._due[0][0] <= by:
            at, _, target = heapq.heappop(self._due)
            due = self._next.get(target)
            if due is not None and due.at <= at:
                self._move(target, None, at)
                return True
        return False

    def hear(self, target: str, message: Message, at: datetime, twin: str | None = None) -> Outcome | None:
        """Let a target hear a message, and its relatives what it says to them."""
        return self._move(target, message, at, twin).outcome

    def _move(self, target: str, message: Message | Relay | None, at: datetime, twin: str | None = None) -> AnyStep:
        before = self.states.get(target) or blank(target)
        result = step(before, message, at, self._facts_of(before, at, message), twin=twin)
        for act in result.acts:
            self.order.setdefault(act.target, len(self.order))
        if known(result.state):
            self.states[target] = result.state
            due = self._next[target] = next_due(result.state)
            if due is not None:
                heapq.heappush(self._due, (due.at, self.order[target], target))
        self._noted(target, before, result)
        for relayed in result.relays:
            self._move(relayed.target, relayed.message, relayed.at)
        return result

    def _facts_of(self, state: State, at: datetime, message: Message | Relay | None = None) -> Facts:
        on = local_date(began_at(state) or at)
        facts = self._by_day.get(on)
        if facts is None:
            facts = replace(self._facts, policy=self._policy_on(on), counting=counting(on))
            self._by_day[on] = facts
        if not isinstance(state, ProceedingState):
            return facts
        name = message.procedure if isinstance(message, Open) else state.terms and state.terms.procedure
        return replace(facts, plan=self._plan_on(name, on) if name else None)
