"""A file of persons: good rows are taken, every bad cell is named with its reason and what is accepted."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from intake.persons import PersonsError, PersonsRead, read_persons
from intake.problems import FaultKind, SheetError
from models.identity import SiteRole
from policies.directory import Directory
from tests.builders import sample_directory

HEADER = "登录名,姓名,岗位,任职起,任职止,角色"
ROOT = Path(__file__).resolve().parents[2]


def read(*rows: str) -> PersonsRead:
    return read_persons("\n".join([HEADER, *rows]).encode(), sample_directory(), "persons.csv")


def fault(*rows: str) -> tuple[str, FaultKind]:
    """The one fault, by its cell."""
    (found,) = read(*rows).faults
    assert found.reason.zh
    assert found.reason.en
    assert found.accepted.zh
    return found.cell, found.kind


def test_a_good_row_says_who_holds_what_and_since_when() -> None:
    (line,) = read("Wang.Officer,某,区政府督查室承办岗,2026/1/5,2026年12月31日,").lines
    assert (line.row, line.cell, line.login, line.name) == (2, "C2", "wang.officer", "某")
    assert (line.post, line.since, line.until) == ("区政府督查室承办岗", date(2026, 1, 5), date(2026, 12, 31))
    assert line.role is None


@pytest.mark.parametrize(("words", "role"), [("系统管理员", SiteRole.ADMINISTRATOR), ("auditor", SiteRole.AUDITOR)])
def test_a_role_is_named_in_chinese_or_by_its_own_name(words: str, role: SiteRole) -> None:
    (line,) = read(f"someone,,,,,{words}").lines
    assert (line.role, line.post, line.name) == (role, None, None)


@pytest.mark.parametrize(
    ("row", "cell", "kind"),
    [
        (",,区教育局长,2026-01-01,,", "A2", FaultKind.MISSING),
        ("a,,区教育局长,2026-01-01,,", "A2", FaultKind.UNKNOWN_WORD),
        ("two words,,区教育局长,2026-01-01,,", "A2", FaultKind.UNKNOWN_WORD),
        (f"{'长' * 70},,区教育局长,2026-01-01,,", "A2", FaultKind.UNKNOWN_WORD),
        ("=cmd,,区教育局长,2026-01-01,,", "A2", FaultKind.FORMULA),
        ("who,@x,区教育局长,2026-01-01,,", "B2", FaultKind.FORMULA),
        (f"who,{'长' * 61},区教育局长,2026-01-01,,", "B2", FaultKind.TOO_LONG),
        ("who,a\x07b,区教育局长,2026-01-01,,", "B2", FaultKind.CONTROL_CHARACTER),
        ("who,,月球岗,2026-01-01,,", "C2", FaultKind.UNKNOWN_POST),
        ("who,,,2026-01-01,,", "C2", FaultKind.MISSING),
        ("who,,区教育局长,,,", "D2", FaultKind.MISSING),
        ("who,,区教育局长,2026-02-30,,", "D2", FaultKind.BAD_DATE),
        ("who,,区教育局长,2026-01-01 09:30,,", "D2", FaultKind.BAD_DATE),
        ("who,,区教育局长,2026-01-02,2026-01-01,", "E2", FaultKind.BAD_DATE),
        ("who,,,,,皇帝", "F2", FaultKind.UNKNOWN_WORD),
        ("who,,区教育局长,2026-01-01,,审计员", "F2", FaultKind.CLASH),
    ],
)
def test_a_bad_cell_is_named(row: str, cell: str, kind: FaultKind) -> None:
    assert fault(row) == (cell, kind)
    assert read(row).lines == ()


@pytest.mark.parametrize(
    ("rows", "cell", "kind"),
    [
        (("a1,,区教育局长,2026-01-01,,", "b2,,区教育局长,2026-06-01,,"), "C3", FaultKind.CLASH),
        (("a1,,区教育局长,2026-01-01,2026-06-01,", "b2,,区教育局长,2026-06-01,,"), "C3", FaultKind.CLASH),
        (("a1,,区教育局长,2026-01-01,,", "A1,,区教育局长,2026-01-01,,"), "C3", FaultKind.DUPLICATE),
        (("a1,甲,区教育局长,2026-01-01,,", "a1,乙,区教育局承办岗,2026-01-01,,"), "B3", FaultKind.CLASH),
        (("a1,,区教育局长,2026-01-01,,", "a1,,,,,审计员"), "F3", FaultKind.CLASH),
        (("a1,,,,,系统管理员", "a1,,,,,审计员"), "F3", FaultKind.CLASH),
    ],
)
def test_rows_that_contradict_each_other_are_named(rows: tuple[str, str], cell: str, kind: FaultKind) -> None:
    assert fault(*rows) == (cell, kind)
    assert len(read(*rows).lines) == 1


def test_one_person_after_another_holds_a_post() -> None:
    found = read("a1,,区教育局长,2026-01-01,2026-05-31,", "b2,,区教育局长,2026-06-01,,", ",,,,,")
    assert len(found.lines) == 2
    assert found.faults == ()


def test_a_workbook_says_the_same(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER.split(","))
    sheet.append(["a1", None, "区教育局长", date(2026, 1, 1), None, None])
    sheet.append(["b2", None, "区教育局承办岗", "=TODAY()", None, None])
    book.save(tmp_path / "persons.xlsx")
    found = read_persons(tmp_path / "persons.xlsx", sample_directory())
    assert [line.login for line in found.lines] == ["a1"]
    assert [(one.cell, one.kind) for one in found.faults] == [("D3", FaultKind.FORMULA)]


@pytest.mark.parametrize(
    "data", [b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xx", b"PK\x03\x04broken", b"<html>", b"\x00\x01"]
)
def test_a_hostile_file_is_refused(data: bytes) -> None:
    with pytest.raises(SheetError):
        read_persons(data, sample_directory(), "persons.csv")


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(PersonsError, match="登录名"):
        read_persons("督办事项,牵头单位\n一,二".encode(), Directory(()), "ledger.csv")


def test_the_sample_accounts_are_good_and_say_that_they_are_samples() -> None:
    found = read_persons(ROOT / "data" / "sample-accounts.csv", sample_directory())
    assert found.faults == ()
    assert {line.name for line in found.lines} == {"样例"}
    assert all(line.login.startswith("样例") for line in found.lines)
    assert {line.role for line in found.lines} >= {SiteRole.ADMINISTRATOR, SiteRole.AUDITOR}
