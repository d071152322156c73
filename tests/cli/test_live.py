"""Launching, commanding, listing, importing and exporting beside a running engine."""

import csv
import hashlib
import json
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from tests.cli.conftest import NOWHERE, ROOT, Beside
from tests.files import PDF

HANDLER, OFFICER, LEADER = "区教育局承办岗", "区政府督查室承办岗", "区长"
FAULTY = ROOT / "data" / "ledger-faulty.xlsx"


def a_title() -> str:
    return f"校舍加固 {uuid4().hex[:8]}"


def launched(engine: Beside, *more: str, title: str | None = None) -> Any:
    return engine.ok(
        "launch",
        "--title",
        title or a_title(),
        "--lead",
        "区教育局",
        "--office",
        "区政府督查室",
        "--leader",
        LEADER,
        *more,
    )


def acts_of(engine: Beside, matter_id: str) -> list[str]:
    return [act["act"] for act in engine.ok("timeline", matter_id)]


# --- launch -----------------------------------------------------------------------------------------------------------


def test_a_launch_answers_with_id_and_due_instant(engine: Beside) -> None:
    answer = launched(engine, "--limit", "15wd")

    assert answer["accepted"]
    assert answer["due"].endswith("T18:00:00+08:00")
    assert acts_of(engine, answer["id"]) == ["registered", "assigned"]


def test_the_same_key_launches_once(engine: Beside) -> None:
    title, key = a_title(), uuid4().hex

    first, second = (launched(engine, "--key", key, title=title) for _ in range(2))

    assert second["id"] == first["id"]
    assert (first["again"], second["again"]) == (False, True)
    assert acts_of(engine, first["id"]) == ["registered", "assigned"]


def test_a_file_is_launched_once_however_often_it_is_given(engine: Beside, tmp_path: Path) -> None:
    file = tmp_path / "matter.yaml"
    file.write_text(
        f"title: {a_title()}\nlead: 区教育局\nco: [区财政局]\nlimit: 5wd\noffice: 区政府督查室\nleader: 区长\n",
        encoding="utf-8",
    )

    first, second = engine.ok("launch", file), engine.ok("launch", file)

    assert second["id"] == first["id"]
    assert engine.ok("show", first["id"])["terms"]["co"] == ["区财政局"]


def test_a_refused_launch_exits_1_with_the_reason_on_record(engine: Beside) -> None:
    said = engine(
        "launch", "--title", a_title(), "--lead", "没有这个局", "--office", "区政府督查室", "--leader", LEADER, "--json"
    )

    assert said.code == 1
    assert "没有这个局" in said.json["reason"]
    assert acts_of(engine, said.json["id"]) == ["refused"]


def test_a_twin_is_refused(engine: Beside) -> None:
    title = a_title()
    first = launched(engine, title=title)

    said = engine("launch", "--title", title, "--lead", "区教育局", "--office", "区政府督查室", "--leader", LEADER)

    assert said.code == 1
    assert first["id"] in said.out


def test_a_file_with_a_mistake_is_bad_input_with_its_line(engine: Beside, tmp_path: Path) -> None:
    file = tmp_path / "matter.yaml"
    file.write_text("title: 甲\nleed: 区教育局\n", encoding="utf-8")

    said = engine("launch", file)

    assert said.code == 2
    assert f"{file}:2:" in said.err
    assert "lead" in said.err


def test_as_a_process_the_answer_stands_on_stdout_and_the_exit_code_says_how_it_ended(engine: Beside) -> None:
    title = a_title()
    asked = ("launch", "--title", title, "--lead", "区教育局", "--office", "区政府督查室", "--leader", LEADER, "--json")

    done, refused = engine.process(*asked), engine.process(*asked)
    acted = engine.process("do", done.json["id"], "sign", "--by", HANDLER)
    bad = engine.process("do", done.json["id"], "sing", "--by", HANDLER)

    assert (done.code, done.err) == (0, "")
    assert (refused.code, refused.json["accepted"], refused.err) == (1, False, "")
    assert (acted.code, acted.err) == (0, "")
    assert "签收" in acted.out
    assert (bad.code, bad.out) == (2, "")


# --- do ---------------------------------------------------------------------------------------------------------------


