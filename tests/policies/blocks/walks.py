"""Proceedings and petitions as they are lived through the pure core, several side by side, without a server."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from models.acts import Act, ActName
from models.messages import Command, MatterCommand, Outcome, Unanswered
from models.policy import Policy
from models.proceeding_messages import Open, ProceedingCommand
from models.proceedings import ProceedingState
from policies import parties
from policies.block_procedures import BlockProcedure, load_blocks, shipped_blocks
from policies.calendar import standard_calendar
from policies.counting import counting
from policies.directory import Directory
from policies.drafting import Facts
from policies.procedures import STANDARD, shipped
from policies.proceeding import blank, next_due, step
from tests.builders import at, sample_directory

COMMANDS: TypeAdapter[Command] = TypeAdapter(ProceedingCommand | MatterCommand)


@lru_cache
def directory() -> Directory:
    return sample_directory()


def procedure_of(text: str) -> BlockProcedure:
    """A procedure written in a test."""
    return load_blocks(text, "test.yaml")


@lru_cache
def _policy(on: date) -> Policy:
    return shipped(STANDARD).in_force(on)


class Walk:
    """One or more targets under one procedure; `start` is such as `03-02 09:00` of 2026."""

    def __init__(self, procedure: str | BlockProcedure, start: str = "03-02 09:00", **opened: Any) -> None:
        self.procedure = shipped_blocks(procedure) if isinstance(procedure, str) else procedure
        self.kind = self.procedure.of
        self.now = at(start)
        self._opened_on = self.now.date()
        self.plan = self.procedure.in_force(self._opened_on)
        self.states: dict[str, ProceedingState] = {}
        self.acts: list[Act] = []
        self._said = 0
        self.opened = {
            "title": "噪声扰民", "lead": "区信访局", "office": "区信访局", "procedure": self.procedure.name,
            **({"channel": "hotline"} if self.kind == "petition" else {}), **opened,
        }  # fmt: skip
        self.open(1)

    @property
    def facts(self) -> Facts:
        on = self._opened_on
        return Facts(
            policy=_policy(on), calendar=standard_calendar(), counting=counting(on),
            directory=directory(), measures_decided=lambda _subject, _since, _until: 0,
            plan=self.plan, other_proceeding=self.states.get,
        )  # fmt: skip

    @property
    def state(self) -> ProceedingState:
        return self.states[f"{self.kind}/1"]

    def open(self, number: int, **opened: Any) -> Outcome:
        return self._hear(f"{self.kind}/{number}", Open(message_id=f"open{number}", **{**self.opened, **opened}))

    def _hear(self, target: str, message: Any) -> Outcome:
        """What came of a message, every clock due before it struck; what it says to others is heard by them."""
        result = step(self.states.get(target, blank(target)), message, self.now, self.facts)
        self.states[target] = result.state
        self.acts += result.acts
        for relayed in result.relays:
            if relayed.target in self.states and isinstance(relayed.message, Unanswered):
                told = step(self.states[relayed.target], relayed.message, self.now, self.facts)
                self.states[relayed.target] = told.state
                self.acts += told.acts
        return result.outcome or Outcome()

    def say(self, when: str | None, by: str, do: str, which: int = 1, **said: Any) -> Outcome:
        if when is not None:
            self.wait(when)
        self._said += 1
        command = COMMANDS.validate_python({"message_id": f"m{self._said}", "by": by, "do": do, **said})
        return self._hear(f"{self.kind}/{which}", command)

    def wait(self, until: str | datetime) -> "Walk":
        self.now = at(until) if isinstance(until, str) else until
        for target in list(self.states):
            result = step(self.states[target], None, self.now, self.facts)
            self.states[target] = result.state
            self.acts += result.acts
        return self

    def wait_for_the_next_clock(self) -> bool:
        """Let the next clock strike; False where nothing will ever happen by itself."""
        due = next_due(self.state)
        if due is None:
            return False
        self.wait(max(due.at, self.now))
        return True

    def later(self, **span: float) -> "Walk":
        return self.wait(self.now + timedelta(**span))

    def owed_by(self) -> tuple[str, ...]:
        """The posts that owe the step under way, and those above that may take it by now."""
        return (*parties.holders(self.state, directory()), *parties.above(self.state, directory()))

    def of(self, name: ActName) -> list[Act]:
        return [act for act in self.acts if act.act is name]

    def names(self) -> list[str]:
        return [act.act.value for act in self.acts if act.act is not ActName.LIGHT_CHANGED]

    @property
    def step_name(self) -> str:
        return self.plan.steps[self.state.step].name
