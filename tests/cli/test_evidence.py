"""Seals, packages and the archive as they are used: beside a running engine, and on a record that has grown old."""

import asyncio
import time
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.recording import Recording
from evidence.scheduling import ensure_daily
from intake.directory import read_directory
from models.contract import TaskQueue, TransitionOrder, seal_schedule_id
from models.messages import Cancel, Command, Registration, Sign
from policies.deadlines import SHANGHAI
from policies.directory import Directory
from record.store import Store
from settings import Settings
from tests.cli.conftest import Beside
from tests.databases import Databases
from tests.record.tampering import tamper
from tests.tokens import tokens

OFFICE, LEADER, HANDLER = "区政府督查室", "区长", "区教育局承办岗"
OFFICER, CHIEF = "区政府督查室承办岗", "区政府督查室主任"


@pytest.fixture
def matter(engine: Beside) -> str:
    title = f"校舍加固 {uuid4().hex[:8]}"
    answer = engine.ok("launch", "--title", title, "--lead", "区教育局", "--office", OFFICE, "--leader", LEADER)
    engine.ok("do", answer["id"], "sign", f"by={HANDLER}")
    return str(answer["id"])


def test_a_matter_is_sealed_packed_and_checked(engine: Beside, matter: str, tmp_path: Path) -> None:
    sealed = engine.ok("seal", "now")
    listed = engine.ok("seal", "list")
    key = engine.ok("seal", "key")
    checked = engine.ok("seal", "check")
    assert (sealed["new"], sealed["disputed"]) == (True, 0)
    assert (listed["seals"][0]["no"], listed["seals"][0]["extra"]) == (sealed["no"], True)
    assert (key["id"], key["signs"]) == (listed["seals"][0]["key"], True)
    assert checked["in_order"]
    assert checked["compared"] >= 1  # the line that the worker wrote for the outside

    lines = engine("seal", "list", "--lines").out
    (tmp_path / "kept.txt").write_text(lines, encoding="utf-8")
    file = tmp_path / "matter.zip"
    made = engine.ok("evidence", "export", matter, "-o", str(file))
    told = engine.ok(*("evidence", "check", str(file), "--key", key["public"], "--seals", str(tmp_path / "kept.txt")))
    assert made["in_order"]
    assert (told["in_order"], told["counts"]["histories"]) == (True, 1)
    assert told["counts"]["witnessed"] >= 2
    assert told["counts"]["kept"] >= 1
    assert told["notes"] == []

    other = engine("evidence", "check", str(file), "--key", "ab" * 32)
    assert (other.code, "keys.json" in other.out) == (1, True)
    assert engine("evidence", "check", str(tmp_path / "kept.txt")).code == 2
    assert engine("evidence", "export", "1999-0001", "-o", str(file)).code == 2
    assert engine("verify", matter).code == 0


def test_lines_kept_outside_that_differ_are_found(engine: Beside, tmp_path: Path) -> None:
    engine.ok("seal", "now")
    newest = engine.ok("seal", "list", "--limit", "1")["seals"][0]
    kept = tmp_path / "kept.txt"
    kept.write_text(newest["line"].replace(newest["hash"], "0" * 64), encoding="utf-8")

    said = engine("seal", "check", "--against", str(kept), "--json")

    assert said.code == 1
    assert [(one["seal"], one["kind"]) for one in said.json["findings"]] == [(newest["no"], "kept_line_differs")]


def test_a_schedule_seals_every_day_at_its_hour_in_shanghai(engine: Beside) -> None:
    async def scheduled() -> None:
        client = await Client.connect(engine.running.told["temporal"], data_converter=pydantic_data_converter)
        hour = Settings().sealing_hour
        assert await ensure_daily(client, hour, TaskQueue.PROCEDURE) is False
        handle = client.get_schedule_handle(seal_schedule_id())
        described = await handle.describe()
        assert described.schedule.spec.time_zone_name == "Asia/Shanghai"
        for at in described.info.next_action_times[:3]:
            assert at.astimezone(SHANGHAI).strftime("%H:%M") == "20:00"
        await handle.trigger()

    asyncio.run(scheduled())
    until = time.monotonic() + 20
    while not [one for one in engine.ok("seal", "list", "--limit", "1000")["seals"] if not one["extra"]]:
        assert time.monotonic() < until
    assert engine.ok("seal", "check")["in_order"]


def test_without_a_server_or_a_key_nothing_is_signed(engine: Beside, matter: str, tmp_path: Path) -> None:
    lost = {"DUBAN_SIGNING_KEY": str(tmp_path / "nowhere")}
    assert engine("evidence", "export", matter, "-o", str(tmp_path / "x.zip"), **lost).code == 2
    assert engine("seal", "key", **lost).code == 2
    away = {"TEMPORAL_ADDRESS": "127.0.0.1:9"}
    assert engine("evidence", "export", matter, "-o", str(tmp_path / "x.zip"), **away).code == 3
    assert not (tmp_path / "x.zip").exists()
    said = engine.ok("evidence", "export", matter, "-o", str(tmp_path / "x.zip"), "--offline", **away)
    assert said["in_order"]
    assert any("without Temporal" in note for note in said["notes"])


