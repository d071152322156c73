"""`account`: persons, posts, tokens and files of persons, as an office uses them."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from cli import web
from cli.problems import Problem
from identity import passwords
from identity.secrets import TOKEN_PREFIX
from policies.directory import Directory
from record.store import Store
from settings import Settings
from tests.builders import sample_directory
from tests.cli.conftest import NOWHERE, Beside, Said
from tests.identity.conftest import AT

HEAD, HANDLER = "区教育局长", "区教育局承办岗"
Command = Callable[..., Said]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(1, 8, 1))
    passwords._nobodys.cache_clear()


@pytest.fixture
def account(command: Command, empty: dict[str, str]) -> Callable[..., Any]:
    """An `account` command that must end in `code`; its JSON."""

    def call(*arguments: object, code: int = 0, **settings: str) -> Any:
        said = command("account", *arguments, "--json", **{**empty, **settings})
        assert said.code == code, (said.out, said.err)
        return said.json

    return call


def test_an_account_from_its_registration_to_its_lock(account: Callable[..., Any]) -> None:
    assert account("add", "head", "--name", "某")["id"] == "u1"
    account("hold", "head", HEAD, "--from", "2020-01-01")
    account("add", "deputy")
    number = account("lend", "head", HEAD, "--to-person", "deputy", "--from", "2026-01-01", "--to", "2026-12-31",
                     "--reason", "外出")["number"]  # fmt: skip
    listed = {one["login"]: one for one in account("list")["persons"]}
    assert listed["head"]["posts"] == [{"post": HEAD, "principal": None}]
    assert listed["deputy"]["posts"] == [{"post": HEAD, "principal": "u1"}]
    assert HEAD not in account("list", "--vacant")["vacant"]
    assert HANDLER in account("list", "--vacant")["vacant"]
    account("revoke", number)
    account("vacate", "head", HEAD)
    account("role", "deputy", "审计员", code=0)
    account("role", "deputy", "auditor", "--withdraw")
    account("lock", "u1", "--reason", "离岗")
    shown = account("show", "head")
    assert shown["state"] == "locked"
    assert [act["act"] for act in shown["acts"]] == [
        "person_registered", "post_held", "post_lent", "post_recalled", "post_vacated", "person_locked",
    ]  # fmt: skip
    assert account("verify")["in_order"]


def test_what_is_refused_says_why_and_exits_1(account: Callable[..., Any]) -> None:
    account("add", "head")
    assert account("add", "HEAD", code=1)["rule"] == "login_taken"
    assert account("hold", "head", "月球岗", code=1)["rule"] == "unknown_post"
    account("show", "nobody", code=2)
    account("hold", "head", HEAD, "--from", "昨天", code=2)
    account("role", "head", "皇帝", code=2)
    account("lock", "nobody", code=2)


def test_a_password_comes_from_standard_input_and_is_shown_nowhere(
    account: Callable[..., Any], command: Command, empty: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    account("add", "head")
    secret = "样例口令-correct horse"  # noqa: S105 - for tests only
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{secret}\n"))
    said = command("account", "password", "head", **empty)
    assert said.code == 0
    assert secret not in said.out + said.err
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    assert account("password", "head", code=1)["rule"] == "password"
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    account("password", "head", code=2)
    assert "argument" in command("account", "password", "head", secret, **empty).err
    assert secret not in command("account", "show", "head", **empty).out
    assert "argon2" not in command("account", "show", "head", "--json", **empty).out


def test_a_token_names_who_administers_and_ends_when_revoked(account: Callable[..., Any]) -> None:
    account("add", "admin")
    account("role", "admin", "administrator")
    account("add", "clerk")
    made = account("token", "admin", "--scope", "act", "--label", "管理")
    account("add", "other", DUBAN_TOKEN=made["token"])
    assert account("show", "other")["acts"][0]["person"] == "u1"
    clerk = account("token", "clerk", "--scope", "act")["token"]
    assert account("lock", "other", DUBAN_TOKEN=clerk, code=1)["rule"] == "administrator_only"
    reading = account("token", "admin")["token"]
    account("lock", "other", DUBAN_TOKEN=reading, code=1)
    account("token", "admin", "--revoke", made["number"])
    account("lock", "other", DUBAN_TOKEN=made["token"], code=1)
    account("lock", "other", DUBAN_TOKEN=f"{TOKEN_PREFIX}nobody", code=1)


def persons(tmp_path: Path, *rows: str) -> Path:
    file = tmp_path / "persons.csv"
    file.write_text("\n".join(["登录名,姓名,岗位,任职起,任职止,角色", *rows]), encoding="utf-8")
    return file


def test_importing_twice_changes_nothing(account: Callable[..., Any], tmp_path: Path) -> None:
    file = persons(
        tmp_path, f"head,某,{HEAD},2026-01-01,,", f"head,,{HANDLER},2026-01-01,2026-12-31,", "audit,,,,,审计员"
    )
    planned = account("import", file, "--dry-run", code=3)
    assert "error" in planned
    first = account("import", file)
    assert first["summary"] == {"rows": 3, "bad": 0, "changes": 5, "refused": 0}
    assert account("import", file, "--dry-run")["summary"]["changes"] == 0
    assert account("import", file)["summary"] == {"rows": 3, "bad": 0, "changes": 0, "refused": 0}
    assert len(account("show", "head")["acts"]) == 3
    ended = persons(tmp_path, f"head,别名,{HEAD},2026-01-01,2026-06-30,")
    assert [one["kind"] for one in account("import", ended)["changes"]] == ["rename", "vacate"]


def test_a_bad_row_is_named_and_the_good_ones_come_in(account: Callable[..., Any], tmp_path: Path) -> None:
    account("add", "holder")
    account("hold", "holder", HEAD, "--from", "2026-01-01")
    file = persons(tmp_path, f"good,,{HANDLER},2026-01-01,,", "bad,,月球岗,2026-01-01,,", f"late,,{HEAD},2026-02-01,,")
    foreseen = account("import", file, "--dry-run", code=1)
    told = account("import", file, code=1)
    assert [one["cell"] for one in told["faults"]] == ["C3"]
    assert [(one["login"], one["kind"]) for one in told["changes"] if one["refused"]] == [("late", "hold")]
    assert foreseen["changes"] == told["changes"]
    assert {one["login"] for one in account("list")["persons"]} == {"holder", "good", "late"}
    assert account("verify")["in_order"]


def test_what_is_said_with_a_token_names_the_person(engine: Beside) -> None:
    made = engine.ok("account", "add", "speaker")
    engine.ok("account", "hold", made["id"], "区政府督查室承办岗", "--from", "2026-01-01")
    token = engine.ok("account", "token", "speaker", "--scope", "act", "--post", "区政府督查室承办岗")["token"]
    matter = ("--title", "以令牌立项", "--lead", "区教育局", "--office", "区政府督查室", "--leader", "区长")
    launched = engine.ok("launch", *matter, DUBAN_TOKEN=token)
    urged = engine.ok("do", launched["id"], "urge", "--by", "区政府督查室承办岗", "reason=请抓紧", DUBAN_TOKEN=token)
    unsigned = engine.ok("do", launched["id"], "sign", "--by", HANDLER)
    acts = engine.ok("timeline", launched["id"])
    named = {act["act"]: act.get("person") for act in acts}
    assert urged["accepted"]
    assert unsigned["accepted"]
    assert named["registered"] == named["urged"] == made["id"]
    assert named["signed"] is None
    assert f"(经办人 {made['id']})" in engine("timeline", launched["id"]).out
    assert f"(经办人 {made['id']})" in engine("why", launched["id"], "urged").out
    other = engine("do", launched["id"], "sign", "--by", HANDLER, DUBAN_TOKEN=token)
    assert other.code == 1
    assert engine("verify").code == 0


def test_why_and_commands_leave_the_chains_of_accounts_alone(engine: Beside) -> None:
    made = engine.ok("account", "add", "quiet")
    assert engine("why", f"person/{made['id']}").code == 1
    refused = engine("do", f"person/{made['id']}", "sign", "--by", HANDLER)
    assert refused.code == 1
    engine.ok("account", "lock", "quiet")
    assert engine.ok("account", "verify")["in_order"]
    assert engine.ok("verify")["in_order"]


def test_sample_accounts_are_made_once_and_only_for_a_sample(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = Settings(data_dir=tmp_path, database_url=sqlite_url)
    store = Store(sqlite_url)
    store.migrate()
    try:
        directory: Directory = sample_directory()
        with monkeypatch.context() as patch:
            patch.setenv("TEMPORAL_ADDRESS", NOWHERE)
            assert web.sample_accounts(chosen, store, directory, AT) is None
        made = web.sample_accounts(chosen, store, directory, AT)
        assert made is not None
        assert made[0].startswith("sample-")
        assert web.sample_accounts(chosen, store, directory, AT) is None
    finally:
        store.close()


@pytest.mark.parametrize(
    "update",
    [{"public_url": "https://duban.example.invalid"}, {"sign_in": "oidc"}, {"database_url": "postgresql+psycopg:///x"}],
)
async def test_work_in_earnest_does_not_start_with_sample_accounts(
    sqlite_url: str, tmp_path: Path, update: dict[str, str]
) -> None:
    chosen = Settings(data_dir=tmp_path, database_url=sqlite_url, web_port=0)
    store = Store(sqlite_url)
    store.migrate()
    try:
        assert web.sample_accounts(chosen, store, sample_directory(), AT) is not None
        with pytest.raises(Problem, match="样例账号"):
            async with web.site(chosen.model_copy(update=update), store, sample_directory(), None):
                raise AssertionError("it serves")
    finally:
        store.close()
