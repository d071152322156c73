"""How do protected fields get into the record, and what does a reader get of them?

Before anything is hashed or kept, protected fields are taken out of a document (an act, a case's state, the facts of a
paper) and sealed in one box beside what is left; so chains are verified without a key, and survive its destruction.
A reader gets masks unless this transaction opens the subject (record/looks.py).
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from models.protection import FieldPolicy, Kind, merged
from privacy import sealing
from privacy.sealing import ErasedError
from privacy.vault import Vault, shipped
from record import keys
from record.statements import unit

SEALED = "sealed"
"""The member of a document that holds its box, and says whose key opens it and which fields are in it."""


def sealed(session: Session, kind: Kind, document: Mapping[str, Any], subject: str, place: str) -> dict[str, Any]:
    """The document as it is kept; the same where nothing in it is protected, or nothing is kept sealed here.

    `place` names where it stands: the box opens nowhere else. What is said of a subject whose key was destroyed is
    not kept at all. Raises MasterError.
    """
    vault = unit(session).vault
    if vault is None:
        return dict(document)
    split = vault.policy.split(kind, document)
    if not split.protected:
        return dict(document)
    box: dict[str, Any] = {"fields": split.fields, "subject": subject}
    try:
        key = keys.sealing_key(session, vault, subject)
    except ErasedError:
        return {**split.shown, SEALED: {**box, "key": 0}}
    box |= {"key": key.version, "box": sealing.seal_json(key, split.protected, place)}
    return {**split.shown, SEALED: box}


def read(session: Session, kind: Kind, document: Mapping[str, Any], place: str, subject: str) -> dict[str, Any]:
    """The document for this transaction: opened where it may be, with masks where not, marked where it was erased.

    `subject` is whose it is where nothing is sealed in it: what an earlier release kept plain is masked all the same.
    Raises SealError for a box that was altered, MasterError where the key cannot be had.
    """
    known = unit(session)
    box = document.get(SEALED)
    if not isinstance(box, Mapping):
        return _plain(session, kind, document, subject)
    shown = {name: value for name, value in document.items() if name != SEALED}
    subject, fields, vault = str(box.get("subject")), box.get("fields") or {}, known.vault
    try:
        if vault is None:
            return shipped().masked(shown, fields)
        if not box.get("key") or keys.erased(session, subject):
            return vault.policy.masked(shown, fields, erased=True)
        if not opens(session, subject):
            return vault.policy.masked(shown, fields)
        key = keys.opening_key(session, vault, subject, int(box["key"]))
        return merged(shown, sealing.unseal_json(key, str(box.get("box")), place))
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        # A box that names places which are not there: `verify` tells where it was altered.
        raise sealing.SealError(place) from error


def protected_in(session: Session, kind: Kind, document: Mapping[str, Any]) -> list[str]:
    """Which fields of the document are protected, by JSON pointer; [] where none is."""
    box = document.get(SEALED)
    if isinstance(box, Mapping):
        return sorted(box.get("fields") or ())
    return sorted(_policy(unit(session).vault).split(kind, document).fields)


def opens(session: Session, subject: str) -> bool:
    """Whether this transaction may read what is sealed under the subject's key."""
    known = unit(session)
    return known.vault is None or known.opens is None or subject in known.opens


def for_the_rules(session: Session) -> None:
    """Let this transaction read everything: the rules decide on what was really said. Nothing of it goes to a reader.

    For the transaction that records, for what is issued in it, and for retracing; a reader looks (record/looks.py).
    """
    unit(session).opens = None


def seal_file(session: Session, content: bytes, subject: str, place: str) -> bytes:
    """A file as it is kept: its box behind a line that says whose key opens it. Raises ErasedError, MasterError."""
    vault = unit(session).vault
    if vault is None:
        return content
    key = keys.sealing_key(session, vault, subject)
    return f"{_FILE}{key.version} {subject}\n".encode() + sealing.seal(key, content, place)


def read_file(session: Session, kept: bytes, place: str) -> bytes:
    """The file again; what was never sealed is as it is. Raises ErasedError, SealError, MasterError."""
    if not kept.startswith(_FILE.encode()):
        return kept
    line, _, box = kept.partition(b"\n")
    version, _, subject = line.decode().removeprefix(_FILE).partition(" ")
    vault = unit(session).vault
    if vault is None:
        raise sealing.SealError(place)
    return sealing.unseal(keys.opening_key(session, vault, subject, int(version)), box, place)


_FILE = "duban-sealed-1 "


def _plain(session: Session, kind: Kind, document: Mapping[str, Any], subject: str) -> dict[str, Any]:
    vault = unit(session).vault
    if vault is None:
        return dict(document)
    if opens(session, subject):
        return dict(document)
    split = vault.policy.split(kind, document)
    return vault.policy.masked(split.shown, split.fields) if split.fields else dict(document)


def _policy(vault: Vault | None) -> FieldPolicy:
    return vault.policy if vault is not None else shipped()
