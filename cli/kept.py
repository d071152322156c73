"""How does a command reach its settings, the directory and the record?

Every way in which they can be missing or wrong becomes a Problem with one line that says what to do (engine.md 7).
Running matters are for live.py: what only reads the record need not wait for Temporal's client.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

import logs
from cli.problems import ExitCode, Problem
from documents.problems import TemplateError
from enacting import standing
from evidence.problems import KeyFileError
from intake.directory import read_directory
from intake.problems import IntakeError
from policies.calendar import Calendar, standard_calendar
from policies.directory import Directory
from policies.documents import DocumentError
from policies.procedures import STANDARD, Procedure, shipped
from privacy.masters import MasterError
from privacy.sealing import SealError
from record import calendars
from record.store import RecordUnavailableError, RecordUnsuitableError, Store
from settings import Settings, SettingsError, load


class NoRecordError(Problem):
    """Nothing has been recorded yet where these settings look for it."""

    def __init__(self, chosen: Settings) -> None:
        place = chosen.sqlite_file or chosen.database_shown
        super().__init__(
            f"还没有数据库 {place},请先运行 starter.py up 或 import(或设 DUBAN_DATA_DIR、DUBAN_DATABASE_URL)。 "
            f"No record at {place} yet: run `starter.py up` or `import`, or set DUBAN_DATA_DIR or DUBAN_DATABASE_URL.",
            ExitCode.UNAVAILABLE,
        )


def settings() -> Settings:
    """The settings of this process, its log set up by them: warnings only, unless a level was set."""
    with in_words():
        read = load()
    level = read.log_level if "log_level" in read.model_fields_set else logs.LogLevel.WARNING
    logs.configure(read.log_format, level)
    return read


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what can be wrong with settings, files and database into Problems."""
    try:
        yield
    except (SettingsError, IntakeError, TemplateError, RecordUnsuitableError, KeyFileError, DocumentError) as error:
        raise Problem(str(error)) from error
    except (RecordUnavailableError, MasterError) as error:
        raise Problem(one_line(error), ExitCode.UNAVAILABLE) from error
    except SealError as error:
        raise Problem(f"{error} (starter.py verify)", ExitCode.REFUSED) from error
    except DatabaseError as error:
        text = f"数据库无法读取 the database cannot be read: {one_line(error.orig or error)}"
        raise Problem(text, ExitCode.UNAVAILABLE) from error


def organs(chosen: Settings) -> Directory:
    """The office's directory; raises Problem naming every bad cell."""
    with in_words():
        return Directory(read_directory(chosen.directory_path))


def at_the_machine(chosen: Settings) -> None:
    """Raise Problem where commands are to ask a site (DUBAN_API_URL), for a command that cannot."""
    if chosen.api_url is not None:
        raise Problem(
            "此命令不能经接口办理:请在本机运行,并去掉 DUBAN_API_URL。 "
            "Not over the interface: run it at the machine itself, without DUBAN_API_URL."
        )


@contextmanager
def record(chosen: Settings, *, write: bool = False, serving: bool = False) -> Iterator[Store]:
    """The database of the record. A command that only reads does not make one: NoRecordError where there is none.

    Raises Problem where commands are to ask a site (DUBAN_API_URL) and this one cannot, unless it serves that site.
    """
    if not serving:
        at_the_machine(chosen)
    file = chosen.sqlite_file
    if not write and file is not None and not file.is_file():
        raise NoRecordError(chosen)
    with in_words():
        store = Store(**chosen.record)
        try:
            if write:
                _migrate(store)
            elif not store.prepared():
                raise NoRecordError(chosen)
            yield store
        finally:
            store.close()


def _migrate(store: Store) -> None:
    from alembic.util import CommandError  # noqa: PLC0415 - slow to import, and only a command that writes needs it

    try:
        store.migrate()
    except CommandError as error:
        text = f"数据库版本高于本程序 the database is newer than this program: {one_line(error)}"
        raise Problem(text, ExitCode.UNAVAILABLE) from error


def calendar(session: Session) -> Calendar:
    """The working-day calendar of this record: the shipped one with the notices loaded into it."""
    return standard_calendar().with_all(calendars.notices(session))


def calendar_in_force() -> Calendar:
    """The calendar of the record these settings name; the shipped one where there is no record yet."""
    chosen = settings()
    if chosen.api_url is not None:
        return standard_calendar()
    try:
        with record(chosen) as store, store.reading() as session:
            return calendar(session)
    except NoRecordError:
        return standard_calendar()


def procedure_in_force(on: date) -> Procedure:
    """The standard procedure that rules what begins on this day by the record of these settings; else the shipped."""
    chosen = settings()
    if chosen.api_url is not None:
        return shipped(STANDARD)
    try:
        with record(chosen) as store, store.reading() as session:
            return standing(session, STANDARD, on)
    except NoRecordError:
        return shipped(STANDARD)


def one_line(error: BaseException) -> str:
    """What an error says, on one line, without the pointer into a library's manual."""
    return " ".join(str(error).partition("(Background on this error")[0].split())
