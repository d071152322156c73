"""A record made for measuring is a record: views, chains and figures read it; and a page that is slow is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from benchmarks.cast import DIRECTORY
from benchmarks.filling import NOW, Pattern, fill, played
from benchmarks.pages import PAGES, ROLES, Measured, measured, report
from models.access import Scope
from models.matters import Stage
from models.rows import MatterRow, table
from policies.relations import scope
from record import ledger, registers
from record.registers import Order, Sought
from record.store import Store
from tests.record.recount import recounted, tallied

MATTERS = 1_000


@pytest.fixture(scope="module")
def lives() -> list[Pattern]:
    return played(20)


@pytest.fixture
def filled(database_url: str, lives: list[Pattern]) -> str:
    fill(database_url, MATTERS, lives)
    return database_url


@pytest.fixture
def store(filled: str) -> Iterator[Store]:
    store = Store(filled)
    yield store
    store.close()


def plan(store: Store, sought: Sought, order: Order, reader: Scope) -> str:
    """How the database goes about the register's page."""
    said: list[tuple[str, object]] = []
    with store.reading() as session:
        registers.found(session, Sought(), scope=reader, now=NOW)
        connection = session.connection()

        def note(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
            said.append((statement, parameters))

        event.listen(connection, "before_cursor_execute", note)
        registers.found(session, sought, scope=reader, now=NOW, order=order)
        event.remove(connection, "before_cursor_execute", note)
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        # What has no instant follows in a statement of its own where the page is not full by then.
        statement, parameters = next(one for one in said if "FROM matters" in one[0])
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()  # type: ignore[arg-type]
    return "\n".join(map(str, rows))


def test_a_filled_record_has_whole_chains_tallies_that_add_up_and_as_many_matters_as_asked_for(store: Store) -> None:
    with store.reading() as session:
        assert ledger.verify(session) == []
        assert tallied(session) == recounted(session)
        assert session.execute(select(func.count()).select_from(table(MatterRow))).scalar_one() == MATTERS
        open_ones = registers.numbers(session, {"open": Sought(open=True)}, scope=Scope.everything(), now=NOW)
    assert 0 < open_ones["open"] < MATTERS


def test_the_first_page_of_the_register_is_found_without_reading_every_matter(store: Store) -> None:
    for post in (ROLES["leader"], ROLES["officer"]):
        for order in Order:
            told = plan(store, Sought(), order, scope(post, DIRECTORY))
            # SQLite reads a table that is kept by its key as an index; PostgreSQL would say Seq Scan.
            assert "Seq Scan on matters" not in told, (post, order, told)
            assert "TEMP B-TREE FOR ORDER BY" not in told, (post, order, told)


def test_a_stage_of_many_is_listed_by_due_without_being_sorted_and_as_when_it_is(
    store: Store, filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sought = Sought(stage=Stage.RUNNING)
    reader = scope(ROLES["leader"], DIRECTORY)

    def listed() -> list[str]:
        with store.reading() as session:
            page = registers.found(session, sought, scope=reader, now=NOW, order=Order.DUE, limit=1000)
        return [line.id for line in page.items]

    sorted_ = listed()
    monkeypatch.setattr(registers, "_FEW", 0)
    assert listed() == sorted_ != []
    if filled.startswith("sqlite"):
        told = plan(store, sought, Order.DUE, reader)
        assert "ix_matters_open_due" in told, told
        assert "TEMP B-TREE FOR ORDER BY" not in told, told


def test_figures_of_open_matters_are_the_same_by_whatever_they_are_counted(store: Store) -> None:
    wanted = {"open": Sought(open=True), "overdue": Sought(overdue=True), "running": Sought(stage=Stage.RUNNING)}
    reader = scope(ROLES["leader"], DIRECTORY)
    with store.reading() as session:
        standing = registers.standing(session, wanted, scope=reader, now=NOW)
        counted = registers.numbers(session, wanted, scope=reader, now=NOW)
        by_lead = registers.by_lead(session, wanted, scope=reader, now=NOW)
    assert {name: sum(one[name] for one in standing.values()) for name in wanted} == counted
    assert {name: sum(one[name] for one in by_lead.values()) for name in wanted} == counted


@pytest.mark.either_database("that the benchmark measures every page, which runs on both")
def test_every_page_is_measured_for_everybody_it_is_for(filled: str, tmp_path: Path) -> None:
    found = measured(filled, "here", tmp_path, 1, PAGES)
    assert {(one.page, one.role) for one in found} == {(page.name, role) for page in PAGES for role in page.roles}
    assert all(len(one.wall) == 1 for one in found)


def a_page(*wall: float) -> Measured:
    return Measured("台账 register", "leader", "sqlite", wall, wall, wall, (1,) * len(wall))


@pytest.mark.parametrize(("slow", "code"), [(1, 0), (3, 1)])
def test_a_page_that_is_slow_more_than_once_in_twenty_makes_the_exit_code_one(
    slow: int, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = {
        "measured_at": "2026-11-26T09:00:00+08:00",
        "seconds": 1.0,
        "record": {"matters": 1},
        "machine": {"cores": 2, "processor": "P", "python": "3"},
        "load_before": (0.0, 0.0, 0.0),
        "load_after": (0.0, 0.0, 0.0),
    }
    page = a_page(*[10.0] * (40 - slow), *[400.0] * slow)
    assert report([page], document, tmp_path / "one.json") == code
    assert ("over 150 ms" in capsys.readouterr().out) is bool(code)
