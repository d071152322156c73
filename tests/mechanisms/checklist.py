"""What is on the checklist of institutional mechanisms? Read from docs/contract/mechanisms.md, part 1, as it stands."""

import re
from dataclasses import dataclass
from functools import lru_cache

from tests.builders import ROOT

_CHECKLIST = ROOT / "docs" / "contract" / "mechanisms.md"
_SECTION = re.compile(r"### (.+)")
_ROW = re.compile(r"\| ([A-M][0-9]{1,2}) \| (.+) \|")
_HARD = "Hard limits in one line: "
_NAMED = re.compile(r"[A-M][0-9]{1,2}(?:–[A-M][0-9]{1,2})?")


@dataclass(frozen=True)
class Row:
    """One mechanism; `only_named` is one that the sources name without a rule (N), which needs nothing."""

    id: str
    section: str
    title: str
    only_named: bool


@lru_cache(maxsize=1)
def rows() -> tuple[Row, ...]:
    """Every row of part 1, in order."""
    found = []
    section = ""
    for line in _CHECKLIST.read_text(encoding="utf-8").splitlines():
        if line.startswith("## Part 2"):
            break
        if heading := _SECTION.fullmatch(line):
            section = heading[1]
        elif row := _ROW.fullmatch(line):
            cells = row[2].split(" | ")
            found.append(Row(row[1], section, cells[0], "N" in cells[-1].split()))
    return tuple(found)


def hard_limit_rows() -> frozenset[str]:
    """The rows that the list of hard limits names."""
    text = _CHECKLIST.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith(_HARD))
    found: set[str] = set()
    for named in _NAMED.findall(line):
        first, _, last = named.partition("–")
        numbers = range(int(first[1:]), int((last or first)[1:]) + 1)
        found |= {f"{first[0]}{number}" for number in numbers}
    return frozenset(found)
