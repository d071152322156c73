"""Does the code keep the shape that ARCHITECTURE.md draws? Every rule is also shown to catch what it forbids."""

import ast
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import logs

ROOT = Path(__file__).resolve().parent.parent

ANYTHING = frozenset({"*"})

# Who may import whom, by top-level package or module. Imports point inward: models know nobody.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "models": frozenset(),
    "logs": frozenset(),
    "lifeline": frozenset(),
    "meters": frozenset(),
    "tracing": frozenset(),
    "watching": frozenset({"addresses", "backup", "logs", "meters", "record", "settings"}),
    "addresses": frozenset(),
    "settings": frozenset({"addresses", "logs", "privacy"}),
    "embedded": frozenset({"lifeline", "logs"}),
    "policies": frozenset({"models"}),
    "privacy": frozenset({"models", "policies", "addresses", "logs"}),
    "record": frozenset({"models", "privacy", "logs"}),
    "intake": frozenset({"models", "policies"}),
    "rehearsal": frozenset({"models", "policies", "intake"}),
    "documents": frozenset({"models", "policies", "privacy", "record", "logs"}),
    "attachments": frozenset({"models", "policies", "intake", "documents", "record", "logs", "settings"}),
    "notices": frozenset({"addresses", "models", "policies", "logs", "settings"}),
    "evidence": frozenset({"models", "policies", "record", "documents", "witnesses", "logs"}),
    "enacting": frozenset({"models", "policies", "record"}),
    "comparing": frozenset({"models", "policies", "record", "rehearsal"}),
    "activities": frozenset(
        {"addresses", "comparing", "models", "policies", "enacting", "record", "showing"}
        | {"documents", "notices", "evidence", "logs", "meters", "tracing"}
    ),
    "workflows": frozenset({"models", "policies", "activities", "logs"}),
    "backup": frozenset({"models", "record"}),
    "reconciling": frozenset({"models", "policies", "record", "witnesses", "logs"}),
    "schedules": frozenset({"models", "policies", "record", "logs"}),
    "office": frozenset({"models", "policies", "privacy", "record", "schedules", "logs", "settings", "tracing"}),
    "witnesses": frozenset({"models", "privacy", "record"}),
    "identity": frozenset({"models", "policies", "record", "addresses", "logs"}),
    "web": frozenset(
        {"models", "policies", "record", "identity", "office", "logs", "settings"}
        | {"addresses", "bringing", "documents", "evidence", "intake", "notices", "privacy", "rehearsal", "showing"}
        | {"attachments", "backup", "comparing", "enacting", "meters", "returning", "taking", "tracing", "watching"}
    ),
    "builds": frozenset({"models"}),
    "worker": frozenset(
        {"models", "policies", "record", "activities", "workflows", "intake", "office", "embedded", "logs", "settings"}
        | {"backup", "builds", "documents", "evidence", "leaving", "notices", "privacy", "reconciling", "schedules"}
        | {"tracing", "watching"}
    ),
    "upgrading": frozenset(
        {"models", "policies", "record", "activities", "workflows", "intake", "rehearsal", "worker", "settings"}
        | {"comparing", "documents", "evidence"}
    ),
    "drill": frozenset(
        {"models", "policies", "record", "activities", "workflows", "intake", "rehearsal", "office", "worker"}
        | {"embedded", "logs", "privacy", "settings"}
    ),
    "pacing": frozenset(),
    "bringing": frozenset({"models", "intake", "office", "pacing", "record"}),
    "returning": frozenset({"models", "policies", "record", "intake", "office", "pacing", "showing"}),
    "taking": frozenset({"models", "policies", "record", "identity", "office"}),
    "sample": frozenset({"models", "policies", "record", "identity", "activities", "rehearsal", "taking"}),
    "showing": frozenset({"comparing", "enacting", "models", "policies", "record", "intake", "rehearsal"}),
    "cli": frozenset(
        {"models", "policies", "record", "workflows", "intake", "rehearsal", "office", "witnesses", "worker", "drill"}
        | {"addresses", "backup", "bringing", "builds", "documents", "embedded", "evidence", "identity", "logs"}
        | {"notices", "pacing", "privacy", "reconciling", "returning", "sample", "schedules", "settings", "showing"}
        | {"attachments", "comparing", "enacting", "taking", "tracing", "upgrading", "watching", "web"}
    ),
    "leaving": frozenset(),
    "starter": frozenset({"cli", "leaving"}),
    "benchmarks": ANYTHING,
    "tests": ANYTHING,
}
SUPPORT = frozenset({"tests", "benchmarks"})

