"""Which columns have the tables of matters, proceedings, cases and acts, in order? For whoever copies whole rows."""

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
