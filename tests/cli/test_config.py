"""`config check`: what is in force, where it came from, and what could not hold."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.configuring import file_system
from settings import Settings
from tests.cli.conftest import Said

Command = Callable[..., Said]


@pytest.fixture
def checked(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """`config check` in an empty directory, with these settings."""
    monkeypatch.chdir(tmp_path)

    def check(*arguments: str, **settings: str) -> Said:
        return command("config", "check", *arguments, **settings)

    return check


def settings_of(said: Said) -> Any:
    return said.json["settings"]


def test_every_setting_is_shown_with_its_value_and_origin(checked: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "duban.toml").write_text("ui_port = 8300\n", encoding="utf-8")
    (tmp_path / ".env").write_text("DUBAN_LOG_LEVEL=debug\nTEMPORAL_NAMESPACE=supervision\n", encoding="utf-8")

    said = checked("--json", DUBAN_RETENTION_YEARS="10")

    told = settings_of(said)
    assert said.code == 0
    assert set(told) >= set(Settings.model_fields)
    assert told["ui_port"] == {
        "value": 8300, "source": "duban.toml", "file": str(tmp_path / "duban.toml"), "variable": None,
    }  # fmt: skip
    assert (told["log_level"]["value"], told["log_level"]["source"]) == ("debug", ".env")
    assert (told["retention_years"]["value"], told["retention_years"]["variable"]) == (10, "DUBAN_RETENTION_YEARS")
    assert told["temporal_port"]["source"] == "default"
    assert told["temporal.address"]["value"] == "内置服务 embedded"
    assert (told["temporal.namespace"]["value"], told["temporal.namespace"]["source"]) == ("supervision", ".env")


def test_for_people_it_is_a_table_and_a_sentence(checked: Callable[..., Said]) -> None:
    said = checked(DUBAN_OFFICE="区教育局")

    assert said.code == 0
    line = next(line for line in said.out.splitlines() if line.strip().startswith("office"))
    assert "区教育局" in line
    assert "DUBAN_OFFICE" in line
    assert "The settings can be used." in said.out


def test_secrets_are_said_to_be_there_and_never_shown(checked: Callable[..., Said]) -> None:
    secrets = {
        "DUBAN_DATABASE_URL": "postgresql://duban:hush@db.example.org/duban?sslmode=verify-full",
        "TEMPORAL_ADDRESS": "temporal.example.org:7233",
        "TEMPORAL_API_KEY": "hush",
    }

    for arguments in ((), ("--json",)):
        said = checked(*arguments, **secrets)
        assert said.code == 0, said.err
        assert "hush" not in said.out + said.err
    told = settings_of(said)
    assert told["database_url"]["value"].startswith("postgresql+psycopg://duban:***@db.example.org/duban")
    assert told["temporal.api_key"]["value"] == "***"
    assert (told["temporal.tls"]["value"], told["temporal.tls"]["variable"]) == ("on", "TEMPORAL_API_KEY")


def test_a_client_certificate_makes_tls_mutual(checked: Callable[..., Said]) -> None:
    said = checked(
        "--json",
        TEMPORAL_ADDRESS="temporal.example.org:7233",
        TEMPORAL_TLS_CLIENT_CERT_DATA="certificate",
        TEMPORAL_TLS_CLIENT_KEY_DATA="hush",
    )

    assert settings_of(said)["temporal.tls"]["value"] == "mutual"
    assert "hush" not in said.out + said.err


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"DUBAN_UI_PORT": "many"}, "ui_port"),
        ({"DUBAN_UIPORT": "1"}, "DUBAN_UIPORT"),
        ({"DUBAN_UI_PORT": "7233"}, "temporal_port"),
        ({"DUBAN_DATABASE_URL": "postgresql://localhost/d", "DUBAN_DATABASE_POOL": "2"}, "activity_threads"),
        ({"DUBAN_DATABASE_URL": "postgresql://db/d"}, "sslmode"),
        ({"DUBAN_DIRECTORY_PATH": "/nowhere/directory.csv"}, "directory_path"),
        ({"DUBAN_OFFICE": "没有这个单位"}, "没有这个单位 is not in the directory"),
        ({"TEMPORAL_ADDRESS": "10.0.0.5:7233"}, "TEMPORAL_TLS"),
        ({"TEMPORAL_API_KEY": "hush"}, "TEMPORAL_ADDRESS is missing"),
        ({"TEMPORAL_ADDRESS": "a:1", "TEMPORAL_API_KEY": "hush", "TEMPORAL_TLS": "false"}, "TEMPORAL_API_KEY"),
        ({"TEMPORAL_PROFILE": "nowhere"}, "TEMPORAL_*"),
    ],
)
def test_what_would_stop_a_start_is_named_and_exits_2(
    checked: Callable[..., Said], settings: dict[str, str], named: str
) -> None:
    said, plain = checked("--json", **settings), checked(**settings)

    assert said.code == plain.code == 2
    assert not said.json["usable"]
    (problem,) = said.json["problems"]
    assert named in problem
    assert problem in plain.err
    assert "The settings can be used." not in plain.out


def test_a_data_directory_that_cannot_be_written_is_named(checked: Callable[..., Said]) -> None:
    # Not even root may write there.
    said = checked("--json", DUBAN_DATA_DIR="/proc/1/duban")

    assert said.code == 2
    assert any("data_dir" in problem for problem in said.json["problems"])


def test_settings_that_only_the_embedded_server_reads_are_noted_beside_an_address(checked: Callable[..., Said]) -> None:
    said = checked("--json", TEMPORAL_ADDRESS="127.0.0.1:7233", DUBAN_UI_PORT="9000")

    (note,) = said.json["notes"]
    assert said.code == 0
    assert "ui_port" in note


@pytest.mark.parametrize(
    ("file", "kind"),
    [("/srv/duban/duban.db", "nfs4"), ("/srv/other.db", "ext4"), ("/srv/my disk/duban.db", "xfs"), ("/x", "ext4")],
)
def test_the_file_system_is_that_of_the_deepest_mount(file: str, kind: str) -> None:
    mounts = "/dev/a / ext4 rw 0 0\noffice:/v /srv/duban nfs4 rw 0 0\n/dev/b /srv/my\\040disk xfs rw 0 0\n"

    assert file_system(Path(file), mounts) == kind


def test_checking_makes_and_opens_nothing(checked: Callable[..., Said], tmp_path: Path) -> None:
    checked(DUBAN_DATA_DIR=str(tmp_path / "var"))

    assert list(tmp_path.iterdir()) == []