NOT_SOURCES = frozenset({"var", "build", "__pycache__"})

# A rule sees only its arguments: no clock, database, environment, chance or server.
NOT_IN_POLICIES = frozenset(
    {"temporalio", "sqlmodel", "sqlalchemy", "os", "random", "secrets", "uuid", "time", "logging", "structlog"}
)
# Workflow code is replayed: what differs from run to run comes from temporalio.workflow or from an activity.
NOT_IN_WORKFLOWS = frozenset({"sqlmodel", "sqlalchemy", "os", "random", "secrets", "uuid", "time"})

LOG_METHODS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})

Rule = Callable[[Path], Iterator[str]]


def _python_files(root: Path) -> Iterator[Path]:
    # Pruned on the way: other test processes make and remove directories of tools while this one looks.
    for place, directories, files in os.walk(root):
        directories[:] = [name for name in directories if name not in NOT_SOURCES and not name.startswith(".")]
        yield from (Path(place) / name for name in files if name.endswith(".py"))


def sources(root: Path, *packages: str) -> Iterator[tuple[str, Path, ast.Module]]:
    """Every source file with its top-level package: of the `packages` named, or of all."""
    for path in sorted(_python_files(root)):
        parts = path.relative_to(root).with_suffix("").parts
        if not packages or parts[0] in packages:
            yield parts[0], path.relative_to(root), ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of all that is imported, inside functions and type-checking blocks too."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from ((node.lineno, alias.name) for alias in node.names)
            case ast.ImportFrom(module=str(module), level=0):
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
            case ast.ImportFrom():
                yield node.lineno, ".relative"


