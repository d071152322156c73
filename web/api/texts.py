"""What may a text, a number, an instant in a request be? Bounded, and nothing that a database or a history cannot hold.

The bounds stand in the OpenAPI document, so that a program can keep to them; what a text means is for the rules.
"""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StrictBool, StrictInt, StringConstraints

PRINTABLE = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F]*$"
"""No control characters but tab and line ends: PostgreSQL has no place for some, a page none for the others."""

LONGEST_TEXT = 4_000
LONGEST_NAME = 60
"""Characters of the name of an organ, a post, a procedure (intake/problems.py has the same bound)."""
LONGEST_TITLE = 200
LONGEST_LIST = 100

Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT, pattern=PRINTABLE)]
Title = Annotated[str, StringConstraints(max_length=LONGEST_TITLE, pattern=PRINTABLE)]
Name = Annotated[str, StringConstraints(max_length=LONGEST_NAME, pattern=PRINTABLE)]
Short = Annotated[str, StringConstraints(max_length=64, pattern=PRINTABLE)]

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""The SHA-256 of a file, in hexadecimal."""

_FOLLOWING = r"(/[A-Za-z0-9\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff._-]{0,63}){0,2}$"
TARGET = r"^[A-Za-z0-9][A-Za-z0-9\u4e00-\u9fff._-]{0,95}" + _FOLLOWING
"""The id of a matter, a case, a proceeding, a petition or a duty."""
MATTER_ID = r"^[A-Za-z0-9][A-Za-z0-9\u4e00-\u9fff._-]{0,95}$"
"""A matter that a duty has opened is called after the duty, in Chinese where that is."""
CASE_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$"
KEY = r"^[\x21-\x7E]{1,128}$"
STEPS_NAME = r"^[A-Za-z0-9\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff._-]{0,63}$"
"""What follows the slash in the id of a proceeding, a petition or a duty; an office may name a duty in Chinese."""
ORIGIN_ID = r"^(?:[A-Za-z0-9]|(?:proceeding|petition|duty)/[A-Za-z0-9\u4e00-\u9fff])[A-Za-z0-9\u4e00-\u9fff._-]{0,63}$"
"""What stands before the last slash in the id of a case: a matter, a source, or a proceeding, petition or duty."""
CURSOR = r"^[A-Za-z0-9\u4e00-\u9fff+|:./_-]{1,120}$"

Number = Annotated[StrictInt, Field(ge=0, le=1_000_000_000)]
Truth = StrictBool


FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
"""The days that can be said."""


def _of_our_time(value: Any) -> Any:
    # Days are counted on, and instants told in UTC: at the ends of the calendar neither can be done.
    if not FIRST_DAY.year <= value.year <= LAST_DAY.year:
        raise ValueError(f"a date from {FIRST_DAY.year} to {LAST_DAY.year} is taken")
    return value


def _written(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError("an instant is written as text")  # noqa: TRY004 - pydantic turns it into a fault
    return value


Moment = Annotated[
    AwareDatetime, AfterValidator(_of_our_time), BeforeValidator(_written, json_schema_input_type=datetime)
]
"""An instant with its offset, as ISO 8601, of the years 1900 to 2200."""


_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _a_day(value: Any) -> Any:
    # Digits alone would be taken for an instant of a machine's clock.
    if not (isinstance(value, date) or (isinstance(value, str) and _ISO_DAY.fullmatch(value))):
        raise ValueError("a date is written as text")
    return value


Day = Annotated[date, AfterValidator(_of_our_time), BeforeValidator(_a_day, json_schema_input_type=date)]
"""A date, as ISO 8601, of the years 1900 to 2200."""

Part = Text | Number | Truth | Annotated[list[Text], Field(max_length=LONGEST_LIST)]
_PART_NAME = PRINTABLE.replace("*$", "{1,64}$")
_Named = Annotated[str, StringConstraints(pattern=_PART_NAME)]
_FEW = Field(max_length=50, json_schema_extra={"additionalProperties": False})
Parts = Annotated[dict[_Named, Part], _FEW]
Numbers = Annotated[dict[_Named, Number], _FEW]
Texts = Annotated[dict[_Named, Text], _FEW]
"""What is shown as proof, or corrected: values by name."""
