"""Proceedings lived through the pure core: a few of them at one office, by a plan put together here from blocks."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from models.acts import Act, ActName
from models.blocks import Block, Plan
from models.calendar import CalendarNotice
from models.directory import Organ
from models.messages import CalendarPublished, Command, Outcome
from models.proceeding_messages import Open
from models.proceedings import ProceedingState
from policies import proceeding
from policies.calendar import standard_calendar
from policies.counting import counting
from policies.directory import Directory
from policies.drafting import Facts
from policies.procedures import STANDARD, shipped
from tests.builders import CAST, LEAD, MONDAY, OFFICE, at

_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
ONE = "proceeding/1"


class Desk:
    """What happens to the proceedings of one plan, in the order in which it is said."""

    def __init__(self, *steps: Block, organs: Iterable[Organ] = CAST, start: str = MONDAY) -> None:
        self.now = at(start)
        self.states: dict[str, ProceedingState] = {}
        self.acts: list[Act] = []
        self._said = 0
        on = self.now.date()
        self.facts = Facts(
            policy=shipped(STANDARD).in_force(on),
            calendar=standard_calendar(),
            counting=counting(on),
            directory=Directory(organs),
            measures_decided=lambda _subject, _since, _until: 0,
            plan=Plan(key="made@up/1", name="made", title="演练", steps=steps),  # type: ignore[arg-type]
            same_subject=self._same_subject,
            granted=self._granted,
        )

    def _same_subject(self, procedure: str, subject: str) -> list[str]:
        return [one.id for one in self.states.values() if proceeding.about(one, procedure, subject)]

    def _granted(self, procedure: str, subject: str, since: datetime, until: datetime) -> list[str]:
        names = (ActName.GRANTED, ActName.CONSENT_DEEMED)
        found = {act.target for act in self.acts if act.act in names and since <= act.at < until}
        return [
            one.id for one in self.states.values() if one.id in found and one.terms and one.terms.subject == subject
        ]

    def open(self, target: str = ONE, when: str | None = None, **said: Any) -> Outcome:
        """Open one, by default the only one, at that instant."""
        self.now = at(when) if when else self.now
        ordinary = {
            "message_id": f"open {target}",
            "procedure": "made",
            "title": "演练",
            "lead": LEAD,
            "office": OFFICE,
        }
        return self._hear(target, Open.model_validate({**ordinary, **said}))

    def say(self, when: str, do: str, by: str | None, target: str = ONE, **fields: Any) -> Outcome:
        """Give the command at that instant; its answer comes back."""
        self.now = at(when)
        self._said += 1
        said = {"message_id": f"#{self._said}", "do": do, "by": by, **fields}
        return self._hear(target, _COMMAND.validate_python(said))

    def _hear(self, target: str, message: Any) -> Outcome:
        state = self.states.get(target) or proceeding.blank(target)
        result = proceeding.step(state, message, self.now, self.facts)
        self._keep(result)
        assert result.outcome is not None
        return result.outcome

    def _keep(self, result: proceeding.ProceedingStep) -> None:
        if result.state.terms is not None:
            self.states[result.state.id] = result.state
        self.acts += result.acts

    def load(self, when: str, notice: CalendarNotice) -> None:
        """Load a calendar notice at that instant."""
        self.wait(when)
        self.facts = replace(self.facts, calendar=self.facts.calendar.with_notice(notice))
        for target in list(self.states):
            self._hear(target, CalendarPublished(message_id=notice.number, notice=notice))

    def wait(self, until: str) -> "Desk":
        """Let time pass until that instant, inclusive."""
        self.now = at(until)
        for state in list(self.states.values()):
            self._keep(proceeding.step(state, None, self.now, self.facts))
        return self

    @property
    def state(self) -> ProceedingState:
        """How the only one stands."""
        return self.states[ONE]

    def of(self, name: ActName) -> list[Act]:
        """Every act of this name."""
        return [act for act in self.acts if act.act is name]

    def the(self, name: ActName) -> Act:
        """The only act of this name."""
        (act,) = self.of(name)
        return act
