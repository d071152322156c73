"""An upgrade rehearsed by its command: on a copy, telling what would stand in the way, with nothing live changed."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

import upgrading
from cli.instants import now
from policies.deadlines import local_date
from policies.procedures import STANDARD, shipped
from tests.cli.conftest import NOWHERE, Beside, Said
from tests.postgresql import installed_programs
from tests.records.loading import SAVED, load
from tests.workflows.cast import DIRECTORY
from tests.workflows.variants import CarelessMatter
from worker import WORKFLOWS
from workflows.matter import MatterWorkflow

Command = Callable[..., Said]
RELEASED = max(one for one in SAVED if one.stem < "0015")
"""Of the last release that leaves revisions something to do (the tests name what 0015 does)."""
SAID = ("--lead", "区教育局", "--office", "区政府督查室", "--leader", "区长", "--limit", "15wd")


def asked(url: str, *statements: str) -> list[object]:
    """The answer to the last of these statements, put to the database as it is."""
    engine = create_engine(url)
    with engine.begin() as connection:
        *_, last = [connection.execute(text(one)) for one in statements]
        found = list(last.scalars()) if last.returns_rows else []
    engine.dispose()
    return found


@pytest.fixture
def released(tmp_path: Path, database_url: str) -> dict[str, str]:
    """Settings of an office whose record was kept by the last release, and which has no server."""
    load(database_url, RELEASED)
    directory = tmp_path / "directory.csv"
    rows = [f"{one.name},{one.parent or ''},{one.head},{one.handler}" for one in DIRECTORY.organs]
    directory.write_text("\n".join(["单位名称,上级单位,主要负责人岗位,承办岗位", *rows]), encoding="utf-8")
    return {
        "DUBAN_DATA_DIR": str(tmp_path / "var"),
        "DUBAN_DATABASE_URL": database_url,
        "DUBAN_DIRECTORY_PATH": str(directory),
        "PATH": f"{installed_programs()}:{os.environ['PATH']}",
        "TEMPORAL_ADDRESS": NOWHERE,
    }


def test_a_record_of_the_last_release_is_migrated_and_tried_on_a_copy_that_is_gone_afterwards(
    command: Command, released: dict[str, str], tmp_path: Path
) -> None:
    url = released["DUBAN_DATABASE_URL"]

    said = command("upgrade", "rehearse", "--offline", "--json", **released)

    assert said.code == 0, said.out + said.err
    told = said.json
    assert told["revision"]["before"] == RELEASED.stem
    assert [one["revision"] for one in told["migration"]["steps"]][-1] == told["revision"]["after"] > RELEASED.stem
    assert told["migration"]["altered"] == told["stops"] == told["record"]["faults"] == []
    assert told["migration"]["rows"]["doings"]["after"] > 0
    assert not told["migration"]["goes_back"]
    assert told["clocks"]["decided"] >= 8
    assert told["clocks"]["failed"] == {}
    assert told["heard_again"]["matters"] >= 8
    # The live record is as it was, and neither a file nor a database nor a key is left of the copy.
    assert asked(url, "SELECT version_num FROM alembic_version") == [RELEASED.stem]
    assert [one.name for one in (tmp_path / "var").rglob("*") if one.is_file()] == [".lock"]
    if url.startswith("postgresql"):
        assert asked(url, "SELECT datname FROM pg_database WHERE datname LIKE 'duban_rehearsal%'") == []


def test_what_stands_in_the_way_is_named_and_without_a_server_histories_are_said_not_to_be_tried(
    command: Command, released: dict[str, str]
) -> None:
    url = released["DUBAN_DATABASE_URL"]
    without = command("upgrade", "rehearse", **released)
    asked(
        url,
        "UPDATE heads SET hash = 'altered' WHERE target = 'suspended'",
        "UPDATE policy_versions SET text = 'not a procedure'",
    )

    said = command("upgrade", "rehearse", "--offline", "--json", **released)
    asked(url, "UPDATE snapshots SET state = '{}' WHERE id = 'signed'")
    broken = command("upgrade", "rehearse", "--offline", **released)

    assert without.code == 3
    assert "Histories were not replayed" in without.err
    assert "Nothing stands in the way" in without.out
    assert said.code == 1
    assert "signed" in said.json["clocks"]["failed"]
    assert any("suspended" in one for one in said.json["record"]["faults"])
    # Made from the matters by the migration itself.
    assert said.json["record"]["miscounted"] == []
    assert broken.code == 1
    assert "0015: KeyError" in broken.err


def test_a_procedure_published_on_the_copy_leaves_what_is_open_under_its_own(
    command: Command, released: dict[str, str], tmp_path: Path
) -> None:
    draft = tmp_path / "draft.yaml"
    draft.write_text(shipped(STANDARD).text.replace("value: 18:00", "value: 17:00") + "\n", encoding="utf-8")
    today = local_date(now())
    rehearsed = ("upgrade", "rehearse", "--offline", "--json", "--publish", draft, "--from")

    said = command(*rehearsed, today + timedelta(days=1), **released)
    too_early = command(*rehearsed, today, **released)
    alone = command("upgrade", "rehearse", "--publish", draft, **released)
    no_day = command(*rehearsed, "tomorrow", **released)

    published = said.json["published"]
    assert said.code == 0
    assert published["moved"] == []
    assert sum(published["keep"].values()) >= 8
    assert published["version"] not in published["keep"]
    assert (too_early.code, alone.code, no_day.code) == (1, 2, 2)


@pytest.mark.either_database("what replays the histories of the server")
def test_open_histories_of_the_live_server_are_replayed_and_one_that_cannot_be_is_named(
    engine: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{installed_programs()}:{os.environ['PATH']}")
    matter = engine.ok("launch", "--title", "预演升级", *SAID)["id"]
    assert engine.ok("do", matter, "sign", "--by", "区教育局承办岗")["accepted"]
    before = asked(engine.settings["DUBAN_DATABASE_URL"], "SELECT count(*) FROM acts")

    sound = engine.ok("upgrade", "rehearse")
    careless = tuple(one if one is not MatterWorkflow else CarelessMatter for one in WORKFLOWS)
    monkeypatch.setattr(upgrading, "WORKFLOWS", careless)
    stopped = engine("upgrade", "rehearse", "--json")

    assert sound["histories"]["replayed"] >= 1
    assert sound["histories"]["failed"] == {}
    assert sound["migration"]["steps"] == sound["stops"] == []
    assert stopped.code == 1
    assert f"matter/{matter}" in stopped.json["histories"]["failed"]
    assert asked(engine.settings["DUBAN_DATABASE_URL"], "SELECT count(*) FROM acts") == before


def test_what_an_older_program_left_out_is_written_by_a_command(command: Command, released: dict[str, str]) -> None:
    url = released["DUBAN_DATABASE_URL"]
    assert command("upgrade", "settle", **released).code == 0
    asked(url, "UPDATE matters SET circle = NULL WHERE id = 'signed'")

    assert command("upgrade", "settle", "--json", **released).json == {"targets": 1, "doings": 0}
    assert asked(url, "SELECT circle FROM matters WHERE id = 'signed'") != [None]
