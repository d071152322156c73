"""How do the good rows of a ledger become running matters, each once however often they are handed in?

Each row gets its number and is launched, a few at a time; what cannot be reached is tried again by handing the ledger
in again. Source: engine.md 7 (Import) and the end of 3.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from intake.rows import LedgerRow
from models.messages import Outcome, Registration
from office import Office, UnavailableError
from pacing import paced
from record import matters, numbers
from record.store import RecordUnavailableError, Store

__all__ = ["Brought", "as_of", "bring_in"]


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a row: the matter's id, the recorded answer, and whether it had come in before."""

    row: LedgerRow
    matter_id: str
    outcome: Outcome
    again: bool


@dataclass(frozen=True, slots=True)
class Hands:
    """Who brings rows in: the office, its record, and how many rows are under way at once; `said` adds who speaks."""

    office: Office
    store: Store
    in_flight: int
    said: Callable[[Registration], Registration] = lambda registration: registration


async def bring_in(hands: Hands, rows: Iterable[LedgerRow], at: datetime, told: Callable[[Brought], None]) -> None:
    """Launch every row as of the instant `at`, a few at a time; `told` hears what became of each.

    Rows are asked for one by one as the server answers. Broken off and begun again it launches nothing twice. Raises
    UnavailableError, which says how many came in.
    """
    done = 0

    async def numbered() -> AsyncIterator[tuple[LedgerRow, str]]:
        for row in rows:
            # One after the other, so that numbers follow the order of the rows.
            key = row.registration.message_id
            yield row, await asyncio.to_thread(numbers.reserve, hands.store, key, at.year)

    async def bring(one: tuple[LedgerRow, str]) -> Brought:
        return await _bring(hands, *one, at)

    def hear(one: Brought) -> None:
        nonlocal done
        done += 1
        told(one)

    try:
        await paced(numbered(), bring, hear, hands.in_flight)
    except (UnavailableError, RecordUnavailableError) as error:
        raise UnavailableError(
            f"{error} (已导入 {done} 件,再次导入即可接着做 {done} are in; import again to go on)"
        ) from error


async def _bring(hands: Hands, row: LedgerRow, matter_id: str, at: datetime) -> Brought:
    registration = hands.said(as_of(row.registration, at))
    with hands.store.reading() as session:
        known = matters.answered(session, matter_id, registration.message_id)
    if known is not None:
        return Brought(row, matter_id, known, again=True)
    launched = await hands.office.launch(matter_id, registration)
    return Brought(row, matter_id, launched.outcome, launched.again)


def as_of(registration: Registration, at: datetime) -> Registration:
    """A row's registration handed in at `at`: assigned before that it is imported, otherwise assigned by launching."""
    assigned_at = registration.assigned_at
    if assigned_at is not None and assigned_at >= at:
        return registration.model_copy(update={"assigned_at": None})
    return registration
