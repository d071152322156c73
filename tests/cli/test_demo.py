"""`demo`: the sample ledger live, one matter carried to its close, and a year that is the same for the same seed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from cli.demo import SAMPLE
from cli.importing import sample
from cli.year import MONTHS, Year, play, written
from models.matters import Light, Stage
from record import ledger
from record.store import Store
from settings import Settings
from tests.builders import sample_directory
from tests.cli.conftest import Said, starter
from tests.databases import Databases


def played(databases: Databases, place: Path, seed: int) -> tuple[Year, Store]:
    place.mkdir()
    store = Store(databases.new(), synchronous="NORMAL")
    store.migrate()
    rows = sample(Settings(data_dir=place), SAMPLE)
    return play(store, [row.registration for row in rows], sample_directory(), seed, lambda: None), store


def test_the_demonstration_shows_a_closed_matter_a_year_and_the_files_it_wrote(
    tmp_path: Path, database_url: str
) -> None:
    office = {"DUBAN_DATABASE_URL": database_url}
    said = starter("demo", "--into", tmp_path / "demo", "--json", within=120, settings=office)

    assert said.code == 0, said.err
    live, year = said.json["live"], said.json["year"]
    assert live["imported"] == 48
    carried = ["signed", "progress_reported", "submitted", "verified", "closed"]
    assert [act for act in live["acts"] if act in carried] == carried
    assert year["virtual"]
    assert year["totals"]["matters"] == sum(organ["matters"] for organ in year["organs"]) == 48
    assert year["totals"]["proposed"] > 0
    assert all(Path(file).stat().st_size > 0 for file in said.json["files"])
    assert {Path(file).name for file in said.json["files"]} >= {
        "year-acts.jsonl",
        "year-register.xlsx",
        "year-summary.csv",
    }
    kept = make_url(database_url)
    if kept.get_backend_name() == "sqlite":
        kept = kept.set(database=str(tmp_path / "demo" / "year.db"))
    else:
        kept = kept.update_query_dict({"options": "-c search_path=duban_demo_year"})
    assert starter("verify", "--offline", settings={"DUBAN_DATABASE_URL": str(kept)}).code == 0
    # The office's own record is neither read nor made.
    assert starter("list", settings=office).code == 3


@pytest.mark.either_database("what a seed comes to")
def test_the_same_seed_gives_the_same_year_to_the_last_hash_and_another_seed_another(
    databases: Databases, tmp_path: Path
) -> None:
    (one, first), (two, second), (_, third) = (
        played(databases, tmp_path / str(number), seed) for number, seed in enumerate((7, 7, 8))
    )

    hashes = []
    for store in (first, second, third):
        with store.reading() as session:
            hashes.append([entry.hash for entry in ledger.recorded(session)])
        store.close()
    assert hashes[0] == hashes[1] != hashes[2]
    assert one == two
    files = [written(store, one, sample_directory(), tmp_path / name) for store, name in ((first, "0"), (second, "1"))]
    texts = [[file for file in some if file.suffix in (".csv", ".jsonl")] for some in files]
    assert [file.read_bytes() for file in texts[0]] == [file.read_bytes() for file in texts[1]]
    first.close()
    second.close()


@pytest.mark.either_database("what a seed comes to")
def test_the_course_of_the_year_counts_every_matter_at_every_month(databases: Databases, tmp_path: Path) -> None:
    year, store = played(databases, tmp_path / "year", 2026)
    store.close()

    assert [at for at, _ in year.course] == list(MONTHS)
    assert all(seen.totals.matters == 48 for _, seen in year.course)
    assert all(sum(seen.totals.lights.values()) == 48 for _, seen in year.course)
    assert year.course[0][1].totals.lights[Light.GREEN] == 48
    ended = (Stage.CLOSED, Stage.CANCELLED, Stage.ARCHIVED)
    finished = [sum(seen.totals.stages.get(stage, 0) for stage in ended) for _, seen in year.course]
    assert finished == sorted(finished)


def test_a_directory_that_is_not_the_demonstrations_own_is_left_alone(
    command: Callable[..., Said], tmp_path: Path
) -> None:
    kept = tmp_path / "ledger.db"
    kept.write_bytes(b"precious")

    said = command("demo", "--into", tmp_path)

    assert said.code == 2
    assert kept.read_bytes() == b"precious"


@pytest.mark.parametrize("number", range(1, 13))
def test_the_months_of_the_year_follow_each_other(number: int) -> None:
    assert 28 <= (MONTHS[number] - MONTHS[number - 1]).days <= 31
