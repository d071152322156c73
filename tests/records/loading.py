"""How does a saved record come into a database again: into tables of its own revision, or into those of today?"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import Date, Engine, MetaData, Table, create_engine, func, select

from record import revisions

HERE = Path(__file__).parent
SAVED = sorted(HERE.glob("*.jsonl"))

# The tallies are moved by triggers, as the matters come; the others tell of the tables themselves.
_MADE = ("alembic_version", "usable_from", "tally_lines", "days")


def load(url: str, file: Path) -> None:
    """Make the tables of the revision the file is named after, in an empty database, and fill them."""
    with opened(url) as engine:
        with engine.begin() as connection:
            config = revisions.config()
            config.attributes["connection"] = connection
            command.upgrade(config, file.stem)
        write(engine, file)


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        Path(str(engine.url.database)).parent.mkdir(parents=True, exist_ok=True)
    yield engine
    engine.dispose()


def write(engine: Engine, file: Path) -> None:
    """Put the rows of a saved record into the tables, as the program did that kept it, whatever they are by now."""
    tables = MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:
        for name, row in lines(file):
            if name not in _MADE:
                connection.execute(tables.tables[name].insert().values(_read(tables.tables[name], row)))
        if engine.dialect.name == "postgresql":
            for name in ("acts", "calendar_notices", "documents"):
                if name in tables.tables:
                    newest = func.coalesce(func.max(tables.tables[name].c.id), 1)
                    connection.execute(select(func.setval(func.pg_get_serial_sequence(name, "id"), newest)))


def _read(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    days = {one.name for one in table.columns if isinstance(one.type, Date)}
    return {
        name: date.fromisoformat(value) if name in days and value is not None else value for name, value in row.items()
    }


def lines(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        if one["table"] == "document_templates":
            one["row"]["file"] = b""  # left out
        yield one["table"], one["row"]
