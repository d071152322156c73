"""Opening, listing, pausing, triggering, backfilling and ending duties beside a running engine."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from policies.deadlines import local_date
from tests.cli.conftest import NOWHERE, Beside

HANDLER, OFFICER = "区教育局承办岗", "区政府督查室承办岗"


def created(engine: Beside, procedure: str = "monthly_report") -> Any:
    name = f"d{uuid4().hex[:8]}"
    return engine.ok(
        "duty", "create", "--name", name, "--procedure", procedure, "--title", f"任务 {name}", "--lead", "区教育局",
        "--office", "区政府督查室",
    )  # fmt: skip


def test_a_duty_is_opened_listed_and_shown(engine: Beside, tmp_path: Path) -> None:
    name = f"f{uuid4().hex[:8]}"
    file = tmp_path / "duty.yaml"
    file.write_text(
        f"id: duty/{name}\nprocedure: any_time_disclosure\ntitle: 决定公开 {name}\n"
        "lead: 区教育局\noffice: 区政府督查室\n",
        encoding="utf-8",
    )
    first, second = engine.ok("duty", "create", file), engine.ok("duty", "create", file)
    assert (first["again"], second["again"]) == (False, True)
    (row,) = [one for one in engine.ok("duty", "list")["duties"] if one["id"] == f"duty/{name}"]
    assert (row["every"], row["within"], row["occurred"]) == ("event", "3d", 0)

    told = engine.ok("duty", "trigger", name, "--reason", "常务会议决定", "--by", HANDLER)
    assert told["acts"] == ["occurred"]
    (occurrence,) = engine.ok("duty", "show", name)["occurrences"]
    assert occurrence["period"] == local_date(datetime.now(UTC)).isoformat()
    assert engine.ok("show", occurrence["matter"])["id"] == occurrence["matter"]
    assert engine("why", occurrence["matter"]).code == 0


def test_it_is_paused_resumed_backfilled_and_cancelled(engine: Beside) -> None:
    duty = created(engine)["id"]
    assert engine.ok("duty", "pause", duty, "--reason", "机构改革", "--by", OFFICER)["acts"] == ["duty_paused"]
    assert engine.ok("duty", "show", duty)["paused"]
    assert engine.ok("duty", "resume", duty, "--by", OFFICER)["due"].endswith("-01T00:00:00+08:00")
    year = datetime.now(UTC).year - 1
    backfill = ("duty", "backfill", duty, f"{year}-11-02", f"{year}-11-30", "--by", OFFICER)
    assert engine.ok(*backfill)["acts"] == ["occurred"]
    refused = engine(*backfill, "--json")
    assert refused.code == 1
    assert "opened already" in refused.json["reason"]
    assert engine.ok("duty", "cancel", duty, "--reason", "制度废止", "--by", OFFICER)["acts"][-1] == "concluded"
    assert engine("duty", "resume", duty, "--by", OFFICER).code == 1
    # Every call of the duty is a second witness of its record.
    verified = engine("verify", duty, "--json")
    assert (verified.code, verified.json["findings"]) == (0, [])
    assert verified.json["histories"] >= 7


def test_what_cannot_be_understood_exits_2_and_no_server_3(engine: Beside) -> None:
    assert engine("duty", "create", "--name", "x").code == 2
    assert engine("duty", "backfill", "x", "gestern", "2026-01-01", "--by", OFFICER).code == 2
    assert engine("duty", "show", f"nobody{uuid4().hex[:6]}").code == 2
    assert engine("duty", "pause", "a/b", "--by", OFFICER).code == 2
    assert engine("duty", "pause", "x").code == 2
    assert engine("duty", "pause", "x", "--by", OFFICER, TEMPORAL_ADDRESS=NOWHERE).code == 3
