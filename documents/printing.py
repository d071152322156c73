"""What comes out when a document is printed, the first time and ever after?

The same number and the same bytes: the words were frozen with the act, the template was bound, and the file of the
first printing is kept by its hash. What does not agree with the ledger is never printed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlmodel import Session

from documents.files import DamagedFileError, Files
from documents.problems import TemplateError
from documents.templates import Templates
from models.documents import DocumentFacts
from privacy.sealing import ErasedError, SealError
from record import documents, keys, sealed
from record.documents import Issued, Kept, Template, digest
from record.keys import subject_of
from record.store import Store

Look = Callable[[Session, Issued], object]
"""Puts a look at a document on record, in a transaction that writes, and opens what it says."""


class GuardedDocumentError(ValueError):
    """A paper of a case is printed only for somebody who may see it and says why."""

    def __init__(self, number: str) -> None:
        super().__init__(f"{number}: 案件文书，打印须说明理由 a paper of a case: say why it is to be printed")


CLOSED = (GuardedDocumentError, ErasedError)
"""What is raised for a paper of a case that is not opened here: nobody looks, or nobody can any more."""


class Printing:
    """Prints what is on record in `store`; `templates` are asked only for documents issued when there was none."""

    def __init__(self, store: Store, files: Files, templates: Templates) -> None:
        self._store = store
        self._files = files
        self._templates = templates

    def printed(self, document_id: int, look: Look | None = None) -> bytes:
        """The document as a Word file; it is kept, and on record, when this returns.

        `look` opens a paper of a case, putting the look on record in the transaction that reads; without one
        GuardedDocumentError is raised for such a paper, ErasedError for one whose key was destroyed. Raises
        AlteredDocumentError (not what the ledger says), DamagedFileError (the kept file is gone or altered and
        cannot be made again as it was), TemplateError (no template, or none that can be used), KeyError and OSError.
        """
        opened = self._opened(document_id, look)
        content = opened.kept.issued.content
        if content is not None:
            return self._again(opened, content)
        template = self._template(opened.kept)
        page = _page(template, opened.said)
        # The file before the record of it: a process killed in between leaves a file that nobody misses.
        hash_ = self._put(opened.kept, page)
        with self._store.writing() as session:
            _, first = documents.printed(session, document_id, template, hash_)
        if first == hash_:
            return page
        return self._again(replace(opened, kept=self._kept(document_id)), first)

    def intact(self, document_id: int) -> bool:
        """Whether the kept file is as it was printed, or is merely not here and would be made again as it was.

        One whose key was destroyed is as it should be: nobody can read it. Raises AlteredDocumentError.
        """
        with self._store.reading() as session:
            sealed.for_the_rules(session)
            kept = documents.kept(session, document_id)
            try:
                said = documents.opened_facts(session, kept)
            except ErasedError:
                return True
        content = kept.issued.content
        if content is None:
            return True
        try:
            return self._get(content) is not None or digest(_rendered(kept, said)) == content
        except ErasedError:
            return True
        except (DamagedFileError, TemplateError, SealError):
            return False

    def _opened(self, document_id: int, look: Look | None) -> "_Opened":
        if look is None:
            with self._store.reading() as session:
                kept = documents.kept(session, document_id)
                if documents.guarded(session, kept.issued):
                    raise _closed(session, kept)
                return _Opened(kept, documents.opened_facts(session, kept))
        with self._store.writing() as session:
            kept = documents.kept(session, document_id)
            if documents.guarded(session, kept.issued):
                look(session, kept.issued)
            said: DocumentFacts | Exception
            try:
                said = documents.opened_facts(session, kept)
            except (ErasedError, SealError) as error:
                # After the transaction: a look that was refused stays on record.
                said = error
        if isinstance(said, ErasedError):
            raise said
        if isinstance(said, Exception):
            raise GuardedDocumentError(kept.issued.number) from said
        return _Opened(kept, said)

    def _again(self, opened: "_Opened", content: str) -> bytes:
        try:
            found = self._get(content)
        except (DamagedFileError, SealError):
            found = None
        if found is None:
            found = _rendered(opened.kept, opened.said)
            if digest(found) != content:
                raise DamagedFileError(self._files.path(content))
            self._put(opened.kept, found)
        return found

    def _kept(self, document_id: int) -> Kept:
        with self._store.reading() as session:
            return documents.kept(session, document_id)

    def _get(self, hash_: str) -> bytes | None:
        """The page behind the kept file; who may have it was asked before."""
        with self._store.reading() as session:
            return self._files.get(hash_, lambda kept: documents.open_page(session, kept, hash_))

    def _put(self, kept: Kept, page: bytes) -> str:
        with self._store.writing() as session:
            sealed_page = documents.seal_page(session, kept.issued, page)
        return self._files.put(page, sealed_page)

    def _template(self, kept: Kept) -> Template:
        template = kept.template or self._templates.current(kept.issued.kind)
        if template is None:
            raise TemplateError(f"{kept.issued.kind}.docx", ("没有这种文书的模板 no template of this kind",))
        return template


def _closed(session: Session, kept: Kept) -> ValueError:
    subject = subject_of(kept.issued.target)
    return ErasedError(subject) if keys.erased(session, subject) else GuardedDocumentError(kept.issued.number)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A document to be printed, with what it says open."""

    kept: Kept
    said: DocumentFacts


def _rendered(kept: Kept, said: DocumentFacts) -> bytes:
    if kept.template is None:
        raise TemplateError(f"{kept.issued.kind}.docx", ("没有这种文书的模板 no template of this kind",))
    return _page(kept.template, said)


def _page(template: Template, said: DocumentFacts) -> bytes:
    # The word processor's library takes a while to load, and what is kept already needs none.
    from documents.rendering import render  # noqa: PLC0415

    return render(template.file, said)
