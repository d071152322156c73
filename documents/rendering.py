"""How do facts become a page, the same to the byte every time, and what may a template ask for?

A template names facts, repeats over lists and asks whether a fact is there; nothing else is understood, so that a file
edited outside can neither reach into the program nor run without end. What people wrote is printed as text.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import docx.opc.exceptions
from docx.opc.constants import CONTENT_TYPE
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree
from markupsafe import Markup, escape
from pydantic import BaseModel

from documents.problems import TemplateError
from models.documents import DocumentFacts, rows

# The oldest instant a zip archive can hold: a page says nothing about when it was packed.
_PACKED_AT = (1980, 1, 1, 0, 0, 0)
_LARGEST_UNPACKED_BYTES = 30_000_000
_MOST_PARTS = 500
_DEEPEST_LOOPS = 2

_ACCEPTED = "可接受 accepted: {{ 字段 field }}, {% if 字段 %}, {% for 行 row in 列表字段 list %}"
_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For, nodes.If, nodes.Not,
    nodes.And, nodes.Or,
)  # fmt: skip
_LOOP = frozenset({"first", "last", "index"})
_ACTIVE = re.compile(r"vbaProject|activeX|oleObject|embeddings/|attachedToolbars|customUI", re.IGNORECASE)

Scope = Mapping[str, type[BaseModel] | None]
"""The names a template may use at a place: a row's shape, or None for a text."""


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja without anything to call: no functions, no filters, no tests, and every value printed as text."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=True, finalize=_as_text, trim_blocks=False)
        self.globals.clear()
        self.filters.clear()
        self.tests.clear()

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ARG002
        """Nothing is called from a template."""
        return False


def render(template: bytes, facts: DocumentFacts) -> bytes:
    """The page as a Word file: the same bytes for the same template and facts, whenever and wherever it is made.

    Raises TemplateError for a template that cannot be used.
    """
    page = _opened(template, "template")
    mistakes = tuple(_mistakes(page))
    if mistakes:
        raise TemplateError("template", mistakes)
    said = {name: getattr(facts, name) for name in DocumentFacts.model_fields}
    try:
        page.render(said, _Environment(), autoescape=True)
        _sign(page, facts)
        written = io.BytesIO()
        page.save(written)
    except (JinjaError, *_BROKEN) as error:
        why = str(error) if isinstance(error, JinjaError) else type(error).__name__
        raise TemplateError("template", (f"无法生成 cannot be rendered: {why}",)) from error
    return packed(written.getvalue())


def check(template: bytes, name: str) -> None:
    """Raises TemplateError, with every mistake, for a template that cannot be used."""
    page = _opened(template, name)
    mistakes = tuple(_mistakes(page))
    if mistakes:
        raise TemplateError(name, mistakes)


def asked(template: bytes, name: str) -> frozenset[str]:
    """The facts that a template names; raises TemplateError like `check`."""
    check(template, name)
    found = (node.name for _, tree in _trees(_opened(template, name)) for node in tree.find_all(nodes.Name))
    return frozenset(found) & DocumentFacts.model_fields.keys()


def packed(archive: bytes) -> bytes:
    """The same parts as a zip archive that depends on nothing but them: order, instants and packing are fixed.

    Not compressed: what a compressor writes differs from one build of it to the next.
    """
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as new:
        for name in sorted(old.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            part = zipfile.ZipInfo(name, _PACKED_AT)
            part.create_system = 0
            new.writestr(part, old.read(name))
    return written.getvalue()


def _as_text(value: object) -> object:
    """A fact as text of an XML page: nothing in it is a tag, a placeholder or a character that XML does not know."""
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(map(_printable, text)) if not text.isprintable() else text
    written = str(escape(text))
    # docxtpl takes {_{ and the like for placeholders that were written to be shown: braces come as references.
    for brace, reference in (("{", "&#123;"), ("}", "&#125;"), ("%", "&#37;")):
        written = written.replace(brace, reference)
    return Markup(written)  # noqa: S704 - escaped above


def _printable(character: str) -> str:
    code = ord(character)
    if character in "\n\t" or character.isprintable():
        return character
    if code < 0x20:
        return chr(0x2400 + code)  # the picture of the control character
    if code == 0x7F:
        return "\u2421"
    return "\ufffd" if 0x80 <= code < 0xA0 or 0xD800 <= code < 0xE000 or code & 0xFFFE == 0xFFFE else character


def _opened(template: bytes, name: str) -> DocxTemplate:
    """The template as docxtpl reads it; raises TemplateError for what is no plain Word file."""
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST_UNPACKED_BYTES:
                raise TemplateError(name, ("展开后过大 too large when unpacked",))
            if len({part.filename.casefold() for part in parts}) != len(parts):
                # Which of the two is read depends on the reader.
                raise TemplateError(name, ("同一部件出现两次 a part occurs twice; 可接受 accepted: .docx",))
            for part in parts:
                _check_part(part.filename, archive.read(part), name)
        page = DocxTemplate(io.BytesIO(template))
        page.init_docx()
    except _BROKEN as error:
        if isinstance(error, TemplateError):
            raise
        why = "不是 Word 文档(.docx) not a Word document; 可接受 accepted: .docx"
        raise TemplateError(name, (why,)) from error
    return page


# What zipfile, lxml and python-docx raise over a file that is damaged or made to harm; they keep no list of it.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    docx.opc.exceptions.OpcError,
    etree.LxmlError,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)


