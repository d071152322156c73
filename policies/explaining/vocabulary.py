"""In which shapes are the words of an explanation kept: of an act, a clock, a rule, and of what somebody can do?

The words of matters are in words.py, those of cases in case_words.py.
"""

from dataclasses import dataclass
from enum import StrEnum

from models.cases import CaseClockKind
from models.explanations import Words
from models.matters import ClockKind
from models.proceedings import StepClockKind

AnyClock = ClockKind | CaseClockKind | StepClockKind


class Who(StrEnum):
    """Who can do something about a clock, seen from the matter or the case."""

    LEAD = "lead"
    CO = "co"
    OFFICE = "office"
    LEADER = "leader"
    ABOVE = "above"
    NEW_LEAD = "new_lead"
    SUBJECT = "subject"
    PANEL = "panel"
    REVIEWERS = "reviewers"
    COMPETENT = "competent"
    ABOVE_STEP = "above_step"


class Needs(StrEnum):
    """What must have become of the one extension of a matter or case, for something to be possible."""

    NOTHING = "nothing"
    NOT_ASKED = "not_asked"
    PENDING = "pending"
    NOT_PROLONGED = "not_prolonged"


@dataclass(frozen=True, slots=True)
class Means:
    """What somebody can do so that a clock does not end in what it ends in; all before its due instant."""

    who: Who
    words: Words
    needs: Needs = Needs.NOTHING


@dataclass(frozen=True, slots=True)
class ClockWords:
    """A clock's name, what it ends in if nobody acts, and who can prevent that."""

    name: Words
    ends: Words
    means: tuple[Means, ...]


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A rule: what it says, where the contract has it, the parameters it takes, and what it accepts when it refuses."""

    words: Words
    contract: str
    parameters: tuple[str, ...] = ()
    accepts: Words | None = None


@dataclass(frozen=True, slots=True)
class About:
    """An act: what it means, and the rule it follows where it records none.

    `clock` is the clock that what follows is read from, where the act sets none itself.
    """

    words: Words
    rule: str
    clock: AnyClock | None = None
    follows: Words | None = None


def both(zh: str, en: str) -> Words:
    """A sentence in both languages."""
    return Words(zh=zh, en=en)


def means(who: Who, zh: str, en: str, needs: Needs = Needs.NOTHING) -> Means:
    """What `who` can do, in both languages."""
    return Means(who, Words(zh=zh, en=en), needs)
