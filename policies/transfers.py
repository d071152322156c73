"""Whose matter is it? Objections to an assignment, and transfers from one lead to another (engine.md 3.2, 3.6).

Nothing passes to another organ by silence: until the new lead has accepted, the first receiver stays responsible.
"""

from collections.abc import Callable
from typing import Any

from models.acts import ActName
from models.matters import ClockKind, Stage, Transfer
from models.messages import AcceptTransfer, ObjectAssignment, RefuseTransfer, RequestTransfer, UpholdAssignment
from policies.authority import Refused, given, offered
from policies.drafts import Draft

# --- who may say it, and when -----------------------------------------------------------------------------------------


def _object_assignment(draft: Draft, command: ObjectAssignment) -> None:
    rule, state = "assignment", draft.state
    window = offered(draft.facts.policy.assignment_objection)
    given(command.reason, "异议理由 reason", rule)
    if state.contested_at is not None:
        raise Refused("已提出异议,待督办单位答复 an objection to the assignment is pending", rule)
    if state.signed_at is not None or state.lead_since is not None:
        raise Refused("已签收或已接受转办的不得退回 an accepted matter cannot be sent back", rule)
    assigned_at = max(at for at in (state.assigned_at, state.registered_at) if at is not None)
    now = state.stops[-1].from_at if state.suspended else draft.at
    if draft.clock(ClockKind.ASSIGNMENT_OBJECTION, window, assigned_at).due_at <= now:
        raise Refused(f"交办已超过{window} the assignment is more than {window} old", rule)


def _uphold_assignment(draft: Draft, command: UpholdAssignment) -> None:
    contested(draft)


def contested(draft: Draft) -> None:
    """Refuse where no objection to the assignment awaits an answer."""
    if draft.state.contested_at is None:
        raise Refused("没有待答复的交办异议 no objection to the assignment is pending", "assignment")


def _request_transfer(draft: Draft, command: RequestTransfer) -> None:
    transferable(draft, command.to)


def transferable(draft: Draft, to: str | None) -> None:
    """Refuse a transfer that cannot be asked for now, or not to this organ."""
    rule, terms = "transfer", draft.terms
    offered(draft.facts.policy.transfer)
    if draft.state.transfer is not None:
        raise Refused(f"已申请转办至 {draft.state.transfer.to},待其答复 a transfer is pending", rule)
    if ClockKind.LIMIT not in draft.state.clocks:
        raise Refused("只能在时限运行期间转办 only while the limit runs", rule)
    if draft.facts.directory.find(given(to, "转往单位 to", rule)) is None:
        raise Refused(f"名录中没有该单位 unknown organ: {to}", rule)
    if to == terms.lead:
        raise Refused(f"该单位已是牵头单位 already the lead: {to}", rule)
    if to in terms.co:
        raise Refused(f"牵头单位不能同时是协办单位 the new lead is a co-handler: {to}", rule)


def _transfer_pending(draft: Draft, command: AcceptTransfer | RefuseTransfer) -> None:
    if draft.state.transfer is None:
        raise Refused("没有待答复的转办 no transfer is pending", "transfer")


def _accept_transfer(draft: Draft, command: AcceptTransfer) -> None:
    if ClockKind.LIMIT not in draft.state.clocks:
        raise Refused("时限已过或已报结,不能接受转办 the limit no longer runs", "transfer")


def _refuse_transfer(draft: Draft, command: RefuseTransfer) -> None:
    """A pending transfer may be refused at any time."""


BEFORE: dict[type, Callable[[Draft, Any], None]] = {
    AcceptTransfer: _transfer_pending,
    RefuseTransfer: _transfer_pending,
}
"""What is asked before the right to speak."""

CHECKS: dict[type, Callable[[Draft, Any], None]] = {
    ObjectAssignment: _object_assignment,
    UpholdAssignment: _uphold_assignment,
    RequestTransfer: _request_transfer,
    AcceptTransfer: _accept_transfer,
    RefuseTransfer: _refuse_transfer,
}

# --- what it does -----------------------------------------------------------------------------------------------------


