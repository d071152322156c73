"""What comes out when a document is printed, the first time and ever after?

The same number and the same bytes: the words were frozen with the act, the template was bound, and the file of the
first printing is kept by its hash. What does not agree with the ledger is never printed.
"""

from documents.files import DamagedFileError, Files
from documents.problems import TemplateError
from documents.templates import Templates
from models.documents import DocumentFacts
from record import documents
from record.documents import Kept, Template, digest
from record.store import Store


class Printing:
    """Prints what is on record in `store`; `templates` are asked only for documents issued when there was none."""

    def __init__(self, store: Store, files: Files, templates: Templates) -> None:
        self._store = store
        self._files = files
        self._templates = templates

    def printed(self, document_id: int) -> bytes:
        """The document as a Word file; it is kept, and on record, when this returns.

        Raises AlteredDocumentError (not what the ledger says), DamagedFileError (the kept file is gone or altered and
        cannot be made again as it was), TemplateError (no template, or none that can be used), KeyError and OSError.
        """
        with self._store.reading() as session:
            kept = documents.kept(session, document_id)
        if kept.issued.content is not None:
            return self._again(kept, kept.issued.content)
        template = self._template(kept)
        content = _page(template, kept)
        # The file before the record of it: a process killed in between leaves a file that nobody misses.
        hash_ = self._files.put(content)
        with self._store.writing() as session:
            _, first = documents.printed(session, document_id, template, hash_)
        if first == hash_:
            return content
        with self._store.reading() as session:
            return self._again(documents.kept(session, document_id), first)

    def intact(self, document_id: int) -> bool:
        """Whether the kept file is as it was printed, or is merely not here and would be made again as it was.

        Raises AlteredDocumentError.
        """
        with self._store.reading() as session:
            kept = documents.kept(session, document_id)
        content = kept.issued.content
        if content is None:
            return True
        try:
            return self._files.get(content) is not None or digest(_rendered(kept)) == content
        except (DamagedFileError, TemplateError):
            return False

    def _again(self, kept: Kept, content: str) -> bytes:
        try:
            found = self._files.get(content)
        except DamagedFileError:
            found = None
        if found is None:
            found = _rendered(kept)
            if digest(found) != content:
                raise DamagedFileError(self._files.path(content))
            self._files.put(found)
        return found

    def _template(self, kept: Kept) -> Template:
        template = kept.template or self._templates.current(kept.issued.kind)
        if template is None:
            raise TemplateError(f"{kept.issued.kind}.docx", ("没有这种文书的模板 no template of this kind",))
        return template


def _rendered(kept: Kept) -> bytes:
    if kept.template is None:
        raise TemplateError(f"{kept.issued.kind}.docx", ("没有这种文书的模板 no template of this kind",))
    return _page(kept.template, kept)


def _page(template: Template, kept: Kept) -> bytes:
    # The word processor's library takes a while to load, and what is kept already needs none.
    from documents.rendering import render  # noqa: PLC0415

    return render(template.file, DocumentFacts.model_validate_json(kept.facts))
