"""Which columns have the tables of matters, proceedings, cases and acts, in order? How many rows have they?

For whoever copies whole rows.
"""

from sqlalchemy import func, select
from sqlmodel import Session

from models.rows import (
    ActRow,
    CaseRow,
    CaseSnapshotRow,
    DoingRow,
    FinishedRow,
    HeadRow,
    MatterRow,
    NoticeRow,
    PartyRow,
    ProceedingRow,
    ProceedingSnapshotRow,
    SnapshotRow,
    TallyRow,
    table,
)

_TABLES = (MatterRow, SnapshotRow, ProceedingRow, ProceedingSnapshotRow, CaseRow, CaseSnapshotRow, PartyRow, ActRow,
           HeadRow, NoticeRow, TallyRow, DoingRow, FinishedRow)  # fmt: skip

COLUMNS = {table(row).name: [column.name for column in table(row).c] for row in _TABLES}
"""By table; those that others refer to first."""


def numbers(session: Session, *names: str) -> dict[str, int]:
    """How many rows there are in each of these tables."""
    known = {table(row).name: table(row) for row in _TABLES}
    return {name: session.execute(select(func.count()).select_from(known[name])).scalar_one() for name in names}
