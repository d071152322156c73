"""What of the record is on hold, whose destruction was asked for, and what is left when it has been carried out?

Everything said about files is an act of one chain. Destruction takes the bodies of a file's acts, its states, answers,
notices and frozen words in one transaction; hashes, numbers and links stay, explained by a certificate (W9).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlmodel import Session

from models.acts import Act, ActName
from models.base import Voice
from models.cases import CASE_OVER, CaseState
from models.contract import ARCHIVE, is_case
from models.matters import MatterState, Stage
from models.retention import Term
from models.rows import (
    ActRow,
    AnswerRow,
    CaseRow,
    CaseSnapshotRow,
    CertificateRow,
    DeliveryRow,
    DestructionRow,
    DocumentRow,
    DoingRow,
    HoldRow,
    MatterRow,
    NoticeRow,
    PartyRow,
    SnapshotRow,
    StirredRow,
    table,
)
from privacy.sealing import ErasedError
from record import attachments, cases, families, keys, ledger, matters, spoken
from record.ledger import Entry
from record.statements import unit, upsert
from record.store import erasing
from record.store import hold as hold_key

_ACTS = table(ActRow)
_ANSWERS = table(AnswerRow)
_CASES = table(CaseRow)
_CASE_SNAPSHOTS = table(CaseSnapshotRow)
_CERTIFICATES = table(CertificateRow)
_DELIVERIES = table(DeliveryRow)
_DESTRUCTIONS = table(DestructionRow)
_DOCUMENTS = table(DocumentRow)
_DOINGS = table(DoingRow)
_HOLDS = table(HoldRow)
_MATTERS = table(MatterRow)
_NOTICES = table(NoticeRow)
_PARTIES = table(PartyRow)
_SNAPSHOTS = table(SnapshotRow)
_STIRRED = table(StirredRow)

OF = "of"
"""The part of an act's detail that names the file it is about."""
SUBJECT = "subject"
"""The part that names whose keys are to be destroyed."""


@dataclass(frozen=True, slots=True)
class File:
    """What is kept together: a matter with its cases, or a case without a matter, as they stand.

    `closed_at` is the instant of the last act in it; `referred` names the cases that were handed over.
    """

    id: str
    state: MatterState | CaseState
    cases: tuple[CaseState, ...]
    closed_at: datetime
    referred: frozenset[str]

    @property
    def targets(self) -> tuple[str, ...]:
        """Every chain in it."""
        return (self.id, *(case.id for case in self.cases))


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is left of a file: the certificate as an entry of the archive's chain, and the file's chains.

    `contents` are the printed documents, `attachments` the files handed in, by the hashes under which they lay.
    """

    entry: Entry
    targets: tuple[str, ...]
    contents: tuple[str, ...]
    attachments: tuple[str, ...] = ()


def file_of(session: Session, target: str) -> File | None:
    """The file of a matter, or of a case without a matter, held against everybody else; None for anything else.

    A case of a matter lies in the file of that matter.
    """
    families.hold_family(session, target)
    hold_key(session, ARCHIVE)
    state: MatterState | CaseState | None
    if is_case(target):
        state = cases.load(session, target)
        if state is None or state.matter_id is not None:
            return None
        inside: list[CaseState] = []
    else:
        state = matters.load(session, target)
        if state is None:
            return None
        chosen = select(_CASES.c.id).where(_CASES.c.matter_id == target).order_by(_CASES.c.id)
        inside = [case for id_ in session.execute(chosen).scalars() if (case := cases.load(session, id_)) is not None]
    targets = [target, *(case.id for case in inside)]
    last = select(_ACTS.c.at).where(_ACTS.c.target.in_(targets)).order_by(_ACTS.c.at.desc()).limit(1)
    handed = select(_ACTS.c.target).where(_ACTS.c.target.in_(targets), _ACTS.c.act == ActName.REFERRED.value)
    return File(
        target,
        state,
        tuple(inside),
        session.execute(last).scalar_one(),
        frozenset(session.execute(handed).scalars()),
    )


def over(session: Session, after: str = "", limit: int = 500) -> list[str]:
    """Ids, in order and greater than `after`, of matters that are over and of cases without a matter that are."""
    matter = select(_MATTERS.c.id).where(_MATTERS.c.stage.in_([Stage.ARCHIVED.value, Stage.REFUSED.value]))
    case = (
        select(_CASES.c.id)
        .join(_MATTERS, _MATTERS.c.id == _CASES.c.matter_id, isouter=True)
        .where(_CASES.c.stage.in_([stage.value for stage in CASE_OVER]), _MATTERS.c.id.is_(None))
    )
    both = matter.union_all(case).subquery()
    return list(session.execute(select(both.c.id).where(both.c.id > after).order_by(both.c.id).limit(limit)).scalars())


def held(session: Session, target: str | None = None) -> dict[str, Entry]:
    """The files on hold, or whether this one is, each with the act that says why."""
    return _acts_of(session, _HOLDS, target)


def requested(session: Session, target: str | None = None) -> dict[str, Entry]:
    """The files whose destruction was asked for, or whether this one's was, each with the act that asks."""
    return _acts_of(session, _DESTRUCTIONS, target)


