"""`up`: everything live until told to stop, and on from there at the next start."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sample.past import sample_past
from tests.builders import sample_directory
from tests.cli.conftest import NOWHERE, Beside, Engine, Said
from tests.sealing import sealed_store

Command = Callable[..., Said]

of_processes = pytest.mark.either_database("processes, ports and data directories of `up`")


@pytest.fixture
def own(tmp_path: Path, database_url: str) -> Iterator[Engine]:
    """An engine of the test's own, not started yet."""
    engine = Engine(tmp_path / "var", database_url, settings={"DUBAN_SHUTDOWN_SECONDS": "1"})
    yield engine
    if engine.process is not None:
        engine.process.kill()
        engine.process.wait()


def server_pid(engine: Engine) -> int:
    """The embedded server's process: the child that serves the address."""
    port = engine.told["temporal"].rpartition(":")[2]
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            if b"start-dev" in words and port.encode() in words:
                return int(process.name)
    raise AssertionError("no server")


def signs_in(told: dict[str, Any], login: str) -> int:
    """What becomes of signing in to the site with the sample password."""
    said = {"login": login, "password": told["sample_accounts"]["password"]}
    return httpx2.post(f"{told['web']}/api/v1/session", json=said, trust_env=False).status_code


def decode(told: dict[str, Any], origin: str) -> int:
    """What becomes of a page's wish to have payloads opened, where nobody is signed in."""
    said = httpx2.post(f"{told['web']}/codec/decode", headers={"Origin": origin}, trust_env=False)
    return said.status_code


def test_the_first_start_has_lived_a_year_and_the_next_goes_on_where_it_was(own: Engine, command: Command) -> None:
    own.cold = True
    own.up()
    first = own.told
    beside = Beside(own, command)
    listed = beside.ok("list", "--limit", "1000")["matters"]
    signed_in = [signs_in(first, login) for login in (first["sample_accounts"] or {"logins": []})["logins"]]
    # Every open matter answers, for its workflow runs; every closed one has a witness.
    unsigned = next(one["id"] for one in listed if one["title"] == "开学前校舍安全排查")
    beside.ok("do", unsigned, "sign", "by=区教育局承办岗")
    verified = beside.ok("verify")
    ready = httpx2.get(f"{first['web']}/readyz", trust_env=False).status_code
    decoding = [decode(first, origin) for origin in (first["ui"], "http://evil.example")]
    interrupted = own.down(signal.SIGINT)
    gone = beside("do", unsigned, "report_progress", "by=区教育局承办岗", "text=排查中")
    own.up()
    again = beside.ok("timeline", unsigned)
    terminated = own.down(signal.SIGTERM)

    assert first["sample"]["matters"] > 80
    assert len(listed) >= first["sample"]["matters"]
    assert first["sample"]["codes"]
    assert verified["in_order"]
    assert verified["histories"] > len(listed)
    assert httpx2.codes.is_success(ready)
    # The embedded server's own UI is let in, and asked who reads; other pages are not.
    assert decoding == [401, 403]
    assert own.told["sample_accounts"] is None
    # Samples are for a record on this machine: on PostgreSQL people work in earnest.
    assert signed_in == [200] * (14 if own.database_url.startswith("sqlite") else 0)
    assert first["ui"].startswith("http://127.0.0.1:")
    assert own.told["sample"] is None
    assert (interrupted, terminated) == (0, 0)
    assert gone.code == 3
    assert [act["act"] for act in again].count("signed") == 1
    assert beside.ok("list", "--limit", "1000")["matters"][0]["id"] == listed[0]["id"]


@of_processes
def test_a_sample_whose_workflows_had_not_all_been_started_gets_them_at_the_next_start(
    own: Engine, command: Command
) -> None:
    store = sealed_store(own.database_url, own.data_dir)
    sample_past(store, sample_directory(), datetime.now(UTC), ordinary=0)
    store.close()
    (own.data_dir / "sample.unfinished").touch()

    own.up()

    assert own.told["sample"] is None
    assert not (own.data_dir / "sample.unfinished").exists()
    assert Beside(own, command).ok("verify")["in_order"]
    own.down()


@of_processes
def test_a_second_instance_on_the_same_data_is_refused_in_one_line(engine: Beside) -> None:
    said = engine.process("up")

    assert said.code == 3
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert engine.settings["DUBAN_DATA_DIR"] in said.err