def _contest(draft: Draft, command: ObjectAssignment) -> None:
    draft.change(contested_at=draft.at)
    answer = draft.clock(ClockKind.ASSIGNMENT_OBJECTION, offered(draft.facts.policy.assignment_decision))
    draft.start(answer)
    draft.note(ActName.ASSIGNMENT_OBJECTED, by=command.by, reason=command.reason, entry="assignment")


def _uphold(draft: Draft, command: UpholdAssignment) -> None:
    uphold(draft, command.by, command.reason)


def uphold(draft: Draft, by: str | None, reason: str | None) -> None:
    """The matter stays with its lead."""
    settle_contest(draft)
    draft.note(ActName.ASSIGNMENT_UPHELD, by=by, reason=reason, entry="assignment")


def settle_contest(draft: Draft) -> None:
    """No objection to the assignment awaits an answer any more, nor a transfer that was to be the answer."""
    draft.stop(ClockKind.ASSIGNMENT_OBJECTION)
    draft.change(contested_at=None)
    if draft.state.transfer is not None and draft.state.transfer.objection:
        drop(draft)


def _request(draft: Draft, command: RequestTransfer) -> None:
    ask(draft, command.to or "", command.by, command.reason)


def ask(draft: Draft, to: str, by: str | None, reason: str | None) -> None:
    """Ask the organ `to` whether it takes the matter over; an objection to the assignment waits for its answer."""
    contest = draft.state.contested_at is not None
    draft.stop(ClockKind.ASSIGNMENT_OBJECTION)
    draft.change(transfer=Transfer(to=to, requested_at=draft.at, objection=contest))
    answer = draft.clock(ClockKind.TRANSFER, offered(draft.facts.policy.transfer))
    draft.start(answer)
    draft.note(ActName.TRANSFER_REQUESTED, by=by, reason=reason, subject=to, entry="transfer")


def _accept(draft: Draft, command: AcceptTransfer) -> None:
    """The new lead has the limit that runs, and signs anew; a responsible post of another organ is no longer named."""
    transfer, limit = draft.state.transfer, draft.state.limit
    if transfer is None or limit is None:
        raise ValueError(f"{draft.state.id} has no transfer to accept")
    told = {"by": command.by, "reason": command.reason, "subject": transfer.to}
    if draft.state.suspended:
        draft.note(ActName.TRANSFER_ACCEPTED, entry="transfer", **told)
    else:
        draft.note_clock(ActName.TRANSFER_ACCEPTED, limit, entry="transfer", **told)
    terms, serves = draft.terms, draft.facts.directory.serves
    responsible = terms.responsible if serves(terms.responsible, transfer.to) else None
    settle_contest(draft)
    drop(draft)
    draft.change(
        terms=terms.model_copy(update={"lead": transfer.to, "responsible": responsible}),
        lead_since=draft.at,
        signed_at=None,
    )
    draft.stop(ClockKind.SIGN_REMINDER)
    draft.start(draft.clock(ClockKind.SIGNING, draft.facts.policy.signing[terms.urgency]))


def _refuse(draft: Draft, command: RefuseTransfer) -> None:
    fall_back(draft, ActName.TRANSFER_REFUSED, command.by, command.reason)


def fall_back(draft: Draft, act: ActName, by: str | None = None, reason: str | None = None) -> None:
    """The transfer comes to nothing; an objection to the assignment that waited for it is the office's again."""
    transfer = draft.state.transfer
    if transfer is None:
        raise ValueError(f"{draft.state.id} has no transfer")
    draft.note(act, by=by, reason=reason, subject=transfer.to, entry="transfer")
    drop(draft)
    if transfer.objection and draft.state.contested_at is not None and draft.state.stage is Stage.RUNNING:
        decision = offered(draft.facts.policy.assignment_decision)
        draft.start(draft.clock(ClockKind.ASSIGNMENT_OBJECTION, decision))


def drop(draft: Draft) -> None:
    """No transfer awaits an answer any more."""
    draft.stop(ClockKind.TRANSFER)
    draft.change(transfer=None)


EFFECTS: dict[type, Callable[[Draft, Any], None]] = {
    ObjectAssignment: _contest,
    UpholdAssignment: _uphold,
    RequestTransfer: _request,
    AcceptTransfer: _accept,
    RefuseTransfer: _refuse,
}
