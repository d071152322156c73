"""What has been recorded about a target, and has anybody touched it since?

Every act of a matter or a case is one entry of that target's chain: numbered from 1, hashed together with the hash
before it. Entries are never changed or removed (triggers); `verify` and `compare` find out if they were. engine.md 5.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby, islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Dialect, Row, Select, Text, bindparam, exists, func, select, tuple_, type_coerce
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session

from models.acts import Act, ActName
from models.contract import ARCHIVE
from models.protection import Kind, is_aside
from models.rows import SHANGHAI, ActRow, CertificateRow, DoingRow, HeadRow, SnapshotRow, aware, instant_text, table
from record.keys import subject_of
from record.sealed import read as read_sealed
from record.sealed import sealed
from record.statements import Head, Prepared, insert_or_ignore, unit, upsert
from record.store import hold

_ACTS = table(ActRow)
_CERTIFICATES = table(CertificateRow)
_DOINGS = table(DoingRow)
_HEADS = table(HeadRow)
_SNAPSHOTS = table(SnapshotRow)

_HEAD = Prepared(select(_HEADS.c.seq, _HEADS.c.hash).where(_HEADS.c.target == bindparam("of")))
_SET_HEAD = Prepared(upsert(_HEADS, "target"))
_INSERT = Prepared(_ACTS.insert(), [column.name for column in _ACTS.c if column.name != "id"])
_DONE = Prepared(insert_or_ignore(_DOINGS, "post", "at", "target", "seq"))

T = TypeVar("T")

# Canonical JSON: members sorted, no spaces, UTF-8 as it is. One text for one value, so that it can be hashed.
canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode

# Rows fetched at a time, and values in one IN list: small against memory and against the databases' limits.
_PAGE = 1_000
_LIST = 400


@dataclass(frozen=True, slots=True)
class Entry:
    """One act as recorded. `at` and `due` of the act and `processed_at` are in Asia/Shanghai; `seq` counts from 1."""

    target: str
    seq: int
    act: Act
    message_id: str | None
    processed_at: datetime
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Witness:
    """What somebody outside the database saw: that the hash of the target's entry `seq` begins like this.

    A witness may keep only the beginning of a hash; `seq` 0 says that it has seen no entry yet.
    """

    target: str
    seq: int
    hash: str


class ActLine(NamedTuple):
    """A row of the ledger, column by column."""

    id: int
    target: str
    seq: int
    act: str
    at: datetime
    subject: str | None
    message_id: str | None
    processed_at: datetime
    body: str
    previous: str
    hash: str


_ENTRIES = Prepared(
    select(*(_ACTS.c[name] for name in ActLine._fields))
    .where(_ACTS.c.target == bindparam("of"), _ACTS.c.seq > bindparam("after"))
    .order_by(_ACTS.c.seq)
)


class FaultKind(StrEnum):
    """What is wrong with a chain."""

    GAP = "gap"
    FALSE_START = "false_start"
    BROKEN_LINK = "broken_link"
    CONTENT = "content"
    COLUMN = "column"
    CUT_SHORT = "cut_short"
    HEAD_MISSING = "head_missing"
    HEAD_BEHIND = "head_behind"
    HEAD_DIFFERS = "head_differs"
    CHAIN_MISSING = "chain_missing"
    CERTIFICATE = "certificate"
    RECORD_AHEAD = "record_ahead"
    RECORD_BEHIND = "record_behind"
    WITNESS_DIFFERS = "witness_differs"


_WORDS = {
    FaultKind.GAP: "序号不连续 the numbers are not consecutive",
    FaultKind.FALSE_START: "首条记录之前不应另有记录 the first entry names one before it",
    FaultKind.BROKEN_LINK: "与上一条记录的散列不符 the link to the entry before is broken",
    FaultKind.CONTENT: "内容与其散列不符 the content does not have the recorded hash",
    FaultKind.COLUMN: "检索栏与记录内容不符 a column differs from the recorded act",
    FaultKind.CUT_SHORT: "末尾记录缺失 entries are missing at the end",
    FaultKind.HEAD_MISSING: "链尾登记缺失 the note of the last entry is missing",
    FaultKind.HEAD_BEHIND: "记录多于链尾登记 there are entries after the noted last one",
    FaultKind.HEAD_DIFFERS: "末条记录与链尾登记不符 the last entry is not the noted one",
    FaultKind.CERTIFICATE: "与销毁证明不符 does not agree with the certificate of destruction",
    FaultKind.CHAIN_MISSING: "事项有状态而无任何记录 a matter has a state but no entry at all",
    FaultKind.RECORD_AHEAD: "台账多于流程历史所见 the ledger is ahead of the workflow history",
    FaultKind.RECORD_BEHIND: "流程历史所见记录在台账中缺失 the ledger lacks an entry the workflow history has seen",
    FaultKind.WITNESS_DIFFERS: "台账与流程历史所见不符 the ledger differs from what the workflow history has seen",
}


@dataclass(frozen=True, slots=True)
class ChainFault:
    """One finding: at which entry, what kind, what should be there and what is."""

    target: str
    seq: int
    kind: FaultKind
    expected: str = ""
    found: str = ""

    @property
    def text(self) -> str:
        """The finding in words, Chinese first."""
        return (
            f"{self.target} 第{self.seq}条 entry {self.seq}: {_WORDS[self.kind]}"
            f" (应为 expected {self.expected or '-'}; 实为 found {self.found or '-'})"
        )


def append(
    session: Session,
    acts: Sequence[Act],
    *,
    message_id: str | None,
    processed_at: datetime,
    about: str | None = None,
) -> list[Entry]:
    """Append the acts in this order, each to the chain of its target; returns the entries in the same order.

    Protected fields are sealed before the act is hashed, under the key of `about` where another target is named (a case
    whose materials the acts of its matter tell), else of the act's own target. The entries have them open. Every
    instant must be aware (NaiveInstantError); an act's detail must be JSON (ValueError).
    """
    known = unit(session)
    processed = instant_text(processed_at)
    heads = {target: _held_head(session, target) for target in sorted({act.target for act in acts})}
    entries: list[Entry] = []
    rows: list[dict[str, Any]] = []
    for act in acts:
        aware(act.at)
        if act.due is not None:
            aware(act.due)
        seq, previous = heads[act.target].seq + 1, heads[act.target].hash
        told = act.model_dump(mode="json", exclude_none=True)
        place = place_of(act.target, seq)
        body = canonical(sealed(session, Kind.ACT, told, subject_of(about or act.target), place))
        own = entry_hash(act.target, seq, body, message_id=message_id, processed=processed, previous=previous)
        heads[act.target] = Head(seq, own)
        entries.append(Entry(act.target, seq, act, message_id, processed_at.astimezone(SHANGHAI), previous, own))
        rows.append(
            {
                "target": act.target,
                "seq": seq,
                "act": act.act.value,
                "at": act.at,
                "subject": act.subject,
                "message_id": message_id,
                "processed_at": processed_at,
                "body": body,
                "previous": previous,
                "hash": own,
            }
        )
    _INSERT.run_each(session, rows)
    _DONE.run_each(session, [{"post": one.act.by, "at": one.act.at, "target": one.target, "seq": one.seq}
                             for one in entries if one.act.by is not None and not is_aside(one.target)])  # fmt: skip
    _SET_HEAD.run_each(session, [{"target": target, "seq": to.seq, "hash": to.hash} for target, to in heads.items()])
    known.heads.update(heads)
    return entries


def entries(session: Session, target: str, after: int = 0) -> list[Entry]:
    """The target's entries with a number greater than `after`, in order; none for an unknown target."""
    return [entry_of(session, ActLine(*row)) for row in _ENTRIES.every(session, {"of": target, "after": after})]


