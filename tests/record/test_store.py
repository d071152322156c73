import gc
import os
import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, create_engine

from models.rows import PolicyVersionRow
from record import ledger, procedures
from record.store import RecordUnavailableError, Store
from tests.record.builders import an_act, append


def pragma(store: Store, name: str, *, writing: bool) -> object:
    with store.writing() if writing else store.reading() as session:
        return session.execute(text(f"PRAGMA {name}")).scalar_one()


def test_sqlite_keeps_a_write_ahead_log_and_flushes_every_commit(sqlite_file: tuple[Store, Path]) -> None:
    store, _ = sqlite_file
    settings = ["journal_mode", "synchronous", "foreign_keys", "busy_timeout"]
    assert [pragma(store, name, writing=True) for name in settings] == ["wal", 2, 1, 10_000]


def test_synchronous_can_be_relaxed(sqlite_url: str) -> None:
    store = Store(sqlite_url, synchronous="normal")
    assert pragma(store, "synchronous", writing=True) == 1
    store.close()


@pytest.mark.parametrize("synchronous", ["OFF", "", "2"])
def test_synchronous_is_never_off(sqlite_url: str, synchronous: str) -> None:
    with pytest.raises(ValueError, match="NORMAL, FULL, EXTRA"):
        Store(sqlite_url, synchronous=synchronous)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"])
def test_a_record_in_memory_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="kept in a file"):
        Store(url)


def test_the_directory_is_made(sqlite_url: str, tmp_path: Path) -> None:
    store = Store(sqlite_url)
    store.migrate()
    store.close()
    assert (tmp_path / "record" / "duban.db").exists()


def test_a_reading_transaction_cannot_write(store: Store) -> None:
    with pytest.raises(Exception, match=r"readonly|read-only"), store.reading() as session:
        append(session, an_act())


def test_a_failure_that_may_pass_is_told_from_a_mistake(sqlite_file: tuple[Store, Path]) -> None:
    store, _ = sqlite_file
    with pytest.raises(Exception, match="no such table") as mistake, store.reading() as session:
        session.execute(text("SELECT * FROM nowhere"))
    assert not isinstance(mistake.value, RecordUnavailableError)


def test_a_place_that_cannot_be_written_is_unavailable(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "record" / "duban.db").mkdir(parents=True)
    store = Store(sqlite_url)
    with pytest.raises(RecordUnavailableError, match="数据库暂不可用"):
        store.migrate()
    store.close()


def test_a_full_disk_is_unavailable_and_leaves_the_record_whole(sqlite_file: tuple[Store, Path]) -> None:
    store, _ = sqlite_file
    with store.writing() as session:
        append(session, an_act())
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(RecordUnavailableError, match="full"):
        fill(store)
    with store.writing() as session:
        session.execute(text("PRAGMA max_page_count = 1000000"))
        append(session, an_act())
    with store.reading() as session:
        assert ledger.verify(session) == []
        assert ledger.head(session, "m1").seq == 2


def test_a_disk_that_goes_away_is_unavailable(sqlite_file: tuple[Store, Path]) -> None:
    store, file = sqlite_file
    with store.writing() as session:
        append(session, an_act())
    store.scrub()
    store.close()
    whole = file.read_bytes()
    # What is read of a disk that fails just then.
    file.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
    with pytest.raises(RecordUnavailableError, match="malformed"), store.reading() as session:
        ledger.head(session, "m1")
    store.close()
    file.write_bytes(whole)
    with store.reading() as session:
        assert ledger.verify(session) == []
        assert ledger.head(session, "m1").seq == 1


def fill(store: Store) -> None:
    with store.writing() as session:
        for number in range(1000):
            append(session, an_act(detail={"text": f"{number}" * 1000}))


def test_a_closed_store_opens_again(store: Store) -> None:
    store.close()
    with store.writing() as session:
        append(session, an_act())
    with store.reading() as session:
        assert ledger.head(session, "m1").seq == 1


def test_what_is_in_use_when_a_store_is_closed_is_let_go_of_afterwards(store: Store) -> None:
    with store.reading() as session:
        used = session.connection().connection.driver_connection
        store.close()
        session.execute(text("SELECT 1"))
    assert used is not None
    with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError)):
        used.cursor().execute("SELECT 1")


def test_a_store_that_nobody_holds_any_more_lets_go_of_what_was_opened_after_its_close(database_url: str) -> None:
    store = Store(database_url)
    store.close()
    with store.reading() as session:
        used = session.connection().connection.driver_connection
    del store
    gc.collect()
    assert used is not None
    with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError)):
        used.cursor().execute("SELECT 1")


def test_a_session_from_elsewhere_is_refused(sqlite_file: tuple[Store, Path]) -> None:
    store, _ = sqlite_file
    engine = create_engine(store.url)
    with Session(engine) as session, pytest.raises(RuntimeError, match=r"Store\.writing"):
        append(session, an_act())
    engine.dispose()


def test_row_objects_may_be_used_where_speed_does_not_matter(store: Store) -> None:
    with store.writing() as session:
        session.add(PolicyVersionRow(key="standard@1", text="name: standard"))
    with store.reading() as session:
        assert procedures.get(session, "standard@1") == "name: standard"


def test_nothing_but_a_closed_file_is_left_behind(sqlite_file: tuple[Store, Path]) -> None:
    store, file = sqlite_file
    with store.writing() as session:
        append(session, an_act())
    store.close()
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(*) FROM acts").fetchone() == (1,)
    connection.close()


def test_a_failed_statement_does_not_tell_its_values(database_url: str) -> None:
    store = Store(database_url)
    for block in (store.writing, store.reading):
        with pytest.raises(DBAPIError) as failed, block() as session:
            session.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": "谈话内容"})
        assert "谈话内容" not in str(failed.value)
        assert "nowhere" in str(failed.value)
    store.close()


def test_a_record_that_is_made_is_for_this_account_alone(tmp_path: Path, sqlite_url: str) -> None:
    del sqlite_url  # says that this is about a file
    before = os.umask(0o022)
    try:
        store = Store(f"sqlite:///{tmp_path / 'office' / 'duban.db'}")
        store.migrate()
        made = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "office").iterdir()}
        assert made["duban.db"] == 0o600
        assert set(made.values()) == {0o600}
        assert (tmp_path / "office").stat().st_mode & 0o777 == 0o700
        store.close()
    finally:
        os.umask(before)
