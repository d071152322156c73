"""What a PostgreSQL server can do to the record: refuse, wait, end a session, die. Each is unavailable, and passes."""

import socket
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, exc, text

from models.acts import ActName
from record import ledger, matters
from record.store import APPLICATION, RecordUnavailableError, RecordUnsuitableError, Store, hold
from tests.postgresql import PostgresqlServer
from tests.record.builders import NOW, Deciding, a_matter, an_act, append
from tests.record.recount import recounted, tallied
from tests.record.tampering import faults
from tests.record.test_concurrency import all_at_once

MOMENT = timedelta(milliseconds=100)
THREADS, TURNS = 16, 12


@pytest.fixture
def url(postgresql_url: str) -> str:
    return migrated(postgresql_url)


def migrated(url: str) -> str:
    store = Store(url)
    store.migrate()
    store.close()
    return url


def settle(store: Store, matter_id: str, message_id: str) -> str | None:
    with store.writing() as session:
        outcome, _ = Deciding().transition(session, matter_id, message_id)
    return outcome.reason


def statement(store: Store, sql: str) -> object:
    with store.reading() as session:
        return session.execute(text(sql)).scalar_one()


def test_writers_that_move_many_matters_over_the_same_tallies_never_stop_each_other(url: str) -> None:
    """Sixteen writers, each moving its matters between the same lines of the tallies, in opposite directions."""
    store = Store(url, pool_size=THREADS)
    levels = [0, 1, 2, 3]

    def move(writer: int) -> None:
        for turn in range(TURNS):
            matter_id = f"m{(writer + turn) % 24}"
            with store.writing() as session:
                matters.load(session, matter_id)
                matters.open_twin(session, "区教育局", "治理教育乱收费", matter_id)
                (entry,) = append(session, an_act(ActName.LIGHT_CHANGED, matter_id), message_id=f"x{writer}-{turn}")
                level = levels[turn % 4] if writer % 2 else levels[-1 - turn % 4]
                matters.save(
                    session, a_matter(matter_id, level=level), seq=entry.seq, at=NOW,
                    last_act=ActName.LIGHT_CHANGED, next_at=None,
                )  # fmt: skip

    all_at_once(move, THREADS)

    with store.reading() as session:
        assert tallied(session) == recounted(session)
        assert sum(ledger.head(session, f"m{number}").seq for number in range(24)) == THREADS * TURNS
    assert faults(store) == []
    assert statement(store, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == 0
    store.close()


def test_transactions_that_stop_each_other_are_unavailable_not_broken(url: str) -> None:
    store = Store(url)

    def cross(number: int) -> bool:
        first, second = ("a", "b")[:: 1 - 2 * number]
        try:
            with store.writing() as session:
                hold(session, first)
                held.wait()
                hold(session, second)
        except RecordUnavailableError:
            return False
        return True

    held = threading.Barrier(2)
    assert sorted(all_at_once(cross, 2)) == [False, True]
    store.close()


def test_a_lock_that_is_not_let_go_is_unavailable_and_later_not(url: str) -> None:
    patient, other = Store(url), Store(url, patience=MOMENT)
    with patient.writing() as session:
        append(session, an_act())
        with pytest.raises(RecordUnavailableError, match="lock timeout"):
            settle(other, "m1", "x1")
    assert settle(other, "m1", "x1") == "3"
    patient.close()
    other.close()


def test_a_statement_without_end_is_unavailable(url: str) -> None:
    store = Store(url, statement_limit=MOMENT)
    with pytest.raises(RecordUnavailableError, match="statement timeout"):
        statement(store, "SELECT pg_sleep(60)")
    store.migrate()
    store.close()


def test_a_pool_that_is_used_up_is_unavailable_and_later_not(url: str) -> None:
    store = Store(url, pool_size=1, patience=MOMENT)
    with store.writing(), pytest.raises(RecordUnavailableError, match="QueuePool"):
        statement(store, "SELECT 1")
    assert statement(store, "SELECT 1") == 1
    store.close()


def test_a_session_that_the_server_ends_takes_its_transaction_along_and_no_other(url: str) -> None:
    store, other = Store(url), Store(url)
    settle(store, "m1", "x1")

    def be_cut_off() -> None:
        with store.writing() as session:
            append(session, an_act())
            own = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            statement(other, f"SELECT pg_terminate_backend({own})")
            append(session, an_act())

    with pytest.raises(RecordUnavailableError):
        be_cut_off()
    assert settle(store, "m1", "x2") == "4"
    assert faults(store) == []
    store.close()
    other.close()


def test_a_server_that_was_killed_and_started_again_costs_no_failure_afterwards(
    postgresql_server: PostgresqlServer,
) -> None:
    store = Store(migrated(postgresql_server.create()))
    all_at_once(lambda number: settle(store, f"m{number}", "x1"), 8)
    postgresql_server.kill()
    with pytest.raises(RecordUnavailableError, match="数据库暂不可用"):
        settle(store, "m1", "x2")
    postgresql_server.start()
    assert all_at_once(lambda number: settle(store, f"m{number}", "x3"), 8) == ["4"] * 8
    assert faults(store) == []
    store.close()


def test_a_server_that_does_not_run_is_unavailable_soon(postgresql_server: PostgresqlServer) -> None:
    url = postgresql_server.create()
    postgresql_server.stop()
    store = Store(url, patience=timedelta(seconds=2))
    begun = time.monotonic()
    with pytest.raises(RecordUnavailableError):
        store.migrate()
    with pytest.raises(RecordUnavailableError):
        store.prepared()
    assert time.monotonic() - begun < 5
    store.close()


def test_a_server_without_room_for_another_connection_is_unavailable(
    postgresql_server: PostgresqlServer,
) -> None:
    url = postgresql_server.create()
    engine = create_engine(url)
    with engine.begin() as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        connection.exec_driver_sql("CREATE ROLE clerk LOGIN")
        connection.exec_driver_sql(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
    engine.dispose()
    limited = Store(url.replace("duban@", "clerk@"))
    with pytest.raises(RecordUnavailableError, match="too many connections"):
        statement(limited, "SELECT 1")
    limited.close()


@pytest.mark.parametrize("edit", ["UPDATE acts SET subject = 'x'", "DELETE FROM acts", "TRUNCATE acts CASCADE"])
def test_the_ledger_cannot_be_emptied_or_changed_by_a_statement(url: str, edit: str) -> None:
    store = Store(url)
    settle(store, "m1", "x1")
    engine = create_engine(url)
    with pytest.raises(exc.DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(edit))
    engine.dispose()
    assert faults(store) == []
    store.close()


def test_the_connections_say_whose_they_are_and_how_long_they_wait(url: str) -> None:
    store = Store(url, patience=timedelta(seconds=7), statement_limit=timedelta(seconds=70))
    assert statement(store, "SHOW application_name") == APPLICATION
    assert statement(store, "SHOW lock_timeout") == "7s"
    assert statement(store, "SHOW statement_timeout") == "70s"
    assert statement(store, "SHOW idle_in_transaction_session_timeout") == "5min"
    store.close()


def test_what_the_url_says_of_the_connection_comes_first(url: str) -> None:
    store = Store(f"{url}&application_name=audit&options=-c%20lock_timeout%3D3s")
    assert statement(store, "SHOW application_name") == "audit"
    assert statement(store, "SHOW lock_timeout") == "3s"
    assert statement(store, "SHOW statement_timeout") == "1min"
    store.close()


@pytest.mark.usefixtures("postgresql_url")
def test_encryption_that_a_server_does_not_offer_is_no_plain_text() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with PostgresqlServer(port, listen_addresses="127.0.0.1") as server:
        name = server.create().partition("?")[0].rpartition("/")[2]
        here = f"postgresql+psycopg://duban@127.0.0.1:{port}/{name}"
        plain, encrypted = Store(here), Store(f"{here}?sslmode=require")
        assert not plain.prepared()
        with pytest.raises(RecordUnavailableError, match="SSL"):
            encrypted.prepared()
        plain.close()
        encrypted.close()


def test_a_database_that_cannot_keep_chinese_is_refused(postgresql_server: PostgresqlServer) -> None:
    url = postgresql_server.create(encoding="LATIN1")
    store = Store(url)
    with pytest.raises(RecordUnsuitableError, match="UTF8"):
        store.migrate()
    store.close()
