"""Which columns have the tables that hold matters, their cases and acts, in order? For whoever copies whole rows."""

from models.rows import (
    ActRow,
    CaseRow,
    CaseSnapshotRow,
    HeadRow,
    MatterRow,
    NoticeRow,
    PartyRow,
    SnapshotRow,
    TallyRow,
    table,
)

_TABLES = (MatterRow, SnapshotRow, CaseRow, CaseSnapshotRow, PartyRow, ActRow, HeadRow, NoticeRow, TallyRow)

COLUMNS = {table(row).name: [column.name for column in table(row).c] for row in _TABLES}
"""By table; those that others refer to first."""
