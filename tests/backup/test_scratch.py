"""A copy to try something on, on PostgreSQL: in a database beside the office's, or in one that was made for it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from backup import scratch
from backup.problems import BackupError
from record import revisions
from record.store import Store
from tests.databases import PostgresqlDatabases
from tests.postgresql import installed_programs


@pytest.fixture
def live(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("PATH", f"{installed_programs()}:{os.environ['PATH']}")
    store = Store(postgresql_url)
    store.migrate()
    yield store
    store.close()


_LEFT = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


def left_in(url: str) -> list[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = list(connection.execute(text(_LEFT)).scalars())
    engine.dispose()
    return found


def test_an_empty_database_that_is_named_takes_the_copy_and_is_empty_again(
    live: Store, databases: PostgresqlDatabases, tmp_path: Path
) -> None:
    named = databases.new()
    with scratch.copied(live, None, tmp_path, named) as url, live.reading() as session:
        copy = Store(url)
        with copy.reading() as copied:
            assert revisions.rows(copied) == revisions.rows(session)
        copy.close()
        assert "acts_refuse" in left_in(named)

    assert left_in(named) == []
    with (
        pytest.raises(BackupError, match="not empty"),
        scratch.copied(live, None, tmp_path, live.url.render_as_string(hide_password=False)),
    ):
        pass
    assert "acts" in left_in(live.url.render_as_string(hide_password=False))


def test_whoever_may_make_no_database_is_told_what_to_do(live: Store, tmp_path: Path) -> None:
    with live.writing() as session:
        session.execute(text("CREATE ROLE nobodys LOGIN"))
        session.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO nobodys"))
        session.execute(text("GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO nobodys"))
    poor = Store(make_url(live.url).set(username="nobodys").render_as_string(hide_password=False))
    try:
        with pytest.raises(BackupError, match="CREATEDB"), scratch.copied(poor, None, tmp_path):
            pass
    finally:
        poor.close()
        with live.writing() as session:
            session.execute(text("DROP OWNED BY nobodys"))
            session.execute(text("DROP ROLE nobodys"))
    assert [one.name for one in tmp_path.iterdir()] == [".lock"]


def test_a_copy_that_somebody_who_was_killed_left_behind_is_removed_by_the_next(live: Store, tmp_path: Path) -> None:
    engine = create_engine(live.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE duban_rehearsal_0a1b2c3d"))
        with scratch.copied(live, None, tmp_path):
            with pytest.raises(BackupError, match="being rehearsed"), scratch.copied(live, None, tmp_path / "other"):
                pass
            names = connection.execute(text("SELECT datname FROM pg_database")).scalars().all()
        after = connection.execute(text("SELECT datname FROM pg_database")).scalars().all()
    engine.dispose()
    assert "duban_rehearsal_0a1b2c3d" not in names
    assert len([one for one in names if one.startswith("duban_rehearsal_")]) == 1
    assert not [one for one in after if one.startswith("duban_rehearsal_")]
