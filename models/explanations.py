"""The shapes of an answer to "why?": what happened, by which rule, on which facts, counted how, told to whom.

Every sentence stands in Chinese and English. What goes into them is for policies/explaining/.
"""

from datetime import date, datetime
from enum import StrEnum

from models.acts import ActName
from models.base import Shape
from models.cases import CaseClockKind
from models.matters import ClockKind
from models.proceedings import StepClockKind


class Words(Shape):
    """One sentence in both languages."""

    zh: str
    en: str


class Number(Shape):
    """A dated parameter of the procedure: its name in the file, its value, and what it rests on."""

    name: str
    value: str
    source: str


class CountingRule(Shape):
    """A counting rule (R1–R18) in words, with the sources of its values in force."""

    rule: str
    words: Words
    sources: tuple[str, ...]


class Rule(Shape):
    """By which rule something happened, and what the ruling was made under.

    `contract` is the section of the contract the rule is written in. `policy` and `calendar` are the versions recorded
    with the act, empty where the act is no ruling. `provisional` is None where the act sets no due instant.
    """

    entry: str
    words: Words
    contract: str
    note: Words | None = None
    policy: str = ""
    calendar: str = ""
    provisional: bool | None = None
    numbers: tuple[Number, ...] = ()
    counting: tuple[CountingRule, ...] = ()


class Fact(Shape):
    """A fact the answer rests on: the act of the chain that proves it; `seq` is None for one that is no act."""

    words: Words
    seq: int | None = None
    at: datetime | None = None


class CountedDay(Shape):
    """One day of a count: its running number, or None when it was skipped, and why."""

    date: date
    counted: int | None
    zh: str
    en: str
    provisional: bool = False


class SegmentKind(StrEnum):
    """What a clock did in a stretch of its life.

    It ran; it stood still; or its limit was used up and its end moved on, off days off or to an instant told before.
    """

    RUNNING = "running"
    SUSPENDED = "suspended"
    MOVED = "moved"


class Segment(Shape):
    """A stretch of a clock's life from `from_at` to `to_at` (exclusive), instants in Asia/Shanghai.

    `counted` is what of the limit was used up in it: seconds of a limit in hours, days of any other (half a day and
    same-day are one day); 0 while suspended or moved on.
    """

    kind: SegmentKind
    from_at: datetime
    to_at: datetime
    counted: int


class Counted(Shape):
    """One clock from its start to its due instant, day by day.

    `due_at` is the recorded instant, None where no act records it; it stands whatever is derived. `derived_at` is what
    the days come to under `calendar`, None where nothing can be counted. `segments` are its stretches up to the
    recorded instant (derived where none is recorded), or up to the stop while it stands still; empty where nothing can
    be counted. `note` says what differs, and why.
    """

    kind: ClockKind | CaseClockKind | StepClockKind
    name: Words
    started_at: datetime
    started_by: int | None
    limit: str
    due_at: datetime | None
    derived_at: datetime | None
    calendar: str
    rules: tuple[str, ...] = ()
    days: tuple[CountedDay, ...] = ()
    segments: tuple[Segment, ...] = ()
    note: Words | None = None

    @property
    def agrees(self) -> bool | None:
        """Whether the days come to the recorded instant; None where one of the two is not known."""
        if self.due_at is None or self.derived_at is None:
            return None
        return self.due_at == self.derived_at


class Telling(Shape):
    """That one post was told, over one channel; `proof` is what the channel answered, `failure` why it did not."""

    post: str
    channel: str
    state: str
    at: datetime | None = None
    attempts: int = 0
    proof: str | None = None
    failure: str | None = None


class Paper(Shape):
    """A document that was issued with the act."""

    number: str
    title: str


class Way(Shape):
    """Who could stop it, by doing what, and until when (before that instant; None: the record does not say)."""

    who: str
    words: Words
    until: datetime | None = None


class Explanation(Shape):
    """The answer to "why?" about one act, or (`act` None) about where its target stands now.

    `could` is who could have stopped it; `instead` what would be accepted, for a refusal; `follows` what comes next if
    nobody acts, and `can` who can stop that; `since` what became of the act later: withdrawn, corrected, ruled again.
    """

    target: str
    title: str | None
    seq: int | None
    act: ActName | None
    at: datetime | None
    happened: tuple[Words, ...]
    rule: Rule
    facts: tuple[Fact, ...] = ()
    clocks: tuple[Counted, ...] = ()
    told: tuple[Telling, ...] = ()
    papers: tuple[Paper, ...] = ()
    could: tuple[Way, ...] = ()
    instead: tuple[Words, ...] = ()
    follows: tuple[Words, ...] = ()
    can: tuple[Way, ...] = ()
    since: tuple[Words, ...] = ()
