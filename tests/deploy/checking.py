"""What is wrong with a file in deploy/? Each function yields its faults, one line each; nothing here asks a network."""

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import kubernetes_validate
import yaml

from settings import ROOT, Serve, Settings
from tests.deploy.promql import query_faults

DEPLOY = ROOT / "deploy"
KUBERNETES = "1.33"
INSTALLED = PurePosixPath("/opt/duban")
NOT_SETTINGS = frozenset({"DUBAN_TOKEN", "DUBAN_NAME", "DUBAN_PASSWORD"})
"""What begins like a setting and is none: who runs a command, and what the compose file asks its reader for."""
TEMPORAL = frozenset({"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_TLS", "TEMPORAL_API_KEY"})
SECRET = frozenset({"DUBAN_DATABASE_URL", "TEMPORAL_API_KEY"})
"""Whose values hold a secret itself; other secrets are references (`file:`, `env:`)."""

Document = Mapping[str, Any]


# --- settings and images ----------------------------------------------------------------------------------------------


def unknown_settings(text: str) -> Iterator[str]:
    """Names that look like settings and are none."""
    for name in sorted(set(re.findall(r"\b(?:DUBAN|TEMPORAL)_[A-Z0-9_]+", text))):
        if name.startswith("DUBAN_"):
            if name.removeprefix("DUBAN_").lower() not in Settings.model_fields and name not in NOT_SETTINGS:
                yield f"no setting: {name}"
        elif name not in TEMPORAL and name != "TEMPORAL_DATABASE_PASSWORD":
            yield f"none of Temporal's settings: {name}"


def loose_image(image: str) -> Iterator[str]:
    """An image of whatever version there is."""
    name, _, tag = image.rpartition(":")
    if not name or "/" in tag or tag in ("latest", "") or not re.search(r"\d", tag):
        yield f"not pinned: {image}"


def missing_program(words: Iterable[str]) -> Iterator[str]:
    """Files of ours that a command names and the checkout does not have."""
    for word in words:
        path = PurePosixPath(word)
        inside = path.relative_to(INSTALLED) if path.is_relative_to(INSTALLED) else path
        if inside.suffix == ".py" and not (ROOT / inside).is_file():
            yield f"no such file: {word}"


# --- Kubernetes -------------------------------------------------------------------------------------------------------


def documents(path: Path) -> list[Document]:
    """Every document of a YAML file."""
    return [one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one]


def manifest_faults(found: list[Document]) -> Iterator[str]:
    """What is wrong with the manifests, taken together."""
    for one in found:
        try:
            kubernetes_validate.validate(dict(one), KUBERNETES, strict=True)
        except kubernetes_validate.ValidationError as error:
            yield f"{one.get('kind')}/{one['metadata']['name']}: {error.message[:200]}"
        except kubernetes_validate.utils.SchemaNotFoundError:
            yield f"{one['metadata']['name']}: nothing of Kubernetes {KUBERNETES} is a {one.get('kind')}"
        if one["kind"] == "Secret":
            yield "a secret stands in a file"
    kinds = [(one["kind"], one) for one in found]
    deployments = [one for kind, one in kinds if kind == "Deployment"]
    budgets = [one["spec"]["selector"]["matchLabels"] for kind, one in kinds if kind == "PodDisruptionBudget"]
    closed = [one for kind, one in kinds if kind == "NetworkPolicy" and one["spec"]["podSelector"] == {}]
    if not any(set(one["spec"]["policyTypes"]) == {"Ingress", "Egress"} and len(one["spec"]) == 2 for one in closed):
        yield "nothing is closed by default"
    for one in deployments:
        name, pod = one["metadata"]["name"], one["spec"]["template"]
        if pod["metadata"]["labels"] not in budgets:
            yield f"{name}: no disruption budget"
        yield from (f"{name}: {fault}" for fault in _pod_faults(pod["spec"]))
    served = {environment(one, found).get("DUBAN_SERVE") for one in deployments}
    if deployments and (missing := {Serve.PROCEDURE.value, Serve.RECORDS.value, Serve.NOTICES.value} - served):
        yield f"nobody serves {sorted(missing)}"
    for kind, one in kinds:
        if kind == "Service":
            wanted = one["spec"]["selector"].items()
            if not any(wanted <= each["spec"]["template"]["metadata"]["labels"].items() for each in deployments):
                yield f"{one['metadata']['name']}: leads nowhere"


