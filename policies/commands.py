"""What does an admitted message do to a matter?

Each function notes the acts in the order in which they are read and moves the clocks that follow. Whether the message
is admitted is for policies/admissibility.py; what happens when nobody speaks for policies/timers.py.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from models.acts import ActName
from models.matters import Clock, ClockKind, Extension, ExtensionState, Light, MatterTerms, Severity, Stage, Urgency
from models.messages import (
    Approve,
    Cancel,
    DecideExtension,
    MatterCommand,
    NotYetOffered,
    Object,
    Registration,
    ReportProgress,
    RequestExtension,
    RequestTransfer,
    Resume,
    Sign,
    Submit,
    Suspend,
    Verify,
)
from policies import objections, office_commands, transfers
from policies.admissibility import (
    check_registration,
    extended_limit,
    pending,
    read_limit,
    report_period,
    suspension_end,
)
from policies.authority import Refused
from policies.deadlines import add_months, local_date
from policies.drafts import Draft
from policies.limits import parse_limit
from policies.timers import miss_limit

# Ten years, which a limit in working days or one that is rolled may pass by some days; a fixed date has no other bound.
LONGEST_MONTHS = 10 * 12 + 6

# What the lead says in the matter; saying whose matter it is not (an objection to the assignment) is no signature.
_OF_THE_LEAD = (ReportProgress, RequestExtension, RequestTransfer, Submit, Object)

# --- registration -----------------------------------------------------------------------------------------------------


def register(draft: Draft, registration: Registration, twin: str | None) -> None:
    """Admit the matter: registered, then assigned, imported, or waiting for approval (engine.md 3.1 and end of 3)."""
    policy, directory = draft.facts.policy, draft.facts.directory
    check_registration(registration, twin, draft.at, directory, policy)
    terms = _terms(draft, registration)
    draft.change(terms=terms, policy=policy.key, registered_at=draft.at)
    limit = draft.clock(ClockKind.LIMIT, terms.limit, registration.assigned_at)
    start, on = local_date(limit.started_at), parse_limit(terms.limit).on
    # A written date before the start is a slip, even where a day off would carry it past the start.
    if limit.due_at <= limit.started_at or (on is not None and on < start):
        raise Refused(f"时限早于交办 the limit lies before the start: {terms.limit}", "registration")
    if limit.last_day > add_months(start, LONGEST_MONTHS):
        raise Refused(f"时限超过十年 the limit is longer than ten years: {terms.limit}", "registration")
    by = registration.by or directory.organ(terms.office).handler
    draft.note(ActName.REGISTERED, by=by, severity=terms.severity.value, entry="registration")
    if registration.assigned_at is not None:
        _import(draft, limit)
    elif terms.basis in policy.bases_without_approval:
        _assign(draft, limit)
    else:
        draft.change(stage=Stage.AWAITING_APPROVAL)
        draft.start(draft.clock(ClockKind.APPROVAL, policy.approval))


def _terms(draft: Draft, registration: Registration) -> MatterTerms:
    policy = draft.facts.policy
    return MatterTerms(
        title=registration.title or "",
        lead=registration.lead or "",
        office=registration.office or "",
        leader=registration.leader or "",
        co=tuple(dict.fromkeys(registration.co)),
        limit=read_limit(registration.limit or policy.default_limit, "registration").text,
        basis=registration.basis or policy.default_basis,
        urgency=Urgency(registration.urgency or policy.default_urgency),
        severity=Severity(registration.severity or policy.default_severity),
        report_every=report_period(registration.report_every, policy),
        responsible=registration.responsible,
        panel=registration.panel or policy.panel,
        reviewers=registration.reviewers,
        requirement=registration.requirement,
        public=registration.public,
        remark=registration.remark,
    )


def _run(draft: Draft, limit: Clock) -> None:
    """Start what runs from assignment on: the limit, signing, the report periods."""
    draft.change(stage=Stage.RUNNING, assigned_at=limit.started_at)
    draft.run_limit(limit)
    draft.start(draft.clock(ClockKind.SIGNING, draft.facts.policy.signing[draft.terms.urgency]))
    draft.run_progress()


def _assign(draft: Draft, limit: Clock) -> None:
    _run(draft, limit)
    draft.note_clock(ActName.ASSIGNED, limit, entry="limit")


def _import(draft: Draft, limit: Clock) -> None:
    _run(draft, limit)
    draft.note_clock(ActName.IMPORTED, limit, entry="limit")
    if limit.due_at <= draft.at:
        miss_limit(draft, ActName.IMPORTED_OVERDUE)


# --- commands ---------------------------------------------------------------------------------------------------------


def apply(draft: Draft, command: MatterCommand | NotYetOffered) -> None:
    """Carry out an admitted command; one of the lead's before signing signs too (engine.md 3.2)."""
    if isinstance(command, _OF_THE_LEAD) and draft.facts.directory.serves(command.by, draft.terms.lead):
        _sign(draft, command)
    _EFFECTS[type(command)](draft, command)


def _approve(draft: Draft, command: Approve) -> None:
    if draft.state.stage is not Stage.AWAITING_APPROVAL:
        office_commands.decide_circulation(draft, command)
        return
    draft.stop(ClockKind.APPROVAL)
    draft.note(ActName.APPROVED, by=command.by, entry="approval")
    _assign(draft, draft.clock(ClockKind.LIMIT, draft.terms.limit))


def _sign(draft: Draft, command: MatterCommand | NotYetOffered) -> None:
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
    for kind, clock in draft.state.clocks.items():
        if kind is ClockKind.LIMIT:
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
    draft.end(Stage.CANCELLED)
    draft.note(ActName.CANCELLED, by=command.by, reason=command.reason)


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
}
