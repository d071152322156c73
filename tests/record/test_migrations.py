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


def test_a_database_newer_than_the_program_is_refused(store: Store) -> None:
    with store.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
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


def test_there_is_one_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1
