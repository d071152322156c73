"""The building blocks that a procedure file combines: the typed parameters of each, with their numbers filled in.

In the file every number stands under `parameters`, dated and with its source, and a block names it; what is here is
what one day's values came to. What a block does is for policies/blocks/. Limits are texts (`5wd`, policies/limits.py);
fractions are texts such as `2/3`.
"""

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from models.acts import ActName
from models.base import Shape
from models.matters import Severity
from models.policy import Role


def _listed(value: Any) -> Any:
    """One word where a list may stand is a list of that word."""
    return [value] if isinstance(value, str) else value


def _unlisted(value: Any) -> tuple[Any, ...]:
    """Other forms of a list of one: the word alone, and a tuple."""
    return (value[0], tuple(value)) if isinstance(value, list) else ()


def _fraction(value: Any) -> Any:
    return Fraction(value) if isinstance(value, str) else value


class Meaning(StrEnum):
    """What a text in a block is, where the checks have to know: a limit, or words that are no number's name."""

    LIMIT = "limit"
    WORD = "word"


LimitText = Annotated[str, Meaning.LIMIT]
Word = Annotated[str, Meaning.WORD]
Roles = Annotated[tuple[Role, ...], BeforeValidator(_listed)]
Words = Annotated[tuple[Word, ...], BeforeValidator(_listed)]
Share = Annotated[Fraction, BeforeValidator(_fraction)]


class CountedFrom(StrEnum):
    """Where a step's limit begins: when the step does, when the proceeding was opened, or at the event it is about.

    BEFORE_EVENT counts back from the event (R12): the step has to be done by the latest day that keeps the distance.
    """

    STEP = "step"
    OPENING = "opening"
    EVENT = "event"
    BEFORE_EVENT = "before_event"


class Then(StrEnum):
    """What becomes of a step that nobody took in time. Silence never approves, but where a law says so (CONSENT)."""

    WAIT = "wait"
    CONSENT = "consent"
    LAPSE = "lapse"
    NEXT = "next"


class Missed(Shape):
    """What follows a missed limit, beside `step_overdue`, which is always told to the organ above the one that owed it.

    `again` repeats it, one organ higher each time, after that limit. `supervise` launches a supervised matter with that
    limit against the lead; `propose` proposes a case of that severity against the holder of `subject`. `law` is the
    statute that makes silence a consent; without one it never is. `urge` is how long after the limit a letter urges it
    (催办函); `over` is how long after that letter, still not done, it is told again and what follows is proposed, not
    at once. With `circulate` a circular is asked of the leader then (通报), which only he can approve.
    """

    then: Then = Then.WAIT
    again: LimitText | None = None
    supervise: LimitText | None = None
    propose: Severity | None = None
    subject: Role = Role.LEAD_HEAD
    law: Word | None = None
    urge: LimitText | None = None
    over: LimitText | None = None
    circulate: Literal["no", "leader"] = "no"


class MoreTime(Shape):
    """That a step may be given more time, once, before it runs out: at most `longest` more.

    The leader decides, or the head above him where his own organ asks (W3, policies/relations.py `step_extender`).
    """

    longest: LimitText
    by: Literal["leader"] = "leader"


class Block(Shape):
    """What every block has.

    `name` is the step's name within its file, `title` what users read. `by` are the roles that take the step. `counted`
    says where `limit` begins; None is a step without a limit. `reminders` are working days before the last day.
    `pauses` are the reasons for which time is not counted. `tell` are told when it begins, beside those who owe it.
    """

    name: Word
    title: Word
    by: Roles = (Role.LEAD_HANDLER, Role.LEAD_HEAD)
    limit: LimitText | None = None
    counted: CountedFrom = CountedFrom.STEP
    reminders: tuple[int, ...] = ()
    missed: Missed = Missed()
    more_time: MoreTime | None = None
    pauses: Words = ()
    tell: Roles = ()