def dotted(node: ast.expr) -> str:
    """`a.b.c` of an attribute chain, "" of anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            before = dotted(value)
            return f"{before}.{attr}" if before else ""
        case _:
            return ""


def real_names(tree: ast.AST) -> dict[str, str]:
    """What the local names stand for: `dt` for `datetime.datetime` after `from datetime import datetime as dt`."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                names |= {alias.asname: alias.name for alias in node.names if alias.asname}
            case ast.ImportFrom(module=str(module)):
                names |= {alias.asname or alias.name: f"{module}.{alias.name}" for alias in node.names}
    return names


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Every call of a named thing, by its real name."""
    names = real_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := dotted(node.func)):
            first, _, rest = name.partition(".")
            yield node, f"{names.get(first, first)}.{rest}" if rest else names.get(first, first)


def unknown_packages(root: Path) -> Iterator[str]:
    for package in sorted({package for package, _path, _tree in sources(root)} - MAY_IMPORT.keys()):
        yield f"{package}: not in the table of packages"


def forbidden_imports(root: Path) -> Iterator[str]:
    for package, path, tree in sources(root):
        allowed = MAY_IMPORT.get(package, frozenset())
        if allowed == ANYTHING:
            continue
        for line, name in imported(tree):
            top = name.partition(".")[0]
            if not top:
                yield f"{path}:{line}: relative import"
            elif top in MAY_IMPORT and top != package and top not in allowed:
                yield f"{path}:{line}: {package} may not import {top}"


def rows_outside_the_record(root: Path) -> Iterator[str]:
    for package, path, tree in sources(root):
        if package in {"record", "tests"}:
            continue
        for line, name in imported(tree):
            if f"{name}.".startswith("models.rows."):
                yield f"{path}:{line}: only record/ knows the rows"


def ambient_imports(root: Path) -> Iterator[str]:
    for package, forbidden in (("policies", NOT_IN_POLICIES), ("workflows", NOT_IN_WORKFLOWS)):
        for _package, path, tree in sources(root, package):
            for line, name in imported(tree):
                if name.partition(".")[0] in forbidden:
                    yield f"{path}:{line}: {package} may not import {name}"


def clock_readings(root: Path) -> Iterator[str]:
    forbidden = {
        f"datetime.{name}"
        for name in ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.fromtimestamp")
    }
    for _package, path, tree in sources(root, "policies", "workflows", "models", "rehearsal"):
        for node, name in calls(tree):
            if name in forbidden:
                yield f"{path}:{node.lineno}: reads a clock or a local zone: {name}"


def naive_instants(root: Path) -> Iterator[str]:
    """`datetime(...)` has its zone as the eighth argument, `combine` as the third, or by name."""
    for _package, path, tree in sources(root, "policies"):
        for node, name in calls(tree):
            zone_at = {"datetime.datetime": 8, "datetime.datetime.combine": 3}.get(name)
            zoned = any(keyword.arg == "tzinfo" for keyword in node.keywords)
            if zone_at is not None and not zoned and len(node.args) < zone_at:
                yield f"{path}:{node.lineno}: instant without a zone"


def date_arithmetic_in_workflows(root: Path) -> Iterator[str]:
    """A time-out is plumbing; days, weeks, and sums or differences with a duration are rules."""
    for _package, path, tree in sources(root, "workflows"):
        durations = {id(node): node for node, name in calls(tree) if name == "datetime.timedelta"}
        named = {
            target.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and id(node.value) in durations
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for duration in durations.values():
            if duration.args or {keyword.arg for keyword in duration.keywords} & {"days", "weeks"}:
                yield from [] if is_zero(duration) else [f"{path}:{duration.lineno}: days are counted in policies/"]
        for node in ast.walk(tree):
            if isinstance(node, ast.BinOp) and any(
                id(side) in durations or (isinstance(side, ast.Name) and side.id in named)
                for side in (node.left, node.right)
            ):
                yield f"{path}:{node.lineno}: arithmetic with a duration belongs in policies/"


def is_zero(duration: ast.Call) -> bool:
    match duration:
        case ast.Call(args=[] | [ast.Constant(value=0)], keywords=[]):
            return True
        case _:
            return False


def environment_readings(root: Path) -> Iterator[str]:
    for package, path, tree in sources(root):
        if package in SUPPORT | {"settings", "embedded"}:
            continue
        names = real_names(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute | ast.Name):
                name = dotted(node)
                if names.get(name, name) in {"os.environ", "os.getenv", "os.environb"}:
                    yield f"{path}:{node.lineno}: the environment is read in settings.py only"


def plain_text_paths(root: Path) -> Iterator[str]:
    """A record is written with its vault, Temporal is spoken to through the codec; drills keep nothing."""
    for package, path, tree in sources(root):
        if package in SUPPORT | {"drill", "embedded"}:
            continue
        for node, name in calls(tree):
            given = {keyword.arg for keyword in node.keywords}
            if name == "record.store.Store" and not given & {"vault", "read_only", None}:
                yield f"{path}:{node.lineno}: a record without a vault keeps everything plain"
            if name == "temporalio.client.Client.connect" and "data_converter" not in given:
                yield f"{path}:{node.lineno}: a client without a codec speaks in plain text"
        if path.as_posix() != "privacy/codec.py":
            for line, name in imported(tree):
                if name.endswith(".pydantic_data_converter"):
                    yield f"{path}:{line}: a converter without a codec speaks in plain text"


def loose_log_lines(root: Path) -> Iterator[str]:
    """An event is a fixed phrase, and no key is one that the log withholds."""
    for package, path, tree in sources(root):
        if package in SUPPORT:
            continue
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(value=logger, attr=method)) if method in LOG_METHODS:
                    if re.fullmatch(r"(.+\.)?(log|logger)", dotted(logger)):
                        yield from (f"{path}:{node.lineno}: {what}" for what in loose(node))


def loose(call: ast.Call) -> Iterator[str]:
    match call.args:
        case [ast.Constant(value=str(phrase))] if logs._PHRASE.fullmatch(phrase):
            pass
        case _:
            yield "an event is one fixed phrase such as notice.sent"
    for keyword in call.keywords:
        key = keyword.arg or "**"
        if key not in logs._ALLOWED and logs._DENIED.intersection(key.split("_")):
            yield f"the log withholds {key}"


RULES: tuple[Rule, ...] = (
    unknown_packages,
    forbidden_imports,
    rows_outside_the_record,
    ambient_imports,
    clock_readings,
    naive_instants,
    date_arithmetic_in_workflows,
    environment_readings,
    loose_log_lines,
    plain_text_paths,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_code_keeps_the_rule(rule: Rule) -> None:
    assert list(rule(ROOT)) == []


def test_the_rules_look_at_the_code_that_is_there() -> None:
    seen = {package for package, _path, _tree in sources(ROOT)}

    assert {"models", "policies", "record", "activities", "workflows", "settings", "logs", "tests"} <= seen


VIOLATIONS = [
    (plain_text_paths, "cli/kept.py", "from record.store import Store\nstore = Store(url)"),
    (plain_text_paths, "office.py", "from temporalio.client import Client\nclient = Client.connect(address)"),
    (plain_text_paths, "office.py", "from temporalio.contrib.pydantic import pydantic_data_converter"),
    (unknown_packages, "helpers/misc.py", ""),
    (unknown_packages, "utils.py", ""),
    (forbidden_imports, "policies/rule.py", "from record import ledger"),
    (forbidden_imports, "policies/rule.py", "def f():\n    import record.ledger"),
    (forbidden_imports, "models/shape.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import policies"),
    (forbidden_imports, "record/ledger.py", "import policies.matter as rules"),
    (forbidden_imports, "activities/recording.py", "import worker"),
    (forbidden_imports, "rehearsal/conductor.py", "from record.store import Store"),
    (forbidden_imports, "starter.py", "from record import views"),
    (forbidden_imports, "policies/rule.py", "from . import calendar"),
    (rows_outside_the_record, "activities/recording.py", "from models import rows"),
    (rows_outside_the_record, "activities/recording.py", "from models.rows import MatterRow"),
    (rows_outside_the_record, "models/shape.py", "import models.rows"),
    (ambient_imports, "policies/rule.py", "from os import environ"),
    (ambient_imports, "policies/rule.py", "import random"),
    (ambient_imports, "policies/rule.py", "from uuid import uuid4"),
    (ambient_imports, "policies/rule.py", "from temporalio import workflow"),
    (ambient_imports, "policies/rule.py", "import sqlmodel"),
    (ambient_imports, "workflows/matter.py", "import random"),
    (clock_readings, "policies/rule.py", "from datetime import datetime\nat = datetime.now()"),
    (clock_readings, "policies/rule.py", "import datetime as d\nat = d.datetime.utcnow()"),
    (clock_readings, "policies/rule.py", "from datetime import date as day\non = day.today()"),
    (clock_readings, "workflows/matter.py", "import datetime\nat = datetime.datetime.now(datetime.UTC)"),
    (naive_instants, "policies/rule.py", "from datetime import datetime\nat = datetime(2026, 3, 2, 9, 0)"),
    (naive_instants, "policies/rule.py", "import datetime as d\nat = d.datetime.combine(day, noon)"),
    (date_arithmetic_in_workflows, "workflows/matter.py", "from datetime import timedelta\nwait = timedelta(days=3)"),
    (date_arithmetic_in_workflows, "workflows/matter.py", "from datetime import timedelta\nwait = timedelta(3)"),
    (date_arithmetic_in_workflows, "workflows/matter.py", "import datetime\ndue = at + datetime.timedelta(hours=72)"),
    (
        date_arithmetic_in_workflows,
        "workflows/matter.py",
        "from datetime import timedelta as span\nLIMIT = span(hours=72)\ndue = at + LIMIT",
    ),
    (environment_readings, "worker.py", "import os\nwhere = os.environ['HOME']"),
    (environment_readings, "record/store.py", "from os import getenv as ask\nwhere = ask('HOME')"),
    (loose_log_lines, "activities/recording.py", "log.info(f'told {who}')"),
    (loose_log_lines, "activities/recording.py", "log.info('notice.sent %s', who)"),
    (loose_log_lines, "activities/recording.py", "log.info('notice.sent', reason=why)"),
    (loose_log_lines, "workflows/matter.py", "workflow.logger.warning('A matter of ' + who)"),
]


@pytest.mark.parametrize(("rule", "file", "source"), VIOLATIONS, ids=lambda part: getattr(part, "__name__", None))
def test_the_rule_catches_what_it_forbids(tmp_path: Path, rule: Rule, file: str, source: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")

    (found,) = rule(tmp_path)

    assert found.startswith(file.removesuffix(".py").partition("/")[0])


def test_every_rule_is_shown_to_catch_something() -> None:
    assert {rule for rule, _file, _source in VIOLATIONS} == set(RULES)


PERMITTED = [
    (
        "workflows/matter.py",
        "from datetime import timedelta\nPATIENCE = timedelta(seconds=5)\nlate = left <= timedelta(0)",
    ),
    ("workflows/matter.py", "from temporalio import workflow\nleft = due - workflow.now()"),
    ("policies/rule.py", "from datetime import datetime\nat = datetime.combine(day, noon, tzinfo=SHANGHAI)"),
    ("policies/rule.py", "from datetime import date\non = date(2026, 3, 2)"),
    ("policies/rule.py", "from models.acts import Act\nfrom policies import calendar\nimport bisect"),
    ("record/ledger.py", "from models.rows import EntryRow"),
    ("activities/recording.py", "log.info('transition.recorded', matter_id=m, seq=3, message_id=i)"),
    ("var/scratch.py", "import anything"),
]


@pytest.mark.parametrize(("file", "source"), PERMITTED)
def test_what_is_permitted_passes_every_rule(tmp_path: Path, file: str, source: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")

    assert [found for rule in RULES for found in rule(tmp_path)] == []


def test_nobody_imports_in_a_circle() -> None:
    open_ = {name: set(allowed) for name, allowed in MAY_IMPORT.items() if allowed != ANYTHING}
    while free := [name for name, allowed in open_.items() if not allowed & open_.keys()]:
        for name in free:
            del open_[name]

    assert open_ == {}


def lock() -> dict[str, str]:
    """Name to the lines of its requirement, as locked."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {re.split(r"[=\s]", line, maxsplit=1)[0].lower(): line for line in lines}


def test_every_locked_package_is_pinned_and_hashed_and_none_names_where_it_comes_from() -> None:
    for line in lock().values():
        assert re.match(r"[A-Za-z0-9._-]+==\S+ ", line), line
        assert "--hash=sha256:" in line
        assert not re.search(r"://|--(extra-)?index|--find-links|@", line), line


def test_every_dependency_is_locked_and_exact_pins_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    locked = lock()
    for dependency in project["project"]["dependencies"] + project["dependency-groups"]["dev"]:
        name, operator, version = re.fullmatch(r"([A-Za-z0-9-]+)(?:\[\w+\])?(==|>=)(\S+)", dependency).groups()  # type: ignore[union-attr]
        assert name.lower() in locked, f"{name}: run make lock"
        if operator == "==":
            assert locked[name.lower()].startswith(f"{name.lower()}=={version} "), f"{name}: run make lock"
