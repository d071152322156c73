"""Which number does a document get, what does it say for ever, and has anybody touched it since?

Numbers follow each other without a gap for each organ, mark and year: they are taken in the transaction of the act and
lost with it. The act names its documents with the hash of what they say, so that the ledger's chain covers them.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select, update
from sqlmodel import Session

from models.acts import ActName
from models.contract import is_case
from models.documents import ISSUED
from models.rows import ActRow, DocumentRow, TemplateRow, table
from record.ledger import Entry
from record.pages import Page, bounded, cut
from record.statements import Prepared, insert_or_ignore
from record.store import hold

_ACTS = table(ActRow)
_DOCUMENTS = table(DocumentRow)
_TEMPLATES = table(TemplateRow)

_LAST = Prepared(
    select(func.max(_DOCUMENTS.c.no)).where(
        _DOCUMENTS.c.organ == bindparam("organ"),
        _DOCUMENTS.c.mark == bindparam("mark"),
        _DOCUMENTS.c.year == bindparam("year"),
    )
)
_ENTRY = (
    select(_ACTS.c.id).where(_ACTS.c.target == bindparam("of"), _ACTS.c.seq == bindparam("place")).scalar_subquery()
)
_COLUMNS = [column.name for column in _DOCUMENTS.c if column.name not in ("id", "entry", "content")]
_KEEP = Prepared(_DOCUMENTS.insert().values(entry=_ENTRY, **{name: bindparam(name) for name in _COLUMNS}))
_HAS_TEMPLATE = Prepared(select(_TEMPLATES.c.hash).where(_TEMPLATES.c.hash == bindparam("hash")))
_KEEP_TEMPLATE = Prepared(insert_or_ignore(_TEMPLATES, "hash"))


@dataclass(frozen=True, slots=True, order=True)
class Series:
    """What is numbered together: an issuing organ, a mark and a year."""

    organ: str
    mark: str
    year: int

    def number(self, no: int) -> str:
        """A document number: organ, mark, year in 〔〕, number without leading zeros (GB/T 9704-2012, 7.2.5)."""
        return f"{self.organ}{self.mark}〔{self.year}〕{no}号"


@dataclass(frozen=True, slots=True)
class Template:
    """A template file and its SHA-256 in hexadecimal."""

    hash: str
    file: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """A document that has its number and is kept when its act is: `facts` is canonical JSON."""

    kind: str
    title: str
    matter_id: str
    series: Series
    no: int
    facts: str
    template: Template | None

    @property
    def number(self) -> str:
        """Its number as it is written."""
        return self.series.number(self.no)

    @property
    def named(self) -> dict[str, str | None]:
        """How the act names it."""
        return {
            "kind": self.kind,
            "title": self.title,
            "number": self.number,
            "facts": digest(self.facts.encode()),
            "template": self.template.hash if self.template else None,
        }


@dataclass(frozen=True, slots=True)
class Issued:
    """A document as it is listed: by which act of which target, and whether and as what it has been printed."""

    id: int
    number: str
    kind: str
    title: str
    matter_id: str
    target: str
    seq: int
    act: ActName
    issued_at: datetime
    template: str | None
    content: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A document to be printed: what it says, and on which template (None: none yet)."""

    issued: Issued
    facts: str
    template: Template | None


class DocumentFaultKind(StrEnum):
    """What is wrong with a document."""

    MISSING = "document_missing"
    UNKNOWN = "document_unknown"
    FACTS = "document_facts"
    NUMBER = "document_number"
    TEMPLATE = "document_template"
    FILE = "document_file"


_WORDS = {
    DocumentFaultKind.MISSING: "台账载明的文书缺失 a document the ledger names is missing",
    DocumentFaultKind.UNKNOWN: "文书未载于台账 the ledger does not name this document",
    DocumentFaultKind.FACTS: "文书内容与台账所记散列不符 what it says does not have the hash in the ledger",
    DocumentFaultKind.NUMBER: "文号与台账不符 its number differs from the ledger's",
    DocumentFaultKind.TEMPLATE: "所用模板与台账所记散列不符 its template is not the one in the ledger",
    DocumentFaultKind.FILE: "存档文件被改动,或缺失且无法复原 its file was altered, or is lost and cannot be restored",
}


@dataclass(frozen=True, slots=True)
class DocumentFault:
    """One finding: about which document of which act, and what kind."""

    target: str
    seq: int
    number: str
    kind: DocumentFaultKind

    @property
    def text(self) -> str:
        """The finding in words, Chinese first."""
        return f"{self.target} 第{self.seq}条 entry {self.seq}: {self.number}: {_WORDS[self.kind]}"


