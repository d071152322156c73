"""On which template is a kind of document printed now, and may that template be used?

The office's own (its directory of templates) before the shipped one. An office edits its templates at any time: one
that cannot be used is left aside with a warning and the last good one stays in force, so that no matter ever waits.
"""

import threading
from dataclasses import dataclass
from pathlib import Path

import logs
from documents.problems import TemplateError
from record.documents import Template, digest

log = logs.get(__name__)

SHIPPED = Path(__file__).parent / "templates"
SUFFIX = ".docx"
LARGEST_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a file was when it was last looked at: its stamp, and the template it holds (None: it cannot be used)."""

    stamp: tuple[int, int]
    template: Template | None


class Templates:
    """The templates in force: those in `own`, where it names a directory that has one, else the shipped ones."""

    def __init__(self, own: Path | None = None) -> None:
        self._own = own
        self._seen: dict[Path, _Seen] = {}
        self._good: dict[str, Template] = {}
        self._lock = threading.Lock()

    def current(self, kind: str) -> Template | None:
        """The template for a kind; None when nobody has made one yet. Never raises for what an office has written."""
        shipped = SHIPPED / f"{kind}{SUFFIX}"
        with self._lock:
            own = self._own / shipped.name if self._own is not None else None
            if own is None or not own.is_file():
                self._good.pop(kind, None)
                return self._read(shipped)
            good = self._read(own)
            if good is not None:
                self._good[kind] = good
            return self._good.get(kind) or self._read(shipped)

    def check(self) -> None:
        """Look at every template of the office's own; raises TemplateError with every mistake in all of them."""
        mistakes: list[str] = []
        for path in self.own():
            try:
                _usable(path)
            except TemplateError as error:
                mistakes += str(error).splitlines()
            except OSError as error:
                mistakes.append(f"{path.name}: 无法读取 cannot be read: {error.strerror}")
        if mistakes:
            raise TemplateError(str(self._own), tuple(mistakes))

    def own(self) -> list[Path]:
        """The office's own template files, in the order of their names; Word's own lock files are passed over."""
        if self._own is None or not self._own.is_dir():
            return []
        return sorted(path for path in self._own.glob(f"*{SUFFIX}") if not path.name.startswith(("~$", ".")))

    def _read(self, path: Path) -> Template | None:
        try:
            found = path.stat()
        except OSError:
            return None
        stamp = (found.st_mtime_ns, found.st_size)
        seen = self._seen.get(path)
        if seen is None or seen.stamp != stamp:
            seen = self._seen[path] = _Seen(stamp, self._checked(path))
        return seen.template

    def _checked(self, path: Path) -> Template | None:
        try:
            return read(path) if path.parent == SHIPPED else _usable(path)
        except (TemplateError, OSError) as error:
            log.warning("document.template_unusable", file=path.name, error=str(error))
            return None


def _usable(path: Path) -> Template:
    # Only an office that edits its templates waits for the word processor's library.
    from documents.rendering import check  # noqa: PLC0415

    template = read(path)
    check(template.file, path.name)
    return template


def read(path: Path) -> Template:
    """The template in a file; raises OSError, and TemplateError for one that is too large to be one."""
    if path.stat().st_size > LARGEST_BYTES:
        why = f"文件过大 too large: 可接受 accepted: 至多 at most {LARGEST_BYTES // 1_000_000} MB"
        raise TemplateError(path.name, (why,))
    file = path.read_bytes()
    return Template(digest(file), file)
