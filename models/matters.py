"""The shapes of a supervised matter: its terms, its clocks, and the state that one transition hands to the next."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import Field

from models.acts import ActName
from models.base import Shape


class Urgency(StrEnum):
    """紧急程度."""

    PLAIN = "平件"
    URGENT = "急件"
    MOST_URGENT = "特急"


class Severity(StrEnum):
    """How grave a failure in this matter would be; picks the row of the measure table."""

    MINOR = "minor"
    ORDINARY = "ordinary"
    SERIOUS = "serious"
    GRAVE = "grave"


class Light(StrEnum):
    """红黄绿灯, from the best to the worst."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class Stage(StrEnum):
    """Where a matter stands."""

    REFUSED = "refused"
    AWAITING_APPROVAL = "awaiting_approval"
    RUNNING = "running"
    SUPERVISED = "supervised"
    RECTIFYING = "rectifying"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"
    ARCHIVED = "archived"


class ClockKind(StrEnum):
    """What a clock runs to. The order of the members is the order in which clocks due at one instant fire."""

    APPROVAL = "approval"
    LIMIT = "limit"
    RETURNED = "returned"
    SUPERVISION = "supervision"
    RECTIFICATION = "rectification"
    EXPLANATION = "explanation"
    VERIFICATION = "verification"
    CO_PART = "co_part"
    SIGNING = "signing"
    SIGN_REMINDER = "sign_reminder"
    PROGRESS = "progress"
    TRANSFER = "transfer"
    ASSIGNMENT_OBJECTION = "assignment_objection"
    OBJECTION = "objection"
    CIRCULATION = "circulation"
    SUSPENSION = "suspension"
    ARCHIVE = "archive"


class Reminder(Shape):
    """One reminder still ahead of a due instant."""

    at: datetime
    days_left: int


class Running(Shape):
    """Something that runs to a due instant, with everything its ruling rested on.

    `limit` is the text of the limit counted from `started_at`; `due_at` the recorded instant (never recomputed on
    replay); `last_day` the local date it falls on; `calendar` the calendar version the ruling came from; `round` counts
    repetitions of the same step.
    """

    kind: StrEnum
    started_at: datetime
    limit: str
    due_at: datetime
    last_day: date
    provisional: bool = False
    rules: tuple[str, ...] = ()
    calendar: str = ""
    round: int = 1


class Clock(Running):
    """A clock of a matter; `not_before` holds a due instant that it may not fall short of.

    `kept` says that `due_at` was told under an earlier calendar, and that `calendar` would end the clock earlier.
    """

    kind: ClockKind
    not_before: datetime | None = None
    reminders: tuple[Reminder, ...] = ()
    kept: bool = False


class Stop(Shape):
    """A suspension of the matter's clocks; `to_at` is None while it lasts."""

    from_at: datetime
    to_at: datetime | None = None


class ExtensionState(StrEnum):
    """What became of the one extension request a matter has."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Extension(Shape):
    """The one extension request of a matter; `limit` is what was asked to be added (or the new date)."""

    limit: str
    requested_at: datetime
    state: ExtensionState = ExtensionState.PENDING


class Finding(Shape):
    """That a clock was missed: kept so that a later calendar notice can deny it."""

    act: ActName
    at: datetime
    clock: Clock
    case: str | None = None
    subject: str | None = None


class Transfer(Shape):
    """A transfer that awaits the answer of the organ `to`; asked for by the lead, or by the office after an objection.

    `objection` says that the lead's objection to the assignment waits for the outcome.
    """

    to: str
    requested_at: datetime
    objection: bool = False


class Conclusion(Shape):
    """What the lead can object to: a return, an order to rectify, a closing; `by` took part in it (None: the clock)."""

    act: ActName
    at: datetime
    by: str | None = None
    objected: bool = False


class ChildBrief(Shape):
    """What a matter knows of a child it was split into."""

    light: Light = Light.GREEN
    open: bool = True


class CaseBrief(Shape):
    """What the matter knows of a case opened about it."""

    id: str
    subject: str
    open: bool = True
    failures: int = 1


class MatterTerms(Shape):
    """What was registered: the terms of the matter, checked and with defaults filled in."""

    title: str
    lead: str
    office: str
    leader: str
    co: tuple[str, ...] = ()
    limit: str
    basis: str
    urgency: Urgency
    severity: Severity
    report_every: str | None = None
    responsible: str | None = None
    panel: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    requirement: str | None = None
    public: bool | None = None
    remark: str | None = None


class MatterState(Shape):
    """Everything the rules need to know of one matter between two transitions.

    `policy` names the policy version the matter started under. `limit` is the matter's own clock (original, extended
    or re-ruled), kept when it no longer runs; `clocks` are the ones running now. `lead_since` is the instant at which
    the present lead took the matter over from another one. `contested_at`, `transfer`, `objection` and `circulation`
    are what awaits an answer: an objection to the assignment, a transfer, the conclusion objected to, a text to
    circulate. `parent` is the matter this one was split off and `root` the one at the top; `own_light` is the matter's
    light without its children's (None where it has none), `light` the one that is shown.
    """

    id: str
    stage: Stage
    light: Light = Light.GREEN
    level: int = 0
    policy: str = ""
    terms: MatterTerms | None = None
    registered_at: datetime | None = None
    assigned_at: datetime | None = None
    signed_at: datetime | None = None
    submitted_at: datetime | None = None
    ended_at: datetime | None = None
    limit: Clock | None = None
    clocks: dict[ClockKind, Clock] = Field(default_factory=dict)
    stops: tuple[Stop, ...] = ()
    co_done: dict[str, datetime] = Field(default_factory=dict)
    without_co: str | None = None
    last_report_at: datetime | None = None
    period_from: datetime | None = None
    extension: Extension | None = None
    findings: tuple[Finding, ...] = ()
    cases: tuple[CaseBrief, ...] = ()
    lead_since: datetime | None = None
    contested_at: datetime | None = None
    transfer: Transfer | None = None
    conclusions: dict[ActName, Conclusion] = Field(default_factory=dict)
    objection: Conclusion | None = None
    circulation: str | None = None
    merged_into: str | None = None
    parent: str | None = None
    root: str | None = None
    children: dict[str, ChildBrief] = Field(default_factory=dict)
    own_light: Light | None = None

    @property
    def family(self) -> str:
        """The id under which a matter, its children and their cases are held together: of the matter at the top."""
        return self.root or self.id

    @property
    def related(self) -> bool:
        """Whether the matter has a parent, children or cases."""
        return self.root is not None or bool(self.children) or bool(self.cases)

    @property
    def open_children(self) -> tuple[str, ...]:
        """The children that have not ended, in the order in which they were split off."""
        return tuple(child for child, brief in self.children.items() if brief.open)

    @property
    def suspended(self) -> bool:
        """Whether the clocks of the matter stand still now."""
        return bool(self.stops) and self.stops[-1].to_at is None
