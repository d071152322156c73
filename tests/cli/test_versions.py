"""A rolling upgrade as an operator does it: by the commands of docs/operations.md, beside a running engine."""

import asyncio
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from temporalio.client import Client

from builds import this_build
from embedded import binary
from tests.cli.conftest import ROOT, Beside, Engine, Said, environment
from tests.warm import Warm

pytestmark = pytest.mark.either_database("builds of the worker: whom Temporal hands a matter, and what replays")

DEPLOYMENT = {"DUBAN_DEPLOYMENT": "duban"}
HANDBOOK = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SAID = ("--lead", "区教育局", "--office", "区政府督查室", "--leader", "区长", "--limit", "15wd")


@pytest.fixture
def versioned(tmp_path: Path, database_url: str, command: Callable[..., Said]) -> Iterator[Beside]:
    """An engine of its own whose worker belongs to a deployment."""
    running = Engine(tmp_path / "var", database_url, dict(DEPLOYMENT))
    running.up("--no-sample")
    yield Beside(running, command)
    if running.process is not None:
        running.down()


@pytest.fixture
def newer(versioned: Beside) -> Iterator[Warm]:
    """The worker of a newer build beside it, by the same settings."""
    settings = {**versioned.settings, "TEMPORAL_ADDRESS": versioned.running.told["temporal"], "DUBAN_BUILD": "newer"}
    process = Warm("worker.py", env=environment(settings))
    yield process
    process.kill()
    process.wait()


def on(versioned: Beside) -> dict[str, tuple[bool, int]]:
    listed = versioned.ok("versions")
    return {one["build"]: (one["current"], one["matters"]) for one in listed["builds"]}


def test_an_engine_with_a_deployment_serves_at_once_and_says_which_build_it_is(versioned: Beside) -> None:
    launched = versioned.ok("launch", "--title", "校舍加固", *SAID)

    listed = versioned.ok("versions")

    assert launched["accepted"]
    assert listed["deployment"] == "duban"
    assert listed["this"] == this_build()
    assert on(versioned) == {this_build(): (True, 1)}
    assert this_build() in versioned("versions").out


def test_a_newer_worker_waits_to_be_promoted_takes_over_and_gives_back(versioned: Beside, newer: Warm) -> None:
    older = this_build()
    first = versioned.ok("launch", "--title", "校舍加固", *SAID)["id"]

    promoted = versioned("versions", "promote", "newer", "--json")
    retired = versioned.ok("versions", "retire", older)

    assert promoted.code == 0, promoted.err
    assert promoted.json == {"deployment": "duban", "current": "newer", "everywhere": True}
    assert retired["left"] == []
    assert on(versioned) == {"newer": (True, 1), older: (False, 0)}
    assert versioned.ok("do", first, "sign", "--by", "区教育局承办岗")["accepted"]

    versioned.ok("versions", "promote", older)
    versioned.ok("versions", "retire", "newer", "--rebuild")
    newer.terminate()

    assert newer.wait(timeout=30) == 0
    assert on(versioned) == {"newer": (False, 0), older: (True, 1)}
    assert versioned.ok("do", first, "submit", "--by", "区教育局承办岗", "text=办结")["accepted"]
    assert versioned("verify").code == 0


async def runs_of(matter: str, address: str) -> int:
    client = await Client.connect(address)
    return (await client.count_workflows(f"WorkflowId = 'matter/{matter}'")).count


def test_one_matter_is_renewed_by_the_command_of_the_handbook(versioned: Beside) -> None:
    matter = versioned.ok("launch", "--title", "校舍加固", *SAID)["id"]
    address = versioned.running.told["temporal"]
    written = next(line for line in HANDBOOK.splitlines() if line.startswith("$ .venv/bin/temporal"))
    words = shlex.split(written.removeprefix("$ .venv/bin/temporal").replace("2026-0143", matter))

    subprocess.run([binary(), *words, "--address", address], env=environment({}), check=True, capture_output=True)

    assert versioned.ok("do", matter, "sign", "--by", "区教育局承办岗")["accepted"]
    assert versioned("verify").code == 0
    assert asyncio.run(runs_of(matter, address)) == 2


def test_every_command_of_the_handbook_is_one(command: Callable[..., Said]) -> None:
    written = set(re.findall(r"starter\.py ((?:versions|upgrade)(?: [a-z]+)?)", HANDBOOK))

    assert written == {"versions", "versions promote", "versions retire", "upgrade rehearse"}
    for words in written:
        assert command(*words.split(), "--help").code == 0


def test_an_engine_without_its_deployment_goes_on_unversioned(
    tmp_path: Path, database_url: str, command: Callable[..., Said]
) -> None:
    running = Engine(tmp_path / "var", database_url, dict(DEPLOYMENT))
    running.up("--no-sample")
    matter = Beside(running, command).ok("launch", "--title", "校舍加固", *SAID)["id"]
    assert running.down() == 0
    del running.settings["DUBAN_DEPLOYMENT"]

    running.up("--no-sample")
    signed = Beside(running, command)("do", matter, "sign", "--by", "区教育局承办岗")

    assert running.down() == 0
    assert signed.code == 0, signed.err


def test_the_current_build_cannot_be_retired_nor_one_promoted_that_nobody_serves(versioned: Beside) -> None:
    current = versioned("versions", "retire", this_build())
    unknown = versioned("versions", "retire", "nobody")
    unserved = versioned("versions", "promote", "nobody")

    assert (current.code, unknown.code, unserved.code) == (1, 2, 2)
    assert "promote" in current.err
    assert this_build() in unknown.err
    assert f"accepted: {this_build()}" in unserved.err


def test_without_a_deployment_there_are_no_versions_and_the_setting_is_named(
    empty: dict[str, str], command: Callable[..., Said]
) -> None:
    said = command("versions", **empty)

    assert said.code == 2
    assert "DUBAN_DEPLOYMENT" in said.err
