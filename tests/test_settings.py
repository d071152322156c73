from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import addresses
import settings
from logs import LogFormat
from settings import Origin, Runner, Settings, SettingsError, Source, Synchronous


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
    assert loaded.runner is Runner.UNSANDBOXED


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
        ("DATABASE_URL", "postgresql+asyncpg://localhost/d", "postgresql://"),
        ("DATABASE_URL", "sqlite:///:memory:", "kept in a file"),
        ("DATABASE_POOL", "0", "1–500"),
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

    monkeypatch.setenv("DUBAN_DATABASE_URL", "postgresql+psycopg://duban:hush@localhost/duban")
    assert "hush" not in repr(settings.load())


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_is_one_setting_however_its_scheme_is_written(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("DUBAN_DATABASE_URL", f"{scheme}://duban:hu%2Fsh@localhost/duban")

    loaded = settings.load()

    assert loaded.record["url"] == "postgresql+psycopg://duban:hu%2Fsh@localhost/duban"
    assert loaded.database_shown == "postgresql+psycopg://duban:***@localhost/duban"
    assert loaded.sqlite_file is None


@pytest.mark.parametrize(
    "place",
    [
        "localhost/duban",
        "127.0.0.1:5433/duban",
        "[::1]/duban",
        "/duban?host=/run/postgresql",
        "db.example.org/duban?sslmode=require",
        "db.example.org/duban?sslmode=verify-ca",
        "db.example.org/duban?sslmode=verify-full&sslrootcert=/etc/ssl/office.pem",
        "/duban?host=10.0.0.5:5432&host=10.0.0.6:5432&sslmode=verify-full&target_session_attrs=read-write",
    ],
)
def test_a_database_here_or_behind_encryption_is_accepted(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setenv("DUBAN_DATABASE_URL", f"postgresql://duban@{place}")

    assert place.split("?", maxsplit=1)[0] in settings.load().database_url


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("db.example.org/duban", "refusing plain text to db.example.org"),
        ("db.example.org/duban?sslmode=prefer", "sslmode=require|verify-ca|verify-full"),
        ("localhost/duban?hostaddr=10.0.0.5", "refusing plain text to 10.0.0.5"),
        ("/duban?host=/run/postgresql&host=10.0.0.6", "refusing plain text to 10.0.0.6"),
        ("/duban?host=localhost,10.0.0.6", "refusing plain text to 10.0.0.6"),
        ("/duban", "no host is named"),
        ("/duban?service=office", "no host is named"),
        ("localhost", "no database is named"),
    ],
)
def test_plain_text_to_a_database_elsewhere_is_refused_and_says_why(
    monkeypatch: pytest.MonkeyPatch, place: str, why: str
) -> None:
    monkeypatch.setenv("DUBAN_DATABASE_URL", f"postgresql://duban:hush@{place}")

    (line,) = refused().splitlines()

    assert "Setting database_url" in line
    assert why in line
    assert "hush" not in line


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"UI_PORT": "7233"}, ("ui_port (环境变量 environment DUBAN_UI_PORT)", "temporal_port (默认值 default)")),
        ({"DATA_DIR": "/srv", "DATABASE_URL": "sqlite:////srv/temporal.db"}, ("database_url", "data_dir")),
        ({"DATABASE_URL": "postgresql://localhost/d", "ACTIVITY_THREADS": "40"}, ("database_pool", "activity_threads")),
        ({"DATABASE_STATEMENT_SECONDS": "5"}, ("database_statement_seconds", "database_patience_seconds")),
    ],
)
def test_settings_that_contradict_each_other_stop_the_start_by_name(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], names: tuple[str, str]
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"DUBAN_{name}", value)

    (line,) = refused().splitlines()

    assert all(name in line for name in names), line


def test_two_free_ports_and_many_threads_on_a_file_are_no_contradiction(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("UI_PORT", "0"), ("TEMPORAL_PORT", "0"), ("ACTIVITY_THREADS", "40")):
        monkeypatch.setenv(f"DUBAN_{name}", value)

    assert settings.load().activity_threads == 40


def test_every_value_is_traced_to_where_it_came_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "duban.toml").write_text('office = "甲"\nui_port = 1\n', encoding="utf-8")
    (tmp_path / ".env").write_text("DUBAN_OFFICE=乙\n", encoding="utf-8")
    monkeypatch.setenv("DUBAN_LOG_LEVEL", "debug")

    origins = settings.in_force().origins

    assert origins["ui_port"] == Origin(Source.TOML, tmp_path / "duban.toml")
    assert origins["office"] == Origin(Source.ENV_FILE, tmp_path / ".env", "DUBAN_OFFICE")
    assert origins["log_level"] == Origin(Source.ENVIRONMENT, variable="DUBAN_LOG_LEVEL")
    assert origins["temporal_port"] == Origin(Source.DEFAULT)
    assert set(origins) == set(Settings.model_fields)


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


