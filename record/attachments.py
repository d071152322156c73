"""Which files were handed in to a target, which of them does an act name, and are they as they were?

A row for each file, post and target; the file itself lies apart (attachments/keeping.py). Of a case the name is sealed
as its file is. What no message has named within some days is cleared; what an act names goes only when the file of the
matter is destroyed, and its hash stays.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlmodel import Session

from models.attachments import Attachment, AttachmentType
from models.contract import is_case
from models.protection import Kind
from models.rows import ActRow, AttachmentRow, table
from privacy.sealing import SealError
from record import ledger, sealed
from record.keys import subject_of
from record.statements import insert_or_ignore
from record.store import hold

_ACTS = table(ActRow)
_FILES = table(AttachmentRow)

_NAMED = '"attachments":['


@dataclass(frozen=True, slots=True)
class AttachmentFault:
    """A file that an act names and that is not on record, or not where the record says it lies."""

    target: str
    seq: int
    hash: str

    @property
    def text(self) -> str:
        """The finding in words, Chinese first."""
        return f"{self.target} 第{self.seq}条 entry {self.seq}: {self.hash[:12]}: {_MISSING}"


_MISSING = "台账载明的附件缺失或被改动 an attachment the ledger names is missing or was altered"


def hold_kept(session: Session, kept: str) -> None:
    """Let nobody else write or remove the file of this hash before this transaction has ended."""
    hold(session, f"attachment {kept}")


def put(session: Session, one: Attachment) -> Attachment:
    """Put a file on record and return what is on record of it: of the same one handed in again, the first.

    Raises ErasedError where the key of its case was destroyed, MasterError.
    """
    row = {
        **one.model_dump(mode="python", exclude={"name", "type"}),
        "type": one.type.value,
        "document": ledger.canonical(_sealed(session, one)),
    }
    chosen = insert_or_ignore(_FILES, "target", "hash", "by")(session.connection().dialect)
    session.execute(chosen.values(row))
    found = handed_in_by(session, one.target, one.hash, one.by)
    if found is None:
        raise AssertionError("what was just put on record is not there")
    return found


def handed_in_by(session: Session, target: str, hash_: str, post: str) -> Attachment | None:
    """What is on record of the file of this hash that the post has handed in to the target; None for nothing."""
    chosen = select(_FILES).where(_FILES.c.target == target, _FILES.c.hash == hash_, _FILES.c.by == post)
    row = session.execute(chosen).first()
    return None if row is None else _read(session, row)


def hashes(session: Session, target: str, post: str) -> frozenset[str]:
    """The files that a post has handed in to a target and that are kept, by their hashes."""
    chosen = select(_FILES.c.hash).where(_FILES.c.target == target, _FILES.c.by == post, _FILES.c.kept.is_not(None))
    return frozenset(session.execute(chosen).scalars())


def name(session: Session, target: str, post: str, named: Iterable[str], message_id: str) -> None:
    """Note that a message has named these files of its post: they are part of the record from now on."""
    for hash_ in named:
        changed = update(_FILES).where(
            _FILES.c.target == target, _FILES.c.hash == hash_, _FILES.c.by == post, _FILES.c.message_id.is_(None)
        )
        session.execute(changed.values(message_id=message_id))


def of_hashes(session: Session, target: str, wanted: Collection[str]) -> dict[str, Attachment]:
    """What is on record of these files of a target, by hash; of one that several posts named, the first."""
    if not wanted:
        return {}
    chosen = select(_FILES).where(
        _FILES.c.target == target, _FILES.c.hash.in_(sorted(wanted)), _FILES.c.message_id.is_not(None)
    )
    found: dict[str, Attachment] = {}
    for row in session.execute(chosen.order_by(_FILES.c.id)):
        found.setdefault(row.hash, _read(session, row))
    return found


def unnamed(session: Session, before: datetime, limit: int = 20) -> list[Attachment]:
    """Files handed in before that instant which no message has named, the oldest first."""
    chosen = select(_FILES).where(_FILES.c.message_id.is_(None), _FILES.c.at < before)
    return [_read(session, row) for row in session.execute(chosen.order_by(_FILES.c.at, _FILES.c.id).limit(limit))]


def clear(session: Session, one: Attachment) -> None:
    """Forget a file that no message has named."""
    session.execute(
        delete(_FILES).where(
            _FILES.c.target == one.target, _FILES.c.hash == one.hash, _FILES.c.by == one.by,
            _FILES.c.message_id.is_(None),
        )
    )  # fmt: skip


def is_kept(session: Session, kept: str) -> bool:
    """Whether anything on record still lies under this hash."""
    return session.execute(select(_FILES.c.id).where(_FILES.c.kept == kept).limit(1)).first() is not None


def certified(session: Session, targets: Sequence[str]) -> list[dict[str, Any]]:
    """What a certificate of destruction says of the files of these targets: by hashes, without their names."""
    chosen = select(_FILES.c.target, _FILES.c.hash, _FILES.c.size, _FILES.c.message_id, _FILES.c.kept)
    rows = session.execute(chosen.where(_FILES.c.target.in_(list(targets))).order_by(_FILES.c.id))
    return [dict(row._mapping) for row in rows]


def destroy(session: Session, target: str) -> None:
    """Take the names of a target's files, and that they lie anywhere; hash, size and by whom stay."""
    session.execute(update(_FILES).where(_FILES.c.target == target).values(document="", kept=None))