def test_seals_cut_off_with_their_lines_are_found_by_the_workflows_that_made_them(
    engine: Beside, databases: Databases, tmp_path: Path
) -> None:
    sealed = engine.ok("seal", "now")
    copied = {"DUBAN_DATABASE_URL": databases.copy(engine.running.database_url), "DUBAN_DATA_DIR": str(tmp_path)}
    copied["DUBAN_KEY_FILE"] = str(engine.running.data_dir / "keys" / "master.json")
    assert engine("verify", TEMPORAL_ADDRESS=engine.running.told["temporal"], **copied).code in (0, 1)
    store = Store(copied["DUBAN_DATABASE_URL"])
    tamper(
        store,
        "DELETE FROM seal_leaves WHERE no = :no",
        "DELETE FROM seals WHERE no = :no",
        no=sealed["no"],
    )
    store.close()
    assert engine("seal", "check", **copied).code == 0

    said = engine("verify", "--json", TEMPORAL_ADDRESS=engine.running.told["temporal"], **copied)

    assert said.code == 1
    kinds = {(one["target"], one["kind"]) for one in said.json["findings"]}
    assert (f"seal {sealed['no']}", "seal_missing") in kinds


@pytest.fixture
def old(engine: Beside, database_url: str, tmp_path: Path) -> dict[str, str]:
    """Settings of an office whose matter m1 was archived in 2012, beside the running server."""
    store = Store(database_url)
    store.migrate()
    recording = Recording(store, Directory(read_directory(Settings().directory_path)))
    begun = datetime(2012, 3, 5, 9, tzinfo=SHANGHAI)

    def tell(after: timedelta, message: Registration | Command | None) -> None:
        recording.record_transition(TransitionOrder(matter_id="m1", at=begun + after, message=message))

    said = {"title": "校舍加固", "lead": "区教育局", "office": OFFICE, "leader": LEADER, "limit": "5wd"}
    tell(timedelta(), Registration.model_validate({"message_id": "r", "by": OFFICER, **said}))
    tell(timedelta(hours=1), Sign(message_id="s", by=HANDLER))
    tell(timedelta(days=8), None)
    tell(timedelta(days=8, hours=1), Cancel(message_id="c", by=LEADER, reason="任务取消"))
    store.close()
    return {
        "DUBAN_DATA_DIR": str(tmp_path / "old"),
        "DUBAN_DATABASE_URL": database_url,
        "TEMPORAL_ADDRESS": engine.running.told["temporal"],
    }


def test_a_file_whose_retention_is_over_is_destroyed_by_two_persons(
    engine: Beside, old: dict[str, str], tmp_path: Path
) -> None:
    with_store = Store(old["DUBAN_DATABASE_URL"])
    recording = Recording(with_store, Directory(read_directory(Settings().directory_path)))
    recording.record_transition(TransitionOrder(matter_id="m1", at=datetime(2012, 9, 3, 9, tzinfo=SHANGHAI)))
    with_store.close()
    number = engine.ok("documents", **old)["documents"][0]["number"]
    printed = engine.ok("print", number, "-o", str(tmp_path / "order.docx"), **old)
    kept = tmp_path / "old" / "documents" / printed["content"][:2] / f"{printed['content']}.docx"
    assert kept.is_file()

    (listed,) = engine.ok("archive", "list", "--due", **old)["files"]
    assert (listed["id"], listed["class"], listed["due_on"]) == ("m1", "matter_ordinary", "2023-01-01")
    officer, chief, leader = tokens(old["DUBAN_DATABASE_URL"], officer=OFFICER, chief=CHIEF, leader=LEADER).values()
    request = ("archive", "request", "m1", "--reason", "期满", "--by", OFFICER)
    assert engine(*request, **old).code == 1  # nobody is named
    assert engine(*request, **old, **leader).code == 1  # nobody speaks through another's post
    engine.ok(*request, **old, **officer)
    approve = ("archive", "destroy", "m1", "--reason", "经鉴定无续存价值")
    assert engine(*approve, **old, **officer).code == 1
    engine.ok("archive", "hold", "m1", "--reason", "审计", "--by", CHIEF, **old)
    assert engine.ok("archive", "list", "--due", **old)["files"] == []
    assert "on hold" in engine(*approve, **old, **leader).out
    release = ("archive", "release", "m1", "--reason", "审计完毕")
    assert engine(*release, "--by", CHIEF, **old).code == 1
    assert engine.ok(*release, **old, **chief)["waiting"]
    assert engine(*release, **old, **chief).code == 1
    assert not engine.ok(*release, **old, **leader)["waiting"]

    done = engine.ok(*approve, **old, **leader)

    assert done["left"] == []
    assert not kept.exists()
    assert engine("show", "m1", **old).code == 2
    assert engine.ok("archive", "certificates", "m1", **old)["certificates"] == [done["certificate"]]
    assert "销毁证明" in engine("archive", "certificates", **old).out
    assert engine.ok("verify", "--offline", **old)["in_order"]
    assert engine("archive", "hold", "m1", "--reason", "晚了", "--by", CHIEF, **old).code == 2
    away = {**old, "TEMPORAL_ADDRESS": "127.0.0.1:9"}
    assert engine(*approve, **away, **leader).code == 3  # histories could not be cleared
