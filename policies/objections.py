"""Was a conclusion right? Objections of the lead, their decision, reopening after a return visit (engine.md 3.9).

A conclusion is a return, an order to rectify, or a closing. An upheld objection withdraws the finding with whatever was
built on it; what is left to do runs anew from the decision.
"""

from collections.abc import Callable
from typing import Any

from models.acts import ActName
from models.matters import Clock, ClockKind, Conclusion, Finding, Light, Stage
from models.messages import DecideObjection, Object, Reopen
from policies import reruling, transfers
from policies.authority import Refused, given, offered
from policies.drafts import Draft
from policies.timers import archive_when_free

_RULE = "objection"
_ANEW = {
    ClockKind.RETURNED: ActName.RETURNED,
    ClockKind.SUPERVISION: ActName.SUPERVISED,
    ClockKind.RECTIFICATION: ActName.RECTIFICATION_ORDERED,
}

# --- who may say it, and when -----------------------------------------------------------------------------------------


def _object(draft: Draft, command: Object) -> None:
    window = offered(draft.facts.policy.objection)
    given(command.text, "异议内容 text", _RULE)
    if draft.state.objection is not None:
        raise Refused("已提出异议,待审定 an objection is pending", _RULE)
    conclusion = objected_to(draft, command)
    if conclusion.objected:
        raise Refused("对同一结论只能提出一次异议 one objection to a conclusion", _RULE)
    if draft.clock(ClockKind.OBJECTION, window, conclusion.at).due_at <= draft.at:
        raise Refused(f"结论作出已超过{window} the conclusion is more than {window} old", _RULE)


def objected_to(draft: Draft, command: Object) -> Conclusion:
    """The conclusion that the lead means: the one it names, else the latest; refuses where there is none."""
    made = draft.state.conclusions
    latest = max(made.values(), key=lambda conclusion: conclusion.at, default=None)
    meant = latest if command.about is None else made.get(command.about)
    if meant is None:
        accepted = "returned, rectification_ordered, closed"
        raise Refused(f"没有可异议的结论 no conclusion to object to;可接受 accepted: {accepted}", _RULE)
    return meant


def _objection_pending(draft: Draft, command: DecideObjection) -> None:
    if draft.state.contested_at is None and draft.state.objection is None:
        raise Refused("没有待审定的异议 no objection is pending", _RULE)


def _decide_objection(draft: Draft, command: DecideObjection) -> None:
    if command.upheld is None:
        raise Refused("须写明异议是否成立 upheld must be true or false", _RULE)
    if draft.state.contested_at is not None and command.upheld:
        transfers.transferable(draft, command.to)


def _reopen(draft: Draft, command: Reopen) -> None:
    rule, ended_at = "reopening", draft.state.ended_at
    window = offered(draft.facts.policy.reopening)
    if draft.state.stage is not Stage.CLOSED or ended_at is None:
        raise Refused("只有已销号的事项可以重新办理 only a closed matter is reopened", rule)
    given(command.reason, "回访情况 reason", rule)
    if draft.clock(ClockKind.ARCHIVE, window, ended_at).due_at <= draft.at:
        raise Refused(f"销号已超过{window} closed more than {window} ago", rule)


BEFORE: dict[type, Callable[[Draft, Any], None]] = {DecideObjection: _objection_pending}
"""What is asked before the right to speak."""

CHECKS: dict[type, Callable[[Draft, Any], None]] = {
    Object: _object,
    DecideObjection: _decide_objection,
    Reopen: _reopen,
}

# --- what it does -----------------------------------------------------------------------------------------------------


def _lodge(draft: Draft, command: Object) -> None:
    conclusion = objected_to(draft, command)
    objected = conclusion.model_copy(update={"objected": True})
    draft.change(conclusions={**draft.state.conclusions, conclusion.act: objected}, objection=objected)
    answer = draft.clock(ClockKind.OBJECTION, offered(draft.facts.policy.objection_decision))
    draft.start(answer)
    detail = {"text": command.text, "about": conclusion.act.value}
    draft.note(ActName.OBJECTION_LODGED, by=command.by, detail=detail, entry=_RULE)


