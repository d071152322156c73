"""What belongs to the file of a matter or a case, exactly as it is kept?

A matter with its children at every depth and all their cases, also where they have been destroyed: the entries as they
were hashed, documents, and the texts they were ruled by. Put together for a third party by evidence/packing.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, type_coerce
from sqlmodel import Session

from models.contract import is_case, is_proceeding, launched_as
from models.rows import (
    ActRow,
    CalendarNoticeRow,
    CaseRow,
    CertificateRow,
    DocumentRow,
    HeadRow,
    MatterRow,
    PolicyVersionRow,
    ProceedingRow,
    TemplateRow,
    table,
)
from record.ledger import AsKept, entry_text

_ACTS = table(ActRow)
_CASES = table(CaseRow)
_CERTIFICATES = table(CertificateRow)
_DOCUMENTS = table(DocumentRow)
_HEADS = table(HeadRow)
_MATTERS = table(MatterRow)
_NOTICES = table(CalendarNoticeRow)
_POLICIES = table(PolicyVersionRow)
_PROCEEDINGS = table(ProceedingRow)
_TEMPLATES = table(TemplateRow)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as hashed: `text` is what the hash is over, None where its body has been destroyed."""

    seq: int
    previous: str
    hash: str
    text: str | None


def members(session: Session, of: str) -> list[str]:
    """The targets of a file, in order: the matter, its children at every depth, all their cases; or the one case.

    Of a proceeding: itself, the matters it launched with all that is theirs, its cases. Nothing for a target without
    any entry.
    """
    matters = [] if is_case(of) else [of]
    for matter in matters:  # grows on the way
        child = _MATTERS.c.parent == matter
        if is_proceeding(matter):
            child = _MATTERS.c.id.startswith(launched_as(matter, ""), autoescape=True)
        children = select(_MATTERS.c.id).where(child).order_by(_MATTERS.c.id)
        matters += session.execute(children).scalars()
    found = {of, *matters}
    for matter in matters:
        found |= set(session.execute(select(_CASES.c.id).where(_CASES.c.matter_id == matter)).scalars())
        gone = select(_CERTIFICATES.c.target).where(_CERTIFICATES.c.target.startswith(f"{matter}/", autoescape=True))
        found |= set(session.execute(gone).scalars())
    chains = session.execute(select(_HEADS.c.target).where(_HEADS.c.target.in_(found))).scalars()
    return sorted(chains)


def lines(session: Session, target: str) -> Iterator[Line]:
    """The target's entries as they were hashed, in order."""
    columns = [_ACTS.c[name] for name in ("target", "seq", "message_id", "body", "previous", "hash")]
    processed = type_coerce(_ACTS.c.processed_at, AsKept).label("processed_at")
    for row in session.execute(select(*columns, processed).where(_ACTS.c.target == target).order_by(_ACTS.c.seq)):
        text = entry_text(
            row.target,
            row.seq,
            row.body,
            message_id=row.message_id,
            processed=row.processed_at,
            previous=row.previous,
        )
        yield Line(row.seq, row.previous, row.hash, text if row.body else None)


def cards(session: Session, targets: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What lists show of each target that still has a state: title, stage, policy, parent, matter."""
    matters = select(_MATTERS).where(_MATTERS.c.id.in_(targets))
    cases = select(_CASES).where(_CASES.c.id.in_(targets))
    opened = select(_PROCEEDINGS).where(_PROCEEDINGS.c.id.in_(targets))
    found = {
        row.id: {"title": row.title, "stage": row.stage, "policy": row.policy, "parent": row.parent}
        for row in session.execute(matters)
    }
    found |= {
        row.id: {"title": row.title, "stage": row.stage, "policy": row.policy, "procedure": row.procedure}
        for row in session.execute(opened)
    }
    return found | {
        row.id: {"subject": row.subject, "stage": row.stage, "matter": row.matter_id} for row in session.execute(cases)
    }


def destroyed_upto(session: Session, target: str) -> int:
    """The last entry whose body has been destroyed under a certificate; 0 for none."""
    chosen = select(_CERTIFICATES.c.upto).where(_CERTIFICATES.c.target == target)
    return session.execute(chosen).scalar_one_or_none() or 0


def documents(session: Session, targets: Sequence[str]) -> list[Row[Any]]:
    """The documents of these targets as kept, each with its act's `target` and `seq`, in the order of issue."""
    chosen = (
        select(_DOCUMENTS, _ACTS.c.target, _ACTS.c.seq)
        .join(_ACTS, _ACTS.c.id == _DOCUMENTS.c.entry)
        .where(_ACTS.c.target.in_(targets))
        .order_by(_ACTS.c.target, _ACTS.c.seq, _DOCUMENTS.c.kind)
    )
    return list(session.execute(chosen))


def template(session: Session, hash_: str) -> bytes | None:
    """The template file kept under this hash; None when there is none."""
    file = session.execute(select(_TEMPLATES.c.file).where(_TEMPLATES.c.hash == hash_)).scalar_one_or_none()
    return None if file is None else bytes(file)


def policies(session: Session, keys: Sequence[str]) -> dict[str, str]:
    """The texts of these policy versions, by key; those that are not kept are left out."""
    rows = session.execute(select(_POLICIES).where(_POLICIES.c.key.in_(keys)).order_by(_POLICIES.c.key))
    return {row.key: row.text for row in rows}


def notices(session: Session) -> dict[str, str]:
    """Every holiday notice that was loaded, exactly as kept, by its number, in the order of loading."""
    rows = session.execute(select(_NOTICES).order_by(_NOTICES.c.id))
    return {row.number: row.content for row in rows}