def test_a_key_is_no_plain_text_on_this_machine_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:7233")
    monkeypatch.setenv("TEMPORAL_API_KEY", "hush")
    monkeypatch.setenv("TEMPORAL_TLS", "false")

    with pytest.raises(SettingsError, match=r"TEMPORAL_API_KEY contradicts TEMPORAL_TLS=false") as caught:
        settings.load_temporal()
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(("name", "value"), [("TEMPORAL_API_KEY", "hush"), ("TEMPORAL_TLS", "true")])
def test_a_key_or_certificate_without_an_address_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match="TEMPORAL_ADDRESS is missing"):
        settings.load_temporal()


def test_temporals_settings_are_traced_to_variable_env_file_and_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = tmp_path / "temporal.toml"
    profile.write_text('[profile.default]\naddress = "t.example.org:7233"\nnamespace = "a"\n', encoding="utf-8")
    (tmp_path / ".env").write_text("TEMPORAL_NAMESPACE=supervision\n", encoding="utf-8")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(profile))
    monkeypatch.setenv("TEMPORAL_API_KEY", "hush")

    origins = settings.temporal_origins()

    assert origins == {
        "address": Origin(Source.PROFILE, profile),
        "namespace": Origin(Source.ENV_FILE, tmp_path / ".env", "TEMPORAL_NAMESPACE"),
        "api_key": Origin(Source.ENVIRONMENT, variable="TEMPORAL_API_KEY"),
        "tls": Origin(Source.ENVIRONMENT, variable="TEMPORAL_API_KEY"),
    }


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


def test_a_secret_stands_behind_a_variable_a_file_or_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("mailtos://a\n", encoding="utf-8")
    monkeypatch.setenv("SOME_URL", " jsons://b ")

    assert settings.secret(f"file:{tmp_path / 'key'}") == "mailtos://a"
    assert settings.secret("env:SOME_URL") == "jsons://b"
    assert settings.secret("wecombot://c") == "wecombot://c"
    for missing in ("env:NO_SUCH_VARIABLE", f"file:{tmp_path / 'none'}"):
        with pytest.raises(LookupError, match=r"not set|unreadable"):
            settings.secret(missing)


def test_which_queues_a_process_serves_and_where_links_lead_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBAN_SERVE", "everything")
    monkeypatch.setenv("DUBAN_PUBLIC_URL", "duban.example.invalid")

    said = refused()

    assert "all, procedure, records, notices" in said
    assert "https://" in said


def test_a_process_that_only_sends_notices_needs_contacts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBAN_SERVE", "notices")

    assert "contacts_path" in refused()


def test_a_database_shows_no_password_wherever_its_address_has_it() -> None:
    for address in ("postgresql://u:s3cret@localhost/d", "postgresql://u@localhost/d?password=s3cret"):
        assert "s3cret" not in Settings(database_url=address).database_shown