def _check_part(part: str, content: bytes, name: str) -> None:
    if _ACTIVE.search(part):
        raise TemplateError(name, (f"{part}: 含宏或嵌入对象 macros or embedded objects; 请删去 remove them",))
    if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content[:4096]:
        raise TemplateError(name, (f"{part}: 含文档类型声明 a document type declaration; 请删去 remove it",))
    if part.endswith(".rels"):
        for relation in etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True)):
            if relation.get("TargetMode") == "External":
                where = str(relation.get("Target"))[:80]
                raise TemplateError(name, (f"{part}: 引用外部文件 refers to a file outside: {where}",))


def _mistakes(page: DocxTemplate) -> Iterator[str]:
    try:
        for part, tree in _trees(page):
            for mistake in _unknown(tree, dict.fromkeys(DocumentFacts.model_fields), 0):
                yield f"{part}: {mistake}"
    except TemplateSyntaxError as error:
        line = _words_around(error)
        yield f"占位符写法有误 a placeholder is miswritten: {error.message}{line}; {_ACCEPTED}"
    except _BROKEN as error:
        yield f"部件无法读取 a part cannot be read: {type(error).__name__}; 可接受 accepted: .docx"


def _words_around(error: TemplateSyntaxError) -> str:
    lines = (error.source or "").splitlines()
    number = error.lineno - 1
    words = re.sub(r"<[^>]+>", "", lines[number])[:80] if 0 <= number < len(lines) else ""
    return f" (“{words}”)" if words else ""


def _trees(page: DocxTemplate) -> Iterator[tuple[str, nodes.Template]]:
    """What each part of the file asks of Jinja."""
    environment = _Environment()
    package = page.docx.part.package
    for part in sorted(package.iter_parts(), key=lambda one: str(one.partname)):
        if part.content_type in _RENDERED:
            source = page.patch_xml(part.blob.decode("utf-8"))
            yield str(part.partname), environment.parse(re.sub(r"<w:p([ >])", r"\n<w:p\1", source))
    properties = page.docx.core_properties
    for name in ("author", "comments", "identifier", "language", "subject", "title"):
        yield f"docProps {name}", environment.parse(getattr(properties, name))


_RENDERED = frozenset(
    {
        CONTENT_TYPE.WML_DOCUMENT_MAIN,
        CONTENT_TYPE.WML_HEADER,
        CONTENT_TYPE.WML_FOOTER,
        CONTENT_TYPE.WML_FOOTNOTES,
    }
)


def _unknown(node: nodes.Node, scope: Scope, depth: int) -> Iterator[str]:
    """What a template asks for beyond the facts in scope, and beyond what is understood."""
    if not isinstance(node, _NODES):
        yield f"不支持 not understood: {type(node).__name__.lower()}; {_ACCEPTED}"
        return
    match node:
        case nodes.Name(name=name):
            if name not in scope:
                yield f"没有这个字段 unknown field: {name}; 可接受 accepted: {', '.join(scope)}"
        case nodes.Getattr(node=nodes.Name(name="loop"), attr=attr) if depth and attr in _LOOP:
            pass
        case nodes.Getattr(node=nodes.Name(name=name), attr=attr):
            shape = scope.get(name)
            accepted = ", ".join(shape.model_fields) if shape is not None else f"{name} 没有下级字段 has no fields"
            if shape is None or attr not in shape.model_fields:
                yield f"没有这个字段 unknown field: {name}.{attr}; 可接受 accepted: {accepted}"
        case nodes.Getattr():
            yield f"不支持 not understood: {node.attr}; {_ACCEPTED}"
        case nodes.For():
            yield from _unknown_in_loop(node, scope, depth)
        case _:
            for child in node.iter_child_nodes():
                yield from _unknown(child, scope, depth)


def _unknown_in_loop(node: nodes.For, scope: Scope, depth: int) -> Iterator[str]:
    row = rows().get(node.iter.name) if isinstance(node.iter, nodes.Name) else None
    if row is None:
        yield f"只能逐行列出列表字段 only lists can be repeated over; 可接受 accepted: {', '.join(rows())}"
        return
    if not isinstance(node.target, nodes.Name) or node.test is not None or node.recursive or node.else_:
        yield f"不支持 not understood: for; {_ACCEPTED}"
        return
    if depth >= _DEEPEST_LOOPS:
        yield f"循环嵌套过深 loops too deep; 可接受 accepted: {_DEEPEST_LOOPS} 层 levels"
        return
    inner = {**scope, node.target.name: row}
    for child in node.body:
        yield from _unknown(child, inner, depth + 1)


def _sign(page: DocxTemplate, facts: DocumentFacts) -> None:
    """Give the file the document's own properties instead of the template's and of this machine's clock."""
    found = re.fullmatch(r"(\d+)年(\d+)月(\d+)日", facts.issued_on)
    year, month, day = (int(part) for part in found.groups()) if found else (1980, 1, 1)
    at = datetime(year, month, day, tzinfo=UTC).replace(tzinfo=None)
    properties = page.docx.core_properties
    organ = "".join(map(_printable, facts.organ)).replace("\n", " ")[:255]
    title = "".join(map(_printable, f"{facts.number} {facts.title}")).replace("\n", " ")
    properties.title, properties.subject, properties.author = title[:255], "", organ
    properties.last_modified_by, properties.revision = organ, 1
    properties.created = properties.modified = at
    properties.comments = properties.keywords = properties.category = ""
