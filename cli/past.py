"""Where do recorded matters come from that somebody looks back over: a record, or an export of its acts?

Both are only read. A page of families at a time, so that a page can be worked on in another process.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from cli.kept import NoRecordError, in_words, one_line, settings
from cli.problems import ExitCode, Problem
from comparing import PAGE, Around, Family, Page, around_record
from intake.acts import Index, index, read
from intake.problems import IntakeError
from privacy.vault import Vault
from record import lives, procedures
from record.sealed import for_the_rules
from record.store import Store
from rehearsal.retracing import Recorded

ACCEPTED = "SQLite 数据库 a database file, sqlite:///FILE, postgresql://…, 或 or export --format jsonl"
_SQLITE = b"SQLite format 3\0"


class History(Protocol):
    """Recorded matters."""

    @property
    def name(self) -> str:
        """What it is called in an answer; a password is not shown."""

    def around(self) -> Around:
        """What concerns every matter; raises Problem where nothing is recorded."""

    def pages(self, since: datetime | None, until: datetime | None) -> Iterator[Page]:
        """The families with a matter registered at `since` or later and before `until`, in the order of their ids."""

    def procedure_text(self, version: str) -> str | None:
        """The text of a policy version kept in this history; None where it keeps none of that name."""


def history(source: str | None) -> History:
    """The history named on a command line; None is the office's own record. Raises Problem where there is none."""
    if source is None:
        chosen = settings()
        if chosen.sqlite_file is not None and not chosen.sqlite_file.is_file():
            raise NoRecordError(chosen)
        return RecordHistory(chosen.database_url, own=True)
    if "://" in source:
        return _at(source)
    file = Path(source)
    try:
        with file.open("rb") as opened:
            begins = opened.read(len(_SQLITE))
    except OSError as error:
        why = f"--on {source}: 无法读取 cannot be read: {error.strerror}"
        raise Problem(f"{why};可接受 accepted: {ACCEPTED}") from error
    if begins == _SQLITE:
        return RecordHistory(f"sqlite:///{file.absolute()}", file)
    with _as_problem(source):
        return ExportHistory(file, index(file))


def _at(source: str) -> "RecordHistory":
    try:
        url = make_url(source)
    except ArgumentError as error:
        raise Problem(f"--on: 网址读不懂 not a database URL;可接受 accepted: {ACCEPTED}") from error
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise Problem(f"--on {source}: 没有这个文件 no such file;可接受 accepted: {ACCEPTED}")
    return RecordHistory(source)


@contextmanager
def _as_problem(source: str) -> Iterator[None]:
    try:
        yield
    except IntakeError as error:
        raise Problem(f"--on {source}: {error}") from error


def _shown(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)


@contextmanager
def _reading(url: str, *, own: bool = False) -> Iterator[Store]:
    with in_words():
        try:
            # Another record's keys are not here: its protected fields are read as masks.
            vault = Vault(settings().master) if own else None
            store = Store(url, pool_size=1, read_only=True, vault=vault)
        except (ArgumentError, ImportError, ValueError) as error:
            raise Problem(f"--on {_shown(url)}: {one_line(error)};可接受 accepted: {ACCEPTED}") from error
        try:
            yield store
        finally:
            store.close()


@dataclass(frozen=True, slots=True)
class RecordHistory:
    """A record, opened so that it cannot be written; of the office's `own` the rules retrace what was really said."""

    url: str
    file: Path | None = None
    own: bool = False

    @property
    def name(self) -> str:
        """The file as it was named, or the URL without its password."""
        return _shown(self.url) if self.file is None else str(self.file)

    def around(self) -> Around:
        """As of one moment."""
        with _reading(self.url) as store:
            found = around_record(store)
        if found is None:
            raise Problem("数据库中没有任何记录 the record holds no act")
        return found

    def pages(self, since: datetime | None, until: datetime | None) -> Iterator["RecordPage"]:
        """In pages of PAGE families."""
        after: str | None = None
        with _reading(self.url) as store, store.reading() as session:
            while True:
                page = lives.registered(session, since=since, until=until, after=after, limit=PAGE)
                if page.items:
                    yield RecordPage(self.url, page.items, self.own)
                if page.next is None:
                    return
                after = page.next

    def procedure_text(self, version: str) -> str | None:
        """As it was when the first matter started under it."""
        with _reading(self.url) as store, store.reading() as session:
            try:
                return procedures.get(session, version)
            except KeyError:
                return None


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Families of a record, by id."""

    url: str
    ids: tuple[str, ...]
    own: bool = False

    def families(self) -> Iterator[Family]:
        """Each family with its acts; raises Problem for an entry that cannot be read."""
        try:
            with _reading(self.url, own=self.own) as store, store.reading() as session:
                for_the_rules(session)
                found = lives.lives(session, self.ids)
        except ValidationError as error:
            fault = error.errors(include_input=False, include_url=False)[0]
            text = f"记录中有一条读不懂(请用 verify 核对) an entry cannot be read (see `verify`): {fault['msg']}"
            raise Problem(f"{self.ids[0]}…{self.ids[-1]}: {text}", ExitCode.UNAVAILABLE) from error
        for family, entries in found.items():
            yield family, [Recorded(entry.act, entry.message_id) for entry in entries]


@dataclass(frozen=True, slots=True)
class ExportHistory:
    """A file of acts as `export --format jsonl` writes it, checked and indexed."""

    file: Path
    index: Index

    @property
    def name(self) -> str:
        """The file as it was named."""
        return str(self.file)

    def around(self) -> Around:
        """As far as acts tell it."""
        until = self.index.last_act_at
        if until is None:
            raise Problem(f"{self.file}: 文件中没有任何记录 the file holds no act")
        return Around((), tuple(self.index.measures), until, dict(self.index.notices))

    def pages(self, since: datetime | None, until: datetime | None) -> Iterator["ExportPage"]:
        """In pages of PAGE families."""
        families = self.index.families(since, until)
        while some := tuple(islice(families, PAGE)):
            yield ExportPage(self.file, some)

    def procedure_text(self, version: str) -> str | None:  # noqa: ARG002 - acts name a version and do not hold it
        """None: an export holds acts only."""
        return None


@dataclass(frozen=True, slots=True)
class ExportPage:
    """Families of an export, with the places of their acts in the file."""

    file: Path
    places: tuple[tuple[str, Sequence[int]], ...]

    def families(self) -> Iterator[Family]:
        """Each family with its acts; raises Problem when the file has changed meanwhile."""
        for family, places in self.places:
            with _as_problem(str(self.file)):
                recorded = [Recorded(act, message_id) for act, message_id in read(self.file, places)]
            yield family, recorded
