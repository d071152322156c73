"""Who turned to the office with which petition, and by what code may it be followed? Apart from the petition itself.

Each petition has a petitioner of its own under an opaque reference, sealed under its own key (`petitioner/<ref>`), so
that nobody reads from the ledger that two petitions are one person's. The same phone or identity number is found again
by keyed digests; of a receipt's code only a digest is kept. What is normalised how is for policies/petitions.py.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session

from models.contract import KINDS
from models.protection import Kind
from models.rows import PetitionerMarkRow, PetitionerRow, ProceedingRow, ReceiptRow, table
from privacy.sealing import ErasedError
from privacy.vault import Vault
from record import keys, ledger, looks, sealed
from record.looks import Looker
from record.proceedings import OVER
from record.statements import unit
from record.store import erasing, hold

_PETITIONERS = table(PetitionerRow)
_MARKS = table(PetitionerMarkRow)
_RECEIPTS = table(ReceiptRow)
_PROCEEDINGS = table(ProceedingRow)

MARKS = "marks/petitioners"
"""Whose key the digests of phone and identity numbers are made with; it is not erased with any person."""

_REF_BYTES = 16
_KIND = KINDS["petition"]
_LOOKED_AT = "petitioner"


class NothingSealedError(RuntimeError):
    """This record keeps nothing sealed (a drill, a rehearsal): no identity is taken in here."""

    def __init__(self) -> None:
        super().__init__("此处不封存,不登记身份 this record keeps nothing sealed, so no identity is taken in")


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A petition as it is handed in, without what it says: the digest of its code, and who hands it in.

    `identity` has the fields as told ({}: anonymous), `marks` the normalised ones by kind by which the same person is
    found again, `channel` the door.
    """

    petition: str
    digest: str
    identity: Mapping[str, str]
    marks: Mapping[str, str]
    channel: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What stands apart from a petition: the digest of its code, and its petitioner (None: anonymous)."""

    petition: str
    digest: str
    ref: str | None
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Beside:
    """Another petition to the same office, as far as it takes to compare it."""

    petition: str
    title: str
    lead: str
    subject: str | None
    over: bool


def subject_of(ref: str) -> str:
    """Whose key seals a petitioner."""
    return f"petitioner/{ref}"


# --- taken in, given up -----------------------------------------------------------------------------------------------


def take_in(session: Session, handed: HandedIn, at: datetime) -> str | None:
    """Keep who hands in the petition and the digest of its code; the opaque reference, None for an anonymous one.

    In a writing transaction. Taken in before: only the digest is replaced, so that the newest code is the one that
    holds. Raises NothingSealedError, MasterError.
    """
    hold(session, f"receipt {handed.petition}")
    known = receipt(session, handed.petition)
    if known is not None:
        changed = update(_RECEIPTS).where(_RECEIPTS.c.petition == handed.petition)
        session.execute(changed.values(digest=handed.digest))
        return known.ref
    ref = _kept(session, handed, at) if handed.identity else None
    row = {"petition": handed.petition, "digest": handed.digest, "ref": ref, "issued_at": at}
    session.execute(insert(_RECEIPTS).values(row))
    return ref


def give_up(session: Session, petition: str, at: datetime) -> None:
    """Keep nothing of a petition that was not admitted: its petitioner's key is destroyed, all else removed."""
    known = receipt(session, petition)
    if known is None:
        return
    with erasing(session):
        session.execute(delete(_RECEIPTS).where(_RECEIPTS.c.petition == petition))
        if known.ref is not None:
            forget_marks(session, known.ref)
            session.execute(delete(_PETITIONERS).where(_PETITIONERS.c.ref == known.ref))
            keys.destroy(session, _vault(session), subject_of(known.ref), at)


def forget_marks(session: Session, ref: str) -> None:
    """Let nothing lead from a phone or identity number to this person any more."""
    session.execute(delete(_MARKS).where(_MARKS.c.ref == ref))


def _kept(session: Session, handed: HandedIn, at: datetime) -> str:
    vault = _vault(session)
    ref = secrets.token_hex(_REF_BYTES)
    document = {"reference": ref, "registered_at": at.isoformat(), "channel": handed.channel, **handed.identity}
    kept = sealed.sealed(session, Kind.PETITIONER, document, subject_of(ref), _place(ref))
    session.execute(insert(_PETITIONERS).values(ref=ref, document=ledger.canonical(kept)))
    for mark in _marks(session, vault, handed.marks) if handed.marks else ():
        session.execute(insert(_MARKS).values(mark=mark, ref=ref))
    return ref


def _vault(session: Session) -> Vault:
    vault = unit(session).vault
    if vault is None:
        raise NothingSealedError
    return vault


def _place(ref: str) -> str:
    return f"petitioner {ref}"


# --- read again -------------------------------------------------------------------------------------------------------


