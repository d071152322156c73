"""What has an older program left out, that wrote on after the tables had been migrated?

It knows neither the columns nor the tables that came later, so what lists read of its matters is missing there, and is
worked out from states and ledger by the functions that write it otherwise. A column or a table that follows from them
is added here with its revision (docs/operations.md, 8); a test writes as each released program would.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text
from sqlmodel import Session

from models.acts import ActName
from models.asked import Asked
from models.matters import MatterState
from models.rows import ActRow, MatterRow, PartyRow, SnapshotRow, table
from record import matters, parties, tallies
from record.circles import Circle
from record.sealed import for_the_rules
from record.statements import unit
from record.store import Store

_ACTS = table(ActRow)
_MATTERS = table(MatterRow)
_PARTIES = table(PartyRow)
_SNAPSHOTS = table(SnapshotRow)

_PAGE = 500
_ACTS_TOGETHER = 20_000

# The same as revision 0013 says of what was there before it; of what was destroyed nothing is to be read.
_DONE = """
    INSERT INTO doings (post, at, target, seq)
    SELECT told.post, told.at, told.target, told.seq FROM (
        SELECT CASE WHEN body = '' THEN NULL ELSE {said_by} END AS post, at, target, seq FROM acts
        WHERE id > :after AND id <= :upto
        AND target IN (SELECT id FROM matters UNION SELECT id FROM cases UNION SELECT id FROM proceedings)
    ) AS told WHERE told.post IS NOT NULL
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Settled:
    """How many matters did not stand in lists as they stand, and how many acts were not found by who did them."""

    matters: int
    doings: int


def later_columns(state: MatterState) -> Mapping[str, Any]:
    """What the first program did not write of a matter and lists read today, by column."""
    terms, asked = state.terms, Asked.of(state)
    return {
        "parent": state.parent,
        "root": state.root,
        "handled_by": matters.handled_by(state),
        "asked_by": matters.asked_by(state),
        "basis": terms and terms.basis,
        "circle": terms and Circle.of(terms).name,
        "open": state.stage.value not in matters.OVER,
        "asked": None if asked is None else asked.model_dump_json(exclude_defaults=True),
    }


def astray(session: Session) -> Iterator[str]:
    """The matters that do not stand in lists as their states say, in the order of their ids."""
    after = ""
    while True:
        chosen = select(_MATTERS, _SNAPSHOTS.c.state).join(_SNAPSHOTS, _SNAPSHOTS.c.id == _MATTERS.c.id)
        rows = session.execute(chosen.where(_MATTERS.c.id > after).order_by(_MATTERS.c.id).limit(_PAGE)).all()
        if not rows:
            return
        of_page = _PARTIES.c.target.in_([row.id for row in rows])
        known: dict[str, set[tuple[str, str]]] = {}
        for one in session.execute(select(_PARTIES).where(of_page)):
            known.setdefault(one.target, set()).add((one.role, one.party))
        for row in rows:
            state = MatterState.model_validate_json(row.state)
            told = {(part.value, party) for part, party in parties.of(state)}
            said = row._mapping
            if told != known.get(row.id, set()) or any(
                said[name] != is_so for name, is_so in later_columns(state).items()
            ):
                yield row.id
        after = rows[-1].id


def miscounted(session: Session) -> list[str]:
    """The lines of the tallies that do not say what counting the matters says, each by what it counts."""
    return [" · ".join(str(part) for part in one.line) for one in tallies.differing(session)]


def settle(store: Store) -> Settled:
    """Write what is missing; harmless when nothing is, and while matters move on. Raises RecordUnavailableError.

    Each matter in a transaction of its own, acts by some thousands: nobody waits long for it.
    """
    with store.reading() as session:
        missing = list(astray(session))
        last = session.execute(select(func.max(_ACTS.c.id))).scalar_one() or 0
    for matter_id in missing:
        with store.writing() as session:
            _write_again(session, matter_id)
    return Settled(len(missing), sum(_note_doings(store, after) for after in range(0, last, _ACTS_TOGETHER)))


def _write_again(session: Session, matter_id: str) -> None:
    """Keep the matter as it stands now, whatever it has come to meanwhile."""
    for_the_rules(session)
    state = matters.load(session, matter_id)
    stands = session.execute(
        select(_MATTERS.c.next_at, _MATTERS.c.last_act, _MATTERS.c.last_act_at, _SNAPSHOTS.c.seq)
        .join(_SNAPSHOTS, _SNAPSHOTS.c.id == _MATTERS.c.id)
        .where(_MATTERS.c.id == matter_id)
    ).first()
    if state is None or stands is None:
        return
    # Who is thought to have a part by the state was never written down.
    unit(session).parties.pop(matter_id, None)
    matters.save(
        session, state, seq=stands.seq, at=stands.last_act_at, last_act=ActName(stands.last_act), next_at=stands.next_at
    )


def _note_doings(store: Store, after: int) -> int:
    with store.writing() as session:
        on_sqlite = session.get_bind().dialect.name == "sqlite"
        said_by = "json_extract(body, '$.by')" if on_sqlite else "body::json ->> 'by'"
        bounds = {"after": after, "upto": after + _ACTS_TOGETHER}
        done = session.execute(text(_DONE.format(said_by=said_by)), bounds)
        return int(done.rowcount)  # type: ignore[attr-defined]
