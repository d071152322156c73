"""Who asks too often, sends too much or never finishes is stopped, and learns when to come back."""

import socket
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from embedded import EmbeddedServer
from tests.api.conftest import World, furnished, in_a_world
from tests.databases import Databases
from web.api import limits
from web.api.limits import WINDOW_SECONDS, Buckets


def test_a_bucket_gives_its_quota_at_once_and_fills_again() -> None:
    at = 0.0
    buckets = Buckets("person", 60, lambda: at)
    taken = [buckets.take("u1") for _ in range(61)]
    assert [one.wait_seconds for one in taken] == [0] * 60 + [1]
    assert taken[0].left == 59
    assert buckets.take("u2").wait_seconds == 0
    at = 1.0
    assert buckets.take("u1").wait_seconds == 0
    assert buckets.take("u1").wait_seconds == 1
    at = 1.0 + WINDOW_SECONDS
    assert buckets.take("u1").left == 59


@pytest.fixture(scope="module")
def narrow(
    temporal_server: EmbeddedServer, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    url = databases.new()
    with in_a_world(temporal_server.address, url, tmp_path_factory.mktemp("n"), api_requests_per_minute=12) as world:
        yield furnished(world)
    databases.drop(url)


def test_a_person_who_asks_too_often_is_told_to_wait_and_others_are_not(narrow: World) -> None:
    answers = [narrow.as_("lead").get("/me") for _ in range(14)]
    assert {one.status_code for one in answers} == {200, 429}
    assert int(answers[0].headers["RateLimit"].partition("r=")[2].partition(";")[0]) > 0
    last = answers[-1]
    assert last.headers["content-type"] == "application/problem+json"
    assert int(last.headers["Retry-After"]) >= 1
    assert last.headers["RateLimit-Policy"] == '"person";q=12;w=60'
    assert narrow.as_("leader").get("/me").status_code == 200


def test_an_address_that_asks_too_often_is_stopped_before_anybody_is_looked_up(narrow: World) -> None:
    answers = [narrow.as_(None).get("/public/matters").status_code for _ in range(130)]
    assert answers[0] == 200
    assert answers[-1] == 429


def test_a_body_that_is_too_large_or_no_json_is_refused(world: World) -> None:
    headers = {"Idempotency-Key": uuid4().hex, "Content-Type": "application/json"}
    path = f"/matters/{world.matter}/commands/urge"
    large = world.as_("officer").post(path, content=b'{"text": "' + b"x" * 1_100_000 + b'"}', headers=headers)
    assert large.status_code == 413
    broken = world.as_("officer").post(path, content=b"{", headers=headers)
    assert broken.status_code == 400
    for body in (
        b'{"text": "\\u0000"}',
        b'{"text": "\\ud800"}',
        b'{"text": 1}',
        b"[]",
        b'{"text": "' + b"x" * 4001 + b'"}',
    ):
        assert world.as_("officer").post(path, content=body, headers=headers).status_code == 422, body


def test_a_body_that_never_comes_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.3)
    port = int(world.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 10) as slow:
        slow.sendall(
            b"POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Content-Length: 50\r\n\r\n{"
        )
        began = time.monotonic()
        said = slow.recv(4096)
    assert b" 408 " in said.partition(b"\r\n")[0]
    assert time.monotonic() - began < 9
