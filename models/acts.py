"""The vocabulary of the ledger: every act has one name, in the past tense, and one shape."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from models.base import Shape


class ActName(StrEnum):
    """What can have happened to a matter or a case, or beside them: to accounts, workflows, files and keys."""

    REGISTERED = "registered"
    APPROVED = "approved"
    APPROVAL_OVERDUE = "approval_overdue"
    ASSIGNED = "assigned"
    IMPORTED = "imported"
    IMPORTED_OVERDUE = "imported_overdue"
    SIGNED = "signed"
    SIGN_OVERDUE = "sign_overdue"
    SIGN_REMINDED = "sign_reminded"
    PROGRESS_REPORTED = "progress_reported"
    PROGRESS_OVERDUE = "progress_overdue"
    CO_OVERDUE = "co_overdue"
    REMINDED = "reminded"
    LIGHT_CHANGED = "light_changed"
    EXTENSION_REQUESTED = "extension_requested"
    EXTENSION_GRANTED = "extension_granted"
    EXTENSION_REFUSED = "extension_refused"
    EXTENSION_LAPSED = "extension_lapsed"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    SUSPENSION_OVERDUE = "suspension_overdue"
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    VERIFICATION_OVERDUE = "verification_overdue"
    VERIFICATION_ESCALATED = "verification_escalated"
    RETURNED = "returned"
    OVERDUE = "overdue"
    SUPERVISED = "supervised"
    RECTIFICATION_ORDERED = "rectification_ordered"
    RECTIFICATION_OVERDUE = "rectification_overdue"
    ACCOUNTABILITY_PROPOSED = "accountability_proposed"
    ACCOUNTABILITY_CONCLUDED = "accountability_concluded"
    CALENDAR_RECOMPUTED = "calendar_recomputed"
    FINDING_WITHDRAWN = "finding_withdrawn"
    EXPLANATION_ASKED = "explanation_asked"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"
    REFUSED = "refused"
    CASE_PROPOSED = "case_proposed"
    CASE_WITHDRAWN = "case_withdrawn"
    FAILURE_NOTED = "failure_noted"
    ASSIGNMENT_OBJECTED = "assignment_objected"
    ASSIGNMENT_UPHELD = "assignment_upheld"
    TRANSFER_REQUESTED = "transfer_requested"
    TRANSFER_ACCEPTED = "transfer_accepted"
    TRANSFER_REFUSED = "transfer_refused"
    TRANSFER_LAPSED = "transfer_lapsed"
    REOPENED = "reopened"
    OBJECTION_LODGED = "objection_lodged"
    OBJECTION_DECIDED = "objection_decided"
    OBJECTION_OVERDUE = "objection_overdue"
    URGED = "urged"
    SUMMONED = "summoned"
    CIRCULATION_REQUESTED = "circulation_requested"
    CIRCULATION_REFUSED = "circulation_refused"
    CIRCULATED = "circulated"
    URGENCY_RAISED = "urgency_raised"
    MERGED = "merged"
    PRAISED = "praised"
    CORRECTED = "corrected"
    SPLIT = "split"
    OPENED = "opened"
    STEP_BEGUN = "step_begun"
    STEP_DONE = "step_done"
    STEP_OVERDUE = "step_overdue"
    ITEMS_MISSING = "items_missing"
    SUPPLEMENTED = "supplemented"
    ACCEPTED = "accepted"
    ACCEPTANCE_DEEMED = "acceptance_deemed"
    REJECTED = "rejected"
    GRANTED = "granted"
    DENIED = "denied"
    CONSENT_DEEMED = "consent_deemed"
    PERMIT_USED = "permit_used"
    PERMIT_EXPIRED = "permit_expired"
    DUPLICATE_WARNED = "duplicate_warned"
    OPINION_GIVEN = "opinion_given"
    OPINION_DEEMED = "opinion_deemed"
    MEETING_CONVENED = "meeting_convened"
    NOTICE_SENT = "notice_sent"
    MEETING_HELD = "meeting_held"
    MEETING_POSTPONED = "meeting_postponed"
    BALLOT_CAST = "ballot_cast"
    VOTE_PASSED = "vote_passed"
    VOTE_FAILED = "vote_failed"
    OPINION_ANSWERED = "opinion_answered"
    PUBLISHED = "published"
    CALLED_BACK = "called_back"
    REDONE = "redone"
    ESCALATED = "escalated"
    NOTICE_POSTED = "notice_posted"
    OBJECTION_RAISED = "objection_raised"
    OBJECTION_ANSWERED = "objection_answered"
    NOTICE_ENDED = "notice_ended"
    PAPER_SENT = "paper_sent"
    RECEIPT_GIVEN = "receipt_given"
    RECEIPT_REFUSED = "receipt_refused"
    VALUE_REPORTED = "value_reported"
    VALUE_QUESTIONED = "value_questioned"
    VALUE_MISSED = "value_missed"
    FORECAST = "forecast"
    TARGET_REACHED = "target_reached"
    TARGET_MISSED = "target_missed"
    SCORED = "scored"
    GRADED = "graded"
    AWARD_LOST = "award_lost"
    OFFENCE_REGISTERED = "offence_registered"
    FIRST_OFFENCE_EXEMPTED = "first_offence_exempted"
    ROUTED = "routed"
    ROUTING_ACCEPTED = "routing_accepted"
    ROUTING_OBJECTED = "routing_objected"
    ROUTING_UPHELD = "routing_upheld"
    LINKED = "linked"
    FOLLOWED_UP = "followed_up"
    RATED = "rated"
    OCCURRED = "occurred"
    OCCURRENCE_SKIPPED = "occurrence_skipped"
    DUTY_PAUSED = "duty_paused"
    DUTY_CONTINUED = "duty_continued"
    MATTER_LAUNCHED = "matter_launched"
    CONCLUDED = "concluded"
    PERSON_REGISTERED = "person_registered"
    PERSON_LOCKED = "person_locked"
    PERSON_UNLOCKED = "person_unlocked"
    POST_HELD = "post_held"
    POST_VACATED = "post_vacated"
    POST_LENT = "post_lent"
    POST_RECALLED = "post_recalled"
    ROLE_GIVEN = "role_given"
    ROLE_WITHDRAWN = "role_withdrawn"
    PASSWORD_SET = "password_set"  # noqa: S105 - the name of an act
    TOKEN_ISSUED = "token_issued"  # noqa: S105 - the name of an act
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - the name of an act
    SIGN_IN_BLOCKED = "sign_in_blocked"
    SIGN_IN_REFUSED = "sign_in_refused"
    MITIGATED = "mitigated"
    AGGRAVATED = "aggravated"
    REFERRED = "referred"
    CASE_FILED = "case_filed"
    CASE_DECLINED = "case_declined"
    FILING_OVERDUE = "filing_overdue"
    INVESTIGATED = "investigated"
    INVESTIGATION_OVERDUE = "investigation_overdue"
    FACTS_NOTIFIED = "facts_notified"
    STATEMENT_GIVEN = "statement_given"
    STATEMENT_WAIVED = "statement_waived"
    STATEMENT_LAPSED = "statement_lapsed"
    STATEMENT_ANSWERED = "statement_answered"
    ANSWER_OVERDUE = "answer_overdue"
    VOTE_CAST = "vote_cast"
    RECUSED = "recused"
    MEASURE_DECIDED = "measure_decided"
    CASE_DISMISSED = "case_dismissed"
    CASE_EXEMPTED = "case_exempted"
    DECISION_OVERDUE = "decision_overdue"
    CASE_LAPSED = "case_lapsed"
    DECISION_SERVED = "decision_served"
    SERVICE_OVERDUE = "service_overdue"
    MEASURE_EXECUTED = "measure_executed"
    MEASURE_NOT_ADOPTED = "measure_not_adopted"
    EXECUTION_OVERDUE = "execution_overdue"
    CASE_RECORDED = "case_recorded"
    RECORD_OVERDUE = "record_overdue"
    EFFECT_ENDED = "effect_ended"
    CASE_ARCHIVED = "case_archived"
    REVIEW_REQUESTED = "review_requested"
    REVIEW_DECIDED = "review_decided"
    REVIEW_OVERDUE = "review_overdue"
    RESTORED = "restored"
    INCIDENT_REPORTED = "incident_reported"
    INCIDENT_CLOSED = "incident_closed"
    HELD = "held"
    HOLD_RELEASE_REQUESTED = "hold_release_requested"
    HOLD_RELEASED = "hold_released"
    DESTRUCTION_REQUESTED = "destruction_requested"
    DESTROYED = "destroyed"
    LOOKED_AT = "looked_at"
    ERASURE_REQUESTED = "erasure_requested"
    KEY_DESTROYED = "key_destroyed"
    POLICY_DRAFTED = "policy_drafted"
    POLICY_DISCARDED = "policy_discarded"
    POLICY_PUBLICATION_REQUESTED = "policy_publication_requested"
    POLICY_PUBLISHED = "policy_published"


ACCOUNT_ACTS = frozenset(
    {
        ActName.PERSON_REGISTERED, ActName.PERSON_LOCKED, ActName.PERSON_UNLOCKED, ActName.POST_HELD,
        ActName.POST_VACATED, ActName.POST_LENT, ActName.POST_RECALLED, ActName.ROLE_GIVEN, ActName.ROLE_WITHDRAWN,
        ActName.PASSWORD_SET, ActName.TOKEN_ISSUED, ActName.TOKEN_REVOKED, ActName.SIGN_IN_BLOCKED,
        ActName.SIGN_IN_REFUSED,
    }
)  # fmt: skip
"""What happens to accounts."""

_NAMES = list(ActName)
PROCEEDING_ACTS = frozenset(_NAMES[_NAMES.index(ActName.OPENED) : _NAMES.index(ActName.CONCLUDED) + 1])
"""What happens to proceedings, petitions and duties alone."""

ACTS_ASIDE = ACCOUNT_ACTS | {
    ActName.INCIDENT_REPORTED, ActName.INCIDENT_CLOSED, ActName.HELD, ActName.HOLD_RELEASED,
    ActName.HOLD_RELEASE_REQUESTED, ActName.DESTRUCTION_REQUESTED, ActName.DESTROYED, ActName.LOOKED_AT,
    ActName.ERASURE_REQUESTED, ActName.KEY_DESTROYED, ActName.POLICY_DRAFTED, ActName.POLICY_DISCARDED,
    ActName.POLICY_PUBLICATION_REQUESTED, ActName.POLICY_PUBLISHED,
}  # fmt: skip
"""Acts in chains of their own, beside matters and cases: accounts, incidents, the archive, policies, looks and keys."""


class Ruling(Shape):
    """Where an answer came from: the policy entry, the counting rules used, the policy and the calendar version."""

    entry: str
    rules: tuple[str, ...] = ()
    policy: str = ""
    calendar: str = ""

    @property
    def label(self) -> str:
        """The short form printed as `rule`, for example `limit R3+R6`."""
        return f"{self.entry} {'+'.join(self.rules)}" if self.rules else self.entry


class Act(Shape):
    """One thing that happened to `target` at the instant `at` (aware, whole seconds).

    Fields that do not apply are None. `person` is who acted through the post `by`, `principal` who had lent it to him;
    neither is printed in a rehearsal. `step` is the step of a proceeding it is about, `value` a figure in words (a
    share, a total, a period). `tell` lists the posts to be notified; `detail` holds what was said or shown (report
    texts, evidence) and is never printed in a rehearsal.
    """

    at: datetime
    target: str
    act: ActName
    by: str | None = None
    person: str | None = None
    principal: str | None = None
    due: datetime | None = None
    days_left: int | None = None
    light: str | None = None
    measure: str | None = None
    subject: str | None = None
    severity: str | None = None
    count: int | None = None
    step: str | None = None
    value: str | None = None
    reason: str | None = None
    provisional: bool | None = None
    ruling: Ruling | None = None
    tell: tuple[str, ...] = ()
    detail: dict[str, Any] = Field(default_factory=dict)
