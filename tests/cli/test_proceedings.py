"""Opening proceedings and petitions from the command line, looking at them, speaking to them; procedures checked."""

import json
from pathlib import Path
from uuid import uuid4

from tests.cli.conftest import ROOT, Beside

HANDLER, OFFICER = "区教育局承办岗", "区政府督查室承办岗"
BLOCKS = ROOT / "policies" / "procedures" / "blocks"
OWN = """\
name: own_desk
title: 本单位自定程序 An office's own
carries: [B5]
parameters:
  done_within:
    - {from: 2020-01-01, value: 3wd, source: "本单位承诺 a promise of the office"}
steps:
  - {name: answer, title: 答复, block: deadline, limit: done_within, shown: [答复件]}
"""


def test_a_petition_is_opened_from_a_file_once_listed_shown_and_explained(engine: Beside, tmp_path: Path) -> None:
    title = f"路灯不亮 {uuid4().hex[:6]}"
    file = tmp_path / "petition.yaml"
    file.write_text(
        f"procedure: petition\ntitle: {title}\nlead: 区政府督查室\noffice: 区政府督查室\nchannel: hotline\n"
        "text: 夜间不亮\n",
        encoding="utf-8",
    )
    first, second = engine.ok("open", file), engine.ok("open", file)
    target = first["id"]
    assert target.startswith("petition/")
    assert (second["id"], second["again"]) == (target, True)

    (line,) = engine.ok("list", "--kind", "群众诉求", "--text", title)["proceedings"]
    assert (line["id"], line["step"], line["stage"]) == (target, "routing", "under_way")
    assert [one["id"] for one in engine.ok("list", "--text", title)["proceedings"]] == [target]
    assert engine.ok("list", "--kind", "duty", "--text", title)["proceedings"] == []
    routed = engine.ok("do", target, "route", "to=区教育局", "--by", OFFICER)
    assert routed["acts"] == ["routed"]
    shown = engine.ok("show", target)
    assert [step["state"] for step in shown["steps"]][:2] == ["under_way", "ahead"]
    assert [one["act"] for one in engine.ok("timeline", target)][:2] == ["opened", "step_begun"]
    why = engine.ok("why", target)
    assert "信访工作条例" in json.dumps(why["rule"]["numbers"], ensure_ascii=False)
    assert engine.ok("why", target, "routed")["clocks"][0]["limit"] == "5wd"
    for command in ("show", "timeline", "why"):
        assert engine(command, target).code == 0

    refused = engine("do", target, "finish", "--by", OFFICER, "--json")
    assert (refused.code, refused.json["rule"]) == (1, "procedure")
    acts = tmp_path / "acts.jsonl"
    engine.ok("export", "-o", acts)
    told = [json.loads(line) for line in acts.read_text(encoding="utf-8").splitlines()]
    assert [one["act"] for one in told if one["target"] == target][:3] == ["opened", "step_begun", "routed"]
    assert engine("verify", target).code == 0


def test_what_cannot_be_opened_says_why(engine: Beside) -> None:
    unknown = engine("open", "--procedure", "no_such", "--title", "x", "--lead", "区教育局")
    assert unknown.code == 2
    assert "policy procedures" in unknown.err
    refused = engine("open", "--procedure", "petition", "--title", "x", "--lead", "区教育局", "--json")
    assert (refused.code, refused.json["rule"]) == (1, "opening")
    assert engine("open").code == 2
    assert engine("show", "proceeding/2020-0001").code == 1
    assert engine("list", "--kind", "unknown").code == 2


def test_a_procedure_of_blocks_is_checked_with_line_and_what_is_accepted(engine: Beside, tmp_path: Path) -> None:
    good = engine.ok("policy", "check", BLOCKS / "petition.yaml")
    assert good["usable"]
    bad = tmp_path / "bad.yaml"
    bad.write_text(OWN.replace("limit: done_within", "limit: 3wd"), encoding="utf-8")
    found = engine("policy", "check", bad, "--json")
    assert found.code == 2
    assert any("a number is a parameter" in one["why"] and one["line"] for one in found.json["mistakes"])


def test_an_office_adds_a_procedure_by_a_file(engine: Beside, tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text(OWN, encoding="utf-8")
    found = engine("policy", "procedures", "--json", DUBAN_PROCEDURES_PATH=str(tmp_path)).json["procedures"]
    known = {one["name"]: one for one in found}
    assert (known["own_desk"]["shipped"], known["petition"]["shipped"]) == (False, True)
    assert known["own_desk"]["parameters"] == [
        {"name": "done_within", "value": "3wd", "source": "本单位承诺 a promise of the office"}
    ]
    assert engine("policy", "blocks").code == 0
    assert engine("policy", "show", "petition").code == 0