def acts_of(session: Session, target: str) -> list[ActName]:
    """The names of the target's acts, in the order of its chain; none for an unknown target."""
    chosen = select(_ACTS.c.act).where(_ACTS.c.target == target).order_by(_ACTS.c.seq)
    return [ActName(name) for name in session.execute(chosen).scalars()]


def recorded(session: Session, after_id: int = 0) -> Iterator[Entry]:
    """Every entry of every target in the order of recording, after the one with this row number."""
    chosen = select(_ACTS).where(_ACTS.c.id > after_id).order_by(_ACTS.c.id)
    for row in session.execute(chosen.execution_options(yield_per=500)):
        yield entry_of(session, row)


def entry_of(session: Session, row: Row[Any] | ActLine) -> Entry:
    """The entry held by a row of the whole ledger table, its protected fields as this transaction may read them."""
    known = unit(session)
    if not row.body:
        # What was destroyed under a certificate leaves what, where and when, and the hashes.
        act = Act(at=row.at, target=row.target, act=ActName(row.act))
    elif '"sealed":' not in row.body and (known.vault is None or known.opens is None):
        act = Act.model_validate_json(row.body)
    else:
        written = json.loads(row.body)
        told = read_sealed(session, Kind.ACT, written, place_of(row.target, row.seq), subject_of(row.target))
        act = Act.model_validate_json(canonical(told))
    local = {"at": act.at.astimezone(SHANGHAI), "due": act.due and act.due.astimezone(SHANGHAI)}
    return Entry(
        row.target, row.seq, act.model_copy(update=local), row.message_id, row.processed_at, row.previous, row.hash
    )


