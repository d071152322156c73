from pathlib import Path

import pytest
from pydantic import ValidationError

import settings
from logs import LogFormat
from settings import Runner, Settings, SettingsError, Synchronous


@pytest.fixture(autouse=True)
def in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def refused() -> str:
    with pytest.raises(SettingsError) as caught:
        settings.load()
    return str(caught.value)


def test_without_any_setting_the_shipped_defaults_hold(tmp_path: Path) -> None:
    loaded = settings.load()

    assert loaded.data_dir == tmp_path / "var"
    assert loaded.database_url == f"sqlite:///{tmp_path}/var/duban.db"
    assert loaded.temporal_database == tmp_path / "var" / "temporal.db"
    assert loaded.directory_path == settings.ROOT / "data" / "directory.csv"
    assert loaded.office == "区政府督查室"
    assert loaded.sqlite_synchronous is Synchronous.FULL
    assert loaded.runner is Runner.SANDBOXED


def test_the_database_lies_in_the_data_directory_wherever_that_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBAN_DATA_DIR", "/srv/duban")

    assert settings.load().database_url == "sqlite:////srv/duban/duban.db"


def test_environment_beats_env_file_beats_toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "duban.toml").write_text('office = "甲"\nui_port = 1\nlog_format = "json"\n', encoding="utf-8")
    (tmp_path / ".env").write_text("DUBAN_OFFICE=乙\nDUBAN_UI_PORT=2\n", encoding="utf-8")
    monkeypatch.setenv("DUBAN_OFFICE", "丙")

    loaded = settings.load()

    assert (loaded.office, loaded.ui_port, loaded.log_format) == ("丙", 2, LogFormat.JSON)


def test_settings_do_not_change_after_the_start() -> None:
    loaded = settings.load()

    with pytest.raises(ValidationError, match="frozen"):
        loaded.office = "别处"  # type: ignore[misc]


def test_settings_built_by_hand_ignore_the_machine_they_run_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBAN_OFFICE", "别处")

    assert Settings().office == "区政府督查室"


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("LOG_FORMAT", "xml", "json, console"),
        ("UI_PORT", "70000", "0–65535"),
        ("RUNNER", "fast", "sandboxed, unsandboxed"),
        ("SQLITE_SYNCHRONOUS", "OFF", "EXTRA, FULL, NORMAL"),
        ("MAX_CACHED_WORKFLOWS", "0", "from 1"),
        ("STICKY_TIMEOUT_SECONDS", "0", "above 0 to 60"),
        ("OFFICE", " ", "name of an organ"),
        ("DATABASE_URL", "mysql://a/b", "sqlite:///"),
        ("DATABASE_URL", "nonsense", "sqlite:///"),
    ],
)
def test_a_bad_setting_is_named_with_its_origin_and_what_is_accepted(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, accepted: str
) -> None:
    monkeypatch.setenv(f"DUBAN_{name}", value)

    (line,) = refused().splitlines()

    assert f"Setting {name.lower()} cannot be" in line
    assert f"environment DUBAN_{name}" in line
    assert accepted in line


def test_a_bad_value_in_a_file_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "duban.toml").write_text('log_level = "loud"\n', encoding="utf-8")
    (tmp_path / ".env").write_text("DUBAN_UI_PORT=x\n", encoding="utf-8")

    said = refused()

    assert f"'loud' (from {tmp_path / 'duban.toml'})" in said
    assert f"'x' (from {tmp_path / '.env'} DUBAN_UI_PORT)" in said


def test_all_bad_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBAN_UI_PORT", "x")
    monkeypatch.setenv("DUBAN_TEMPORAL_PORT", "y")
    monkeypatch.setenv("DUBAN_OFICE", "z")

    assert len(refused().splitlines()) == 3


def test_a_misspelt_setting_is_refused_with_the_nearest_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBAN_DATADIR", "/srv")
    (tmp_path / "duban.toml").write_text('ofice = "甲"\n', encoding="utf-8")

    said = refused()

    assert "No setting is called DUBAN_DATADIR (from 环境变量 environment); accepted: data_dir" in said
    assert f"No setting is called ofice (from {tmp_path / 'duban.toml'}); accepted: office" in said


def test_an_unreadable_toml_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "duban.toml").write_text("office = \n", encoding="utf-8")

    assert str(tmp_path / "duban.toml") in refused()


def test_the_password_of_a_database_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBAN_DATABASE_URL", "mysql://duban:hush@db/duban")
    assert "hush" not in refused()

    monkeypatch.setenv("DUBAN_DATABASE_URL", "postgresql+psycopg://duban:hush@db/duban")
    assert "hush" not in repr(settings.load())


def test_without_an_address_the_embedded_server_is_meant() -> None:
    temporal = settings.load_temporal()

    assert temporal.embedded
    assert temporal.namespace == "default"
    assert temporal.at("127.0.0.1:7233").connect == {"target_host": "127.0.0.1:7233", "tls": False}


@pytest.mark.parametrize("address", ["127.0.0.1:7233", "localhost:7233", "[::1]:7233", "127.8.8.8:1"])
def test_plain_text_stays_on_this_machine(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)

    assert settings.load_temporal().address == address


@pytest.mark.parametrize(
    "address", ["10.0.0.5:7233", "temporal:7233", "localhost.example.org:7233", "[2001:db8::1]:7233", "0.0.0.0:7233"]
)
def test_plain_text_to_another_machine_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)

    with pytest.raises(SettingsError) as caught:
        settings.load_temporal()

    (line,) = str(caught.value).splitlines()
    assert address in line
    assert "TEMPORAL_TLS" in line


def test_tls_switched_off_beside_a_key_is_still_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "10.0.0.5:7233")
    monkeypatch.setenv("TEMPORAL_API_KEY", "hush")
    monkeypatch.setenv("TEMPORAL_TLS", "false")

    with pytest.raises(SettingsError, match="plain text"):
        settings.load_temporal()


def test_temporals_own_settings_decide_where_the_server_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("TEMPORAL_NAMESPACE=supervision\nTEMPORAL_ADDRESS=a:1\n", encoding="utf-8")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example.org:7233")
    monkeypatch.setenv("TEMPORAL_API_KEY", "hush")

    temporal = settings.load_temporal()

    assert (temporal.address, temporal.namespace) == ("temporal.example.org:7233", "supervision")
    assert temporal.connect["tls"]
    assert not temporal.embedded
    assert "hush" not in repr(temporal)


def test_unreadable_temporal_settings_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_PROFILE", "nowhere")

    with pytest.raises(SettingsError, match="TEMPORAL_"):
        settings.load_temporal()
