"""What does a message, or the passing of time, come to for one accountability case?

The one door to due process: state, message, instant and facts in; new state, acts, answer and what is told to the
matter out. Pure, like policies/matter.py beside it (engine.md 4).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, get_args

from typing_extensions import TypeIs

from models.acts import Act, ActName
from models.case_messages import CaseCommand, CaseRelay, DropCase, NoteFailure, OpenCase
from models.cases import CaseClockKind, CaseState
from models.contract import matter_of
from models.messages import CalendarPublished, Command, MatterCommand, Outcome, Relayed
from models.proceeding_messages import ProceedingCommand
from policies import attaching, case_reruling, case_timers, saying, secrecy
from policies.authority import Refused
from policies.calendar import CalendarError
from policies.case_admissibility import GUARDS, Guard, known_case, offers_cases
from policies.case_commands import EFFECTS
from policies.case_drafts import CaseDraft, CaseDue, next_due
from policies.case_timers import STRIKES, Strike
from policies.drafting import Facts

__all__ = ["RULES", "CaseDue", "CaseRules", "CaseStep", "Rule", "blank", "due_at", "hears", "next_due", "step"]

CaseMessage = Command | CaseRelay | CalendarPublished
Heard = MatterCommand | CaseCommand | ProceedingCommand | CaseRelay | CalendarPublished
_COMMANDS = get_args(CaseCommand)
_RELAYS = get_args(CaseRelay)
_HEARD = frozenset(get_args(Heard))


@dataclass(frozen=True, slots=True)
class Rule:
    """What one kind of message has to pass, in this order, and what it then does."""

    guards: tuple[Guard, ...]
    effect: Callable[[CaseDraft, Any], None]


@dataclass(frozen=True, slots=True)
class CaseRules:
    """The whole procedure as one table: a rule for every message, a strike for every clock.

    Data, so that a proof can put one broken entry in its place and see that the break is found.
    """

    messages: Mapping[type, Rule] = field(
        default_factory=lambda: {kind: Rule(GUARDS[kind], effect) for kind, effect in EFFECTS.items()}
    )
    strikes: Mapping[CaseClockKind, Strike] = field(default_factory=lambda: dict(STRIKES))


RULES = CaseRules()


@dataclass(frozen=True, slots=True)
class CaseStep:
    """The result of one step: the case as it is now, what happened (in order), the answer, and what others are told.

    The first `struck` acts come from clocks that ran out, the rest from the message; `stood` is the state at each act.
    `relays` are messages for other targets, which belong to the same transaction.
    """

    state: CaseState
    acts: tuple[Act, ...]
    struck: int
    outcome: Outcome | None = None
    stood: tuple[CaseState, ...] = ()
    relays: tuple[Relayed, ...] = ()


def hears(message: object) -> TypeIs[Heard]:
    """Whether this is said to cases at all."""
    return type(message) in _HEARD


def blank(case_id: str) -> CaseState:
    """A case of which nothing is known yet; it becomes one by being proposed."""
    return CaseState(id=case_id)


def step(
    state: CaseState,
    message: CaseMessage | None,
    at: datetime,
    facts: Facts,
    *,
    rules: CaseRules = RULES,
    attended: bool = True,
) -> CaseStep:
    """Work off every clock due by `at` (inclusive, in order), then the message received at `at`, if any.

    Acts of a clock carry its due instant, acts of a message `at` (aware, whole seconds). A case that is not
    `attended` (no workflow keeps its time) only refuses. A repeated message id is for the caller to recognise. Never
    raises for what people say: what the rules do not admit becomes a `refused` act and an outcome with the reason.
    """
    acts: list[Act] = []
    relays: list[Relayed] = []
    stood: list[CaseState] = []
    while attended and (due := next_due(state)) is not None and due.at <= at:
        draft = CaseDraft(state, due.at, facts)
        case_timers.strike(draft, state.clocks[due.kind], rules.strikes)
        case_timers.archive_when_free(draft)
        state = draft.state
        acts += draft.acts
        relays += draft.relays
        stood += draft.stood
    if message is None:
        return CaseStep(state, tuple(acts), len(acts), relays=tuple(relays), stood=tuple(stood))
    draft, outcome = _hear(CaseDraft(state, at, facts), message, rules, attended)
    draft.acts = saying.voiced(draft.acts, message)
    return CaseStep(
        draft.state,
        (*acts, *draft.acts),
        len(acts),
        outcome,
        (*stood, *draft.stood),
        (*relays, *draft.relays),
    )


def _hear(draft: CaseDraft, message: CaseMessage, rules: CaseRules, attended: bool) -> tuple[CaseDraft, Outcome]:
    """The draft with what the message did, or, where it is not admitted, with nothing but its refusal."""
    untouched = draft.state
    try:
        if isinstance(message, CalendarPublished):
            case_reruling.rule_again(draft)
        else:
            _apply(draft, message, rules)
            if not attended:
                raise Refused("案件流程未在运行,请联系管理员 the case's workflow is not running", "stage")
        case_timers.archive_when_free(draft)
    except (Refused, CalendarError) as error:
        refusal = error if isinstance(error, Refused) else Refused(str(error), "calendar")
        draft = CaseDraft(untouched, draft.at, draft.facts)
        _refuse(draft, message, refusal)
        reason, rule = refusal.reason, refusal.rule
        return draft, Outcome(accepted=False, acts=(ActName.REFUSED,), reason=reason, rule=rule)
    acts = tuple(act.act for act in draft.acts)
    return draft, Outcome(accepted=True, acts=acts, due=due_at(draft.state))


def _apply(draft: CaseDraft, message: Command | CaseRelay, rules: CaseRules) -> None:
    if not isinstance(message, _RELAYS):
        secrecy.refuse_secrets(message)
        _check_speaker(draft, message)
    rule = rules.messages[type(message)]
    for guard in rule.guards:
        guard(draft, message)
    attaching.check(draft.state.id, message, draft.facts)
    rule.effect(draft, message)
    if isinstance(message, _COMMANDS):
        draft.acts = saying.kept(draft.acts, message)


def _check_speaker(draft: CaseDraft, message: Any) -> None:
    """Refuse an unknown post, what is no command of a case, and all but the proposal where nothing was proposed."""
    if not draft.facts.directory.has_post(message.by):
        raise Refused(f"名录中没有该岗位 unknown post: {message.by}", "authority")
    if not isinstance(message, _COMMANDS):
        raise Refused(f"此操作不适用于案件 this is not said to a case: {message.do}", "procedure")
    offers_cases(draft)
    if message.do == "propose" and draft.facts.other(matter_of(draft.state.id)) is not None:
        raise Refused("已登记事项的案件请向事项提出 propose the case of a registered matter to the matter", "proposal")
    if message.do != "propose":
        known_case(draft, message)


def _refuse(draft: CaseDraft, message: CaseMessage, refusal: Refused) -> None:
    by = getattr(message, "by", None)
    by = None if secrecy.secret_in(by) else by
    said = {} if isinstance(message, OpenCase | NoteFailure | DropCase | CalendarPublished) else {"do": message.do}
    draft.note(ActName.REFUSED, by=by, reason=refusal.reason, entry=refusal.rule, detail=said)


def due_at(state: CaseState) -> datetime | None:
    """The due instant people look at: of the step that is owed now; None where none is owed."""
    clock = case_reruling.shown_clock(state.clocks)
    return clock.due_at if clock else None
