"""Is what a scenario file says read as the contract has it, and is every mistake in it named with its line?"""

from datetime import date
from pathlib import Path

import pytest

from models.case_messages import Vote
from models.messages import Suspend
from policies.deadlines import SHANGHAI
from policies.documents import DocumentError
from rehearsal.conductor import play
from rehearsal.scenarios import PlannedCommand, PlannedNotice, Scenario, load, read, read_instant
from tests.builders import SCENARIOS, at, sample_directory

WHOLE = """\
title: 演练
start: 2026-03-02T09:00+08:00
policy: standard
posts:
  - {organ: 测试局, head: 测试局长, handler: 测试局承办岗, parent: 区政府, independent: true}
matters:
  - {id: m1, title: 事项, lead: 测试局, co: 区财政局, limit: 5wd, office: 区政府督查室, leader: 区长}
commands:
  - {at: 2026-03-03T10:00+08:00, by: 区长, target: m1, do: cancel, reason: 停办}
  - {at: 2026-03-02T10:00+08:00, by: 测试局承办岗, target: m1, do: sign, id: x}
  - at: 2026-03-02T10:00+08:00
    do: load_calendar
    notice: {number: 演练1号, date: 2026-03-01, year: 2026, days_off: [2026-03-09..2026-03-10, 2026-03-12]}
until: 2026-04-01
expect:
  - {at: 2026-03-02T09:00:00+08:00, target: m1, act: assigned, due: 2026-03-09T18:00+08:00}
never:
  - {target: m1, act: overdue}
"""


def changed(old: str, new: str) -> str:
    assert old in WHOLE, old
    return WHOLE.replace(old, new, 1)


def mistakes(text: str) -> list[str]:
    with pytest.raises(DocumentError) as refused:
        read(text, "f.yaml")
    return [str(mistake) for mistake in refused.value.mistakes]


@pytest.fixture
def whole() -> Scenario:
    return read(WHOLE)


def test_a_bare_date_is_midnight_and_a_missing_offset_no_instant() -> None:
    assert read_instant("2026-04-01") == at("04-01 00:00")
    assert read_instant("2026-03-02T09:00+08:00") == read_instant("2026-03-02T01:00:00Z") == at("03-02 09:00")
    assert read_instant("2026-03-02T01:00:00Z").tzinfo is SHANGHAI
    with pytest.raises(ValueError, match="offset"):
        read_instant("2026-03-02T09:00")


def test_commands_come_in_the_order_of_their_instants_and_equal_ones_as_written(whole: Scenario) -> None:
    assert [item.number for item in whole.planned] == [1, 2, 0]


def test_a_span_of_dates_includes_both_ends(whole: Scenario) -> None:
    (notice,) = [item.notice for item in whole.planned if isinstance(item, PlannedNotice)]
    assert notice.days_off == (date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 12))
    assert notice.workdays == ()


def test_a_single_co_handler_may_be_written_without_a_list(whole: Scenario) -> None:
    (_, registration), *_ = whole.matters
    assert registration.co == ("区财政局",)


def test_an_organ_of_the_scenario_is_an_organ_of_the_directory(whole: Scenario) -> None:
    assert whole.organs[0].independent
    assert play(whole, sample_directory()).states["m1"].terms is not None


def test_a_command_without_an_id_has_one_of_its_own(whole: Scenario) -> None:
    commands = [item.command.message_id for item in whole.planned if isinstance(item, PlannedCommand)]
    assert commands == ["x", "#0"]


def test_a_scenario_without_an_end_runs_for_a_year() -> None:
    assert read(changed("until: 2026-04-01\n", "")).until == at("2027-03-03 09:00")


def test_scalars_are_text_so_a_date_stays_a_date_and_yes_stays_a_word() -> None:
    command = "  - {at: 2026-03-03T11:00+08:00, by: 区长, target: m1, do: suspend, reason: yes, until: 2026-03-20}\n"
    said = read(changed("until: 2026-04-01", command + "until: 2026-04-01")).planned[-1]
    assert isinstance(said, PlannedCommand)
    assert said.command == Suspend(message_id="#3", by="区长", reason="yes", until="2026-03-20")


def test_a_command_to_a_case_is_read_with_all_it_says() -> None:
    command = "  - {at: 2026-03-03T11:00+08:00, by: 区长, target: m1/case1, do: vote, choice: P1}\n"
    said = read(changed("until: 2026-04-01", command + "until: 2026-04-01")).planned[-1]
    assert isinstance(said, PlannedCommand)
    assert said.command == Vote(message_id="#3", by="区长", choice="P1")


def test_a_matter_may_come_with_the_instant_of_its_assignment() -> None:
    text = changed("limit: 5wd", "limit: 5wd, assigned_at: 2026-02-25T10:00+08:00, responsible: 测试局承办岗")
    (_, registration), *_ = read(text).matters
    assert registration.assigned_at == at("02-25 10:00")
    assert registration.responsible == "测试局承办岗"


def test_an_amendment_may_declare_a_day_off_working_again() -> None:
    amended = changed(
        "year: 2026, days_off: [2026-03-09..2026-03-10, 2026-03-12]", "year: 2026, workdays: [2026-10-07]"
    )
    assert read(amended).planned


