"""The shapes of an accountability case: what stands on record of each step, and the state one transition hands on.

Each step's shape holds the one it rests on: there is no decision without a closed window on served facts, no service
without a decision, no execution without a service (engine.md 4, W1 and W2).
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from models.acts import ActName
from models.base import Shape
from models.ladder import Track
from models.matters import Running, Severity


class CaseStage(StrEnum):
    """Where a case stands."""

    BLANK = "blank"
    PROPOSED = "proposed"
    FILED = "filed"
    INVESTIGATED = "investigated"
    NOTIFIED = "notified"
    DECIDING = "deciding"
    DECIDED = "decided"
    NOT_ADOPTED = "not_adopted"
    DECLINED = "declined"
    DISMISSED = "dismissed"
    EXEMPTED = "exempted"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    RESTORED = "restored"
    ARCHIVED = "archived"


class CaseSource(StrEnum):
    """What a case is opened from (engine.md 4).

    `case` is another case, `series` the decided cases against subordinates for which a leader is responsible.
    """

    MATTER = "matter"
    INSPECTION = "inspection"
    AUDIT = "audit"
    PETITION = "petition"
    CASE = "case"
    SERIES = "series"


class Source(Shape):
    """来源: `reference` is the number of the document that shows the facts, `cases` are those that this one rests on.

    Only a source of the kind `case` or `series` has `cases`.
    """

    kind: CaseSource
    reference: str | None = None
    cases: tuple[str, ...] = ()


class Cited(Shape):
    """What one case has to know of another that it rests on.

    `decided_at` is None where no measure was decided, `standing` where none stands: never decided, or revoked.
    """

    subject: str
    organs: tuple[str, ...] = ()
    decided_at: datetime | None = None
    standing: str | None = None


class CaseClockKind(StrEnum):
    """What a clock runs to. The order of the members is the order in which clocks due at one instant fire."""

    FILING = "filing"
    INVESTIGATION = "investigation"
    WINDOW = "window"
    ANSWER = "answer"
    DECISION = "decision"
    SERVICE = "service"
    EXECUTION = "execution"
    RECORD = "record"
    REVIEW = "review"
    REVIEW_WINDOW = "review_window"
    EFFECT = "effect"
    LAPSE = "lapse"


class CaseClock(Running):
    """A clock of a case."""

    kind: CaseClockKind


class RungState(StrEnum):
    """What became of a clock: it runs, it ran out and was told, or the step was taken in time."""

    RUNNING = "running"
    FIRED = "fired"
    STOPPED = "stopped"


class Rung(Shape):
    """The last clock of one kind, for the watchdog: when it was due, what became of it, how often it has run out.

    `at` is the instant of the last change, `by` the act that came with it, `told` who was told when it last ran out.
    """

    kind: CaseClockKind
    due_at: datetime
    state: RungState = RungState.RUNNING
    at: datetime
    by: ActName | None = None
    fired: int = 0
    told: tuple[str, ...] = ()


class CaseFinding(Shape):
    """That a clock ran out, kept so that a later calendar notice can deny it."""

    act: ActName
    at: datetime
    clock: CaseClock


class Circumstance(Shape):
    """A mitigating or aggravating circumstance that moved the proposed measure from one entry to the next."""

    act: ActName
    at: datetime
    by: str
    reason: str
    criterion: str | None = None
    moved_from: str
    moved_to: str


class Filing(Shape):
    """立案: by whom, when."""

    at: datetime
    by: str


class Investigation(Shape):
    """The report of two or more posts."""

    at: datetime
    posts: tuple[str, ...] = Field(min_length=2)
    text: str


class ReceiptKind(StrEnum):
    """How a paper was served."""

    SIGNED = "signed"
    LEFT = "left"
    PUBLIC_NOTICE = "public_notice"


class Receipt(Shape):
    """送达回证: proof that a paper was served."""

    kind: ReceiptKind
    text: str = ""
    witnesses: tuple[str, ...] = ()
    medium: str | None = None
    date: str | None = None


class ServedFacts(Shape):
    """A notice of facts with its receipt; `number` counts the notices of the case, `measure` is what it proposes.

    `heavier` says that it proposes more than the notice before: then the organ above decides.
    """

    at: datetime
    by: str
    number: int
    text: str
    measure: str
    receipt: Receipt
    heavier: bool = False


class Statement(Shape):
    """陈述申辩; `answered_at` is None until the office has answered it."""

    at: datetime
    by: str
    text: str
    answered_at: datetime | None = None


class ClosedWindow(Shape):
    """The subject has been heard on the facts, or has not spoken in time; `how` is the act that closed the window."""

    facts: ServedFacts
    how: ActName
    at: datetime
    by: str | None = None


class CastVote(Shape):
    """One member's vote; `choice` is dismiss, exempt, or the code of a measure."""

    member: str
    choice: str
    at: datetime
    reason: str | None = None
    criterion: str | None = None


