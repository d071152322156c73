"""What would the tallies be, had the matters been counted? What they are; the two must agree at all times."""

from sqlalchemy import select
from sqlmodel import Session

from models.matters import Stage
from models.rows import MatterRow, TallyRow, table

Counts = dict[tuple[str, str, str], tuple[int, int, int]]

_MATTERS = table(MatterRow)
_TALLIES = table(TallyRow)


def tallied(session: Session) -> Counts:
    """What the lines say; a line that everybody has left says nothing."""
    lines = {
        (row.lead, row.stage, row.light): (row.matters, row.escalated, row.cases_open)
        for row in session.execute(select(_TALLIES))
    }
    return {key: counts for key, counts in lines.items() if any(counts)}


def recounted(session: Session) -> Counts:
    """What the lines have to say."""
    counts: Counts = {}
    for row in session.execute(select(_MATTERS)):
        if row.lead is not None and row.stage != Stage.REFUSED:
            key = (row.lead, row.stage, row.light)
            matters, escalated, cases_open = counts.get(key, (0, 0, 0))
            counts[key] = (matters + 1, escalated + int(row.level >= 1), cases_open + row.cases_open)
    return counts
