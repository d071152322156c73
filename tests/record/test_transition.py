import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlmodel import Session

from models.access import Scope
from models.acts import ActName
from models.rows import MatterRow, table
from record import ledger, matters, outbox, views
from record.store import Store
from tests.record.builders import DUE, LEAD_POSTS, NOW, Deciding, a_matter, an_act
from tests.record.tampering import faults

EVERYTHING = Scope.everything()


@pytest.fixture
def deciding() -> Deciding:
    return Deciding()


@pytest.fixture
def traced(sqlite_url: str) -> Iterator[tuple[Store, list[str]]]:
    """A store on SQLite, and every statement SQLite is handed, in order."""
    statements: list[str] = []

    def trace(connection: Any, _: object) -> None:
        connection.set_trace_callback(statements.append)

    event.listen(Engine, "connect", trace)
    store = Store(sqlite_url)
    store.migrate()
    yield store, statements
    store.close()
    event.remove(Engine, "connect", trace)


def settle(store: Store, deciding: Deciding, matter_id: str, message_id: str) -> str | None:
    with store.writing() as session:
        outcome, _ = deciding.transition(session, matter_id, message_id)
    return outcome.reason


def test_a_repeated_message_gets_the_first_answer_and_is_not_decided_again(store: Store, deciding: Deciding) -> None:
    first = settle(store, deciding, "m1", "x1")
    other = settle(store, deciding, "m1", "x2")
    assert settle(store, deciding, "m1", "x1") == first != other
    assert deciding.asked == 2
    with store.reading() as session:
        assert ledger.head(session, "m1").seq == 4


def test_a_repetition_changes_nothing_at_all(store: Store, deciding: Deciding) -> None:
    settle(store, deciding, "m1", "x1")
    before = everything(store)
    settle(store, deciding, "m1", "x1")
    assert everything(store) == before


def test_the_same_message_id_to_another_target_is_another_message(store: Store, deciding: Deciding) -> None:
    settle(store, deciding, "m1", "x1")
    settle(store, deciding, "m2", "x1")
    assert deciding.asked == 2


def test_an_answer_is_never_replaced(store: Store, deciding: Deciding) -> None:
    settle(store, deciding, "m1", "x1")
    with store.reading() as session:
        answer = matters.answered(session, "m1", "x1")
    assert answer is not None
    with pytest.raises(Exception, match=r"UNIQUE|unique"), store.writing() as session:
        matters.remember(session, "m1", "x1", answer, 9)


def test_acts_views_notices_and_answer_are_undone_together(store: Store, deciding: Deciding) -> None:
    settle(store, deciding, "m1", "x1")
    before = everything(store)
    with pytest.raises(ValueError, match="the worker fell over"), store.writing() as session:
        fall_over(deciding.transition(session, "m1", "x2"))
    assert everything(store) == before
    assert faults(store) == []


def test_what_was_undone_can_be_done(store: Store, deciding: Deciding) -> None:
    with pytest.raises(ValueError, match="the worker fell over"), store.writing() as session:
        fall_over(deciding.transition(session, "m1", "x1"))
    assert settle(store, deciding, "m1", "x1") == "2"
    assert faults(store) == []


def test_a_transition_is_one_transaction_of_few_statements(traced: tuple[Store, list[str]]) -> None:
    store, statements = traced
    deciding = Deciding(lambda target: (an_act(target=target), an_act(ActName.LIGHT_CHANGED, target, tell=LEAD_POSTS)))
    settle(store, deciding, "m1", "x1")
    statements.clear()
    settle(store, deciding, "m1", "x2")
    assert [first_words(statement) for statement in statements] == [
        "BEGIN IMMEDIATE",
        "SELECT answers",
        "SELECT snapshots",
        "INSERT acts",
        "INSERT acts",
        "INSERT heads",
        "UPDATE matters",
        # The trigger that looks whether the matter moves to other lines.
        "UPDATE matters",
        "INSERT snapshots",
        "INSERT notices",
        "INSERT notices",
        "INSERT answers",
        "COMMIT",
    ]


def test_a_repetition_costs_one_look(traced: tuple[Store, list[str]]) -> None:
    store, statements = traced
    deciding = Deciding()
    settle(store, deciding, "m1", "x1")
    statements.clear()
    settle(store, deciding, "m1", "x1")
    assert [first_words(statement) for statement in statements] == ["BEGIN IMMEDIATE", "SELECT answers", "COMMIT"]


def test_tallies_are_touched_only_when_a_matter_moves_to_another_line(sqlite_file: tuple[Store, Path]) -> None:
    store, _ = sqlite_file
    changed: list[int] = []
    for seq, state in enumerate((a_matter(), a_matter(), a_matter(level=1)), 1):
        with store.writing() as session:
            before = counted(session)
            matters.load(session, "m1")
            matters.save(session, state, seq=seq, at=NOW, last_act=ActName.SUPERVISED, next_at=DUE)
            changed.append(counted(session) - before)
    # A matter and its snapshot; a line over all bases and one of its own.
    assert changed[1:] == [2, 4]


def counted(session: Session) -> int:
    """How many rows this connection has ever changed."""
    total: int = session.execute(text("SELECT total_changes()")).scalar_one()
    return total


def everything(store: Store) -> list[object]:
    with store.reading() as session:
        return [
            views.timeline(session, "m1", scope=EVERYTHING),
            views.matters(session, scope=EVERYTHING, now=NOW),
            views.by_organ(session, NOW, scope=EVERYTHING),
            [outbox.inbox(session, post) for post in LEAD_POSTS],
            matters.load(session, "m1"),
        ]


def fall_over(done: object) -> None:
    raise ValueError(f"the worker fell over after {done}")


def first_words(statement: str) -> str:
    """`INSERT acts` for any insert into acts, and so on: which kind of statement, on which table first."""
    words = statement.replace(",", " ").split()
    if words[0] not in {"SELECT", "INSERT", "UPDATE"}:
        return " ".join(words)
    return f"{words[0]} {(words[2] if words[0] == 'INSERT' else words[1]).split('.')[0]}"


def test_only_what_has_changed_is_set_among_the_columns_that_indexes_lead_to(traced: tuple[Store, list[str]]) -> None:
    store, statements = traced
    with store.writing() as session:
        matters.save(session, a_matter(), seq=1, at=NOW, last_act=ActName.ASSIGNED, next_at=DUE)
    statements.clear()
    with store.writing() as session:
        matters.load(session, "m1")
        matters.save(session, a_matter(level=1), seq=2, at=NOW, last_act=ActName.SUPERVISED, next_at=DUE)

    # Traced again for each statement of its triggers.
    [update] = {one for one in statements if first_words(one) == "UPDATE matters"}
    led_to = {column.name for index in table(MatterRow).indexes for column in index.columns} | {"public"}
    set_to = re.findall(r"(?:SET |, )(\w+)=", update)
    assert led_to.intersection(set_to) == {"level"}
    assert {"last_act", "last_act_at", "next_at"} < set(set_to)
