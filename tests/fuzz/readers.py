"""Everything that reads what is handed in, with valid samples of it: nine doors, fuzzed alike."""

import json
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from documents.problems import TemplateError
from documents.rendering import check, render
from intake.acts import ActsError, index
from intake.acts import read as read_acts
from intake.contacts import ContactsError, read_contacts
from intake.directory import read_directory
from intake.ledger import open_ledger
from intake.notices import read_notice
from intake.problems import CellFault, IntakeError
from intake.register import STAMPED, RegisterColumn, ReturnedRow, compared, stamp
from models.documents import DocumentFacts
from policies.directory import Directory
from policies.documents import DocumentError
from policies.procedures import load_text, read_procedure
from rehearsal import scenarios
from tests.builders import at
from tests.fuzz.examining import Reader
from tests.fuzz.mutations import (
    bytes_mutated,
    csv_mutated,
    jsonl_mutated,
    register_mutated,
    yaml_mutated,
    zip_mutated,
)
from tests.intake.sheets import GOOD, HEADER, OFFICE, ORGANS, a_row, csv_bytes, xlsx
from tests.intake.test_acts import GOOD as ACTS

ROOT = Path(__file__).resolve().parents[2]
_WORKING = Path(tempfile.gettempdir())
_NOTICES = (
    """number: 演练〔2027〕1号
date: 2026-11-05
year: 2027
days_off: {元旦: [2027-01-01..2027-01-03], 春节: 2027-02-05..2027-02-11, 清明节: [2027-04-05]}
workdays: [2027-02-14, 2027-02-20]
names: {2027-02-14: 春节}
source: https://www.gov.cn/
""",
    """number: 演练〔2026〕2号
date: 2026-08-20
year: 2026
days_off: [2026-09-03]
workdays: []
source: https://www.gov.cn/
""",
)


@cache
def readers() -> tuple[Reader, ...]:
    """Every reader."""
    ledger = (csv_bytes([HEADER, a_row(), a_row()]), _file("data/ledger.csv"))
    books = (
        xlsx([HEADER, a_row(), a_row()], merged=("A2:A3",)),
        _file("data/ledger.xlsx"),
        _file("data/ledger-faulty.xlsx"),
    )
    # One that names a procedure file beside it is no good elsewhere.
    files = sorted((ROOT / "tests" / "scenarios").glob("*.yaml"))
    alone = tuple(one.read_bytes() for one in files if "\npolicy: procedures/" not in one.read_text(encoding="utf-8"))
    templates = sorted((ROOT / "documents" / "templates").glob("*.docx"))
    return (
        Reader("ledger.csv", _ledger, (IntakeError,), ledger, (csv_mutated, bytes_mutated), _told_ledger),
        Reader("ledger.xlsx", _ledger, (IntakeError,), books, (zip_mutated, bytes_mutated), _told_ledger),
        Reader(
            "register.csv",
            _ledger,
            (IntakeError,),
            (_register(csv_bytes),),
            (register_mutated, csv_mutated),
            _told_ledger,
        ),
        Reader("register.xlsx", _ledger, (IntakeError,), (_register(xlsx),), (zip_mutated,), _told_ledger),
        Reader(
            "directory",
            read_directory,
            (IntakeError,),
            (_file("data/directory.csv"),),
            (csv_mutated, bytes_mutated),
        ),
        Reader("contacts", _in_a_file(_contacts), (ContactsError,), (_file("data/contacts.yaml"),), _YAML),
        Reader("notice", read_notice, (DocumentError,), tuple(one.encode() for one in _NOTICES), _YAML),
        Reader(
            "scenario",
            _in_a_file(scenarios.load),
            (DocumentError,),
            alone,
            _YAML,
        ),
        Reader("policy", _policy, (DocumentError,), (_file("policies/procedures/standard.yaml"),), _YAML),
        Reader(
            "template",
            _template,
            (TemplateError,),
            tuple(one.read_bytes() for one in templates),
            (zip_mutated, bytes_mutated),
        ),
        Reader("acts", _in_a_file(_acts), (ActsError,), (_lines(ACTS),), (jsonl_mutated, bytes_mutated)),
    )


_YAML = (yaml_mutated, bytes_mutated)


def _file(name: str) -> bytes:
    return (ROOT / name).read_bytes()


def _lines(acts: list[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in acts).encode()


def _register(written: Callable[..., bytes]) -> bytes:
    """Three matters as they were exported, and a new one."""
    columns, good = list(RegisterColumn), {column.value: value for column, value in GOOD.items()}
    rows: list[list[Any]] = [[column.value for column in columns]]
    for number in range(1, 4):
        told = {column: str(good.get(column.value, "")) for column in columns}
        told[RegisterColumn.ID] = f"2026-000{number}"
        texts: dict[RegisterColumn, str] = {column: compared(column, told[column]) for column in STAMPED}
        told[RegisterColumn.STAMP] = stamp(told[RegisterColumn.ID], number, at("06-01 09:00"), texts)
        rows.append([told[column] for column in columns])
    return written(rows)


def _ledger(data: bytes) -> Any:
    opened = open_ledger(data, ORGANS, office=OFFICE, name="ledger")
    return opened, list(opened.rows()), list(opened.returned())


def _told_ledger(value: Any) -> Iterable[str | CellFault]:
    opened, _, returned = value
    yield from opened.faults
    for warning in opened.warnings:
        yield from (warning.where, warning.text.zh, warning.text.en)
    for one in returned:
        if isinstance(one, CellFault):
            yield one
        elif isinstance(one, ReturnedRow) and one.fault is not None:
            yield one.fault


def _in_a_file(read: Callable[[Path], Any]) -> Callable[[bytes], Any]:
    """For a reader that opens the file itself."""

    def reading(data: bytes) -> Any:
        with tempfile.NamedTemporaryFile(dir=_WORKING, prefix="fuzz-") as file:
            file.write(data)
            file.flush()
            return read(Path(file.name))

    return reading


def _policy(data: bytes) -> Any:
    load_text.cache_clear()
    return read_procedure(data, "policy.yaml")


def _contacts(path: Path) -> Any:
    return read_contacts(path, Directory(ORGANS))


def _acts(path: Path) -> Any:
    found = index(path)
    return [list(read_acts(path, places)) for places in found.places.values()]


def _template(data: bytes) -> bytes:
    check(data, "template")
    return render(data, _facts())


@cache
def _facts() -> DocumentFacts:
    needed = {
        name: f"{name} <b>{{{{ x }}}}" for name, field in DocumentFacts.model_fields.items() if field.is_required()
    }
    return DocumentFacts.model_validate({**needed, "issued_on": "2026年3月5日"})
