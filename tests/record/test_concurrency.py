import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import create_engine
from sqlmodel import Session

from record import ledger, numbers, outbox, procedures, targets
from record.store import RecordUnavailableError, Store
from record.turns import Turns
from tests.record.builders import LEAD_POSTS, Deciding, an_act, append
from tests.record.recount import recounted, tallied
from tests.record.tampering import faults

WRITERS = 12
EACH = 15


T = TypeVar("T")


def all_at_once(work: Callable[[int], T], count: int = WRITERS) -> list[T]:
    """Run `work(0)` … `work(count - 1)` in threads that start together; the results in that order."""
    together = threading.Barrier(count)

    def begin(number: int) -> T:
        together.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def settle(store: Store, deciding: Deciding, matter_id: str, message_id: str) -> str | None:
    with store.writing() as session:
        outcome, _ = deciding.transition(session, matter_id, message_id)
    return outcome.reason


def test_writers_to_one_matter_follow_each_other_without_loss(store: Store) -> None:
    deciding = Deciding()
    answers = all_at_once(lambda writer: [settle(store, deciding, "m1", f"x{writer}-{turn}") for turn in range(EACH)])
    seqs = sorted(int(str(seq)) for some in answers for seq in some)
    assert seqs == list(range(2, 2 * WRITERS * EACH + 1, 2))
    assert faults(store) == []


def test_writers_to_many_matters_leave_every_chain_and_every_count_right(store: Store) -> None:
    deciding = Deciding()
    all_at_once(lambda writer: [settle(store, deciding, f"m{turn % 4}", f"x{writer}-{turn}") for turn in range(EACH)])
    assert faults(store) == []
    with store.reading() as session:
        assert sum(ledger.head(session, f"m{number}").seq for number in range(4)) == 2 * WRITERS * EACH
        assert tallied(session) == recounted(session)


def test_one_message_sent_by_many_at_once_is_decided_once(store: Store) -> None:
    assert all_at_once(lambda _: settle(store, Deciding(), "m1", "x1")) == ["2"] * WRITERS
    with store.reading() as session:
        assert ledger.head(session, "m1").seq == 2
        assert [len(outbox.inbox(session, post).items) for post in LEAD_POSTS] == [1, 1]


def test_a_writer_that_fails_does_not_take_the_others_along(store: Store) -> None:
    def write(number: int) -> str | None:
        try:
            with store.writing() as session:
                append(session, an_act(target=f"m{number}"))
                if number % 3 == 0:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            return None
        return f"m{number}"

    written = {one for one in all_at_once(write) if one is not None}
    with store.reading() as session:
        recorded = {f"m{number}" for number in range(WRITERS) if ledger.head(session, f"m{number}").seq}
    assert recorded == written == {f"m{number}" for number in range(WRITERS) if number % 3}
    assert faults(store) == []


def test_writers_that_wait_share_commits(sqlite_file: tuple[Store, Path]) -> None:
    store, _ = sqlite_file
    commits: list[str] = []
    with store.writing() as session:
        driver = session.connection().connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.set_trace_callback(lambda statement: commits.append(statement) if statement == "COMMIT" else None)
    deciding = Deciding()
    all_at_once(lambda writer: [settle(store, deciding, f"m{writer}", f"x{turn}") for turn in range(EACH)])
    driver.set_trace_callback(None)
    assert len(commits) < WRITERS * EACH
    assert deciding.asked == WRITERS * EACH
    assert faults(store) == []


def test_a_write_is_durable_when_the_block_has_been_left(sqlite_file: tuple[Store, Path]) -> None:
    store, file = sqlite_file

    def write(number: int) -> int:
        with store.writing() as session:
            append(session, an_act(target=f"m{number}"))
        with sqlite3.connect(file) as other:
            count: int = other.execute("SELECT count(*) FROM acts WHERE target = ?", (f"m{number}",)).fetchone()[0]
        other.close()
        return count

    assert all_at_once(write) == [1] * WRITERS


def test_readers_see_one_state_while_others_write(store: Store) -> None:
    settle(store, Deciding(), "m1", "x1")
    with store.reading() as session:
        before = ledger.head(session, "m1")
        settle(store, Deciding(), "m1", "x2")
        assert len(ledger.entries(session, "m1")) == before.seq
    with store.reading() as session:
        assert ledger.head(session, "m1").seq == before.seq + 2


