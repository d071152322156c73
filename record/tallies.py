"""How many matters stand where, without counting them?

Triggers (record/migrations, 0017) move a matter from its lines to others in the transaction that changes it, whoever
writes: a line for each circle, stage and light, once over all bases and once for each basis; and a line for each circle
and day of what was registered and closed. Nothing here depends on a clock. `differing` recounts.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Integer, cast, delete, func, insert, select
from sqlmodel import Session

from models.rows import SHANGHAI, DayRow, MatterRow, TallyRow, table

_MATTERS = table(MatterRow)
_TALLIES, _DAYS = table(TallyRow), table(DayRow)
_KEYS = {_TALLIES: 4, _DAYS: 2}
_PAGE = 10_000

ALL_BASES = ""
"""What the lines of all bases together say."""

Line = tuple[Any, ...]
Counts = dict[Line, tuple[int, ...]]
"""By basis, circle, stage, light: matters, escalated, suspended, open cases. By day and circle: registered, closed."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a line says, and what it would say had the matters been counted; empty where there is no such line."""

    line: Line
    kept: tuple[int, ...]
    counted: tuple[int, ...]


def of_basis(basis: str | None) -> str:
    """What the lines of one basis say."""
    return f"={basis or ''}"


def basis_of(text: str) -> str:
    """The basis whose lines say this."""
    return text[1:]


def day_of(instant: datetime) -> date | None:
    """The day in Shanghai that begins at this aware instant; None where none does."""
    local = instant.astimezone(SHANGHAI)
    return local.date() if local.time() == time() else None


def kept(session: Session) -> Counts:
    """What the lines say; a line that everybody has left says nothing."""
    rows = [(tuple(row[:keys]), tuple(row[keys:])) for of, keys in _KEYS.items() for row in session.execute(select(of))]
    return {line: numbers for line, numbers in rows if any(numbers)}


def recounted(session: Session) -> Counts:
    """What the lines would say, had the matters been counted now; reads every matter."""
    of = _MATTERS.c
    by = (of.circle, of.basis, of.stage, of.light)
    sums = (func.sum(cast(one, Integer)) for one in (of.level >= 1, of.suspended, of.cases_open))
    found: dict[Line, Counter[int]] = {}

    def add(line: Line, *numbers: int) -> None:
        found.setdefault(line, Counter()).update(dict(enumerate(numbers)))

    for circle, basis, stage, light, *numbers in session.execute(select(*by, func.count(), *sums).group_by(*by)):
        for lines_of in (ALL_BASES, of_basis(basis)):
            add((lines_of, circle or "", stage, light), *numbers)
    happened = select(of.circle, of.registered_at, of.closed_at).execution_options(yield_per=_PAGE)
    for circle, *instants in session.execute(happened):
        for place, at in enumerate(instants):
            if at is not None:
                add((at.astimezone(SHANGHAI).date(), circle or ""), int(place == 0), int(place == 1))
    return {line: tuple(numbers[place] for place in sorted(numbers)) for line, numbers in found.items()}


def differing(session: Session) -> list[Difference]:
    """The lines that do not say what a recount says; [] when the tallies are right."""
    said, counted = kept(session), recounted(session)
    lines = sorted((line for line in said.keys() | counted.keys() if said.get(line) != counted.get(line)), key=str)
    return [Difference(line, said.get(line, ()), counted.get(line, ())) for line in lines]


def recount(session: Session) -> None:
    """Make every line anew from the matters, in a writing transaction."""
    counted = recounted(session)
    for of, keys in _KEYS.items():
        session.execute(delete(of))
        names = [column.name for column in of.c]
        rows = [dict(zip(names, (*line, *numbers), strict=True)) for line, numbers in counted.items()
                if len(line) == keys]  # fmt: skip
        if rows:
            session.execute(insert(of), rows)
