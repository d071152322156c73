"""By which machine is a target moved? A matter by policies/matter.py, a case by case.py, the rest by proceeding.py.

The one place that tells them apart: the players, the recorder and the policy lab drive all through it.
"""

from datetime import datetime

from models.cases import CASE_OVER, CaseState
from models.contract import is_case, is_proceeding
from models.matters import Light, MatterState, Stage
from models.messages import CalendarPublished, Command, Registration, Relay
from models.proceeding_messages import Open
from models.proceedings import Occurrences, ProceedingStage, ProceedingState
from policies import case, matter, proceeding
from policies.case import CaseStep
from policies.case_drafts import CaseDue
from policies.drafting import Facts
from policies.drafts import Due
from policies.matter import Step
from policies.proceeding import ProceedingStep, StepDue
from policies.proceeding_wording import STEP_CLOCKS
from policies.wording import CASE_CLOCKS, CLOCKS

State = MatterState | CaseState | ProceedingState
AnyStep = Step | CaseStep | ProceedingStep
AnyDue = Due | CaseDue | StepDue
Message = Registration | Open | Command | CalendarPublished

_MATTER_OVER = frozenset({Stage.ARCHIVED, Stage.REFUSED})


def blank(target: str) -> State:
    """A target of which nothing is known yet."""
    if is_proceeding(target):
        return proceeding.blank(target)
    return case.blank(target) if is_case(target) else matter.blank(target)


def known(state: State) -> bool:
    """Whether the target has come about: a matter registered, a case proposed, a proceeding opened."""
    if isinstance(state, MatterState):
        return state.terms is not None
    return state.proposed_at is not None if isinstance(state, CaseState) else state.stage is not ProceedingStage.UNKNOWN


def began_at(state: State) -> datetime | None:
    """When the target came about; None for one that has not."""
    if isinstance(state, MatterState):
        return state.registered_at
    return state.proposed_at if isinstance(state, CaseState) else state.opened_at


def next_due(state: State) -> AnyDue | None:
    """What falls due next if nobody says anything."""
    if isinstance(state, MatterState):
        return matter.next_due(state)
    return case.next_due(state) if isinstance(state, CaseState) else proceeding.next_due(state)


def over(state: State) -> bool:
    """Whether nothing can be said to the target any more, so that nobody has to keep its time."""
    if isinstance(state, MatterState):
        return state.stage in _MATTER_OVER
    return state.stage in CASE_OVER if isinstance(state, CaseState) else state.over and not state.clocks


def family_of(state: State) -> str:
    """The matter at the top of the target's family, or the target itself where it belongs to no matter."""
    return state.family if isinstance(state, MatterState) else state.id


def lead_of(state: State) -> str | None:
    """The organ that owes what is to be done, for lists and the Temporal UI."""
    if isinstance(state, MatterState | ProceedingState):
        return state.terms.lead if state.terms else None
    return state.lead


def title_of(state: State) -> str:
    """What the target is called, for lists and the Temporal UI; "" for one that has not come about."""
    if isinstance(state, CaseState):
        return state.title or state.subject
    return state.terms.title if state.terms else ""


def related(state: State) -> bool:
    """Whether others belong together with the target: what one of them says moves the others."""
    if isinstance(state, MatterState):
        return state.related
    if isinstance(state, ProceedingState):
        linked = state.linked_to is not None
        return bool(state.cases) or bool(state.launched) or linked or isinstance(state.kept, Occurrences)
    return True


def light_of(state: State) -> Light:
    """The light shown: a case is red once one of its steps has run out, green before."""
    if isinstance(state, MatterState | ProceedingState):
        return state.light
    return Light.RED if state.climbed else Light.GREEN


def level_of(state: State) -> int:
    """How far it has escalated: a matter's level, how many steps of a case have run out, how often a step has."""
    if isinstance(state, MatterState):
        return state.level
    return len(state.climbed) if isinstance(state, CaseState) else state.missed


def waits_for(due: AnyDue | None) -> str:
    """What is waited for, in words; "" for nothing."""
    if due is None:
        return ""
    if isinstance(due, StepDue):
        return "到期提醒" if due.reminder else STEP_CLOCKS[due.kind]
    if isinstance(due, CaseDue):
        return CASE_CLOCKS[due.kind]
    return "到期提醒" if due.reminder else CLOCKS[due.kind]


def due_at(state: State) -> datetime | None:
    """The due instant that people look at."""
    if isinstance(state, MatterState):
        return matter.due_at(state)
    return case.due_at(state) if isinstance(state, CaseState) else proceeding.due_at(state)


def step(
    state: State,
    message: Message | Relay | None,
    at: datetime,
    facts: Facts,
    *,
    twin: str | None = None,
    attended: bool = True,
) -> AnyStep:
    """What the message, or the passing of time, comes to; see policies/matter.py, case.py and proceeding.py.

    Raises TypeError for a relay that is meant for the other kind of target: a mistake in the program.
    """
    if isinstance(state, MatterState):
        if message is not None and not matter.hears(message):
            raise TypeError(f"{state.id}: a matter does not hear {type(message).__name__}")
        return matter.step(state, message, at, facts, twin=twin, attended=attended)
    if isinstance(state, ProceedingState):
        if message is not None and not proceeding.hears(message):
            raise TypeError(f"{state.id}: a proceeding does not hear {type(message).__name__}")
        return proceeding.step(state, message, at, facts, attended=attended)
    if message is not None and not case.hears(message):
        raise TypeError(f"{state.id}: a case does not hear {type(message).__name__}")
    return case.step(state, message, at, facts, attended=attended)
