"""Who may say what to a matter, and when?

One refusal for each rule broken, with the reason in words and the rule it rests on. What an admitted command does is
for policies/commands.py.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, get_args

from models.case_messages import CaseCommand, Propose
from models.matters import ClockKind, Extension, ExtensionState, Stage
from models.messages import (
    Approve,
    Cancel,
    Circulate,
    Correct,
    DecideExtension,
    DecideObjection,
    MatterCommand,
    Object,
    Praise,
    Reopen,
    ReportProgress,
    RequestExtension,
    Resume,
    Sign,
    Submit,
    Suspend,
    Verify,
)
from models.policy import VerificationMethod
from policies import access, cases, objections, office_commands, splits, transfers
from policies.authority import Refused
from policies.deadlines import local_date, validity_end
from policies.drafts import ENDED, OVER, Draft
from policies.limits import WITHIN_A_DAY, Limit, LimitError, extended, parse_limit
from policies.relations import Situation

# What can be said of a matter that has ended, until it is archived (engine.md 3.9).
_AFTER_THE_END = (Circulate, Correct, DecideObjection, Object, Praise, Propose, Reopen)


_OF_A_CASE = frozenset(get_args(CaseCommand)) - {Propose}

# --- commands ---------------------------------------------------------------------------------------------------------


def check_command(draft: Draft, command: MatterCommand | CaseCommand) -> None:
    """Refuse a command that its speaker may not give, or not now."""
    if not draft.facts.directory.has_post(command.by):
        raise Refused(f"名录中没有该岗位 unknown post: {command.by}", "authority")
    if type(command) in _OF_A_CASE:
        raise Refused("此操作只对问责案件 this is said to a case, not to a matter", "procedure")
    stage = draft.state.stage
    if stage is Stage.REFUSED:
        raise Refused("事项未立项 the matter was not admitted", "stage")
    if stage in ENDED and not _after_the_end(draft, command):
        raise Refused(f"事项已结束 the matter has ended: {stage.value}", "stage")
    if stage is Stage.AWAITING_APPROVAL and not isinstance(command, Approve | Cancel):
        raise Refused("事项尚待批准立项 the matter awaits approval", "stage")
    first = _BEFORE.get(type(command))
    if first is not None:
        first(draft, command)
    access.check(
        access.MATTER_NEEDS.get(command.do), Situation(command.by, draft.state, draft.facts.directory, command)
    )
    _CHECKS[type(command)](draft, command)


def _after_the_end(draft: Draft, command: MatterCommand | CaseCommand) -> bool:
    """Whether this can be said of a matter that has ended and is not archived."""
    answers = isinstance(command, Approve) and draft.state.circulation is not None
    return draft.state.stage in OVER and (answers or isinstance(command, _AFTER_THE_END))


def _approve(draft: Draft, command: Approve) -> None:
    if draft.state.circulation is not None:
        return
    if draft.state.stage is not Stage.AWAITING_APPROVAL:
        raise Refused("没有待批准的事项 nothing awaits approval", "approval")
    if command.granted is False:
        raise Refused("不同意立项的请撤销事项 a matter that is not approved is cancelled", "approval")
    limit = draft.clock(ClockKind.LIMIT, draft.terms.limit)
    if limit.due_at <= draft.at:
        raise Refused("办结时限已过,请撤销后重新立项 the limit has passed; cancel and register anew", "approval")


def _sign(draft: Draft, command: Sign) -> None:
    if draft.state.signed_at is not None:
        raise Refused("已签收 already signed", "signing")


def _report_progress(draft: Draft, command: ReportProgress) -> None:
    """Progress may be reported at any time."""


def _request_extension(draft: Draft, command: RequestExtension) -> None:
    rule = "extension"
    if draft.state.suspended or ClockKind.LIMIT not in draft.state.clocks:
        raise Refused("只能在时限运行期间申请延期 only while the limit runs", rule)
    if draft.state.extension is not None:
        raise Refused("延期只能申请一次 only one extension may be asked for", rule)
    if not command.limit:
        raise Refused("缺少延长的时限 limit is required", rule)
    extended_limit(draft, command.limit)


def extended_limit(draft: Draft, by: str) -> Limit:
    """The limit lengthened by what was asked; refuses more than the original limit, or another unit (R14, B6)."""
    assigned_at = draft.state.assigned_at
    if assigned_at is None:
        raise ValueError(f"{draft.state.id} is not assigned")
    try:
        return extended(parse_limit(draft.terms.limit), parse_limit(by), local_date(assigned_at))
    except LimitError as error:
        raise Refused(f"{error.why};可接受 accepted: {error.accepted}", "extension") from error


def _decide_extension(draft: Draft, command: DecideExtension) -> None:
    pending(draft)
    if command.granted is None:
        raise Refused("须写明是否同意 granted must be true or false", "extension")


def pending(draft: Draft) -> Extension:
    """The extension request that awaits a decision; refuses when there is none."""
    extension = draft.state.extension
    if extension is None or extension.state is not ExtensionState.PENDING:
        raise Refused("没有待批的延期申请 no extension request is pending", "extension")
    return extension


def _suspend(draft: Draft, command: Suspend) -> None:
    rule = "suspension"
    if draft.state.suspended:
        raise Refused("已中止计时 already suspended", rule)
    limit = draft.state.limit
    current = draft.state.clocks.get(ClockKind.RETURNED) or limit
    if current is None or current.due_at <= draft.at:
        raise Refused("已过时限,不能中止 the due instant has passed", rule)
    if not (command.reason or "").strip():
        raise Refused("缺少中止原因 reason is required", rule)
    suspension_end(draft, command)


def suspension_end(draft: Draft, command: Suspend) -> tuple[str, datetime | None]:
    """Until when the clocks may stand: a limit or date text, or an instant; refuses none, a past or too late a one.

    The longest suspension is counted in plain days: that its own end may be moved off a day off lengthens no other.
    """
    rule, longest = "suspension", parse_limit(draft.facts.policy.suspension_longest)
    if not command.until:
        raise Refused("缺少中止的截止日 until is required", rule)
    instant: datetime | None = None
    today, calendar = local_date(draft.at), draft.facts.calendar
    try:
        if ":" in command.until:
            instant = ends_at = datetime.fromisoformat(command.until)
            last_day = local_date(instant)
        else:
            limit, clock = parse_limit(command.until), draft.clock(ClockKind.SUSPENSION, command.until)
            ends_at = clock.due_at
            last_day = clock.last_day if limit.unit in WITHIN_A_DAY else validity_end(today, limit, calendar)
    except ValueError as error:
        accepted = "YYYY-MM-DD, 10d, 带时区的时刻 an instant with offset"
        reason = f"截止日读不懂 until not understood: {command.until};可接受 accepted: {accepted}"
        raise Refused(reason, rule) from error
    if ends_at <= draft.at:
        raise Refused("截止日不能早于现在 until lies in the past", rule)
    if last_day > validity_end(today, longest, calendar):
        raise Refused(f"中止最长 {longest.text} suspended for {longest.text} at most", rule)
    return command.until, instant


def _resume(draft: Draft, command: Resume) -> None:
    if not draft.state.suspended:
        raise Refused("未中止计时 not suspended", "suspension")


def _submit(draft: Draft, command: Submit) -> None:
    rule = "submission"
    if draft.state.stage is Stage.SUBMITTED:
        raise Refused("已报结,待核验 already submitted", rule)
    splits.no_open_child(draft, rule)
    parts = draft.open_parts()
    if parts and not (command.without_co or "").strip():
        raise Refused(f"协办单位尚未办结:{'、'.join(parts)} a co-handler's part is open", rule)


def _verify(draft: Draft, command: Verify) -> None:
    rule = "verification"
    if draft.state.stage is not Stage.SUBMITTED:
        raise Refused("尚未报结,无可核验 nothing has been submitted", rule)
    if command.passed is None:
        raise Refused("须写明是否通过 passed must be true or false", rule)
    if command.passed:
        # One reopened since the matter was submitted, or split off before an upheld objection took its return back.
        splits.no_open_child(draft, rule)
    if command.method is None and not command.passed:
        return
    if command.method is None or command.method.replace("-", "_") not in set(VerificationMethod):
        accepted = "、".join(VerificationMethod)
        raise Refused(f"须写明核验方式 method is required;可接受 accepted: {accepted}", rule)
    if command.method == VerificationMethod.VISIT:
        shown = command.evidence if isinstance(command.evidence, dict) else {}
        persons = shown.get("persons")
        two = isinstance(persons, list) and len({str(person) for person in persons}) >= 2
        if not (two and shown.get("place") and (shown.get("date") or shown.get("time"))):
            reason = "现场核验须有两人、地点、日期 a visit needs two persons, place and date"
            raise Refused(f"{reason} (evidence: persons, place, date)", rule)


def _cancel(draft: Draft, command: Cancel) -> None:
    if not (command.reason or "").strip():
        raise Refused("缺少撤销原因 reason is required", "cancellation")


# What is asked before by what right somebody speaks: is there anything to speak about?
_BEFORE: dict[type, Callable[[Draft, Any], None]] = {
    **transfers.BEFORE,
    **objections.BEFORE,
    **office_commands.BEFORE,
}

_CHECKS: dict[type, Callable[[Draft, Any], None]] = {
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
    **transfers.CHECKS,
    **objections.CHECKS,
    **office_commands.CHECKS,
    **splits.CHECKS,
    **cases.CHECKS,
}
