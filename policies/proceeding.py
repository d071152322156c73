"""What does a message, or the passing of time, come to for one proceeding, petition or duty?

The one door to every procedure that is put together from building blocks: state, message, instant and facts in; new
state, acts, answer and what others are told out. Pure, like policies/matter.py and case.py beside it. What a step does
is for policies/blocks/, in which order they stand for the procedure file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from typing_extensions import TypeIs

from models.acts import Act, ActName
from models.blocks import Block, Feedback, Then
from models.case_messages import CaseCommand, DropCase
from models.matters import Extension, ExtensionState, Light
from models.messages import (
    CalendarPublished,
    Cancel,
    CaseConcluded,
    Command,
    DecideExtension,
    MatterCommand,
    Outcome,
    ProceedingLinked,
    Relayed,
    RequestExtension,
    Resume,
    Suspend,
    Unanswered,
)
from models.proceeding_messages import FollowUp, Link, Open, ProceedingCommand, Rate, UsePermit
from models.proceedings import ProceedingStage, ProceedingState, Satisfaction, StepClock, StepClockKind
from policies import access, attaching, parties, proceeding_opening, saying, secrecy
from policies.authority import Refused, given
from policies.blocks import BLOCKS, approval
from policies.calendar import CalendarError
from policies.deadlines import local_date, validity_end
from policies.drafting import Facts
from policies.limits import WITHIN_A_DAY, LimitError, extended, parse_limit
from policies.proceeding_drafts import BlockRules, ProceedingDraft, StepDue, next_due
from policies.relations import Situation

__all__ = ["ProceedingStep", "StepDue", "about", "blank", "due_at", "hears", "next_due", "step"]

Heard = Open | MatterCommand | CaseCommand | ProceedingCommand | CalendarPublished | Unanswered
_HEARD = frozenset(get_args(Heard))
Blocks = Mapping[type[Block], BlockRules]
_Said = ProceedingCommand | RequestExtension | DecideExtension | Suspend | Resume | Cancel
_OWN = get_args(ProceedingCommand)
_GENERAL = (RequestExtension, DecideExtension, Suspend, Resume, Cancel)
_RULE = "procedure"
_DO: dict[type, str] = {kind: kind.model_fields["do"].default for kind in _OWN}


@dataclass(frozen=True, slots=True)
class ProceedingStep:
    """The result of one step; as `Step` of policies/matter.py."""

    state: ProceedingState
    acts: tuple[Act, ...]
    struck: int
    outcome: Outcome | None = None
    stood: tuple[ProceedingState, ...] = ()
    relays: tuple[Relayed, ...] = ()


def hears(message: object) -> TypeIs[Heard]:
    """Whether this is said to proceedings at all."""
    return type(message) in _HEARD


def blank(target: str) -> ProceedingState:
    """A proceeding of which nothing is known yet; it becomes one by being opened."""
    return ProceedingState(id=target)


def about(state: ProceedingState, procedure: str, subject: str) -> bool:
    """Whether it is about this subject under this procedure, and still open, or its grant still valid."""
    terms = state.terms
    if terms is None or terms.procedure != procedure or terms.subject != subject:
        return False
    return not state.over or StepClockKind.VALIDITY in state.clocks


def due_at(state: ProceedingState) -> datetime | None:
    """The due instant people look at: of the step under way, or when a duty next falls due; None where none runs."""
    if state.paused:
        return None
    shown = (StepClockKind.STEP, StepClockKind.SIDE, StepClockKind.NOTICE, StepClockKind.AGAIN, StepClockKind.VALIDITY,
             StepClockKind.OCCURRENCE)  # fmt: skip
    return next((state.clocks[kind].due_at for kind in shown if kind in state.clocks), None)


def step(
    state: ProceedingState,
    message: Heard | None,
    at: datetime,
    facts: Facts,
    *,
    blocks: Blocks = BLOCKS,
    attended: bool = True,
) -> ProceedingStep:
    """Work off every clock due by `at` (inclusive, in order), then the message received at `at`, if any.

    Acts of a clock carry its due instant, acts of a message `at` (aware, whole seconds). One that is not `attended` (no
    workflow keeps its time) only refuses. Never raises for what people say: what the rules do not admit becomes a
    `refused` act and an outcome with the reason.
    """
    acts: list[Act] = []
    stood: list[ProceedingState] = []
    relays: list[Relayed] = []
    while attended and (due := next_due(state)) is not None and due.at <= at:
        draft = ProceedingDraft(state, due.at, facts, blocks)
        _strike(draft, due, at)
        state = draft.state
        acts += draft.acts
        stood += draft.stood
        relays += draft.relays
    if message is None:
        return ProceedingStep(state, tuple(acts), len(acts), stood=tuple(stood), relays=tuple(relays))
    draft = ProceedingDraft(state, at, facts, blocks)
    outcome: Outcome | None = None
    if isinstance(message, Unanswered):
        if isinstance(message, CaseConcluded):
            _heard_of_case(draft, message)
        elif isinstance(message, ProceedingLinked):
            _heard_of_link(draft, message)
    else:
        draft, outcome = _hear(draft, message, attended)
        draft.acts = saying.voiced(draft.acts, message)
    return ProceedingStep(
        draft.state, (*acts, *draft.acts), len(acts), outcome, (*stood, *draft.stood), (*relays, *draft.relays)
    )


def _hear(
    draft: ProceedingDraft, message: Open | Command | CalendarPublished, attended: bool
) -> tuple[ProceedingDraft, Outcome]:
    untouched = draft.state
    try:
        if isinstance(message, CalendarPublished):
            _rule_again(draft)
        else:
            secrecy.refuse_secrets(message)
            _apply(draft, message)
            if not attended:
                raise Refused("程序流程未在运行,请联系管理员 the proceeding's workflow is not running", "stage")
            attaching.check(untouched.id, message, draft.facts)
            if isinstance(message, Open | _Said):
                unsaid = dict.fromkeys(draft.unsaid)
                draft.acts = saying.kept(draft.acts, message.model_copy(update=unsaid) if unsaid else message)
    except (Refused, CalendarError, LimitError) as error:
        refusal = error if isinstance(error, Refused) else Refused(str(error), "calendar")
        draft = ProceedingDraft(untouched, draft.at, draft.facts, draft.blocks)
        _refuse(draft, message, refusal)
        return draft, Outcome(accepted=False, acts=(ActName.REFUSED,), reason=refusal.reason, rule=refusal.rule)
    return draft, Outcome(accepted=True, acts=tuple(act.act for act in draft.acts), due=due_at(draft.state))


def _refuse(draft: ProceedingDraft, message: Open | Command | CalendarPublished, refusal: Refused) -> None:
    by = getattr(message, "by", None)
    by = None if secrecy.secret_in(by) else by
    said = {} if isinstance(message, CalendarPublished | Open) else {"do": message.do}
    draft.note(ActName.REFUSED, by=by, reason=refusal.reason, entry=refusal.rule, detail=said)


# --- commands -------------------------------------------------------------------------------------------------------


def _apply(draft: ProceedingDraft, message: Open | Command) -> None:
    state = draft.state
    if isinstance(message, Open):
        if state.terms is not None:
            raise Refused("已受理登记 already opened", "opening")
        proceeding_opening.open_(draft, message)
        return
    outside = isinstance(message, FollowUp | Rate | Link) and message.by is None
    if not outside and not draft.facts.directory.has_post(message.by):
        raise Refused(f"名录中没有该岗位 unknown post: {message.by}", "authority")
    if not isinstance(message, (*_OWN, *_GENERAL)):
        raise Refused(f"此操作不适用于程序事项 not said to a proceeding: {message.do}", _RULE)
    if state.terms is None:
        raise Refused("没有该程序事项 unknown proceeding", "stage")
    access.check(access.PROCEEDING_NEEDS.get(message.do), Situation(message.by, state, draft.facts.directory, message))
    if isinstance(message, UsePermit):
        approval.use(draft, message)
        return
    if state.over:
        raise Refused("程序已办结 it has ended", "stage")
    general = _COMMANDS.get(type(message))
    if general is not None:
        general(draft, message)
        return
    if state.paused:
        raise Refused("计时中止期间不能办理 it is paused", "stage")
    rule = draft.blocks[type(draft.block)].heard.get(type(message))
    if rule is None:
        can = draft.blocks[type(draft.block)].heard
        accepted = "、".join(_DO[kind] for kind in can)
        raise Refused(
            f"本环节({draft.block.title})不能办理此操作 not in this step: {message.do};可接受 accepted: {accepted}",
            _RULE,
        )
    rule(draft, message)


def _request_extension(draft: ProceedingDraft, command: RequestExtension) -> None:
    state, more = draft.state, draft.block.more_time
    rule = "extension"
    if more is None or state.limit is None:
        raise Refused("本环节不能延期 this step is given no more time", rule)
    if StepClockKind.STEP not in state.clocks:
        raise Refused("时限已届满或不在计时,不能再申请延期 its limit runs no longer", rule)
    if state.paused:
        raise Refused("计时中止期间不能办理 it is paused", "stage")
    if state.extension is not None:
        raise Refused("只能申请一次延期 there is one request only", rule)
    given(command.reason, "理由 reason", rule)
    asked, longest = parse_limit(given(command.limit, "延长期限 limit", rule)), parse_limit(more.longest)
    if asked.unit is not longest.unit or asked.number > longest.number:
        raise Refused(f"延期最长 at most {more.longest}: {asked.text}", rule)
    draft.change(extension=Extension(limit=asked.text, requested_at=draft.at))
    draft.say(ActName.EXTENSION_REQUESTED, by=command.by, reason=command.reason, entry=rule)


def _decide_extension(draft: ProceedingDraft, command: DecideExtension) -> None:
    state, rule = draft.state, "extension"
    request, limit = state.extension, state.limit
    if request is None or request.state is not ExtensionState.PENDING or limit is None:
        raise Refused("没有待审批的延期申请 no request is pending", rule)
    if command.granted is None:
        raise Refused("缺少审批结果 granted is required", rule)
    state_now = ExtensionState.GRANTED if command.granted else ExtensionState.REFUSED
    draft.change(extension=request.model_copy(update={"state": state_now}))
    if not command.granted:
        draft.say(ActName.EXTENSION_REFUSED, by=command.by, reason=command.reason, entry=rule)
        return
    total = extended(parse_limit(limit.limit), parse_limit(request.limit), local_date(limit.started_at))
    clock = draft.ruled(limit.model_copy(update={"limit": total.text}))
    draft.change(limit=clock)
    draft.run(clock, draft.block.reminders)
    draft.show(Light.GREEN)
    draft.note_clock(
        ActName.EXTENSION_GRANTED, clock.model_copy(update={"rules": ("R14", *clock.rules)}), by=command.by,
        entry=rule, step=draft.block.name,
    )  # fmt: skip


def _suspend(draft: ProceedingDraft, command: Suspend) -> None:
    rule = "suspension"
    if draft.state.paused:
        raise Refused("已在中止计时 it is paused already", rule)
    reason = given(command.reason, "理由 reason", rule)
    if reason not in draft.block.pauses:
        accepted = "、".join(draft.block.pauses) or "无 none"
        raise Refused(f"此事由不扣除时间 no reason for not counting time: {reason};可接受 accepted: {accepted}", rule)
    if StepClockKind.STEP not in draft.state.clocks:
        raise Refused("时限已届满或不在计时 its limit runs no longer", rule)
    until, longest = parse_limit(given(command.until, "期限 until", rule)), draft.facts.policy.suspension_longest
    end, today, calendar = draft.clock(StepClockKind.PAUSE, until.text), local_date(draft.at), draft.facts.calendar
    if end.due_at <= draft.at:
        raise Refused("截止日不能早于现在 until lies in the past", rule)
    # In plain days: that its own end may be moved off a day off lengthens no pause.
    last = end.last_day if until.unit in WITHIN_A_DAY else validity_end(today, until, calendar)
    if last > validity_end(today, parse_limit(longest), calendar):
        raise Refused(f"中止最长 suspended for {longest} at most: {until.text}", rule)
    draft.pause(end)
    draft.say(ActName.SUSPENDED, by=command.by, reason=reason, entry=rule, due=end.due_at)


def _resume(draft: ProceedingDraft, command: Resume) -> None:
    if not draft.state.paused:
        raise Refused("未中止计时 it is not paused", "suspension")
    *before, last = draft.state.stops
    draft.stop(StepClockKind.PAUSE)
    draft.change(stops=(*before, last.model_copy(update={"to_at": draft.at})))
    for clock in draft.state.clocks.values():
        draft.run(draft.ruled(clock), draft.block.reminders if clock.kind is StepClockKind.STEP else ())
    running = draft.state.clocks.get(StepClockKind.STEP)
    if running is not None:
        draft.change(limit=running.model_copy(update={"reminders": ()}))
        draft.note_clock(ActName.RESUMED, running, by=command.by, entry="suspension", step=draft.block.name)
    else:
        draft.say(ActName.RESUMED, by=command.by, entry="suspension")


def _cancel(draft: ProceedingDraft, command: Cancel) -> None:
    reason = given(command.reason, "理由 reason", "cancellation")
    draft.leave("cancelled", command.by)
    draft.end(ProceedingStage.ABANDONED, reason, command.by)


def _link(draft: ProceedingDraft, command: Link) -> None:
    """It goes on with another one, which learns of it; refused where that one is unknown, of another kind or ended."""
    state, rule = draft.state, "link"
    to = given(command.to, "关联到 to", rule)
    reason = given(command.reason, "理由 reason", rule)
    if to == state.id:
        raise Refused("不能与自身关联 not to itself", rule)
    other = draft.facts.other_proceeding(to)
    if other is None or other.terms is None:
        raise Refused(f"没有该程序事项 unknown proceeding: {to}", rule)
    if other.id.partition("/")[0] != state.id.partition("/")[0]:
        raise Refused(f"只能与同类事项关联 only to one of its kind: {to}", rule)
    if other.over:
        instead = f";可接受 accepted: {other.linked_to}" if other.linked_to else ""
        raise Refused(f"该事项已办结,不能再关联 it has ended: {to}{instead}", rule)
    draft.change(linked_to=to)
    told = (parties.holders(other, draft.facts.directory), parties.of_organ(other.terms.lead, draft.facts.directory))
    draft.say(ActName.LINKED, by=command.by, subject=to, reason=reason, entry=rule, also=(*told[0], *told[1]))
    for linked in (state.id, *state.links):
        draft.relay(to, ProceedingLinked(linked=linked))
    draft.leave("linked", command.by)
    draft.end(ProceedingStage.LINKED, by=command.by)


def _follow_up(draft: ProceedingDraft, command: FollowUp) -> None:
    """Whoever asked has more to say: it is told to who has it in hand, and changes no clock."""
    rule = "follow_up"
    if draft.state.id.partition("/")[0] != "petition":
        raise Refused("只可对群众诉求补充 only to a petition", rule)
    given(command.text, "内容 text", rule)
    _one_of_its_own(draft, command.about, rule)
    draft.say(ActName.FOLLOWED_UP, by=command.by, subject=command.about, entry=rule)


def _one_of_its_own(draft: ProceedingDraft, about: str | None, rule: str) -> None:
    if about is not None and about not in draft.state.links:
        raise Refused(f"该件未与本件关联 not linked to this one: {about}", rule)


def _rate(draft: ProceedingDraft, command: Rate) -> None:
    """Whoever asked judges the answer, from the call back on: told to who has it in hand; no step is taken by it."""
    rule = "rating"
    if not any(isinstance(one, Feedback) for one in draft.plan.steps[: draft.state.step + 1]):
        raise Refused("答复之后、办结之前方可评价 only once it was answered, and before it has ended", rule)
    if command.satisfied is None:
        raise Refused("缺少评价 satisfied must be true or false", rule)
    if not command.satisfied:
        given(command.text, "不满意的原因 text", rule)
    _one_of_its_own(draft, command.about, rule)
    value = Satisfaction.SATISFIED if command.satisfied else Satisfaction.DISSATISFIED
    draft.say(ActName.RATED, by=command.by, subject=command.about, value=value.value, entry=rule)


_COMMANDS: dict[type, Callable[[ProceedingDraft, Any], None]] = {
    RequestExtension: _request_extension,
    DecideExtension: _decide_extension,
    Suspend: _suspend,
    Resume: _resume,
    Cancel: _cancel,
    Link: _link,
    FollowUp: _follow_up,
    Rate: _rate,
}


# --- time -----------------------------------------------------------------------------------------------------------


def _strike(draft: ProceedingDraft, due: StepDue, now: datetime) -> None:
    """Work off one clock or reminder that is due; the draft stands at its instant. `now` is when that happens."""
    clock = draft.state.clocks[due.kind]
    if due.reminder is not None:
        draft.start(clock.model_copy(update={"reminders": clock.reminders[1:]}))
        draft.say(ActName.REMINDED, days_left=due.reminder.days_left, entry="reminders", rules=("R17",))
        if draft.state.light is Light.GREEN:
            draft.show(Light.YELLOW)
        return
    draft.stop(due.kind)
    if due.kind is StepClockKind.STEP:
        _missed(draft, clock)
    elif due.kind is StepClockKind.AGAIN:
        if draft.block.missed.urge is not None and not draft.state.urged:
            draft.urge(clock)
        else:
            draft.overdue(clock)
    elif due.kind is StepClockKind.PAUSE:
        draft.say(ActName.SUSPENSION_OVERDUE, entry="suspension", also=(draft.terms.leader,))
    else:
        block = next(one for one in draft.plan.steps if one.name == clock.step)
        draft.now = now
        draft.blocks[type(block)].struck[due.kind](draft, clock)


def _missed(draft: ProceedingDraft, clock: StepClock) -> None:
    """The step's limit has passed: a pending request lapses; then what the procedure says."""
    state, missed = draft.state, draft.block.missed
    if state.extension is not None and state.extension.state is ExtensionState.PENDING:
        draft.change(extension=state.extension.model_copy(update={"state": ExtensionState.LAPSED}))
        draft.say(ActName.EXTENSION_LAPSED, entry="extension")
    draft.show(Light.RED)
    draft.overdue(clock)
    match missed.then:
        case Then.CONSENT:
            silence = draft.blocks[type(draft.block)].silence
            if silence is not None:
                silence(draft)
        case Then.LAPSE:
            draft.leave("lapsed")
            draft.end(ProceedingStage.EXPIRED)
        case Then.NEXT:
            draft.take("missed")
        case Then.WAIT:
            draft.blocks[type(draft.block)].missed(draft)


