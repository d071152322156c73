"""What is protected at the command line: masks, `--open` with a reason, and `keys`."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from evidence.signing import signer_or_new
from models.acts import ActName
from models.contract import ARCHIVE
from models.identity import SiteRole
from record import incidents, ledger, looks
from record.store import Store
from tests.cli.conftest import Beside, Said
from tests.postgresql import installed_programs
from tests.privacy.conftest import SECRETS, closed, recorded
from tests.sealing import key_file, sealed_store
from tests.tokens import tokens
from tests.workflows.test_kill import CASE

SUBJECT = f"case/{CASE}"
GIVEN, MASK = "材料供应延误", "已遮蔽"
Command = Callable[..., Said]


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> dict[str, str]:
    """An office with one decided case on record."""
    return _office(database_url, tmp_path, recorded)


def _office(url: str, place: Path, live: Callable[[Store], object]) -> dict[str, str]:
    store = sealed_store(url, place)
    live(store)
    store.close()
    return {"DUBAN_DATA_DIR": str(place), "DUBAN_DATABASE_URL": url}


def looked(office: dict[str, str]) -> list[str]:
    store = sealed_store(office["DUBAN_DATABASE_URL"], Path(office["DUBAN_DATA_DIR"]))
    with store.reading() as session:
        found = [str(entry.act.reason) for entry in looks.looks_at(session, CASE)]
    store.close()
    return found


def refusals(office: dict[str, str]) -> list[tuple[str | None, str | None, str]]:
    """Who was refused in the chain of the archive, the person, and by which rule."""
    store = sealed_store(office["DUBAN_DATABASE_URL"], Path(office["DUBAN_DATA_DIR"]))
    with store.reading() as session:
        acts = [entry.act for entry in ledger.entries(session, ARCHIVE)]
    store.close()
    return [(act.by, act.person, act.detail["rule"]) for act in acts if act.act is ActName.REFUSED]


@pytest.mark.parametrize(
    "arguments",
    [
        ("timeline", CASE),
        ("timeline", CASE, "--json"),
        ("show", CASE),
        ("show", CASE, "--json"),
        ("why", CASE, "--full"),
        ("why", CASE, "statement_given", "--full", "--json"),
        ("export", "--format", "jsonl", "-o", "-"),
        ("inbox", "区长", "--json"),
    ],
)
def test_a_command_shows_masks_and_puts_no_look_on_record(
    command: Command, office: dict[str, str], arguments: tuple[str, ...]
) -> None:
    said = command(*arguments, **office)

    assert said.code == 0, said.err
    assert [word for word in SECRETS if word in said.out] == []
    assert looked(office) == []


@pytest.mark.parametrize(
    "arguments",
    [("timeline", CASE, "--json"), ("show", CASE), ("why", CASE, "statement_given", "--full", "--json"),
     ("export", "--format", "jsonl", "-o", "-")],
)  # fmt: skip
def test_with_a_reason_it_is_shown_and_the_look_is_on_record(
    command: Command, office: dict[str, str], arguments: tuple[str, ...]
) -> None:
    said = command(*arguments, "--open", "复核案卷", **office)

    assert said.code == 0, said.err
    assert GIVEN in said.out
    assert looked(office) == ["复核案卷"]
    assert command("verify", CASE, "--offline", **office).code == 0


def test_without_a_real_reason_nothing_is_opened(command: Command, office: dict[str, str]) -> None:
    said = command("timeline", CASE, "--open", " ", **office)
    assert said.code == 2
    assert GIVEN not in said.out
    assert looked(office) == []


def test_a_paper_of_a_case_is_printed_with_a_reason_alone(
    command: Command, office: dict[str, str], tmp_path: Path
) -> None:
    number = json.loads(command("documents", CASE, "--json", **office).out)["documents"][0]["number"]
    file = tmp_path / "paper.docx"

    refused = command("print", number, "-o", file, **office)
    printed = command("print", number, "-o", file, "--open", "送达", **office)

    assert (refused.code, printed.code) == (1, 0), printed.err
    assert "--open" in refused.err
    assert file.read_bytes().startswith(b"PK")
    assert looked(office) == ["送达"]
    assert command("verify", "--offline", **office).code == 0


def test_keys_are_listed_without_themselves_rotated_and_checked(command: Command, office: dict[str, str]) -> None:
    listed = command("keys", "list", "--json", **office)
    file = json.loads(key_file(Path(office["DUBAN_DATA_DIR"])).read_text(encoding="utf-8"))
    assert file["keys"][0]["key"] not in listed.out
    assert [one["subject"] for one in listed.json["subjects"]] == [SUBJECT]

    assert command("keys", "rotate", "--json", **office).json == {"master": "k2", "rewrapped": 1}
    assert command("keys", "rotate", SUBJECT, "--json", **office).json == {"subject": SUBJECT, "version": 2}
    assert command("keys", "rotate", "case/none/case1", **office).code == 1
    assert command("keys", "check", "--json", **office).json == {"keys": 2, "unusable": {}}
    assert GIVEN in command("timeline", CASE, "--json", "--open", "复核案卷", **office).out
    assert "k2" in command("keys", "list", **office).out


def test_a_key_file_that_was_lost_is_named_by_every_command_that_needs_it(
    command: Command, office: dict[str, str]
) -> None:
    file = key_file(Path(office["DUBAN_DATA_DIR"]))
    aside = file.rename(file.with_name("aside.json"))

    opened = command("timeline", CASE, "--open", "复核案卷", **office)
    assert (opened.code, "DUBAN_KEY_FILE" in opened.err) == (3, True)
    assert command("timeline", CASE, **office).code == 0
    assert command("verify", "--offline", **office).code == 0
    checked = command("keys", "check", **office)
    assert checked.code in (1, 3)
    assert "DUBAN_KEY_FILE" in checked.err
    assert GIVEN in command("timeline", CASE, "--json", "--open", "复核案卷", DUBAN_KEY_FILE=str(aside), **office).out


def test_a_case_that_goes_on_is_not_erased_and_one_that_is_over_is_gone_for_every_command(
    command: Command, office: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    leader = tokens(database_url, leader="区长")["leader"]
    going_on = command("keys", "erase", SUBJECT, "--reason", "保管期满", "--yes", **office, **leader)
    assert (going_on.code, "未了结" in going_on.out) == (1, True)
    assert refusals(office) == [("区长", "u1", "retention")]
    assert command("keys", "erase", SUBJECT, "--reason", "保管期满", **office).code == 2


def test_after_erasing_every_command_says_so_and_none_fails(
    command: Command, database_url: str, tmp_path: Path
) -> None:
    office = _office(database_url, tmp_path, closed)
    chief, leader = tokens(database_url, chief="区政府督查室主任", leader="区长").values()
    erase = ("keys", "erase", SUBJECT, "--reason", "保管期满", "--yes", "--json")

    asked = command(*erase, **office, **chief)
    assert (asked.code, asked.json["waiting"]) == (0, True), asked.err
    assert GIVEN not in command("timeline", CASE, "--open", "复核案卷", **office).out
    erased = command(*erase, **office, **leader)

    assert erased.code == 0, erased.err
    assert (erased.json["subject"], erased.json["waiting"]) == (SUBJECT, False)
    for arguments in (
        ("timeline", CASE, "--open", "复核案卷"),
        ("show", CASE, "--open", "复核案卷"),
        ("why", CASE, "--full", "--open", "复核案卷"),
        ("export", "--format", "jsonl", "-o", "-", "--open", "复核案卷"),
    ):
        said = command(*arguments, **office)
        assert said.code == 0, said.err
        assert "已销毁" in said.out
        assert "检查发现" not in said.out
    assert command("verify", "--offline", **office).code == 0
    assert command("keys", "check", **office).code == 0
    assert command(*erase, **office, **leader).code == 1


def test_one_person_or_the_machine_alone_erases_nothing(command: Command, database_url: str, tmp_path: Path) -> None:
    office = _office(database_url, tmp_path, closed)
    people = tokens(database_url, chief="区政府督查室主任", officer="区政府督查室承办岗", auditor=SiteRole.AUDITOR)
    erase = ("keys", "erase", SUBJECT, "--reason", "保管期满", "--yes")

    assert command(*erase, **office).code == 1
    assert command(*erase, "--by", "区长", **office).code == 1
    for login in ("officer", "auditor"):
        assert command(*erase, **office, **people[login]).code == 1
    assert command("keys", "erase", "temporal", "--reason", "又", "--yes", **office, **people["chief"]).code == 1
    assert command(*erase, **office, **people["chief"]).code == 0
    again = command(*erase, **office, **people["chief"])

    assert (again.code, "两人" in again.out) == (1, True)
    assert [rule for *_, rule in refusals(office)] == [
        *("authority", "authority.person", "authority", "authority"),
        *("retention", "authority.persons"),
    ]
    assert refusals(office)[-1][:2] == ("区政府督查室主任", "u1")
    assert GIVEN not in str(command("keys", "check", "--json", **office).json["unusable"])
    assert command("archive", "hold", CASE, "--reason", "审计", **office, **people["auditor"]).code == 0
    assert command("verify", "--offline", **office).code == 0


def test_what_looks_after_the_site_asks_the_table_and_is_done_at_the_machine_without_a_token(
    command: Command, office: dict[str, str], database_url: str, tmp_path: Path
) -> None:
    people = tokens(
        database_url, chief="区政府督查室主任", handler="区教育局承办岗", admin=SiteRole.ADMINISTRATOR,
        auditor=SiteRole.AUDITOR,
    )  # fmt: skip
    tried: dict[tuple[str, ...], set[str]] = {
        ("keys", "rotate"): {"admin"},
        ("keys", "list"): {"admin", "auditor"},
        ("backup", "--to", str(tmp_path / "backups")): {"admin"},
        ("incidents",): {"admin", "auditor", "chief"},
        ("seal", "list"): {"auditor", "chief"},
        ("archive", "list"): {"auditor", "chief"},
        ("evidence", "export", CASE, "--offline", "-o", str(tmp_path / "case.zip")): {"auditor", "chief"},
    }
    if database_url.startswith("postgresql"):
        office = {**office, "PATH": f"{installed_programs()}:{os.environ['PATH']}"}
    signer_or_new(Path(office["DUBAN_DATA_DIR"]) / "keys" / "signing.key")

    for arguments, may in tried.items():
        said = command(*arguments, **office)
        assert said.code == 0, (arguments, said)
        for login, token in people.items():
            said = command(*arguments, **office, **token)
            assert (said.code == 0) is (login in may), (arguments, login, said)
            assert said.code == 0 or "无权办理" in said.err
    acts = command("account", "show", "handler", "--json", **office).json["acts"]
    refused = [act["detail"]["asked"] for act in acts if act["act"] == "refused"]
    assert refused == [
        *("site.rotate_keys", "view.keys", "site.back_up", "view.incidents", "view.verification", "view.archive"),
        "view.evidence",
    ]
    assert command("account", "verify", **office).code == 0


def test_an_alteration_is_reported_until_it_is_dealt_with(
    command: Command, office: dict[str, str], database_url: str
) -> None:
    store = sealed_store(office["DUBAN_DATABASE_URL"], Path(office["DUBAN_DATA_DIR"]))
    with store.writing() as session:
        assert incidents.report(session, incidents.altered(f"state {CASE}", CASE, "改动"), datetime.now(UTC), ())
    store.close()
    people = tokens(database_url, officer="区政府督查室承办岗", handler="区教育局承办岗")

    listed = command("incidents", **office)
    assert (listed.code, "--close" in listed.out) == (1, True)
    close = ("incidents", "--close", "1")
    assert command(*close, **office).code == 2  # no reason
    assert command(*close, "--reason", "已恢复", **office, **people["handler"]).code == 1
    assert command(*close, "--reason", "已恢复", **office, **people["officer"]).code == 0
    assert command(*close, "--reason", "又", **office).code == 1
    assert command("incidents", **office).code == 0


def test_the_history_of_an_erased_case_is_there_and_verify_says_that_nobody_can_read_it(engine: Beside) -> None:
    case, officer = f"inspection/{uuid4().hex[:6]}", "by=区政府督查室承办岗"
    engine.ok("do", case, "propose", officer, "subject=区教育局长", "facts=检查发现")
    engine.ok("do", case, "decline", "by=区长", "reason=事实不清")
    assert engine.ok("verify", case)["histories"] == 1

    posts = {"eraser1": "区政府督查室主任", "eraser2": "区长"}
    for who in tokens(engine.running.database_url, **posts).values():
        engine.ok("keys", "erase", f"case/{case}", "--reason", "保管期满", "--yes", **who)

    found = engine.ok("verify", case)
    assert (found["in_order"], found["erased"]) == (True, [case])
    assert engine("do", case, "file", "by=区长").code == 1
    assert engine.ok("verify")["in_order"]