def _decide(draft: Draft, command: DecideObjection) -> None:
    about = draft.state.objection
    if draft.state.contested_at is not None:
        _decide_contest(draft, command)
    elif about is not None:
        draft.stop(ClockKind.OBJECTION)
        draft.change(objection=None)
        detail = {"upheld": bool(command.upheld), "about": about.act.value}
        draft.note(ActName.OBJECTION_DECIDED, by=command.by, reason=command.reason, detail=detail, entry=_RULE)
        if command.upheld:
            _withdraw(draft, about)
        archive_when_free(draft)


def _decide_contest(draft: Draft, command: DecideObjection) -> None:
    if command.upheld:
        transfers.ask(draft, command.to or "", command.by, command.reason)
    else:
        transfers.uphold(draft, command.by, command.reason)


def _withdraw(draft: Draft, conclusion: Conclusion) -> None:
    """Withdraw the conclusion and what was built on it; the clock that led to it runs anew where the matter stands."""
    chains = reruling.chains(draft.state.findings)
    if conclusion.act is ActName.CLOSED:
        for chain in chains:
            reruling.withdraw_findings(draft, chain, _RULE)
    elif conclusion.act is ActName.RETURNED:
        missed = [chain for chain in chains if chain and chain[0].clock.started_at == conclusion.at]
        draft.note(ActName.FINDING_WITHDRAWN, reason=conclusion.act.value, entry=_RULE)
        for chain in missed:
            reruling.withdraw_findings(draft, chain, _RULE)
        running = draft.state.clocks.get(ClockKind.RETURNED)
        not_done = running is not None and running.started_at == conclusion.at
        if not_done or (missed and missed[-1] is chains[-1] and _escalating(draft)):
            _await_verification(draft)
    else:
        _withdraw_order(draft, conclusion, chains)
    if not any(reruling.chains(draft.state.findings)):
        draft.show(Light.GREEN)


def _withdraw_order(draft: Draft, conclusion: Conclusion, chains: list[list[Finding]]) -> None:
    for chain in chains:
        tail = [finding for finding in chain if finding.at >= conclusion.at]
        if not tail or tail[0].at != conclusion.at:
            continue
        missed, runs_on = tail[0].clock, chain is chains[-1] and _escalating(draft)
        anew = draft.clock(missed.kind, missed.limit)
        if runs_on:
            reruling.set_back(draft, tail, anew)
        reruling.withdraw_findings(draft, tail, _RULE)
        if runs_on:
            _tell_anew(draft, anew)


def _tell_anew(draft: Draft, anew: Clock) -> None:
    act = _ANEW[anew.kind]
    if draft.state.suspended:
        draft.note(act, entry=_RULE)
    else:
        draft.note_clock(act, anew, entry=_RULE)


def _escalating(draft: Draft) -> bool:
    return draft.state.stage in (Stage.SUPERVISED, Stage.RECTIFYING)


def _await_verification(draft: Draft) -> None:
    """The return was wrong: the report lies with the office again, which has its whole time anew."""
    draft.stop(ClockKind.RETURNED, ClockKind.SUPERVISION, ClockKind.RECTIFICATION, ClockKind.PROGRESS)
    draft.change(stage=Stage.SUBMITTED)
    draft.start(draft.clock(ClockKind.VERIFICATION, draft.facts.policy.verification))


def _reopened(draft: Draft, command: Reopen) -> None:
    clock = draft.clock(ClockKind.RETURNED, offered(draft.facts.policy.reopened))
    draft.stop(ClockKind.ARCHIVE)
    draft.change(stage=Stage.RETURNED, ended_at=None)
    draft.start(clock)
    draft.run_progress()
    draft.note_clock(ActName.REOPENED, clock, entry="reopening", by=command.by, reason=command.reason)
    draft.show(Light.GREEN)


EFFECTS: dict[type, Callable[[Draft, Any], None]] = {
    Object: _lodge,
    DecideObjection: _decide,
    Reopen: _reopened,
}
