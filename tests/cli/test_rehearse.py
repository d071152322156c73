"""`rehearse`: acts on stdout, differences on stderr, the worst exit code of all files, and a quick start."""

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Said, starter

Rehearse = Callable[..., Said]

SCENARIOS = sorted((ROOT / "tests" / "scenarios").glob("*.yaml"))
CLOSED, SILENT = (ROOT / "tests" / "scenarios" / name for name in ("01-closed-in-time.yaml", "02-nobody-answers.yaml"))


@pytest.fixture
def rehearse(command: Callable[..., Said]) -> Rehearse:
    return partial(command, "rehearse")


def test_every_scenario_of_the_project_comes_out_as_expected(rehearse: Rehearse) -> None:
    said = rehearse("--check", *SCENARIOS)

    assert (said.code, said.err) == (0, "")
    acts = [json.loads(line) for line in said.out.splitlines()]
    assert all({"at", "target", "act"} <= act.keys() for act in acts)


def test_acts_are_printed_file_by_file(rehearse: Rehearse) -> None:
    both, first, second = rehearse(CLOSED, SILENT), rehearse(CLOSED), rehearse(SILENT)

    assert both.out == first.out + second.out


def test_a_difference_is_said_in_words_with_file_and_line_and_exits_1(rehearse: Rehearse, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(CLOSED.read_text(encoding="utf-8").replace("days_left: 3", "days_left: 2"), encoding="utf-8")

    said = rehearse("--check", wrong)

    assert said.code == 1
    assert f"{wrong}:" in said.err
    assert "days_left=2" in said.err
    assert said.out == rehearse(CLOSED).out


def test_without_check_expectations_are_not_compared(rehearse: Rehearse, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(CLOSED.read_text(encoding="utf-8").replace("days_left: 3", "days_left: 2"), encoding="utf-8")

    assert rehearse(wrong).code == 0


def test_a_bad_scenario_names_file_and_line_exits_2_and_the_others_are_played(
    rehearse: Rehearse, tmp_path: Path
) -> None:
    bad, differing = tmp_path / "bad.yaml", tmp_path / "differing.yaml"
    bad.write_text(CLOSED.read_text(encoding="utf-8").replace("do: sign", "do: sing"), encoding="utf-8")
    differing.write_text(CLOSED.read_text(encoding="utf-8").replace("days_left: 3", "days_left: 2"), encoding="utf-8")

    said = rehearse("--check", differing, bad, CLOSED)

    assert said.code == 2
    assert f"{bad}:7:" in said.err
    assert "days_left=2" in said.err
    assert said.out == 2 * rehearse(CLOSED).out
    assert "Traceback" not in said.err


@pytest.mark.parametrize("content", ["", "- 1", "start: [", "\ufeff", "start: 1999-01-01\nmatters: []\ncommands: 3"])
def test_whatever_a_file_holds_the_answer_is_a_line_and_exit_2(
    rehearse: Rehearse, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(content, encoding="utf-8")

    said = rehearse(file)

    assert said.code == 2
    assert str(file) in said.err
    assert "Traceback" not in said.err


def test_a_missing_file_is_named_and_the_others_are_played(rehearse: Rehearse, tmp_path: Path) -> None:
    said = rehearse(tmp_path / "none.yaml", CLOSED)

    assert said.code == 2
    assert "none.yaml" in said.err
    assert said.out == rehearse(CLOSED).out


def test_a_start_before_the_procedure_is_bad_input(rehearse: Rehearse, tmp_path: Path) -> None:
    early = tmp_path / "early.yaml"
    early.write_text("start: 1999-01-04T09:00+08:00\nmatters: []\n", encoding="utf-8")

    said = rehearse(early)

    assert said.code == 2
    assert str(early) in said.err


def test_the_directory_can_be_named_by_option_and_by_setting(rehearse: Rehearse, tmp_path: Path) -> None:
    directory = tmp_path / "directory.csv"
    directory.write_text("单位名称,上级单位,主要负责人岗位,承办岗位\n区政府,,区长,区政府承办岗\n", encoding="utf-8")

    named = rehearse("--directory", directory, CLOSED)
    told = rehearse(CLOSED, DUBAN_DIRECTORY_PATH=str(directory))

    assert '"act": "refused"' in named.out
    assert told.out == named.out


def test_a_bad_directory_is_bad_input(rehearse: Rehearse, tmp_path: Path) -> None:
    said = rehearse("--directory", tmp_path / "none.csv", CLOSED)

    assert said.code == 2
    assert "none.csv" in said.err


def test_both_players_print_the_same_as_processes() -> None:
    files = [ROOT / "tests" / "scenarios" / name for name in ("01-closed-in-time.yaml", "04-extension.yaml")]

    core, temporal = (starter("rehearse", "--check", *on, *files) for on in ((), ("--on", "temporal")))

    assert (temporal.code, temporal.err) == (0, "")
    assert temporal.out == core.out


def test_a_drill_on_a_server_that_does_not_answer_is_unavailable(rehearse: Rehearse, empty: dict[str, str]) -> None:
    said = rehearse("--on", "temporal", CLOSED, **empty)

    assert said.code == 3
    assert said.out == ""
    assert len(said.err.splitlines()) == 1


def test_two_hundred_files_take_far_less_than_twenty_seconds(tmp_path: Path) -> None:
    files = []
    shutil.copytree(SCENARIOS[0].parent / "procedures", tmp_path / "procedures")
    for number in range(200):
        file = tmp_path / f"{number}.yaml"
        file.write_text(SCENARIOS[number % len(SCENARIOS)].read_text(encoding="utf-8"), encoding="utf-8")
        files.append(file)

    said = starter("rehearse", "--check", *files, within=20)

    assert said.code == 0


HEAVY = ("temporalio", "sqlmodel", "sqlalchemy", "python_calamine", "openpyxl")


@pytest.mark.parametrize("arguments", [("--help",), ("rehearse", CLOSED)], ids=["help", "rehearse"])
def test_a_start_without_a_server_waits_for_none_of_the_parts_that_need_one(arguments: tuple[object, ...]) -> None:
    said = starter(*arguments, settings={"PYTHONPROFILEIMPORTTIME": "1"})

    assert said.code == 0
    imported = {line.rpartition("|")[2].strip() for line in said.err.splitlines()}
    assert "cli.app" in imported
    assert imported.isdisjoint(HEAVY)