def receipt(session: Session, petition: str) -> Receipt | None:
    """What stands apart from the petition; None where nothing does."""
    row = session.execute(select(_RECEIPTS).where(_RECEIPTS.c.petition == petition)).first()
    return None if row is None else Receipt(row.petition, row.digest, row.ref, row.issued_at)


def identity(session: Session, petition: str) -> dict[str, Any] | None:
    """Who handed the petition in, with masks unless this transaction has looked; None for an anonymous one."""
    known = receipt(session, petition)
    if known is None or known.ref is None:
        return None
    kept = session.execute(select(_PETITIONERS.c.document).where(_PETITIONERS.c.ref == known.ref)).scalar_one()
    return sealed.read(session, Kind.PETITIONER, ledger.parsed(kept), _place(known.ref), subject_of(known.ref))


def look(
    session: Session, petition: str, looker: Looker, reason: str, *, at: datetime, allowed: bool
) -> dict[str, Any] | None:
    """Who handed the petition in, once the look is on record in this writing transaction; with masks if not `allowed`.

    None for an anonymous petitioner, of whom there is nothing to see. Raises NoPurposeError.
    """
    known = receipt(session, petition)
    if known is None or known.ref is None:
        return None
    apart = looks.Apart(subject_of(known.ref), (_LOOKED_AT,))
    looks.look_apart(session, petition, apart, looker, reason, at=at, allowed=allowed)
    return identity(session, petition)


def told(session: Session, petition: str) -> dict[str, str]:
    """What the petitioner told of himself, for a program that has to keep it out of what else is said: no reader's.

    {} for an anonymous one and for one that was erased. Raises MasterError.
    """
    known = unit(session)
    opened = known.opens
    known.opens = None
    try:
        found = identity(session, petition) or {}
        ref = str(found.get("reference", ""))
        gone = bool(ref) and keys.erased(session, subject_of(ref))
    except ErasedError:
        return {}
    finally:
        known.opens = opened
    own = ("reference", "registered_at", "channel")
    return {} if gone else {name: str(value) for name, value in found.items() if name not in own}


def under_way(session: Session, ref: str) -> list[str]:
    """The petitions of this person that have not ended."""
    chosen = (
        select(_RECEIPTS.c.petition)
        .join_from(_RECEIPTS, _PROCEEDINGS, _PROCEEDINGS.c.id == _RECEIPTS.c.petition)
        .where(_RECEIPTS.c.ref == ref, _PROCEEDINGS.c.stage.not_in(OVER))
        .order_by(_RECEIPTS.c.petition)
    )
    return list(session.execute(chosen).scalars())


def petition_of(session: Session, ref: str) -> str | None:
    """The petition this person handed in; None for an unknown person."""
    chosen = select(_RECEIPTS.c.petition).where(_RECEIPTS.c.ref == ref)
    return session.execute(chosen).scalars().first()


# --- compared ---------------------------------------------------------------------------------------------------------


def same_person(session: Session, petition: str) -> list[str]:
    """The other petitions whose petitioner has a phone or identity number of this one's, by their ids."""
    known = receipt(session, petition)
    if known is None or known.ref is None:
        return []
    own = select(_MARKS.c.mark).where(_MARKS.c.ref == known.ref)
    chosen = (
        select(_RECEIPTS.c.petition)
        .join_from(_MARKS, _RECEIPTS, _RECEIPTS.c.ref == _MARKS.c.ref)
        .where(_MARKS.c.mark.in_(own), _RECEIPTS.c.petition != petition)
        .distinct()
        .order_by(_RECEIPTS.c.petition)
    )
    return list(session.execute(chosen).scalars())


def beside(session: Session, office: str, since: datetime, limit: int = 2_000) -> list[Beside]:
    """The petitions that the office has taken in since then, the newest first."""
    columns = _PROCEEDINGS.c
    chosen = (
        select(columns.id, columns.title, columns.lead, columns.subject, columns.stage)
        .where(columns.kind == _KIND, columns.office == office, columns.opened_at >= since)
        .order_by(columns.opened_at.desc(), columns.id.desc())
        .limit(limit)
    )
    return [Beside(one.id, one.title, one.lead, one.subject, one.stage in OVER) for one in session.execute(chosen)]


def _marks(session: Session, vault: Vault, told: Mapping[str, str]) -> list[str]:
    """The digests of what was told under every version of the key: one before a renewal is found by the older ones."""
    keys.sealing_key(session, vault, MARKS)
    found = []
    for version in sorted(keys.versions(session, MARKS)):
        key = keys.opening_key(session, vault, MARKS, version)
        found += [
            hmac.new(key.secret, f"duban petitioner {kind}\n{value}".encode(), hashlib.sha256).hexdigest()
            for kind, value in sorted(told.items())
        ]
    return found
