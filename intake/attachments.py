"""Is a file that somebody hands in one of those that are taken, and is it what its name says?

By its content, never by what a browser says of it; its extension has to agree. Office documents are hostile input:
measured before they are unpacked, no macros, no embedded programs, nothing fetched from elsewhere. What a scanner for
malware says is asked in attachments/scanning.py. Source: ECMA-376 part 2, GB/T 33190 (OFD); the list is our own choice.
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from intake.containers import Container, ContainerError
from intake.problems import IntakeError, Words, without_invisible
from models.attachments import AttachmentType

NAME_LONGEST = 120
"""Characters of the name of a file; what is longer loses its middle, never its extension."""

_ENDINGS: dict[AttachmentType, tuple[str, ...]] = {
    **{one: (f".{one.value}",) for one in AttachmentType},
    AttachmentType.JPG: (".jpg", ".jpeg"),
}
_SIGNED = {
    AttachmentType.PDF: b"%PDF-",
    AttachmentType.PNG: b"\x89PNG\r\n\x1a\n",
    AttachmentType.JPG: b"\xff\xd8\xff",
}
_ZIP = b"PK\x03\x04"
_TEXTS = frozenset({AttachmentType.TXT, AttachmentType.CSV})

_CONTENT_TYPES = "[content_types].xml"
_MAIN = {
    AttachmentType.DOCX: b"officedocument.wordprocessingml.document.main+xml",
    AttachmentType.XLSX: b"officedocument.spreadsheetml.sheet.main+xml",
}
_OFD, _OFD_NAMESPACE = "ofd.xml", b"ofdspec.org"

# Parts that hold a program, or that a program is started from; the ends and beginnings of folded names.
_PROGRAMS = re.compile(
    r"vbaproject|vbadata|(^|/)activex/|(^|/)embeddings/(?!.*\.xlsx$)|macrosheets|\.(exe|dll|js|vbs|bat|cmd|ps1|scr)$"
)
_ELSEWHERE = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>", re.IGNORECASE)
_LINK = re.compile(rb"relationships/hyperlink[\"']", re.IGNORECASE)
_TAG = re.compile(rb"<[^>]*>")
_DECLARES = (b"<!DOCTYPE", b"<!ENTITY")

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKUP = ("<!doctype", "<html", "<script", "<svg", "<?xml", "<?php")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')

_ADVICE = Words(
    "可提交 PDF、Word(.docx)、Excel(.xlsx)、图片(.png、.jpg)、文本(.txt、.csv)、OFD",
    "PDF, Word (.docx), Excel (.xlsx), pictures (.png, .jpg), text (.txt, .csv) and OFD are taken",
)


class AttachmentError(IntakeError):
    """A file that is not taken, and why."""

    def __init__(self, why: Words) -> None:
        super().__init__(why, _ADVICE)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file is, its name without what no name needs, and the text in it as far as it is read here."""

    type: AttachmentType
    name: str
    text: str = ""


def looked_at(content: bytes, name: str) -> Looked:
    """What this file is. Raises AttachmentError for one that is not taken; nothing of it is repeated."""
    if not content.strip():
        raise AttachmentError(Words("文件是空的", "the file is empty"))
    called = cleaned(name)
    ending = PurePosixPath(called).suffix.lower()
    said = next((one for one, endings in _ENDINGS.items() if ending in endings), None)
    if said is None:
        raise AttachmentError(Words("不收这种文件", "files of this kind are not taken"))
    text = ""
    if said in _TEXTS:
        text = _text(content)
    elif said in _SIGNED:
        _signed(content, said)
    elif not content.startswith(_ZIP):
        raise _disagrees()
    else:
        text = _contained(content, said)
    return Looked(said, called, text)


def cleaned(name: str) -> str:
    """The name of a file as it may be kept and given back: no path, nothing invisible, of bounded length."""
    plain = unicodedata.normalize("NFC", without_invisible(name)).replace("\\", "/").rpartition("/")[2]
    plain = _FORBIDDEN.sub("_", " ".join(plain.split())).strip(" .") or "附件"
    pure = PurePosixPath(plain)
    kept = NAME_LONGEST - len(pure.suffix)
    return plain if len(plain) <= NAME_LONGEST else f"{pure.stem[: max(kept, 1)]}{pure.suffix[-20:]}"


def _disagrees() -> AttachmentError:
    return AttachmentError(
        Words("文件内容与扩展名不符,或文件不完整", "its content is not what its extension says, or is incomplete")
    )


def _signed(content: bytes, said: AttachmentType) -> None:
    whole = said is not AttachmentType.PDF or b"%%EOF" in content[-2048:]
    if not content.startswith(_SIGNED[said]) or not whole:
        raise _disagrees()


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text) or text.lstrip().lower().startswith(_MARKUP):
            break
        return text
    raise _disagrees()


def _contained(content: bytes, said: AttachmentType) -> str:
    """The text of its parts, one after the other; raises AttachmentError for what may not be in it."""
    try:
        container = Container(content)
        if said is AttachmentType.OFD:
            _is_ofd(container)
        else:
            _is_office(container, said)
        if any(_PROGRAMS.search(part) for part in container.parts):
            raise AttachmentError(
                Words("文件含有宏、控件或嵌入的程序", "it holds macros, controls or embedded programs")
            )
        return "\n".join(filter(None, (_harmless(part, container.read(part)) for part in container.parts)))
    except ContainerError as error:
        raise AttachmentError(Words(f"文件不能使用:{error.why.zh}", f"it cannot be used: {error.why.en}")) from error


def _is_office(container: Container, said: AttachmentType) -> None:
    if _CONTENT_TYPES not in container.parts:
        raise _disagrees()
    # Each part is read within one budget; this one is read twice and small.
    types = container.read(_CONTENT_TYPES)
    if b"macroenabled" in types.lower():
        raise AttachmentError(Words("文件启用了宏", "it is a document with macros"))
    if _MAIN[said] not in types:
        raise _disagrees()


def _is_ofd(container: Container) -> None:
    if _OFD not in container.parts or _OFD_NAMESPACE not in container.read(_OFD):
        raise _disagrees()


def _harmless(part: str, content: bytes) -> str:
    """The words of a part; refuses markup that declares entities or brings something in from elsewhere."""
    if not part.endswith((".xml", ".rels", ".vml")):
        return ""
    if b"\x00" in content or any(one in content for one in _DECLARES):
        raise AttachmentError(
            Words("部件含有文档类型声明或编码异常", "a part declares a document type, or is no UTF-8")
        )
    if part.endswith(".rels") and any(not _LINK.search(found) for found in _ELSEWHERE.findall(content)):
        raise AttachmentError(
            Words("文件会从外部载入模板、图片或对象", "it loads a template, a picture or an object from elsewhere")
        )
    # A word may be cut into several runs: what stands between them is taken out.
    return _TAG.sub(b"", content).decode("utf-8", "replace")