def _pod_faults(pod: Document) -> Iterator[str]:
    context = pod.get("securityContext", {})
    if not context.get("runAsNonRoot") or not context.get("runAsUser"):
        yield "may run as root"
    if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "no seccomp profile"
    if pod.get("automountServiceAccountToken") is not False:
        yield "is given a token of the cluster"
    volumes = {one["name"] for one in pod["volumes"]}
    for container in (*pod.get("initContainers", ()), *pod["containers"]):
        own = container.get("securityContext", {})
        if own.get("allowPrivilegeEscalation") is not False or own.get("capabilities") != {"drop": ["ALL"]}:
            yield f"{container['name']}: keeps privileges"
        if own.get("readOnlyRootFilesystem") is not True:
            yield f"{container['name']}: its root can be written"
        if not {"requests", "limits"} <= container.get("resources", {}).keys():
            yield f"{container['name']}: no bounds"
        yield from loose_image(container["image"])
        yield from missing_program([*container.get("command", ()), *container.get("args", ())])
        yield from (f"mounts nothing: {one['name']}" for one in container["volumeMounts"] if one["name"] not in volumes)
        yield from (
            f"a secret in clear: {one['name']}"
            for one in container.get("env", ())
            if one["name"] in SECRET and "valueFrom" not in one
        )
    for container in pod["containers"]:
        ports = {one["name"] for one in container["ports"]}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            asked = container.get(probe, {}).get("httpGet", {})
            if asked.get("port") not in ports or asked.get("path") not in ("/healthz", "/readyz"):
                yield f"{container['name']}: {probe} asks nobody"


def environment(deployment: Document, found: list[Document]) -> dict[str, str]:
    """The environment of a deployment's container; what comes from a secret is `secret`."""
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    settings = {one["metadata"]["name"]: one["data"] for one in found if one["kind"] == "ConfigMap"}
    told: dict[str, str] = {}
    for one in container.get("envFrom", ()):
        told |= settings[one["configMapRef"]["name"]]
    told |= {one["name"]: one.get("value", "secret") for one in container.get("env", ())}
    return told


# --- compose, Containerfile -------------------------------------------------------------------------------------------

_SERVICE_KEYS = frozenset(
    {"image", "command", "entrypoint", "environment", "volumes", "ports", "healthcheck", "depends_on", "network_mode"}
    | {"restart", "read_only", "cap_drop", "security_opt", "tmpfs"}
)


def compose_faults(found: Document, place: Path) -> Iterator[str]:
    """What is wrong with a compose file at `place`."""
    services, volumes = found["services"], set(found["volumes"])
    for name, one in services.items():
        yield from (f"{name}: unknown key {key}" for key in one if key not in _SERVICE_KEYS)
        yield from loose_image(one["image"])
        yield from missing_program(one.get("command", ()))
        network = str(one.get("network_mode", "service:"))
        if name != "database" and network != "service:database":
            yield f"{name}: its plain text leaves 127.0.0.1"
        yield from (
            f"{name}: waits for nobody: {other}" for other in one.get("depends_on", {}).keys() - services.keys()
        )
        for mounted in one.get("volumes", ()):
            source = mounted.partition(":")[0]
            # The certificate and the office's own files are the administrator's to put there.
            known = (place.parent / source).is_file() if source.startswith("./") else source in volumes
            if not known and source not in ("./tls", "./office"):
                yield f"{name}: mounts nothing: {source}"
        if one["image"].startswith("duban-engine"):
            if one.get("read_only") is not True or one.get("cap_drop") != ["ALL"]:
                yield f"{name}: keeps privileges"
            told = one["environment"]
            if not re.search(r":\$\{\w+:\?\}@127\.0\.0\.1/", told["DUBAN_DATABASE_URL"]):
                yield f"{name}: a password in clear"
    served = {one["environment"].get("DUBAN_SERVE") for one in services.values() if "environment" in one}
    if missing := {Serve.PROCEDURE.value, Serve.RECORDS.value, Serve.NOTICES.value} - served:
        yield f"nobody serves {sorted(missing)}"


_INSTRUCTIONS = frozenset(
    {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "ENTRYPOINT", "CMD"}
)  # fmt: skip


def containerfile_faults(text: str) -> Iterator[str]:
    """What is wrong with a Containerfile that is built at the root of the checkout."""
    lines = [one for one in re.sub(r"\\\n", " ", text).splitlines() if one.strip() and not one.startswith("#")]
    steps = [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]
    yield from (f"unknown instruction {word}" for word, _ in steps if word not in _INSTRUCTIONS)
    stages: list[str] = []
    for word, rest in steps:
        match word:
            case "FROM":
                image, _, stage = rest.partition(" AS ")
                yield from loose_image(image)
                stages.append(stage)
            case "COPY":
                words = [one for one in shlex.split(rest) if not one.startswith("--")]
                if "--from=" in rest:
                    if not re.match(rf"--from=({'|'.join(filter(None, stages))}) ", rest):
                        yield f"copied from no stage: {rest}"
                else:
                    yield from (f"no such file: {one}" for one in words[:-1] if not (ROOT / one).exists())
            case "CMD" | "ENTRYPOINT":
                yield from missing_program(json.loads(rest))
            case "RUN" if "pip install" in rest and "--require-hashes" not in rest:
                yield "installs what nobody has checked"
    users = [rest for word, rest in steps if word == "USER"]
    if not users or users[-1].partition(":")[0] in ("root", "0"):
        yield "runs as root"
    if steps[-1][0] != "CMD":
        yield "runs nothing"


# --- systemd ----------------------------------------------------------------------------------------------------------