def test_a_notice_of_the_file_may_amend_an_earlier_one_of_the_file() -> None:
    again = (
        "  - {at: 2026-03-02T11:00+08:00, do: load_calendar, "
        "notice: {number: 演练2号, date: 2026-03-02, year: 2026, workdays: [2026-03-09]}}\n"
    )
    assert read(changed("until: 2026-04-01", again + "until: 2026-04-01")).planned


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("title: 演练", "titel: 演练", 1, "unknown key"),
        ("title: 演练", "title: 演练\ntitle: 再演", 2, "same key twice"),
        ("start: 2026-03-02T09:00+08:00", "start: 2026-03-02T09:00", 2, "not an instant"),
        ("start: 2026-03-02T09:00+08:00\n", "", 1, "required"),
        ("until: 2026-04-01", "until: soon", 14, "not an instant"),
        ("policy: standard", "policy: nobody", 3, "unknown policy"),
        ("head: 测试局长, ", "", 5, "required"),
        ("independent: true", "independent: perhaps", 5, "bool"),
        ("{id: m1, ", "{", 7, "unusable id"),
        ("{id: m1, ", "{id: m1/case1, ", 7, "unusable id"),
        ("limit: 5wd", "limits: 5wd", 7, "unknown key"),
        ("limit: 5wd", "message_id: x", 7, "unknown key"),
        ("limit: 5wd", "assigned_at: 昨天", 7, "not an instant"),
        ("at: 2026-03-03T10:00+08:00, ", "", 9, "not an instant"),
        ("at: 2026-03-03T10:00+08:00", "at: 2026-03-01T10:00+08:00", 9, "earlier than start"),
        ("do: cancel", "do: punish", 9, "cancel"),
        ("reason: 停办", "raison: 停办", 9, "raison"),
        ("target: m1, do: cancel", "do: cancel", 9, "target"),
        ("do: sign, id: x", "do: decide_extension, granted: perhaps", 10, "bool"),
        ("number: 演练1号", "nummer: 演练1号", 13, "unknown key"),
        ("number: 演练1号, date: 2026-03-01, ", "date: 2026-03-01, ", 13, "required"),
        ("2026-03-09..2026-03-10", "2026-03-10..2026-03-09", 13, "not a list of dates"),
        ("2026-03-09..2026-03-10", "九号", 13, "not a list of dates"),
        ("days_off: [2026-03-09..2026-03-10, 2026-03-12]", "workdays: [2026-03-12]", 13, "working day anyway"),
        ("days_off: [2026-03-09..2026-03-10, 2026-03-12]", "days_off: []", 13, "names no day"),
        ("year: 2026, days_off", "year: 2027, days_off", 13, "not a day of the notice"),
        ("2026, days_off: [2026-03-09..2026-03-10, 2026-03-12]", "2100, days_off: [2100-01-01]", 13, "2050"),
        ("do: load_calendar\n", "do: load_calendar\n    target: m1\n", 11, "nothing else"),
        ("act: assigned", "act: assined", 16, "unknown act"),
        ("target: m1, act: assigned", "act: assigned", 16, "target"),
        ("act: assigned, due: 2026-03-09T18:00+08:00", "act: assigned, until: x", 16, "unknown key"),
        ("act: assigned, due: 2026-03-09T18:00+08:00", "act: assigned, due: x", 16, "not an instant"),
        ("{target: m1, act: overdue}", "{target: m1, act: over_due}", 18, "unknown act"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(old: str, new: str, line: int, said: str) -> None:
    found = mistakes(changed(old, new))
    assert any(mistake.startswith(f"f.yaml:{line}:") and said in mistake for mistake in found), found


def test_two_matters_of_one_id_are_a_mistake() -> None:
    first = "  - {id: m1, title: 事项"
    second = WHOLE.splitlines()[6]
    assert any("same id twice" in mistake for mistake in mistakes(changed(first, second + "\n" + first)))


def test_every_mistake_is_reported_at_once() -> None:
    text = changed("do: cancel", "do: punish").replace("act: assigned", "act: assined")
    assert len(mistakes(text)) == 2


def test_a_policy_file_beside_the_scenario_is_found(tmp_path: Path) -> None:
    from policies.procedures import STANDARD, shipped  # noqa: PLC0415 - read as data

    (tmp_path / "own.yaml").write_text(shipped(STANDARD).text.replace("value: 15wd", "value: 20wd"), encoding="utf-8")
    scenario = tmp_path / "s.yaml"
    scenario.write_text(changed("policy: standard", "policy: own.yaml").replace("limit: 5wd, ", ""), encoding="utf-8")
    acts = play(load(scenario), sample_directory()).acts
    assert acts[1].due == at("03-30 18:00")


def test_a_file_with_a_byte_order_mark_is_read_and_one_that_is_no_text_is_not(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.encode())
    assert load(path).title == "演练"
    path.write_bytes(WHOLE.encode("gb18030"))
    with pytest.raises(DocumentError, match="UTF-8"):
        load(path)
    with pytest.raises(OSError, match="nowhere"):
        load(tmp_path / "nowhere.yaml")


def test_the_line_of_a_mistake_is_that_of_the_file_it_stands_in() -> None:
    text = (SCENARIOS / "07-provisional-calendar.yaml").read_text(encoding="utf-8").replace("act: overdue", "act: late")
    (only,) = mistakes(text)
    assert only.startswith(f"f.yaml:{len(text.splitlines())}:")