def kept_of(session: Session, targets: Iterable[str] | None = None) -> Iterator[Attachment]:
    """Every file on record that lies somewhere, of these targets (None: of all), in the order of being handed in."""
    chosen = select(_FILES).where(_FILES.c.kept.is_not(None)).order_by(_FILES.c.id)
    if targets is not None:
        chosen = chosen.where(_FILES.c.target.in_(list(targets)))
    for row in session.execute(chosen):
        yield _read(session, row)


def verify(session: Session, targets: Iterable[str] | None = None) -> Iterator[AttachmentFault]:
    """Hold the files on record against the ledger: each one that an act names has to be there."""
    chosen = select(_ACTS.c.target, _ACTS.c.seq, _ACTS.c.body).where(_ACTS.c.body.contains(_NAMED, autoescape=True))
    if targets is not None:
        chosen = chosen.where(_ACTS.c.target.in_(list(targets)))
    for act in session.execute(chosen.order_by(_ACTS.c.id)):
        for hash_ in _named(act.body):
            known = select(_FILES.c.id).where(_FILES.c.target == act.target, _FILES.c.hash == hash_)
            if session.execute(known.limit(1)).first() is None:
                yield AttachmentFault(act.target, act.seq, hash_)


def naming(session: Session, one: Attachment) -> list[AttachmentFault]:
    """The acts that name this file, each as a fault: for a file that is not where it should lie, or not as it was."""
    chosen = select(_ACTS.c.target, _ACTS.c.seq).where(
        _ACTS.c.target == one.target, _ACTS.c.body.contains(f'"{one.hash}"', autoescape=True)
    )
    rows = session.execute(chosen.order_by(_ACTS.c.id))
    return [AttachmentFault(row.target, row.seq, one.hash) for row in rows]


def _named(body: str) -> list[str]:
    try:
        return [str(one) for one in json.loads(body)["detail"]["said"]["attachments"]]
    except (ValueError, AttributeError, KeyError, TypeError):
        return []


def _sealed(session: Session, one: Attachment) -> dict[str, Any]:
    told = {"name": one.name}
    if not is_case(one.target):
        return told
    return sealed.sealed(session, Kind.ATTACHMENT, told, subject_of(one.target), _place(one.target, one.hash))


def _read(session: Session, row: Row[Any]) -> Attachment:
    told: dict[str, Any] = {"name": ""}
    if row.document:
        told = json.loads(row.document)
        if is_case(row.target):
            place = _place(row.target, row.hash)
            told = sealed.read(session, Kind.ATTACHMENT, told, place, subject_of(row.target))
    return Attachment(
        target=row.target,
        hash=row.hash,
        size=row.size,
        type=AttachmentType(row.type),
        name=str(told.get("name", "")),
        by=row.by,
        person=row.person,
        at=row.at,
        message_id=row.message_id,
        kept=row.kept,
    )


def _place(target: str, hash_: str) -> str:
    return f"attachment {target} {hash_}"


def seal_content(session: Session, target: str, content: bytes, hash_: str) -> bytes:
    """A file as it is kept: of a case sealed. Raises ErasedError, MasterError."""
    if not is_case(target):
        return content
    return sealed.seal_file(session, content, subject_of(target), _place(target, hash_))


def open_content(session: Session, one: Attachment, kept: bytes) -> bytes:
    """The file again. Raises ErasedError, MasterError, SealError where it was altered or is not this reader's."""
    if is_case(one.target) and not sealed.opens(session, subject_of(one.target)):
        raise SealError(_place(one.target, one.hash))
    return sealed.read_file(session, kept, _place(one.target, one.hash))
