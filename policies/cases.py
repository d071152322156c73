"""What has a matter to do with the cases about it? It opens them, notes failures on them, takes them back.

How a case proceeds is for policies/case.py and the modules beside it; what passes between the two are relays.
"""

from collections.abc import Callable
from typing import Any

from models.acts import ActName
from models.case_messages import DropCase, DropReason, OpenCase, Propose
from models.cases import Source
from models.matters import CaseBrief, Severity
from models.messages import CaseConcluded
from policies import proposals
from policies.authority import Refused, offered
from policies.drafts import Draft

_RULE = "proposal"


def _propose(draft: Draft, command: Propose) -> None:
    offered(draft.facts.policy.case_filing)
    subject = proposals.named(command, draft.facts.directory)
    proposals.refuse_the_matters_own(command)
    proposals.refuse_independent(command, draft.facts.directory)
    if draft.open_case(subject) is not None:
        raise Refused(f"对该对象已有未结案件 a case about this subject is open: {subject}", _RULE)
    proposals.source_of(command, draft.facts, draft.at)


CHECKS: dict[type, Callable[[Draft, Any], None]] = {Propose: _propose}


def _proposed(draft: Draft, command: Propose) -> None:
    case = brief(draft, command.subject or "")
    draft.note(ActName.ACCOUNTABILITY_PROPOSED, by=command.by, reason=command.reason, subject=case.subject, entry=_RULE)
    source = proposals.source_of(command, draft.facts, draft.at)
    open_case(draft, case, facts=command.facts, by=command.by, severity=command.severity, source=source)


EFFECTS: dict[type, Callable[[Draft, Any], None]] = {Propose: _proposed}


def brief(draft: Draft, subject: str) -> CaseBrief:
    """The next case of this matter, against that subject, as the matter knows it from now on."""
    case = CaseBrief(id=f"{draft.state.id}/case{len(draft.state.cases) + 1}", subject=subject)
    draft.change(cases=(*draft.state.cases, case))
    return case


def open_case(
    draft: Draft,
    case: CaseBrief,
    *,
    facts: str | None,
    mitigation: str | None = None,
    by: str | None = None,
    severity: str | None = None,
    source: Source | None = None,
) -> None:
    """Let the case begin; the facts of one that nobody proposed are a recorded overdue clock."""
    draft.relay(
        case.id,
        OpenCase(
            message_id=f"{case.id}:open",
            matter_id=draft.state.id,
            subject=case.subject,
            severity=Severity(severity) if severity else draft.terms.severity,
            terms=draft.terms,
            facts=facts,
            mitigation=mitigation,
            recorded_overdue=by is None,
            by=by,
            source=source,
        ),
    )


def take_back(draft: Draft, case_id: str) -> None:
    """The finding that a case rests on is withdrawn: so is an open case, and what was decided is revoked (W7)."""
    for case in draft.state.cases:
        if case.id == case_id:
            draft.relay(case.id, DropCase(message_id=f"{case.id}:finding_withdrawn"))
            if case.open:
                _close(draft, case)
                draft.note(ActName.ACCOUNTABILITY_CONCLUDED, subject=case.subject, reason="case_withdrawn")


def end_open_cases(draft: Draft, reason: str | None) -> None:
    """The leader's reason for cancelling the matter ends its open cases too."""
    for case in draft.state.cases:
        if case.open:
            why = DropReason.CANCELLED
            draft.relay(case.id, DropCase(message_id=f"{case.id}:cancelled", why=why, reason=reason or why.value))


def heard_of_case(draft: Draft, concluded: CaseConcluded) -> None:
    """A case has come to an end, or to another one by review; known already where the matter took it back."""
    case = next((case for case in draft.state.cases if case.id == concluded.case), None)
    if case is None or (not case.open and concluded.how is ActName.CASE_WITHDRAWN):
        return
    _close(draft, case)
    draft.note(ActName.ACCOUNTABILITY_CONCLUDED, subject=concluded.subject, reason=concluded.how.value)


def _close(draft: Draft, case: CaseBrief) -> None:
    closed = case.model_copy(update={"open": False})
    draft.change(cases=tuple(closed if other.id == case.id else other for other in draft.state.cases))
