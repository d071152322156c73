"""What the rules need to know of one proceeding, petition or duty between two transitions."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, WrapSerializer

from models.base import Shape
from models.matters import CaseBrief, Extension, Light, Reminder, Running, Stop
from models.policy import Role


class ProceedingStage(StrEnum):
    """Where a proceeding stands, and how it ended. No value is one of a matter's or a case's stages."""

    UNKNOWN = "unknown"
    UNDER_WAY = "under_way"
    COMPLETED = "completed"
    DENIED = "denied"
    EXPIRED = "expired"
    ABANDONED = "abandoned"
    LINKED = "linked"


PROCEEDING_OVER = frozenset(
    {ProceedingStage.COMPLETED, ProceedingStage.DENIED, ProceedingStage.EXPIRED, ProceedingStage.ABANDONED,
     ProceedingStage.LINKED}
)  # fmt: skip


class StepClockKind(StrEnum):
    """What a clock of a proceeding runs to, in the order in which clocks due at one instant fire.

    STEP is the limit of the step under way, AGAIN its repetition after it was missed; SIDE belongs to the block (the
    answer to an objection, a receipt); NOTICE is the end of a public notice; VALIDITY outlasts the step that began it;
    OCCURRENCE opens the next occurrence of a duty; PAUSE is the end of a pause.
    """

    STEP = "step"
    SIDE = "side"
    AGAIN = "again"
    NOTICE = "notice"
    VALIDITY = "validity"
    OCCURRENCE = "occurrence"
    PAUSE = "pause"


class StepClock(Running):
    """A clock of a proceeding; `step` is the name of the step it belongs to.

    `not_before` is when one was set whose due instant had passed by then: it is missed at that instant, not earlier.
    """

    kind: StepClockKind
    step: str
    reminders: tuple[Reminder, ...] = ()
    not_before: datetime | None = None


class Channel(StrEnum):
    """Through which door a petition came in."""

    HOTLINE = "hotline"
    WEB = "web"
    LETTER = "letter"
    VISIT = "visit"
    BOX = "box"


class Representative(Shape):
    """A seat at a hearing: whom it stands for (`group`), and its name, a post or an opaque code, never a person."""

    name: str
    group: str


class ProceedingTerms(Shape):
    """What was opened, checked and with what follows filled in.

    `subject` is what it is about (an organ, a paper, an item); `event_on` the day of the event that limits are counted
    from or back to, of a meeting the day it was last convened for; `received_at` the instant from which the opening
    counts; `source` the target it came from.
    """

    procedure: str
    title: str
    lead: str
    office: str
    leader: str
    co: tuple[str, ...] = ()
    subject: str | None = None
    event_on: date | None = None
    received_at: datetime
    period: str | None = None
    panel: tuple[str, ...] = ()
    representatives: tuple[Representative, ...] = ()
    public: bool | None = None
    source: str | None = None
    channel: Channel | None = None
    anonymous: bool = False
    urgent: bool = False
    prominent: bool = False


# --- what each block keeps of its step -----------------------------------------------------------------------------


class Kept(Shape):
    """What a block keeps that has nothing to keep; also of a step taken."""

    block: Literal["plain"] = "plain"


class Items(Shape):
    """A checklist: what was missing when it was told, and what has been brought since."""

    block: Literal["items"] = "items"
    missing: tuple[str, ...] = ()
    told: bool = False


class Permit(Shape):
    """An approval: who has granted so far, the last day on which what was granted is valid (None: no end), its uses."""

    block: Literal["permit"] = "permit"
    granted: tuple[str, ...] = ()
    valid_until: date | None = None
    used: int = 0


class Parts(Shape):
    """Joint handling: what each co-handler has said, None is silence so far; who was deemed to agree.

    `due_at` is when their silence counts, `lifted` whether the leader has to settle it.
    """

    block: Literal["parts"] = "parts"
    said: dict[str, bool | None] = Field(default_factory=dict)
    deemed: tuple[str, ...] = ()
    due_at: datetime | None = None
    lifted: bool = False


class Ballot(Shape):
    """A vote: who has voted, how each did (not of a secret one), how many agreed, who stands down, postponements."""

    block: Literal["ballot"] = "ballot"
    voted: tuple[str, ...] = ()
    cast: dict[str, bool] = Field(default_factory=dict)
    agreed: int = 0
    recused: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    postponed: int = 0


class Session(Shape):
    """A meeting: on which day, who is invited, what was sent out on which day, who came, what was said, postponements.

    `opinions` is by representative, or by organ.
    """

    block: Literal["session"] = "session"
    on: date | None = None
    representatives: tuple[Representative, ...] = ()
    organs: tuple[str, ...] = ()
    sent: dict[str, date] = Field(default_factory=dict)
    present: tuple[str, ...] = ()
    opinions: dict[str, str] = Field(default_factory=dict)
    postponed: int = 0


class Answers(Shape):
    """Opinions and the answer to each: adopted or not; None is unanswered."""

    block: Literal["answers"] = "answers"
    given: dict[str, bool | None] = Field(default_factory=dict)


class Satisfaction(StrEnum):
    """What a call back came to; the `value` of `called_back`, and the outcome of the step."""

    SATISFIED = "satisfied"
    DISSATISFIED = "dissatisfied"
    UNREACHABLE = "unreachable"


class Calls(Shape):
    """Calls back: how often not reached, last on which day; whether it climbed, and was then answered in person."""

    block: Literal["calls"] = "calls"
    unreachable: int = 0
    tried_on: date | None = None
    climbed: bool = False
    answered: bool = False


class Rung(Shape):
    """An escalation: the place of the level that has to act now."""

    block: Literal["rung"] = "rung"
    level: int = 0


class Objections(Shape):
    """A public notice: objections by number, upheld or not; None is unanswered. `over`: its length has passed.

    `posted_at` is when it was made public, `raised_at` when each objection came in.
    """

    block: Literal["objections"] = "objections"
    raised: dict[str, bool | None] = Field(default_factory=dict)
    raised_at: dict[str, datetime] = Field(default_factory=dict)
    posted_at: datetime | None = None
    over: bool = False


class Sending(Shape):
    """A filing: sent to which organs, under which number; `waiting` are those whose receipt is still owed.

    `level` is 1 once a refused transfer lies with the organ above.
    """

    block: Literal["sending"] = "sending"
    to: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    number: str | None = None
    level: int = 0


class Value(Shape):
    """A figure reported for the period that ended on `on`."""

    on: date
    value: str


class Series(Shape):
    """An indicator: the values taken so far, oldest first, and the last day of the sub-period awaited now."""

    block: Literal["series"] = "series"
    values: tuple[Value, ...] = ()
    awaited: date | None = None


class Marks(Shape):
    """A score: marks by criterion."""

    block: Literal["marks"] = "marks"
    given: dict[str, int] = Field(default_factory=dict)


class Handing(Shape):
    """A routing: to which organ it was given, whether that one objects, whether it has it; `objectors` so far."""

    block: Literal["handing"] = "handing"
    to: str | None = None
    objected: bool = False
    accepted: bool = False
    objectors: tuple[str, ...] = ()


class Occurrences(Shape):
    """A duty: how many occurrences it had, whether it is paused, which periods were opened.

    `last_period` is the first day of the last period that began while it ran or was paused; `opened` says how often
    each period (by its first day), or each day of an event, was opened.
    """

    block: Literal["occurrences"] = "occurrences"
    number: int = 0
    paused: bool = False
    last_period: date | None = None
    opened: dict[date, int] = Field(default_factory=dict)


def _with_block(kept: Any, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
    """What is kept says whose it is, also where everything else in it has its default and is left out."""
    return {"block": kept.block, **handler(kept)}


StepKept = Annotated[
    Kept | Items | Permit | Parts | Ballot | Session | Answers | Calls | Rung | Objections | Sending | Series | Marks
    | Handing | Occurrences,
    Field(discriminator="block"),
    WrapSerializer(_with_block),
]  # fmt: skip


class StepMark(Shape):
    """What became of a step that was taken: when, by whom, with which outcome, whether late; `kept` is the block's."""

    at: datetime
    by: str | None = None
    outcome: str = "done"
    late: bool = False
    round: int = 1
    kept: StepKept = Kept()


