"""A policy in force: the typed numbers and roles that the rules of a matter take, as of one date.

Which values are in force when, and whether a file makes sense, is for policies/procedures.py.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from models.acts import ActName
from models.base import Shape
from models.documents import DocumentKind
from models.matters import Severity, Urgency


class Role(StrEnum):
    """Whom a step concerns, seen from the matter or from the case."""

    LEAD_HEAD = "lead.head"
    LEAD_HANDLER = "lead.handler"
    CO_HEADS = "co.heads"
    CO_HANDLERS = "co.handlers"
    SUBJECT_ORGAN_HEAD = "subject.head"
    SUBJECT_ORGAN_HANDLER = "subject.handler"
    OFFICE = "office.handler"
    OFFICE_HEAD = "office.head"
    LEADER = "leader"
    ABOVE_LEADER = "leader.above"
    ESCALATED = "escalated"
    SUBJECT = "subject"
    PANEL = "panel"
    CHAIR = "chair"
    REVIEWERS = "reviewers"
    ABOVE_STEP = "step.above"
    LEAD_ABOVE_HEAD = "lead.above"
    LEAD_ABOVE_HANDLER = "lead.above.handler"
    OFFICE_ABOVE_HEAD = "office.above"
    STEP = "step"
    RECEIVERS = "receivers"


class VerificationMethod(StrEnum):
    """How an office may convince itself that a matter is done."""

    DOCUMENT = "document"
    VISIT = "visit"
    CALL_BACK = "call_back"


class Step(Shape):
    """One step of the escalation after a missed limit: what happens, and who holds it."""

    level: int
    act: ActName
    holder: Role


class Policy(Shape):
    """Every number and role of a procedure, in force on the date the matter was registered.

    Limits are texts such as `3wd`; None for a step that this version does not offer. `key` names the file's version
    and the date; it is stored with every ruling.
    `sources` says what each parameter, and each escalation step by its act, rests on.
    """

    key: str
    name: str
    title: str
    default_limit: str
    default_basis: str
    default_urgency: Urgency
    default_severity: Severity
    bases_without_approval: frozenset[str]
    approval: str
    signing: dict[Urgency, str]
    reminders: dict[Urgency, tuple[int, ...]]
    report_every: dict[str, str]
    escalation: tuple[Step, ...]
    supervision: dict[Urgency, str]
    rectification: dict[Urgency, str]
    verification: str
    verification_escalation: str
    returned: str
    suspension_longest: str
    archive: str
    earlier_calendar_moves: bool
    measures: dict[Severity, tuple[str, ...]]
    accumulation: str
    panel: tuple[str, ...] = ()
    transfer: str | None = None
    assignment_objection: str | None = None
    assignment_decision: str | None = None
    objection: str | None = None
    objection_decision: str | None = None
    reopening: str | None = None
    reopened: str | None = None
    office_commands: frozenset[str] = frozenset()
    # Procedures of 0.1.0 do not name these: matters that run under one keep it for life.
    notices_at_once: dict[Urgency, frozenset[ActName]] = Field(default_factory=dict)
    notice_attempts: dict[Urgency, Annotated[int, Field(ge=1, le=50)]] = Field(default_factory=dict)
    case_filing: str | None = None
    case_investigation: str | None = None
    case_window: str | None = None
    case_answer: str | None = None
    case_decision: str | None = None
    case_service: str | None = None
    case_record: str | None = None
    case_review_request: str | None = None
    case_review: str | None = None
    case_longest: str | None = None
    case_longest_approved: str | None = None
    tell: dict[ActName, tuple[Role, ...]]
    documents: tuple[DocumentKind, ...] = ()
    sources: dict[str, str] = Field(default_factory=dict)

    def step(self, act: ActName) -> Step:
        """The escalation step with this act; raises KeyError when the procedure has none."""
        for step in self.escalation:
            if step.act is act:
                return step
        raise KeyError(act)