def release_requested(session: Session, target: str) -> Entry | None:
    """The act by which somebody asked that the file's hold be released; None where nobody has since it was put."""
    hold = held(session, target).get(target)
    return None if hold is None else _asked(session, ActName.HOLD_RELEASE_REQUESTED, OF, target, hold.seq)


def erasure_requested(session: Session, subject: str) -> Entry | None:
    """The act by which somebody asked that the subject's keys be destroyed; None where nobody has."""
    return _asked(session, ActName.ERASURE_REQUESTED, SUBJECT, subject, 0)


def certificates(session: Session, target: str | None = None) -> list[Certificate]:
    """What was destroyed, in order; of a file or one of its chains, or all."""
    chosen = select(_CERTIFICATES.c.seq).distinct().order_by(_CERTIFICATES.c.seq)
    if target is not None:
        chosen = chosen.where(_CERTIFICATES.c.target == target)
    found = []
    for seq in session.execute(chosen).scalars():
        (entry,) = _entries(session, [seq])
        detail = entry.act.detail
        found.append(
            Certificate(entry, tuple(detail["hashes"]), *_lay(detail["papers"], detail.get("attachments", ())))
        )
    return found


def say(
    session: Session,
    name: ActName,
    of: str,
    at: datetime,
    *,
    by: str | None,
    voice: Voice | None,
    reason: str,
    detail: dict[str, Any] | None = None,
) -> Entry:
    """Put an act about a file on record, in the archive's chain, and keep what follows from it."""
    act = Act(
        at=at,
        target=ARCHIVE,
        act=name,
        by=by,
        person=voice.person if voice else None,
        principal=voice.principal if voice else None,
        reason=reason,
        detail={OF: of, **(detail or {})},
    )
    (entry,) = ledger.append(session, [act], message_id=None, processed_at=at)
    dialect = session.connection().dialect
    if name is ActName.HELD:
        session.execute(upsert(_HOLDS, "target")(dialect).values(target=of, seq=entry.seq))
    elif name is ActName.HOLD_RELEASED:
        session.execute(delete(_HOLDS).where(_HOLDS.c.target == of))
    elif name is ActName.DESTRUCTION_REQUESTED:
        session.execute(upsert(_DESTRUCTIONS, "target")(dialect).values(target=of, seq=entry.seq))
    return entry


def destroy(
    session: Session,
    file: File,
    kept: Term,
    at: datetime,
    *,
    by: str | None,
    voice: Voice,
    request: Entry,
    reason: str,
) -> Certificate:
    """Destroy the content of a file, in this transaction, and certify it. Whether that may be is for policies/."""
    hashes = {target: _hashes(session, target) for target in file.targets}
    papers = [dict(row._mapping) for row in session.execute(_papers(file.targets))]
    handed_in = attachments.certified(session, file.targets)
    entry = say(
        session,
        ActName.DESTROYED,
        file.id,
        at,
        by=by,
        voice=voice,
        reason=reason,
        detail={
            "class": kept.code.value,
            "closed_on": kept.closed_on.isoformat() if kept.closed_on else None,
            "due_on": kept.due_on.isoformat() if kept.due_on else None,
            "source": kept.source,
            "requested": {"seq": request.seq, "by": request.act.by, "person": request.act.person},
            "hashes": hashes,
            "papers": papers,
            **({"attachments": handed_in} if handed_in else {}),
        },
    )
    with erasing(session):
        _carry_out(session, file, hashes, entry.seq, at)
    return Certificate(entry, file.targets, *_lay(papers, handed_in))