def parsed(body: str) -> dict[str, Any]:
    """An act's text as it is kept; an empty one where it cannot be read, which `verify` reports."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def place_of(target: str, seq: int) -> str:
    """Where an entry's box stands."""
    return f"act {target} {seq}"


def head(session: Session, target: str) -> Head:
    """The number and the hash of the target's last entry; 0 and "" when it has none."""
    known = unit(session).heads.get(target)
    if known is not None:
        return known
    row = _HEAD.first(session, {"of": target})
    return Head(0, "") if row is None else Head(*row)


def verify(session: Session, targets: Iterable[str] | None = None) -> list[ChainFault]:
    """Recompute the chains of these targets (None: of all) and report everything that does not agree.

    Sees any entry that was edited, removed, inserted or moved, also when its own hash was made to fit. It cannot see
    a chain rewritten to its end together with its head, or removed with all its traces: `compare` does.
    """
    if targets is None:
        return list(_verified(session, None))
    named = sorted(set(targets))
    return [fault for some in _chunks(named) for fault in _verified(session, some)]


def compare(session: Session, witnessed: Iterable[Witness]) -> list[ChainFault]:
    """What a second witness (Temporal's history) says against the ledger.

    The ledger may lack an entry the witness saw, have another one in its place, or have more than the last one seen;
    the last also happens for a moment when a worker dies between recording and answering.
    """
    faults: list[ChainFault] = []
    last: dict[str, Witness] = {}
    for some in _chunks(sorted(witnessed, key=lambda seen: (seen.target, seen.seq))):
        pair = tuple_(_ACTS.c.target, _ACTS.c.seq)
        chosen = select(_ACTS.c.target, _ACTS.c.seq, _ACTS.c.hash)
        rows = session.execute(chosen.where(pair.in_([(seen.target, seen.seq) for seen in some])))
        kept = {(row.target, row.seq): str(row.hash) for row in rows}
        for seen in some:
            last[seen.target] = seen
            found = kept.get((seen.target, seen.seq))
            if found is None and seen.seq:
                faults.append(ChainFault(seen.target, seen.seq, FaultKind.RECORD_BEHIND, seen.hash))
            elif found is not None and not found.startswith(seen.hash):
                faults.append(ChainFault(seen.target, seen.seq, FaultKind.WITNESS_DIFFERS, seen.hash, found))
    for targets in _chunks(last):
        ends = select(_ACTS.c.target, func.max(_ACTS.c.seq).label("seq")).group_by(_ACTS.c.target)
        for row in session.execute(ends.where(_ACTS.c.target.in_(targets)).order_by(_ACTS.c.target)):
            if row.seq > last[row.target].seq:
                seq = last[row.target].seq
                faults.append(ChainFault(row.target, seq + 1, FaultKind.RECORD_AHEAD, str(seq), str(row.seq)))
    return faults


