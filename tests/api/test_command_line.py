"""The command line over the interface: the same words and exit codes as at the machine itself."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from tests.api.conftest import World
from tests.cli.conftest import Said, in_this_process, starter
from tests.files import PDF
from tests.workflows.cast import HANDLER, HEAD, LEAD, LEADER, OFFICE, OFFICER


@dataclass(frozen=True)
class Commands:
    """Commands to a world: over its interface, or at the machine itself."""

    world: World
    call: Callable[..., Said]

    def remote(self, who: str | None, *arguments: object) -> Said:
        token = {"DUBAN_TOKEN": self.world.tokens[who]} if who else {}
        return self.call(*arguments, DUBAN_API_URL=self.world.url, DUBAN_DATA_DIR=os.devnull, **token)

    def here(self, *arguments: object) -> Said:
        settings = self.world.settings
        return self.call(*arguments, DUBAN_DATABASE_URL=settings.database_url, DUBAN_DATA_DIR=str(settings.data_dir))


@pytest.fixture
def commands(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Commands]:
    with in_this_process(capsys, monkeypatch) as call:
        yield Commands(world, call)


def test_a_matter_is_launched_commanded_and_looked_at(commands: Commands) -> None:
    title = f"校舍加固 {uuid4().hex[:6]}"
    terms = ("--title", title, "--lead", LEAD, "--office", OFFICE, "--leader", LEADER, "--limit", "5wd")
    launched = commands.remote("officer", "launch", *terms, "--key", title, "--json")
    assert launched.code == 0, launched.err
    matter = launched.json["id"]
    again = commands.remote("officer", "launch", *terms, "--key", title, "--json")
    assert (again.json["id"], again.json["again"]) == (matter, True)

    signed = commands.remote("lead", "do", matter, "sign", "--json")
    assert (signed.code, signed.json["acts"]) == (0, ["signed"])
    refused = commands.remote("lead", "do", matter, "sign", "--by", HANDLER)
    assert refused.code == 1
    assert "未予受理" in refused.out
    assert commands.remote("lead", "do", matter, "sign", "--by", HEAD).code == 1
    assert commands.remote("lead", "do", matter, "sign", "unknown=x").code == 2

    for command in (("list", "--text", title), ("show", matter), ("timeline", matter), ("why", matter)):
        there, here = commands.remote("officer", *command), commands.here(*command)
        assert (there.code, there.out) == (here.code, here.out), command
    told = commands.remote("officer", "inbox", OFFICER, "--limit", "20")
    assert (told.code, told.out) == (0, commands.here("inbox", OFFICER, "--limit", "20").out)


def test_a_file_goes_with_a_command_over_the_interface(world: World, commands: Commands, tmp_path: Path) -> None:
    file = tmp_path / "报告.pdf"
    file.write_bytes(PDF)
    told = ("do", world.matter, "report_progress", "text=已核对", f"attach={file}", "--json")
    reported = commands.remote("lead", *told)
    assert (reported.code, reported.json["acts"][-1]) == (0, "progress_reported"), reported.err
    assert commands.remote("stranger", *told).code == 2
    assert commands.remote("leader", *told).code == 1


def test_a_proceeding_is_opened_commanded_and_looked_at(commands: Commands) -> None:
    title = f"食品经营许可 {uuid4().hex[:6]}"
    terms = ("--procedure", "window_acceptance", "--title", title, "--lead", LEAD, "--office", OFFICE)
    opened = commands.remote("officer", "open", *terms, "--key", title, "--json")
    assert opened.code == 0, opened.err
    target = opened.json["id"]
    again = commands.remote("officer", "open", *terms, "--key", title, "--json")
    assert (again.json["id"], again.json["again"]) == (target, True)
    told = commands.remote("lead", "do", target, "check_items", "missing=[身份证明]", "--json")
    assert (told.code, told.json["acts"]) == (0, ["items_missing"])
    assert commands.remote("officer", "do", target, "supplement", "items=[身份证明]").code == 1

    for command in (("list", "--kind", "proceeding", "--text", title), ("show", target), ("timeline", target),
                    ("why", target)):  # fmt: skip
        there, here = commands.remote("officer", *command), commands.here(*command)
        assert (there.code, there.out) == (here.code, here.out), command
    assert commands.remote("stranger", "show", target).code == 2


def test_programs_get_the_same_documents(world: World, commands: Commands) -> None:
    for command in (("list", "--limit", "5"), ("timeline", world.matter), ("show", world.case), ("show", world.matter)):
        there, here = commands.remote("officer", *command, "--json"), commands.here(*command, "--json")
        assert there.code == here.code == 0, there.err
        assert _less(there.json) == _less(here.json), command


def _less(document: object) -> object:
    """Without what only the interface says."""
    if isinstance(document, dict):
        return {name: value for name, value in document.items() if name != "part"}
    return document


@pytest.mark.parametrize(
    ("who", "arguments", "code"),
    [
        (None, ("list",), 1),
        ("stranger", ("show", "{matter}"), 2),
        ("stranger", ("why", "{matter}"), 2),
        ("stranger", ("do", "{matter}", "sign"), 2),
        ("administrator", ("list",), 1),
        ("administrator", ("do", "{matter}", "sign"), 2),
    ],
)
def test_what_is_not_his_ends_as_it_should(
    world: World, commands: Commands, who: str | None, arguments: tuple[str, ...], code: int
) -> None:
    said = commands.remote(who, *(one.format(matter=world.matter) for one in arguments))
    assert said.code == code, said.err + said.out
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err


def test_an_interface_that_is_not_there_is_unavailable() -> None:
    said = starter("list", settings={"DUBAN_API_URL": "http://127.0.0.1:9"})
    assert said.code == 3
    far = starter("list", settings={"DUBAN_API_URL": "http://duban.example.invalid"})
    assert far.code == 2
    assert "https" in far.err


@pytest.mark.parametrize("command", [("documents",), ("import", "data/ledger.csv"), ("notices",)])
def test_a_command_that_knows_no_interface_says_so(commands: Commands, command: tuple[str, ...]) -> None:
    said = commands.remote("officer", *command)
    assert said.code == 2, said.err
    assert "DUBAN_API_URL" in said.err


def test_the_register_is_exported(world: World, commands: Commands, tmp_path: object) -> None:
    file = f"{tmp_path}/register.csv"
    said = commands.remote("officer", "export", "-o", file, "--json")
    assert said.code == 0, said.err
    assert json.loads(said.out)["format"] == "csv"
    with open(file, encoding="utf-8-sig") as written:  # noqa: PTH123 - a plain text
        assert world.matter in written.read()
