"""Small files of every kind that is handed in, and the containers that office documents are."""

import io
import zipfile
from collections.abc import Mapping

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
JPG = b"\xff\xd8\xff\xe0" + b"\x00" * 20

_MAIN = {
    "docx": ("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"),
}


def packed(parts: Mapping[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return held.getvalue()


def office(kind: str, **more: bytes) -> bytes:
    """An office document as small as it can be, with more parts."""
    part, content_type = _MAIN[kind]
    types = f'<Types><Override PartName="/{part}" ContentType="{content_type}"/></Types>'.encode()
    return packed({"[Content_Types].xml": types, part: b"<w/>", **more})


DOCX, XLSX = office("docx"), office("xlsx")
OFD = packed({"OFD.xml": b'<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"/>'})