def _lay(papers: Iterable[Any], handed_in: Iterable[Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Under which hashes printed documents and attachments lay."""
    kept = dict.fromkeys(one["kept"] for one in handed_in if one["kept"])
    return tuple(one["content"] for one in papers if one["content"]), tuple(kept)


def _carry_out(session: Session, file: File, hashes: dict[str, list[str]], seq: int, at: datetime) -> None:
    vault = unit(session).vault
    for target in file.targets:
        if vault is not None:
            # Copies of what was sealed, in Temporal's histories and in backups of it, go with the key.
            with suppress(KeyError, ErasedError):
                keys.destroy(session, vault, keys.subject_of(target), at)
        upto = len(hashes[target])
        session.execute(_CERTIFICATES.insert().values(target=target, upto=upto, seq=seq, destroyed_at=at))
        _empty(session, target, upto)
        attachments.destroy(session, target)
    spoken.forget_matter(session, file.id, at)
    _forget(session, file)


def _hashes(session: Session, target: str) -> list[str]:
    chosen = select(_ACTS.c.hash).where(_ACTS.c.target == target).order_by(_ACTS.c.seq)
    return list(session.execute(chosen).scalars())


def _papers(targets: Sequence[str]) -> Any:
    return (
        select(_DOCUMENTS.c.number, _DOCUMENTS.c.kind, _DOCUMENTS.c.content, _ACTS.c.target, _ACTS.c.seq)
        .join(_ACTS, _ACTS.c.id == _DOCUMENTS.c.entry)
        .where(_ACTS.c.target.in_(targets))
        .order_by(_DOCUMENTS.c.id)
    )


def _empty(session: Session, target: str, upto: int) -> None:
    """Take the bodies, and everything that hangs on the acts except their numbers and hashes."""
    entries = select(_ACTS.c.id).where(_ACTS.c.target == target, _ACTS.c.seq <= upto)
    session.execute(delete(_DELIVERIES).where(_DELIVERIES.c.entry.in_(entries)))
    session.execute(delete(_NOTICES).where(_NOTICES.c.entry.in_(entries)))
    session.execute(delete(_DOINGS).where(_DOINGS.c.target == target, _DOINGS.c.seq <= upto))
    # The number stays, so that no other document ever gets it.
    session.execute(
        update(_DOCUMENTS).where(_DOCUMENTS.c.entry.in_(entries)).values(facts="", template=None, content=None)
    )
    session.execute(
        update(_ACTS)
        .where(_ACTS.c.target == target, _ACTS.c.seq <= upto)
        .values(body="", subject=None, message_id=None)
    )


def _forget(session: Session, file: File) -> None:
    targets = list(file.targets)
    session.execute(delete(_ANSWERS).where(_ANSWERS.c.target.in_(targets)))
    session.execute(delete(_PARTIES).where(_PARTIES.c.target.in_(targets)))
    session.execute(delete(_STIRRED).where(_STIRRED.c.target.in_(targets)))
    session.execute(delete(_CASE_SNAPSHOTS).where(_CASE_SNAPSHOTS.c.id.in_(targets)))
    session.execute(delete(_CASES).where(_CASES.c.id.in_(targets)))
    session.execute(delete(_SNAPSHOTS).where(_SNAPSHOTS.c.id.in_(targets)))
    session.execute(delete(_MATTERS).where(_MATTERS.c.id.in_(targets)))
    session.execute(delete(_HOLDS).where(_HOLDS.c.target == file.id))
    session.execute(delete(_DESTRUCTIONS).where(_DESTRUCTIONS.c.target == file.id))


def _acts_of(session: Session, rows: Any, target: str | None) -> dict[str, Entry]:
    chosen = select(rows.c.target, rows.c.seq)
    if target is not None:
        chosen = chosen.where(rows.c.target == target)
    places = {row.seq: row.target for row in session.execute(chosen)}
    return {places[entry.seq]: entry for entry in _entries(session, places)}


def _asked(session: Session, name: ActName, part: str, whom: str, after: int) -> Entry | None:
    """The first act of that name about `whom`, with a number greater than `after`."""
    chosen = select(_ACTS).where(_ACTS.c.target == ARCHIVE, _ACTS.c.act == name.value, _ACTS.c.seq > after)
    for row in session.execute(chosen.order_by(_ACTS.c.seq)):
        entry = ledger.entry_of(session, row)
        if entry.act.detail.get(part) == whom:
            return entry
    return None


def _entries(session: Session, seqs: Any) -> Iterator[Entry]:
    chosen = select(_ACTS).where(_ACTS.c.target == ARCHIVE, _ACTS.c.seq.in_(list(seqs))).order_by(_ACTS.c.seq)
    for row in session.execute(chosen):
        yield ledger.entry_of(session, row)
