"""Under which key is what belongs to a subject sealed, and is the key still there?

A subject is whoever the sealed fields are about: `case/2026-0143/case1`, `petitioner/…`. Its keys stand here, wrapped
by the master key; a newer version seals, the older ones still open. Destroying them erases: the rows stay behind.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session

from models.contract import is_case
from models.rows import SubjectKeyRow, table
from privacy.masters import MasterMissingError
from privacy.sealing import DataKey, ErasedError
from privacy.vault import Vault
from record.statements import KeptKey, Prepared, insert_or_ignore, unit
from record.store import hold

_KEYS = table(SubjectKeyRow)
_OF = Prepared(
    select(_KEYS.c.version, _KEYS.c.master, _KEYS.c.wrapped)
    .where(_KEYS.c.subject == bindparam("of"))
    .order_by(_KEYS.c.version)
)
_ADD = Prepared(insert_or_ignore(_KEYS, "subject", "version"))

PAGE = 500


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """A version of a subject's key, for a list: by which version of the master it is wrapped, since when."""

    subject: str
    version: int
    master: str
    created_at: datetime
    destroyed_at: datetime | None


def subject_of(target: str) -> str:
    """Whose key seals what is said of a target: the case's own, or the matter's."""
    return f"{'case' if is_case(target) else 'matter'}/{target}"


def sealing_key(session: Session, vault: Vault, subject: str) -> DataKey:
    """The newest key of the subject, made now where it has none yet.

    In a writing transaction. Raises ErasedError, MasterError.
    """
    kept = _kept(session, subject)
    if not kept:
        hold(session, f"key {subject}")
        unit(session).keys.pop(subject, None)
        kept = _kept(session, subject)
    if kept:
        if kept[-1].wrapped is None:
            raise ErasedError(subject)
        return vault.opened(subject, kept[-1].version, kept[-1].master, kept[-1].wrapped)
    return _added(session, vault, subject, 1)


def opening_key(session: Session, vault: Vault, subject: str, version: int) -> DataKey:
    """That version of the subject's key. Raises ErasedError for a destroyed one, MasterError for one that is lost."""
    for one in _kept(session, subject):
        if one.version == version:
            if one.wrapped is None:
                raise ErasedError(subject)
            return vault.opened(subject, version, one.master, one.wrapped)
    raise MasterMissingError(f"{subject}: 没有第 {version} 号数据密钥 the record has no key {version} of it")


def newest(session: Session, vault: Vault, subject: str) -> DataKey | None:
    """The newest key of a subject that has one; None where it has none. Raises ErasedError, MasterError."""
    kept = _kept(session, subject)
    return opening_key(session, vault, subject, kept[-1].version) if kept else None


def versions(session: Session, subject: str) -> dict[int, bool]:
    """Whether each version of the subject's key is still there; empty for a subject that never had one."""
    return {one.version: one.wrapped is not None for one in _kept(session, subject)}


def erased(session: Session, subject: str) -> bool:
    """Whether the subject's keys were destroyed; asked of the record once in a transaction."""
    known = unit(session)
    if known.erased is None:
        chosen = select(_KEYS.c.subject).where(_KEYS.c.destroyed_at.is_not(None)).distinct()
        known.erased = set(session.execute(chosen).scalars())
    return subject in known.erased


def listed(session: Session, subject: str | None = None) -> Iterator[SubjectKey]:
    """Every version of every key (of that subject), by subject and version, tombstones too."""
    chosen = select(_KEYS).order_by(_KEYS.c.subject, _KEYS.c.version)
    if subject is not None:
        chosen = chosen.where(_KEYS.c.subject == subject)
    for row in session.execute(chosen.execution_options(yield_per=PAGE)):
        yield SubjectKey(row.subject, row.version, row.master, row.created_at, row.destroyed_at)


def used(session: Session) -> dict[str, int]:
    """How many keys each version of the master wraps; destroyed ones are none."""
    chosen = (
        select(_KEYS.c.master, func.count().label("number"))
        .where(_KEYS.c.wrapped.is_not(None))
        .group_by(_KEYS.c.master)
    )
    return {str(row.master): int(row.number) for row in session.execute(chosen.order_by(_KEYS.c.master))}


