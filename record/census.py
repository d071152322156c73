"""How much does a record hold, so that a copy of it can be told from a part of it?

Numbers and instants only: nothing of what is recorded.
"""

from datetime import datetime

from sqlalchemy import func, inspect, select, text
from sqlmodel import Session

from models.base import Shape
from models.rows import ActRow, CaseRow, DocumentRow, HeadRow, MatterRow, ProceedingRow, table

_ACTS = table(ActRow)


class Census(Shape):
    """What a record holds at one instant: the revision of its tables and how many rows the great ones have.

    `last_entry` is the number of its newest act, `last_at` the instant at which that was recorded; None in an empty
    record.
    """

    revision: str
    acts: int
    targets: int
    matters: int
    cases: int
    documents: int
    proceedings: int = 0
    last_entry: int | None = None
    last_at: datetime | None = None


def census(session: Session) -> Census:
    """The census of the record as this transaction sees it; a table that older programs did not have holds nothing."""
    there = set(inspect(session.connection()).get_table_names())

    def count(of: type) -> int:
        if table(of).name not in there:
            return 0
        return int(session.execute(select(func.count()).select_from(table(of))).scalar_one())

    last = session.execute(select(_ACTS.c.id, _ACTS.c.processed_at).order_by(_ACTS.c.id.desc()).limit(1)).first()
    return Census(
        revision=str(session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()),
        acts=count(ActRow),
        targets=count(HeadRow),
        matters=count(MatterRow),
        cases=count(CaseRow),
        documents=count(DocumentRow),
        proceedings=count(ProceedingRow),
        last_entry=last.id if last else None,
        last_at=last.processed_at if last else None,
    )
