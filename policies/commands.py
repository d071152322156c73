"""What does an admitted message do to a matter?

Each function notes the acts in the order in which they are read and moves the clocks that follow. Whether the message
is admitted is for policies/admissibility.py; what happens when nobody speaks for policies/timers.py.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from models.acts import ActName
from models.case_messages import CaseCommand
from models.matters import Clock, ClockKind, Extension, ExtensionState, Light, Stage
from models.messages import (
    Approve,
    Cancel,
    DecideExtension,
    MatterCommand,
    Object,
    ReportProgress,
    RequestExtension,
    RequestTransfer,
    Resume,
    Sign,
    Submit,
    Suspend,
    Verify,
)
from policies import cases, objections, office_commands, splits, transfers
from policies.admissibility import (
    extended_limit,
    pending,
    suspension_end,
)
from policies.deadlines import local_date
from policies.drafts import Draft
from policies.registration import assign

# What the lead says in the matter; saying whose matter it is not (an objection to the assignment) is no signature.
_OF_THE_LEAD = frozenset({ReportProgress, RequestExtension, RequestTransfer, Submit, Object})

# --- commands ---------------------------------------------------------------------------------------------------------


def apply(draft: Draft, command: MatterCommand | CaseCommand) -> None:
    """Carry out an admitted command; one of the lead's before signing signs too (engine.md 3.2)."""
    if type(command) in _OF_THE_LEAD and draft.facts.directory.serves(command.by, draft.terms.lead):
        _sign(draft, command)
    _EFFECTS[type(command)](draft, command)


def _approve(draft: Draft, command: Approve) -> None:
    if draft.state.stage is not Stage.AWAITING_APPROVAL:
        office_commands.decide_circulation(draft, command)
        return
    draft.stop(ClockKind.APPROVAL)
    draft.note(ActName.APPROVED, by=command.by, entry="approval")
    assign(draft, draft.clock(ClockKind.LIMIT, draft.terms.limit))


def _sign(draft: Draft, command: MatterCommand | CaseCommand) -> None:
    if draft.state.signed_at is None:
        draft.change(signed_at=draft.at)
        draft.stop(ClockKind.SIGNING, ClockKind.SIGN_REMINDER)
        transfers.settle_contest(draft)
        draft.note(ActName.SIGNED, by=command.by)


def _report_progress(draft: Draft, command: ReportProgress) -> None:
    draft.change(last_report_at=draft.at)
    serves = draft.facts.directory.serves
    finished = [organ for organ in draft.open_parts() if command.done and serves(command.by, organ)]
    if finished:
        draft.change(co_done={**draft.state.co_done, **dict.fromkeys(finished, draft.at)})
        if not draft.open_parts():
            draft.stop(ClockKind.CO_PART)
    detail = {"text": command.text, "finished": finished}
    draft.note(ActName.PROGRESS_REPORTED, by=command.by, detail=_given(detail))


def _request_extension(draft: Draft, command: RequestExtension) -> None:
    asked = command.limit or ""
    draft.change(extension=Extension(limit=asked, requested_at=draft.at))
    draft.note(
        ActName.EXTENSION_REQUESTED, by=command.by, reason=command.reason, detail={"limit": asked}, entry="extension"
    )


def _decide_extension(draft: Draft, command: DecideExtension) -> None:
    asked = pending(draft)
    limit = draft.state.limit
    if not command.granted or limit is None:
        draft.change(extension=asked.model_copy(update={"state": ExtensionState.REFUSED}))
        draft.note(ActName.EXTENSION_REFUSED, by=command.by, reason=command.reason, entry="extension")
        return
    draft.change(extension=asked.model_copy(update={"state": ExtensionState.GRANTED}))
    longer = extended_limit(draft, asked.limit).text
    moved = draft.ruled_on(limit.model_copy(update={"limit": longer}))
    draft.run_limit(moved)
    if draft.state.suspended:
        # The clocks stand still: the new due instant is told when they run again.
        draft.note(ActName.EXTENSION_GRANTED, by=command.by, reason=command.reason, entry="extension")
    else:
        draft.note_clock(ActName.EXTENSION_GRANTED, moved, entry="extension", by=command.by, reason=command.reason)
    if moved.due_at > limit.due_at:
        draft.show(Light.GREEN)


def _suspend(draft: Draft, command: Suspend) -> None:
    until, instant = suspension_end(draft, command)
    if instant is None:
        end = draft.clock(ClockKind.SUSPENSION, until)
    else:
        end = Clock(
            kind=ClockKind.SUSPENSION, started_at=draft.at, limit=until, due_at=instant, last_day=local_date(instant)
        )
    draft.suspend(end)
    draft.note_clock(ActName.SUSPENDED, end, entry="suspension", by=command.by, reason=command.reason)


