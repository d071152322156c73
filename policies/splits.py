"""How does a matter fall into child matters, and what do they have to do with each other? (engine.md 3.10).

A child has its own lead, clocks and cases and inherits the rest. The parent shows the worst light of itself and its
open children and waits for them; splits nest.
"""

from collections.abc import Callable
from typing import Any

from models.acts import ActName
from models.matters import ChildBrief, MatterState, Stage
from models.messages import Child, ChildMoved, ParentCancelled, Registration, Split
from policies import cases
from policies.authority import Refused
from policies.drafts import ENDED, Draft
from policies.registration import register

_RULE = "split"
_SPLITTABLE = frozenset({Stage.RUNNING, Stage.SUPERVISED, Stage.RECTIFYING, Stage.RETURNED})


def _split(draft: Draft, command: Split) -> None:
    """Refuse a split that cannot be made now, or any child that could not be registered."""
    if "split" not in draft.facts.policy.office_commands:
        raise Refused("现行程序未开通此操作 this procedure does not offer: split", "procedure")
    if draft.state.stage not in _SPLITTABLE:
        raise Refused("已报结或尚未交办的不能分解 only a matter in hand is split", _RULE)
    if not command.children:
        raise Refused("缺少分解的子项 children is required", _RULE)
    taken, twins = {draft.state.id}, dict[tuple[str | None, str | None], str]()
    for number, (child_id, registration) in enumerate(registrations(draft, command), 1):
        if child_id in taken or "/" in child_id or draft.facts.other(child_id) is not None:
            raise Refused(f"子项编号不可用或已有 the id of a child is taken or unusable: {child_id}", _RULE)
        named = (registration.lead, registration.title)
        twin = twins.get(named) or draft.facts.twin(registration.lead or "", registration.title or "")
        try:
            register(Draft(MatterState(id=child_id, stage=Stage.REFUSED), draft.at, draft.facts), registration, twin)
        except Refused as refused:
            raise Refused(f"第{number}个子项 child {number}: {refused.reason}", refused.rule) from refused
        taken.add(child_id)
        twins[named] = child_id


def child_ids(state: MatterState, command: Split) -> list[str]:
    """The id of each child: the one given, else the matter's with a number."""
    first = len(state.children) + 1
    return [child.id or f"{state.id}-{number}" for number, child in enumerate(command.children, first)]


def registrations(draft: Draft, command: Split) -> list[tuple[str, Registration]]:
    """The children as matters to be registered, each with its id."""
    first = len(draft.state.children) + 1
    named = zip(child_ids(draft.state, command), command.children, strict=True)
    return [
        (child_id, _registration(draft, command, child, number))
        for number, (child_id, child) in enumerate(named, first)
    ]


def _registration(draft: Draft, command: Split, child: Child, number: int) -> Registration:
    state, terms = draft.state, draft.terms
    of_the_office = draft.facts.directory.serves(command.by, terms.office)
    return Registration(
        message_id=f"split:{state.id}:{number}",
        by=command.by if of_the_office else None,
        policy=state.policy.partition("@")[0],
        title=child.title,
        lead=child.lead,
        co=child.co,
        limit=child.limit,
        report_every=child.report_every,
        responsible=child.responsible,
        requirement=child.requirement,
        office=terms.office,
        leader=terms.leader,
        urgency=terms.urgency.value,
        severity=terms.severity.value,
        panel=terms.panel,
        reviewers=terms.reviewers,
        public=terms.public,
        parent=state.id,
        root=state.family,
    )


CHECKS: dict[type, Callable[[Draft, Any], None]] = {Split: _split}


def _divide(draft: Draft, command: Split) -> None:
    children = registrations(draft, command)
    detail = {"children": [child_id for child_id, _ in children]}
    draft.note(ActName.SPLIT, by=command.by, reason=command.reason, detail=detail, entry=_RULE)
    own = draft.own_light
    briefs = {child_id: ChildBrief() for child_id, _ in children}
    draft.change(children={**draft.state.children, **briefs}, own_light=own)
    for child_id, registration in children:
        draft.relay(child_id, registration)


EFFECTS: dict[type, Callable[[Draft, Any], None]] = {Split: _divide}


def heard_of_child(draft: Draft, moved: ChildMoved) -> None:
    """A child has changed its light, or has ended; an ended parent keeps the light it ended with."""
    brief = ChildBrief(light=moved.light, open=moved.open)
    draft.change(children={**draft.state.children, moved.child: brief})
    if draft.state.stage not in ENDED:
        draft.show(draft.own_light)


def cancelled_with_parent(draft: Draft, cancelled: ParentCancelled) -> None:
    """The matter this one was split off is cancelled; what has ended already stays as it ended."""
    if draft.state.stage not in ENDED:
        cancel(draft, cancelled.by, cancelled.reason)


def cancel(draft: Draft, by: str | None, reason: str | None, *, end_cases: bool = False) -> None:
    """Cancel the matter with its open children; `end_cases` ends its open cases too."""
    if end_cases:
        cases.end_open_cases(draft, reason)
    for child in draft.state.open_children:
        draft.relay(child, ParentCancelled(by=by, reason=reason))
    draft.end(Stage.CANCELLED)
    draft.note(ActName.CANCELLED, by=by, reason=reason)


def tell_parent(draft: Draft, before: MatterState) -> None:
    """Let the parent know when the light that is shown, or whether the matter is open, has changed since `before`."""
    now = draft.state
    if now.parent is None:
        return
    shown = [(state.light, state.stage not in ENDED) for state in (before, now)]
    if shown[0] != shown[1] and before.terms is not None:
        light, open_ = shown[1]
        draft.relay(now.parent, ChildMoved(child=now.id, light=light, open=open_))
