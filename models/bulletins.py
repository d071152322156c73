"""What a bulletin says: figures, each with the targets it counts, and rankings by net time."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from models.acts import ActName
from models.base import Shape


class BulletinKind(StrEnum):
    """月报, 季报, 问责统计."""

    MONTH = "month"
    QUARTER = "quarter"
    ACCOUNTABILITY = "accountability"


@dataclass(frozen=True, slots=True)
class Happened:
    """One act as a bulletin needs it: `organ` the lead it names, where it does; `measure` of a case."""

    target: str
    act: ActName
    at: datetime
    due: datetime | None = None
    organ: str | None = None
    subject: str | None = None
    measure: str | None = None
    value: str | None = None
    reason: str | None = None


class Figure(Shape):
    """One figure: its name (Chinese first), how many, and of which targets; `amount` in words where it is no count."""

    name: str
    targets: tuple[str, ...] = ()
    amount: str | None = None

    @property
    def count(self) -> int:
        """How many targets it counts."""
        return len(self.targets)


class NetTime(Shape):
    """How long a matter was in its lead's hands, in working days, and what was not counted.

    `gross` are the working days after the day of assignment up to the last day; `net` is what is left without those of
    `paused`, `extended` (days that a granted extension added, as far as they were used) and `elsewhere` (verification,
    objections and transfers that others had to answer).
    """

    gross: int
    paused: int
    extended: int
    elsewhere: int

    @property
    def net(self) -> int:
        """The working days that count."""
        return self.gross - self.paused - self.extended - self.elsewhere


class RankedMatter(Shape):
    """A finished matter as a ranking has it."""

    target: str
    time: NetTime
    in_time: bool


class Rank(Shape):
    """An organ's place among those that finished something in the period; equal figures share a place."""

    place: int
    organ: str
    matters: tuple[RankedMatter, ...]

    @property
    def finished(self) -> int:
        """How many matters it finished."""
        return len(self.matters)

    @property
    def in_time(self) -> int:
        """How many of them without ever being overdue."""
        return sum(one.in_time for one in self.matters)

    @property
    def mean_net(self) -> float:
        """The mean of their net working days, to a tenth."""
        return round(sum(one.time.net for one in self.matters) / len(self.matters), 1)


class OrganFigures(Shape):
    """One organ's line of a bulletin."""

    organ: str
    figures: tuple[Figure, ...]


class Bulletin(Shape):
    """A bulletin of one period, as the record stood at the end of `as_of`; the same again from the same record.

    `first` and `last` are local dates, both included.
    """

    kind: BulletinKind
    title: str
    first: date
    last: date
    as_of: date
    figures: tuple[Figure, ...]
    organs: tuple[OrganFigures, ...]
    ranking: tuple[Rank, ...] = ()
