"""Where are printed documents and attachments kept, and are they as they were?

A file lies under its own hash (`ab/abcdef….docx`, an attachment without an ending), so that nothing can be put in its
place unseen: whoever reads one checks it. Written aside and moved into place, so that a killed process leaves a whole
file or none.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from record.documents import digest


class DamagedFileError(ValueError):
    """A kept file does not have the content its name promises."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"存档文件内容与其散列不符 a kept file does not have its hash: {path}")
        self.path = path


class Files:
    """The files in a directory, which is made when the first one is kept; printed documents unless `ending` differs."""

    def __init__(self, directory: Path, ending: str = ".docx") -> None:
        self._directory = directory
        self._ending = ending

    def path(self, hash_: str) -> Path:
        """Where the file of this hash lies, or would lie."""
        return self._directory / hash_[:2] / f"{hash_}{self._ending}"

    def get(self, hash_: str, opened: Callable[[bytes], bytes] | None = None) -> bytes | None:
        """The file of this hash; None when it is not here. Raises DamagedFileError, and OSError.

        `opened` makes the page of what is kept, where it is kept sealed; it may raise ValueError for what was altered.
        """
        path = self.path(hash_)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        if opened is not None:
            content = opened(content)
        if digest(content) != hash_:
            raise DamagedFileError(path)
        return content

    def remove(self, hash_: str) -> bool:
        """Remove the file of this hash for good; False when there is none. Raises OSError."""
        try:
            self.path(hash_).unlink()
        except FileNotFoundError:
            return False
        return True

    def put(self, content: bytes, kept: bytes | None = None) -> str:
        """Keep a file, durably, in place of whatever lies under its hash; returns the hash. Raises OSError.

        `kept` is what is written in place of the page itself, where it is sealed; its name is the hash of the page.
        """
        hash_ = digest(content)
        path = self.path(hash_)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content if kept is None else kept)
                file.flush()
                os.fsync(file.fileno())
            Path(aside).replace(path)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
        _settle(path.parent)
        return hash_


def _settle(directory: Path) -> None:
    """Make the new name durable too, where a directory can be opened (not on Windows)."""
    if os.name == "posix":
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
