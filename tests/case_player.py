"""Plays a scenario with its cases on virtual time, the relay between a matter and its cases done at once.

A rehearsal of the pure machines alone: what a matter proposes, notes or withdraws about a case is said to the case, and
what the case concludes closes it for the matter.
"""

import heapq
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.acts import Act, ActName
from models.case_messages import DropCase, NoteFailure, OpenCase
from models.cases import CaseState
from models.matters import MatterState, Severity
from models.messages import CalendarPublished
from policies import case, matter
from policies.calendar import standard_calendar
from policies.counting import counting
from policies.deadlines import local_date
from policies.directory import Directory
from policies.drafting import Facts
from rehearsal.scenarios import PlannedCommand, Scenario


class CasePlayer:
    """A scenario as it is played: every act in printing order, and the cases as they stand at its end."""

    def __init__(self, scenario: Scenario, directory: Directory) -> None:
        on = local_date(scenario.start)
        self.matters: dict[str, MatterState] = {}
        self.cases: dict[str, CaseState] = {}
        self.acts: list[Act] = []
        self._order: dict[str, int] = {}
        self._answered: set[tuple[str, str]] = set()
        self._relayed = 0
        self._facts = Facts(
            policy=scenario.procedure.in_force(on),
            calendar=standard_calendar(),
            counting=counting(on),
            directory=directory.with_organs(scenario.organs),
            measures_decided=self._measures_decided,
            other=self.matters.get,
            recorded=lambda target: [act.act for act in self.acts if act.target == target],
        )
        self._play(scenario)

    def _play(self, scenario: Scenario) -> None:
        for matter_id, registration in scenario.matters:
            self._hear_matter(matter_id, registration, scenario.start)
        planned = [(item.at, number, item) for number, item in enumerate(scenario.planned)]
        heapq.heapify(planned)
        while True:
            due = self._next_due()
            if due is not None and due[0] <= scenario.until and (not planned or due[0] <= planned[0][0]):
                self._pass(due[2], due[0])
            elif planned and planned[0][0] <= scenario.until:
                at, _, item = heapq.heappop(planned)
                self._take(item, at)
            else:
                break
        self.acts.sort(key=lambda act: (act.at, self._order[act.target]))

    def _next_due(self) -> tuple[datetime, int, str] | None:
        found = []
        for target, state in self.matters.items():
            due = matter.next_due(state)
            found += [(due.at, self._order[target], target)] if due else []
        for target, one in self.cases.items():
            case_due = case.next_due(one)
            found += [(case_due.at, self._order[target], target)] if case_due else []
        return min(found, default=None)

    def _pass(self, target: str, at: datetime) -> None:
        if target in self.cases:
            self._keep_case(target, case.step(self.cases[target], None, at, self._facts))
        else:
            self._keep_matter(target, matter.step(self.matters[target], None, at, self._facts), at)

    def _take(self, item: Any, at: datetime) -> None:
        if isinstance(item, PlannedCommand):
            if (item.target, item.command.message_id) in self._answered:
                return
            self._answered.add((item.target, item.command.message_id))
            if item.target in self.matters or "/" not in item.target:
                self._hear_matter(item.target, item.command, at)
            else:
                state = self.cases.get(item.target) or case.blank(item.target)
                self._keep_case(item.target, case.step(state, item.command, at, self._facts))
        elif not self._facts.calendar.has(item.notice.number):
            self._facts = replace(self._facts, calendar=self._facts.calendar.with_notice(item.notice))
            published = CalendarPublished(message_id=f"calendar:{item.notice.number}", notice=item.notice)
            for target in list(self.matters):
                self._hear_matter(target, published, at)
            for target in list(self.cases):
                self._keep_case(target, case.step(self.cases[target], published, at, self._facts))

    def _hear_matter(self, target: str, message: Any, at: datetime) -> None:
        state = self.matters.get(target) or matter.blank(target)
        self._keep_matter(target, matter.step(state, message, at, self._facts), at)

    def _keep_matter(self, target: str, result: matter.Step, at: datetime) -> None:
        if result.state.terms is not None:
            self.matters[target] = result.state
        self._order.setdefault(target, len(self._order))
        for act in result.acts:
            if act.target == target:
                self._kept([act])
            else:
                self._relay(result.state, act)

    def _relay(self, state: MatterState, act: Act) -> None:
        """Say to the case what its matter noted about it; the case must give the very act."""
        terms = state.terms
        assert terms is not None
        self._relayed += 1
        message_id = f"relay:{self._relayed}"
        message: Any
        if act.act is ActName.CASE_PROPOSED:
            message = OpenCase(
                message_id=message_id,
                matter_id=state.id,
                subject=act.subject or "",
                severity=Severity(act.severity or ""),
                terms=terms,
                facts="整改超期 rectification overdue",
                mitigation=act.detail.get("mitigation"),
            )
        elif act.act is ActName.FAILURE_NOTED:
            message = NoteFailure(message_id=message_id)
        else:
            message = DropCase(message_id=message_id, reason=act.reason or "")
        known = self.cases.get(act.target) or case.blank(act.target)
        result = case.step(known, message, act.at, self._facts)
        given = result.acts[-1]
        assert given.model_copy(update={"tell": ()}) == act.model_copy(update={"tell": ()})
        self._keep_case(act.target, result)

    def _keep_case(self, target: str, result: case.CaseStep) -> None:
        if result.state.stage is not case.blank(target).stage:
            self.cases[target] = result.state
        self._order.setdefault(target, len(self._order))
        self._kept(result.acts)
        for matter_id, told in result.relays:
            state = self.matters[matter_id]
            closed = tuple(
                one.model_copy(update={"open": False}) if one.id == told.case else one for one in state.cases
            )
            self.matters[matter_id] = state.model_copy(update={"cases": closed})

    def _kept(self, acts: Sequence[Act]) -> None:
        self.acts += acts

    def _measures_decided(self, subject: str, since: datetime, until: datetime) -> int:
        counted = 0
        for state in self.cases.values():
            decided = state.decision
            if decided is not None and state.standing is not None and state.subject == subject:
                counted += since <= decided.at < until
        return counted