def test_a_matter_is_carried_to_its_close_command_by_command(engine: Beside) -> None:
    matter = launched(engine, "--co", "区财政局")["id"]

    engine.ok("do", matter, "sign", "--by", HANDLER)
    engine.ok("do", matter, "report_progress", f"by={HANDLER}", "text=过半")
    engine.ok("do", matter, "report_progress", "by=区财政局承办岗", "done=true")
    engine.ok("do", matter, "submit", f"by={HANDLER}", "text=已办结")
    evidence = "evidence={persons: [甲岗, 乙岗], place: 某校, date: 2026-03-06}"
    engine.ok("do", matter, "verify", f"by={OFFICER}", "passed=true", "method=visit", evidence)

    story = [
        "registered",
        "assigned",
        "signed",
        "progress_reported",
        "progress_reported",
        "submitted",
        "verified",
        "closed",
    ]
    assert acts_of(engine, matter) == story
    shown = engine("show", matter)
    assert "已销号 closed" in shown.out
    assert "归档" in shown.out


def test_a_file_goes_with_a_command_and_only_from_whom_and_where_it_may(engine: Beside, tmp_path: Path) -> None:
    matter = launched(engine)["id"]
    (tmp_path / "报告.pdf").write_bytes(PDF)
    (tmp_path / "x.exe").write_bytes(b"MZ")
    told = ("do", matter, "report_progress", "text=已核对", f"attach={tmp_path / '报告.pdf'}")
    engine.ok(*told, f"by={HANDLER}")
    (last,) = engine.ok("timeline", matter)[-1:]
    assert last["detail"]["said"]["attachments"] == [hashlib.sha256(PDF).hexdigest()]
    assert engine(*told, "by=区公安局承办岗").code == 1
    assert engine("do", matter, "report_progress", f"by={HANDLER}", f"attach={tmp_path / 'x.exe'}").code == 2
    assert engine("do", matter, "report_progress", f"by={HANDLER}", f"attach={tmp_path / 'none.pdf'}").code == 2
    refused = engine("do", matter, "sign", f"by={HANDLER}", f"attach={tmp_path / '报告.pdf'}")
    assert refused.code == 2
    assert "attach" in refused.err
    assert acts_of(engine, matter)[-1] == "progress_reported"


def test_a_refused_command_exits_1_with_its_reason_and_is_on_record(engine: Beside) -> None:
    matter = launched(engine)["id"]

    said = engine("do", matter, "submit", "by=区公安局承办岗")

    assert said.code == 1
    assert "区教育局" in said.out
    assert acts_of(engine, matter)[-1] == "refused"


def test_a_command_repeated_under_its_id_gets_the_first_answer(engine: Beside) -> None:
    matter = launched(engine)["id"]

    first = engine.ok("do", matter, "sign", f"by={HANDLER}", "--id", "message-1")
    second = engine.ok("do", matter, "sign", f"by={HANDLER}", "--id", "message-1")

    assert first == second
    assert acts_of(engine, matter).count("signed") == 1


def test_a_command_to_an_unknown_matter_is_refused_on_record(engine: Beside) -> None:
    target = f"nosuch-{uuid4().hex[:6]}"

    said = engine("do", target, "sign", f"by={HANDLER}")

    assert said.code == 1
    assert acts_of(engine, target) == ["refused"]
    assert engine("show", target).code == 2


def test_a_command_not_offered_yet_is_refused_on_record(engine: Beside) -> None:
    matter = launched(engine)["id"]

    said = engine("do", matter, "vote", f"by={OFFICER}", "choice=proposed", "--json")

    assert said.code == 1
    assert said.json["rule"] == "procedure"


@pytest.mark.parametrize(
    ("arguments", "accepted"),
    [
        (("sing", "by=区长"), "sign, report_progress"),
        (("sign",), "--by"),
        (("sign", "by=区长", "--by", "市长"), "--by"),
        (("suspend", "by=区长", "why=等待"), "reason=, until="),
        (("submit", "by=区长", "text"), "text=, without_co="),
        (("verify", "by=区长", "passed=perhaps"), "passed=perhaps"),
        (("verify", "by=区长", "evidence={a: "), "YAML"),
        (("sign", "by=区长", "id=7"), "--id"),
        (("load_calendar", "by=区长"), "calendar load"),
    ],
)
def test_what_cannot_be_a_command_exits_2_saying_what_is_accepted(
    engine: Beside, arguments: tuple[str, ...], accepted: str
) -> None:
    said = engine("do", "2026-0001", *arguments)

    assert said.code == 2
    assert accepted in said.err
    assert said.out == ""


