"""`backup` and `restore` as they are typed: safe by default, and every way to go wrong is one line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from backup import manifest
from record.store import Store
from tests.cli.conftest import Said

Command = Callable[..., Said]
SECRET = "s3cret-of-nobody"  # noqa: S105 - of these tests


@pytest.fixture
def office(tmp_path: Path, sqlite_url: str) -> dict[str, str]:
    """Settings of an office with an empty record and one key."""
    store = Store(sqlite_url)
    store.migrate()
    store.close()
    data = tmp_path / "record"
    (data / "keys").mkdir()
    (data / "keys" / "kek").write_bytes(b"k" * 32)
    return {"DUBAN_DATA_DIR": str(data), "DUBAN_DATABASE_URL": sqlite_url}


def test_a_backup_leaves_keys_out_and_says_what_that_means(
    command: Command, office: dict[str, str], tmp_path: Path
) -> None:
    said = command("backup", "--to", tmp_path / "backups", **office)

    assert said.code == 0
    assert "The keys are not in this backup" in said.err
    (place,) = (one for one in (tmp_path / "backups").iterdir() if manifest.is_name(one.name))
    assert not any(b"k" * 32 in file.read_bytes() for file in place.rglob("*") if file.is_file())
    assert command("backup", "check", place, **office).code == 0


def test_keys_are_asked_for_with_a_passphrase_or_not_at_all(
    command: Command, office: dict[str, str], tmp_path: Path
) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("short\n", encoding="utf-8")
    asked = ("backup", "--to", tmp_path / "backups", "--keys-to", tmp_path / "sealed")
    refused = command(*asked, "--passphrase-file", passphrase, **office)
    passphrase.write_text("correct horse battery\n", encoding="utf-8")
    made = command(*asked, "--passphrase-file", passphrase, "--json", **office)
    place = json.loads(made.out)["place"]
    into = tmp_path / "restored"
    without = command("restore", place, "--into", tmp_path / "without", **office)
    done = command(
        *("restore", place, "--into", into, "--keys-from", tmp_path / "sealed", "--passphrase-file", passphrase),
        **office,
    )

    assert (refused.code, made.code, without.code, done.code) == (1, 0, 0, 0)
    assert "before the start" in without.err
    assert (into / "keys" / "kek").read_bytes() == b"k" * 32
    assert not (tmp_path / "without" / "keys").exists()


def test_settings_go_into_a_backup_without_secrets(command: Command, office: dict[str, str], tmp_path: Path) -> None:
    secret = {"TEMPORAL_ADDRESS": "temporal.example:7233", "TEMPORAL_API_KEY": SECRET, "TEMPORAL_TLS": "true"}
    said = command("backup", "--to", tmp_path / "backups", "--json", **office, **secret)
    place = Path(json.loads(said.out)["place"])

    assert json.loads((place / manifest.MANIFEST).read_text(encoding="utf-8"))["settings"]["office"] == "区政府督查室"
    assert SECRET not in (place / manifest.MANIFEST).read_text(encoding="utf-8")


def test_what_is_no_backup_and_what_is_not_whole_is_said(
    command: Command, office: dict[str, str], tmp_path: Path
) -> None:
    to = tmp_path / "backups"
    place = Path(json.loads(command("backup", "--to", to, "--json", **office).out)["place"])
    none = command("backup", "check", tmp_path, **office)
    (place / "record.db").write_bytes(b"")
    damaged = command("backup", "check", place, **office)
    listed = command("backup", "list", "--to", to, **office)
    restored = command("restore", place, "--into", tmp_path / "new", **office)

    assert (none.code, damaged.code, listed.code, restored.code) == (1, 1, 1, 1)
    assert "record.db" in damaged.err
    assert not (tmp_path / "new").exists()
    assert "Traceback" not in none.err + damaged.err + restored.err


def test_a_backup_where_there_is_no_record_makes_nothing(
    command: Command, empty: dict[str, str], tmp_path: Path
) -> None:
    said = command("backup", "--to", tmp_path / "backups", **empty)
    assert said.code == 3
    assert not (tmp_path / "backups").exists()