def test_two_stores_on_one_record_take_turns(database_url: str) -> None:
    first, second = Store(database_url), Store(database_url)
    first.migrate()
    deciding = Deciding()
    all_at_once(
        lambda writer: [
            settle((first, second)[writer % 2], deciding, "m1", f"x{writer}-{turn}") for turn in range(EACH)
        ],
        count=4,
    )
    assert faults(first) == []
    with second.reading() as session:
        assert ledger.head(session, "m1").seq == 2 * 4 * EACH
    first.close()
    second.close()


def test_a_writing_transaction_inside_another_is_refused_instead_of_waiting_for_itself(
    sqlite_file: tuple[Store, Path],
) -> None:
    store, _ = sqlite_file
    with store.writing() as session:
        append(session, an_act())
        with pytest.raises(RuntimeError, match="already open"):
            numbers.reserve(store, "k", 2026)
    assert faults(store) == []


def test_a_database_that_stays_locked_is_unavailable_and_later_not(
    sqlite_file: tuple[Store, Path],
) -> None:
    first, file = sqlite_file
    store = Store(str(first.url), patience=timedelta(milliseconds=50))
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RecordUnavailableError, match="locked"):
        settle(store, Deciding(), "m1", "x1")
    other.execute("COMMIT")
    other.close()
    assert settle(store, Deciding(), "m1", "x1") == "2"
    store.close()


def give_up(session: Session, _: list[ledger.Entry]) -> None:
    """What SQLite does by itself when the disk is full."""
    session.connection().exec_driver_sql("ROLLBACK")


def test_a_transaction_the_database_gave_up_is_never_acknowledged(sqlite_file: tuple[Store, Path]) -> None:
    store, _ = sqlite_file
    with pytest.raises(sqlite3.OperationalError), store.writing() as session:
        give_up(session, append(session, an_act()))
    settle(store, Deciding(), "m1", "x1")
    assert faults(store) == []
    with store.reading() as session:
        assert ledger.head(session, "m1").seq == 2


def test_a_shared_commit_that_fails_is_acknowledged_to_nobody(sqlite_file: tuple[Store, Path]) -> None:
    store, _ = sqlite_file
    inside, go_on = threading.Event(), threading.Event()
    told: list[str] = []

    def write(target: str, *, breaks: bool) -> None:
        try:
            with store.writing() as session:
                append(session, an_act(target=target))
                inside.set()
                go_on.wait(10)
                if breaks:
                    give_up(session, [])
            told.append(target)
        except sqlite3.Error:
            pass

    first = threading.Thread(target=write, args=("m1",), kwargs={"breaks": False})
    first.start()
    inside.wait(10)
    second = threading.Thread(target=write, args=("m2",), kwargs={"breaks": True})
    second.start()
    while not store.waiting:
        pass
    go_on.set()
    first.join(10)
    second.join(10)
    assert told == []
    with store.reading() as session:
        assert targets.unfinished(session) == []
        assert ledger.verify(session) == []
    assert settle(store, Deciding(), "m1", "x1") == "2"


def test_a_writer_whose_successor_never_comes_commits_by_itself(sqlite_file: tuple[Store, Path]) -> None:
    store, _ = sqlite_file
    engine = create_engine(store.url, connect_args={"check_same_thread": False})
    turns = Turns(engine.connect)
    # A thread that is waiting, and is then interrupted before its turn: nobody is left to commit for the others.
    turns._waiting = 1
    with turns.turn() as connection:
        connection.exec_driver_sql("INSERT INTO policy_versions VALUES ('standard@1', 'kept')")
    turns.close()
    engine.dispose()
    with store.reading() as session:
        assert procedures.get(session, "standard@1") == "kept"


def test_a_session_is_good_for_nothing_after_its_block(store: Store) -> None:
    with store.writing() as session:
        append(session, an_act())
    with pytest.raises(RuntimeError, match=r"Store\.writing"):
        append(session, an_act())


def test_ids_are_given_once_to_a_source_key_and_without_gaps(store: Store) -> None:
    given = all_at_once(lambda _: [numbers.reserve(store, f"k{key}", 2026) for key in range(EACH)])
    assert all(some == given[0] for some in given)
    assert sorted(given[0]) == [f"2026-{number:04d}" for number in range(1, EACH + 1)]
