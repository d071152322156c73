"""What is done to the site at the machine asks the table of authority: whoever shows a token is held to its rows."""

from collections.abc import Callable
from pathlib import Path

import pytest

from models.identity import SiteRole
from tests.builders import ROOT
from tests.cli.conftest import Said
from tests.tokens import tokens

Command = Callable[..., Said]
NOTICE = "number: 试\ndate: 2026-11-01\nyear: 2027\ndays_off: [2027-01-01]\nworkdays: []\n"


@pytest.fixture
def people(empty: dict[str, str]) -> dict[str, dict[str, str]]:
    """A handler of a lead, an officer of the keeping office, and an auditor, each with the office's settings."""
    url = empty["DUBAN_DATABASE_URL"]
    found = tokens(url, handler="区教育局承办岗", officer="区政府督查室承办岗", auditor=SiteRole.AUDITOR)
    return {who: {**empty, **token} for who, token in found.items()}


@pytest.mark.parametrize(
    "arguments",
    [
        ("calendar", "load", "NOTICE"),
        ("import", ROOT / "data" / "ledger.csv"),
        ("document", "edit", "supervision_order"),
        ("verify", "--offline"),
        ("backup", "list"),
    ],
    ids=lambda arguments: " ".join(map(str, arguments[:2])),
)
def test_a_lead_does_nothing_to_the_site(
    command: Command, people: dict[str, dict[str, str]], tmp_path: Path, arguments: tuple[object, ...]
) -> None:
    notice = tmp_path / "notice.yaml"
    notice.write_text(NOTICE, encoding="utf-8")
    said = command(*(notice if one == "NOTICE" else one for one in arguments), **people["handler"])
    assert said.code == 1, said.out + said.err
    assert "authorised" in said.err


@pytest.mark.parametrize("who", ["officer", "auditor"])
def test_the_office_and_an_auditor_verify(command: Command, people: dict[str, dict[str, str]], who: str) -> None:
    said = command("verify", "--offline", **people[who])
    assert said.code == 0, said.out + said.err


def test_without_a_token_it_is_the_machine_that_asks(command: Command, empty: dict[str, str]) -> None:
    assert command("backup", "list", **empty).code == 0
