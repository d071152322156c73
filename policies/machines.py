"""By which machine is a target moved? A matter by policies/matter.py, a case by policies/case.py.

The one place that tells them apart: the players, the recorder and the policy lab drive both through it.
"""

from datetime import datetime

from models.cases import CASE_OVER, CaseState
from models.contract import is_case
from models.matters import Light, MatterState, Stage
from models.messages import CalendarPublished, Command, Registration, Relay
from policies import case, matter
from policies.case import CaseStep
from policies.case_drafts import CaseDue
from policies.drafting import Facts
from policies.drafts import Due
from policies.matter import Step
from policies.wording import CASE_CLOCKS, CLOCKS

State = MatterState | CaseState
AnyStep = Step | CaseStep
Message = Registration | Command | CalendarPublished

_MATTER_OVER = frozenset({Stage.ARCHIVED, Stage.REFUSED})


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


def over(state: State) -> bool:
    """Whether nothing can be said to the target any more, so that nobody has to keep its time."""
    return state.stage in (CASE_OVER if isinstance(state, CaseState) else _MATTER_OVER)


def family_of(state: State) -> str:
    """The matter at the top of the target's family, or the case itself where it belongs to no matter."""
    return state.id if isinstance(state, CaseState) else state.family


def lead_of(state: State) -> str | None:
    """The organ that owes what is to be done, for lists and the Temporal UI."""
    if isinstance(state, CaseState):
        return state.lead
    return state.terms.lead if state.terms else None


def light_of(state: State) -> Light:
    """The light shown: a case is red once one of its steps has run out, green before."""
    if isinstance(state, CaseState):
        return Light.RED if state.climbed else Light.GREEN
    return state.light


def level_of(state: State) -> int:
    """How far it has escalated: a matter's level, or how many steps of a case have run out."""
    return len(state.climbed) if isinstance(state, CaseState) else state.level


def waits_for(due: Due | CaseDue | None) -> str:
    """What is waited for, in words; "" for nothing."""
    if due is None:
        return ""
    if isinstance(due, CaseDue):
        return CASE_CLOCKS[due.kind]
    return "到期提醒" if due.reminder else CLOCKS[due.kind]


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
