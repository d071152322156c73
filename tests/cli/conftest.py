"""The command line as it is used: real processes, and one live engine for all tests of this process."""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import pytest

from cli.app import run
from tests.databases import Databases
from tests.warm import Warm

ROOT = Path(__file__).resolve().parent.parent.parent
STARTER = ROOT / "starter.py"
NOWHERE = "127.0.0.1:9"
"""The discard port: nothing answers there."""


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer as JSON; nothing else may stand on standard output."""
        return json.loads(self.out)


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process with these settings and none of this machine's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DUBAN_", "TEMPORAL_"))}
    return {**kept, "TEMPORAL_CONFIG_FILE": os.devnull, **settings}


def starter(*arguments: object, within: float = 60, settings: Mapping[str, str] | None = None) -> Said:
    """Run `python starter.py ARGUMENTS…` to its end."""
    done = subprocess.run(
        [sys.executable, str(STARTER), *map(str, arguments)],
        capture_output=True,
        timeout=within,
        cwd=ROOT,
        env=environment(settings or {}),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


@dataclass
class Engine:
    """`starter.py up` as a process of its own, on a data directory and a record of its own and free ports.

    `cold`: an interpreter that has loaded nothing yet.
    """

    data_dir: Path
    database_url: str
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | Warm | None = None
    said: TextIO | None = None
    told: dict[str, Any] = field(default_factory=dict)
    cold: bool = False

    def __post_init__(self) -> None:
        self.settings = {
            "DUBAN_DATA_DIR": str(self.data_dir),
            "DUBAN_DATABASE_URL": self.database_url,
            "DUBAN_TEMPORAL_PORT": "0",
            "DUBAN_UI_PORT": "0",
            "DUBAN_WEB_PORT": "0",
            **self.settings,
        }

    @property
    def log(self) -> Path:
        return self.data_dir.parent / "up.log"

    def up(self, *arguments: str) -> None:
        """Start it and wait until it says where it is."""
        reads, writes = os.pipe()
        command, env = [str(STARTER), "up", "--json", *arguments], environment(self.settings)
        self.said = os.fdopen(reads, encoding="utf-8")
        with self.log.open("ab") as log, os.fdopen(writes, "wb") as out:
            if self.cold:
                command = [sys.executable, *command]
                self.process = subprocess.Popen(command, stdout=out, stderr=log, env=env, cwd=ROOT)
            else:
                self.process = Warm(*command, env=env, output=out.fileno(), errors=log.fileno())
        line = self.said.readline()
        assert line, self.log.read_text(encoding="utf-8")
        self.told = json.loads(line)

    def down(self, number: int = signal.SIGINT) -> int:
        """Tell it to stop and wait for its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(timeout=30)
        self.closed()
        return code

    def closed(self) -> None:
        """Let go of a process that has ended."""
        assert self.said is not None
        self.said.close()
        self.process = None


@dataclass(frozen=True)
class Beside:
    """Commands beside a running engine, in this process; `process` runs one as a process of its own."""

    running: Engine
    command: Callable[..., Said]

    @property
    def settings(self) -> dict[str, str]:
        return self.running.settings

    def __call__(self, *arguments: object, **settings: str) -> Said:
        """One command's answer."""
        return self.command(*arguments, **{**self.settings, **settings})

    def ok(self, *arguments: object, **settings: str) -> Any:
        """The JSON answer of a command that must succeed."""
        said = self(*arguments, "--json", **settings)
        assert said.code == 0, (said.out, said.err)
        return said.json

    def process(self, *arguments: object, **settings: str) -> Said:
        """One command's answer, from a process of its own."""
        return starter(*arguments, settings={**self.settings, **settings})


@pytest.fixture(scope="session")
def running_engine(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[Engine]:
    """One engine without sample data for all tests of this process."""
    running = Engine(tmp_path_factory.mktemp("engine") / "var", databases.new())
    running.up("--no-sample")
    yield running
    if running.process is not None:
        running.down()


@pytest.fixture
def engine(running_engine: Engine, command: Callable[..., Said]) -> Beside:
    """Commands beside the one running engine; use titles of your own."""
    return Beside(running_engine, command)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Said]]:
    """Like `starter`, but in this process: for commands whose answer, and not whose process, is asked about."""
    with in_this_process(capsys, monkeypatch) as call:
        yield call


@contextmanager
def in_this_process(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Said]]:
    """What runs a command with these settings, written as keywords, and gives its answer."""
    monkeypatch.chdir(ROOT)
    before = list(logging.getLogger().handlers)

    def call(*arguments: object, **settings: str) -> Said:
        with monkeypatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(name, value)
            code = run([str(argument) for argument in arguments])
        written = capsys.readouterr()
        return Said(code, written.out, written.err)

    yield call
    for handler in [one for one in logging.getLogger().handlers if one not in before]:
        logging.getLogger().removeHandler(handler)


@pytest.fixture
def empty(tmp_path: Path, database_url: str) -> dict[str, str]:
    """Settings of an office that has no data and no server."""
    return {"DUBAN_DATA_DIR": str(tmp_path / "var"), "DUBAN_DATABASE_URL": database_url, "TEMPORAL_ADDRESS": NOWHERE}
