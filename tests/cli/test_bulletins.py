"""`bulletin`: what a clerk asks for on the first of the month, from a record on either database, without a server."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from activities.recording import Recording
from models.contract import TransitionOrder
from models.messages import Registration, Submit, Verify
from policies.deadlines import SHANGHAI
from record.store import Store
from tests.builders import sample_directory
from tests.cli.conftest import Said

TODAY = datetime.now(UTC).astimezone(SHANGHAI).date()


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


@pytest.fixture
def bulletin(command: Callable[..., Said], empty: dict[str, str]) -> Callable[..., Said]:
    """`bulletin` beside a record of two matters: one finished in time, one overdue."""
    store = Store(empty["DUBAN_DATABASE_URL"])
    store.migrate()
    recording = Recording(store, sample_directory())
    for matter, lead, title in (("2026-0001", "区教育局", "校舍加固"), ("2026-0002", "区财政局", "=cmd|乱收费")):
        registration = Registration(
            message_id="r", title=title, lead=lead, office="区政府督查室", leader="区长", limit="5wd"
        )
        recording.record_transition(TransitionOrder(matter_id=matter, at=at("03-02T09:00"), message=registration))
    submit = Submit(message_id="s", by="区教育局承办岗", text="已办结")
    verify = Verify(message_id="v", by="区政府督查室承办岗", passed=True, method="document")
    recording.record_transition(TransitionOrder(matter_id="2026-0001", at=at("03-05T11:00"), message=submit))
    recording.record_transition(TransitionOrder(matter_id="2026-0001", at=at("03-06T10:00"), message=verify))
    recording.record_transition(TransitionOrder(matter_id="2026-0002", at=at("03-09T18:00")))
    store.close()
    return lambda *arguments: command("bulletin", *arguments, **empty)


def test_the_figures_of_a_month_name_their_matters(bulletin: Callable[..., Said]) -> None:
    said = bulletin("2026-03", "--json")

    assert said.code == 0, said.err
    figures = {figure["name"].split(" ")[0]: figure["targets"] for figure in said.json["figures"]}
    assert figures["新立项"] == ["2026-0001", "2026-0002"]
    assert figures["办结销号"] == ["2026-0001"]
    assert figures["超期"] == ["2026-0002"]
    (rank,) = said.json["ranking"]
    assert (rank["place"], rank["organ"]) == (1, "区教育局")
    assert rank["matters"][0]["time"] == {"gross": 3, "paused": 0, "extended": 0, "elsewhere": 0}


@pytest.mark.parametrize("suffix", ["docx", "xlsx"])
def test_the_same_day_gives_the_same_bytes(bulletin: Callable[..., Said], tmp_path: Path, suffix: str) -> None:
    files = [tmp_path / f"{name}.{suffix}" for name in ("one", "two")]
    for file in files:
        assert bulletin("2026-03", "--as-of", str(TODAY), "-o", file).code == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_page_and_workbook_say_the_same_figures(bulletin: Callable[..., Said], tmp_path: Path) -> None:
    page, book = tmp_path / "m.docx", tmp_path / "m.xlsx"
    assert bulletin("2026-03", "-o", page).code == 0
    assert bulletin("2026-03", "-o", book).code == 0

    tables = Document(io.BytesIO(page.read_bytes())).tables
    shown = {row.cells[0].text: row.cells[1].text for row in tables[0].rows[1:]}
    sheets = load_workbook(book)
    written = {str(name): str(count) for name, count in sheets["总体情况"].iter_rows(min_row=2, values_only=True)}
    assert shown == written
    assert ("超期 overdue", "2026-0002") in set(sheets["指标明细"].iter_rows(min_row=2, values_only=True))


def test_what_was_recorded_later_is_not_in_a_bulletin_of_an_earlier_day(bulletin: Callable[..., Said]) -> None:
    said = bulletin("2026-03", "--as-of", str(TODAY - timedelta(days=1)), "--json")

    assert said.code == 0, said.err
    assert {figure["name"]: figure["targets"] for figure in said.json["figures"] if figure["targets"]} == {}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("2026-13",), "2026-Q2"),
        (("2026-03", "-o", "m.pdf"), ".docx"),
        (("2026-03", "--as-of", "2026-02-01"), "早于期间"),
    ],
)
def test_what_cannot_be_asked_is_said_with_what_can(
    bulletin: Callable[..., Said], arguments: tuple[str, ...], why: str
) -> None:
    said = bulletin(*arguments)
    assert said.code == 2
    assert why in said.err
