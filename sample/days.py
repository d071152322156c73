"""Which instant is meant by so many working days before the last day of a made-up past?"""

from datetime import date, datetime, time
from random import Random

from policies.calendar import Calendar
from policies.counting import counting
from policies.deadlines import SHANGHAI, local_date
from rehearsal.streams import OfficeHours


class Days:
    """Days as a past names them; `until` is the aware instant at which it ends."""

    def __init__(self, calendar: Calendar, until: datetime) -> None:
        self._calendar = calendar
        self._last = local_date(until)
        self.hours = OfficeHours(calendar, counting(self._last))

    def working(self, number: int) -> date:
        """The working day so many before (-) or after (+) the last day, which is no. 0 whatever it is."""
        if number < 0:
            return self._calendar.nth_working_before(self._last, -number)
        return self._calendar.nth_working_after(self._last, number) if number else self._last

    def at(self, text: str) -> datetime:
        """`-12 10:00`: that hour of the 12th working day before the last. Raises ValueError."""
        number, hour = text.split()
        return datetime.combine(self.working(int(number)), time.fromisoformat(hour), SHANGHAI)

    def some(self, rng: Random, number: int) -> datetime:
        """An instant in office hours, so many working days before the last."""
        return self.hours.on(rng, self.working(-number))

    def dated(self, value: object) -> object:
        """The same with every `@+8`, at any depth, written as the date of that working day."""
        if isinstance(value, dict):
            return {name: self.dated(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.dated(one) for one in value]
        if isinstance(value, str) and value.startswith("@"):
            return self.working(int(value[1:])).isoformat()
        return value
