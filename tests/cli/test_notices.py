"""`notices`: what an office sees of what left the house, through the running engine with its own contacts."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import Engine, Said
from tests.databases import Databases
from tests.notices.peers import Mood, Peer, http_service, mail_server

Command = Callable[..., Said]
HANDLER, HEAD, OFFICER = "区教育局承办岗", "区教育局长", "区政府督查室承办岗"

CONTACTS = """
mail: env:TEST_MAIL_URL
posts:
  区教育局承办岗: {hours: any, channels: [{name: mail, to: handler@example.invalid}]}
  区教育局长: {hours: any, channels: [{name: mail, to: nobody@example.invalid}, {name: hook, url: env:TEST_HOOK_URL}]}
"""


@dataclass(frozen=True)
class Peers:
    """An engine of its own, and the peers that its notices go to."""

    engine: Engine
    mail: Peer
    web: Peer


@dataclass(frozen=True)
class Sending:
    """Commands beside the engine whose notices go to the peers."""

    peers: Peers
    command: Command

    def __call__(self, *arguments: object) -> Said:
        return self.command(*arguments, **self.peers.engine.settings)

    def notices(self, *arguments: object) -> list[dict[str, object]]:
        said = self("notices", "--json", *arguments)
        assert said.code == 0, said.err
        found: list[dict[str, object]] = said.json["notices"]
        return found


@pytest.fixture(scope="module")
def peers(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[Peers]:
    place = tmp_path_factory.mktemp("sending")
    contacts = place / "contacts.yaml"
    contacts.write_text(CONTACTS, encoding="utf-8")
    with mail_server(Peer()) as mail, http_service(Peer(then=Mood.REFUSES)) as web:
        settings = {
            "DUBAN_CONTACTS_PATH": str(contacts),
            "DUBAN_NOTICE_PATIENCE_SECONDS": "1",
            "TEST_MAIL_URL": f"mailto://127.0.0.1:{mail.port}?from=duban@example.invalid&to=x@example.invalid",
            "TEST_HOOK_URL": f"json://127.0.0.1:{web.port}/s3cret",
        }
        engine = Engine(place / "var", databases.new(), settings)
        engine.up("--no-sample")
        yield Peers(engine, mail, web)
        engine.down()


@pytest.fixture
def sending(peers: Peers, command: Command) -> Sending:
    return Sending(peers, command)


def test_a_notice_is_proved_and_one_that_nobody_took_is_shown_to_the_office(sending: Sending) -> None:
    said = sending(
        "launch", "--title", "校舍加固", "--lead", "区教育局", "--office", "区政府督查室", "--leader", "区长", "--json"
    )
    assert said.code == 0, said.err
    matter = said.json["id"]
    until = time.monotonic() + 30
    while not any(one["unreached"] for one in sending("inbox", OFFICER, "--json").json["notices"]):
        assert time.monotonic() < until
        time.sleep(0.1)

    (delivered,) = sending.notices("--post", HANDLER)
    assert (delivered["matter"], delivered["act"], delivered["state"]) == (matter, "assigned", "delivered")
    assert str(delivered["receipt"]).startswith("250 ")
    assert delivered["provider_key"] == sending.peers.mail.arrived[0].key
    lost = sending.notices("--state", "undelivered")
    assert {(one["recipient"], one["channel"], one["failure"]) for one in lost} == {
        (HEAD, "mail", "smtp_rcpt_550"), (HEAD, "hook", "http_403")
    }  # fmt: skip
    assert sending.notices("--state", "未送达", "--matter", matter) == lost
    shown = sending("notices")
    assert "未送达" in shown.out
    assert "s3cret" not in shown.out
    assert f"未能送达 undelivered: {HEAD} (交办)" in sending("inbox", OFFICER).out


def test_why_shows_the_proof_of_delivery_of_each_post(sending: Sending) -> None:
    said = sending(
        "launch", "--title", "道路修补", "--lead", "区教育局", "--office", "区政府督查室", "--leader", "区长", "--json"
    )
    matter = said.json["id"]
    until = time.monotonic() + 30
    while not sending.notices("--state", "undelivered", "--matter", matter):
        assert time.monotonic() < until
        time.sleep(0.1)

    found = sending("why", matter, "assigned", "--json").json
    told = {(one["post"], one["channel"]): one for one in found["told"]}
    assert told[HANDLER, "mail"]["state"] == "delivered"
    assert told[HANDLER, "mail"]["proof"].startswith("250 ")
    assert told[HANDLER, "inbox"]["state"] == "delivered"
    assert (told[HEAD, "mail"]["proof"], told[HEAD, "mail"]["failure"]) == (None, "smtp_rcpt_550")
    assert told[HEAD, "hook"]["failure"] == "http_403"
    shown = sending("why", matter, "交办")
    assert shown.code == 0
    assert "未送达 undelivered" in shown.out
    assert "s3cret" not in shown.out


def test_a_test_notice_says_what_each_channel_answered(sending: Sending) -> None:
    good, bad = sending("notices", "test", HANDLER), sending("notices", "test", HEAD, "--json")

    assert good.code == 0
    assert "已送达 delivered" in good.out
    assert bad.code == 1
    assert [(one["channel"], one["verdict"]) for one in bad.json["channels"]] == [
        ("mail", "refused"), ("hook", "refused")
    ]  # fmt: skip
    assert any("测试通知" in one.subject for one in sending.peers.mail.arrived)
    assert sending("notices", "test", OFFICER).code == 2


def test_a_state_nobody_knows_is_bad_input(sending: Sending) -> None:
    said = sending("notices", "--state", "gone")

    assert said.code == 2
    assert "undelivered" in said.err


def test_without_contacts_a_test_notice_says_what_to_set(command: Command, empty: dict[str, str]) -> None:
    said = command("notices", "test", HANDLER, **empty)

    assert said.code == 2
    assert "DUBAN_CONTACTS_PATH" in said.err


def test_a_contacts_file_with_a_mistake_is_refused_with_its_line(
    tmp_path: Path, command: Command, empty: dict[str, str]
) -> None:
    contacts = tmp_path / "contacts.yaml"
    contacts.write_text("posts:\n  区教育局长: {channels: [{name: mail, url: s3cret}]}\n", encoding="utf-8")

    said = command("notices", "test", HEAD, **{**empty, "DUBAN_CONTACTS_PATH": str(contacts)})

    assert said.code == 2
    assert "contacts.yaml:2: posts.区教育局长.channels.0.url" in said.err
    assert "s3cret" not in said.err
