"""How is a file taken, given back, and cleared away?

Looked at, scanned, written under its hash, then on record: a process killed in between leaves a file that nobody names.
What no message has named within a week goes when somebody next hands something in. One way for console, interface and
command line. Who may is for policies/attaching.py. docs/decisions/0025.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from attachments.scanning import Scanner
from documents.files import DamagedFileError, Files
from intake.attachments import looked_at
from models.attachments import Attachment
from models.base import Voice
from policies import secrecy
from record import attachments
from record.documents import digest
from record.store import Store
from settings import Settings

UNNAMED_FOR = timedelta(days=7)
"""How long a file that no message has named is kept."""

_ENDING = ""


class TooLargeError(ValueError):
    """A file with more bytes than are taken."""

    def __init__(self, most: int) -> None:
        megabytes = most // 1024 // 1024
        super().__init__(f"附件不得超过 {megabytes} MB an attachment may have at most {megabytes} MB")


class MissingFileError(LookupError):
    """A file is on record and does not lie where the record says."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file as it comes in: its content, the name it is said to have, to which target, through which post, when."""

    content: bytes
    name: str
    target: str
    by: str
    voice: Voice | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Keeping:
    """The attachments of an office: their directory, the scanner, and the most bytes one may have."""

    store: Store
    directory: Path
    scanner: Scanner
    most: int

    @property
    def files(self) -> Files:
        """Where they lie."""
        return Files(self.directory, _ENDING)

    @classmethod
    def of(cls, store: Store, chosen: Settings) -> "Keeping":
        """The attachments of the office with these settings."""
        scanner = Scanner.of(chosen.attachment_scanner, chosen.attachment_scan_seconds)
        return cls(store, chosen.attachments_path, scanner, chosen.attachment_megabytes * 1024 * 1024)

    def take(self, one: HandedIn) -> Attachment:
        """Take a file and return what is on record of it; of the same one handed in again, the first.

        Raises TooLargeError, AttachmentError (not one of those that are taken), Refused (a state secret), FoundError,
        ScannerUnavailableError, ErasedError, MasterError, RecordUnavailableError, OSError; nothing is kept then.
        """
        if len(one.content) > self.most:
            raise TooLargeError(self.most)
        looked = looked_at(one.content, one.name)
        secrecy.refuse_secrets(looked.name, looked.text)
        self.scanner.agree(one.content, self.directory)
        hash_ = digest(one.content)
        self._clear_unnamed(one.at - UNNAMED_FOR)
        with self.store.writing() as session:
            known = attachments.handed_in_by(session, one.target, hash_, one.by)
            if known is not None and known.kept is not None:
                return known
            kept = attachments.seal_content(session, one.target, one.content, hash_)
            place = digest(kept)
            attachments.hold_kept(session, place)
            self.files.put(kept)
            return attachments.put(
                session,
                Attachment(
                    target=one.target,
                    hash=hash_,
                    size=len(one.content),
                    type=looked.type,
                    name=looked.name,
                    by=one.by,
                    person=one.voice.person if one.voice else None,
                    at=one.at,
                    message_id=None,
                    kept=place,
                ),
            )

    def content(self, session: Session, one: Attachment) -> bytes:
        """The content of a file, for this transaction.

        Raises MissingFileError, DamagedFileError, ErasedError, SealError where this transaction has not opened its
        case, MasterError, OSError.
        """
        kept = None if one.kept is None else self.files.get(one.kept)
        if kept is None:
            raise MissingFileError(one.hash)
        content = attachments.open_content(session, one, kept)
        if digest(content) != one.hash:
            raise DamagedFileError(self.files.path(one.kept or ""))
        return content

    def wrong(self, one: Attachment) -> bool:
        """Whether a kept file is missing or was altered, told without opening it. Raises OSError."""
        try:
            return one.kept is not None and self.files.get(one.kept) is None
        except DamagedFileError:
            return True

    def remove(self, kept: str) -> None:
        """Remove the file of this hash for good, unless something on record lies there. Raises OSError."""
        with self.store.writing() as session:
            attachments.hold_kept(session, kept)
            if not attachments.is_kept(session, kept):
                self.files.remove(kept)

    def _clear_unnamed(self, before: datetime) -> None:
        """Forget what nobody has named since; the files go afterwards, so that nothing on record lacks its own."""
        with self.store.reading() as session:
            found = attachments.unnamed(session, before)
        if not found:
            return
        with self.store.writing() as session:
            for one in found:
                attachments.clear(session, one)
        for one in found:
            if one.kept is not None:
                self.remove(one.kept)
