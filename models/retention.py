"""How long files are kept: the classes with their dated periods, and what holds for one file."""

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from models.base import Shape
from models.matters import Severity


class ClassCode(StrEnum):
    """What kind of file it is, as far as keeping it is concerned."""

    MATTER_ORDINARY = "matter_ordinary"
    MATTER_IMPORTANT = "matter_important"
    PETITION = "petition"
    CASE_NO_MEASURE = "case_no_measure"
    CASE_LIGHT = "case_light"
    CASE_GRAVE = "case_grave"


class Period(Shape):
    """How long from the local date `from` on: whole years, or for ever; and where that is written."""

    since: date = Field(alias="from")
    years: int | None = Field(None, ge=1)
    permanent: bool = False
    source: str = Field(min_length=1)
    unverified: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.years is None) is not self.permanent:
            raise ValueError("years or permanent: true")
        return self


class RetentionClass(Shape):
    """A class with its periods, the earliest first."""

    code: ClassCode
    zh: str
    en: str
    dated: tuple[Period, ...] = Field(min_length=1)


class Important(Shape):
    """What makes a matter an important one."""

    bases: tuple[str, ...]
    severities: tuple[Severity, ...]
    source: str


class Bases(Shape):
    """The bases that make a matter a petition."""

    bases: tuple[str, ...]
    source: str


class Measures(Shape):
    """The measures that are light."""

    measures: tuple[str, ...]
    source: str


class Retention(Shape):
    """The whole table."""

    important: Important
    petitions: Bases
    light: Measures
    classes: tuple[RetentionClass, ...]


class Term(Shape):
    """How long one file is kept: by which class, since which local date, and from which date on it may be destroyed.

    `closed_on` None: something in it is not over yet. `due_on` None: for ever, or not known before it is closed.
    """

    code: ClassCode
    zh: str
    years: int | None
    closed_on: date | None
    due_on: date | None
    source: str
    unverified: bool

    @property
    def permanent(self) -> bool:
        """Whether it is kept for ever."""
        return self.years is None


class ArchiveCommand(StrEnum):
    """What can be asked about a file in the archive; releasing takes two persons, who say the same."""

    HOLD = "hold"
    RELEASE = "release"
    REQUEST_DESTRUCTION = "request_destruction"
    DESTROY = "destroy"