class AlteredDocumentError(ValueError):
    """A document is not what the ledger says it is; it must not be printed."""

    def __init__(self, fault: DocumentFault) -> None:
        super().__init__(fault.text)
        self.fault = fault


def digest(content: bytes) -> str:
    """The SHA-256 of a text or file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def number(session: Session, wanted: Sequence[Series]) -> list[int]:
    """The next number of each series, in the order asked for; a series asked for twice gets two.

    No other transaction takes numbers of these series before this one has ended; what it does not commit was not taken.
    """
    # Always in the same order, so that two transactions never wait for each other.
    for series in sorted(set(wanted)):
        hold(session, f"documents {series.organ} {series.mark} {series.year}")
    last: dict[Series, int] = {}
    taken = []
    for series in wanted:
        if series not in last:
            row = _LAST.first(session, {"organ": series.organ, "mark": series.mark, "year": series.year})
            last[series] = int((row and row[0]) or 0)
        last[series] += 1
        taken.append(last[series])
    return taken


def keep(session: Session, drafts: Iterable[tuple[Entry, Draft]]) -> None:
    """Put documents on record, each with the act that issues it and the template it is to be printed on.

    Raises the driver's IntegrityError when this act has issued that kind before, or the number is taken.
    """
    for entry, draft in drafts:
        if draft.template is not None and _HAS_TEMPLATE.first(session, {"hash": draft.template.hash}) is None:
            _KEEP_TEMPLATE.run(session, {"hash": draft.template.hash, "file": draft.template.file})
        _KEEP.run(
            session,
            {
                "of": entry.target,
                "place": entry.seq,
                "kind": draft.kind,
                "title": draft.title,
                "matter_id": draft.matter_id,
                "organ": draft.series.organ,
                "mark": draft.series.mark,
                "year": draft.series.year,
                "no": draft.no,
                "number": draft.number,
                "issued_at": entry.act.at,
                "facts": draft.facts,
                "template": draft.template.hash if draft.template else None,
            },
        )


def issued(
    session: Session,
    *,
    matter_id: str | None = None,
    number: str | None = None,
    kind: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[Issued]:
    """Documents, newest first: of a matter with its cases, of a case, of a number, of a kind (key or title), or all.

    `after` is the `next` of the page before. Raises ValueError for a bad one.
    """
    chosen = _listed().order_by(_DOCUMENTS.c.id.desc()).limit(bounded(limit) + 1)
    if matter_id is not None:
        of = _ACTS.c.target if is_case(matter_id) else _DOCUMENTS.c.matter_id
        chosen = chosen.where(of == matter_id)
    if number is not None:
        chosen = chosen.where(_DOCUMENTS.c.number == number)
    if kind is not None:
        chosen = chosen.where((_DOCUMENTS.c.kind == kind) | (_DOCUMENTS.c.title == kind))
    if after is not None:
        chosen = chosen.where(_DOCUMENTS.c.id < int(after))
    return cut([_issued(row) for row in session.execute(chosen)], limit, lambda one: str(one.id))


def kept(session: Session, document_id: int) -> Kept:
    """A document to be printed.

    Raises AlteredDocumentError when it is not what its act says, KeyError when there is no such document.
    """
    chosen = _listed().add_columns(_ACTS.c.body).where(_DOCUMENTS.c.id == document_id)
    row = session.execute(chosen).one_or_none()
    if row is None:
        raise KeyError(document_id)
    fault = _against_the_act(row, _named(row.body).get(row.kind))
    if fault is not None:
        raise AlteredDocumentError(fault)
    template = None
    if row.template is not None:
        template = _template(session, row.template)
        if template is None:
            raise AlteredDocumentError(_fault(row, DocumentFaultKind.TEMPLATE))
    return Kept(_issued(row), row.facts, template)


def printed(session: Session, document_id: int, template: Template, content: str) -> tuple[str, str]:
    """Note that a document was first printed on this template as this file; returns what is on record, by hash.

    Whoever is first decides: template and content are never replaced.
    """
    if _template(session, template.hash) is None:
        _KEEP_TEMPLATE.run(session, {"hash": template.hash, "file": template.file})
    first = update(_DOCUMENTS).where(_DOCUMENTS.c.id == document_id, _DOCUMENTS.c.content.is_(None))
    session.execute(first.values(content=content, template=func.coalesce(_DOCUMENTS.c.template, template.hash)))
    chosen = select(_DOCUMENTS.c.template, _DOCUMENTS.c.content).where(_DOCUMENTS.c.id == document_id)
    row = session.execute(chosen).one()
    return str(row.template), str(row.content)


def verify(session: Session, targets: Iterable[str] | None = None) -> Iterator[DocumentFault]:
    """Hold the documents of these targets (None: of all) against the ledger: number, words, template, none missing.

    It shows that a document is what its act said when it was issued; that the act itself is untouched is for
    `ledger.verify`. What was printed is for the store of files.
    """
    columns = [column.label(f"of_{column.name}") for column in (_ACTS.c.id, _ACTS.c.target, _ACTS.c.seq, _ACTS.c.body)]
    named = select(*columns).where(_ACTS.c.body.contains(f'"{ISSUED}":[', autoescape=True)).order_by(_ACTS.c.id)
    # A document whose act was destroyed keeps its number only; that the act may be empty is for `ledger.verify`.
    own = (
        select(_DOCUMENTS, _ACTS.c.target, _ACTS.c.seq)
        .join(_ACTS, _ACTS.c.id == _DOCUMENTS.c.entry)
        .where(_ACTS.c.body != "")
    )
    if targets is not None:
        names = list(targets)
        named, own = named.where(_ACTS.c.target.in_(names)), own.where(_ACTS.c.target.in_(names))
    rows: dict[tuple[int, str], Row[Any]] = {(row.entry, row.kind): row for row in session.execute(own)}
    for act in session.execute(named):
        for kind, names_it in _named(act.of_body).items():
            row = rows.pop((act.of_id, kind), None)
            if row is None:
                missing = DocumentFaultKind.MISSING
                yield DocumentFault(act.of_target, act.of_seq, str(names_it.get("number")), missing)
                continue
            fault = _against_the_act(row, names_it)
            if fault is None and row.template is not None and _template(session, row.template) is None:
                fault = _fault(row, DocumentFaultKind.TEMPLATE)
            if fault is not None:
                yield fault
    for row in rows.values():
        yield _fault(row, DocumentFaultKind.UNKNOWN)


def printed_of(session: Session, targets: Iterable[str] | None = None) -> list[Issued]:
    """The documents of these targets (None: of all) that have been printed, in the order of issue."""
    chosen = _listed().where(_DOCUMENTS.c.content.is_not(None)).order_by(_DOCUMENTS.c.id)
    if targets is not None:
        chosen = chosen.where(_ACTS.c.target.in_(list(targets)))
    return [_issued(row) for row in session.execute(chosen)]


def _listed() -> Select[Any]:
    columns = [
        _DOCUMENTS.c[name]
        for name in (
            *("id", "number", "kind", "title", "matter_id", "organ", "mark", "year", "no"),
            *("issued_at", "facts", "template", "content"),
        )
    ]
    return select(*columns, _ACTS.c.target, _ACTS.c.seq, _ACTS.c.act).join(_ACTS, _ACTS.c.id == _DOCUMENTS.c.entry)


def _issued(row: Row[Any]) -> Issued:
    return Issued(
        id=row.id,
        number=row.number,
        kind=row.kind,
        title=row.title,
        matter_id=row.matter_id,
        target=row.target,
        seq=row.seq,
        act=ActName(row.act),
        issued_at=row.issued_at,
        template=row.template,
        content=row.content,
    )


def _named(body: str) -> dict[str, dict[str, Any]]:
    """The documents an act names, by kind; none where its text cannot be read, which `ledger.verify` reports."""
    try:
        detail = json.loads(body).get("detail", {})
        return {str(one["kind"]): one for one in detail.get(ISSUED, [])}
    except (ValueError, AttributeError, KeyError, TypeError):
        return {}


def _against_the_act(row: Row[Any], named: dict[str, Any] | None) -> DocumentFault | None:
    if named is None:
        return _fault(row, DocumentFaultKind.UNKNOWN)
    if not row.number == Series(row.organ, row.mark, row.year).number(row.no) == named.get("number"):
        return _fault(row, DocumentFaultKind.NUMBER)
    if digest(row.facts.encode()) != named.get("facts"):
        return _fault(row, DocumentFaultKind.FACTS)
    said = json.loads(row.facts)
    if any(said.get(name) != getattr(row, name) for name in ("number", "title", "matter_id", "organ")):
        return _fault(row, DocumentFaultKind.FACTS)
    if named.get("template") not in (None, row.template):
        return _fault(row, DocumentFaultKind.TEMPLATE)
    return None


def _fault(row: Row[Any], kind: DocumentFaultKind) -> DocumentFault:
    return DocumentFault(row.target, row.seq, row.number, kind)


def _template(session: Session, hash_: str) -> Template | None:
    """The template of this hash; None when it is not kept, or not as it was."""
    file = session.execute(select(_TEMPLATES.c.file).where(_TEMPLATES.c.hash == hash_)).scalar_one_or_none()
    return Template(hash_, bytes(file)) if file is not None and digest(bytes(file)) == hash_ else None
