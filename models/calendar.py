"""A holiday notice as published: the unit in which the working-day calendar is loaded and versioned."""

import datetime as dt

from pydantic import Field

from models.base import Shape


class CalendarNotice(Shape):
    """One official notice about the days off of one calendar year (dates are local to Asia/Shanghai).

    `days_off` are the days the notice declares off, whatever their weekday; `workdays` the Saturdays and Sundays it
    declares working. A notice may reach into the neighbouring year (2011-12-31 was set by the 2012 notice). The first
    notice of a year makes that year official; a later notice of the same year amends it day by day.
    """

    number: str = Field(min_length=1)
    date: dt.date
    year: int = Field(ge=1949, le=2200)
    days_off: tuple[dt.date, ...] = ()
    workdays: tuple[dt.date, ...] = ()
    names: dict[dt.date, str] = Field(default_factory=dict)
    source: str = ""
