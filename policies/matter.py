"""What does a message, or the passing of time, come to for one supervised matter?

The one door to the procedure: state, message, instant and facts in; new state, acts and answer out. Pure: no clock,
database or environment; a rehearsal and the workflows drive exactly this (engine.md 3).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from typing_extensions import TypeIs

from models.acts import Act, ActName
from models.case_messages import CaseCommand
from models.matters import MatterState, Stage
from models.messages import (
    CalendarPublished,
    CaseConcluded,
    ChildMoved,
    Command,
    MatterCommand,
    Outcome,
    ParentCancelled,
    Registration,
    Relayed,
    Unanswered,
)
from models.proceeding_messages import ProceedingCommand
from policies import attaching, cases, commands, registration, reruling, saying, secrecy, splits, timers
from policies.admissibility import check_command
from policies.authority import Refused
from policies.calendar import CalendarError
from policies.drafts import ENDED, Draft, Due, Facts, next_due

__all__ = ["ENDED", "Due", "Facts", "Step", "blank", "due_at", "hears", "next_due", "step"]

Message = Registration | Command | CalendarPublished
Heard = Registration | MatterCommand | CaseCommand | ProceedingCommand | CalendarPublished | Unanswered
# By its very class: to be found not to be one of seventy shapes takes longer than the step that follows.
_HEARD = frozenset(get_args(Heard))
_COMMANDS = frozenset(get_args(MatterCommand | CaseCommand))
_UNANSWERED = frozenset(get_args(Unanswered))


@dataclass(frozen=True, slots=True)
class Step:
    """The result of one step: the matter as it is now, what happened (in order), and the answer to the message.

    The first `struck` acts come from clocks that ran out, the rest from the message. `stood` holds, act by act, the
    matter as it stood when the act was noted. `relays` are messages to other targets, in the order of being sent; they
    belong to the same transaction. A relay has no outcome.
    """

    state: MatterState
    acts: tuple[Act, ...]
    struck: int
    outcome: Outcome | None = None
    stood: tuple[MatterState, ...] = ()
    relays: tuple[Relayed, ...] = ()


def hears(message: object) -> TypeIs[Heard]:
    """Whether this is said to matters at all."""
    return type(message) in _HEARD


def _is_command(message: object) -> TypeIs[MatterCommand | CaseCommand]:
    return type(message) in _COMMANDS


def _is_unanswered(message: object) -> TypeIs[Unanswered]:
    return type(message) in _UNANSWERED


def blank(matter_id: str) -> MatterState:
    """A matter of which nothing is known yet; it becomes one by being registered."""
    return MatterState(id=matter_id, stage=Stage.REFUSED)


def step(
    state: MatterState,
    message: Message | Unanswered | None,
    at: datetime,
    facts: Facts,
    *,
    twin: str | None = None,
    attended: bool = True,
) -> Step:
    """Work off every clock due by `at` (inclusive, in order), then the message received at `at`, if any.

    Acts of a clock carry its due instant, acts of a message `at` (aware, whole seconds). `twin` is the id of an open
    matter of the same lead and title, looked up by the caller when `message` is a registration. A matter that is not
    `attended` (no workflow keeps its time) only refuses. Never raises for what people say: what the rules do not admit
    becomes a `refused` act and an outcome with the reason.
    """
    acts: list[Act] = []
    stood: list[MatterState] = []
    relays: list[Relayed] = []
    while attended and (due := next_due(state)) is not None and due.at <= at:
        draft = Draft(state, due.at, facts)
        timers.strike(draft, due)
        splits.tell_parent(draft, state)
        state = draft.state
        acts += draft.acts
        stood += draft.stood
        relays += draft.relays
    if message is None:
        return Step(state, tuple(acts), len(acts), stood=tuple(stood), relays=tuple(relays))
    draft = Draft(state, at, facts)
    if _is_unanswered(message):
        outcome = None
        _take_note(draft, message)
    else:
        draft, outcome = _hear(draft, message, twin, attended)
        draft.acts = saying.voiced(draft.acts, message)
    splits.tell_parent(draft, state)
    return Step(
        draft.state,
        (*acts, *draft.acts),
        len(acts),
        outcome,
        (*stood, *draft.stood),
        (*relays, *draft.relays),
    )


def _take_note(draft: Draft, relay: Unanswered) -> None:
    match relay:
        case ChildMoved():
            splits.heard_of_child(draft, relay)
        case ParentCancelled():
            splits.cancelled_with_parent(draft, relay)
        case CaseConcluded():
            cases.heard_of_case(draft, relay)
            timers.archive_when_free(draft)


def _hear(draft: Draft, message: Message, twin: str | None, attended: bool) -> tuple[Draft, Outcome]:
    """The draft with what the message did, or, where it is not admitted, with nothing but its refusal."""
    untouched = draft.state
    try:
        if not isinstance(message, CalendarPublished):
            secrecy.refuse_secrets(message)
        if isinstance(message, CalendarPublished):
            reruling.rule_again(draft)
        elif isinstance(message, Registration):
            if untouched.terms is not None:
                raise Refused("已登记 already registered", "registration")
            registration.register(draft, message, twin)
            draft.acts = saying.kept(draft.acts, message)
        elif not _is_command(message):
            raise Refused(
                f"此操作只对程序事项 this is said to a proceeding, not to a matter: {message.do}", "procedure"
            )
        else:
            check_command(draft, message)
            attaching.check(untouched.id, message, draft.facts)
            if not attended:
                raise Refused("事项流程未在运行,请联系管理员 the matter's workflow is not running", "stage")
            commands.apply(draft, message)
            draft.acts = saying.kept(draft.acts, message)
    except (Refused, CalendarError) as error:
        refusal = error if isinstance(error, Refused) else Refused(str(error), "calendar")
        draft = Draft(untouched, draft.at, draft.facts)
        _refuse(draft, message, refusal)
        reason, rule = refusal.reason, refusal.rule
        return draft, Outcome(accepted=False, acts=(ActName.REFUSED,), reason=reason, rule=rule)
    acts = tuple(act.act for act in draft.acts)
    return draft, Outcome(accepted=True, acts=acts, due=due_at(draft.state))


def _refuse(draft: Draft, message: Message, refusal: Refused) -> None:
    by = None if isinstance(message, CalendarPublished) or secrecy.secret_in(message.by) else message.by
    said = {} if isinstance(message, CalendarPublished | Registration) else {"do": message.do}
    draft.note(ActName.REFUSED, by=by, reason=refusal.reason, entry=refusal.rule, detail=said)


def due_at(state: MatterState) -> datetime | None:
    """The due instant people look at: of the limit, what follows it, or the verification; None where none runs."""
    if state.suspended:
        return None
    shown = (state.clocks.get(kind) for kind in reruling.SHOWN_CLOCKS)
    return next((clock.due_at for clock in shown if clock is not None), None)