def _held_head(session: Session, target: str) -> Head:
    known = unit(session).heads.get(target)
    if known is not None:
        return known
    hold(session, target)
    return head(session, target)


def entry_hash(target: str, seq: int, body: str, *, message_id: str | None, processed: str, previous: str) -> str:
    """The SHA-256, in hexadecimal, over the canonical JSON of everything an entry says; arguments as `entry_text`."""
    text = entry_text(target, seq, body, message_id=message_id, processed=processed, previous=previous)
    return hashlib.sha256(text.encode()).hexdigest()


def entry_text(target: str, seq: int, body: str, *, message_id: str | None, processed: str, previous: str) -> str:
    """The canonical JSON of everything an entry says, exactly as it is hashed.

    `body` is the act's own canonical JSON, `processed` the processing instant as `instant_text` gives it.
    """
    # The members in alphabetical order, so that the text is canonical without being read and written once more.
    return (
        f'{{"act":{body},"message_id":{canonical(message_id)},"previous":{canonical(previous)},'
        f'"processed_at":"{processed}","seq":{seq},"target":{canonical(target)}}}'
    )


class AsKept(TypeDecorator[str]):
    """An instant column read without trust: the text that was hashed, or whatever stands in its place."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The text; SQLite keeps nothing else."""
        return instant_text(value) if isinstance(value, datetime) else str(value)


def _chain_rows(targets: Sequence[str] | None) -> Select[Any]:
    chosen = (
        select(
            _ACTS.c.target,
            _ACTS.c.seq,
            _ACTS.c.act,
            _ACTS.c.subject,
            _ACTS.c.message_id,
            _ACTS.c.body,
            _ACTS.c.previous,
            _ACTS.c.hash,
            type_coerce(_ACTS.c.at, AsKept).label("at"),
            type_coerce(_ACTS.c.processed_at, AsKept).label("processed_at"),
            _HEADS.c.seq.label("head_seq"),
            _HEADS.c.hash.label("head_hash"),
            _CERTIFICATES.c.upto,
        )
        .join_from(_ACTS, _HEADS, _ACTS.c.target == _HEADS.c.target, isouter=True)
        .join(_CERTIFICATES, _CERTIFICATES.c.target == _ACTS.c.target, isouter=True)
        .order_by(_ACTS.c.target, _ACTS.c.seq)
    )
    return chosen if targets is None else chosen.where(_ACTS.c.target.in_(targets))


def _verified(session: Session, targets: Sequence[str] | None) -> Iterator[ChainFault]:
    rows = session.execute(_chain_rows(targets).execution_options(yield_per=_PAGE))
    for target, chain in groupby(rows, key=lambda row: row.target):
        yield from _chain_faults(target, chain)
    recorded = exists().where(_ACTS.c.target == _HEADS.c.target)
    cut = select(_HEADS.c.target, _HEADS.c.seq).where(~recorded).order_by(_HEADS.c.target)
    for row in session.execute(cut if targets is None else cut.where(_HEADS.c.target.in_(targets))):
        yield ChainFault(row.target, 1, FaultKind.CUT_SHORT, str(row.seq), "0")
    traced = exists().where(_ACTS.c.target == _SNAPSHOTS.c.id) | exists().where(_HEADS.c.target == _SNAPSHOTS.c.id)
    lost = select(_SNAPSHOTS.c.id, _SNAPSHOTS.c.seq).where(~traced).order_by(_SNAPSHOTS.c.id)
    for row in session.execute(lost if targets is None else lost.where(_SNAPSHOTS.c.id.in_(targets))):
        yield ChainFault(row.id, 1, FaultKind.CHAIN_MISSING, str(row.seq), "0")
    yield from _certificate_faults(session, targets)