class Deadline(Block):
    """Something is owed by a day: done with the `shown` evidence, by name (限时办结)."""

    block: Annotated[Literal["deadline"], Meaning.WORD] = "deadline"
    shown: Words = ()


class Checklist(Block):
    """What has to be there, item by item; everything missing is told at once, and only once (一次性告知).

    After acceptance nothing more may be asked for. With `missed.then: consent` a file whose defects nobody told of in
    time counts as accepted (许可法 32).
    """

    block: Annotated[Literal["checklist"], Meaning.WORD] = "checklist"
    items: Words


class Guard(StrEnum):
    """What happens where another proceeding of the same procedure, open or still valid, is about the same subject.

    WARN goes on and says so, REFUSE does not open it, MERGE opens it as linked to the other; each names its number.
    """

    NONE = "none"
    WARN = "warn"
    REFUSE = "refuse"
    MERGE = "merge"


class Approval(Block):
    """One of `by`, or with `all_of` every post that they mean, grants; the first denial ends it.

    `validity` is how long what was granted holds (R15), or until which day. `collective` asks for the minutes of a
    collective discussion. `guard` looks for a duplicate when the proceeding is opened; `most` is how many may be
    granted about one subject in a calendar month, None for any number.
    """

    block: Annotated[Literal["approval"], Meaning.WORD] = "approval"
    all_of: bool = False
    validity: LimitText | None = None
    collective: bool = False
    guard: Guard = Guard.NONE
    most: int | None = Field(default=None, ge=1)


class Vote(Block):
    """The panel votes: `quorum` of its members present, `majority` of those present, or of all members (`base`).

    `majority` has to be exceeded, or with `at_least` reached. Not enough present: postponed, at most `postponed` times,
    then it has failed. `secret`: how each voted is kept nowhere, only that he did. Members who stand down, or belong to
    the organ it is about, are no members for this vote (W3).
    """

    block: Annotated[Literal["vote"], Meaning.WORD] = "vote"
    quorum: Share = Field(default=Fraction(2, 3), gt=0, le=1)
    majority: Share = Field(default=Fraction(1, 2), gt=0, le=1)
    at_least: bool = False
    base: Literal["present", "members"] = "present"
    secret: bool = False
    postponed: int = Field(default=1, ge=0)


class Meeting(Block):
    """A meeting on a day: what has to be sent out how long before it (counted back, R12), who has to be there.

    `notices` maps what is sent (告示, 名单, 材料) to how long before. `public_share` is the least share of stakeholders
    and public (policies/blocks/meeting.py PUBLIC) among the representatives. `quorum` of the representatives, or
    without any of the organs invited, have to be present, or it is postponed, at most `postponed` times, then it has
    failed. `organs`: the least number of organs invited. `minutes`: what has to be shown once it was held.
    """

    block: Annotated[Literal["meeting"], Meaning.WORD] = "meeting"
    notices: dict[str, LimitText] = Field(default_factory=dict)
    public_share: Share | None = Field(default=None, gt=0, le=1)
    quorum: Share | None = Field(default=None, gt=0, le=1)
    organs: int = Field(default=0, ge=0)
    postponed: int = Field(default=1, ge=0)
    minutes: Words = ()


class Replies(Block):
    """Every opinion given before is answered: adopted or not, with reasons, in writing; then all of it is published."""

    block: Annotated[Literal["replies"], Meaning.WORD] = "replies"
    published: bool = True


class Joint(Block):
    """The lead and at least `parts` co-handlers: each gives its opinion within `opinion`, then the lead concludes.

    `limit` is for the whole. With `missed.then: consent`, and a law, a co-handler silent at the end of `opinion` counts
    as agreeing; otherwise its head is told. Dissent is for the leader to settle (决策层排解), within `decision`.
    """

    block: Annotated[Literal["joint"], Meaning.WORD] = "joint"
    parts: int = Field(default=1, ge=1)
    opinion: LimitText
    decision: LimitText | None = None


