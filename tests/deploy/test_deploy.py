"""The files in deploy/ are right: by the schemas of Kubernetes, by what the settings accept, by what is really told.

Without a network and without the programs they are for; where `systemd-analyze` and `promtool` are installed, these
are asked as well, after our own checks have said what they say everywhere.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import settings
from cli.app import COMMANDS
from settings import ROOT, Serve
from tests.deploy import checking
from tests.deploy.checking import DEPLOY
from tests.deploy.promql import query_faults
from tests.watching.told import CORE, metrics_told

pytestmark = pytest.mark.either_database("files that are deployed; no record is kept")

UNITS = sorted((DEPLOY / "systemd").glob("*.service")) + sorted((DEPLOY / "systemd").glob("*.timer"))
MANIFESTS = [one for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")) for one in checking.documents(path)]
COMPOSE = DEPLOY / "container" / "compose.yaml"
CONTAINERFILE = DEPLOY / "container" / "Containerfile"
ALERTS = DEPLOY / "prometheus" / "alerts.yaml"


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def metrics() -> frozenset[str]:
    return metrics_told() | CORE


@pytest.fixture
def accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], settings.Settings]:
    """What the settings make of an environment and nothing else; a secret stands for the place it would come from."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(("DUBAN_", "TEMPORAL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)

    def load(told: dict[str, str]) -> settings.Settings:
        with monkeypatch.context() as patch:
            for name, value in told.items():
                if value == "secret" and name == "DUBAN_DATABASE_URL":
                    value = "postgresql://duban@db.example.gov.cn/duban?sslmode=verify-full"
                patch.setenv(name, re.sub(r"\$\{\w+:\?\}", "x1", value))
            settings.load_temporal()
            return settings.load()

    return load


def test_no_file_names_a_setting_that_is_none() -> None:
    found = {path: list(checking.unknown_settings(path.read_text(encoding="utf-8"))) for path in files()}

    assert {path: faults for path, faults in found.items() if faults} == {}
    assert len(found) > 15
    assert list(checking.unknown_settings("DUBAN_SERVES=all TEMPORAL_ADRESS=x")) != []


def files() -> Iterator[Path]:
    return (path for path in DEPLOY.rglob("*") if path.is_file())


# --- Kubernetes -------------------------------------------------------------------------------------------------------


def test_the_manifests_are_valid_confined_and_complete() -> None:
    assert list(checking.manifest_faults(MANIFESTS)) == []
    assert {one["kind"] for one in MANIFESTS} >= {
        "Deployment", "Service", "ConfigMap", "NetworkPolicy", "PodDisruptionBudget", "ServiceAccount",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("duban-engine:0.3.0", "duban-engine:latest"),
        ("runAsNonRoot: true", "runAsNonRoot: false"),
        ("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"),
        ("replicas: 2", "replica: 2"),
        ("path: /readyz", "path: /ready"),
        ('"worker.py"', '"workers.py"'),
        ("value: procedure", "value: records"),
        ("kind: PodDisruptionBudget", "kind: PodDisruptionBudgets"),
        (
            "valueFrom:\n                secretKeyRef: {name: duban-database, key: url}",
            'value: "postgresql://u:p@db/d"',
        ),
        ("mountPath: /tmp", "mountPath: /tmp, name: nothing"),
        ("limits: {memory: 1Gi}", "{}"),
    ],
)
def test_a_manifest_that_is_wrong_is_noticed(was: str, becomes: str) -> None:
    text = (DEPLOY / "kubernetes" / "procedure.yaml").read_text(encoding="utf-8")
    assert was in text
    others = [one for one in MANIFESTS if one["metadata"]["name"] != "duban-procedure"]

    try:
        broken = [one for one in yaml.safe_load_all(text.replace(was, becomes)) if one]
    except yaml.YAMLError:
        return
    assert list(checking.manifest_faults([*others, *broken])) != []


@pytest.mark.parametrize("deployment", [one for one in MANIFESTS if one["kind"] == "Deployment"], ids=str)
def test_every_deployment_starts_with_its_settings(
    deployment: checking.Document, accepted: Callable[[dict[str, str]], settings.Settings]
) -> None:
    chosen = accepted(checking.environment(deployment, MANIFESTS))

    component = deployment["metadata"]["labels"]["app.kubernetes.io/component"]
    assert chosen.metrics_port == 9464
    assert chosen.metrics_token == "file:/run/metrics/token"  # noqa: S105 - a reference
    assert component == "web" or chosen.serve is Serve(component)


# --- compose, Containerfile, systemd ----------------------------------------------------------------------------------


def test_the_compose_file_starts_every_process_with_its_settings(
    accepted: Callable[[dict[str, str]], settings.Settings],
) -> None:
    found = read(COMPOSE)

    assert list(checking.compose_faults(found, COMPOSE)) == []
    ports = set()
    for name in ("web", "procedure", "records", "notices"):
        chosen = accepted(found["services"][name]["environment"])
        assert chosen.database_url.startswith("postgresql+psycopg://duban:x1@127.0.0.1/")
        ports.add(chosen.metrics_port)
    assert len(ports) == 4
    for script in (DEPLOY / "container").glob("*.sh"):
        subprocess.run(["sh", "-n", str(script)], check=True)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("temporalio/server:1.31.0", "temporalio/server:latest"),
        ("network_mode: service:database", "network_mode: bridge"),
        ("./namespace.sh:", "./nowhere.sh:"),
        ("DUBAN_SERVE: records", "DUBAN_SERVE: notices"),
        ("${DATABASE_PASSWORD:?}@", "hunter2@"),
        ('"starter.py"', '"stater.py"'),
        ("cap_drop: [ALL]", "cap_drop: [NET_RAW]"),
    ],
)
def test_a_compose_file_that_is_wrong_is_noticed(was: str, becomes: str) -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    assert was in text

    assert list(checking.compose_faults(yaml.safe_load(text.replace(was, becomes)), COMPOSE)) != []