def test_the_master_key_lies_with_the_data_unless_a_file_or_a_service_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.load().key_file == tmp_path / "var" / "keys" / "master.json"
    assert settings.load().master.kind == "file"
    assert not (tmp_path / "var").exists()
    monkeypatch.setenv("DUBAN_KEY_FILE", "/srv/keys/master.json")
    assert settings.load().key_file == Path("/srv/keys/master.json")
    monkeypatch.setenv("DUBAN_KMS_URL", "https://kms.example.org/v1/transit")
    monkeypatch.setenv("DUBAN_KMS_TOKEN", "env:KMS")
    assert settings.load().master.kind == "kms"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"DUBAN_CODEC_URL": "https://elsewhere.example/codec"}, ("codec_url", "web_names")),
        ({"DUBAN_CODEC_URL": "http://127.0.0.1:8080/decode"}, ("codec_url",)),
        ({"DUBAN_TEMPORAL_UI": "http://temporal.example"}, ("temporal_ui", "https")),
        ({"DUBAN_TEMPORAL_UI": "https://127.0.0.1", "DUBAN_CODEC_URL": "http://127.0.0.1:8080/codec"},
         ("temporal_ui", "codec_url")),
        ({"DUBAN_TEMPORAL_UI": "https://temporal.example", "DUBAN_CODEC_URL": "https://127.0.0.1/codec"},
         ("temporal_ui", "codec_url")),
        ({"DUBAN_TEMPORAL_UI": "http://localhost:8233", "DUBAN_CODEC_URL": "http://127.0.0.1:8080/codec"},
         ("temporal_ui", "codec_url")),
        ({"DUBAN_TEMPORAL_UI": "https://temporal.y.gov.cn", "DUBAN_PUBLIC_URL": "https://duban.x.gov.cn"},
         ("temporal_ui", "public_url")),
        ({"DUBAN_TEMPORAL_UI": "https://temporal.example/namespaces"}, ("temporal_ui",)),
        ({"DUBAN_TEMPORAL_UI": "https://u:p@temporal.example"}, ("temporal_ui",)),
    ],
)  # fmt: skip
def test_where_the_temporal_ui_is_and_where_it_has_payloads_opened_agree(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: tuple[str, ...]
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    said = refused()
    assert all(name in said for name in named)


@pytest.mark.parametrize(
    ("given", "endpoint"),
    [
        ({}, "http://127.0.0.1:8080/codec"),
        ({"web_port": 0}, None),
        ({"web_port": 9090}, "http://127.0.0.1:9090/codec"),
        ({"public_url": "https://duban.example"}, None),
        ({"public_url": "https://duban.office.example", "codec_url": "https://duban.office.example/codec",
          "temporal_ui": "https://Temporal.office.example:443/"}, "https://duban.office.example/codec"),
    ],
)  # fmt: skip
def test_the_embedded_ui_has_payloads_opened_by_the_site_of_this_machine(
    given: dict[str, Any], endpoint: str | None
) -> None:
    chosen = settings.Settings(**given)
    assert chosen.codec_endpoint == endpoint
    assert chosen.temporal_ui in (None, "https://temporal.office.example")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"DUBAN_KMS_URL": "https://kms.example.org/v1/transit"}, "kms_token"),
        ({"DUBAN_KMS_TOKEN": "hush"}, "kms_url"),
        ({"DUBAN_KMS_URL": "http://kms.example.org/v1/transit", "DUBAN_KMS_TOKEN": "hush"}, "TLS"),
        ({"DUBAN_KMS_URL": "http://127.0.0.1:1@kms.example.org/v1", "DUBAN_KMS_TOKEN": "hush"}, "TLS"),
    ],
)
def test_a_key_service_is_named_with_its_token_and_spoken_to_over_tls(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], words: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    said = refused()
    assert words in said
    assert "hush" not in said


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://127.0.0.1:8233", "http://127.0.0.1:8080", True),
        ("http://127.0.0.1:8233", "http://localhost:8080", False),
        ("http://127.0.0.1", "https://127.0.0.1", False),
        ("https://10.1.2.3:8233", "https://10.1.2.3", True),
        ("https://10.1.2.3", "https://9.1.2.3", False),
        ("https://[fd00::1:2]", "https://[fd00::3:2]", False),
        ("https://temporal.office.example", "https://duban.office.example:8443", True),
        ("https://a.b.x.gov.cn", "https://x.gov.cn", True),
        ("https://x.gov.cn", "https://y.gov.cn", False),
        ("https://gov.cn", "https://x.gov.cn", False),
        ("https://temporal", "https://duban", False),
        ("https://duban:1", "https://duban:2", True),
    ],
)
def test_a_browser_sends_the_session_within_one_site_only(one: str, other: str, same: bool) -> None:
    assert addresses.same_site(one, other) is addresses.same_site(other, one) is same


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"METRICS_HOST": "10.0.0.5", "METRICS_PORT": "9464"}, ("metrics_host", "web_certificate", "metrics_token")),
        ({"METRICS_PORT": "8080"}, ("metrics_port", "web_port")),
        ({"OTLP_ENDPOINT": "http://traces.example.gov.cn:4318/v1/traces"}, ("otlp_endpoint", "https")),
        ({"OTLP_ENDPOINT": "http://127.0.0.1:1@traces.example.gov.cn/v1/traces"}, ("otlp_endpoint", "https")),
        ({"OTLP_ENDPOINT": "https://u:hush@traces.example.gov.cn/v1/traces"}, ("otlp_endpoint", "password")),
        ({"NOTICES_PER_SECOND": "-1"}, ("notices_per_second",)),
    ],
)  # fmt: skip
def test_what_watches_a_process_stays_on_this_machine_or_behind_encryption(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: tuple[str, ...]
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"DUBAN_{name}", value)

    said = refused()

    assert all(name in said for name in named), said


def test_nothing_is_watched_or_traced_unless_it_is_set() -> None:
    chosen = settings.load()

    assert (chosen.metrics_port, chosen.otlp_endpoint, chosen.metrics_token) == (None, None, None)
    assert (chosen.serve.procedure, chosen.serve.records, chosen.serve.notices) == (True, True, True)


def test_a_collector_on_this_machine_and_a_scraper_with_a_token_are_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "OTLP_ENDPOINT": "http://127.0.0.1:4318/v1/traces",
        "METRICS_HOST": "10.0.0.5",
        "METRICS_PORT": "9464",
        "METRICS_TOKEN": "file:/run/metrics/token",
        "WEB_CERTIFICATE": str(tmp_path / "c.pem"),
        "WEB_KEY": str(tmp_path / "k.pem"),
    }.items():
        monkeypatch.setenv(f"DUBAN_{name}", value)

    assert settings.load().metrics_host == "10.0.0.5"
    assert settings.shown(settings.load(), "metrics_token") == settings.HIDDEN
