"""The small words of the command line: instants, distances, harmless cells, commands by name."""

import json
from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.app import COMMANDS
from cli.instants import instant
from cli.output import as_json
from cli.problems import Problem
from models.matters import Stage
from policies.calendar import standard_calendar
from policies.distance import distance
from tests.builders import at
from tests.cli.conftest import Said, starter

CALENDAR = standard_calendar()


@pytest.mark.parametrize(
    ("due", "now", "overdue", "words"),
    [
        ("03-05 18:00", "03-02 09:00", False, "还有3个工作日"),
        ("03-09 18:00", "03-06 23:00", False, "还有1个工作日"),
        ("03-05 18:00", "03-05 17:59", False, "今日到期"),
        ("03-05 18:00", "03-05 18:00", True, "今日已超时"),
        ("03-05 18:00", "03-06 09:00", True, "超期1个工作日"),
        ("03-06 18:00", "03-08 09:00", True, "已超时"),
        ("02-14 18:00", "02-24 09:00", True, "超期1个工作日"),
        ("03-03 00:00", "03-02 09:00", False, "今日到期"),
        ("03-07 10:00", "03-06 19:00", False, "即将到期"),
    ],
)
def test_the_distance_to_the_due_day_is_told_in_working_days(due: str, now: str, overdue: bool, words: str) -> None:
    told = distance(at(due), at(now), CALENDAR, overdue=overdue)

    assert told.words == words


@given(st.text(max_size=30))
def test_no_text_is_taken_for_an_instant_by_accident(text: str) -> None:
    try:
        found = instant(text, "--from")
    except Problem:
        return
    assert found.tzinfo is not None
    assert found.microsecond == 0


def test_json_says_instants_with_offset_and_members_by_value() -> None:
    assert json.loads(as_json({"at": at("03-02 09:00"), "stage": Stage.RUNNING})) == {
        "at": "2026-03-02T09:00:00+08:00", "stage": "running",
    }  # fmt: skip
    with pytest.raises(TypeError):
        as_json({"what": object()})


def test_every_command_of_the_contract_is_there_and_explains_itself_in_both_languages() -> None:
    contract = {"up", "launch", "import", "list", "show", "timeline", "do", "preview", "rehearse", "export", "verify"}
    more = {
        "why",
        "open",
        "duty",
        "petition",
        "bulletin",
        "backup",
        "restore",
        "calendar",
        "policy",
        "account",
        "serve",
        "config",
        "inbox",
        "notices",
        "demo",
        "documents",
        "document",
        "print",
        "versions",
        "archive",
        "evidence",
        "incidents",
        "keys",
        "recover",
        "seal",
        "upgrade",
    }
    assert contract | more == set(COMMANDS)

    said = starter("--help")

    assert said.code == 0
    for name, entry in COMMANDS.items():
        assert name in said.out
        assert entry.help[0] >= "\u4e00"
        assert any(char.isascii() and char.isalpha() for char in entry.help)


@pytest.mark.parametrize(
    "arguments", [("nosuch",), ("list", "--nosuch"), ("calendar", "show"), ("calendar", "show", "x")]
)
def test_a_command_line_that_cannot_be_read_exits_2(command: Callable[..., Said], arguments: tuple[str, ...]) -> None:
    said = command(*arguments)

    assert said.code == 2
    assert "Traceback" not in said.err


def test_without_utf8_in_the_locale_the_answer_is_still_utf8() -> None:
    said = starter("policy", "show", settings={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})

    assert said.code == 0
    assert "标准督办程序" in said.out


def test_an_instant_is_local_to_shanghai() -> None:
    assert instant("2026-03-02T01:00Z", "--from") == datetime.fromisoformat("2026-03-02T09:00+08:00")