class Feedback(Block):
    """Whoever asked is called back and says whether he is satisfied (回访); if not, `redo` is the step done again.

    It is done again within `redo_limit`, from then on (None: the step's own limit). After `rounds` rounds it climbs to
    `climb`, who answers in person within `climb_limit` (None: `limit`); a prominent petition after the first. On
    `unreachable` days it is tried to reach whoever asked; then it counts as done, with that said.
    """

    block: Annotated[Literal["feedback"], Meaning.WORD] = "feedback"
    redo: Word
    redo_limit: LimitText | None = None
    rounds: int = Field(default=2, ge=1)
    climb: Role = Role.LEADER
    climb_limit: LimitText | None = None
    unreachable: int = Field(default=3, ge=1)


class Level(Shape):
    """One level of an escalation: who has to act, within which limit."""

    holder: Role
    limit: LimitText


class Escalation(Block):
    """Somebody higher each time: the holder of the first level acts within its limit, or the next one has to.

    The holder of a level may hand it up at once, with reasons, but never down. The last level is told again after each
    further limit, one organ higher each time. Each level has its own limit; the step has none, and no `by`.
    """

    block: Annotated[Literal["escalation"], Meaning.WORD] = "escalation"
    levels: tuple[Level, ...] = Field(min_length=1)
    shown: Words = ()

    @model_validator(mode="before")
    @classmethod
    def _begins_at_the_first_level(cls, content: Any) -> Any:
        """Who owes the step, and by when, is what the first level says; saying something else is a mistake."""
        levels = content.get("levels") if isinstance(content, dict) else None
        first = levels[0] if isinstance(levels, list | tuple) and levels else None
        if not isinstance(first, dict):
            return content
        own = {"by": [first.get("holder")], "limit": first.get("limit")}
        if any(content.get(name) not in (None, value, *_unlisted(value)) for name, value in own.items()):
            raise ValueError("办理人和时限写在各级上 who and by when is said by the levels")
        return {**content, **own}


class PublicNotice(Block):
    """Made public within `limit`, for `length` (R15: no rolling); each objection is answered within `answer`.

    It counts as over when its length has passed and every objection is answered. One that holds ends it as denied, or
    begins the step `redo` again.
    """

    block: Annotated[Literal["public_notice"], Meaning.WORD] = "public_notice"
    length: LimitText
    answer: LimitText
    redo: Word | None = None


class Filing(Block):
    """A paper goes to another body: for the record (备案), as a copy (抄送) or with the matter itself (移送).

    It is sent within `limit`; each receiver gives its receipt within `receipt`, or (only a transfer) refuses it with
    reasons, and the organ above the receiver settles it within `settle` (None: `receipt`). Only a copy may do without
    receipt. Before it is sent, a transfer may be decided against, with reasons.
    """

    block: Annotated[Literal["filing"], Meaning.WORD] = "filing"
    what: Annotated[Literal["record", "copy", "transfer"], Meaning.WORD] = "record"
    to: Roles = (Role.OFFICE,)
    receipt: LimitText | None = None
    settle: LimitText | None = None


class Indicator(Block):
    """A figure to be reached by the end of a calendar period: at least, or at most, `target` in `unit`.

    A value is owed for each `every` of the period, `due_within` after its last day. `kind`: a level (a rate), whose
    last value counts, or a sum that grows through the period. Values outside `least` .. `most` are questioned, not
    taken: no share is above 100 %. Yellow: the forecast misses the target; red: the period has ended and it was missed,
    upon which follows what `missed` says for a step that ran out.
    """

    block: Annotated[Literal["indicator"], Meaning.WORD] = "indicator"
    direction: Literal["at_least", "at_most"] = "at_least"
    target: Decimal
    unit: Word = "%"
    kind: Literal["level", "sum"] = "level"
    most: Decimal | None = None
    least: Decimal | None = None
    every: Literal["1mo", "3mo", "6mo", "12mo"]
    period: Literal["1mo", "3mo", "6mo", "12mo"]
    due_within: LimitText


