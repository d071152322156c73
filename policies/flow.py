"""How does a procedure run? Its stages, what can be said in each and by whom, which clocks run and what their end does.

Nothing of it is written down: a matter and a case are walked through the rules themselves under the policy, every
command said plainly by every post and every clock run out, until nothing new is met. Another number, another step or
another rule gives another picture. For drawings and lists; engine.md 3, 4.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, get_args

from models.acts import ActName
from models.case_messages import CaseCommand, OpenCase
from models.cases import CaseStage, CaseState
from models.contract import is_case
from models.directory import Organ
from models.matters import ClockKind, ExtensionState, MatterState, MatterTerms, Severity, Stage, Urgency
from models.messages import MatterCommand, Registration
from models.policy import Policy
from policies import case_timers, timers
from policies.access import may, name_of
from policies.calendar import CalendarError, standard_calendar
from policies.case_drafts import CaseDraft
from policies.case_timers import STRIKES
from policies.counting import counting
from policies.deadlines import SHANGHAI
from policies.directory import Directory
from policies.drafting import Facts
from policies.drafts import Draft
from policies.machines import State, blank, step
from policies.procedures import load_text
from policies.relations import relations

BEGIN = "begin"
"""Where everything begins: nothing is registered or proposed yet."""

_START = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
_LATER = timedelta(minutes=1)
_MOST = 220
_TEXT = "试问"

_TOP, _LEADING, _OFFICE, _LEAD, _CO, _NEW = "上级", "政府", "督办单位", "牵头单位", "协办单位", "转往单位"
_OTHER = "其他机关"
_ORGANS = (
    Organ(name=_TOP, head="上级负责人", handler="上级承办岗"),
    Organ(name=_LEADING, head="领导", handler="政府承办岗", parent=_TOP),
    Organ(name=_OFFICE, head="督办负责人", handler="督办岗", parent=_LEADING),
    Organ(name=_LEAD, head="牵头负责人", handler="牵头岗", parent=_LEADING),
    Organ(name=_CO, head="协办负责人", handler="协办岗", parent=_LEADING),
    Organ(name=_NEW, head="转往负责人", handler="转往岗", parent=_LEADING),
    Organ(name=_OTHER, head="会议成员", handler="复核岗", parent=_LEADING, independent=True),
)
WHO: Mapping[str, tuple[str, str]] = {
    "督办岗": ("督办单位", "the office"),
    "领导": ("批准领导", "the leader"),
    "牵头岗": ("牵头单位", "the lead"),
    "牵头负责人": ("牵头单位主要负责人", "the head of the lead"),
    "协办岗": ("协办单位", "a co-handler"),
    "转往岗": ("转往单位", "the organ asked to take over"),
    "会议成员": ("会议成员", "a member of the panel"),
    "复核岗": ("复核人员", "a reviewer"),
    "上级负责人": ("上级", "the organ above"),
}
"""The posts that speak in the walk, and whom each stands for."""

_SPEAKERS = tuple(WHO)

# By what right these may be said depends on what they name.
_NAMING = frozenset({"vote", "recuse", "investigate", "propose"})


@dataclass(frozen=True, slots=True)
class Timer:
    """A clock that runs in a stage: its limit by urgency (one entry, "", where it is the same), and what its end does.

    `acts` happen when it ends, `to` is the stage then (the same one, where it stays).
    """

    kind: str
    limits: tuple[tuple[str, str], ...]
    acts: tuple[ActName, ...]
    to: str


@dataclass(frozen=True, slots=True)
class Move:
    """A command that is admitted in a stage: by whom (keys of WHO), and the stage it leads to."""

    do: str
    by: tuple[str, ...]
    to: str


@dataclass(frozen=True, slots=True)
class Place:
    """A stage: what runs in it, and what may be said in it; those that lead elsewhere first."""

    stage: str
    timers: tuple[Timer, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """A procedure as it runs: its stages, from where it begins, in the order of models/matters.py and cases.py."""

    places: tuple[Place, ...]


_Step = Callable[[State, Facts, datetime], State | None]


@dataclass(slots=True)
class _Node:
    """A state that was met, when, and by which steps from the beginning."""

    state: State
    at: datetime
    path: tuple[_Step, ...] = ()


_Words = Callable[[str, State, Policy], list[dict[str, Any]]]


@dataclass(slots=True)
class _Walk:
    """What a walk has met: by stage in order, the clocks and commands of each."""

    target: str
    policy: Policy
    facts: Facts
    commands: Mapping[str, Any]
    words: _Words
    ends: dict[str, dict[tuple[str, str], tuple[str, tuple[ActName, ...], tuple[_Step, ...]]]] = field(
        default_factory=dict
    )
    said: dict[str, dict[tuple[str, str], list[str]]] = field(default_factory=dict)
    queue: deque[_Node] = field(default_factory=deque)
    known: set[object] = field(default_factory=set)

    def meet(self, node: _Node, take: _Step, state: State, at: datetime) -> None:
        """Walk on from here, if it is new and shows something."""
        key = _key(state)
        if key is not None and key not in self.known and len(self.known) < _MOST:
            self.known.add(key)
            self.queue.append(_Node(state, at, (*node.path, take)))

    def wait(self, node: _Node) -> None:
        """Let each clock that runs here run out."""
        stage = node.state.stage
        for clock in tuple(node.state.clocks.values()):
            struck = _struck(node.state, clock.kind.value, self.facts)
            if struck is None:
                continue
            after, acts = struck
            if not acts and after.stage == stage:
                continue
            self.ends[stage.value].setdefault((clock.kind.value, after.stage.value), (clock.limit, acts, node.path))
            self.meet(node, _end_of(clock.kind.value), after, clock.due_at)

    def speak(self, node: _Node) -> None:
        """Let every post say everything here that it may."""
        at = node.at + _LATER
        standing = step(node.state, None, at, self.facts).state
        if standing.stage != node.state.stage:
            return
        for by in _SPEAKERS:
            held = relations(by, standing, self.facts.directory)
            for do, kind in self.commands.items():
                if do in _NAMING or may(name_of(do, self.target), held):
                    for fields in self.words(do, standing, self.policy):
                        message = kind.model_validate({"message_id": f"{do}:{by}", "by": by, **fields})
                        self._say(node, standing, message, at)

    def _say(self, node: _Node, standing: State, message: Any, at: datetime) -> None:
        take = _said(message)
        heard = take(standing, self.facts, at)
        if heard is not None:
            posts = self.said[node.state.stage.value].setdefault((message.do, heard.stage.value), [])
            if message.by not in posts:
                posts.append(message.by)
            self.meet(node, take, heard, at)


@lru_cache(maxsize=32)
def flows(text: str, file: str, on: date) -> tuple[Flow, Flow | None]:
    """How a matter runs under the procedure written in `text`, by its values of the day `on`, and how a case does.

    No flow of a case where the procedure has none. Raises DocumentError and LookupError as policies/procedures.py does.
    """
    policy = load_text(text, file).in_force(on)
    registered = [_said(_registration(policy, basis)) for basis in ("", *sorted(policy.bases_without_approval)[:1])]
    matter = _flow("m1", policy, registered, _kinds(MatterCommand), _matter_words)
    if policy.case_filing is None:
        return matter, None
    return matter, _flow("m1/case1", policy, _openings(), _kinds(CaseCommand), _case_words)


def _kinds(commands: Any) -> dict[str, Any]:
    return {str(kind.model_fields["do"].default): kind for kind in get_args(commands)}


def _flow(target: str, policy: Policy, first: list[_Step], commands: Mapping[str, Any], words: _Words) -> Flow:
    walk = _Walk(target, policy, _facts(policy, Urgency.PLAIN), commands, words)
    beginning = _Node(blank(target), _START)
    walk.said[BEGIN] = {}
    for take in first:
        begun = take(beginning.state, walk.facts, _START)
        if begun is not None:
            do = "propose" if isinstance(begun, CaseState) else "register"
            walk.said[BEGIN].setdefault((do, begun.stage.value), ["督办岗"])
            walk.meet(beginning, take, begun, _START)
    while walk.queue:
        node = walk.queue.popleft()
        stage = node.state.stage.value
        walk.ends.setdefault(stage, {})
        walk.said.setdefault(stage, {})
        walk.wait(node)
        walk.speak(node)
    known = CaseStage if is_case(target) else Stage
    order = [BEGIN, *(stage.value for stage in known)]
    return Flow(tuple(_place(target, stage, walk, policy) for stage in sorted(walk.said, key=order.index)))


def _place(target: str, stage: str, walk: _Walk, policy: Policy) -> Place:
    ends = [
        Timer(kind, _limits(target, kind, limit, path, policy), acts, to)
        for (kind, to), (limit, acts, path) in walk.ends.get(stage, {}).items()
    ]
    moves = [Move(do, tuple(by), to) for (do, to), by in walk.said[stage].items()]
    return Place(
        stage,
        tuple(sorted(ends, key=lambda one: one.to == stage)),
        tuple(sorted(moves, key=lambda one: one.to == stage)),
    )


def _limits(target: str, kind: str, plain: str, path: tuple[_Step, ...], policy: Policy) -> tuple[tuple[str, str], ...]:
    """The limit of a clock by urgency: the same way is gone again in a matter of each. A case has none."""
    if is_case(target):
        return (("", plain),)
    if kind == ClockKind.SUSPENSION:
        # Until a day that is named; the procedure says how far off it may be.
        return (("", policy.suspension_longest),)
    found: dict[str, str] = {Urgency.PLAIN.value: plain}
    for urgency in (Urgency.URGENT, Urgency.MOST_URGENT):
        facts, at = _facts(policy, urgency), _START
        state: State | None = blank(target)
        for take in path:
            if state is None:
                break
            state = take(state, facts, at)
            at += _LATER
        clock = next((one for one in state.clocks.values() if one.kind == kind), None) if state else None
        found[urgency.value] = clock.limit if clock is not None else plain
    return (("", plain),) if len(set(found.values())) == 1 else tuple(found.items())


def _key(state: State) -> object:
    """What tells two states apart in the picture; None for one that shows nothing more."""
    parts: list[object] = [state.stage]
    if isinstance(state, MatterState):
        # Whatever else runs beside, one question that waits for its answer at a time shows how it is answered.
        waiting = [
            state.suspended, bool(state.extension and state.extension.state is ExtensionState.PENDING),
            state.contested_at is not None, state.transfer is not None, state.objection is not None,
            state.circulation is not None,
        ]  # fmt: skip
        if sum(waiting) > 1 + (state.transfer is not None):
            return None
        parts += [*waiting, ClockKind.SIGNING in state.clocks, ClockKind.SIGN_REMINDER in state.clocks]
    elif isinstance(state, CaseState):
        parts += [
            frozenset(state.clocks), frozenset(vote.choice for vote in state.votes), len(state.votes),
            state.unanswered, state.service is None, state.execution is None, state.severity,
        ]  # fmt: skip
    return tuple(parts)


# --- the steps of a walk ----------------------------------------------------------------------------------------------


def _said(message: Any) -> _Step:
    def take(state: State, facts: Facts, at: datetime) -> State | None:
        said = message
        if isinstance(message, Registration):
            said = message.model_copy(update={"urgency": facts.policy.default_urgency.value})
        at = max(at, *(clock.started_at for clock in state.clocks.values())) if state.clocks else at
        try:
            result = step(state, said, at, facts)
        except (CalendarError, ValueError):
            return None
        accepted = result.outcome is None or result.outcome.accepted
        return result.state if accepted and result.state != state else None

    return take


def _end_of(kind: str) -> _Step:
    def take(state: State, facts: Facts, _at: datetime) -> State | None:
        struck = _struck(state, kind, facts)
        return struck[0] if struck else None

    return take


def _struck(state: State, kind: str, facts: Facts) -> tuple[State, tuple[ActName, ...]] | None:
    """The state once this clock has run out, and what happened then; None beyond the calendar."""
    try:
        if isinstance(state, CaseState):
            case_clock = next(one for one in state.clocks.values() if one.kind == kind)
            case = CaseDraft(state, case_clock.due_at, facts)
            case_timers.strike(case, case_clock, STRIKES)
            case_timers.archive_when_free(case)
            return case.state, tuple(dict.fromkeys(one.act for one in case.acts))
        if isinstance(state, MatterState):
            clock = next(one for one in state.clocks.values() if one.kind == kind)
            draft = Draft(state, clock.due_at, facts)
            timers.strike_clock(draft, clock)
            return draft.state, tuple(dict.fromkeys(one.act for one in draft.acts))
    except (CalendarError, StopIteration):
        return None
    return None


def _facts(policy: Policy, urgency: Urgency) -> Facts:
    facts = Facts(
        policy=policy.model_copy(update={"default_urgency": urgency}),
        calendar=standard_calendar(),
        counting=counting(_START.date()),
        directory=Directory(_ORGANS),
        measures_decided=lambda *_: 0,
    )
    twin = step(blank("m2"), _registration(policy, min(policy.bases_without_approval)), _START, facts).state
    return replace(facts, other=lambda name: twin if name == "m2" and isinstance(twin, MatterState) else None)


def _registration(policy: Policy, basis: str) -> Registration:
    return Registration(
        message_id="register",
        by="督办岗",
        title=_TEXT,
        lead=_LEAD,
        office=_OFFICE,
        leader="领导",
        co=(_CO,),
        basis=basis or "其他",
        panel=("领导", "会议成员"),
        reviewers=("复核岗",),
        report_every=next(iter(policy.report_every), None),
    )


def _openings() -> list[_Step]:
    """A case that needs an investigation, one that rests on a clock on record, and one of the gravest failures."""
    kinds = ((False, Severity.ORDINARY), (True, Severity.ORDINARY), (True, Severity.GRAVE))
    return [_said(_opening(severity, recorded=recorded)) for recorded, severity in kinds]


def _opening(severity: Severity, *, recorded: bool) -> OpenCase:
    terms = MatterTerms(
        title=_TEXT, lead=_LEAD, office=_OFFICE, leader="领导", limit="5wd", basis="", urgency=Urgency.PLAIN,
        severity=severity, panel=("领导", "会议成员"), reviewers=("复核岗",),
    )  # fmt: skip
    return OpenCase(
        message_id="opening", matter_id="m1", subject="牵头负责人", severity=severity, terms=terms,
        recorded_overdue=recorded,
    )  # fmt: skip


# --- what is said -----------------------------------------------------------------------------------------------------


def _matter_words(do: str, state: State, policy: Policy) -> list[dict[str, Any]]:
    assert isinstance(state, MatterState)  # noqa: S101 - of a matter's walk
    reason = {"reason": _TEXT}
    day = state.limit.last_day if state.limit else _START.date()
    match do:
        case "approve" | "decide_extension":
            return [{"granted": True}, {"granted": False, **reason}]
        case "request_extension":
            return [{"limit": "1wd", **reason}]
        case "suspend":
            return [{"until": (day - timedelta(days=3)).isoformat(), **reason}]
        case "submit":
            return [{"text": _TEXT, "without_co": _TEXT}]
        case "verify":
            shown = {"method": "document", "evidence": {"document": _TEXT}}
            return [{"passed": True, **shown, **reason}, {"passed": False, **reason}]
        case "decide_objection":
            return [{"upheld": True, "to": _NEW, **reason}, {"upheld": False, **reason}]
        case "request_transfer":
            return [{"to": _NEW, **reason}]
        case "split":
            return [{"children": [{"title": _TEXT, "lead": _CO, "limit": "1wd"}], **reason}]
        case "raise_urgency":
            return [{"urgency": Urgency.URGENT.value, **reason}]
        case "merge":
            return [{"into": "m2", **reason}]
        case "propose":
            return [{"subject": "牵头负责人", "facts": _TEXT, **reason}]
        case "correct":
            return [{"entry": 1, "text": _TEXT, **reason}]
        case "sign" | "report_progress":
            return [{"text": _TEXT}] if do == "report_progress" else [{}]
        case "object" | "urge" | "summon" | "circulate" | "praise":
            return [{"text": _TEXT}]
    return [reason]


_PROOF = {
    "kind": "", "persons": ["领导", "牵头负责人"], "place": _TEXT, "time": _TEXT, "content": _TEXT, "letter": _TEXT,
    "order": _TEXT, "notice": "1", "report": "1", "verification": "1", "medium": _TEXT, "text": _TEXT,
    "receipt": _TEXT, "reply": "同意",
}  # fmt: skip


def _case_words(do: str, state: State, policy: Policy) -> list[dict[str, Any]]:
    reason = {"reason": _TEXT}
    match do:
        case "investigate":
            return [{"posts": ["政府承办岗", "协办岗"], "text": _TEXT}]
        case "notify_facts":
            return [{"text": _TEXT, "receipt": _TEXT}]
        case "vote":
            return [{"choice": choice, **reason} for choice in ("proposed", "dismiss")] + [
                {"choice": "exempt", "criterion": "不可抗力", **reason}
            ]
        case "decide":
            return [{}, {"choice": "dismiss", **reason}]
        case "serve":
            return [{"receipt": _TEXT}]
        case "execute":
            return [{"evidence": _PROOF}, {"document": _TEXT, "adopted": False}]
        case "decide_review":
            return [{"outcome": "upheld"}, {"outcome": "revoked", **reason}]
        case "refer":
            return [{"track": "Z1", "to": _TOP, "document": _TEXT, "receipt": _TEXT}]
        case "file" | "waive_statement" | "record":
            return [{}]
        case "give_statement" | "answer_statement" | "request_review":
            return [{"text": _TEXT}]
        case "propose":
            return []
    return [reason]