def renew(session: Session, vault: Vault, subject: str) -> int:
    """Give the subject a new key for what is sealed from now on; its version. Raises ErasedError, KeyError."""
    hold(session, f"key {subject}")
    unit(session).keys.pop(subject, None)
    kept = _kept(session, subject)
    if not kept:
        raise KeyError(subject)
    if kept[-1].wrapped is None:
        raise ErasedError(subject)
    return _added(session, vault, subject, kept[-1].version + 1).version


def rewrap(session: Session, vault: Vault, limit: int = PAGE) -> int:
    """Wrap up to `limit` keys anew that an older version of the master wraps; how many there were. Raises MasterError.

    No sealed field is touched: the data keys stay what they are.
    """
    newest_master = vault.master.versions()[-1].id
    chosen = (
        select(_KEYS)
        .where(_KEYS.c.wrapped.is_not(None), _KEYS.c.master != newest_master)
        .order_by(_KEYS.c.subject, _KEYS.c.version)
        .limit(limit)
    )
    rows = session.execute(chosen).all()
    for row in rows:
        master, wrapped = vault.rewrapped(row.subject, row.version, row.master, row.wrapped)
        session.execute(
            update(_KEYS)
            .where(_KEYS.c.subject == row.subject, _KEYS.c.version == row.version, _KEYS.c.wrapped == row.wrapped)
            .values(master=master, wrapped=wrapped)
        )
    return len(rows)


def destroy(session: Session, vault: Vault, subject: str, at: datetime) -> list[int]:
    """Destroy every key of the subject, for ever; the versions destroyed. Raises KeyError, ErasedError.

    Whether that may be done, and the act that tells of it, are for record/erasing.py.
    """
    hold(session, f"key {subject}")
    unit(session).keys.pop(subject, None)
    kept = _kept(session, subject)
    if not kept:
        raise KeyError(subject)
    if kept[-1].wrapped is None:
        raise ErasedError(subject)
    session.execute(update(_KEYS).where(_KEYS.c.subject == subject).values(wrapped=None, destroyed_at=at))
    known = unit(session)
    known.keys.pop(subject, None)
    known.erased = None
    vault.forget(subject)
    return [one.version for one in kept]


def check(session: Session, vault: Vault) -> dict[str, str]:
    """What is wrong with which key, by `subject#version`: those that the master cannot unwrap. Empty when all open."""
    found = {}
    chosen = select(_KEYS).where(_KEYS.c.wrapped.is_not(None)).order_by(_KEYS.c.subject, _KEYS.c.version)
    for row in session.execute(chosen):
        try:
            vault.opened(row.subject, row.version, row.master, row.wrapped)
        except (MasterMissingError, ValueError) as error:
            found[f"{row.subject}#{row.version}"] = str(error)
    return found


def _added(session: Session, vault: Vault, subject: str, version: int) -> DataKey:
    try:
        key, master, wrapped = vault.new_key(subject, version)
    except MasterMissingError:
        _first(session, vault)
        key, master, wrapped = vault.new_key(subject, version)
    row = {
        "subject": subject,
        "version": version,
        "master": master,
        "wrapped": wrapped,
        "created_at": datetime.now(UTC),
        "destroyed_at": None,
    }
    _ADD.run(session, row)
    unit(session).keys.pop(subject, None)
    return key


def _first(session: Session, vault: Vault) -> None:
    """Make a master key for a record that holds nothing sealed yet; one that does has lost its own."""
    if session.execute(select(_KEYS.c.subject).limit(1)).first() is not None:
        raise MasterMissingError(
            "主密钥缺失，记录中已有用它所封的内容；请放回原密钥文件（DUBAN_KEY_FILE）。 "
            "The master key is missing and the record holds what it sealed: put the key file back (DUBAN_KEY_FILE)."
        )
    vault.master.prepare()


def _kept(session: Session, subject: str) -> list[KeptKey]:
    known = unit(session)
    if subject not in known.keys:
        known.keys[subject] = [KeptKey(*row) for row in _OF.every(session, {"of": subject})]
    return known.keys[subject]
