import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import create_engine, inspect, text
from sqlmodel import SQLModel

import record
from record import revisions
from record.store import Store
from tests.record.builders import Deciding
from tests.record.tampering import faults

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(record.__file__).parent / "migrations"


def definitions(url: str) -> dict[str, str]:
    """Every table and index as SQLite keeps it, whatever the order in which constraints are written down."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL")
        ).all()
    engine.dispose()
    return {name: " ".join(sorted(sql.replace(",", " ").split())) for name, sql in rows if name != "alembic_version"}


def test_the_migrations_lead_to_exactly_the_tables_of_the_models(store: Store) -> None:
    engine = create_engine(store.url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


def test_tables_and_indexes_are_written_alike_by_migrations_and_models(
    sqlite_file: tuple[Store, Path], tmp_path: Path
) -> None:
    store, _ = sqlite_file
    url = f"sqlite:///{tmp_path / 'models.db'}"
    engine = create_engine(url)
    SQLModel.metadata.create_all(engine)
    engine.dispose()
    assert definitions(str(store.url)) == definitions(url)


def test_migrating_again_changes_nothing(store: Store) -> None:
    with store.writing() as session:
        Deciding().transition(session, "m1", "x1")
    store.migrate()
    assert faults(store) == []
    with store.reading() as session:
        assert session.execute(text("SELECT count(*) FROM acts")).scalar_one() == 2


def test_processes_that_start_at_once_migrate_once(database_url: str) -> None:
    start = "import sys; from record.store import Store; store = Store(sys.argv[1]); store.migrate(); store.close()"
    processes = [subprocess.Popen([sys.executable, "-c", start, database_url], cwd=ROOT) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0] * 4
    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1
        assert "acts" in inspect(connection).get_table_names()
    engine.dispose()


def test_a_database_newer_than_the_program_is_refused_unless_it_says_that_the_program_may_go_on(store: Store) -> None:
    with store.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.migrate()
    with store.writing() as session:
        assert revisions.standing(session) == "9999"
        assert revisions.pending("9999") is None
        session.execute(text("UPDATE usable_from SET revision = '9999'"))
    with pytest.raises(CommandError, match="9999"):
        store.migrate()
    with store.writing() as session:
        session.execute(text("DROP TABLE usable_from"))
    with pytest.raises(CommandError, match="9999"):
        store.migrate()


def test_a_migration_that_fails_leaves_the_database_as_it_was(database_url: str) -> None:
    store = Store(database_url)
    with store.writing() as session:
        session.execute(text("CREATE TABLE policy_versions (key VARCHAR)"))
    with pytest.raises(Exception, match="already exists"):
        store.migrate()
    engine = create_engine(database_url)
    assert set(inspect(engine).get_table_names()) <= {"policy_versions", "alembic_version"}
    engine.dispose()
    store.close()


def test_postgresql_gets_the_same_tables_and_triggers_of_its_own() -> None:
    printed = StringIO()
    config = Config(output_buffer=printed)
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("sqlalchemy.url", "postgresql://")
    command.upgrade(config, "head", sql=True)
    statements = printed.getvalue()
    for table in SQLModel.metadata.tables:
        assert f"CREATE TABLE {table} " in statements
    assert "BEFORE UPDATE OR DELETE OR TRUNCATE ON acts" in statements
    assert "at TIMESTAMP WITH TIME ZONE NOT NULL" in statements


NOT_ONLY_ADDED = {
    "0008": "the body of an act may be removed under a certificate: the triggers on acts are put more finely",
    "0015": "two indexes give way to wider ones that begin alike",
    "0017": "triggers on matters move the tallies, whoever writes; indexes give way to others; columns are filled in",
}
"""The revisions that do more than add, and why whoever writes by the tables before them may go on."""

_STEP = re.compile(r"^-- Running upgrade .*-> (\d+)", re.MULTILINE)
_NEW = re.compile(r"CREATE TABLE (\w+)|CREATE (?:INDEX|FUNCTION) ")
_ADDED = re.compile(r"ALTER TABLE \w+ ADD COLUMN \w+ (?!.*NOT NULL(?! DEFAULT))(?!.*(?:UNIQUE|REFERENCES))", re.DOTALL)
_WITHIN = re.compile(r"INSERT INTO (\w+)|CREATE (?:UNIQUE INDEX|TRIGGER) \w+ .*?\bON (\w+)", re.DOTALL)


def more_than_added(statements: str) -> list[str]:
    """The statements of one revision that somebody would notice who still writes by the tables before it."""
    found, made = [], {"alembic_version"}
    # Where a trigger's or function's own statements end is nobody's concern here.
    for statement in re.split(r";\n(?!\s*END)", statements):
        words = re.sub(r"^--.*$", "", statement, flags=re.MULTILINE).strip()
        words = re.sub(r"DEFAULT (\S+) NOT NULL", r"NOT NULL DEFAULT \1", words)
        if new := _NEW.match(words):
            made |= {new[1]} if new[1] else set()
        elif within := _WITHIN.match(words):
            found += [] if (within[1] or within[2]) in made else [words]
        elif words and not _ADDED.match(words) and not words.startswith(("BEGIN", "COMMIT", "UPDATE alembic_version")):
            found.append(words)
    return found


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_every_revision_only_adds_so_that_older_workers_write_on_or_is_listed_with_its_reason(dialect: str) -> None:
    printed = StringIO()
    config = Config(output_buffer=printed)
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("sqlalchemy.url", f"{dialect}://")
    command.upgrade(config, "head", sql=True)
    _, *told = _STEP.split(printed.getvalue())
    statements = dict(zip(told[::2], told[1::2], strict=True))

    more = {revision: found for revision, text in statements.items() if (found := more_than_added(text))}

    assert len(statements) >= 17
    assert more.keys() == NOT_ONLY_ADDED.keys(), more
    # From where older programs ask, such a revision tells them.
    assert all("UPDATE usable_from" in statements[one] for one in more if one > "0018")


@pytest.mark.parametrize(
    "planted",
    [
        "ALTER TABLE matters ADD COLUMN place VARCHAR NOT NULL;\n",
        "ALTER TABLE matters ADD COLUMN place VARCHAR UNIQUE;\n",
        "ALTER TABLE matters DROP COLUMN title;\n",
        "ALTER TABLE matters ALTER COLUMN title SET NOT NULL;\n",
        "DROP INDEX ix_matters_lead;\n",
        "CREATE UNIQUE INDEX ix_planted ON matters (title);\n",
        "CREATE TRIGGER planted BEFORE INSERT ON acts BEGIN SELECT RAISE(ABORT, 'no'); END;\n",
        "INSERT INTO acts (target) VALUES ('x');\n",
    ],
)
def test_a_revision_that_does_more_than_add_is_noticed(planted: str) -> None:
    added = "CREATE TABLE new (id INTEGER);\n\nALTER TABLE acts ADD COLUMN a BOOLEAN DEFAULT false NOT NULL;\n\n"

    assert more_than_added(added) == []
    assert more_than_added(added + planted) == [planted.strip().rstrip(";")]


def test_there_is_one_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1
