"""Which id does a matter get, and was this one handed in before?

Ids are year and running number, `2026-0143`. What was handed in is recognised by its source key, for ever: importing
a ledger twice finds the same matters. engine.md 7 (Import).
"""

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from models.rows import NumberRow, ProceedingNumberRow, table
from record.statements import Prepared
from record.store import Store, hold

_NUMBERS = table(NumberRow)
_PROCEEDINGS = table(ProceedingNumberRow)

_KNOWN = Prepared(select(_NUMBERS.c.matter_id).where(_NUMBERS.c.source_key == bindparam("source")))
_LAST = Prepared(select(func.max(_NUMBERS.c.number)).where(_NUMBERS.c.year == bindparam("of")))
_TAKE = Prepared(_NUMBERS.insert())

_KNOWN_PROCEEDING = Prepared(
    select(_PROCEEDINGS.c.kind, _PROCEEDINGS.c.year, _PROCEEDINGS.c.number).where(
        _PROCEEDINGS.c.source_key == bindparam("source")
    )
)
_LAST_PROCEEDING = Prepared(
    select(func.max(_PROCEEDINGS.c.number)).where(
        _PROCEEDINGS.c.kind == bindparam("sort"), _PROCEEDINGS.c.year == bindparam("of")
    )
)
_TAKE_PROCEEDING = Prepared(_PROCEEDINGS.insert())


def known(session: Session, source_key: str) -> str | None:
    """The id given to this source key; None when it was never handed in."""
    row = _KNOWN.first(session, {"source": source_key})
    return None if row is None else str(row[0])


def reserve(store: Store, source_key: str, year: int) -> str:
    """The id of this source key: the one it has, else the next of the year, durable when this returns.

    Numbers of a year follow each other without a gap. Opens its own transaction, so it cannot be used inside one.
    """
    with store.reading() as session:
        given = known(session, source_key)
    if given is not None:
        return given
    with store.writing() as session:
        return take(session, source_key, year)


def take(session: Session, source_key: str, year: int) -> str:
    """As `reserve`, in a writing transaction of the caller's."""
    hold(session, f"numbers {year}")
    given = known(session, source_key)
    if given is not None:
        return given
    last = _LAST.first(session, {"of": year})
    number = 1 + ((last and last[0]) or 0)
    matter_id = f"{year}-{number:04d}"
    _TAKE.run(session, {"source_key": source_key, "matter_id": matter_id, "year": year, "number": number})
    return matter_id


def reserve_proceeding(store: Store, source_key: str, kind: str, year: int) -> str:
    """The id of what is to be opened under this source key, `petition/2026-0007`; as `reserve`.

    `kind` is one of models/contract.py PROCEEDING_KINDS. A key stands for one thing handed in, whatever its kind.
    """
    kind, year, number = _taken(store, source_key, kind, year)
    return f"{kind}/{year}-{number:04d}"


def reserve_case(store: Store, source_key: str, source: str, year: int) -> str:
    """The id of a case that an office opens by itself, `inspection-2026/case3`; as `reserve_proceeding`.

    `source` is what it is opened from (models/cases.py CaseSource): each counts for itself, from 1 each year.
    """
    kind, year, number = _taken(store, source_key, f"{source}{_OF_CASES}", year)
    return f"{kind.removesuffix(_OF_CASES)}-{year}/case{number}"


# A petition that is opened and a case that is opened from one are counted apart.
_OF_CASES = " case"


def _taken(store: Store, source_key: str, kind: str, year: int) -> tuple[str, int, int]:
    """Kind, year and number of what was handed in under this key: those it has, else the next of the year."""
    with store.writing() as session:
        return _take(session, source_key, kind, year)


def take_proceeding(session: Session, source_key: str, kind: str, year: int) -> str:
    """As `reserve_proceeding`, in a writing transaction of the caller's."""
    kind, year, number = _take(session, source_key, kind, year)
    return f"{kind}/{year}-{number:04d}"


def _take(session: Session, source_key: str, kind: str, year: int) -> tuple[str, int, int]:
    hold(session, f"numbers {kind} {year}")
    known_as = _KNOWN_PROCEEDING.first(session, {"source": source_key})
    if known_as is not None:
        return str(known_as[0]), int(known_as[1]), int(known_as[2])
    last = _LAST_PROCEEDING.first(session, {"sort": kind, "of": year})
    number = 1 + ((last and last[0]) or 0)
    _TAKE_PROCEEDING.run(session, {"source_key": source_key, "kind": kind, "year": year, "number": number})
    return kind, year, number
