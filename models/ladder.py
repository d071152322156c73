"""The shapes of the graded ladder: measures, who decides them, what they must leave behind, and where that is written.

Dated values are read and checked by policies/ladder.py; what follows from them is for the rules of a case.
"""

from enum import StrEnum
from typing import Generic, TypeVar

from models.base import Shape
from models.matters import Severity

T = TypeVar("T")

UNVERIFIED = "(未核实 unverified)"
"""The mark beside whatever nobody has checked, wherever it is shown."""


class Track(StrEnum):
    """The ladders and tracks: a case decides measures for persons and organs; the others it only hands over to."""

    PERSON = "person"
    ORGAN = "organ"
    DISCIPLINE = "discipline"
    CRIME = "crime"


class Competent(StrEnum):
    """Whose document a measure needs before it counts as executed."""

    NONE = "none"
    APPOINTING_ORGAN = "appointing_organ"
    SUPERVISION_COMMISSION = "supervision_commission"
    JUDICIAL_ORGAN = "judicial_organ"


class Sourced(Shape, Generic[T]):
    """A value and where it is written; `unverified` ones are common knowledge that nobody has checked yet."""

    value: T
    source: str
    unverified: bool = False

    @property
    def mark(self) -> str:
        """The mark to be shown beside the value; empty for one that was checked."""
        return UNVERIFIED if self.unverified else ""

    @property
    def cited(self) -> str:
        """Where it is written, with the mark."""
        return f"{self.source}{self.mark}"


class Evidence(Shape):
    """What executing a measure must leave: its kind, and the parts that may not be missing.

    A part written `a|b` is there when either is.
    """

    kind: str
    parts: tuple[str, ...] = ()


class Measure(Shape):
    """A measure as it stands on one date. `rank` orders the measures of a track; None: no execution or no effect."""

    code: str
    track: Track
    rank: int
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    source: str
    decides: Sourced[str]
    competent: Sourced[Competent]
    evidence: Sourced[Evidence]
    execution: Sourced[str | None]
    effect: Sourced[str | None]
    combines: Sourced[tuple[str, ...]]

    @property
    def unverified(self) -> tuple[str, ...]:
        """The names of the values that nobody has checked yet."""
        values = ("decides", "competent", "evidence", "execution", "effect", "combines")
        return tuple(name for name in values if getattr(self, name).unverified)

    @property
    def label(self) -> str:
        """The measure in words; a mark says that a value of it is unverified."""
        mark = f"(未核实 unverified: {', '.join(self.unverified)})" if self.unverified else ""
        return f"{self.code} {self.zh} {self.en}{mark}"


class Effect(StrEnum):
    """What a criterion does to a measure."""

    MITIGATION = "mitigation"
    AGGRAVATION = "aggravation"
    EXEMPTION = "exemption"


class Criterion(Shape):
    """A circumstance that the rules know, by which a measure becomes lighter, heavier, or none."""

    code: str
    effect: Effect
    zh: str
    en: str
    words: tuple[str, ...] = ()
    source: str
    unverified: bool = False

    @property
    def label(self) -> str:
        """The criterion in words; a mark says that it is unverified."""
        return f"{self.zh} {self.en}{UNVERIFIED if self.unverified else ''}"


class Ladder(Shape):
    """Everything the rules of a case take from the ladder on one date. `organs` is the entry at count 1."""

    key: str
    measures: tuple[Measure, ...]
    organs: dict[Severity, str]
    criteria: tuple[Criterion, ...]
