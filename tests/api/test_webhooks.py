"""A subscription hears of what its post may see: signed, once per act or again under the same id, nowhere inside."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from addresses import may_stand_for, webhook_address
from embedded import EmbeddedServer
from notices.answers import Verdict
from notices.signing import kept_key, secret_of
from notices.webhooks import WebhookChannel, judged, message_of
from record import deliveries, outbox
from tests.api.conftest import World, furnished, in_a_world
from tests.databases import Databases
from tests.workflows.cast import HANDLER, LEAD, OFFICER, STRANGER

PATIENCE = 2.0
# The world's channels wait 2 seconds for their peer.
LATE = 2.5


class Receiver:
    """A real peer on loopback: keeps what came, and treats each request as it is told."""

    def __init__(self) -> None:
        self.moods: list[str] = []
        self.came: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                mood = receiver.moods.pop(0) if receiver.moods else "takes"
                if mood == "hangs":
                    time.sleep(LATE)
                    self.close_connection = True
                    return
                if mood == "refuses":
                    self._answer(403)
                    return
                if mood == "busy":
                    self._answer(503)
                    return
                if mood == "moves":
                    self._answer(307)
                    return
                receiver.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
                if mood == "late":
                    time.sleep(LATE)
                self._answer(204)
                if mood == "twice":
                    self._answer(204)

            def _answer(self, status: int) -> None:
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", "0")
                    self.send_header("Location", "http://127.0.0.1:9/")
                    self.end_headers()
                except OSError:
                    self.close_connection = True

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
                return

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A sender that has gone is what these moods provoke."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in?a=1"

    def acts(self, matter: str) -> list[str]:
        bodies = [json.loads(body)["data"] for _, body in self.came]
        return [one["act"] for one in bodies if one["target"] == matter]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture(scope="module")
def hooked(
    temporal_server: EmbeddedServer,
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
    receiver: Receiver,
) -> Iterator[World]:
    url = databases.new()
    place = tmp_path_factory.mktemp("hooked")
    with in_a_world(temporal_server.address, url, place, webhook_hosts=f"127.0.0.1:{receiver.port}") as world:
        yield furnished(world)
    databases.drop(url)


def _subscribe(world: World, url: str, post: str = OFFICER, **said: Any) -> httpx2.Response:
    body = {"url": url, "post": post, **said}
    return world.as_("administrator").post("/webhooks", json=body, headers={"Idempotency-Key": uuid4().hex})


def _eventually(ask: Callable[[], Any], within: float = 20) -> Any:
    until = time.monotonic() + within
    while not (found := ask()):
        assert time.monotonic() < until, "it never came"
        time.sleep(0.05)
    return found


@pytest.fixture
def subscribed(hooked: World, receiver: Receiver) -> Iterator[dict[str, Any]]:
    answer = _subscribe(hooked, receiver.url, acts=["assigned", "signed", "progress_reported"])
    assert answer.status_code == 201, answer.text
    receiver.came.clear()
    receiver.moods.clear()
    yield answer.json()
    assert hooked.as_("administrator").delete(f"/webhooks/{answer.json()['id']}").status_code == 204


def _signed_by(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As a receiver checks it, written anew (standardwebhooks.com)."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(one == f"v1,{expected}" for one in headers["webhook-signature"].split())


def test_an_act_arrives_signed_and_says_no_word_that_people_wrote(
    hooked: World, receiver: Receiver, subscribed: dict[str, Any]
) -> None:
    matter = hooked.launch().json()["id"]
    hooked.do("lead", matter, "report_progress", text="机密内容")
    _eventually(lambda: {"assigned", "signed", "progress_reported"} <= set(receiver.acts(matter)))
    for headers, body in receiver.came:
        assert _signed_by(subscribed["secret"], headers, body)
        assert not _signed_by("whsec_" + base64.b64encode(b"another").decode(), headers, body)
        assert abs(time.time() - int(headers["webhook-timestamp"])) < 60
        assert json.loads(body)["id"] == headers["webhook-id"]
        assert "机密内容" not in body.decode()
    assert len({headers["webhook-id"] for headers, _ in receiver.came}) == len(receiver.came)
    assert "registered" not in receiver.acts(matter)


def test_what_may_have_arrived_comes_again_under_the_same_id(
    hooked: World, receiver: Receiver, subscribed: dict[str, Any]
) -> None:
    receiver.moods[:] = ["hangs", "busy", "late", "twice"]
    matter = hooked.launch().json()["id"]
    _eventually(lambda: len(receiver.acts(matter)) >= 2)
    ids = {headers["webhook-id"] for headers, body in receiver.came if json.loads(body)["data"]["target"] == matter}
    assert receiver.acts(matter) == ["assigned"] * len(receiver.acts(matter))
    assert len(ids) == 1


def test_a_refusal_is_final_and_the_post_learns_of_it(
    hooked: World, receiver: Receiver, subscribed: dict[str, Any]
) -> None:
    receiver.moods[:] = ["moves"]
    matter = hooked.launch().json()["id"]

    def failed() -> bool:
        shown = hooked.as_("administrator").get(f"/webhooks/{subscribed['id']}/deliveries").json()["items"]
        return any(one["target"] == matter and one["state"] == "undelivered" for one in shown)

    _eventually(failed)
    assert receiver.acts(matter) == []

    def told() -> bool:
        with hooked.store.reading() as session:
            return any(one.matter_id == matter and one.unreached for one in outbox.inbox(session, OFFICER).items)

    _eventually(told)


def test_a_subscription_gets_what_its_post_may_see_and_nothing_else(hooked: World, receiver: Receiver) -> None:
    theirs = _subscribe(hooked, receiver.url, STRANGER).json()
    parts = _subscribe(hooked, receiver.url, HANDLER, organs=[LEAD], acts=["signed"]).json()
    receiver.came.clear()
    matter = hooked.launch().json()["id"]
    hooked.do("lead", matter, "sign")
    _eventually(lambda: "signed" in receiver.acts(matter))
    assert receiver.acts(matter) == ["signed"]
    with hooked.store.reading() as session:
        queued = {one.recipient for one in deliveries.deliveries(session, matter_id=matter).items}
    assert queued == {f"webhook/{parts['id']}"}
    for one in (theirs, parts):
        hooked.as_("administrator").delete(f"/webhooks/{one['id']}")


def test_one_that_has_ended_hears_of_nothing_more(hooked: World, receiver: Receiver) -> None:
    ended = _subscribe(hooked, receiver.url).json()
    for _ in range(2):
        assert hooked.as_("administrator").delete(f"/webhooks/{ended['id']}").status_code == 204
    receiver.came.clear()
    matter = hooked.launch().json()["id"]
    with hooked.store.reading() as session:
        assert deliveries.deliveries(session, matter_id=matter).items == ()
    assert hooked.as_("administrator").get(f"/webhooks/{ended['id']}").json()["ended_at"]


def test_the_secret_is_told_once_and_kept_nowhere(hooked: World, receiver: Receiver) -> None:
    key = uuid4().hex
    admin = hooked.as_("administrator")
    body = {"url": receiver.url, "post": OFFICER}
    first, again = (admin.post("/webhooks", json=body, headers={"Idempotency-Key": key}).json() for _ in range(2))
    assert first == again
    assert "secret" not in admin.get(f"/webhooks/{first['id']}").json()
    assert "secret" not in json.dumps(hooked.as_("auditor").get("/webhooks").json())
    for who in ("officer", "leader", "stranger", "operator"):
        assert hooked.as_(who).get("/webhooks").status_code == 403
        answer = hooked.as_(who).post("/webhooks", json=body, headers={"Idempotency-Key": uuid4().hex})
        assert answer.status_code == 403
    admin.delete(f"/webhooks/{first['id']}")


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.invalid/in",
        "https://hooks.example.invalid/in",
        "https://169.254.169.254/latest",
        "http://127.0.0.1:22/",
        "http://localhost/",
        "https://user:pw@127.0.0.1/",
        "https://[::1]/",
    ],
)
def test_an_address_that_the_site_does_not_list_is_not_subscribed(hooked: World, url: str) -> None:
    answer = _subscribe(hooked, url)
    assert answer.status_code == 409, answer.text
    assert answer.json()["type"] == "urn:duban:problem:address-not-allowed"


@pytest.mark.parametrize(
    ("url", "hosts", "allowed"),
    [
        ("https://a.example/x", ["a.example"], True),
        ("https://A.EXAMPLE/x", ["a.example"], True),
        ("https://a.example:8443/x", ["a.example"], False),
        ("https://a.example:8443/x", ["a.example:8443"], True),
        ("http://a.example/x", ["a.example"], False),
        ("https://a.example.evil/x", ["a.example"], False),
        ("https://evil/a.example", ["a.example"], False),
        ("https://a.example@evil/", ["a.example"], False),
        ("https://a.example\\@evil/", ["a.example"], False),
        ("https://a.example/#x", ["a.example"], False),
        ("https://a.example/\n", ["a.example"], False),
        ("https://a.example:99999/", ["a.example"], False),
        ("ftp://a.example/", ["a.example"], False),
        ("http://127.0.0.1:9/", ["127.0.0.1:9"], True),
        ("", ["a.example"], False),
    ],
)
def test_an_address_is_judged_by_what_is_written(url: str, hosts: list[str], allowed: bool) -> None:
    try:
        webhook_address(url, hosts)
    except ValueError:
        assert not allowed
    else:
        assert allowed


@pytest.mark.parametrize(
    ("host", "number", "may"),
    [
        ("a.example", "93.184.216.34", True),
        ("a.example", "10.1.2.3", True),
        ("a.example", "127.0.0.1", False),
        ("a.example", "::1", False),
        ("a.example", "169.254.169.254", False),
        ("a.example", "0.0.0.0", False),  # noqa: S104 - an address to refuse
        ("a.example", "224.0.0.1", False),
        ("127.0.0.1", "127.0.0.1", True),
    ],
)
def test_a_listed_name_that_leads_inside_is_not_followed(host: str, number: str, may: bool) -> None:
    assert may_stand_for(host, number) is may


def test_a_name_that_changes_its_mind_is_refused_before_anything_is_sent() -> None:
    address = webhook_address("https://a.example/", ["a.example"])
    channel = WebhookChannel(address, secret_of(b"key", "wh", 1), PATIENCE, lambda *_: ["93.184.216.34", "127.0.0.1"])
    answer = channel.send(message_of({"a": 1}), "00")
    assert (answer.verdict, answer.words) == (Verdict.REFUSED, "address_not_allowed")


def test_what_a_status_means() -> None:
    told = {status: judged(status).verdict for status in (200, 204, 302, 400, 404, 410, 429, 500, 503)}
    assert told == {
        200: Verdict.DELIVERED, 204: Verdict.DELIVERED, 302: Verdict.REFUSED, 400: Verdict.REFUSED,
        404: Verdict.REFUSED, 410: Verdict.REFUSED, 429: Verdict.NOT_NOW, 500: Verdict.UNKNOWN,
        503: Verdict.NOT_NOW,
    }  # fmt: skip


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Any) -> None:
    file = tmp_path / "keys" / "webhook.key"
    first = kept_key(file)
    assert kept_key(file) == first
    assert len(first) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert secret_of(first, "wh-1", 1) != secret_of(first, "wh-1", 2) != secret_of(first, "wh-2", 1)
