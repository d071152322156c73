"""What does a message, or the passing of time, come to for one supervised matter?

The one door to the procedure: state, message, instant and facts in; new state, acts and answer out. Pure: no clock,
database or environment; a rehearsal and the workflows drive exactly this (engine.md 3).
"""

from dataclasses import dataclass
from datetime import datetime

from models.acts import Act, ActName
from models.matters import MatterState, Stage
from models.messages import CalendarPublished, Command, Outcome, Registration
from policies import commands, reruling, timers
from policies.admissibility import Refused, check_command
from policies.drafts import ENDED, Draft, Due, Facts, next_due

__all__ = ["ENDED", "Due", "Facts", "Step", "blank", "due_at", "next_due", "step"]

Message = Registration | Command | CalendarPublished


@dataclass(frozen=True, slots=True)
class Step:
    """The result of one step: the matter as it is now, what happened (in order), and the answer to the message."""

    state: MatterState
    acts: tuple[Act, ...]
    outcome: Outcome | None = None


def blank(matter_id: str) -> MatterState:
    """A matter of which nothing is known yet; it becomes one by being registered."""
    return MatterState(id=matter_id, stage=Stage.REFUSED)


def step(
    state: MatterState, message: Message | None, at: datetime, facts: Facts, *, twin: str | None = None
) -> Step:
    """Work off every clock due by `at` (inclusive, in order), then the message received at `at`, if any.

    Acts of a clock carry its due instant, acts of a message `at` (aware, whole seconds). `twin` is the id of an open
    matter of the same lead and title, looked up by the caller when `message` is a registration. Never raises for what
    people say: what the rules do not admit becomes a `refused` act and an outcome with the reason.
    """
    acts: list[Act] = []
    while (due := next_due(state)) is not None and due.at <= at:
        draft = Draft(state, due.at, facts)
        timers.strike(draft, due)
        state = draft.state
        acts += draft.acts
    if message is None:
        return Step(state, tuple(acts))
    draft, outcome = _hear(state, message, at, facts, twin)
    return Step(draft.state, (*acts, *draft.acts), outcome)


def _hear(
    state: MatterState, message: Message, at: datetime, facts: Facts, twin: str | None
) -> tuple[Draft, Outcome]:
    draft = Draft(state, at, facts)
    try:
        if isinstance(message, CalendarPublished):
            reruling.rule_again(draft)
        elif isinstance(message, Registration):
            if state.terms is not None:
                raise Refused("已登记 already registered", "registration")
            commands.register(draft, message, twin)
        else:
            check_command(draft, message)
            commands.apply(draft, message)  # type: ignore[arg-type]
    except Refused as refusal:
        draft = Draft(state, at, facts)
        by = None if isinstance(message, CalendarPublished) else message.by
        detail = {} if isinstance(message, CalendarPublished | Registration) else {"do": message.do}
        draft.note(ActName.REFUSED, by=by, reason=refusal.reason, entry=refusal.rule, detail=detail)
        outcome = Outcome(
            accepted=False, target=state.id, acts=(ActName.REFUSED,), reason=refusal.reason, rule=refusal.rule
        )
        return draft, outcome
    return draft, Outcome(
        accepted=True, target=state.id, acts=tuple(act.act for act in draft.acts), due=due_at(draft.state)
    )


def due_at(state: MatterState) -> datetime | None:
    """The due instant people look at: of the limit, what follows it, or the verification; None where none runs."""
    if state.suspended:
        return None
    shown = (state.clocks.get(kind) for kind in reruling.SHOWN_CLOCKS)
    return next((clock.due_at for clock in shown if clock is not None), None)

