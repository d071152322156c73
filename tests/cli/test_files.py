"""`policy`, `calendar show`, `import --dry-run`: commands that look at files and need no server."""

from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import ROOT, Said

Command = Callable[..., Said]

STANDARD = ROOT / "policies" / "procedures" / "standard.yaml"
FAULTY = ROOT / "data" / "ledger-faulty.xlsx"


def test_the_shipped_policy_is_usable(command: Command) -> None:
    said = command("policy", "check", STANDARD, "--json")

    assert (said.code, said.err) == (0, "")
    assert said.json["usable"]
    assert said.json["version"].startswith("standard@")


def test_every_mistake_of_a_policy_is_named_with_file_line_and_what_is_accepted(
    command: Command, tmp_path: Path
) -> None:
    text = STANDARD.read_text(encoding="utf-8")
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        text.replace("  signing:", "  sining:").replace("holder: leader\n", "holder: mayor\n"), encoding="utf-8"
    )
    line = 1 + [one.strip() for one in bad.read_text(encoding="utf-8").splitlines()].index("sining:")

    said = command("policy", "check", bad)

    assert said.code == 2
    assert f"{bad}:{line}: parameters.sining" in said.err
    assert "signing" in said.err
    assert "lead.head" in said.err
    assert "Traceback" not in said.err


def test_a_policy_file_that_is_not_there_or_no_yaml_exits_2(command: Command, tmp_path: Path) -> None:
    odd = tmp_path / "odd.yaml"
    odd.write_text("a: [", encoding="utf-8")

    assert command("policy", "check", tmp_path / "none.yaml").code == 2
    assert command("policy", "check", odd).code == 2
    assert command("policy", "show", "nosuch").code == 2


def test_policy_show_lists_every_parameter_with_its_source(command: Command) -> None:
    said = command("policy", "show")

    assert said.code == 0
    for words in ("default_limit", "15wd", "verification_escalation", "733", "rectification_ordered", "lead.head"):
        assert words in said.out


def test_calendar_show_names_days_off_and_make_up_days_with_their_notice(command: Command) -> None:
    said = command("calendar", "show", "2026", "--json")

    days = {day["date"]: day for day in said.json["days"]}
    assert said.json["published"]
    assert days["2026-02-17"]["zh"] == "春节"
    assert days["2026-02-14"]["working"]
    assert "〔2025〕" in days["2026-02-17"]["notice"]
    assert "2026-03-02" not in days


def test_an_unpublished_year_is_shown_as_provisional_and_one_beyond_the_calendar_refused(command: Command) -> None:
    unpublished, beyond = command("calendar", "show", "2030", "--json"), command("calendar", "show", "2199")

    assert not unpublished.json["published"]
    assert unpublished.json["provisional_days"] == 365
    assert beyond.code == 2


def test_a_dry_run_names_every_bad_cell_and_touches_nothing(
    command: Command, empty: dict[str, str], tmp_path: Path
) -> None:
    said = command("import", FAULTY, "--dry-run", "--json", **empty)

    assert said.code == 1
    assert [matter["number"] for matter in said.json["matters"]] == ["1", "8", "12"]
    assert sorted({int(fault["number"]) for fault in said.json["faults"]}) == [2, 3, 4, 5, 6, 7, 9, 10, 11]
    assert all(fault["cell"] and fault["reason"] and fault["accepted"] for fault in said.json["faults"])
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_of_a_good_ledger_is_done_and_shows_what_would_come_in(
    command: Command, empty: dict[str, str]
) -> None:
    said = command("import", ROOT / "data" / "ledger.csv", "--dry-run", **empty)

    assert said.code == 0
    assert "招商引资重点项目逐项跟踪监察" in said.out
    assert "可导入 good 48" in said.out


def test_a_ledger_that_cannot_be_read_at_all_exits_2(command: Command, empty: dict[str, str], tmp_path: Path) -> None:
    fake = tmp_path / "ledger.xlsx"
    fake.write_bytes(b"not a workbook")

    for file in (fake, tmp_path / "none.xlsx", ROOT / "README.md"):
        said = command("import", file, **empty)
        assert said.code == 2, said
        assert said.out == ""
        assert "Traceback" not in said.err


def test_an_office_that_is_not_in_the_directory_exits_2(
    command: Command, empty: dict[str, str], tmp_path: Path
) -> None:
    plain = tmp_path / "plain.csv"
    plain.write_text("督办事项,牵头单位,交办日期,办结时限\n甲事项,区教育局,2026-05-11,15个工作日\n", encoding="utf-8")

    unknown = command("import", plain, "--dry-run", "--office", "没有这个单位", **empty)
    known = command("import", plain, "--dry-run", "--office", "区信访局", "--json", **empty)

    assert unknown.code == 2
    assert known.json["matters"][0]["office"] == "区信访局"
