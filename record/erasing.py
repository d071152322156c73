"""When may what belongs to a subject be erased, and what is left of it?

Its keys are destroyed: every sealed field in acts, states, papers and kept files, in Temporal's histories and in every
copy of them, is unreadable at once, while every hash and every chain stays as it was. A certificate says what was done,
as an act beside the target. Who may, and that two persons agree, is asked in evidence/erasing.py.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from models.acts import Act, ActName
from models.cases import CASE_OVER
from models.contract import matter_of
from models.rows import CaseRow, table
from privacy.sealing import ErasedError
from privacy.vault import Vault
from record import archive, keys, ledger, petitioners, spoken
from record.looks import Looker, chain_of

_CASES = table(CaseRow)
_ERASABLE = frozenset({"case", "petitioner"})
_OVER = frozenset(stage.value for stage in CASE_OVER)


class NotErasableError(ValueError):
    """The subject's keys are still needed; the message says why."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was erased: whose keys, which versions, when, why, and where the target's chain stood.

    `hash` is the SHA-256 of the canonical JSON of all the other fields.
    """

    subject: str
    versions: tuple[int, ...]
    at: datetime
    reason: str
    seq: int
    head: str
    hash: str


def check(session: Session, subject: str, reason: str) -> str:
    """The target whose keys the subject's are, or the person's id, where they may be destroyed as things stand.

    Raises NotErasableError: no reason, a case that is not over or whose file is on hold, a person with a petition under
    way, what is neither a case nor a person. KeyError for a subject without keys, ErasedError for one already erased.
    """
    if not reason.strip():
        raise NotErasableError("销毁须说明理由 say why it is to be erased")
    kind, _, target = subject.partition("/")
    if kind not in _ERASABLE:
        raise NotErasableError("只可销毁案件和人员 only cases and persons are erased, not matters or the engine's key")
    if kind == "case":
        stage = session.execute(select(_CASES.c.stage).where(_CASES.c.id == target)).scalar_one_or_none()
        if stage is not None and stage not in _OVER:
            raise NotErasableError(f"{target}: 案件未了结 ({stage})，不可销毁 the case is not over")
        if any(archive.held(session, file) for file in (target, matter_of(target))):
            raise NotErasableError(f"{target}: 已暂停销毁 its file is on hold")
    if kind == "petitioner":
        under_way = petitioners.under_way(session, target)
        if under_way:
            open_ = "、".join(under_way)
            raise NotErasableError(f"{open_}: 诉求未办结,不可销毁 a petition of this person is under way")
    known = keys.versions(session, subject)
    if not known:
        raise KeyError(subject)
    if not any(known.values()):
        raise ErasedError(subject)
    return target


def erase(session: Session, vault: Vault, subject: str, looker: Looker, *, reason: str, at: datetime) -> Certificate:
    """Destroy the subject's keys and put that on record, in this writing transaction.

    Raises as `check` does. Afterwards `Store.scrub` leaves no trace in SQLite's log.
    """
    target = check(session, subject, reason)
    versions = tuple(keys.destroy(session, vault, subject, at))
    if subject.startswith("case/"):
        spoken.forget_case(session, target, at)
    else:
        petitioners.forget_marks(session, target)
    seq, head = ledger.head(session, target)
    told = {
        "subject": subject,
        "versions": list(versions),
        "at": at.isoformat(),
        "reason": reason,
        "seq": seq,
        "head": head,
    }
    hash_ = hashlib.sha256(ledger.canonical(told).encode()).hexdigest()
    detail = {"of": subject, "versions": list(versions), "certificate": {**told, "hash": hash_}}
    if looker.account:
        detail["account"] = looker.account
    act = Act(
        at=at,
        target=chain_of(target),
        act=ActName.KEY_DESTROYED,
        by=looker.post,
        person=looker.person,
        principal=looker.principal,
        reason=reason,
        detail=detail,
    )
    ledger.append(session, [act], message_id=None, processed_at=at)
    return Certificate(subject, versions, at, reason, seq, head, hash_)