_UNIT_KEYS: Mapping[str, frozenset[str]] = {
    "Unit": frozenset({"Description", "After", "Wants"}),
    "Service": frozenset(
        {"Type", "ExecStart", "Environment", "EnvironmentFile", "User", "Group", "WorkingDirectory", "Restart"}
        | {"RestartSec", "KillSignal", "TimeoutStopSec", "UMask", "StateDirectory", "StateDirectoryMode"}
        | {"ReadWritePaths", "NoNewPrivileges", "PrivateTmp", "PrivateDevices", "PrivateUsers", "ProtectSystem"}
        | {"ProtectHome", "ProtectProc", "ProcSubset", "ProtectClock", "ProtectHostname", "ProtectKernelLogs"}
        | {"ProtectKernelModules", "ProtectKernelTunables", "ProtectControlGroups", "RestrictAddressFamilies"}
        | {"RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "LockPersonality", "RemoveIPC"}
        | {"CapabilityBoundingSet", "AmbientCapabilities", "SystemCallArchitectures", "SystemCallFilter"}
    ),
    "Timer": frozenset({"OnCalendar", "Persistent", "RandomizedDelaySec"}),
    "Install": frozenset({"WantedBy"}),
}
_HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "RestrictNamespaces": "yes",
    "UMask": "0077",
    "User": "duban",
}


def unit_of(text: str) -> list[tuple[str, str, str]]:
    """Section, key and value of each line of a unit. Raises ValueError for a line that is neither."""
    section, found = "", []
    for line in text.splitlines():
        if not line.strip() or line.startswith(("#", ";")):
            continue
        if match := re.fullmatch(r"\[(\w+)\]", line):
            section = match[1]
        elif (match := re.fullmatch(r"(\w+)=(.*)", line)) and section:
            found.append((section, match[1], match[2]))
        else:
            raise ValueError(f"no line of a unit: {line}")
    return found


def unit_faults(path: Path, text: str) -> Iterator[str]:
    """What is wrong with a unit that lies at `path`."""
    found = unit_of(text)
    yield from (f"unknown {section}.{key}" for section, key, _ in found if key not in _UNIT_KEYS.get(section, ()))
    service = {key: value for section, key, value in found if section == "Service"}
    if path.suffix == ".timer":
        if not path.with_suffix(".service").is_file():
            yield "starts nothing"
        return
    yield from (f"{key} is not {value!r}" for key, value in _HARDENED.items() if service.get(key) != value)
    words = shlex.split(service.get("ExecStart", ""))
    if not words or words[0] != f"{INSTALLED}/.venv/bin/python":
        yield "does not run our interpreter"
    yield from missing_program(words[1:])


# --- Prometheus, Grafana ----------------------------------------------------------------------------------------------

_RULE_KEYS = frozenset({"alert", "expr", "for", "labels", "annotations"})


def alert_faults(found: Document, metrics: frozenset[str]) -> Iterator[str]:
    """What is wrong with a file of rules."""
    names: set[str] = set()
    for group in found["groups"]:
        for rule in group["rules"]:
            name = rule["alert"]
            if name in names or not re.fullmatch(r"Duban[A-Za-z]+", name):
                yield f"{name}: twice, or not ours"
            names.add(name)
            yield from (f"{name}: {fault}" for fault in query_faults(rule["expr"], metrics))
            yield from (f"{name}: unknown key {key}" for key in rule.keys() - _RULE_KEYS)
            if rule.get("labels", {}).get("severity") not in ("critical", "warning"):
                yield f"{name}: nobody knows how urgent it is"
            if not rule.get("annotations", {}).keys() >= {"summary", "runbook"}:
                yield f"{name}: nobody knows what to do"
            if not re.fullmatch(r"\d+[smh]", rule.get("for", "0s")):
                yield f"{name}: for {rule['for']}"


def board_faults(found: Document, metrics: frozenset[str]) -> Iterator[str]:
    """What is wrong with a board."""
    sources = {f"${{{one['name']}}}" for one in found["templating"]["list"] if one["type"] == "datasource"}
    taken: set[tuple[int, int]] = set()
    ids = [panel["id"] for panel in found["panels"]]
    if len(set(ids)) != len(ids):
        yield "two panels have one id"
    for panel in found["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        if cells & taken or at["x"] + at["w"] > 24:
            yield f"{panel['title']}: over another one"
        taken |= cells
        if panel["datasource"]["uid"] not in sources:
            yield f"{panel['title']}: no such source"
        if not panel["targets"]:
            yield f"{panel['title']}: shows nothing"
        for target in panel["targets"]:
            yield from (f"{panel['title']}: {fault}" for fault in query_faults(target["expr"], metrics))


def collector_faults(found: Document) -> Iterator[str]:
    """What is wrong with a collector's file: parts that are not there, plain text that leaves this machine."""
    for name, pipeline in found["service"]["pipelines"].items():
        for kind, parts in pipeline.items():
            yield from (f"{name}: no {kind} {part}" for part in parts if part not in found[kind])
    for receiver in found["receivers"].values():
        for protocol in receiver["protocols"].values():
            if not str(protocol.get("endpoint", "")).startswith("127.0.0.1:"):
                yield "receives from elsewhere in plain text"
    for exporter in found["exporters"].values():
        if not str(exporter["endpoint"]).startswith("https://") or exporter.get("tls", {}).get("insecure"):
            yield "sends in plain text"