class ProceedingState(Shape):
    """A proceeding, a petition or a duty as it stands.

    `policy` names the version of its procedure and the day it was opened on; `step` is the place of the step under way,
    `by` the roles that owe it; `kept` is what its block keeps, `marks` what became of the steps taken (of each the last
    round). `light` as of a matter. `missed` counts how often the step under way has run out, `round` how often it has
    begun; `limit` is its own clock, kept when it no longer runs. `late` is whether anything in the step under way was
    missed, `urged` whether a letter has urged it since (催办).
    """

    id: str
    stage: ProceedingStage = ProceedingStage.UNKNOWN
    policy: str = ""
    terms: ProceedingTerms | None = None
    opened_at: datetime | None = None
    ended_at: datetime | None = None
    step: int = 0
    by: tuple[Role, ...] = ()
    begun_at: datetime | None = None
    round: int = 1
    missed: int = 0
    late: bool = False
    urged: bool = False
    kept: StepKept = Kept()
    marks: dict[str, StepMark] = Field(default_factory=dict)
    clocks: dict[StepClockKind, StepClock] = Field(default_factory=dict)
    extension: Extension | None = None
    limit: StepClock | None = None
    stops: tuple[Stop, ...] = ()
    light: Light = Light.GREEN
    cases: tuple[CaseBrief, ...] = ()
    launched: tuple[str, ...] = ()
    linked_to: str | None = None
    links: tuple[str, ...] = ()

    @property
    def over(self) -> bool:
        """Whether it has ended; a validity may still be running."""
        return self.stage in PROCEEDING_OVER

    @property
    def paused(self) -> bool:
        """Whether its time stands still now."""
        return bool(self.stops) and self.stops[-1].to_at is None
