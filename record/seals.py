"""What has been sealed, by which keys, and what would be sealed now?

A seal stands over every chain's head and every text the acts were ruled by. Only leaves that have changed since the
seal before are kept with it; the others stand as an earlier seal has them. Making and checking is for evidence/.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, func, select
from sqlmodel import Session

from models.evidence import Leaf, LeafKind, Seal, SigningKey
from models.rows import (
    CalendarNoticeRow,
    HeadRow,
    PolicyVersionRow,
    SealLeafRow,
    SealRow,
    SigningKeyRow,
    table,
)
from record.store import hold

_HEADS = table(HeadRow)
_KEYS = table(SigningKeyRow)
_LEAVES = table(SealLeafRow)
_NOTICES = table(CalendarNoticeRow)
_POLICIES = table(PolicyVersionRow)
_SEALS = table(SealRow)

Leaves = dict[tuple[LeafKind, str], Leaf]


def last(session: Session) -> Row[Any] | None:
    """The newest seal as kept (`no`, `day`, `made_at`, `body`, `hash`, `signature`); None before the first."""
    return session.execute(select(_SEALS).order_by(_SEALS.c.no.desc()).limit(1)).one_or_none()


def kept(session: Session, after: int = 0) -> Iterator[Row[Any]]:
    """Every seal as kept, with a number greater than `after`, in order."""
    yield from session.execute(select(_SEALS).where(_SEALS.c.no > after).order_by(_SEALS.c.no))


def held_for_sealing(session: Session) -> int:
    """The number of the newest seal (0: none); no other transaction makes one before this one has ended."""
    hold(session, "seals")
    found: int | None = session.execute(select(func.max(_SEALS.c.no))).scalar_one()
    return found or 0


def keep(session: Session, seal: Seal, leaves: Iterable[Leaf]) -> None:
    """Put a seal on record, with the leaves that have changed; IntegrityError for a number taken."""
    session.execute(
        _SEALS.insert().values(
            no=seal.no,
            day=seal.day,
            made_at=seal.made_at,
            body=seal.body,
            hash=seal.hash,
            signature=seal.signature,
        )
    )
    rows = [
        {"kind": leaf.kind.value, "name": leaf.name, "no": seal.no, "seq": leaf.seq, "hash": leaf.hash}
        for leaf in leaves
    ]
    if rows:
        session.execute(_LEAVES.insert(), rows)


def leaves(session: Session, no: int | None = None) -> Leaves:
    """The leaves of the seal `no` (None: of the newest), those it shares with earlier ones included."""
    newest = select(_LEAVES.c.kind, _LEAVES.c.name, func.max(_LEAVES.c.no).label("no")).group_by(
        _LEAVES.c.kind, _LEAVES.c.name
    )
    if no is not None:
        newest = newest.where(_LEAVES.c.no <= no)
    of = newest.subquery()
    same = and_(_LEAVES.c.kind == of.c.kind, _LEAVES.c.name == of.c.name, _LEAVES.c.no == of.c.no)
    return {
        (LeafKind(row.kind), row.name): Leaf(kind=LeafKind(row.kind), name=row.name, seq=row.seq, hash=row.hash)
        for row in session.execute(select(_LEAVES).join(of, same))
    }


def changes(session: Session) -> Iterator[tuple[int, Leaf]]:
    """Every leaf with the number of the seal that has it first, in the order of the seals."""
    for row in session.execute(select(_LEAVES).order_by(_LEAVES.c.no, _LEAVES.c.kind, _LEAVES.c.name)):
        yield row.no, Leaf(kind=LeafKind(row.kind), name=row.name, seq=row.seq, hash=row.hash)


def sealed_heads(session: Session, names: Iterable[str]) -> list[tuple[int, Leaf]]:
    """The leaves of these chains, each with the number of the seal that has it first, in the order of the seals."""
    chosen = select(_LEAVES).where(_LEAVES.c.kind == LeafKind.CHAIN.value, _LEAVES.c.name.in_(list(names)))
    return [
        (row.no, Leaf(kind=LeafKind.CHAIN, name=row.name, seq=row.seq, hash=row.hash))
        for row in session.execute(chosen.order_by(_LEAVES.c.no, _LEAVES.c.name))
    ]


def standing(session: Session) -> Leaves:
    """What there is to be sealed now: every chain's head, every policy version and every calendar notice."""
    found: Leaves = {
        (LeafKind.CHAIN, row.target): Leaf(kind=LeafKind.CHAIN, name=row.target, seq=row.seq, hash=row.hash)
        for row in session.execute(select(_HEADS))
    }
    return found | texts(session)


def texts(session: Session) -> Leaves:
    """The texts that acts are ruled by, each by the hash of its text: policy versions and calendar notices."""
    found = [_text(LeafKind.POLICY, row.key, row.text) for row in session.execute(select(_POLICIES))]
    found += [_text(LeafKind.CALENDAR, row.number, row.content) for row in session.execute(select(_NOTICES))]
    return {(leaf.kind, leaf.name): leaf for leaf in found}


def keys(session: Session) -> dict[str, SigningKey]:
    """Every key that signs or signed, by its id, in the order in which they were added."""
    rows = session.execute(select(_KEYS).order_by(_KEYS.c.no))
    return {
        row.id: SigningKey(
            id=row.id,
            public=row.public,
            added_at=row.added_at,
            endorsed_by=row.endorsed_by,
            endorsement=row.endorsement,
        )
        for row in rows
    }


def add_key(session: Session, key: SigningKey) -> None:
    """Put a public key on record, for ever."""
    no: int = session.execute(select(func.count()).select_from(_KEYS)).scalar_one() + 1
    session.execute(_KEYS.insert().values(no=no, **key.model_dump()))


def last_day(session: Session) -> date | None:
    """The newest day that has a seal of its own hour, out-of-turn ones aside; None when there is none."""
    # Few are out of turn: the text of the newest ones is looked at instead of keeping a column for it.
    for row in session.execute(select(_SEALS.c.day, _SEALS.c.body).order_by(_SEALS.c.no.desc())):
        if '"extra":false' in row.body:
            day: date = row.day
            return day
    return None


def _text(kind: LeafKind, name: str, text: str) -> Leaf:
    return Leaf(kind=kind, name=name, seq=0, hash=hashlib.sha256(text.encode()).hexdigest())
