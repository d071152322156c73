"""What has been recorded since, over all targets, in the order of recording? Read by number, a page at a time."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session

from models.rows import ActRow, table
from record.ledger import Entry, entry_of

_ACTS = table(ActRow)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry of the ledger and its number in the record."""

    number: int
    entry: Entry


def last(session: Session) -> int:
    """The number of the last entry; 0 for an empty record."""
    found: int | None = session.scalar(select(func.max(_ACTS.c.id)))
    return found or 0


def after(session: Session, number: int, *, until: int | None = None, limit: int) -> list[Recorded]:
    """At most `limit` entries recorded after the one of this number, up to `until` (included), in that order."""
    chosen = select(_ACTS).where(_ACTS.c.id > number).order_by(_ACTS.c.id).limit(limit)
    if until is not None:
        chosen = chosen.where(_ACTS.c.id <= until)
    return [Recorded(row.id, entry_of(session, row)) for row in session.execute(chosen)]