def test_the_image_is_built_of_what_is_there_and_runs_as_nobody_in_particular() -> None:
    text = CONTAINERFILE.read_text(encoding="utf-8")

    assert list(checking.containerfile_faults(text)) == []
    for was, becomes in (
        ("requirements.lock ./", "requirements.txt ./"),
        ("USER 10001:10001\n", ""),
        ('"worker.py"', '"work.py"'),
        ("--from=built", "--from=build"),
        ("--require-hashes", "-U"),
        ("python:3.11.11-slim-bookworm\n", "python\n"),
    ):
        assert was in text
        assert list(checking.containerfile_faults(text.replace(was, becomes))) != [], becomes


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_has_known_keys_runs_what_is_there_and_is_confined(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert list(checking.unit_faults(path, text)) == []
    analyze = shutil.which("systemd-analyze")
    if analyze is not None:
        # The program is asked about a copy that finds its files in this checkout.
        for unit in UNITS:
            here = unit.read_text(encoding="utf-8").replace("/opt/duban/.venv/bin/python", sys.executable)
            (tmp_path / unit.name).write_text(here.replace("/opt/duban", str(ROOT)), encoding="utf-8")
        name = path.name.replace("@", "@procedure")
        if "@" in name:
            (tmp_path / name).write_bytes((tmp_path / path.name).read_bytes())
        done = subprocess.run(
            [analyze, "verify", "--man=no", str(tmp_path / name)], capture_output=True, text=True, check=False
        )
        assert (done.returncode, [line for line in done.stderr.splitlines() if str(tmp_path) in line]) == (0, [])


def test_a_unit_that_is_wrong_is_noticed() -> None:
    path = DEPLOY / "systemd" / "duban-worker.service"
    text = path.read_text(encoding="utf-8")
    for was, becomes in (
        ("NoNewPrivileges=yes\n", ""),
        ("ProtectSystem=strict", "ProtectSystem=full"),
        ("PrivateTmp=yes", "PrivateTemp=yes"),
        ("worker.py", "workers.py"),
        ("User=duban", "User=root"),
    ):
        assert was in text
        assert list(checking.unit_faults(path, text.replace(was, becomes))) != [], becomes
    assert list(checking.unit_faults(path.with_name("x.timer"), "[Timer]\nOnCalendar=daily\n")) != []


def test_the_settings_of_one_machine_are_accepted(accepted: Callable[[dict[str, str]], settings.Settings]) -> None:
    lines = (DEPLOY / "systemd" / "duban.env").read_text(encoding="utf-8").splitlines()
    told = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    assert accepted(told).deployment == "duban"


# --- what is watched --------------------------------------------------------------------------------------------------


def test_every_alert_asks_for_what_is_told_and_says_what_to_do(metrics: frozenset[str]) -> None:
    found = read(ALERTS)

    assert list(checking.alert_faults(found, metrics)) == []
    named = {rule["alert"] for group in found["groups"] for rule in group["rules"]}
    assert named >= {"DubanUnseen", "DubanUndelivered", "DubanSealMissing", "DubanChainContradicts", "DubanWorkerGone",
                     "DubanHistoryLong", "DubanDiskFull", "DubanBackupOld", "DubanUnreplayable"}  # fmt: skip
    scraped = read(DEPLOY / "prometheus" / "scrape.yaml")
    assert (ALERTS.parent / scraped["rule_files"][0]).is_file()
    jobs = {job["job_name"] for job in scraped["scrape_configs"]}
    commands = set(re.findall(r"starter\.py ([a-z]+)", ALERTS.read_text(encoding="utf-8")))
    assert commands <= COMMANDS.keys()
    asked = set(re.findall(r'job="([^"]+)"', ALERTS.read_text(encoding="utf-8")))
    assert asked <= jobs
    promtool = shutil.which("promtool")
    if promtool is not None:
        done = subprocess.run([promtool, "check", "rules", str(ALERTS)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "query",
    [
        "sum(rate(duban_transitions_total[5m])",
        "duban_transition_total > 0",
        "sum by (name) (duban_matters)",
        'up{job="duban-worker"',
        "rate duban_commits_total",
        "duban_unseen > > 0",
        "duban_unseen >",
        'duban_matters{stage=="x"}',
        "duban_unseen; drop",
        "1 + 1",
        "",
    ],
)
def test_a_query_that_is_wrong_is_noticed(query: str, metrics: frozenset[str]) -> None:
    assert list(query_faults(query, metrics)) != []


def test_the_board_shows_what_is_told(metrics: frozenset[str]) -> None:
    found = json.loads((DEPLOY / "grafana" / "board.json").read_text(encoding="utf-8"))

    assert list(checking.board_faults(found, metrics)) == []
    found["panels"][1]["gridPos"] = found["panels"][0]["gridPos"]
    assert list(checking.board_faults(found, metrics)) != []


def test_the_collector_is_spoken_to_here_and_speaks_over_encryption() -> None:
    found = read(DEPLOY / "otel" / "collector.yaml")

    assert list(checking.collector_faults(found)) == []
    found["exporters"]["otlphttp"]["endpoint"] = "http://traces.example.gov.cn:4318"
    assert list(checking.collector_faults(found)) != []
