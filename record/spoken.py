"""How do the words of a proposal reach its matter, so that erasing the case reaches them wherever they have been?

Whatever a matter is told lies in its workflow's history under the engine's key. What a proposal alleges is the coming
case's material: it travels in a box within the message, under a key of its own (`proposal/2026-0143/…`), which goes
with the case's key, with the matter's file, and at once where the proposal was refused. The workflow never opens it.
"""

import hashlib
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import select
from sqlmodel import Session

from models.case_messages import Propose
from models.contract import matter_of
from models.rows import ActRow, SubjectKeyRow, table
from privacy import sealing
from privacy.sealing import ErasedError, SealError
from record import keys, ledger, matters
from record.statements import unit

_ACTS = table(ActRow)
_KEYS = table(SubjectKeyRow)
_BEGINS = "proposal/"
_PLACE = "proposal"
_OPEN = {"message_id", "do", "by", "voice", "sealed"}
"""What of a message stays readable: under which id it was said, which command it is, and who speaks."""


def subject_of_proposal(matter_id: str, message_id: str) -> str:
    """Whose key seals a proposal on its way to a matter; it tells nothing of the message id, which may be anything."""
    return f"{_BEGINS}{matter_id}/{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"


def sealed(session: Session, matter_id: str, command: Propose) -> Propose:
    """The proposal as it travels to its matter; as it is where this record keeps nothing sealed.

    In a writing transaction. Nothing is left of what is said to a matter that is not known, which is refused anyway,
    and of a repetition whose key is gone, which has its answer. Raises MasterError.
    """
    vault = unit(session).vault
    if vault is None:
        return command
    silent = Propose(message_id=command.message_id, by=command.by, voice=command.voice)
    if matters.seen(session, matter_id) is None:
        return silent
    try:
        key = keys.sealing_key(session, vault, subject_of_proposal(matter_id, command.message_id))
    except ErasedError:
        return silent
    said = command.model_dump(mode="json", exclude=_OPEN)
    return silent.model_copy(update={"sealed": f"{key.version}.{sealing.seal_json(key, said, _PLACE)}"})


def opened(session: Session, matter_id: str, command: Propose) -> Propose:
    """The proposal as it was said, for the rules; still sealed where it cannot be opened, which they refuse.

    Raises MasterError where the key cannot be had now.
    """
    vault, subject = unit(session).vault, subject_of_proposal(matter_id, command.message_id)
    version, _, box = (command.sealed or "").partition(".")
    if vault is None or version not in map(str, keys.versions(session, subject)):
        return command
    try:
        said = sealing.unseal_json(keys.opening_key(session, vault, subject, int(version)), box, _PLACE)
        spoken = command.model_dump(mode="json", include=_OPEN - {"sealed"})
        return Propose.model_validate({**said, **spoken})
    except (ErasedError, SealError, ValidationError, TypeError):
        return command


def forget(session: Session, matter_id: str, command: Propose, at: datetime) -> None:
    """Destroy the key of a proposal that was refused: the record keeps nothing of what it said either."""
    _destroy(session, [subject_of_proposal(matter_id, command.message_id)], at)


def forget_case(session: Session, case_id: str, at: datetime) -> None:
    """Destroy the keys of the proposals that led to the case."""
    matter_id = matter_of(case_id)
    chosen = select(_ACTS.c.message_id).where(
        _ACTS.c.target == matter_id,
        _ACTS.c.message_id.is_not(None),
        _ACTS.c.body.contains(f'"subject":{ledger.canonical(keys.subject_of(case_id))}', autoescape=True),
    )
    said = dict.fromkeys(session.execute(chosen).scalars())
    _destroy(session, [subject_of_proposal(matter_id, str(one)) for one in said], at)


def forget_matter(session: Session, matter_id: str, at: datetime) -> None:
    """Destroy the keys of every proposal that was said to the matter."""
    begins = f"{_BEGINS}{matter_id}/"
    chosen = select(_KEYS.c.subject).where(_KEYS.c.subject.startswith(begins, autoescape=True)).distinct()
    _destroy(session, list(session.execute(chosen).scalars()), at)


def _destroy(session: Session, subjects: list[str], at: datetime) -> None:
    vault = unit(session).vault
    for subject in subjects if vault is not None else ():
        if vault is not None and any(keys.versions(session, subject).values()):
            keys.destroy(session, vault, subject, at)
