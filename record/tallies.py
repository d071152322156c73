"""How many matters stand where, without counting them?

One line per lead, stage and light, moved in the transaction that moves the matter; views.by_organ adds the lines up.
A matter that was refused, or has no lead, is counted nowhere. A test recounts.
"""

from typing import NamedTuple

from sqlmodel import Session

from models.matters import Stage
from models.rows import TallyRow, table
from record.statements import Prepared, Values, upsert

_ADD = Prepared(upsert(table(TallyRow), "lead", "stage", "light", add=("matters", "escalated", "cases_open")))


class Tally(NamedTuple):
    """The line a matter is counted on, and what it adds there beside itself."""

    lead: str
    stage: str
    light: str
    escalated: int
    cases_open: int


def tally(row: Values | None) -> Tally | None:
    """The line of a matter whose row holds these values; None when there is no such row or it is not counted."""
    if row is None or row["lead"] is None or row["stage"] == Stage.REFUSED:
        return None
    return Tally(row["lead"], row["stage"], row["light"], int(row["level"] >= 1), row["cases_open"])


def move(session: Session, before: Tally | None, after: Tally | None) -> None:
    """Count a matter on its new line and no longer on its old one."""
    if before == after:
        return
    moved = [(line, by) for line, by in ((before, -1), (after, 1)) if line is not None]
    # In one order for everybody, so that two transactions never wait for each other's lines.
    rows = [
        {
            "lead": line.lead,
            "stage": line.stage,
            "light": line.light,
            "matters": by,
            "escalated": by * line.escalated,
            "cases_open": by * line.cases_open,
        }
        for line, by in sorted(moved)
    ]
    _ADD.run_each(session, rows)