class Decision(Shape):
    """问责决定: the measure on a closed window. `voters` is empty where the organ above decided."""

    window: ClosedWindow
    measure: str
    at: datetime
    by: str
    voters: tuple[str, ...] = ()
    reason: str | None = None


class Service(Shape):
    """The decision in the hands of the subject."""

    decision: Decision
    at: datetime
    by: str
    receipt: Receipt


class Execution(Shape):
    """What was done, on a served decision; `adopted` is False where the appointing organ refused the proposal."""

    service: Service
    measure: str
    at: datetime
    by: str
    evidence: dict[str, Any] = Field(default_factory=dict)
    document: dict[str, Any] | None = None
    adopted: bool = True


class Recorded(Shape):
    """备案."""

    at: datetime
    by: str
    number: str | None = None


class ReviewOutcome(StrEnum):
    """What a review may come to; nothing heavier has a name here (W4)."""

    UPHELD = "upheld"
    LIGHTER = "lighter"
    REVOKED = "revoked"


class Review(Shape):
    """复核: asked for by the subject; `outcome` is None until it is decided."""

    requested_at: datetime
    text: str
    outcome: ReviewOutcome | None = None
    decided_at: datetime | None = None
    by: str | None = None
    before: str
    after: str | None = None


CASE_OVER = frozenset(
    {
        CaseStage.BLANK,
        CaseStage.DECLINED,
        CaseStage.DISMISSED,
        CaseStage.EXEMPTED,
        CaseStage.WITHDRAWN,
        CaseStage.LAPSED,
        CaseStage.RESTORED,
        CaseStage.ARCHIVED,
    }
)
"""Stages in which nothing can be done to a case any more."""

OPEN = frozenset({CaseStage.PROPOSED, CaseStage.FILED, CaseStage.INVESTIGATED, CaseStage.NOTIFIED, CaseStage.DECIDING})
STANDING = frozenset({CaseStage.DECIDED, CaseStage.NOT_ADOPTED, CaseStage.ARCHIVED})


class CaseState(Shape):
    """Everything the rules need to know of one case between two transitions.

    `matter_id` is the matter that opened it, None for a case that an office opened by itself. `organs` are the organs
    of the subject when the case was proposed: what counts follows the person, not the post. `measure` is the entry
    proposed now; what was decided stands in `decision`, and in `review` where that changed it. `votes` are those of the
    current ballot, `voted` whoever has ever voted. `source` is None where it was not said, or not kept yet.
    """

    id: str
    stage: CaseStage = CaseStage.BLANK
    policy: str = ""
    matter_id: str | None = None
    title: str | None = None
    subject: str = ""
    organs: tuple[str, ...] = ()
    track: Track = Track.PERSON
    office: str = ""
    leader: str = ""
    lead: str | None = None
    panel: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    severity: Severity = Severity.ORDINARY
    allegation: str | None = None
    source: Source | None = None
    mitigation: str | None = None
    recorded_overdue: bool = False
    proposed_at: datetime | None = None
    proposer: str | None = None
    count: int = 1
    measure: str = ""
    failures: int = 1
    circumstances: tuple[Circumstance, ...] = ()
    filing: Filing | None = None
    prolonged: bool = False
    investigation: Investigation | None = None
    facts: ServedFacts | None = None
    statements: tuple[Statement, ...] = ()
    waived: bool = False
    answerers: tuple[str, ...] = ()
    window: ClosedWindow | None = None
    ballot: int = 1
    votes: tuple[CastVote, ...] = ()
    voted: tuple[str, ...] = ()
    recused: tuple[str, ...] = ()
    decision: Decision | None = None
    service: Service | None = None
    execution: Execution | None = None
    recorded: Recorded | None = None
    review: Review | None = None
    effect_ended_at: datetime | None = None
    ended_at: datetime | None = None
    clocks: dict[CaseClockKind, CaseClock] = Field(default_factory=dict)
    climbed: dict[CaseClockKind, int] = Field(default_factory=dict)
    findings: dict[CaseClockKind, CaseFinding] = Field(default_factory=dict)
    rungs: dict[CaseClockKind, Rung] = Field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Open until declined, dismissed, exempted, withdrawn, lapsed or decided."""
        return self.stage in OPEN

    @property
    def unanswered(self) -> bool:
        """Whether the subject has said something that the office has not answered."""
        return any(statement.answered_at is None for statement in self.statements)

    @property
    def standing(self) -> str | None:
        """The measure that counts against the subject now; None where none was decided or it was revoked (W10)."""
        if self.decision is None or self.stage not in STANDING:
            return None
        after = self.review.after if self.review else None
        return after or self.decision.measure

    @property
    def cited(self) -> Cited:
        """This case as another one sees it that rests on it."""
        decided_at = self.decision.at if self.decision else None
        return Cited(subject=self.subject, organs=self.organs, decided_at=decided_at, standing=self.standing)

    def rests_on(self, case_id: str) -> bool:
        """Whether this case is open, or its measure stands, and it rests on the case of that id."""
        concerned = self.open or self.standing is not None
        return concerned and self.source is not None and case_id in self.source.cases
