"""Taking petitions in beside a running engine: from files and standard input, never from arguments."""

from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.cli.conftest import Beside

OFFICER = "区信访局承办岗"
IDENTITY = "name: 赵甲乙\nphone: '13900001234'\n"


def taken(engine: Beside, place: Path, title: str, *more: str) -> Any:
    text, who = place / "text.txt", place / "who.yaml"
    text.write_text("赵甲乙反映夜间施工", encoding="utf-8")
    who.write_text(IDENTITY, encoding="utf-8")
    return engine.ok(
        "petition", "take", "--channel", "letter", "--title", title, "--text-file", text, "--office", "区信访局",
        *(more if "--anonymous" in more else ("--identity-file", str(who), *more)),
    )  # fmt: skip


def test_a_petition_is_taken_in_listed_shown_linked_and_followed_by_its_code(engine: Beside, tmp_path: Path) -> None:
    title = f"噪声 {uuid4().hex[:8]}"
    first = taken(engine, tmp_path, title)
    second = taken(engine, tmp_path, title, "--by", OFFICER)
    like = second["candidates"][0]
    assert (like["id"], like["why"]) == (first["id"], ["same_person", "similar"])

    rows = {one["id"]: one for one in engine.ok("petition", "list")["petitions"]}
    assert rows[first["id"]]["step"] == "登记与分办"
    assert engine.ok("petition", "link", second["id"], first["id"], "--reason", "同一诉求", "--by", OFFICER)["accepted"]
    shown = engine.ok("petition", "show", first["id"])
    assert shown["links"] == [second["id"]]
    code = tmp_path / "code"
    code.write_text(second["code"], encoding="utf-8")
    status = engine.ok("petition", "status", second["id"], "--code-file", code)
    assert status["goes_on_with"] == first["id"]
    assert engine("petition", "status", first["id"], "--code-file", code).code == 1
    told = [engine("petition", *one).out for one in (("list",), ("show", first["id"]), ("show", first["id"], "--json"))]
    assert [one for one in told if "赵甲乙" in one or "13900001234" in one] == []
    verified = engine("verify", first["id"], "--json")
    assert verified.json["findings"] == []
    assert verified.code == 0


def test_an_anonymous_one_and_a_repeat_of_what_goes_on(engine: Beside, tmp_path: Path) -> None:
    title = f"路灯 {uuid4().hex[:8]}"
    first = taken(engine, tmp_path, title, "--anonymous")
    assert engine.ok("petition", "show", first["id"])["petitioner"] is None
    repeat = taken(engine, tmp_path, title, "--anonymous", "--repeats", first["id"], "--by", OFFICER)
    assert repeat["linked"]


def test_the_machine_by_itself_sees_no_identity_and_that_it_asked_is_on_record(engine: Beside, tmp_path: Path) -> None:
    first = taken(engine, tmp_path, f"扬尘 {uuid4().hex[:8]}")
    asked = engine("petition", "identity", first["id"], "--reason", "核实", "--json")
    assert asked.code == 1
    assert "赵甲乙" not in asked.out + asked.err


def test_what_is_missing_is_said_and_no_identity_is_taken_from_arguments(engine: Beside, tmp_path: Path) -> None:
    ordinary = ("petition", "take", "--channel", "letter", "--title", "噪声", "--office", "区信访局")
    text = tmp_path / "text"
    text.write_text("夜间施工", encoding="utf-8")
    assert engine(*ordinary).code == 2
    assert engine(*ordinary, "--text-file", text).code == 2
    assert engine(*ordinary, "--text-file", text, "--name", "赵甲乙").code == 2
    bad = tmp_path / "who.yaml"
    bad.write_text("naam: 赵甲乙", encoding="utf-8")
    refused = engine(*ordinary, "--text-file", text, "--identity-file", bad)
    assert refused.code == 2
    assert "赵甲乙" not in refused.out + refused.err
    nobodys = engine(*ordinary, "--text-file", text, "--anonymous", "--repeats", "petition/2026-0001")
    assert (nobodys.code, "--by" in nobodys.err) == (2, True)
    text.write_text("机密★10年 部署", encoding="utf-8")
    secret = engine(*ordinary, "--text-file", text, "--anonymous")
    assert (secret.code, "部署" in secret.out + secret.err) == (1, False)
    assert engine("petition", "show", "petition/1999-0001").code == 2