def _rule_again(draft: ProceedingDraft) -> None:
    """A calendar notice was loaded: later dates move a clock, earlier ones do not; a miss it denies is taken back."""
    state = draft.state
    if state.terms is None:
        return
    for clock in tuple(state.clocks.values()):
        new = draft.ruled(clock)
        if new.due_at > clock.due_at:
            draft.run(new, draft.block.reminders if clock.kind is StepClockKind.STEP or clock.reminders else ())
        elif new.due_at == clock.due_at and new.provisional != clock.provisional:
            draft.start(new.model_copy(update={"reminders": clock.reminders}))
        else:
            continue
        running = draft.state.clocks[clock.kind]
        if clock.kind is StepClockKind.STEP:
            draft.change(limit=running.model_copy(update={"reminders": ()}))
        draft.note_clock(ActName.CALENDAR_RECOMPUTED, running, entry="calendar", step=clock.step)
    if not state.over:
        _take_back(draft)


def _take_back(draft: ProceedingDraft) -> None:
    """Where the step under way was missed under a calendar that now ends it later, it was not missed (W7)."""
    state, limit = draft.state, draft.state.limit
    if not state.missed or limit is None:
        return
    new = draft.ruled(limit)
    if new.due_at <= limit.due_at:
        return
    draft.change(missed=0, late=False, urged=False, limit=new)
    draft.stop(StepClockKind.AGAIN)
    draft.say(ActName.FINDING_WITHDRAWN, reason=ActName.STEP_OVERDUE.value, entry="calendar")
    for case in state.cases:
        if case.open:
            draft.relay(case.id, DropCase(message_id=f"{case.id}:finding_withdrawn"))
    draft.run(new, draft.block.reminders)
    draft.show(Light.GREEN)


def _heard_of_case(draft: ProceedingDraft, concluded: CaseConcluded) -> None:
    """A case proposed from here has come to an end."""
    cases = draft.state.cases
    case = next((case for case in cases if case.id == concluded.case), None)
    if case is None:
        return
    closed = case.model_copy(update={"open": False})
    draft.change(cases=tuple(closed if other.id == case.id else other for other in cases))
    draft.note(
        ActName.ACCOUNTABILITY_CONCLUDED, subject=concluded.subject, reason=concluded.how.value, entry="proposal"
    )


def _heard_of_link(draft: ProceedingDraft, linked: ProceedingLinked) -> None:
    """Another one goes on with this one: it is kept beside it, so that whoever asked there gets this one's answer."""
    state = draft.state
    if state.terms is None or linked.linked in state.links:
        return
    links = (*state.links, linked.linked)
    draft.change(links=links)
    draft.note(ActName.LINKED, subject=linked.linked, count=len(links), entry="link")
