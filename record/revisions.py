"""At which revision do a record's tables stand, which are to come, and did what was recorded outlive them?"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select, text
from sqlmodel import Session

from models.rows import UsableFromRow, table

_AT = text("SELECT version_num FROM alembic_version")
_USABLE = table(UsableFromRow)

# Every program that ever kept a record had these columns, and no revision may change what stands in them.
_KEPT = (
    ("acts", "id, target, seq, act, body, hash", "id"),
    ("heads", "target, seq, hash", "target"),
    ("snapshots", "id, seq, state", "id"),
    ("answers", "target, message_id, seq, outcome", "target, message_id"),
    ("numbers", "source_key, matter_id, year, number", "source_key"),
)
_READ_TOGETHER = 1_000


@dataclass(frozen=True, slots=True)
class Revision:
    """A step of the tables, and the first line of what its file says of it."""

    name: str
    words: str


def config() -> Config:
    """Where the steps are, for Alembic."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return found


def newer_and_usable(connection: Connection) -> bool:
    """Whether the tables are newer than this program, and it may go on with them all the same.

    It may where every revision that it does not know only adds what it need not know: the tables say since which.
    """
    if not inspect(connection).has_table(_USABLE.name):
        return False
    known = {one.name for one in _steps()}
    at = connection.execute(_AT).scalar_one_or_none()
    return at not in known and connection.execute(select(_USABLE.c.revision)).scalar_one() in known


def goes_on(session: Session, name: str) -> bool:
    """Whether a program whose newest revision is `name` may be started on these tables of this program."""
    names = [one.name for one in _steps()]
    return names.index(name) <= names.index(session.execute(select(_USABLE.c.revision)).scalar_one())


def standing(session: Session) -> str:
    """The revision of the tables."""
    return str(session.execute(_AT).scalar_one())


def pending(at: str) -> tuple[Revision, ...] | None:
    """The revisions that this program would add to tables of revision `at`, in order; None: they are newer than it."""
    steps = _steps()
    names = [one.name for one in steps]
    return tuple(reversed(steps[: names.index(at)])) if at in names else None


def _steps() -> list[Revision]:
    """Every revision this program knows, the newest first."""
    scripts = ScriptDirectory.from_config(config())
    return [Revision(one.revision, (one.doc or "").partition("\n")[0]) for one in scripts.walk_revisions()]


def rows(session: Session) -> dict[str, int]:
    """How many rows each table has, by name, whatever revision the tables are of."""
    names = sorted(inspect(session.connection()).get_table_names())
    quoted = {name: session.connection().dialect.identifier_preparer.quote(name) for name in names}
    return {
        name: int(session.execute(text(f"SELECT count(*) FROM {as_name}")).scalar_one())  # noqa: S608 - a table's name
        for name, as_name in quoted.items()
    }


def digests(session: Session) -> dict[str, str]:
    """A hash over what is kept for good in each table of it, by its name; of any revision."""
    found = {}
    for name, columns, order in _KEPT:
        digest = hashlib.sha256()
        chosen = text(f"SELECT {columns} FROM {name} ORDER BY {order}")  # noqa: S608 - constants above
        for row in session.execute(chosen, execution_options={"yield_per": _READ_TOGETHER}):
            digest.update(repr(tuple(row)).encode())
        found[name] = digest.hexdigest()
    return found
