"""Which cases has a matter opened, and which of them are open?

Rows kept from the acts of each case, in the transaction that records them; how a case proceeds is for policies/.
engine.md 4 (a case is open until declined, dismissed, exempted, withdrawn, lapsed or decided).
"""

from collections.abc import Iterable

from sqlalchemy import bindparam, update
from sqlmodel import Session

from models.acts import ActName
from models.contract import matter_of
from models.rows import CaseRow, table
from record.ledger import Entry
from record.statements import Prepared, insert_or_ignore

_CASES = table(CaseRow)

ENDING = frozenset({ActName.CASE_WITHDRAWN, ActName.MEASURE_DECIDED})

_OPEN = Prepared(insert_or_ignore(_CASES, "id"))
_END = Prepared(
    update(_CASES).where(_CASES.c.id == bindparam("case")).values(open=bindparam("stays"), ended_at=bindparam("ended"))
)


def keep(session: Session, entries: Iterable[Entry]) -> None:
    """Open and end the rows of the cases these entries are about; entries of matters are passed over."""
    for entry in entries:
        act = entry.act
        if act.act is ActName.CASE_PROPOSED:
            _OPEN.run(
                session,
                {
                    "id": entry.target,
                    "matter_id": matter_of(entry.target),
                    "subject": act.subject,
                    "severity": act.severity,
                    "measure": act.measure,
                    "count": act.count,
                    "open": True,
                    "proposed_at": act.at,
                    "ended_at": None,
                },
            )
        elif act.act in ENDING:
            _END.run(session, {"case": entry.target, "stays": False, "ended": act.at})
