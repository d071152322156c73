"""How does a page read? Its text, paragraph by paragraph, cells included."""

import io
import zipfile

from docx import Document
from docx.oxml.ns import qn


def paragraphs(page: bytes) -> list[str]:
    """Every paragraph of the body and the footers, in order; breaks as newlines."""
    document = Document(io.BytesIO(page))
    parts = (document.element.body, *(section.footer._element for section in document.sections))
    return [
        "".join(_text(run) for run in paragraph.iter(qn("w:t"), qn("w:br"), qn("w:tab")))
        for part in parts
        for paragraph in part.iter(qn("w:p"))
    ]


def _text(element: object) -> str:
    tag = element.tag  # type: ignore[attr-defined]
    if tag == qn("w:br"):
        return "\n"
    return "\t" if tag == qn("w:tab") else (element.text or "")  # type: ignore[attr-defined]


def changed(template: bytes, old: str, new: str) -> bytes:
    """The template with some of its text changed, as a word processor would save it."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as before, zipfile.ZipFile(written, "w") as after:
        for name in before.namelist():
            part = before.read(name)
            if name == "word/document.xml":
                assert old.encode() in part, old
                part = part.replace(old.encode(), new.encode())
            after.writestr(name, part)
    return written.getvalue()


def with_part(template: bytes, name: str, content: bytes) -> bytes:
    """The template with another part in it, or in place of the one of that name."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as before, zipfile.ZipFile(written, "w") as after:
        for old in before.namelist():
            if old != name:
                after.writestr(old, before.read(old))
        after.writestr(name, content)
    return written.getvalue()