def _resume(draft: Draft, command: Resume) -> None:
    draft.stop(ClockKind.SUSPENSION)
    *before, last = draft.state.stops
    draft.change(stops=(*before, last.model_copy(update={"to_at": draft.at})))
    stood = draft.state.clocks.get(ClockKind.LIMIT) or draft.state.clocks.get(ClockKind.RETURNED)
    rerun(draft, (last.from_at, draft.at))
    if stood is None:
        draft.note(ActName.RESUMED, by=command.by, reason=command.reason, entry="suspension")
        return
    running = draft.state.clocks[stood.kind]
    draft.note_clock(ActName.RESUMED, running, entry="suspension", by=command.by, reason=command.reason)
    if running.due_at > stood.due_at:
        draft.show(Light.GREEN)


def rerun(draft: Draft, resumed: tuple[datetime, datetime]) -> None:
    """Rule every clock again after a suspension, the limit first so that others may lean on it."""
    limit = draft.state.limit
    if limit is not None:
        moved = draft.ruled_on(limit, resumed) if limit.due_at > resumed[0] else limit
        if ClockKind.LIMIT in draft.state.clocks:
            draft.run_limit(moved)
        draft.change(limit=moved)
    with_limit = (ClockKind.LIMIT, ClockKind.CO_PART) if ClockKind.LIMIT in draft.state.clocks else ()
    for kind, clock in draft.state.clocks.items():
        if kind in with_limit:
            continue
        if clock.not_before is not None and draft.state.limit is not None:
            clock = clock.model_copy(update={"not_before": draft.state.limit.due_at})
        draft.start(draft.ruled_on(clock, resumed))


def _submit(draft: Draft, command: Submit) -> None:
    policy, extension = draft.facts.policy, draft.state.extension
    if extension is not None and extension.state is ExtensionState.PENDING:
        draft.change(extension=extension.model_copy(update={"state": ExtensionState.WITHDRAWN}))
    transfers.drop(draft)
    draft.change(stage=Stage.SUBMITTED, submitted_at=draft.at, last_report_at=draft.at, without_co=command.without_co)
    draft.stop(
        ClockKind.LIMIT,
        ClockKind.RETURNED,
        ClockKind.SUPERVISION,
        ClockKind.RECTIFICATION,
        ClockKind.EXPLANATION,
        ClockKind.PROGRESS,
    )
    draft.start(draft.clock(ClockKind.VERIFICATION, policy.verification))
    draft.note(ActName.SUBMITTED, by=command.by, reason=command.without_co, detail=_given({"text": command.text}))


def _verify(draft: Draft, command: Verify) -> None:
    shown = {"passed": command.passed, "method": command.method, "evidence": command.evidence}
    draft.note(ActName.VERIFIED, by=command.by, reason=command.reason, detail=_given(shown), entry="verification")
    if command.passed:
        draft.end(Stage.CLOSED)
        draft.note(ActName.CLOSED, by=command.by)
        draft.conclude(ActName.CLOSED, command.by)
        return
    draft.stop(ClockKind.VERIFICATION)
    limit = draft.state.limit
    not_before = limit.due_at if limit else None
    clock = draft.clock(ClockKind.RETURNED, draft.facts.policy.returned, not_before=not_before)
    draft.change(stage=Stage.RETURNED)
    draft.start(clock)
    draft.run_progress()
    draft.conclude(ActName.RETURNED, command.by)
    if draft.state.suspended:
        # The clocks stand still: the due instant is told when they run again.
        draft.note(ActName.RETURNED, entry="returned", by=command.by, reason=command.reason)
    else:
        draft.note_clock(ActName.RETURNED, clock, entry="returned", by=command.by, reason=command.reason)
    if clock.due_at != not_before:
        draft.show(Light.GREEN)


def _cancel(draft: Draft, command: Cancel) -> None:
    splits.cancel(draft, command.by, command.reason, end_cases=command.end_cases)


def _given(detail: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in detail.items() if value not in (None, [])}


_EFFECTS: dict[type, Callable[[Draft, Any], None]] = {
    Approve: _approve,
    Sign: _sign,
    ReportProgress: _report_progress,
    RequestExtension: _request_extension,
    DecideExtension: _decide_extension,
    Suspend: _suspend,
    Resume: _resume,
    Submit: _submit,
    Verify: _verify,
    Cancel: _cancel,
    **transfers.EFFECTS,
    **objections.EFFECTS,
    **office_commands.EFFECTS,
    **splits.EFFECTS,
    **cases.EFFECTS,
}
