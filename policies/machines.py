"""By which machine is a target moved? A matter by policies/matter.py, a case by policies/case.py.

The one place that tells them apart: the players, the recorder and the policy lab drive both through it.
"""

from datetime import datetime

from models.cases import CaseState
from models.contract import is_case
from models.matters import MatterState
from models.messages import CalendarPublished, Command, Registration, Relay
from policies import case, matter
from policies.case import CaseStep
from policies.case_drafts import CaseDue
from policies.drafting import Facts
from policies.drafts import Due
from policies.matter import Step

State = MatterState | CaseState
AnyStep = Step | CaseStep
Message = Registration | Command | CalendarPublished


def blank(target: str) -> State:
    """A target of which nothing is known yet."""
    return case.blank(target) if is_case(target) else matter.blank(target)


def known(state: State) -> bool:
    """Whether the target has come about: a matter registered, a case proposed."""
    return state.proposed_at is not None if isinstance(state, CaseState) else state.terms is not None


def began_at(state: State) -> datetime | None:
    """When the target came about; None for one that has not."""
    return state.proposed_at if isinstance(state, CaseState) else state.registered_at


def next_due(state: State) -> Due | CaseDue | None:
    """What falls due next if nobody says anything."""
    return case.next_due(state) if isinstance(state, CaseState) else matter.next_due(state)


def due_at(state: State) -> datetime | None:
    """The due instant that people look at."""
    return case.due_at(state) if isinstance(state, CaseState) else matter.due_at(state)


def step(
    state: State,
    message: Message | Relay | None,
    at: datetime,
    facts: Facts,
    *,
    twin: str | None = None,
    attended: bool = True,
) -> AnyStep:
    """What the message, or the passing of time, comes to; see policies/matter.py and policies/case.py.

    Raises TypeError for a relay that is meant for the other kind of target: a mistake in the program.
    """
    if isinstance(state, MatterState):
        if message is not None and not isinstance(message, matter.Heard):
            raise TypeError(f"{state.id}: a matter does not hear {type(message).__name__}")
        return matter.step(state, message, at, facts, twin=twin, attended=attended)
    if message is not None and not isinstance(message, case.Heard):
        raise TypeError(f"{state.id}: a case does not hear {type(message).__name__}")
    return case.step(state, message, at, facts, attended=attended)
