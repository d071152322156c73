"""A state secret in a ledger is sent back by its cell, and not a word of it is repeated."""

from collections.abc import Sequence
from typing import Any

import pytest

from intake.ledger import Column, LedgerError, read_ledger
from intake.problems import FaultKind
from policies.calendar import standard_calendar
from tests.intake.sheets import HEADER, OFFICE, ORGANS, a_row, read, read_rows, xlsx

WORD = "某工程"


def with_levels(*levels: str, name: str = "密级") -> list[list[Any]]:
    rows = [[*HEADER, name]]
    rows += [[*a_row({Column.TITLE: f"{WORD}{number}"}), level] for number, level in enumerate(levels)]
    return rows


@pytest.mark.parametrize("name", ["密级", "密 级", "*密级", "密级(必填)", "保密等级"])
@pytest.mark.parametrize("level", ["秘密", "机密★10年", "绝密", "工作秘密", "三级"])
def test_a_row_whose_level_is_not_open_is_sent_back(name: str, level: str) -> None:
    ledger = read(xlsx(with_levels("公开", level, "内部", name=name)))
    (fault,) = ledger.faults
    assert (fault.kind, fault.row, fault.value, fault.number) == (FaultKind.STATE_SECRET, 3, "", None)
    assert [row.registration.title for row in ledger.rows] == [f"{WORD}0", f"{WORD}2"]
    assert WORD not in fault.model_dump_json()


def test_a_marking_in_any_cell_sends_back_the_row_and_only_that() -> None:
    marked = a_row({Column.TITLE: f"{WORD} 机密★10年", Column.LEAD: "没有的单位"})
    ledger = read_rows(marked, a_row({Column.REMARK: "开展保密教育"}))
    assert [fault.kind for fault in ledger.faults] == [FaultKind.STATE_SECRET]
    assert len(ledger.rows) == 1
    assert WORD not in str(ledger.faults) + str(ledger.warnings)


@pytest.mark.parametrize("line", ["机密★10年", "密级:秘密", "【绝密】"])
def test_a_marking_above_the_table_sends_back_the_file(line: str) -> None:
    rows: Sequence[Sequence[Any]] = [[f"{WORD} 台账", line], HEADER, a_row()]
    with pytest.raises(LedgerError) as refused:
        read_ledger(xlsx(rows), ORGANS, office=OFFICE, calendar=standard_calendar())
    assert refused.value.why.zh.startswith("B1 ")
    assert WORD not in str(refused.value)


def test_a_note_below_the_table_is_looked_at_too() -> None:
    with pytest.raises(LedgerError):
        read(xlsx([HEADER, a_row(), ["注:绝密★ 见附件"]]))
    assert read(xlsx([HEADER, a_row(), ["注:密级:内部"]])).faults == ()