# --- list, show, timeline, inbox --------------------------------------------------------------------------------------


def test_a_list_is_filtered_and_paged(engine: Beside) -> None:
    mark = uuid4().hex[:8]
    ids = [launched(engine, title=f"{mark} {number}")["id"] for number in range(3)]
    engine.ok("do", ids[0], "submit", f"by={HANDLER}")

    everything = engine.ok("list", "--text", mark)
    first = engine.ok("list", "--text", mark, "--limit", "2")
    second = engine.ok("list", "--text", mark, "--limit", "2", "--after", first["next"])
    submitted = engine.ok("list", "--text", mark, "--stage", "待核验", "--light", "green", "--organ", "区教育局")

    assert [line["id"] for line in everything["matters"]] == ids
    assert [line["id"] for line in first["matters"] + second["matters"]] == ids
    assert second["next"] is None
    assert [line["id"] for line in submitted["matters"]] == ids[:1]
    assert engine.ok("list", "--text", mark, "--overdue")["matters"] == []


def test_a_list_says_how_far_the_due_day_is(engine: Beside) -> None:
    title = a_title()
    launched(engine, "--limit", "5wd", title=title)

    (line,) = engine.ok("list", "--text", title)["matters"]
    said = engine("list", "--text", title)

    assert line["working_days_left"] in (5, 4)
    assert line["words"] == f"还有{line['working_days_left']}个工作日"
    assert line["words"] in said.out


@pytest.mark.parametrize(
    "arguments", [("--stage", "gone"), ("--light", "blue"), ("--overdue", "--after", "x"), ("--limit", "0")]
)
def test_a_filter_that_cannot_be_is_bad_input(engine: Beside, arguments: tuple[str, ...]) -> None:
    said = engine("list", *arguments)

    assert said.code == 2
    assert "Traceback" not in said.err


def test_a_card_shows_stage_light_due_clocks_and_notices(engine: Beside) -> None:
    matter = launched(engine, "--limit", "15wd", "--report-every", "monthly")["id"]

    card, said = engine.ok("show", matter), engine("show", matter)

    assert {clock["clock"] for clock in card["clocks"]} == {"limit", "signing", "progress"}
    assert {"act": "assigned", "to": ["区教育局承办岗", "区教育局长"]}.items() <= card["notices"][-1].items()
    for words in ("办理中 running", "绿灯 green", "个工作日", "办结时限到期", "签收到期", "区教育局承办岗、区教育局长"):
        assert words in said.out


def test_a_timeline_gives_instant_words_post_due_and_rule_of_each_act(engine: Beside) -> None:
    matter = launched(engine)["id"]

    assigned = engine.ok("timeline", matter)[1]
    said = engine("timeline", matter)

    assert assigned["words"] == "交办"
    assert assigned["rule"] == "limit R3+R6" or assigned["provisional"]
    assert assigned["seq"] == 2
    for words in ("立项登记", "交办", "区政府督查室承办岗", "limit R3+R6"):
        assert words in said.out


def test_an_inbox_holds_what_the_post_was_told(engine: Beside) -> None:
    matter = launched(engine)["id"]

    notices = engine.ok("inbox", HANDLER)["notices"]

    assert {"matter": matter, "act": "assigned", "words": "交办"}.items() <= notices[0].items()
    assert engine("inbox", "没有这个岗位").code == 2


def test_an_unknown_matter_is_bad_input(engine: Beside) -> None:
    for name in ("show", "timeline"):
        said = engine(name, "1999-0001")
        assert (said.code, said.out) == (2, "")
        assert "1999-0001" in said.err


# --- import, export, verify -------------------------------------------------------------------------------------------


def test_every_good_row_is_launched_once_however_often_it_is_imported(engine: Beside) -> None:
    first, second = (engine("import", FAULTY, "--json") for _ in range(2))

    assert (first.code, second.code) == (1, 1)
    assert first.json["summary"] == {"rows": 12, "launched": 3, "known": 0, "refused": 0, "bad": 9}
    assert second.json["summary"] == {"rows": 12, "launched": 0, "known": 3, "refused": 0, "bad": 9}
    ids = [matter["id"] for matter in first.json["matters"]]
    assert [matter["id"] for matter in second.json["matters"]] == ids
    for matter_id in ids:
        # Assigned months ago: nobody is escalated for a time in which nobody was told.
        assert acts_of(engine, matter_id)[:2] == ["registered", "imported"]
        assert "accountability_proposed" not in acts_of(engine, matter_id)


