"""A file that somebody hands in beside what he says: what is on record of it, not the file itself.

It belongs to one target. Until an act names it by its hash it is nothing but a file that lies there.
"""

from datetime import datetime
from enum import StrEnum

from models.base import Shape


class AttachmentType(StrEnum):
    """What a file is, by its content; the value is the extension it is kept under."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PNG = "png"
    JPG = "jpg"
    TXT = "txt"
    CSV = "csv"
    OFD = "ofd"


class Attachment(Shape):
    """A file on record: `hash` is the SHA-256 of its content in hexadecimal, `size` in bytes.

    `name` as it was handed in, without what no name needs; of a case masked unless the reader has looked. `message_id`
    is that of the message that named it first, None while none has. `kept` is under which hash its file lies, None
    where it was destroyed.
    """

    target: str
    hash: str
    size: int
    type: AttachmentType
    name: str
    by: str
    person: str | None
    at: datetime
    message_id: str | None
    kept: str | None
