"""The shapes of taking a petition in: who turns to the office, kept apart, and what a parameter of intake says."""

from datetime import date

from pydantic import Field

from models.base import Shape


class Identity(Shape):
    """Who turned to the office (Kind.PETITIONER): in no act, state, list, notice, history, log or export.

    Only `record/petitioners.py` keeps it, sealed; everything else knows an opaque reference.
    """

    name: str | None = None
    phone: str | None = None
    address: str | None = None
    id_number: str | None = None
    employer: str | None = None

    @property
    def told(self) -> dict[str, str]:
        """What was told of it, by field; {} for an anonymous petitioner."""
        return {name: value.strip() for name, value in self if value is not None and value.strip()}


class DatedNumber(Shape):
    """A whole number from the local date `from` on, and where it is written."""

    since: date = Field(alias="from")
    value: int = Field(ge=0)
    source: str = Field(min_length=1)


class DatedWords(Shape):
    """Words from the local date `from` on, and where they are written."""

    since: date = Field(alias="from")
    value: tuple[str, ...] = Field(min_length=1)
    source: str = Field(min_length=1)


class IntakeParameters(Shape):
    """What intake goes by: `similarity` in per cent, `looked_back` in days, `answers` items of evidence by name."""

    similarity: tuple[DatedNumber, ...] = Field(min_length=1)
    looked_back: tuple[DatedNumber, ...] = Field(min_length=1)
    answers: tuple[DatedWords, ...] = Field(min_length=1)