@of_processes
def test_a_port_in_use_is_said_in_one_line(engine: Beside, tmp_path: Path) -> None:
    port = engine.running.told["temporal"].rpartition(":")[2]

    said = engine.process("up", DUBAN_DATA_DIR=str(tmp_path / "var"), DUBAN_TEMPORAL_PORT=port)

    assert said.code == 3
    assert len(said.err.splitlines()) == 1
    assert "DUBAN_TEMPORAL_PORT" in said.err


@of_processes
def test_commands_find_the_server_of_their_data_directory(engine: Beside) -> None:
    told = json.loads((Path(engine.settings["DUBAN_DATA_DIR"]) / "up.json").read_text(encoding="utf-8"))

    assert told["temporal"] == engine.running.told["temporal"]
    assert engine.running.process is not None
    assert told["pid"] == engine.running.process.pid


@of_processes
def test_with_a_named_server_none_is_started(engine: Beside, own: Engine, command: Command) -> None:
    own.settings["TEMPORAL_ADDRESS"] = engine.running.told["temporal"]
    own.up("--no-sample")

    assert own.told["temporal"] == engine.running.told["temporal"]
    assert own.told["ui"] is None
    assert not (own.data_dir / "temporal.db").exists()
    assert not (own.data_dir / "up.json").exists()
    assert own.down() == 0


@of_processes
def test_a_server_that_dies_ends_the_engine_and_the_next_start_has_everything(own: Engine, command: Command) -> None:
    own.up("--no-sample")
    beside = Beside(own, command)
    asked = ("--title", "校舍加固", "--lead", "区教育局", "--office", "区政府督查室", "--leader", "区长")
    matter = beside.ok("launch", *asked)["id"]

    assert own.process is not None
    os.kill(server_pid(own), signal.SIGKILL)
    code = own.process.wait(timeout=30)
    own.closed()
    own.up()

    assert code == 3
    assert "The embedded Temporal server ended unexpectedly" in own.log.read_text(encoding="utf-8")
    assert "Traceback" not in own.log.read_text(encoding="utf-8")
    assert beside.ok("do", matter, "sign", "by=区教育局承办岗")["accepted"]
    assert beside.ok("verify")["in_order"]
    own.down()


UNREACHABLE = [
    ("launch", "--title", "甲", "--lead", "区教育局", "--office", "区政府督查室", "--leader", "区长"),
    ("do", "2026-0001", "sign", "by=区教育局承办岗"),
    ("import", "data/ledger.csv"),
    ("calendar", "load", "notice.yaml"),
    ("up",),
]


@pytest.mark.parametrize("arguments", UNREACHABLE, ids=lambda arguments: arguments[0])
def test_an_unreachable_server_is_said_in_one_line_with_what_to_do(
    command: Command, empty: dict[str, str], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    notice = tmp_path / "notice.yaml"
    notice.write_text("number: 演练1号\ndate: 2026-03-01\nyear: 2026\ndays_off: [2026-03-05]\n", encoding="utf-8")
    named = [str(notice) if argument == "notice.yaml" else argument for argument in arguments]

    said = command(*named, **empty)

    assert (said.code, said.out) == (3, "")
    assert len(said.err.splitlines()) == 1
    assert NOWHERE in said.err
    assert "starter.py up" in said.err


@pytest.mark.parametrize(
    "arguments", [("list",), ("show", "x"), ("timeline", "x"), ("inbox", "区长"), ("export",), ("verify",)]
)
def test_where_there_is_no_record_yet_a_reader_says_so_and_makes_none(
    command: Command, empty: dict[str, str], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    said = command(*arguments, **empty)

    assert (said.code, said.out) == (3, "")
    assert len(said.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_bad_setting_is_bad_input_naming_it(command: Command) -> None:
    said = command("list", DUBAN_UI_PORT="many")

    assert said.code == 2
    assert "DUBAN_UI_PORT" in said.err


def test_with_json_a_problem_is_json_too(command: Command, empty: dict[str, str]) -> None:
    said = command("list", "--json", **empty)

    assert said.json["exit"] == said.code == 3
    assert said.json["error"] in said.err


def test_a_damaged_database_is_said_in_one_line(command: Command, tmp_path: Path, sqlite_url: str) -> None:
    (tmp_path / "duban.db").write_bytes(b"this is no database, however long it may be" * 100)

    said = command("list", DUBAN_DATA_DIR=str(tmp_path))

    assert said.code == 3
    assert len(said.err.splitlines()) == 1
    assert "Traceback" not in said.err
