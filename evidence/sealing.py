"""How does a day get its seal, and is every seal still true?

A seal is made from the heads as they stand; one whose last sealed entry has gone or changed is disputed: the seal says
so, and keeps what was sealed before. Seals form a chain of their own, signed one by one (evidence/signing.py).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from evidence import merkle
from evidence.problems import UnknownKeyError
from evidence.signing import KEY, SEAL, Signer, described, endorsed, signed_by
from models.evidence import Leaf, LeafKind, Seal, Sealed, SigningKey
from policies.deadlines import SHANGHAI
from policies.sealing import day_to_seal, days_missed
from record import ledger, seals
from record.ledger import FaultKind, Witness, canonical
from record.store import Store

_FORMAT = "duban-seal-1"


class SealFaultKind(StrEnum):
    """What is wrong with a seal, or with the record that it stands over."""

    MISSING = "seal_missing"
    CONTENT = "seal_content"
    LINK = "seal_link"
    SIGNATURE = "seal_signature"
    KEY = "seal_key"
    ROOT = "seal_root"
    ENTRY_DIFFERS = "sealed_entry_differs"
    ENTRY_MISSING = "sealed_entry_missing"
    TEXT = "sealed_text_differs"
    KEPT = "kept_line_differs"


_WORDS = {
    SealFaultKind.MISSING: "封存缺失 the seal is missing",
    SealFaultKind.CONTENT: "封存内容与其散列不符 the seal does not have its hash",
    SealFaultKind.LINK: "与上一封存不符 the link to the seal before is broken",
    SealFaultKind.SIGNATURE: "签名不成立 the signature does not hold",
    SealFaultKind.KEY: "签名密钥未经签认 the key is not signed by the one before it",
    SealFaultKind.ROOT: "所封各项与封存不符 its leaves do not have its root",
    SealFaultKind.ENTRY_DIFFERS: "记录与封存时不同 the entry is not the one that was sealed",
    SealFaultKind.ENTRY_MISSING: "封存过的记录缺失 an entry that was sealed is missing",
    SealFaultKind.TEXT: "所依政策或放假安排与封存时不同 a policy or calendar text is not the one that was sealed",
    SealFaultKind.KEPT: "与外存的封存行不符 differs from the line that was kept outside",
}


@dataclass(frozen=True, slots=True)
class SealFault:
    """One finding: at which seal, about which chain or text ("" for the seal itself), at which entry (0: none)."""

    no: int
    name: str
    seq: int
    kind: SealFaultKind
    detail: str = ""

    @property
    def text(self) -> str:
        """The finding in words, Chinese first."""
        what = f" {self.name} 第{self.seq}条 entry {self.seq}" if self.seq else f" {self.name}" if self.name else ""
        tail = f" ({self.detail})" if self.detail else ""
        return f"封存 seal {self.no}:{what} {_WORDS[self.kind]}{tail}"


@dataclass(frozen=True, slots=True)
class Made:
    """The newest seal, and whether it was made now."""

    seal: Seal
    new: bool


# --- making -----------------------------------------------------------------------------------------------------------


def seal(store: Store, signer: Signer, now: datetime, at: time, *, extra: bool = False) -> Made:
    """Seal the last day whose hour `at` (local) has come by the aware instant `now`, once; it makes up for days missed.

    `extra` makes one now, whatever was sealed. Raises UnknownKeyError.
    """
    while True:
        with store.reading() as session:
            newest = seals.last(session)
            day = now.astimezone(SHANGHAI).date() if extra else day_to_seal(now, at)
            sealed = seals.last_day(session)
            if not extra and newest is not None and sealed is not None and sealed >= day:
                return Made(read(newest), new=False)
            new_key = _new_key(seals.keys(session), signer, now)
            before = seals.leaves(session)
            found, disputed = _confirmed(session, before)
        no = newest.no + 1 if newest is not None else 1
        standing = merkle.ordered(found.values())
        body = canonical(
            {
                "format": _FORMAT,
                "no": no,
                "day": day.isoformat(),
                "made_at": now.isoformat(timespec="seconds"),
                "extra": extra,
                "missed": 0 if extra else days_missed(sealed, day),
                "leaves": len(standing),
                "entries": sum(leaf.seq for leaf in standing),
                "disputed": disputed,
                "root": merkle.root([merkle.leaf_hash(leaf) for leaf in standing]).hex(),
                "previous": newest.hash if newest is not None else "",
                "key": signer.id,
            }
        )
        hash_ = hashlib.sha256(body.encode()).hexdigest()
        made = _sealed(body, hash_, signer.sign(SEAL, body.encode()))
        with store.writing() as session:
            if seals.held_for_sealing(session) != no - 1:
                continue  # another process was first
            if new_key is not None and new_key.id not in seals.keys(session):
                seals.add_key(session, new_key)
            seals.keep(session, made, [leaf for place, leaf in found.items() if before.get(place) != leaf])
        return Made(made, new=True)


def rotate(store: Store, before: Signer, after: Signer, now: datetime) -> SigningKey:
    """Let `after` sign from now on, signed by `before`, which signs now. Raises UnknownKeyError where it does not."""
    with store.writing() as session:
        seals.held_for_sealing(session)
        known = seals.keys(session)
        if not known:
            seals.add_key(session, described(before, now))
        elif list(known)[-1] != before.id:
            raise UnknownKeyError(before.id, list(known)[-1])
        told = described(after, now, before)
        seals.add_key(session, told)
    return told


def _new_key(known: dict[str, SigningKey], signer: Signer, now: datetime) -> SigningKey | None:
    """The key at hand where it is the very first; None where it is the one that signs now."""
    if not known:
        return described(signer, now)
    if list(known)[-1] != signer.id:
        raise UnknownKeyError(signer.id, list(known)[-1])
    return None


def _confirmed(session: Session, before: seals.Leaves) -> tuple[seals.Leaves, int]:
    """What is to be sealed now, and how much of it could not be confirmed and stays as it was sealed."""
    now = seals.standing(session)
    moved = [leaf for place, leaf in before.items() if now.get(place) != leaf]
    wrong = {fault.name for fault in _against_ledger(session, [(0, leaf) for leaf in moved])}
    kept = [
        leaf
        for leaf in moved
        if (leaf.kind, leaf.name) not in now
        or leaf.kind is not LeafKind.CHAIN
        or leaf.name in wrong
        or now[leaf.kind, leaf.name].seq <= leaf.seq
    ]
    return now | {(leaf.kind, leaf.name): leaf for leaf in kept}, len(kept)


# --- reading and checking ---------------------------------------------------------------------------------------------


def read(row: Row[Any]) -> Seal:
    """A seal as kept. Raises ValueError (KeyError, TypeError) for one whose text cannot be read."""
    return _sealed(row.body, row.hash, row.signature)


def _sealed(body: str, hash_: str, signature: str) -> Seal:
    said = {name: value for name, value in json.loads(body).items() if name != "format"}
    return Seal(**said, body=body, hash=hash_, signature=signature)


def check(session: Session, *, roots: int | None = None) -> list[SealFault]:
    """Everything that does not agree: seals with each other, with their keys and leaves, and leaves with the record.

    `roots` limits how many of the newest seals have their leaves hashed again (None: all of them).
    """
    keys = seals.keys(session)
    found = [*_key_faults(keys)]
    rows = list(seals.kept(session))
    for row, before in zip(rows, [None, *rows], strict=False):
        found += _seal_faults(row, before, keys)
    found += _root_faults(session, rows, len(rows) if roots is None else roots)
    found += _against_ledger(session, seals.changes(session))
    return found


def against(session: Session, lines: Iterable[str]) -> tuple[int, list[SealFault]]:
    """How many lines kept outside name a seal, and which of them the record does not have so.

    A line is `no day hash key signature`, or `key id public`; others are passed over. Nobody who rewrites the record,
    its keys included, can rewrite what others keep.
    """
    rows = {row.no: row for row in seals.kept(session)}
    keys = seals.keys(session)
    compared, found = 0, []
    for line in lines:
        match line.split():
            case ["key", id_, public]:
                if id_ not in keys or keys[id_].public != public:
                    found.append(SealFault(0, "", 0, SealFaultKind.KEY, f"外存公钥 kept key {id_}"))
            case [no, day, hash_, key, signature] if no.isdecimal():
                compared += 1
                row = rows.get(int(no))
                told = None if row is None else (str(row.day), row.hash, _key_of(row.body), row.signature)
                if row is None:
                    found.append(SealFault(int(no), "", 0, SealFaultKind.MISSING, f"外存 kept: {hash_}"))
                elif told != (day, hash_, key, signature):
                    found.append(
                        SealFault(int(no), "", 0, SealFaultKind.KEPT, f"外存 kept: {hash_}, 现有 found: {row.hash}")
                    )
    return compared, found


def witnessed(session: Session, seen: Iterable[Sealed]) -> list[SealFault]:
    """Which seals the record does not have as the workflows that made them have answered."""
    rows = {row.no: row.hash for row in seals.kept(session)}
    wrong = {one.no: one.hash for one in seen if rows.get(one.no) != one.hash}
    return [
        SealFault(no, "", 0, SealFaultKind.KEPT if no in rows else SealFaultKind.MISSING, f"流程历史 history: {hash_}")
        for no, hash_ in sorted(wrong.items())
    ]


def append_line(directory: Path, seal: Seal, keys: dict[str, SigningKey]) -> Path:
    """Write the seal's line behind those before it, once, for whoever keeps them outside; returns the file.

    The key is written before the first seal it signs. Raises OSError.
    """
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "seals.txt"
    known = set(file.read_text(encoding="utf-8").splitlines()) if file.is_file() else set()
    lines = [line for line in (keys[seal.key].line, seal.line) if line not in known]
    if lines:
        with file.open("a", encoding="utf-8") as opened:
            opened.write("".join(f"{line}\n" for line in lines))
    return file


def _key_of(body: str) -> str:
    try:
        return str(json.loads(body)["key"])
    except (ValueError, KeyError, TypeError):
        return ""


def _key_faults(keys: dict[str, SigningKey]) -> Iterator[SealFault]:
    before: SigningKey | None = None
    for key in keys.values():
        if before is not None and not _endorsed(key, before):
            yield SealFault(0, "", 0, SealFaultKind.KEY, key.id)
        before = key


def _endorsed(key: SigningKey, before: SigningKey) -> bool:
    return key.endorsed_by == before.id and signed_by(
        bytes.fromhex(before.public), key.endorsement or "", KEY, endorsed(key)
    )


def _seal_faults(row: Row[Any], before: Row[Any] | None, keys: dict[str, SigningKey]) -> Iterator[SealFault]:
    no = row.no
    expected = 1 if before is None else before.no + 1
    for missing in range(expected, no):
        yield SealFault(missing, "", 0, SealFaultKind.MISSING)
    body = row.body.encode()
    try:
        told = read(row)
    except (ValueError, KeyError, TypeError) as error:
        yield SealFault(no, "", 0, SealFaultKind.CONTENT, type(error).__name__)
        return
    if hashlib.sha256(body).hexdigest() != row.hash or (told.no, told.day, told.made_at) != (no, row.day, row.made_at):
        yield SealFault(no, "", 0, SealFaultKind.CONTENT)
    if no == expected and told.previous != ("" if before is None else before.hash):
        yield SealFault(no, "", 0, SealFaultKind.LINK)
    key = keys.get(told.key)
    if key is None:
        yield SealFault(no, "", 0, SealFaultKind.KEY, told.key)
    elif not signed_by(bytes.fromhex(key.public), row.signature, SEAL, body):
        yield SealFault(no, "", 0, SealFaultKind.SIGNATURE, told.key)


def _root_faults(session: Session, rows: list[Row[Any]], newest: int) -> Iterator[SealFault]:
    standing: dict[tuple[LeafKind, str], Leaf] = {}
    changed: dict[int, list[Leaf]] = {}
    for no, leaf in seals.changes(session):
        changed.setdefault(no, []).append(leaf)
    hashed: dict[tuple[LeafKind, str], bytes] = {}
    first = len(rows) - newest
    for place, row in enumerate(rows):
        for leaf in changed.get(row.no, ()):
            standing[leaf.kind, leaf.name] = leaf
            hashed[leaf.kind, leaf.name] = merkle.leaf_hash(leaf)
        if place < first:
            continue
        try:
            told = read(row)
        except (ValueError, KeyError, TypeError):
            continue  # named already
        order = sorted(hashed)
        if merkle.root([hashed[one] for one in order]).hex() != told.root or len(order) != told.leaves:
            yield SealFault(row.no, "", 0, SealFaultKind.ROOT)


def _against_ledger(session: Session, sealed: Iterable[tuple[int, Leaf]]) -> list[SealFault]:
    """Which sealed entries and texts the record does not have as they were sealed."""
    texts = seals.texts(session)
    found: list[SealFault] = []
    where: dict[tuple[str, int], int] = {}
    witnesses = []
    for no, leaf in sealed:
        if leaf.kind is LeafKind.CHAIN:
            witnesses.append(Witness(leaf.name, leaf.seq, leaf.hash))
            where[leaf.name, leaf.seq] = no
        elif texts.get((leaf.kind, leaf.name)) != leaf:
            found.append(SealFault(no, leaf.name, 0, SealFaultKind.TEXT))
    kinds = {
        FaultKind.WITNESS_DIFFERS: SealFaultKind.ENTRY_DIFFERS,
        FaultKind.RECORD_BEHIND: SealFaultKind.ENTRY_MISSING,
    }
    for fault in ledger.compare(session, witnesses):
        if fault.kind in kinds:
            no = where[fault.target, fault.seq]
            found.append(SealFault(no, fault.target, fault.seq, kinds[fault.kind], fault.found))
    return found
