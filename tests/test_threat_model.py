"""Does docs/threat-model.md name only tests and modules that exist, and some for everything that is stopped?"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")

_SPAN = re.compile(r"`([^`]+)`")
_PLACE = re.compile(r"[\w./-]+(?:\.py|/)", re.ASCII)
_TESTS, _MODULES = "测试 tests", "模块 module"
_LEAST_ROWS = 25


def mistakes(page: str) -> list[str]:
    """Everything on the page that is not so, each with what it is about; [] for a page that holds."""
    found = [f"no such place: {span}" for span in _SPAN.findall(page) if _is_place(span) and not _there(span)]
    found += [f"no such test: {span}" for span in _SPAN.findall(page) if "::" in span and not _is_test(span)]
    rows = list(_rows(page))
    if len(rows) < _LEAST_ROWS:
        found.append(f"{len(rows)} rows with tests")
    for who, modules, tests in rows:
        if not any(_is_test(span) for span in _SPAN.findall(tests)):
            found.append(f"no test: {who}")
        if not any(_is_place(span) for span in _SPAN.findall(modules)):
            found.append(f"no module: {who}")
    return found


def _rows(page: str) -> Iterator[tuple[str, str, str]]:
    """Of every row of a table of mitigations: whose it is, the cell that names modules, the cell that names tests."""
    header: list[str] = []
    for line in page.splitlines():
        if not line.startswith("|"):
            header = []
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not header:
            header = cells
        elif header[-1] == _TESTS and not set(line) <= set("|-: "):
            (module,) = (place for place, name in enumerate(header) if _MODULES in name)
            cells += [""] * (len(header) - len(cells))
            yield " / ".join(cells[:2]), cells[module], cells[len(header) - 1]


def _is_place(span: str) -> bool:
    return _PLACE.fullmatch(span) is not None and not span.startswith("/")


def _there(span: str) -> bool:
    place = ROOT / span
    return place.is_dir() if span.endswith("/") else place.is_file()


def _is_test(span: str) -> bool:
    """Whether `tests/…py::test_name` is a test; behind the name may stand the id of a parameter: `test_name[head]`."""
    file, _, name = span.partition("::")
    named, bracket, case = name.partition("[")
    whole = not bracket or (case.endswith("]") and len(case) > 1)
    return whole and file.startswith("tests/") and named in _tests_of(ROOT / file)


@cache
def _tests_of(file: Path) -> frozenset[str]:
    """The names of the tests at the top of a file; none where there is no such file."""
    if not file.is_file() or not file.name.startswith("test_"):
        return frozenset()
    return frozenset(
        node.name
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def test_every_mitigation_names_a_module_and_a_test_that_exist() -> None:
    assert mistakes(PAGE) == []


_TEST = "tests/record/test_chain.py::test_an_end_that_was_cut_off_is_found"
_ROW = f"| 谁 | 什么 | 如何 `record/ledger.py` | `{_TEST}` |"
_TABLE = "| 谁 who | 想要 wants | 挡住 (模块 module) | 测试 tests |\n|---|---|---|---|\n" + f"{_ROW}\n" * _LEAST_ROWS


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("::test_an_end_that_was_cut_off_is_found", "::test_an_end_that_was_cut_of_is_found", "no such test"),
        ("tests/record/test_chain.py", "tests/record/test_chains.py", "no such test"),
        (f"`{_TEST}`", f"`{_TEST}[`", "no such test"),
        (f"`{_TEST}`", "", "no test: 谁 / 什么"),
        (f"| `{_TEST}` |", "|", "no test: 谁 / 什么"),
        ("`record/ledger.py`", "`record/ledgers.py`", "no such place: record/ledgers.py"),
        ("`record/ledger.py`", "`registry/`", "no such place: registry/"),
        ("`record/ledger.py`", "", "no module: 谁 / 什么"),
        (f"{_ROW}\n", "", "24 rows"),
    ],
)
def test_a_page_that_is_wrong_is_found_out(old: str, new: str, mistake: str) -> None:
    assert mistakes(_TABLE) == []
    assert old in _TABLE
    wrong = mistakes(_TABLE.replace(old, new, 1))
    assert wrong
    assert all(mistake in one or one.startswith("no test") for one in wrong), wrong
    assert any(one.startswith(mistake) for one in wrong), wrong


def test_a_wrong_name_planted_in_the_page_itself_is_found_out() -> None:
    named = [span for span in _SPAN.findall(PAGE) if "::" in span]
    assert len(named) > 2 * _LEAST_ROWS
    for span in named:
        assert mistakes(PAGE.replace(f"`{span}`", f"`{span}_at_all`"))


def test_one_case_of_a_test_may_be_named() -> None:
    assert mistakes(_TABLE.replace(_TEST, f"{_TEST}[one]")) == []
