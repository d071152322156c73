"""Is every mechanism of the checklist carried by a procedure and shown by a scenario, with its numbers?"""

from pathlib import Path

import pytest

from models.acts import ActName
from tests.builders import ROOT, SCENARIOS
from tests.mechanisms.checklist import Row, hard_limit_rows, rows
from tests.mechanisms.page import page
from tests.mechanisms.shown import (
    MOST_REGISTERED,
    at_boundary,
    boundary,
    figures,
    hard_limits,
    is_shown,
    lacking,
    played,
    procedures,
    registered,
    scenario_files,
    scenarios_of,
    sources,
)

ROWS = {row.id: row for row in rows()}
NAMED = {"B17", "C13", "E9", "G13", "H6", "J7"}
HARD = [(row, figure) for row, limits in hard_limits().items() for figure in limits]


def test_the_checklist_is_read_whole() -> None:
    assert len(rows()) == len(ROWS) == 173
    assert {row.id for row in rows() if row.only_named} == NAMED


@pytest.mark.parametrize("path", scenario_files(), ids=lambda path: path.relative_to(SCENARIOS).as_posix())
def test_a_scenario_of_a_mechanism_comes_out_as_written(path: Path) -> None:
    one = played(path)
    assert list(one.differences) == []
    assert one.scenario.expect
    assert one.scenario.meta["mechanisms"], "it names no row of the checklist"
    assert set(one.scenario.meta["mechanisms"]) <= set(ROWS)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_the_row_is_carried_and_shown_with_its_numbers(row: Row) -> None:
    assert lacking(row) == []


def test_few_rows_are_only_register_entries_and_each_says_why() -> None:
    assert len(registered()) <= MOST_REGISTERED
    assert set(registered()) <= set(ROWS) - NAMED
    for row, reason in registered().items():
        assert len(reason) > 20, row
        assert not any(row in one.carries for one in procedures()), row


def test_what_a_procedure_carries_is_a_row_of_the_checklist() -> None:
    for one in procedures():
        assert set(one.carries) <= set(ROWS) - NAMED, one.file
        assert one.carries, one.file


def test_figures_are_of_rows_that_are_to_run() -> None:
    assert set(figures()) <= set(ROWS) - NAMED - set(registered())


def test_the_list_of_hard_limits_is_the_contracts() -> None:
    assert set(hard_limits()) == hard_limit_rows()
    for row, limits in hard_limits().items():
        assert {limit.rpartition("=")[2] for limit in limits} <= {one.rpartition("=")[2] for one in figures()[row]}, row


@pytest.mark.parametrize(("row", "figure"), HARD, ids=str)
def test_a_hard_limit_is_shown_the_day_before_on_it_and_after(row: str, figure: str) -> None:
    assert at_boundary(row, figure) >= boundary(figure)


@pytest.mark.parametrize(("row", "figure"), HARD, ids=str)
def test_a_hard_limit_is_a_dated_value_that_rests_on_a_source(row: str, figure: str) -> None:
    assert any(not source.startswith("house rule") for source in sources(row, figure))


def test_a_limit_that_nobody_keeps_on_its_last_day_is_not_shown_at_its_boundary() -> None:
    assert at_boundary("E8", "60d") == {"after"}
    assert at_boundary("E8", "15wd") == set()


def test_a_figure_that_no_expectation_shows_is_noticed() -> None:
    shown = [played(SCENARIOS / "mechanisms" / "b3-one-time-notice.yaml")]
    assert is_shown("5wd", shown)
    assert is_shown("20wd", shown)
    assert not is_shown("15wd", shown)
    assert not is_shown("10wd", shown), "a value of the procedure that no expectation rests on"
    assert is_shown(ActName.ACCEPTANCE_DEEMED.value, shown)
    assert not is_shown(ActName.DENIED.value, shown)
    assert not is_shown("P1", shown)


def test_a_row_that_nothing_carries_is_noticed() -> None:
    found = lacking(Row("A0", "A", "nothing", only_named=False))
    assert len(found) == 2
    assert scenarios_of("A0") == []


def test_the_page_is_what_procedures_and_scenarios_say() -> None:
    assert (ROOT / "docs" / "mechanisms.md").read_text(encoding="utf-8") == page()