def _certificate_faults(session: Session, targets: Sequence[str] | None) -> Iterator[ChainFault]:
    """What was destroyed, held against its certificate: an act of the archive's chain that lists the hashes."""
    certificate = _ACTS.alias("certificate")
    chosen = (
        select(_CERTIFICATES.c.target, _CERTIFICATES.c.upto, certificate.c.act, certificate.c.body)
        .join_from(
            _CERTIFICATES,
            certificate,
            (certificate.c.target == ARCHIVE) & (certificate.c.seq == _CERTIFICATES.c.seq),
            isouter=True,
        )
        .order_by(_CERTIFICATES.c.target)
    )
    for row in session.execute(chosen if targets is None else chosen.where(_CERTIFICATES.c.target.in_(targets))):
        told: list[str] = []
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            if row.act == ActName.DESTROYED:
                told = json.loads(row.body)["detail"]["hashes"][row.target]
        upto = (_ACTS.c.target == row.target) & (_ACTS.c.seq <= row.upto)
        kept = list(session.execute(select(_ACTS.c.hash).where(upto).order_by(_ACTS.c.seq)).scalars())
        if len(told) != row.upto:
            yield ChainFault(row.target, row.upto, FaultKind.CERTIFICATE, str(row.upto), str(len(told)))
        for seq, (expected, found) in enumerate(zip(told, kept, strict=False), 1):
            if expected != found:
                yield ChainFault(row.target, seq, FaultKind.CERTIFICATE, expected, found)


def _chain_faults(target: str, chain: Iterable[Row[Any]]) -> Iterator[ChainFault]:
    seq, previous = 0, ""
    head_seq, head_hash = None, None
    for row in chain:
        if row.seq != seq + 1:
            yield ChainFault(target, seq + 1, FaultKind.GAP, str(seq + 1), str(row.seq))
        elif row.previous != previous:
            kind = FaultKind.BROKEN_LINK if seq else FaultKind.FALSE_START
            yield ChainFault(target, row.seq, kind, previous, str(row.previous))
        yield from _entry_faults(row)
        # SQLite would keep a text in a column of numbers; counting goes on behind it.
        seq, previous = row.seq if isinstance(row.seq, int) else seq + 1, row.hash
        head_seq, head_hash = row.head_seq, row.head_hash
    if head_seq is None:
        yield ChainFault(target, seq, FaultKind.HEAD_MISSING, str(seq))
    elif head_seq != seq:
        behind = isinstance(head_seq, int) and head_seq < seq
        kind = FaultKind.HEAD_BEHIND if behind else FaultKind.CUT_SHORT
        yield ChainFault(target, seq + 1 if not behind else head_seq + 1, kind, str(head_seq), str(seq))
    elif head_hash != previous:
        yield ChainFault(target, seq, FaultKind.HEAD_DIFFERS, str(head_hash), str(previous))


def _entry_faults(row: Row[Any]) -> Iterator[ChainFault]:
    if row.upto is not None and row.seq <= row.upto:
        if row.body or row.subject is not None or row.message_id is not None:
            yield ChainFault(row.target, row.seq, FaultKind.CERTIFICATE, "", "body")
        return  # its hash is held against the certificate
    try:
        own = entry_hash(
            row.target,
            row.seq,
            row.body,
            message_id=row.message_id,
            processed=row.processed_at,
            previous=row.previous,
        )
        act = json.loads(row.body)
        told = {
            "target": act["target"],
            "act": act["act"],
            "subject": act.get("subject"),
            "at": instant_text(datetime.fromisoformat(act["at"])),
        }
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        yield ChainFault(row.target, row.seq, FaultKind.CONTENT, str(row.hash), f"{type(error).__name__}: {error}")
        return
    if own != row.hash:
        yield ChainFault(row.target, row.seq, FaultKind.CONTENT, str(row.hash), own)
    for name, expected in told.items():
        found = getattr(row, name)
        if found != expected:
            yield ChainFault(row.target, row.seq, FaultKind.COLUMN, f"{name}={expected}", f"{name}={found}")


def _chunks(values: Iterable[T]) -> Iterator[list[T]]:
    source = iter(values)
    while some := list(islice(source, _LIST)):
        yield some