def test_every_bad_cell_is_reported_with_value_reason_and_what_is_accepted(engine: Beside) -> None:
    said = engine("import", FAULTY)

    for words in ("E4 牵头单位: 区不存在局", "名录", "J7 办结时限: 尽快", "可接受 accepted: "):
        assert words in said.out
    assert "导入" in said.err  # the progress bar
    assert "12/12" in said.err


def test_a_row_assigned_in_the_future_is_launched_as_assigned_now(engine: Beside, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.csv"
    ledger.write_text(
        f"督办事项,牵头单位,交办日期,办结时限\n{a_title()},区教育局,2049-05-11,15个工作日\n", encoding="utf-8"
    )

    (matter,) = engine.ok("import", ledger)["matters"]

    assert acts_of(engine, matter["id"]) == ["registered", "assigned"]


def test_the_register_is_exported_as_sheet_as_csv_and_every_act_as_json_lines(engine: Beside, tmp_path: Path) -> None:
    title = "=1+1 " + uuid4().hex[:6]
    matter = launched(engine, "--limit", "15wd", title=title)["id"]
    sheet, text, acts = (tmp_path / name for name in ("register.xlsx", "register.csv", "acts.jsonl"))

    written = [engine.ok("export", "--output", file) for file in (sheet, text, acts)]

    assert [one["format"] for one in written] == ["xlsx", "csv", "jsonl"]
    rows = list(csv.reader(text.read_text(encoding="utf-8-sig").splitlines()))
    (row,) = [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if row[0] == matter]
    assert row["督办事项"] == f"'{title}"
    assert (row["环节"], row["灯"]) == ("办理中", "绿灯")
    assert row["到期情况"] == f"还有{row['距到期工作日']}个工作日"
    book = load_workbook(sheet)
    cells: Any = {row[0].value: row for row in book["督办台账"].iter_rows(min_row=2)}
    book.close()
    shown = dict(zip(rows[0], cells[matter], strict=True))
    assert shown["督办事项"].value == title
    assert (shown["督办事项"].data_type, shown["督办事项"].quotePrefix) == ("s", True)
    assert shown["到期时间"].is_date
    lines = [json.loads(line) for line in acts.read_text(encoding="utf-8").splitlines()]
    assert [line["act"] for line in lines if line["target"] == matter] == ["registered", "assigned"]
    assert all({"seq", "hash", "previous", "processed_at"} <= line.keys() for line in lines)


def test_an_export_can_go_to_standard_output_and_says_where_it_cannot(engine: Beside, tmp_path: Path) -> None:
    launched(engine)

    assert engine("export", "--format", "csv", "--output", "-").out.startswith("编号,")
    assert json.loads(engine("export", "--format", "jsonl", "-o", "-").out.splitlines()[0])["seq"] == 1
    assert engine("export", "--format", "xlsx", "--output", "-").code == 2
    assert engine("export", "--output", tmp_path / "none" / "register.xlsx").code == 2


def test_a_notice_is_loaded_once_and_moves_the_open_matters(engine: Beside, tmp_path: Path) -> None:
    matter = launched(engine, "--limit", "2030-12-31")["id"]
    notice = tmp_path / "notice.yaml"
    notice.write_text(
        "number: 演练〔2029〕1号\ndate: 2029-11-20\nyear: 2030\n"
        "days_off: {元旦: 2030-01-01..2030-01-03, 年末: 2030-12-31}\nworkdays: []\n",
        encoding="utf-8",
    )

    first, second = engine.ok("calendar", "load", notice), engine.ok("calendar", "load", notice)

    assert first["told"] >= 1
    assert (second["told"], second["again"]) == (None, True)
    # A signal: the matter is told now and looks at once, but nobody waits for it.
    deadline = time.monotonic() + 15
    while "calendar_recomputed" not in acts_of(engine, matter):
        assert time.monotonic() < deadline, acts_of(engine, matter)
    assert engine.ok("calendar", "show", "2030")["published"]
    notice.write_text(notice.read_text(encoding="utf-8").replace("01-03", "01-02"), encoding="utf-8")
    other = engine("calendar", "load", notice)
    assert other.code == 1
    assert "演练〔2029〕1号" in other.out
    notice.write_text("number: x\nyear: 2030\n", encoding="utf-8")
    assert engine("calendar", "load", notice).code == 2


# --- the export comes back --------------------------------------------------------------------------------------------


def a_ledger(file: Path, *rows: dict[str, str]) -> Path:
    """A ledger of these rows, each with what every row needs."""
    with file.open("w", encoding="gbk", newline="") as out:
        writer = csv.DictWriter(out, [*OF_A_ROW, "办理要求", "备注"])
        writer.writeheader()
        writer.writerows([{**OF_A_ROW, **row} for row in rows])
    return file


OF_A_ROW = {"督办事项": "", "牵头单位": "区教育局", "交办日期": "2026-11-02", "办结时限": "60个工作日"}


def edited(sheet: Path, changes: dict[str, dict[str, str | None]]) -> Path:
    """The exported workbook with these cells changed, by matter and column, as somebody would in a spreadsheet."""
    book = load_workbook(sheet)
    cells: Any = book["督办台账"]
    header = [cell.value for cell in cells[1]]
    for row in cells.iter_rows(min_row=2):
        for column, value in changes.get(row[0].value, {}).items():
            row[header.index(column)].value = value
    book.save(sheet)
    return sheet


def everything(engine: Beside) -> dict[str, Any]:
    return {line["id"]: line for line in engine.ok("list", "--limit", "1000")["matters"]}


@pytest.fixture
def sheet(engine: Beside, tmp_path: Path) -> tuple[Path, list[str], str]:
    """An export with three matters of a ledger of their own, their ids, and the text in their titles."""
    mark = uuid4().hex[:8]
    ledger = a_ledger(tmp_path / "台账.csv", *({"督办事项": f"{mark} 第{number}件"} for number in range(1, 4)))
    ids = [matter["id"] for matter in engine.ok("import", ledger)["matters"]]
    file = tmp_path / "register.xlsx"
    engine.ok("export", "--output", file)
    return file, ids, mark


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_importing_the_export_changes_nothing_and_needs_no_server(
    engine: Beside, sheet: tuple[Path, list[str], str], tmp_path: Path, form: str
) -> None:
    file = tmp_path / f"again.{form}"
    engine.ok("export", "--output", file)
    before, acts = everything(engine), {one: acts_of(engine, one) for one in sheet[1]}

    dry = engine.ok("import", file, "--dry-run")
    said = engine("import", file, TEMPORAL_ADDRESS=NOWHERE)

    assert said.code == 0, said.err
    assert "没有任何改动" in said.out
    assert dry["summary"]["untouched"] == dry["summary"]["returned"] == len(before)
    assert (dry["edits"], dry["conflicts"], dry["summary"]["removed"]) == ([], [], 0)
    assert everything(engine) == before
    assert {one: acts_of(engine, one) for one in sheet[1]} == acts


def test_of_an_edited_export_what_is_allowed_is_given_as_commands_and_the_rest_reported_by_cell(
    engine: Beside, sheet: tuple[Path, list[str], str]
) -> None:
    file, (first, second, third), mark = sheet
    edited(
        file,
        {
            first: {"督办事项": f"{mark} 改名", "公开属性": "不公开"},
            second: {"牵头单位": "区财政局", "灯": "红灯", "办结时限": "90个工作日"},
            third: {"紧急程度": "=1+1"},
        },
    )
    before = acts_of(engine, second)

    dry = engine("import", file, "--dry-run", "--json").json
    assert acts_of(engine, first) == ["registered", "imported"]
    said = engine("import", file, "--json")

    assert said.code == 1
    assert [(edit["id"], edit["column"], edit["command"]["do"]) for edit in dry["edits"]] == [
        (first, "督办事项", "correct"),
        (first, "公开属性", "correct"),
    ]
    planned = {(one["matter_id"], one["column"]): one for one in dry["conflicts"]}
    assert planned.keys() == {(second, "牵头单位"), (second, "灯"), (second, "办结时限"), (third, "紧急程度")}
    assert planned[second, "牵头单位"]["current"] == "区教育局"
    assert "request_transfer" in planned[second, "牵头单位"]["accepted"]
    assert "request_extension" in planned[second, "办结时限"]["accepted"]
    assert planned[third, "紧急程度"]["kind"] == "formula"
    assert [(one["id"], one["column"]) for one in said.json["edits"]] == [(first, "督办事项"), (first, "公开属性")]
    assert said.json["conflicts"] == dry["conflicts"]
    told = engine.ok("timeline", first)
    assert [act["act"] for act in told][2:] == ["corrected", "corrected"]
    assert {act["by"] for act in told[2:]} == {OFFICER}
    assert {act["message_id"] for act in told[2:]} == {edit["command"]["message_id"] for edit in dry["edits"]}
    now = everything(engine)[first]
    assert (now["title"], now["public"]) == (f"{mark} 改名", False)
    assert acts_of(engine, second) == before

    again = engine("import", file, "--json")
    assert acts_of(engine, first) == [act["act"] for act in told]
    assert again.json["summary"]["edits"] == 0
    assert again.json["conflicts"] == dry["conflicts"]


def test_a_raised_urgency_and_the_cells_of_a_remark_are_applied_through_the_post_that_was_named(
    engine: Beside, sheet: tuple[Path, list[str], str]
) -> None:
    file, (first, second, _), _mark = sheet
    edited(file, {first: {"紧急程度": "急件"}, second: {"备注": "雨季前完成", "立项依据": "3号文"}})

    said = engine("import", file, "--by", "区政府督查室主任")

    assert said.code == 0, (said.out, said.err)
    assert "已更改 changed" in said.out
    assert everything(engine)[first]["urgency"] == "急件"
    assert engine.ok("show", second)["terms"]["remark"] == "立项依据:3号文\n雨季前完成"
    assert [engine.ok("timeline", one)[-1]["by"] for one in (first, second)] == ["区政府督查室主任"] * 2


def test_a_command_the_rules_refuse_is_reported_by_its_cell_with_the_recorded_reason(
    engine: Beside, sheet: tuple[Path, list[str], str]
) -> None:
    file, (first, *_), mark = sheet
    edited(file, {first: {"督办事项": f"{mark} 改名"}})

    said, again = (engine("import", file, "--by", HANDLER, "--json") for _ in range(2))

    assert (said.code, again.code) == (1, 1)
    (conflict,) = said.json["conflicts"]
    assert (conflict["kind"], conflict["column"], conflict["matter_id"]) == ("refused", "督办事项", first)
    assert "authority.office" in conflict["reason"]
    assert again.json["conflicts"] == said.json["conflicts"]
    assert acts_of(engine, first) == ["registered", "imported", "refused"]


def test_new_rows_of_an_export_are_launched_and_removed_rows_left_alone(
    engine: Beside, sheet: tuple[Path, list[str], str], tmp_path: Path
) -> None:
    file, (_, second, _), mark = sheet
    book = load_workbook(file)
    cells: Any = book["督办台账"]
    header = [cell.value for cell in cells[1]]
    ids = [row[0].value for row in cells.iter_rows(min_row=2)]
    cells.delete_rows(ids.index(second) + 2)
    new = {"督办事项": f"{mark} 新增一件", "牵头单位": "区财政局", "交办日期": "2026-11-02", "办结时限": "15个工作日"}
    cells.append([new.get(name) for name in header])
    book.save(file)
    before = acts_of(engine, second)

    said, again = engine("import", file, "--json"), engine("import", file, "--json")

    assert (said.code, again.code) == (0, 0), said.err
    (launched,) = said.json["matters"]
    assert (launched["title"], launched["lead"], launched["again"]) == (new["督办事项"], "区财政局", False)
    assert said.json["summary"]["removed"] == 1
    assert again.json["matters"][0] == {**launched, "again": True}
    assert acts_of(engine, second) == before


def test_an_unknown_id_and_an_unknown_post_are_reported(engine: Beside, sheet: tuple[Path, list[str], str]) -> None:
    file, (first, *_), _mark = sheet
    edited(file, {first: {"编号": "1999-0001"}})

    said = engine("import", file)

    assert said.code == 1
    assert "编号(1999-0001): 1999-0001" in said.out
    assert "没有这个编号的事项" in said.out
    assert engine("import", file, "--by", "没有这个岗位").code == 2


def test_an_edit_waits_for_a_server_that_cannot_be_reached(engine: Beside, sheet: tuple[Path, list[str], str]) -> None:
    file, (first, *_), mark = sheet
    edited(file, {first: {"督办事项": f"{mark} 改名"}})

    said = engine("import", file, TEMPORAL_ADDRESS=NOWHERE)

    assert said.code == 3
    assert acts_of(engine, first) == ["registered", "imported"]
