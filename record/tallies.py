"""How many matters stand where, without counting them?

One line per lead, stage, light and "escalated or not", moved in the transaction that moves the matter; views.by_organ
adds the lines up. A matter that was refused, or has no lead, is counted nowhere. A test recounts.
"""

from sqlmodel import Session

from models.matters import Stage
from models.rows import TallyRow, table
from record.statements import Prepared, Tally, upsert

_ADD = Prepared(upsert(table(TallyRow), "lead", "stage", "light", "escalated", add=("matters", "cases_open")))


def tally(lead: str | None, stage: str, light: str, level: int, cases_open: int) -> Tally | None:
    """The line a matter with these values is counted on; None when it is not counted."""
    if lead is None or stage == Stage.REFUSED:
        return None
    return Tally(lead, str(stage), str(light), level >= 1, cases_open)


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
            "escalated": line.escalated,
            "matters": by,
            "cases_open": by * line.cases_open,
        }
        for line, by in sorted(moved)
    ]
    _ADD.run_each(session, rows)
