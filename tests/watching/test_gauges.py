"""What is told of an office at a scrape: what stands on record then, in a few words, and nothing else."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

import meters
from activities.recording import Recording
from models.contract import TransitionOrder
from models.messages import Sign
from policies.deadlines import SHANGHAI
from record.standing import Standing, standing
from record.store import Store, newest_revision
from tests.databases import Databases
from tests.workflows.cast import DIRECTORY, HANDLER, a_matter
from watching.gauges import Gauges

MONDAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
AFTER = MONDAY + timedelta(days=60)


@pytest.fixture
def store(database_url: str, databases: Databases) -> Iterator[Store]:
    store = Store(database_url)
    databases.migrate(store)
    yield store
    store.close()


def told(gauges: Gauges) -> dict[tuple[str, tuple[str, ...]], float]:
    """Every sample, by its name and the words of its labels."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(gauges)
    said = generate_latest(registry) + generate_latest(meters.REGISTRY)
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(said.decode())
        for sample in family.samples
    }


def seen(store: Store, at: datetime) -> Standing:
    with store.reading() as session:
        return standing(session, at)


def recorded(store: Store, at: datetime, message: Any = None, known_seq: int = 0) -> None:
    Recording(store, DIRECTORY).record_transition(
        TransitionOrder(matter_id="m1", at=at, message=message, known_seq=known_seq)
    )


def test_what_fell_due_and_was_not_worked_off_is_told_until_it_is(store: Store) -> None:
    recorded(store, MONDAY, a_matter(limit="5wd"))
    recorded(store, MONDAY, Sign(message_id="sign", by=HANDLER), known_seq=2)
    due = datetime(2026, 3, 9, 18, tzinfo=SHANGHAI)

    before = seen(store, due - timedelta(minutes=1))
    on_its_way = seen(store, due + timedelta(minutes=1))
    late = seen(store, AFTER)
    recorded(store, AFTER, known_seq=3)
    after = seen(store, AFTER)

    assert before.overdue["matter"] == before.unseen["matter"] == 0
    assert (on_its_way.overdue["matter"], late.overdue["matter"], after.overdue["matter"]) == (1, 1, 1)
    assert late.unseen["matter"] == 1
    assert after.unseen["matter"] == 0


def test_a_scrape_counts_matters_and_transitions_and_names_nobody(store: Store, tmp_path: Path) -> None:
    counted = meters.transitions.labels("accepted")._value.get()
    recorded(store, MONDAY, a_matter(limit="5wd", title="校舍加固"))
    recorded(store, MONDAY, Sign(message_id="again", by="无此岗位"), known_seq=2)

    found = told(Gauges(store, tmp_path, tmp_path / "none", lambda: MONDAY))

    assert sum(value for (name, _), value in found.items() if name == "duban_matters") == 1
    assert found["duban_transitions_total", ("accepted",)] == counted + 1
    assert found["duban_record_up", ()] == 1
    assert found["duban_commits_total", ()] >= 2
    assert found["duban_backup_made", ()] == found["duban_seal_made", ()] == 0
    assert found["duban_data_free_bytes", ()] > 0
    words = {word for (_, labels) in found for word in labels}
    names = {"校舍加固", "m1", "无此岗位", HANDLER, *(organ.name for organ in DIRECTORY.organs)}
    assert not words & names


def test_a_scrape_of_an_absent_record_says_so_and_does_not_fail(tmp_path: Path) -> None:
    nowhere = Store("postgresql+psycopg://nobody@127.0.0.1:9/none", patience=timedelta(seconds=1))

    found = told(Gauges(nowhere, tmp_path))
    nowhere.close()

    assert found["duban_record_up", ()] == 0
    assert not any(name == "duban_matters" for name, _ in found)


def test_the_newest_whole_backup_is_found_by_its_name(store: Store, tmp_path: Path) -> None:
    for name in (
        "duban-20260301T010000Z-aaaaaa",
        "duban-20260302T000000Z-bbbbbb",
        "duban-20260302T005900Z-cccccc.part",
    ):
        (tmp_path / name).mkdir()

    found = told(Gauges(store, tmp_path, tmp_path, lambda: MONDAY))

    assert found["duban_backup_age_seconds", ()] == 3600


def test_hostile_methods_make_no_new_label() -> None:
    for number in range(50):
        meters.answered(f"X{number}", "-", 404, 0.001)

    said = text_string_to_metric_families(generate_latest(meters.REGISTRY).decode())
    methods = {sample.labels["method"] for family in said for sample in family.samples if "method" in sample.labels}
    assert methods <= {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}
    assert "other" in methods


def test_tables_older_than_the_program_are_behind_and_newer_ones_are_not(store: Store) -> None:
    def stands_at(revision: str) -> bool:
        with store.writing() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})
        return store.behind()

    assert not store.behind()
    assert stands_at("0001")
    assert not stands_at("9999")
    assert not stands_at(newest_revision())