class Criterion(Shape):
    """One line of a scoring standard: its name and full marks."""

    name: Word
    full: int


class Score(Block):
    """An assessment: marks by criterion, none above its full marks; what the total leads to.

    `passed` is the least total; `grades` maps a grade to the least total for it, best first. A criterion in `veto` that
    gets nothing is not passed, whatever the total. Not passed: `rectify` launches a supervised matter with that limit,
    `loses` names what is lost (the year's awards), `lower_by` takes so many grades off the leadership team.
    """

    block: Annotated[Literal["score"], Meaning.WORD] = "score"
    criteria: tuple[Criterion, ...]
    passed: int
    grades: dict[str, int] = Field(default_factory=dict)
    veto: Words = ()
    rectify: LimitText | None = None
    loses: Word | None = None
    lower_by: int = 0


class FirstOffence(Block):
    """The subject is looked up in the register: nothing within `within` is a first offence, exempt; else it is not."""

    block: Annotated[Literal["first_offence"], Meaning.WORD] = "first_offence"
    within: LimitText = "12mo"


class Routing(Block):
    """Given to the organ that has to handle it, which may object within `objection`; decided within `decision`.

    Once accepted it is not sent back. Whoever received it first keeps it until somebody has it (首问负责).
    """

    block: Annotated[Literal["routing"], Meaning.WORD] = "routing"
    objection: LimitText
    decision: LimitText


class Recurrence(Block):
    """A duty that falls due again and again; each occurrence is a matter of its own.

    `every` is the length of a period (`half-month`, `1w`, `2w`, `1mo`, `3mo`, `6mo`, `12mo`, `24mo` … `60mo`), or
    `event`: it falls due `within` so long of each event reported. `day` is the day of the month by which it is due
    (that day included, R16), `month` which month of the period (the first), `weekday` the day of a week (1 is Monday);
    without them it is due by the period's last day. `late` is how long after its beginning a missed occurrence is still
    assigned, not imported. It falls due `times` in a period, and when asked for up to `most`. `about` says what an
    occurrence is called: `{title}` and `{period}` stand for the duty's title and the period. `shown` is what has to be
    handed in, `figures` what it asks for in numbers, by name; both are the requirement of its matter.
    """

    block: Annotated[Literal["recurrence"], Meaning.WORD] = "recurrence"
    every: str
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    within: LimitText | None = None
    late: LimitText | None = None
    times: int = 1
    most: int | None = None
    about: Word = "{title}({period})"
    shown: Words = ()
    figures: dict[str, int | str] = Field(default_factory=dict)


AnyBlock = Annotated[
    Deadline
    | Checklist
    | Approval
    | Vote
    | Meeting
    | Replies
    | Joint
    | Feedback
    | Escalation
    | PublicNotice
    | Filing
    | Indicator
    | Score
    | FirstOffence
    | Routing
    | Recurrence,
    Field(discriminator="block"),
]


class Plan(Shape):
    """A block procedure as of one day: its steps in order, every number filled in.

    `key` names the file's version and the day. `of` says what instances are; `carries` which mechanisms of the
    checklist it carries. `tell` says who learns of which act. `sources` says where each number comes from.
    """

    key: str
    name: str
    title: str
    of: Literal["proceeding", "petition", "duty"] = "proceeding"
    carries: tuple[str, ...] = ()
    steps: tuple[AnyBlock, ...]
    tell: dict[ActName, tuple[Role, ...]] = Field(default_factory=dict)
    sources: dict[str, str] = Field(default_factory=dict)

    def place(self, step: str) -> int:
        """The place of the step of that name; raises KeyError for an unknown one."""
        for place, block in enumerate(self.steps):
            if block.name == step:
                return place
        raise KeyError(step)
